"""The lineage manager that was planned for Graflow (``graflow.lineage.manager``).

    from makespan.compat.graflow import get_lineage_manager

``graflow.lineage.manager`` is ``makespan.compat.graflow.lineage.manager`` as well.

Differences from the plan: it needs no networkx; executions end (when nothing runs and all tasks of the graph are done or
one failed, with the next execution or the program, or by :meth:`LineageManager.finish_workflow_execution`) and count their
tasks; an execution that continues after that, as in loops and retries, continues in the same run. Every execution of a task
is recorded: after a failure as the next attempt, after a success as an instance of its own. Graphs are kept in the file of
their run. ``makespan open`` replaces the REST server.
"""

from .graph import Graph
from .hooks import LineageHooks, track
from .manager import LineageManager, TaskExecutionInfo, WorkflowExecution, get_lineage_manager, task

__all__ = ["Graph", "LineageHooks", "LineageManager", "TaskExecutionInfo", "WorkflowExecution", "get_lineage_manager", "task",
           "track"]
