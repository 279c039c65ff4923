"""The lineage manager that was planned for Graflow (``graflow.lineage.manager``).

    from makespan.compat.graflow import get_lineage_manager

Otherwise than the plan: it needs no networkx; executions end (:meth:`LineageManager.finish_workflow_execution`, or when
all tasks of the graph are done) and count their tasks; every execution of a task is kept as an attempt; graphs are in
the file of their run and not lost with the next one. ``makespan open`` takes the place of the REST server.
"""

from __future__ import annotations

import contextlib
import datetime
import functools
import sys
import threading
import uuid
from dataclasses import dataclass, field
from typing import Any, Dict, Optional

from .. import _context, _run
from .._guard import foreign, guarded, say


@dataclass
class TaskExecutionInfo:
    """One execution of a task. ``result_size`` is what the object itself takes, bytes, without what it refers to."""

    task_id: str
    execution_id: str
    start_time: datetime.datetime
    end_time: Optional[datetime.datetime] = None
    status: str = "pending"
    duration: Optional[float] = None
    result_size: Optional[int] = None
    error_message: Optional[str] = None
    metadata: Dict[str, Any] = field(default_factory=dict)


@dataclass
class WorkflowExecution:
    """One execution of a workflow."""

    execution_id: str
    workflow_name: str
    start_time: datetime.datetime
    end_time: Optional[datetime.datetime] = None
    status: str = "running"
    total_tasks: int = 0
    completed_tasks: int = 0
    failed_tasks: int = 0


class LineageManager:
    """Records executions of workflows, one at a time, to ``folder`` (see :func:`makespan.run` for where else)."""

    def __init__(self, folder=None):
        self.folder = folder
        self.clear()
        self._listeners = []

    def clear(self):
        """Forgets what is in memory. Files stay."""
        self.nodes, self.edges = {}, []
        self.executions, self.task_executions = {}, {}
        self.current_execution = None
        self._run, self._tasks = None, {}
        self._lock = threading.RLock()

    # ------------------------------------------------------------------------------------------------------ workflows

    def start_workflow_execution(self, workflow_name, execution_context=None):
        """Opens an execution and answers its id. The graph is that of the context, if it has one."""
        with self._lock:
            self.finish_workflow_execution()
            execution = WorkflowExecution(str(uuid.uuid4()), workflow_name, datetime.datetime.now())
            self.executions[execution.execution_id] = execution
            self.current_execution = execution.execution_id
            self._tasks = {}
            self._open(execution)
            self._declare(execution_context)
            execution.total_tasks = len(self.nodes)
        self._notify("workflow_started", execution)
        return execution.execution_id

    def finish_workflow_execution(self, status=None):
        """Ends the current execution: ``completed`` or ``failed``, or as its tasks tell."""
        with self._lock:
            execution = self.executions.get(self.current_execution)
            if execution is None or execution.status != "running":
                return
            execution.end_time = datetime.datetime.now()
            execution.status = status or ("failed" if execution.failed_tasks else "completed")
            self.current_execution = None
            if self._run is not None:
                self._run.end(status={"completed": "succeeded"}.get(execution.status, execution.status))
        self._notify("workflow_" + execution.status, execution)

    @guarded()
    def _open(self, execution):
        self._run = None
        self._run = _run.Run(execution.workflow_name, id=execution.execution_id, folder=self.folder,
                             source="makespan python, as graflow")
        _context.opened(self._run)

    @guarded()
    def _declare(self, context):
        """The nodes and edges of a context's graph, in the order in which a task comes after what it needs."""
        graph = getattr(context, "graph", None)
        self.nodes, self.edges = {}, []
        if graph is None:
            return
        nodes = getattr(graph, "nodes", ())
        edges = getattr(graph, "edges", ())
        for node in list(nodes() if callable(nodes) and not hasattr(nodes, "__iter__") else nodes):
            task = foreign(graph.get_task, node) if hasattr(graph, "get_task") else None
            self.nodes[say(node, 256)] = {"task_type": type(task).__name__ if task is not None else "Task",
                                          "status": "pending", "created_at": datetime.datetime.now().isoformat()}
        for edge in list(edges() if callable(edges) and not hasattr(edges, "__iter__") else edges):
            self.edges.append((say(edge[0], 256), say(edge[1], 256)))
        after = {}
        for source, target in self.edges:
            after.setdefault(target, []).append(source)
        if self._run is not None:
            for node, data in self.nodes.items():
                self._tasks[node] = self._run.create(node, id=node, after=after.get(node, ()), kind=data["task_type"])

    # ---------------------------------------------------------------------------------------------------------- tasks

    def add_task_execution(self, task_id, execution_context=None):
        """An execution of a task starts."""
        with self._lock:
            if not self.current_execution:
                return
            info = TaskExecutionInfo(task_id, "%s_%s_%s" % (self.current_execution, task_id, uuid.uuid4().hex[:8]),
                                     datetime.datetime.now(), status="running")
            self.task_executions[info.execution_id] = info
            node = self.nodes.get(task_id)
            if node is None:
                node = self.nodes[task_id] = {"task_type": "Task", "created_at": info.start_time.isoformat()}
                self.executions[self.current_execution].total_tasks += 1
            node.pop("error", None)
            node.update(status="running", current_execution=info.execution_id)
            self._start(task_id)
        self._notify("task_started", info)

    @guarded()
    def _start(self, task_id):
        if self._run is not None:
            task = self._tasks.get(task_id)
            if task is None:
                task = self._tasks[task_id] = self._run.create(task_id, id=task_id)
            task.start()

    def complete_task_execution(self, task_id, result=None, execution_context=None):
        """It ended well. The result itself is not recorded."""
        info = self._over(task_id, "completed", None)
        if info is not None:
            info.result_size = foreign(sys.getsizeof, result)
            self._notify("task_completed", info)
            self._finish_if_done()

    def fail_task_execution(self, task_id, error):
        """It failed."""
        info = self._over(task_id, "failed", error)
        if info is not None:
            self._notify("task_failed", info)

    def _over(self, task_id, status, error):
        with self._lock:
            current = self.current_execution
            info = next((one for one in reversed(list(self.task_executions.values()))
                         if one.task_id == task_id and one.status == "running"
                         and current is not None and one.execution_id.startswith(current)), None)
            if info is None:
                return None
            info.end_time = datetime.datetime.now()
            info.duration = max(0.0, (info.end_time - info.start_time).total_seconds())
            info.status = status
            node = self.nodes[task_id]
            node.update(status=status, last_duration=info.duration)
            if error is not None:
                info.error_message = node["error"] = say(error, 4096)
            execution = self.executions[current]
            execution.completed_tasks = sum(one.get("status") == "completed" for one in self.nodes.values())
            execution.failed_tasks = sum(one.get("status") == "failed" for one in self.nodes.values())
            task = self._tasks.get(task_id)
            if task is not None:
                task.complete() if error is None else task.fail(error)
            return info

    def _finish_if_done(self):
        if self.edges and all(node.get("status") == "completed" for node in self.nodes.values()):
            self.finish_workflow_execution()

    @contextlib.contextmanager
    def executing_task(self, task_id, execution_context=None):
        """An execution of a task as a ``with`` block, as the plan has it in ``ExecutionContext``."""
        self.add_task_execution(task_id, execution_context)
        try:
            yield self._tasks.get(task_id)
        except Exception as error:
            self.fail_task_execution(task_id, error)
            raise
        self.complete_task_execution(task_id, None, execution_context)

    # ------------------------------------------------------------------------------------------- graph and listeners

    def get_graph_snapshot(self):
        """Nodes with their data, and edges, as JSON."""
        with self._lock:
            return {"nodes": [{"id": node, "data": dict(data)} for node, data in self.nodes.items()],
                    "edges": [{"source": source, "target": target, "data": {}} for source, target in self.edges]}

    def add_listener(self, callback):
        """Calls ``callback(event_type, info)`` for whatever starts and ends."""
        self._listeners.append(callback)

    def _notify(self, event_type, data):
        for listener in list(self._listeners):
            foreign(listener, event_type, data)


_lineage_manager = LineageManager()


def get_lineage_manager():
    """The manager of this program."""
    return _lineage_manager


def task(name=None, inject_context=False, track_lineage=True, manager=None):
    """Decorates a function that is a task: a call is an execution, while a workflow is being executed.

    ``inject_context`` is taken for the original's sake: the function gets the manager as its first argument.
    """

    def decorator(function):
        task_id = name if isinstance(name, str) else function.__name__

        @functools.wraps(function)
        def wrapper(*args, **kwargs):
            lineage = manager or _lineage_manager
            if inject_context:
                args = (lineage, *args)
            if not track_lineage or not lineage.current_execution:
                return function(*args, **kwargs)
            with lineage.executing_task(task_id):
                return function(*args, **kwargs)

        wrapper.task_id = task_id
        return wrapper

    return decorator(name) if callable(name) else decorator
