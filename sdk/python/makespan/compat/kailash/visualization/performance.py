"""``PerformanceVisualizer``: the charts of a run, and of several."""

from __future__ import annotations

import warnings

from ... import _chart
from .._runs import drawn, folder_of, measured, metric, opened, picture_path, written

MB = 1024 * 1024
#: Metrics of the heat map and the radar: name of the metric, title, unit.
MEASURES = (("duration", "Duration", "s"), ("cpu_usage", "CPU", "%"), ("memory_usage_mb", "Memory", "MiB"),
            ("io_read_bytes", "Read", "B"), ("io_write_bytes", "Written", "B"))


class PerformanceVisualizer:
    """Draws charts of the runs of a manager, as SVG or PNG files."""

    def __init__(self, task_manager):
        self.task_manager = task_manager

    def create_run_performance_summary(self, run_id, output_dir=None, format="svg"):
        """Writes all charts of a run and a Markdown report, and returns their paths: ``execution_timeline``,
        ``resource_usage``, ``performance_comparison``, ``io_analysis``, ``performance_heatmap`` and ``report``.

        ``output_dir`` is ``outputs/performance`` if not given, and ``format`` is ``svg`` or ``png``. Raises ``ValueError`` for
        an unknown run. A run without tasks has no charts: a warning is issued, and the result is empty.
        """
        if format not in ("svg", "png"):
            raise ValueError("Unsupported picture format: %s. Use svg or png." % (format,))
        with opened(self.task_manager, run_id) as (run,):
            if not run.tasks:
                warnings.warn("No tasks found for run %s" % run_id, RuntimeWarning, stacklevel=2)
                return {}
            folder, tasks = folder_of(output_dir, "performance"), measured(run)
            name = "".join(c if c.isalnum() or c in "-_" else "_" for c in str(run_id))[:100]
            place = lambda kind, ending: folder / ("%s_%s.%s" % (kind, name, ending))
            draw = lambda kind, svg: drawn(place(kind, format), svg)
            return {
                "execution_timeline": written(place("timeline", format), run.export(format, view="timeline")),
                "resource_usage": draw("resources", resource_usage(tasks)),
                "performance_comparison": draw("comparison", node_types(tasks)),
                "io_analysis": draw("io_analysis", io(tasks)),
                "performance_heatmap": draw("heatmap", heatmap(tasks)),
                "report": written(place("report", "md"), run.export("markdown")),
            }

    def compare_runs(self, run_ids, output_path=None):
        """Writes a chart that compares runs by makespan, work, mean processor usage and peak memory, and returns its path.

        ``output_path`` is ``outputs/performance/comparison.svg`` if not given; a name that ends in ``.png`` gives a PNG. Raises
        ``ValueError`` for an unknown run.
        ``makespan.compare`` finds the causes of a difference, and tests whether it is more than chance.
        """
        path = picture_path(output_path if output_path is not None else folder_of(None, "performance") / "comparison.svg")
        with opened(self.task_manager, *run_ids) as runs:
            names = ["%s %s%s" % (run.name, run.id[:8], "" if run.status == "succeeded" else " (%s)" % run.status) for run in runs]
            used = [[metrics for _, metrics in measured(run) if metrics is not None] for run in runs]
            cpu = [_mean([metric(one, "cpu_usage") for one in found]) for found in used]
            memory = [max((metric(one, "memory_usage_mb") for one in found if metric(one, "memory_usage_mb") is not None), default=None)
                      for found in used]
            return drawn(path, _chart.bars("Comparison of %d runs" % len(runs), [
                _chart.Panel("Makespan", names, [("makespan", [run.makespan_s for run in runs])], "s"),
                _chart.Panel("Work (sum of execution times)", names, [("work", [run.work_s for run in runs])], "s"),
                _chart.Panel("CPU usage (mean of tasks)", names, [("CPU", cpu)], "%"),
                _chart.Panel("Memory (peak of a task)", names, [("memory", memory)], "MiB"),
                _chart.Panel("Tasks", names, [("succeeded", [(run.statuses or {}).get("succeeded", 0) for run in runs]),
                                              ("failed", [(run.statuses or {}).get("failed", 0) for run in runs])])]))


def _names(tasks):
    return [task.name for task, _ in tasks]


def _values(tasks, name):
    return [metric(metrics, name) for _, metrics in tasks]


def _mean(values):
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def resource_usage(tasks):
    """Bars of processor, memory (peak and change) and duration of each task."""
    names = _names(tasks)
    return _chart.bars("Resource usage", [
        _chart.Panel("CPU usage", names, [("CPU", _values(tasks, "cpu_usage"))], "%"),
        _chart.Panel("Memory", names, [("peak", _values(tasks, "memory_usage_mb")), ("change", _values(tasks, "memory_delta_mb"))], "MiB"),
        _chart.Panel("Duration", names, [("duration", _values(tasks, "duration"))], "s")])


def io(tasks):
    """Bars of the bytes and of the operations that each task read and wrote."""
    names = _names(tasks)
    return _chart.bars("Input and output", [
        _chart.Panel("Data transferred", names, [("read", _values(tasks, "io_read_bytes")), ("written", _values(tasks, "io_write_bytes"))], "B"),
        _chart.Panel("Operations", names, [("read", _values(tasks, "io_read_count")), ("written", _values(tasks, "io_write_count"))])])


def heatmap(tasks):
    """A matrix of tasks and metrics."""
    return _chart.heatmap("Performance heatmap", _names(tasks), [(title, unit) for _, title, unit in MEASURES],
                          [[metric(metrics, name) for name, _, _ in MEASURES] for _, metrics in tasks])


def node_types(tasks):
    """A radar of the means per type of node."""
    types = {}
    for task, metrics in tasks:
        types.setdefault(task.kind or task.step or "unknown", []).append(metrics)
    series = [(kind, [_mean([metric(one, name) for one in found]) for name, _, _ in MEASURES]) for kind, found in types.items()]
    return _chart.radar("Means by node type", [(title, unit) for _, title, unit in MEASURES], series)
