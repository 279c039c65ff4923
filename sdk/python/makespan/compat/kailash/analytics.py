"""``RunAnalyzer`` of the documentation: figures about runs, nodes and resources.

Undefined averages and rates are NaN, so that they can be printed as numbers. ``makespan stats`` has more.
"""

from __future__ import annotations

import datetime
import math
import re

from ._model import moment
from .models import TaskStatus
from .sdk_exceptions import TaskException

MB = 1024 * 1024
UNITS = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "hour": 3600, "d": 86400, "day": 86400}


class RunAnalyzer:
    """Computes figures from the runs of a manager."""

    def __init__(self, task_manager):
        self.task_manager = task_manager

    def runs(self, start_date=None, end_date=None, workflow_name=None):
        """Returns summaries of the runs that started between two days, inclusive; days are in UTC."""
        first, last = _day(start_date, 0), _day(end_date, 1)
        return [run for run in self.task_manager.list_runs(workflow_name) if run.started_at is not None
                and (first is None or moment(run.started_at) >= first) and (last is None or moment(run.started_at) < last)]

    def get_run_stats(self, start_date=None, end_date=None, workflow_name=None):
        """Returns counts, the success rate of the runs that ended, and durations in seconds."""
        runs = self.runs(start_date, end_date, workflow_name)
        count = lambda status: sum(run.status == status for run in runs)
        over = count("completed") + count("failed")
        durations = [run.duration for run in runs if run.duration is not None]
        return {"total_runs": len(runs), "completed_runs": count("completed"), "failed_runs": count("failed"),
                "active_runs": count("running"), "success_rate": count("completed") / over if over else math.nan,
                **_figures(durations)}

    def get_node_performance(self, workflow_id=None):
        """Returns for each node: ``count`` of executions, durations in seconds, and ``failure_rate`` of finished executions."""
        manager = self.task_manager
        tasks = manager._all_tasks() if workflow_id is None else manager.get_workflow_tasks(workflow_id)
        nodes = {}
        for task in tasks:
            nodes.setdefault(task.node_id, []).append(task)
        return {node: self._node(found) for node, found in nodes.items()}

    @staticmethod
    def _node(tasks):
        failed = sum(task.status is TaskStatus.FAILED for task in tasks)
        over = failed + sum(task.status is TaskStatus.COMPLETED for task in tasks)
        durations = [task.duration for task in tasks if task.duration is not None]
        return {"count": len(tasks), "failed": failed, "failure_rate": failed / over if over else math.nan, **_figures(durations)}

    def get_resource_trends(self, run_id, metric="memory", interval=None):
        """Returns ``timestamps`` and ``values`` of a metric sampled during a run: ``memory`` in MB (2^20 bytes), ``cpu`` in
        percent, ``threads``, or a metric of the run's own. With an interval (``"1min"``, ``"10s"``, seconds) the highest
        value within each.
        """
        told = getattr(self.task_manager.storage, "_told", None)
        if told is None:
            raise TaskException("%s keeps no samples over time; FileSystemStorage and DatabaseStorage do." % (
                type(self.task_manager.storage).__name__))
        found = told(run_id)
        if found is None:
            raise TaskException("Run '%s' not found" % run_id)
        points = [(t, value / MB if unit == "B" and metric == "memory" else value)
                  for t, name, value, unit in found["samples"] if name == metric and isinstance(t, int)]
        width = _seconds(interval)
        if width:
            slots = {}
            for t, value in points:
                slot = int(t // (width * 1e9))
                slots[slot] = max(value, slots.get(slot, value))
            points = [(int(slot * width * 1e9), value) for slot, value in sorted(slots.items())]
        times = [datetime.datetime.fromtimestamp(t / 1e9, datetime.timezone.utc) for t, _ in points]
        return {"timestamps": times, "values": [value for _, value in points], "metric": metric}

    def get_key_metrics(self, run_id):
        """Returns ``duration`` in seconds, ``memory_peak`` in MB, ``cpu_avg`` in percent (weighted by duration), counts of
        tasks, and the ``slowest_node``.
        """
        run = self.task_manager.get_run(run_id)
        if run is None:
            raise TaskException("Run '%s' not found" % run_id)
        tasks = self.task_manager.get_tasks(run_id)
        measured = [task for task in tasks if task.metrics is not None]
        memory = [task.metrics.memory_usage_mb for task in measured if task.metrics.memory_usage_mb is not None]
        cpu = [(task.metrics.cpu_usage, task.duration or 0) for task in measured if task.metrics.cpu_usage is not None]
        weight = sum(duration for _, duration in cpu)
        slowest = max((task for task in tasks if task.duration is not None), key=lambda task: task.duration, default=None)
        return {"duration": math.nan if run.duration is None else run.duration, "memory_peak": max(memory, default=math.nan),
                "cpu_avg": sum(value * duration for value, duration in cpu) / weight if weight else math.nan,
                "task_count": len(tasks), "failed_tasks": sum(task.status is TaskStatus.FAILED for task in tasks),
                "slowest_node": slowest.node_id if slowest is not None else None}


def _figures(durations):
    return {"avg_duration": sum(durations) / len(durations) if durations else math.nan,
            "min_duration": min(durations, default=math.nan), "max_duration": max(durations, default=math.nan)}


def _day(date, more):
    """Returns the start of a day, shifted by a number of days; a full time is returned as it is."""
    if date is None:
        return None
    if isinstance(date, datetime.datetime):
        return date if date.tzinfo else date.replace(tzinfo=datetime.timezone.utc)
    if not isinstance(date, datetime.date):
        text = str(date).strip()
        if len(text) > 10:
            return moment(text)
        date = datetime.date.fromisoformat(text)
    return datetime.datetime(date.year, date.month, date.day, tzinfo=datetime.timezone.utc) + datetime.timedelta(days=more)


def _seconds(interval):
    if interval is None:
        return None
    if isinstance(interval, (int, float)):
        found = float(interval)
    else:
        match = re.match(r"\s*(\d+(?:\.\d+)?)\s*([a-z]+?)s?\s*\Z", str(interval).lower().replace("seconds", "s"))
        if match is None or match.group(2) not in UNITS:
            raise ValueError("%r is not an interval such as '10s' or '1min'" % (interval,))
        found = float(match.group(1)) * UNITS[match.group(2)]
    if not found > 0 or not math.isfinite(found):
        raise ValueError("%r is not an interval: it must be more than 0" % (interval,))
    return found
