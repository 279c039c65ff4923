"""``kailash.tracking.metrics_collector``: resource usage of a piece of code."""

from __future__ import annotations

import contextlib
import functools
import inspect
import threading
from dataclasses import dataclass, field
from typing import Any, Dict, Optional

from ... import _context
from ..._guard import guarded
from ..._process import Usage, memory
from .models import TaskMetrics

MB = 1024 * 1024


@dataclass
class PerformanceMetrics:
    """Numbers of the whole process while the code ran; ``None``: not collected. ``duration`` in seconds,
    ``memory_mb`` is the peak.
    """

    duration: Optional[float] = None
    cpu_percent: Optional[float] = None
    memory_mb: Optional[float] = None
    memory_delta_mb: Optional[float] = None
    io_read_bytes: Optional[int] = None
    io_write_bytes: Optional[int] = None
    io_read_count: Optional[int] = None
    io_write_count: Optional[int] = None
    thread_count: Optional[int] = None
    context_switches: Optional[int] = None
    custom: Dict[str, Any] = field(default_factory=dict)

    def to_task_metrics(self):
        """Returns the arguments of :class:`TaskMetrics`."""
        names = ("memory_delta_mb", "io_read_bytes", "io_write_bytes", "io_read_count", "io_write_count", "thread_count",
                 "context_switches")
        custom = {name: getattr(self, name) for name in names if getattr(self, name) is not None}
        return {"duration": self.duration, "cpu_usage": self.cpu_percent, "memory_usage_mb": self.memory_mb,
                "custom_metrics": {**custom, **self.custom}}

    def as_task_metrics(self):
        return TaskMetrics(**self.to_task_metrics())


class MetricsContext:
    """One measurement, from :meth:`start` to :meth:`stop`."""

    def __init__(self, node_id=None, sampling_interval=0.1, monitoring_enabled=True):
        self.node_id = node_id
        self.sampling_interval = sampling_interval
        self.monitoring_enabled = monitoring_enabled
        self._custom, self._first, self._last, self._peak = {}, None, None, None
        self._stop, self._thread = threading.Event(), None

    @guarded()
    def start(self):
        self._first = Usage()
        self._peak = self._first.memory
        if self.monitoring_enabled:
            self._thread = threading.Thread(target=self._watch, name="makespan-metrics", daemon=True)
            self._thread.start()

    @guarded()
    def stop(self):
        self._last = Usage()
        self._stop.set()
        if self._thread is not None:
            self._thread.join(1.0)

    def _watch(self):
        while not self._stop.wait(max(0.001, self.sampling_interval)):
            seen = memory()
            if seen is not None:
                self._peak = max(self._peak or 0, seen)

    def add_custom_metric(self, name, value):
        """Adds a custom metric; it is also recorded with the current task."""
        self._custom[name] = value
        scope = _context.current()
        if scope is not None:
            scope.metric(name, value)

    def get_custom_metrics(self):
        return dict(self._custom)

    def result(self):
        """Returns the usage until :meth:`stop`, or until now."""
        first, last = self._first, self._last or Usage()
        found = PerformanceMetrics(custom=dict(self._custom))
        if first is None:
            return found
        wall = last.wall - first.wall
        found.duration = wall / 1e9
        if not self.monitoring_enabled:
            return found
        if first.cpu is not None and last.cpu is not None and wall > 0:
            found.cpu_percent = 100.0 * max(0, last.cpu - first.cpu) / wall
        if last.memory is not None:
            found.memory_mb = max(self._peak or 0, last.memory) / MB
            found.memory_delta_mb = None if first.memory is None else (last.memory - first.memory) / MB
        for name, source in (("io_read_bytes", "read_bytes"), ("io_write_bytes", "written_bytes"),
                             ("io_read_count", "reads"), ("io_write_count", "writes"),
                             ("context_switches", "context_switches")):
            before, after = getattr(first, source), getattr(last, source)
            setattr(found, name, None if before is None or after is None else after - before)
        # One of them is the thread that looks.
        found.thread_count = None if last.threads is None else max(1, last.threads - (self._thread is not None))
        return found


class MetricsCollector:
    """Measures pieces of code; within a run each is recorded as a task named after its node."""

    def __init__(self, sampling_interval=0.1, enable_resource_monitoring=True):
        self.sampling_interval = sampling_interval
        self.enable_resource_monitoring = enable_resource_monitoring

    @contextlib.contextmanager
    def collect(self, node_id=None):
        """``with collector.collect(node_id="load") as metrics: …``, then ``metrics.result()``."""
        context = MetricsContext(node_id, self.sampling_interval, self.enable_resource_monitoring)
        scope = _context.current() if node_id is not None else None
        with scope.run.task(node_id) if scope is not None else contextlib.nullcontext():
            context.start()
            try:
                yield context
            finally:
                context.stop()

    async def collect_async(self, coro, node_id=None):
        """Awaits a coroutine; returns its result and the metrics."""
        with self.collect(node_id) as context:
            result = await coro
        return result, context.result()


default_collector = MetricsCollector()


def collect_metrics(func=None, *, node_id=None, collector=default_collector):
    """Decorates a function or a coroutine, which then returns its result and the metrics."""

    def decorator(function):
        name = node_id or function.__name__
        if inspect.iscoroutinefunction(function):
            @functools.wraps(function)
            async def wrapper(*args, **kwargs):
                return await collector.collect_async(function(*args, **kwargs), name)
        else:
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                with collector.collect(name) as context:
                    result = function(*args, **kwargs)
                return result, context.result()

        return wrapper

    return decorator if func is None else decorator(func)
