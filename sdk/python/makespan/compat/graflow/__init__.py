"""The lineage manager that was planned for Graflow (``graflow.lineage.manager``).

    from makespan.compat.graflow import get_lineage_manager

``graflow.lineage.manager`` is ``makespan.compat.graflow.lineage.manager`` as well.

Otherwise than the plan: it needs no networkx; executions end (when nothing runs and all tasks of the graph are done or
one failed, with the next execution or the program, or by :meth:`LineageManager.finish_workflow_execution`) and count
their tasks; one that goes on after that, as loops and retries do, goes on in the same run. Every execution of a task is
recorded: a further one after a failure as the next attempt, one after a success as an instance of its own. Graphs are in
the file of their run and not lost with the next one. ``makespan open`` takes the place of the REST server.
"""

from .graph import Graph
from .hooks import LineageHooks, track
from .manager import LineageManager, TaskExecutionInfo, WorkflowExecution, get_lineage_manager, task

__all__ = ["Graph", "LineageHooks", "LineageManager", "TaskExecutionInfo", "WorkflowExecution", "get_lineage_manager", "task",
           "track"]
