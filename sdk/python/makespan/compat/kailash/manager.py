"""``kailash.tracking.manager``: the manager that runtimes and programs tell of runs and tasks."""

from __future__ import annotations

import datetime
import threading

from ... import _context
from ..._guard import foreign, guarded
from .config import TrackingConfig
from .models import RunSummary, TaskMetrics, TaskRun, TaskStatus, TaskSummary, WorkflowRun
from .storage import FileSystemStorage


class TaskManager:
    """Runs and tasks by their ids: those of this process as they are, earlier ones as their files tell.

    An unknown id, an empty name and a status that cannot follow raise ``ValueError``, as they raise in the original.
    """

    def __init__(self, storage_backend=None, storage=None, config=None):
        self.config = config or TrackingConfig.from_env()
        self.storage = storage_backend or storage
        if isinstance(self.storage, FileSystemStorage):
            self.folder = self.storage
        else:
            given = self.config.storage_config
            self.folder = FileSystemStorage(given.get("path"), compress=given.get("compress", False),
                                            retention_days=self.config.retention_days, max_runs=self.config.max_runs)
        self._runs, self._tasks = {}, {}
        self._lock = threading.RLock()

    # ----------------------------------------------------------------------------------------------------------- runs

    def create_run(self, workflow_name, metadata=None):
        """Opens a run and answers its id."""
        if not workflow_name:
            raise ValueError("Workflow name is required")
        run = WorkflowRun(workflow_name, metadata=metadata or {})
        self._runs[run.run_id] = run
        self._open(run)
        self._saved(run)
        return run.run_id

    @guarded()
    def _open(self, run):
        if self.config.enabled:
            run._run = self.folder.open(run, resources=self.config.collect_metrics, every=self.config.metric_interval)
            _context.opened(run._run)

    def update_run_status(self, run_id, status, error=None):
        """``completed``, ``failed`` and ``cancelled`` end the run."""
        run = self._known(self.get_run(run_id), "Run", run_id)
        run.update_status(status, error)
        if run._run is not None and run.ended_at is not None:
            self._end(run)
        self._saved(run)

    @guarded()
    def _end(self, run):
        opened, run._run = run._run, None
        if run.error is not None:
            opened.put({"event": "run", "error": opened.redacted_error({"message": run.error})})
        opened.end(status={"completed": "succeeded"}.get(run.status, run.status), at=run.ended_at)
        self.folder.close(opened)

    def get_run(self, run_id):
        return self._runs.get(run_id) or (self.folder.get_run(run_id) if run_id else None)

    def list_runs(self, workflow_name=None, status=None):
        """Summaries of the runs of this process and of the folder."""
        found = {run.run_id: (run, tasks) for run, tasks, _ in self.folder.runs()}
        found.update((id, (run, self.get_tasks(id))) for id, run in self._runs.items())
        return [RunSummary.from_workflow_run(run, tasks) for run, tasks in found.values()
                if workflow_name in (None, run.workflow_name) and status in (None, run.status)]

    def get_run_summary(self, run_id):
        run = self.get_run(run_id)
        return RunSummary.from_workflow_run(run, self.get_tasks(run_id)) if run is not None else None

    # ---------------------------------------------------------------------------------------------------------- tasks

    def create_task(self, node_id, input_data=None, metadata=None, run_id="test-run-id", node_type="default-node-type",
                    dependencies=None, started_at=None):
        """Declares a task; ``dependencies`` are ids of tasks."""
        if not node_id:
            raise ValueError("Node ID is required")
        task = TaskRun(node_id, run_id, node_type, started_at=started_at, input_data=input_data, metadata=metadata or {},
                       dependencies=list(dependencies or ()))
        self._declare(task)
        return self._add(task)

    @guarded()
    def _declare(self, task):
        run = self._runs.get(task.run_id)
        if run is None or run._run is None:
            return
        after = [self._tasks[id]._task or id if id in self._tasks else id for id in task.dependencies]
        task._task = run._run.create(task.node_id, id=task.task_id, kind=task.node_type, after=after, params=task.metadata)
        if task.input_data is not None:
            task._task.artifact("input", value=task.input_data, direction="input")

    def _add(self, task):
        with self._lock:
            self._tasks[task.task_id] = task
            run = self._runs.get(task.run_id)
            if run is not None:
                run.add_task(task.task_id)
        self._saved(task)
        return task

    def save_task(self, task):
        """Takes a task that was made without the manager."""
        if task.task_id not in self._tasks:
            self._declare(task)
            if task._task is not None and task.status is not TaskStatus.PENDING:
                if task.started_at is not None:
                    task._task.start(at=task.started_at)
                task._record(task.status)
        self._add(task)

    def update_task_status(self, task_id, status, result=None, error=None, ended_at=None, metadata=None):
        task = self._task(task_id)
        task.update_status(status, result, error, ended_at, metadata)
        self._saved(task)

    def complete_task(self, task_id, output_data=None):
        task = self._task(task_id)
        task.complete(output_data)
        if task.metrics is None:
            task.metrics = TaskMetrics(duration=task.duration)
        self._saved(task)

    def fail_task(self, task_id, error_message):
        task = self._task(task_id)
        task.fail(error_message)
        self._saved(task)

    def skip_task(self, task_id, reason=None):
        task = self._task(task_id)
        task.skip(reason)
        self._saved(task)

    def cancel_task(self, task_id, reason):
        task = self._task(task_id)
        task.cancel(reason)
        self._saved(task)

    def retry_task(self, task_id):
        """The next try of a task that failed: a new object, and the next attempt of the same task."""
        return self._add(self._task(task_id).create_retry())

    def update_task_metrics(self, task_id, metrics):
        task = self._task(task_id)
        task.metrics = metrics
        if task._task is not None:
            for name, value, unit in (("memory", metrics.memory_usage_mb, "MiB"), ("cpu", metrics.cpu_usage, "%"),
                                      *((name, value, None) for name, value in metrics.custom_metrics.items())):
                if value is not None:
                    task._task.metric(name, value, "B" if name.endswith("_bytes") else "MiB" if name.endswith("_mb") else unit)
        self._saved(task)

    def delete_task(self, task_id):
        """Forgets a task. What was recorded of it stays in the file of its run."""
        self._tasks.pop(task_id, None)

    # -------------------------------------------------------------------------------------------------------- answers

    def get_task(self, task_id):
        return self._tasks.get(task_id)

    def get_tasks(self, run_id):
        """The tasks of a run, retries included, in the order in which they were made."""
        mine = [task for task in list(self._tasks.values()) if task.run_id == run_id]
        return mine or (self.folder.get_tasks(run_id) if run_id not in self._runs else [])

    get_run_tasks = get_tasks

    def list_tasks(self, run_id, node_id=None, status=None):
        return [TaskSummary.from_task_run(task) for task in self.get_tasks(run_id)
                if node_id in (None, task.node_id) and status in (None, task.status)]

    def get_tasks_by_status(self, status):
        return [task for task in self._tasks.values() if task.status == status]

    def get_tasks_by_node(self, node_id):
        return [task for task in self._tasks.values() if task.node_id == node_id]

    def get_tasks_by_timerange(self, start_time, end_time):
        return [task for task in self._tasks.values() if start_time <= task.created_at <= end_time]

    def get_running_tasks(self):
        return self.get_tasks_by_status(TaskStatus.RUNNING)

    def get_task_dependencies(self, task_id):
        return [self._tasks[id] for id in self._task(task_id).dependencies if id in self._tasks]

    def get_task_history(self, task_id):
        """All tries of a task, the first one first."""
        found = [self._task(task_id)]
        while found[0].parent_task_id in self._tasks:
            found.insert(0, self._tasks[found[0].parent_task_id])
        while True:
            later = [task for task in self._tasks.values() if task.parent_task_id == found[-1].task_id]
            if not later:
                return found
            found.append(min(later, key=lambda task: task.retry_count))

    def get_task_statistics(self):
        found = {"total_tasks": len(self._tasks), "by_status": {}, "by_node": {}}
        for task in self._tasks.values():
            for name, key in (("by_status", task.status), ("by_node", task.node_id)):
                found[name][key] = found[name].get(key, 0) + 1
        return found

    def get_workflow_tasks(self, workflow_id):
        runs = {run.run_id for run in self._runs.values() if run.workflow_name == workflow_id}
        return [task for task in self._tasks.values() if task.run_id in runs]

    def cleanup_old_tasks(self, days=30):
        """Forgets tasks made so many days ago and deletes the files of runs that ended then; the number of tasks."""
        limit = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
        old = [id for id, task in self._tasks.items() if task.created_at < limit]
        for id in old:
            self.delete_task(id)
        self.folder.clean_up(days)
        return len(old)

    def clear_cache(self):
        """Forgets runs and tasks that are over; those that go on must be told how they end."""
        self._runs = {id: run for id, run in self._runs.items() if run.ended_at is None}
        self._tasks = {id: task for id, task in self._tasks.items() if task.run_id in self._runs}

    def _saved(self, thing):
        if self.storage is not None and self.storage is not self.folder:
            foreign(self.storage.save_run if isinstance(thing, WorkflowRun) else self.storage.save_task, thing)

    def _task(self, task_id):
        return self._known(self.get_task(task_id), "Task", task_id)

    @staticmethod
    def _known(thing, kind, id):
        if thing is None:
            raise ValueError("%s '%s' not found" % (kind, id))
        return thing
