"""``moe_framework.event_tracking`` of the mixture-of-experts framework.

    from makespan.compat.moe import WorkflowTracker
    from makespan.compat.moe.models import WorkflowComponentType

Otherwise than the original: each workflow has a file of its own, also under an id that was there before, and is in it
while it goes on; components are tasks with an identity, nested as they were called; events find their component in
either case; a result that is no JSON does no harm. Results are recorded as artifacts, arguments are not recorded.
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
