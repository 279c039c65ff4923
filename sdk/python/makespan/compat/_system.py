"""Usage of the machine, for the alerts of the workflow monitor: percentages, read from ``/proc`` and the disk."""

from __future__ import annotations

import atexit
import os
import threading
import time

from .._guard import guarded
from ._monitor_models import AlertSeverity, WorkflowStatus


class System:
    """A thread that measures the machine and raises alerts for running workflows. An alert is raised once, when a value
    exceeds its threshold, and resolved when the value falls below it; both values are recorded.
    """

    def __init__(self, monitor):
        self._monitor = monitor
        self._stop = threading.Event()
        self._thread = None
        self._times = None
        self._raised = {}

    def start(self):
        atexit.register(self.stop)
        self._thread = threading.Thread(target=self._work, name="makespan-monitor", daemon=True)
        self._thread.start()

    def stop(self):
        atexit.unregister(self.stop)
        self._stop.set()
        self._thread.join(1.0)

    def _work(self):
        while True:
            self.look()
            interval = self._monitor.system_check_interval
            if self._stop.wait(max(0.05, interval) if isinstance(interval, (int, float)) else 10.0):
                return

    @guarded()
    def look(self):
        """Measures once. Unknown values are left out of ``system_metrics``, never 0."""
        found = {"memory_percent": memory_percent(), "disk_percent": disk_percent("/"), "cpu_percent": self._cpu_percent()}
        monitor = self._monitor
        monitor.system_metrics = {name: value for name, value in found.items() if value is not None}
        monitor.system_metrics["timestamp"] = time.time()
        for workflow in list(monitor.workflows.values()):
            running = workflow.status is WorkflowStatus.RUNNING
            for name, threshold in dict(monitor.resource_thresholds).items():
                value, key = found.get(name), (workflow.workflow_id, name)
                alert = self._raised.get(key)
                if running and value is not None and value > threshold and alert is None:
                    self._raised[key] = monitor._alert(
                        workflow, AlertSeverity.WARNING, "High %s: %.1f%% (threshold: %s%%)" % (name, value, threshold),
                        metadata={"metric": name, "value": value, "threshold": threshold})
                elif alert is not None and (not running or (value is not None and value <= threshold)):
                    del self._raised[key]
                    if running:
                        monitor._resolve(workflow, alert, value)

    def _cpu_percent(self):
        fields = _read("/proc/stat").split("\n", 1)[0].split()[1:9]
        if len(fields) < 5:
            return None
        values = [int(field) for field in fields]
        now = (sum(values), values[3] + values[4])
        before, self._times = self._times, now
        if before is None or now[0] <= before[0]:
            return None
        return 100.0 * (1.0 - (now[1] - before[1]) / (now[0] - before[0]))


def memory_percent():
    found = dict(line.split(":", 1) for line in _read("/proc/meminfo").splitlines() if ":" in line)
    try:
        total, free = (int(found[name].split()[0]) for name in ("MemTotal", "MemAvailable"))
    except (KeyError, ValueError, IndexError):
        return None
    return 100.0 * (total - free) / total if total > 0 else None


def disk_percent(path):
    try:
        found = os.statvfs(path)
    except (OSError, AttributeError):
        return None
    used, free = found.f_blocks - found.f_bfree, found.f_bavail
    return 100.0 * used / (used + free) if used + free > 0 else None


def _read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""
