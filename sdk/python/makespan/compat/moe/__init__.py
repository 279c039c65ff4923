"""``moe_framework.event_tracking`` of the mixture-of-experts framework.

    from makespan.compat.moe import WorkflowTracker
    from makespan.compat.moe.models import WorkflowComponentType

Differences from the original: each workflow has a file of its own, even if its id was used before, and is written while it
runs; components are tasks with an identity, nested as they were called; names of components in events are case-insensitive; a
result that is not valid JSON does no harm. Results are recorded as artifacts, arguments are not recorded.
Pictures are SVG files and the dashboard is ``makespan open``: both need the program.
"""

from .models import (
    ComponentExecution,
    ExpertContribution,
    MetaLearnerDecision,
    OptimizerPerformance,
    WorkflowComponentType,
    WorkflowEvent,
    WorkflowExecution,
)
from .visualization import WorkflowVisualizer, render_workflow_dashboard, run_dashboard
from .workflow_tracker import WorkflowTracker

__all__ = [
    "ComponentExecution", "ExpertContribution", "MetaLearnerDecision", "OptimizerPerformance", "WorkflowComponentType",
    "WorkflowEvent", "WorkflowExecution", "WorkflowTracker", "WorkflowVisualizer", "render_workflow_dashboard", "run_dashboard",
]
