"""Queries of all storages that record: runs and tasks from their events, and runs by their attributes."""

from __future__ import annotations

import re

from .._restore import attributes, restored
from .base import StorageBackend

#: Columns by which runs can be ordered.
ORDERS = ("created_at", "started_at", "ended_at", "workflow_name", "status")


class Reader(StorageBackend):
    """Reads runs and tasks. Subclasses have :meth:`_told` and :meth:`_all`."""

    def _told(self, run_id):
        """Returns the recorded run, folded; ``None`` if there is none."""
        return None

    def _all(self, workflow_name=None, task_id=None):
        """Yields all recorded runs, those of a workflow, or those that may contain a task."""
        return ()

    def load_run(self, run_id):
        told = self._told(run_id)
        return restored(told)[0] if told is not None else None

    get_run = load_run

    def load_task(self, task_id):
        for told in self._all(task_id=task_id):
            for task in restored(told)[1]:
                if task.task_id == task_id:
                    return task
        return None

    get_task = load_task

    def runs(self, workflow_name=None):
        """Returns the recorded runs, each with its tasks, the latest first."""
        found = [restored(told) for told in self._all(workflow_name)]
        return sorted(found, key=lambda one: (one[0].started_at is not None, one[0].started_at, one[0].run_id), reverse=True)

    def list_runs(self, workflow_name=None, status=None):
        return [run for run, _ in self.runs(workflow_name)
                if workflow_name in (None, run.workflow_name) and status in (None, run.status)]

    def list_tasks(self, run_id, node_id=None, status=None):
        told = self._told(run_id)
        return [task for task in (restored(told)[1] if told is not None else ())
                if node_id in (None, task.node_id) and status in (None, task.status)]

    def get_tasks(self, run_id):
        return self.list_tasks(run_id)

    get_tasks_by_run = get_tasks

    def get_all_tasks(self):
        return [task for _, tasks in self.runs() for task in tasks]

    def query_tasks(self, node_id=None, status=None, started_after=None, completed_before=None):
        return [task for task in self.get_all_tasks()
                if node_id in (None, task.node_id) and status in (None, task.status)
                and (started_after is None or task.started_at is not None and task.started_at >= started_after)
                and (completed_before is None or task.ended_at is not None and task.ended_at < completed_before)]

    def search_runs(self, filters, order_by="created_at DESC", limit=100, offset=0):
        """Returns the runs that have all of these attributes, as dicts. ``order_by`` is a column, and ``ASC`` or
        ``DESC``; at most 1,000 runs are returned.
        """
        column, direction = (order_by.split() + ["DESC"])[:2] if order_by.strip() else ("created_at", "DESC")
        if column not in ORDERS:
            raise ValueError("Invalid order_by column '%s'. Allowed: %s" % (column, ", ".join(sorted(ORDERS))))
        if direction.upper() not in ("ASC", "DESC"):
            raise ValueError("Invalid order_by direction '%s'. Allowed: ASC, DESC" % direction)
        wanted = {named(name): typed(value) for name, value in (filters or {}).items()}
        found = []
        for told in self._all():
            has = attributes(told)
            if all(type(has.get(name)) is type(value) and has[name] == value for name, value in wanted.items()):
                run = restored(told)[0]
                row = {name: value for name, value in run.to_dict().items() if name != "tasks"}
                found.append({**row, "created_at": row["started_at"], "search_attributes": has})
        found.sort(key=lambda row: (row[column] or "", row["run_id"]), reverse=direction.upper() == "DESC")
        offset = max(0, int(offset))
        return found[offset:offset + min(max(1, int(limit)), 1000)]


def named(name):
    if not re.match(r"[a-zA-Z_][a-zA-Z0-9_]*\Z", str(name)):
        raise ValueError("Invalid attribute name '%s': must match ^[a-zA-Z_][a-zA-Z0-9_]*$" % (name,))
    return name


def typed(value):
    """Returns an attribute as a JSON value that keeps its type."""
    if isinstance(value, float) and value - value != 0:
        raise ValueError("Search attribute values must be finite: %s" % value)
    if isinstance(value, (bool, int, float)):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
