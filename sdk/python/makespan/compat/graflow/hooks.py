"""The plan's additions to ``ExecutionContext``: as a base class, and for an existing class."""

from __future__ import annotations

import contextlib
import functools
import sys

from ..._guard import guarded
from .manager import get_lineage_manager


class LineageHooks:
    """A base class for an execution context, whose ``graph`` it needs. If the class has methods with these names, they are
    called as in the plan: ``create_task_context``, ``push_task_context``, ``pop_task_context``,
    ``get_result``; and ``set_execution_context`` of a task.
    """

    #: The manager to report to; that of the program if ``None``.
    lineage_manager = None
    _workflow_execution_id = None

    def start_workflow_tracking(self, workflow_name):
        """Starts an execution of the workflow and returns its id."""
        manager = self.lineage_manager or get_lineage_manager()
        self._workflow_execution_id = manager.start_workflow_execution(workflow_name, self)
        return self._workflow_execution_id

    @contextlib.contextmanager
    def executing_task(self, task):
        """Records the execution of a task, as a ``with`` block."""
        own = lambda name, *args: getattr(self, name)(*args) if hasattr(self, name) else None
        context = own("create_task_context", task.task_id)
        own("push_task_context", context)
        try:
            with (self.lineage_manager or get_lineage_manager()).executing_task(task, self):
                if hasattr(task, "set_execution_context"):
                    task.set_execution_context(self)
                yield context
        finally:
            own("pop_task_context")


def track(context_class, manager=None):
    """Makes ``executing_task`` of a class of execution contexts record lineage, and returns the class.

    ``track(ExecutionContext)`` once, before workflows are executed; a second time changes nothing. An execution starts
    with the first task of a context, unless ``start_workflow_tracking(name)`` was called; branches of a context, which
    know it as ``parent_context``, belong to its execution.
    """
    original = context_class.executing_task
    if getattr(original, "_lineage", False):
        return context_class

    @functools.wraps(original)
    @contextlib.contextmanager
    def executing_task(self, task):
        lineage = manager or get_lineage_manager()
        _started(lineage, self)
        with original(self, task) as context, lineage.executing_task(task, self):
            yield context

    def start_workflow_tracking(self, workflow_name):
        """Starts an execution of the workflow and returns its id."""
        self._workflow_execution_id = (manager or get_lineage_manager()).start_workflow_execution(workflow_name, self)
        return self._workflow_execution_id

    executing_task._lineage = True
    context_class.executing_task = executing_task
    context_class.start_workflow_tracking = start_workflow_tracking
    return context_class


@guarded()
def _started(lineage, context):
    for _ in range(1000):
        if getattr(context, "parent_context", None) is None:
            break
        context = context.parent_context
    if getattr(context, "_workflow_execution_id", None) is None:
        name = next((found for found in (getattr(context, "workflow_name", None), _workflow_of(context), getattr(context.graph, "name", None),
                                         getattr(context, "start_node", None)) if found), "workflow")
        context._workflow_execution_id = lineage.start_workflow_execution(name, context)


def _workflow_of(context):
    """Returns the name of the ``with workflow(name)`` block of Graflow that the context executes: the context has no name."""
    current = getattr(sys.modules.get("graflow.core.workflow"), "get_current_workflow_context", None)
    workflow = current() if current is not None else None
    return workflow.name if workflow is not None and workflow.graph is context.graph else None
