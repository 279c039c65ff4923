"""``moe_framework.event_tracking.dashboard``: ``makespan open`` in its place."""

from .visualization import render_workflow_dashboard, run_dashboard

__all__ = ["render_workflow_dashboard", "run_dashboard"]
