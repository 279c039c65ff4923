"""The manager, and the decorator of tasks."""

from __future__ import annotations

import atexit
import contextlib
import datetime
import functools
import re
import sys
import threading
import uuid

from ... import _context, _run
from ..._guard import foreign, guarded, say
from .._reopen import leave, reopen
from .graph import Graph, members
from .models import Answers, TaskExecutionInfo, WorkflowExecution

#: Nodes and edges of one graph that are looked at.
MOST = 1_000_000
#: What Graflow adds to the id of a task for each iteration.
ITERATION = re.compile(r"(_cycle_\d+_[0-9a-f]+)+\Z")


class LineageManager(Answers):
    """Records executions of workflows, one at a time, to ``folder`` (see :func:`makespan.run` for where else)."""

    def __init__(self, folder=None):
        self.folder = folder
        #: The graph of the current execution, with the data of its nodes.
        self.graph = Graph()
        self._lock = threading.RLock()
        self._listeners = []
        self._registered = False
        self.executions, self.task_executions = {}, {}
        self._forget()

    def clear(self):
        """Ends the current execution, and forgets what is in memory. Files stay."""
        with self._lock:
            self._leave()
            self.graph.clear()
            self.executions, self.task_executions = {}, {}
            self._forget()

    def _forget(self):
        self.current_execution = self._run = self._context = None
        self._declared = False  # the graph is that of a context, so that it is known when all is done
        self._budget, self._behind = 0, False  # how much of a graph may be looked at; whether something was not
        self._counted = {}  # how the last execution of a node ended
        self._latest = {}  # tasks of makespan by node, the last instance of each
        self._going = {}  # executions that are going on, by node, the first one first
        self._tasks = {}  # tasks of makespan by the execution that is going on
        self._ids, self._open = set(), set()  # of tasks of makespan; of nodes that are not completed

    # ------------------------------------------------------------------------------------------------------ workflows

    def start_workflow_execution(self, workflow_name, execution_context=None):
        """Starts an execution and returns its id. The graph is that of the context, if it has one."""
        with self._lock:
            self._leave()
            self._forget()
            execution = WorkflowExecution(str(uuid.uuid4()), workflow_name, datetime.datetime.now())
            self.executions[execution.execution_id] = execution
            self.current_execution = execution.execution_id
            self.graph.clear()
            self._context = execution_context
            self._begin(execution)
            self._declare()
            self._declared = len(self.graph) > 0
            execution.total_tasks = len(self.graph)
            if not self._registered:
                self._registered = True
                atexit.register(self._leave)
        self._notify("workflow_started", execution)
        return execution.execution_id

    def finish_workflow_execution(self, status=None):
        """Ends the current execution permanently, with the given status or with the one that follows from its tasks."""
        self._finish(lambda execution: status or ("failed" if execution.failed_tasks else "completed"))

    def _finish(self, judged):
        with self._lock:
            execution = self.executions.get(self.current_execution)
            self.current_execution = None
            if execution is None:
                return
            status = judged(execution)
            if execution.status != "running" and status in (None, execution.status):
                return  # it ended for the time being, and nothing came after
            self._end(execution, status)
        self._notify("workflow_" + execution.status, execution)

    @guarded()
    def _leave(self):
        """Ends the current execution because another one begins, or the program ends. If some tasks did not run, its
        status is unknown unless a task failed.
        """
        def judged(execution):
            return "failed" if execution.failed_tasks else None if self._open or self._going else "completed"

        self._finish(judged)

    def _end(self, execution, status):
        if self._behind:
            self._declare()
        execution.end_time = datetime.datetime.now()
        execution.status = status or "unknown"
        if status is None:
            leave(self._run)
        elif self._run is not None:
            reopen(self._run)
            self._run.end(status={"completed": "succeeded"}.get(status, status))

    def _settle(self):
        """Ends the execution, for now, when nothing runs and all tasks are done or one failed."""
        with self._lock:
            execution = self.executions.get(self.current_execution)
            if execution is None or execution.status != "running" or self._going or not self._declared:
                return
            if self._open and not execution.failed_tasks:
                return
            self._end(execution, "failed" if execution.failed_tasks else "completed")
        self._notify("workflow_" + execution.status, execution)

    @guarded()
    def _begin(self, execution):
        self._run = _run.Run(execution.workflow_name, id=execution.execution_id, folder=self.folder,
                             source="makespan python, as graflow")
        _context.opened(self._run)

    @guarded()
    def _declare(self):
        """Declares the nodes and edges of the context's graph that are new."""
        graph = getattr(self._context, "graph", None)
        self._behind = False
        if graph is None:
            return
        new = [(node, say(node, 256)) for node in members(graph, "nodes", MOST)]
        new = [(node, name) for node, name in new if name not in self.graph]
        for node, name in new:
            task = foreign(graph.get_task, node) if hasattr(graph, "get_task") else None
            self._add_node(name, type(task).__name__ if task is not None else "Task")
        edges = [(say(edge[0], 256), say(edge[1], 256)) for edge in members(graph, "edges", MOST)]
        edges = [edge for edge in edges if not self.graph.has_edge(*edge)]
        for edge in edges:
            self.graph.add_edge(*edge)
        # A cycle is gone through by further instances, each of which depends on those before it.
        back = self.graph.back_edges() if edges else ()
        declared = {name for _, name in new}
        if self._run is not None:
            for _, name in new:
                self._create(name, name, [one for one in self.graph.predecessors(name) if (one, name) not in back])
            for source, target in edges:
                if target not in declared and target in self._ids and (source, target) not in back:
                    self._run.put({"event": "task", "after": [source]}, task=target)

    def _look(self):
        """Declares additions to the graph, but not for every task of a large one, because the cost would be quadratic."""
        self._budget += 64
        size = len(self.graph) + len(self.graph.edges)
        self._behind = self._budget < size
        if not self._behind:
            self._budget -= size
            self._declare()

    def _add_node(self, node, kind):
        self.graph.add_node(node, task_type=kind, status="pending", created_at=datetime.datetime.now().isoformat())
        self._open.add(node)

    def _create(self, node, id, after):
        self._ids.add(id)
        self._latest[node] = self._run.create(node, id=id, step=ITERATION.sub("", node) or node, after=after,
                                              kind=self.graph.nodes[node].get("task_type"))
        return self._latest[node]

    # ---------------------------------------------------------------------------------------------------------- tasks

    def add_task_execution(self, task_id, execution_context=None):
        """Starts an execution of a task."""
        self._started(task_id, execution_context)

    def _started(self, task_id, context):
        with self._lock:
            execution = self.executions.get(self.current_execution)
            if execution is None:
                return None
            if execution.status != "running":
                # It goes on: a loop, a retry, a task that was added.
                execution.status, execution.end_time = "running", None
                reopen(self._run)
            info = TaskExecutionInfo(task_id, "%s_%s_%s" % (self.current_execution, task_id, uuid.uuid4().hex[:8]),
                                     datetime.datetime.now(), status="running")
            self.task_executions[info.execution_id] = info
            node = say(task_id, 256)
            if node not in self.graph:
                self._context = context if context is not None else self._context
                self._look()
                if node not in self.graph:
                    self._add_node(node, "Task")
                execution.total_tasks = len(self.graph)
            self._count(execution, node, None)
            data = self.graph.nodes[node]
            data.pop("error", None)
            data.update(status="running", current_execution=info.execution_id)
            self._open.add(node)
            self._tasks[info.execution_id] = self._start(node)
            self._going.setdefault(node, []).append(info)
        self._notify("task_started", info)
        return info

    @guarded()
    def _start(self, node):
        """Starts the task, its next attempt after a failure, or a further instance."""
        if self._run is None:
            return None
        task = self._latest.get(node)
        if task is None or task.state not in ("pending", "failed", "cancelled"):
            number, id = 1, node
            while id in self._ids:
                number += 1
                id = "%s-%d" % (node, number)
            # What it comes after are the instances that ran already.
            before = [self._latest.get(one) for one in self.graph.predecessors(node)]
            task = self._create(node, id, [one for one in before if one is not None and (one.state != "pending" or task is None)])
        task.start()
        return task

    def complete_task_execution(self, task_id, result=None, execution_context=None):
        """Completes an execution of a task. The result itself is not recorded."""
        self._completed(self._first(task_id), result)

    def fail_task_execution(self, task_id, error):
        """Marks an execution of a task as failed."""
        self._failed(self._first(task_id), error)

    def _first(self, task_id):
        """Returns the execution of a task that has been running for the longest time."""
        with self._lock:
            return next(iter(self._going.get(say(task_id, 256), ())), None)

    def _completed(self, info, result):
        if info is not None and self._over(info, "completed", None):
            info.result_size = foreign(sys.getsizeof, result)
            self._notify("task_completed", info)
            self._settle()

    def _failed(self, info, error):
        if info is not None and self._over(info, "failed", error):
            self._notify("task_failed", info)
            self._settle()

    def _over(self, info, status, error):
        """Ends an execution, unless it has ended or belongs to a workflow that has."""
        with self._lock:
            node = say(info.task_id, 256)
            going = self._going.get(node, [])
            if not any(one is info for one in going):
                return False
            self._going[node] = [one for one in going if one is not info]
            if not self._going[node]:
                del self._going[node]
            info.end_time = datetime.datetime.now()
            info.duration = max(0.0, (info.end_time - info.start_time).total_seconds())
            info.status = status
            data = self.graph.nodes.setdefault(node, {})
            data.update(status=status, last_duration=info.duration)
            execution = self.executions.get(self.current_execution)
            if execution is not None:
                self._count(execution, node, status)
            (self._open.discard if status == "completed" else self._open.add)(node)
            if error is not None:
                info.error_message = data["error"] = say(error, 4096)
            task = self._tasks.pop(info.execution_id, None)
            if task is not None:
                task.complete() if error is None else task.fail(error)
            return True

    def _count(self, execution, node, status):
        """Counts a node by the outcome of its last execution; ``None`` if it has not ended."""
        before, self._counted[node] = self._counted.get(node), status
        execution.completed_tasks += (status == "completed") - (before == "completed")
        execution.failed_tasks += (status == "failed") - (before == "failed")

    @contextlib.contextmanager
    def executing_task(self, task_id, execution_context=None):
        """An execution of a task, given by its id or as an object with a ``task_id``, as a ``with`` block."""
        task_id = getattr(task_id, "task_id", task_id)
        info = self._started(task_id, execution_context)
        task = self._tasks.get(info.execution_id) if info is not None else None
        if task is not None:
            task.activate()
        try:
            yield task
        except BaseException as error:
            if task is not None:
                task.deactivate()
                task.end(error)
            self._failed(info, error)
            raise
        if task is not None:
            task.deactivate()
        get = getattr(execution_context, "get_result", None)
        self._completed(info, foreign(get, task_id) if get is not None else None)


_lineage_manager = LineageManager()


def get_lineage_manager():
    """The manager of this program."""
    return _lineage_manager


def task(name=None, inject_context=False, track_lineage=True, manager=None):
    """Decorates a function that is a task: a call is an execution, while a workflow is being executed.

    ``inject_context`` has the meaning of the original: the function gets the manager as its first argument.
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
