"""Queries of a manager about runs and tasks."""

from __future__ import annotations

from .models import RunSummary, TaskStatus, TaskSummary
from .sdk_exceptions import TaskException


class Answers:
    """Reads runs and tasks: those of this process from memory, others from the storage, with the methods that it has."""

    def get_run(self, run_id):
        if not run_id:
            return None
        found = self._runs.get(run_id)
        if found is None:
            found = self._ask(("load_run", "get_run"), run_id)
            if found is not None:
                self._runs[run_id] = found
        return found

    def list_runs(self, workflow_name=None, status=None, limit=None):
        """Returns summaries of the runs of this process and of the storage, the latest first."""
        found = {run.run_id: (run, tasks) for run, tasks in self._stored_runs(workflow_name)}
        mine = {}
        for task in list(self._tasks.values()):
            mine.setdefault(task.run_id, []).append(task)
        for id, run in self._runs.items():
            tasks = {task.task_id: task for task in found[id][1]} if id in found else {}
            tasks.update((task.task_id, task) for task in mine.get(id, ()))
            found[id] = (run, list(tasks.values()))
        summaries = [RunSummary.from_workflow_run(run, tasks) for run, tasks in found.values()
                     if workflow_name in (None, run.workflow_name) and status in (None, run.status)]
        summaries.sort(key=lambda one: one.started_at or "", reverse=True)
        return summaries if limit is None else summaries[:max(0, limit)]

    def _stored_runs(self, workflow_name):
        runs = getattr(self.storage, "runs", None)
        if callable(runs):
            return self._asked(runs, workflow_name)
        return [(run, self.get_tasks(run.run_id)) for run in self._ask(("list_runs",), workflow_name, None) or ()]

    def get_run_summary(self, run_id):
        run = self.get_run(run_id)
        return RunSummary.from_workflow_run(run, self.get_tasks(run_id)) if run is not None else None

    # ---------------------------------------------------------------------------------------------------------- tasks

    def get_task(self, task_id):
        if not task_id:
            return None
        found = self._tasks.get(task_id)
        if found is None:
            found = self._ask(("load_task", "get_task"), task_id)
            if found is not None:
                self._tasks[task_id] = found
        return found

    def get_tasks(self, run_id):
        """Returns the tasks of a run, retries included, in the order in which they were made."""
        stored = self._ask(("list_tasks", "get_tasks"), run_id) or ()
        found = {task.task_id: self._tasks.get(task.task_id, task) for task in stored}
        for task in list(self._tasks.values()):
            if task.run_id == run_id:
                found.setdefault(task.task_id, task)
        return list(found.values())

    def get_run_tasks(self, run_id):
        """Returns the tasks of a run; none if the run is unknown."""
        return self.get_tasks(run_id) if self.get_run(run_id) is not None else []

    def list_tasks(self, run_id, node_id=None, status=None):
        if not run_id:
            raise TaskException("Run ID is required")
        return [TaskSummary.from_task_run(task) for task in self.get_tasks(run_id)
                if node_id in (None, task.node_id) and status in (None, task.status)]

    def _all_tasks(self):
        found = {task.task_id: self._tasks.get(task.task_id, task) for task in self._ask(("get_all_tasks",)) or ()}
        for task in list(self._tasks.values()):
            found.setdefault(task.task_id, task)
        return list(found.values())

    def get_tasks_by_status(self, status):
        return [task for task in self._all_tasks() if task.status == status]

    def get_tasks_by_node(self, node_id):
        return [task for task in self._all_tasks() if task.node_id == node_id]

    def get_tasks_by_timerange(self, start_time, end_time):
        """Returns the tasks that were created between two times."""
        return [task for task in self._all_tasks() if start_time <= task.created_at <= end_time]

    def get_running_tasks(self):
        return self.get_tasks_by_status(TaskStatus.RUNNING)

    def get_task_dependencies(self, task_id):
        found = (self.get_task(id) for id in self._task(task_id).dependencies)
        return [task for task in found if task is not None]

    def get_task_history(self, task_id):
        """Returns all attempts of a task, in order."""
        found = [self._task(task_id)]
        tasks = {task.task_id: task for task in self.get_tasks(found[0].run_id)}
        while found[0].parent_task_id in tasks and len(found) <= len(tasks):
            found.insert(0, tasks[found[0].parent_task_id])
        next_of = {}
        for task in tasks.values():
            if task.parent_task_id is not None:
                next_of.setdefault(task.parent_task_id, []).append(task)
        while found[-1].task_id in next_of and len(found) <= len(tasks):
            found.append(min(next_of[found[-1].task_id], key=lambda task: task.retry_count))
        return found

    def get_task_statistics(self):
        tasks = self._all_tasks()
        found = {"total_tasks": len(tasks), "by_status": {}, "by_node": {}}
        for task in tasks:
            for name, key in (("by_status", task.status), ("by_node", task.node_id)):
                found[name][key] = found[name].get(key, 0) + 1
        return found

    def get_workflow_tasks(self, workflow_id):
        """Returns the tasks of all runs of a workflow."""
        runs = [run.run_id for run in self.list_runs(workflow_id)]
        return [task for id in runs for task in self.get_tasks(id)]

    # ---------------------------------------------------------------------------------------------------------- search

    def search_runs(self, filters, order_by="created_at DESC", limit=100, offset=0):
        """Returns the runs that have all of these search attributes, as dicts."""
        return self._wanted("search_runs")(filters=filters, order_by=order_by, limit=limit, offset=offset)

    def get_execution_audit_trail(self, run_id):
        """Returns the events of a run, sorted by time."""
        if not run_id:
            raise TaskException("Run ID is required")
        trail, run = [], self.get_run(run_id)
        if run is not None:
            told = run.to_dict()
            trail.append({"type": "WORKFLOW_RUN", **{name: told[name] for name in (
                "run_id", "workflow_name", "status", "started_at", "ended_at", "metadata")}})
        for task in self.get_tasks(run_id):
            told = task.to_dict()
            entry = {"type": "TASK_RECORD", **{name: told[name] for name in (
                "task_id", "node_id", "node_type", "status", "started_at", "ended_at", "error")}}
            if task.metrics is not None:
                entry["duration"] = task.metrics.duration
            trail.append({**entry, "timestamp": told["started_at"] or told["ended_at"] or told["created_at"]})
        if hasattr(self.storage, "query_audit_events"):
            trail += [{"type": "AUDIT_EVENT", **event} for event in self._ask(("query_audit_events",), trace_id=run_id) or ()]
        return sorted(trail, key=lambda entry: entry.get("timestamp") or entry.get("started_at") or "")

    def _ask(self, names, *args, **how):
        """Calls the first of these methods that the storage has."""
        for name in names:
            method = getattr(self.storage, name, None)
            if callable(method):
                return self._asked(method, *args, **how)
        return None
