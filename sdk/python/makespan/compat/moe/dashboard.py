"""``moe_framework.event_tracking.dashboard``: replaced by ``makespan open``."""

from .visualization import render_workflow_dashboard, run_dashboard

__all__ = ["render_workflow_dashboard", "run_dashboard"]
