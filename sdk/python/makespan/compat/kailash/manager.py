"""``kailash.tracking.manager``: the manager that runtimes and programs report runs and tasks to."""

from __future__ import annotations

import datetime
import threading

from ._answers import Answers
from ._happening import of_run, of_task
from ._model import utc_now
from .config import TrackingConfig
from .metrics import TaskMetrics
from .models import TaskRun, TaskStatus, WorkflowRun
from .sdk_exceptions import KailashException, StorageException, TaskException, TaskStateError
from .storage._recorder import Recorder, Unwritten


class TaskManager(Answers):
    """Runs and tasks by their ids: those of this process, and earlier ones from its storage.

    Errors are those of the original: ``TaskException`` for unknown ids and empty names, ``TaskStateError`` for an invalid
    change of status, ``StorageException`` for a storage that cannot be used or that raises. With a custom storage, nothing is
    written elsewhere, unless ``config`` names a ``path`` too.
    """

    def __init__(self, storage_backend=None, storage=None, config=None):
        self.config = config or TrackingConfig.from_env()
        given = storage_backend if storage_backend is not None else storage
        own = given is not None and not isinstance(given, Recorder)
        if given is None:
            given = self.config.storage() if self.config.enabled else Unwritten()
        self.storage = given
        #: What measures tasks and records them: the storage itself, unless it is one's own.
        self._recorder = given
        if own:
            self._recorder = self.config.storage() if config is not None and config.storage_config else Unwritten()
        if not self.config.enabled:
            self._recorder = Unwritten()
        self._recorder.resources = bool(self.config.collect_metrics and self.config.enabled)
        self._recorder.every, self._recorder.include = self.config.metric_interval, self.config.include
        self._runs, self._tasks = {}, {}
        #: The run that the program created last, if it may be for what a runtime executes next.
        self._waiting = None
        self._lock = threading.RLock()

    # ----------------------------------------------------------------------------------------------------------- runs

    def create_run(self, workflow_name, metadata=None):
        """Opens a run and returns its id.

        A runtime creates a run of its own for what it executes, so a run that the program created for it would stay empty.
        It gets that run instead, if the program created it last and has not used it.
        """
        if not workflow_name:
            raise TaskException("Workflow name is required")
        with self._lock:
            waiting, self._waiting = self._waiting, None
        if metadata and "runtime" in metadata:
            run = self._runs.get(waiting)
            if run is not None and run.ended_at is None and not run.tasks:
                run.metadata.update(metadata)
                self._save(run)
                return run.run_id
        run = WorkflowRun(workflow_name, metadata=metadata or {})
        self._runs[run.run_id] = run
        if not metadata or "runtime" not in metadata:
            self._waiting = run.run_id
        self._save(run)
        self._recorder.tell(of_run, run, "run.started")
        return run.run_id

    def update_run_status(self, run_id, status, error=None):
        """``completed``, ``failed`` and ``cancelled`` end the run."""
        if not run_id:
            raise TaskException("Run ID is required")
        run = self._known(self.get_run(run_id), "Run", run_id)
        before = run.status
        run.update_status(status, error)
        self._save(run)
        if run.status != before:
            self._recorder.tell(of_run, run)

    def add_handler(self, handler):
        """Calls ``handler.handle(event)``, or a function, with each event of runs and tasks; see :mod:`.events`."""
        self._recorder.handlers = [*self._recorder.handlers, handler]

    def remove_handler(self, handler):
        self._recorder.handlers = [one for one in self._recorder.handlers if one is not handler]

    def set_search_attributes(self, run_id, attributes):
        """Sets labels of a run for :meth:`search_runs`."""
        if not run_id:
            raise TaskException("Run ID is required")
        if attributes:
            self._wanted("upsert_search_attributes")(run_id, attributes)

    # ---------------------------------------------------------------------------------------------------------- tasks

    def create_task(self, node_id, input_data=None, metadata=None, run_id="test-run-id", node_type="default-node-type",
                    dependencies=None, started_at=None):
        """Declares a task; ``dependencies`` are ids of tasks."""
        if not node_id:
            raise TaskException("Node ID is required")
        return self._add(TaskRun(node_id, run_id, node_type, started_at=started_at, input_data=input_data,
                                 metadata=metadata or {}, dependencies=list(dependencies or ())))

    def save_task(self, task):
        """Records a task that was created without the manager."""
        self._add(task)

    def _add(self, task):
        with self._lock:
            self._tasks[task.task_id] = task
        self._save(task)
        with self._lock:
            run = self._runs.get(task.run_id)
            if run is not None:
                run.add_task(task.task_id)
                if self.storage is not self._recorder:
                    self._save(run)
        self._recorder.tell(of_task, task, "task.created")
        return task

    def update_task_status(self, task_id, status, result=None, error=None, ended_at=None, metadata=None):
        if not task_id:
            raise TaskException("Task ID is required")
        task = self._task(task_id)
        task.update_status(status, result, error, ended_at, metadata)
        self._save(task)

    def complete_task(self, task_id, output_data=None):
        self._change(task_id, TaskRun.complete, output_data)

    def fail_task(self, task_id, error_message):
        self._change(task_id, TaskRun.fail, error_message)

    def skip_task(self, task_id, reason=None):
        self._change(task_id, TaskRun.skip, reason)

    def cancel_task(self, task_id, reason):
        self._change(task_id, TaskRun.cancel, reason)

    def _change(self, task_id, method, *given):
        task = self._task(task_id)
        method(task, *given)
        self._save(task)

    def retry_task(self, task_id):
        """Returns the next attempt of a failed task, as a new object."""
        return self._add(self._task(task_id).create_retry())

    def update_task_metrics(self, task_id, metrics):
        """Records the measurements of a program or a runtime. Zeros in place of values that were not measured are ignored."""
        task = self._task(task_id)
        self._recorder.measure(task, metrics)
        self._save(task)

    def delete_task(self, task_id):
        """Deletes a task. If it was recorded as events, it stays in the file with the label ``deleted``."""
        self._tasks.pop(task_id, None)
        delete = getattr(self.storage, "delete_task", None)
        if delete is not None:
            self._asked(delete, task_id)

    def cleanup_old_tasks(self, days=30):
        """Deletes tasks that were created more than this number of days ago, and runs that ended before; returns the number
        of tasks."""
        limit = utc_now() - datetime.timedelta(days=days)
        old = [task.task_id for task in self._all_tasks() if task.created_at < limit]
        gone = set(self.storage.clean_up(days)) if hasattr(self.storage, "clean_up") else set()
        for id in old:
            task = self._tasks.get(id)
            if task is not None and task.run_id in gone:
                self._tasks.pop(id)
            else:
                self.delete_task(id)
        for id in gone:
            self._runs.pop(id, None)
        return len(old)

    def clear_cache(self):
        """Removes finished runs and tasks from memory."""
        over = [id for id, run in self._runs.items() if run.ended_at is not None]
        self._recorder.forget(over)
        self._runs = {id: run for id, run in self._runs.items() if run.ended_at is None}
        self._tasks = {id: task for id, task in self._tasks.items() if task.run_id in self._runs}

    # -------------------------------------------------------------------------------------------------------- machinery

    def _save(self, thing):
        """Records a run or a task, and saves it to a custom storage."""
        run = isinstance(thing, WorkflowRun)
        try:
            (self._recorder.save_run if run else self._recorder.save_task)(thing)
            if self.storage is not self._recorder and self.config.enabled:
                self._asked(self.storage.save_run if run else self.storage.save_task, thing)
        except StorageException:
            # As in the original: what could not be saved is not there.
            (self._runs if run else self._tasks).pop(thing.run_id if run else thing.task_id, None)
            raise

    def _wanted(self, name):
        method = getattr(self.storage, name, None)
        if method is None:
            raise StorageException("%s has no method %s" % (type(self.storage).__name__, name))
        return lambda *args, **how: self._asked(method, *args, **how)

    @staticmethod
    def _asked(method, *args, **how):
        """Calls a storage. Its exceptions are raised as ``StorageException``, errors about arguments unchanged."""
        try:
            return method(*args, **how)
        except (KailashException, ValueError):
            raise
        except Exception as error:
            raise StorageException("%s failed: %s" % (getattr(method, "__qualname__", "the storage"), error)) from error

    def _task(self, task_id):
        task = self._known(self.get_task(task_id), "Task", task_id)
        if task._recorder is None:
            self._recorder.adopt(task)
        return task

    @staticmethod
    def _known(thing, kind, id):
        if thing is None:
            raise TaskException("%s '%s' not found" % (kind, id))
        return thing


__all__ = ["TaskManager", "TaskMetrics", "TaskStateError", "TaskStatus"]
