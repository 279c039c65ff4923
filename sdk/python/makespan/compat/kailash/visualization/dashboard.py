"""``RealTimeDashboard``: figures of the tasks of a manager while they run, by callbacks and as a page."""

from __future__ import annotations

import datetime
import json
import pathlib
import threading
from dataclasses import dataclass, field

from ...._guard import foreign
from .._runs import folder_of, opened
from ..models import TaskStatus
from .performance import PerformanceVisualizer


@dataclass
class DashboardConfig:
    """``update_interval`` in seconds; ``max_history_points`` is the number of figures that are kept. The other fields have no
    effect."""

    update_interval: float = 1.0
    max_history_points: int = 100
    auto_refresh: bool = True
    show_completed: bool = True
    show_failed: bool = True
    theme: str = "light"


@dataclass
class LiveMetrics:
    """Figures at one time: numbers of tasks, mean processor usage in percent and largest memory in MB (2^20 bytes) of the
    tasks, completed tasks per minute, mean duration in seconds. Unknown values are 0, as in the original.
    """

    timestamp: datetime.datetime = field(default_factory=datetime.datetime.now)
    active_tasks: int = 0
    completed_tasks: int = 0
    failed_tasks: int = 0
    total_cpu_usage: float = 0.0
    total_memory_usage: float = 0.0
    throughput: float = 0.0
    avg_task_duration: float = 0.0


class RealTimeDashboard:
    """Measures a run of a manager every ``update_interval`` seconds, in a separate thread."""

    def __init__(self, task_manager, config=None):
        self.task_manager, self.config = task_manager, config or DashboardConfig()
        self.performance_viz = PerformanceVisualizer(task_manager)
        self._run_id, self._thread, self._stop = None, None, threading.Event()
        self._history, self._metrics_callbacks, self._status_callbacks, self._counts = [], [], [], {}

    def start_monitoring(self, run_id=None):
        """Starts measuring a run, or all tasks of this process."""
        self.stop_monitoring()
        self._run_id, self._counts = run_id, {}
        self._stop.clear()
        self._thread = threading.Thread(target=self._work, name="makespan-dashboard", daemon=True)
        self._thread.start()

    def stop_monitoring(self):
        """Stops, after a last measurement."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stop.set()
            thread.join(5)
            self._look()

    def add_metrics_callback(self, callback):
        """Calls ``callback(metrics)`` with each :class:`LiveMetrics`."""
        self._metrics_callbacks.append(callback)

    def add_status_callback(self, callback):
        """Calls ``callback(event_type, count)`` when tasks have completed (``task_completed``) or failed (``task_failed``)."""
        self._status_callbacks.append(callback)

    def get_current_metrics(self):
        """Returns the latest figures; ``None`` before the first measurement."""
        return self._history[-1] if self._history else None

    def get_metrics_history(self, minutes=None):
        """Returns the figures, or those of the last minutes."""
        since = None if minutes is None else datetime.datetime.now() - datetime.timedelta(minutes=minutes)
        return [one for one in self._history if since is None or one.timestamp >= since]

    def generate_live_report(self, output_path, include_charts=True):
        """Writes the report of the current state of the run, and returns its path. ``makespan open`` shows a run while it
        grows."""
        if self._run_id is None:
            raise ValueError("generate_live_report() needs a run: call start_monitoring(run_id) first")
        path = pathlib.Path(output_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened(self.task_manager, self._run_id) as (run,):
            run.report(path)
        return path

    def _work(self):
        while not self._stop.is_set():
            foreign(self._look)
            self._stop.wait(max(0.01, self.config.update_interval))

    def _look(self):
        tasks = self.task_manager.get_tasks(self._run_id) if self._run_id else list(self.task_manager._tasks.values())
        count = lambda status: sum(task.status is status for task in tasks)
        values = lambda name: [value for value in (getattr(task.metrics, name, None) for task in tasks) if value is not None]
        durations = [task.duration for task in tasks if task.duration is not None]
        starts, now = [task.started_at for task in tasks if task.started_at is not None], datetime.datetime.now(datetime.timezone.utc)
        minutes = (now - min(starts)).total_seconds() / 60 if starts else 0
        cpu = values("cpu_usage")
        metrics = LiveMetrics(
            active_tasks=count(TaskStatus.RUNNING), completed_tasks=count(TaskStatus.COMPLETED), failed_tasks=count(TaskStatus.FAILED),
            total_cpu_usage=sum(cpu) / len(cpu) if cpu else 0.0, total_memory_usage=max(values("memory_usage_mb"), default=0.0),
            throughput=count(TaskStatus.COMPLETED) / minutes if minutes else 0.0,
            avg_task_duration=sum(durations) / len(durations) if durations else 0.0)
        self._history = [*self._history, metrics][-max(1, self.config.max_history_points):]
        for callback in self._metrics_callbacks:
            foreign(callback, metrics)
        for kind, number in (("task_completed", metrics.completed_tasks), ("task_failed", metrics.failed_tasks)):
            new, self._counts[kind] = number - self._counts.get(kind, 0), number
            for callback in self._status_callbacks if new > 0 else ():
                foreign(callback, kind, new)


class DashboardExporter:
    """Writes the contents of a dashboard."""

    def __init__(self, dashboard):
        self.dashboard = dashboard

    def export_metrics_json(self, output_path):
        """Writes the figures as JSON, in the form of the original, which ``makespan`` opens too."""
        path = pathlib.Path(output_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        current = self.dashboard.get_current_metrics()
        data = {"timestamp": datetime.datetime.now().isoformat(), "current_metrics": _json(current) if current is not None else None,
                "history": [_json(one) for one in self.dashboard.get_metrics_history()],
                "config": {"update_interval": self.dashboard.config.update_interval, "theme": self.dashboard.config.theme,
                           "monitoring_active": self.dashboard._thread is not None}}
        path.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
        return path

    def create_dashboard_snapshot(self, output_dir, include_static_charts=True):
        """Writes the report, the figures and the charts of the run, and returns their paths by name."""
        folder = folder_of(output_dir)
        found = {"dashboard": self.dashboard.generate_live_report(folder / "dashboard.html"),
                 "metrics": self.export_metrics_json(folder / "metrics.json")}
        if include_static_charts:
            found.update(self.dashboard.performance_viz.create_run_performance_summary(self.dashboard._run_id, folder))
        return found


def _json(metrics):
    return {**vars(metrics), "timestamp": metrics.timestamp.isoformat()}
