"""Resource usage of a task: ``TaskMetrics``, and how it is recorded and read back."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, Dict, Optional

from ._model import Model
from .sdk_exceptions import KailashValidationError

MB = 1024 * 1024
#: Custom metrics that collectors write, which are zero, or one thread, where nothing was collected.
COLLECTED = ("memory_delta_mb", "io_read_bytes", "io_write_bytes", "io_read_count", "io_write_count", "thread_count",
             "context_switches")
#: Samples that the package takes itself, by the name that Kailash has for them.
OURS = {"memory_delta": "memory_delta_mb", "disk_read": "io_read_bytes", "disk_written": "io_write_bytes",
        "io_reads": "io_read_count", "io_writes": "io_write_count", "context_switches": "context_switches"}


@dataclass
class TaskMetrics(Model):
    """Resource usage of a task: ``duration`` in seconds, memory in MB (2^20 bytes), processor in percent. ``None``: not
    collected.

    ``cpu_percent``, ``memory_bytes``, ``disk_*_bytes`` and ``network_*_bytes`` are always numbers, so that one can
    compute with them and print them: NaN where nothing was collected.
    """

    duration: Optional[float] = None
    memory_usage_mb: Optional[float] = None
    cpu_usage: Optional[float] = None
    custom_metrics: Dict[str, Any] = field(default_factory=dict)
    memory_usage: Optional[float] = None

    def __post_init__(self):
        if self.memory_usage_mb is None:
            self.memory_usage_mb = self.memory_usage
        self.memory_usage = self.memory_usage_mb
        for name in ("duration", "memory_usage_mb", "cpu_usage"):
            value = getattr(self, name)
            if isinstance(value, (int, float)) and value < 0:
                raise KailashValidationError("%s is negative: %r. Metrics are at least 0." % (name, value))

    @property
    def cpu_percent(self):
        return _number(self.cpu_usage)

    @property
    def memory_bytes(self):
        return math.nan if self.memory_usage_mb is None else int(self.memory_usage_mb * MB)

    @property
    def disk_read_bytes(self):
        return _number(self.custom_metrics.get("io_read_bytes"))

    @property
    def disk_write_bytes(self):
        return _number(self.custom_metrics.get("io_write_bytes"))

    @property
    def network_sent_bytes(self):
        """NaN unless it was given, because the system does not count it per process."""
        return _number(self.custom_metrics.get("network_sent_bytes"))

    @property
    def network_recv_bytes(self):
        """NaN unless it was given, because the system does not count it per process."""
        return _number(self.custom_metrics.get("network_recv_bytes"))

    @classmethod
    def of(cls, metrics):
        """Returns the measured part of metrics of any class.

        The original writes 0 for values that it did not measure. Every process uses memory, so a memory of 0 means that
        nothing was collected; the original's averages of the processor are never 0 either, so a 0 of its own class is
        unknown.
        """
        if metrics is None:
            return cls()
        get = lambda name: getattr(metrics, name, None)
        ours = isinstance(metrics, TaskMetrics)
        memory = get("memory_usage_mb") or get("memory_usage") or None
        cpu, custom = get("cpu_usage"), dict(get("custom_metrics") or {})
        if not cpu and (memory is None or not ours):
            cpu = None
        if memory is None and cpu is None:
            custom = {name: value for name, value in custom.items()
                      if name not in COLLECTED or value not in ((0, 1) if name == "thread_count" else (0,))}
        duration = get("duration")
        return cls(duration=duration if ours else duration or None, memory_usage_mb=memory, cpu_usage=cpu, custom_metrics=custom)

    def over(self, other):
        """Returns these metrics, with unknown values filled in from another."""
        if other is None:
            return self
        first = lambda name: getattr(other, name) if getattr(self, name) is None else getattr(self, name)
        return TaskMetrics(first("duration"), first("memory_usage_mb"), first("cpu_usage"),
                           {**other.custom_metrics, **self.custom_metrics})

    def record(self, task, beside):
        """Records the metrics with a task of makespan.

        ``beside`` are the samples of the attempt that were taken already, by name: a value given by a program goes by
        the name that Kailash has for it then, or the two would be averaged.
        """
        for name, other, value, unit in (("cpu", "cpu_usage", self.cpu_usage, "%"),
                                         ("memory", "memory_usage", self.memory_usage_mb, "MiB")):
            if value is not None:
                task.metric(other if name in beside else name, value, unit)
        for name, value in self.custom_metrics.items():
            if value is not None:
                task.metric(name, value, "B" if name.endswith("_bytes") else "MiB" if name.endswith("_mb") else None)


def of_samples(samples, duration):
    """Returns metrics from the samples of an attempt, ``(value, unit)`` by name. ``None`` if nothing is known."""
    found, custom = TaskMetrics(duration=duration), {}
    for name, (value, unit) in samples.items():
        if name == "cpu" or name == "cpu_usage" and unit == "%":
            found.cpu_usage = value if found.cpu_usage is None or name != "cpu" else found.cpu_usage
        elif name == "memory" or name == "memory_usage" and unit == "MiB":
            if found.memory_usage_mb is None or name != "memory":
                found.memory_usage = found.memory_usage_mb = value / MB if unit == "B" else value
        elif name in OURS:
            custom[OURS[name]] = value / MB if name == "memory_delta" else value
        else:
            custom[name] = value
    # What a program gave goes before what was measured beside it.
    custom.update((name, samples[name][0]) for name in custom if name in samples)
    found.custom_metrics = custom
    return found if samples or duration is not None else None


def _number(value):
    return math.nan if value is None else value
