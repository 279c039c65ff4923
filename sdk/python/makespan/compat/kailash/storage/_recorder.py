"""Base of all storages that record runs and tasks as events."""

from __future__ import annotations

import contextlib
import json
import threading
import uuid

from .... import _context, _run
from ...._guard import foreign, guarded, say
from ..._reopen import amended, reopen
from .._model import utc_now
from .._restore import ATTRIBUTE, DELETED, TRY, restored
from ..metrics import COLLECTED, TaskMetrics, of_samples
from ..models import OVER, RUNS_OVER, TaskRun, TaskStatus, WorkflowRun
from ..sdk_exceptions import StorageException
from ._reader import Reader, named, typed

#: Metrics that ``include`` of the configuration may list.
INCLUDE = ("cpu", "memory", "disk_io", "network_io")


class Recorded(_run.Run):
    """A run with only some of the automatic metrics."""

    include = None

    def samples(self, measured, at=None, task=None, tries=None):
        if self.include is not None:
            measured = [one for one in measured if _family(one[0]) in self.include]
        super().samples(measured, at, task, tries)


def _family(name):
    """Returns the word of ``include`` for an automatic metric."""
    return "memory" if "memory" in name else "disk_io" if name.startswith(("disk", "io_")) else "cpu"


class Recorder(Reader):
    """Records runs and tasks. Subclasses implement :meth:`_place`, and how runs are read back.

    ``resources``, ``every`` and ``include``: whether tasks are measured, the interval in seconds, and which metrics.
    """

    def __init__(self):
        self.resources, self.every, self.include = True, 0.1, None
        self.handlers = []
        self._opened, self._tasks, self._samples, self._names = {}, {}, {}, {}
        self._lock = threading.RLock()

    # ---------------------------------------------------------------------------------------------------- subclasses

    #: Whether a run of this storage may be the current run of the program.
    _written = True

    def _place(self, run):
        """Returns the arguments for the location of a run, and whether it exists there already."""
        return {"record": False}, False

    def _closed(self, opened):
        """Called when a run ends, and when something was added to a finished run."""

    def _reopening(self, opened):
        """Called before something is added to a finished run."""

    @contextlib.contextmanager
    def _writing(self, opened):
        """``with self._writing(opened):`` adds to a run, whether it has ended or not."""
        if opened.is_open:
            yield
            return
        self._reopening(opened)
        with amended(opened):
            yield
        self._closed(opened)

    def _remove(self, run_ids):
        """Deletes runs and returns the ids of the deleted ones."""
        return []

    # ----------------------------------------------------------------------------------------------------- recording

    @guarded()
    def save_run(self, run):
        """Records a run as it is now."""
        with self._lock:
            opened = self._open(run)
            if run.status not in RUNS_OVER or not opened.is_open:
                return
            if run.error is not None:
                opened.put({"event": "run", "error": opened.redacted_error({"message": say(run.error)})})
            opened.end(status={"completed": "succeeded"}.get(run.status, run.status), at=run.ended_at)
            self._closed(opened)

    def _open(self, run, current=True):
        opened = self._opened.get(run.run_id)
        if opened is None:
            where, there = self._place(run)
            opened = Recorded(run.workflow_name, id=run.run_id, at=run.started_at, params=run.metadata, every=self.every,
                              resources=self.resources, announce=not there, source="makespan python, as kailash", **where)
            if there:
                opened.ship()
            opened.include = self.include
            if self.include is not None and "network_io" in self.include:
                opened.not_collected("network_io", "the system does not count it for a process")
            opened.listen(self._hear)
            self._opened[run.run_id] = opened
            if there and run.status in RUNS_OVER:
                opened.is_open = False
            elif current and self._written:
                _context.opened(opened)
        elif not opened.is_open and run.status not in RUNS_OVER:
            self._reopening(opened)
            reopen(opened)
        return opened

    def _hear(self, event):
        """Collects the samples of running attempts."""
        if event["event"] == "start":
            self._samples[(event["run"], event.get("task"))] = {}
        elif event["event"] == "sample" and event.get("task") is not None:
            kept = self._samples.get((event["run"], event["task"]))
            if kept is not None and len(kept) < 1000:
                kept[event["name"]] = (event["value"], event.get("unit"))

    @guarded()
    def save_task(self, task):
        """Records the current state of a task, also if it was created elsewhere or is a copy of a known one."""
        with self._lock:
            known = self._tasks.get(task.task_id)
            if task._recorder is not self:
                self._take(task, known)
            self._tasks[task.task_id] = task
            if task._written is not task.status:
                self.changed(task)

    def _take(self, task, known):
        """Takes over a task that was created elsewhere."""
        task._recorder, self._tasks[task.task_id] = self, task
        if known is not None and known._recorder is self:
            task._task, task._written, task._labels = known._task, known._written, known._labels
            return
        run = self._opened.get(task.run_id)
        if run is None:
            run = self._open(self.load_run(task.run_id) or WorkflowRun(task.run_id, task.run_id), current=False)
        if task._origin is not None:
            # It was read back: it is declared already, and some of its tries may be over.
            task._task = _run.Task(run, task._origin, task.node_id, run)
            task._task.tries, task._task.state = task.retry_count + 1, _STATES[task._written]
            return
        with self._writing(run):
            self._declare(run, task)

    def _declare(self, run, task):
        after = [self._tasks[id]._task or id if id in self._tasks else id for id in task.dependencies]
        task._labels = {}
        task._task = run.create(task.node_id, id=task.task_id, kind=task.node_type, after=after, params=task.metadata)
        task._written = TaskStatus.PENDING
        if task.input_data is not None:
            task._task.artifact("input", value=task.input_data, direction="input")
        self._started(task)
        if task.metrics is not None:
            TaskMetrics.of(task.metrics).record(task._task, self._measured(task))

    def tell(self, what, *about):
        """Calls the handlers with the event that ``what(*about)`` returns. Their exceptions are ignored."""
        event = foreign(what, *about) if self.handlers else None
        for handler in self.handlers if event is not None else ():
            foreign(getattr(handler, "handle", handler), event)

    @staticmethod
    def _started(task):
        """Records the start of a task that is already past it."""
        if task.started_at is not None and task.status not in (TaskStatus.PENDING, TaskStatus.RUNNING):
            task._task.start(at=task.started_at)

    @guarded()
    def changed(self, task, metadata=False):
        """Records the new status of a task, and the resource usage of its attempt."""
        with self._lock, self._writing(task._task.run):
            if metadata:
                task._task.annotate(params=task.metadata)
            if task._written is task.status:
                return
            task._record()
            if task.retry_count and task.status is TaskStatus.RUNNING:
                self._name_try(task)
            if task.status in OVER and task.started_at is not None:
                for name, value in _own(task.result).items():
                    task._task.metric(name, value)
                measured = self._measured(task)
                task.metrics = TaskMetrics.of(task.metrics).over(of_samples(measured, task.duration))
                # Which ones there are is all that is asked later, and most tasks have the same.
                names = frozenset(measured)
                self._samples[(task.run_id, task._task.id)] = self._names.setdefault(names, dict.fromkeys(names))

    def _name_try(self, task):
        """Records the id of a later attempt, so that it can be found by this id."""
        task._labels[TRY % task._task.tries] = task.task_id
        task._task.annotate(labels=task._labels)

    def measure(self, task, metrics):
        """Records metrics that a program gives."""
        given, beside = TaskMetrics.of(metrics), self._measured(task)
        # Of what was counted for the attempt, a collector may have only the total of the process.
        given.custom_metrics = {name: value for name, value in given.custom_metrics.items()
                                if name not in COLLECTED or name not in beside}
        if task.status is TaskStatus.RUNNING and task._task.run.resources:
            beside = {**beside, "cpu": None, "memory": None}  # they will be measured when it ends
        with self._writing(task._task.run):
            given.record(task._task, beside)
        task.metrics = given.over(TaskMetrics.of(task.metrics))

    def _measured(self, task):
        return self._samples.get((task.run_id, task._task.id), {})

    def adopt(self, task):
        """Takes over a task that was read back, so that it can continue."""
        with self._lock:
            if task._recorder is not self:
                self._take(task, self._tasks.get(task.task_id))

    def update_task(self, task):
        self.save_task(task)

    def delete_task(self, task_id):
        """Hides a task. Its events stay in the file, with the label ``deleted``."""
        task = self._tasks.pop(task_id, None) or self.load_task(task_id)
        if task is not None:
            if task._recorder is not self:
                self._take(task, None)
                self._tasks.pop(task_id, None)
            task._labels[DELETED] = sorted({task_id, *task._labels.get(DELETED, ())})
            self._amend(task._task.run, task._task, task._labels)

    def _amend(self, opened, scope, labels):
        """Labels a run or one of its tasks, which may have finished."""
        with self._writing(opened):
            scope.annotate(labels=labels)

    def forget(self, run_ids):
        """Removes runs from memory; they can be read back."""
        with self._lock:
            for id in run_ids:
                self._opened.pop(id, None)
            self._tasks = {id: task for id, task in self._tasks.items() if task.run_id in self._opened}
            self._samples = {key: kept for key, kept in self._samples.items() if key[0] in self._opened}

    def upsert_search_attributes(self, run_id, attributes):
        """Labels a run with values to search by: texts, numbers, truth values, times."""
        for name in attributes:
            named(name)
        opened = self._opened.get(run_id)
        if opened is None:
            run = self.load_run(run_id)
            if run is None:
                raise StorageException("Run '%s' not found" % run_id)
            opened = self._open(run, current=False)
        labels = (self._told(run_id) or {}).get("labels") or {}
        self._amend(opened, opened, {**labels, **{ATTRIBUTE + name: typed(value) for name, value in attributes.items()}})

    # --------------------------------------------------------------------------------------- export, import, clean up

    def export_run(self, run_id, output_path):
        """Writes a run and its tasks as JSON, in the form of the original, which ``makespan`` opens too."""
        told = self._told(run_id)
        if told is None:
            raise ValueError("Run %s not found" % run_id)
        run, tasks = restored(told)
        with open(output_path, "w", encoding="utf-8") as file:
            json.dump({"run": run.to_dict(), "tasks": [task.to_dict() for task in tasks]}, file, indent=2, ensure_ascii=False)

    def import_run(self, input_path):
        """Records an exported run under a new id, which is returned."""
        with open(input_path, encoding="utf-8") as file:
            data = json.load(file)
        run = WorkflowRun.from_dict({**data["run"], "run_id": str(uuid.uuid4()), "tasks": []})
        status, run.status = run.status, "running"
        self.save_run(run)
        ids = {}
        for one in data.get("tasks", ()):
            task = TaskRun.from_dict({**one, "run_id": run.run_id, "task_id": str(uuid.uuid4())})
            ids[one.get("task_id")] = task.task_id
            task.dependencies = [ids.get(id, id) for id in task.dependencies]
            task.parent_task_id = ids.get(task.parent_task_id)
            before = self._tasks.get(task.parent_task_id)
            if before is not None:
                # A further try of a task that is there.
                task._recorder, task._task, task._labels = self, before._task, before._labels
                task._written = TaskStatus.PENDING
                self._started(task)
                self._name_try(task)
            self.save_task(task)
        run.status = status
        self.save_run(run)
        return run.run_id

    def clear(self):
        """Deletes all runs."""
        self._remove([run.run_id for run in self.list_runs()])
        self.forget(list(self._opened))

    def clean_up(self, older_than_days=None, keep_failed_runs=False, dry_run=False, max_runs=None):
        """Deletes or archives the runs that ended more than this number of days ago, and the oldest above ``max_runs``, and
        returns their ids; with ``dry_run`` it only returns them. Unfinished runs, and runs with an unknown end, are kept.
        """
        over = sorted((run for run in self.list_runs() if run.ended_at is not None), key=lambda run: run.ended_at)
        surplus = 0 if max_runs is None else max(0, len(over) - int(max_runs))
        gone = []
        for number, run in enumerate(over):
            age = (utc_now() - run.ended_at).total_seconds() / 86400
            old = older_than_days is not None and age > older_than_days
            if (old or number < surplus) and not (keep_failed_runs and run.status == "failed"):
                gone.append(run.run_id)
        return gone if dry_run else self._remove(gone)


_STATES = {TaskStatus.PENDING: "pending", TaskStatus.RUNNING: "running", TaskStatus.COMPLETED: "succeeded",
           TaskStatus.FAILED: "failed", TaskStatus.SKIPPED: "skipped", TaskStatus.CANCELLED: "cancelled"}


def _own(result):
    """Returns the values that a node reports about itself, in ``_metrics`` of its result."""
    for found in (result, result.get("result") if isinstance(result, dict) else None):
        if isinstance(found, dict) and isinstance(found.get("_metrics"), dict):
            return found["_metrics"]
    return {}


class Unwritten(Recorder):
    """Measures the tasks of a manager with a custom storage, and writes nothing."""

    _written = False
