"""``WorkflowPerformanceReporter``: a run as HTML, Markdown, JSON or PDF, with insights and a comparison."""

from __future__ import annotations

import enum
import json
import os
import pathlib
from dataclasses import asdict, dataclass, field
from typing import Any, Dict, Optional

from .... import analysis
from .._runs import folder_of, measured, metric, opened, written

#: Findings by what the original calls them.
_CATEGORIES = {"error": "warning", "stored-total-differs": "warning", "clock-skew": "warning", "unfinished": "warning",
               "repeated-error": "warning", "over-requested-cpu": "optimization", "over-requested-memory": "optimization",
               "low-parallelism": "optimization", "single-worker": "optimization", "retry-waste": "optimization"}
_SEVERITIES = {"info": "low", "warning": "medium", "error": "high"}


class ReportFormat(enum.Enum):
    """Formats of a report. ``PDF`` is printed by an installed Chromium, Chrome or Edge."""

    HTML = "html"
    MARKDOWN = "markdown"
    JSON = "json"
    PDF = "pdf"


@dataclass
class ReportConfig:
    """Settings of reports. ``include_recommendations`` applies to JSON; the others have no effect: the report of the program
    contains everything, in a theme that the reader chooses.
    """

    include_charts: bool = True
    include_recommendations: bool = True
    chart_format: str = "svg"
    detail_level: str = "detailed"
    compare_historical: bool = True
    theme: str = "corporate"


@dataclass
class PerformanceInsight:
    """A finding: ``category`` is ``bottleneck``, ``optimization`` or ``warning``, ``severity`` ``low``, ``medium`` or ``high``."""

    category: str
    severity: str
    title: str
    description: str
    recommendation: str
    metrics: Dict[str, Any] = field(default_factory=dict)


@dataclass
class WorkflowSummary:
    """Totals of a run. Durations in seconds, memory in MB (2^20 bytes), processor in percent; ``None`` if unknown.

    ``total_duration`` is the makespan, ``throughput`` completed tasks per minute of it, and ``efficiency_score`` the
    percentage of the slots' time in which they were busy.
    """

    run_id: str
    workflow_name: str
    total_tasks: int = 0
    completed_tasks: int = 0
    failed_tasks: int = 0
    total_duration: Optional[float] = None
    avg_cpu_usage: Optional[float] = None
    peak_memory_usage: Optional[float] = None
    total_io_read: Optional[int] = None
    total_io_write: Optional[int] = None
    throughput: Optional[float] = None
    efficiency_score: Optional[float] = None


class WorkflowPerformanceReporter:
    """Writes reports of the runs of a manager."""

    def __init__(self, task_manager, config=None):
        self.task_manager, self.config = task_manager, config or ReportConfig()

    def generate_report(self, run_id, output_path=None, format=ReportFormat.HTML, compare_runs=None):
        """Writes a report of a run, and of its comparison with others, and returns its path.

        Raises ``ValueError`` for an unknown run or format, and ``StorageException`` if no browser can print a PDF.
        """
        try:
            format = ReportFormat(getattr(format, "value", format))
        except ValueError:
            raise ValueError("Unsupported report format: %s. Use html, markdown, json or pdf." % (format,)) from None
        ending = {"markdown": "md"}.get(format.value, format.value)
        if output_path is None:
            output_path = folder_of(None, "reports") / ("workflow_report_%s.%s" % (str(run_id)[:8], ending))
        path = pathlib.Path(output_path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened(self.task_manager, run_id, *(compare_runs or ())) as runs:
            if format in (ReportFormat.HTML, ReportFormat.PDF):
                return self._page(runs, path, format)
            compared = analysis.compare(*runs) if len(runs) > 1 else None
            if format is ReportFormat.MARKDOWN:
                return written(path, b"\n".join(run.export("markdown") for run in runs) + _markdown(compared))
            return written(path, json.dumps(self._json(runs[0], compared), indent=2, ensure_ascii=False) + "\n")

    @staticmethod
    def _page(runs, path, format):
        # All runs in one page, which compares them.
        files = [run.export("jsonl", os.path.join(str(path.parent), ".%s.%d.jsonl" % (path.name, number))) for number, run in enumerate(runs)]
        try:
            together = analysis.runs.open(*files)
            if format is ReportFormat.PDF:
                together.export("pdf", path)
            else:
                together.report(path)
        finally:
            for file in files:
                os.unlink(file)
        return path

    def summary(self, run_id):
        """Returns the :class:`WorkflowSummary` of a run."""
        with opened(self.task_manager, run_id) as (run,):
            return summary_of(run)

    def insights(self, run_id):
        """Returns the findings about a run, as :class:`PerformanceInsight`."""
        with opened(self.task_manager, run_id) as (run,):
            return insights_of(run)

    def _json(self, run, compared):
        summary = asdict(summary_of(run))
        insights = [asdict(one) for one in insights_of(run)]
        if not self.config.include_recommendations:
            insights = [{**one, "recommendation": ""} for one in insights]
        steps = {step.step: {"count": step.tasks, "completed": step.succeeded, "failed": step.failed, "avg_duration": step.mean_s,
                             "total_duration": step.work_s} for step in run.stats.steps}
        found = {
            "metadata": {"generator": "makespan", "version": "1.0"},
            "run_info": {"run_id": run.id, "workflow_name": run.workflow or run.name, "started_at": run.raw["started"],
                         "ended_at": run.raw["ended"], "status": run.status, "total_tasks": run.task_count},
            "summary": {name: value for name, value in summary.items() if name not in ("run_id", "workflow_name")},
            "insights": insights,
            "detailed_analysis": {
                "task_analysis": {"by_node_type": steps, "execution_order": [task.name for task, _ in measured(run)]},
                "bottlenecks": [{"type": "duration", "node_id": one.task, "node_type": one.step, "value": one.duration_s,
                                 "threshold": one.median_s, "severity": "medium"} for one in run.stats.stragglers],
                "error_analysis": {"error_count": sum(one.attempts or 0 for one in run.stats.errors),
                                   "errors": [{"type": one.kind, "message": one.message, "count": one.attempts} for one in run.stats.errors]},
            },
        }
        if compared is not None:
            found["comparison"] = compared.raw
        return found


def summary_of(run):
    """Returns the totals of an opened run."""
    used = [metrics for _, metrics in measured(run) if metrics is not None]
    values = lambda name: [value for value in (metric(one, name) for one in used) if value is not None]
    cpu, memory, read, wrote = (values(name) for name in ("cpu_usage", "memory_usage_mb", "io_read_bytes", "io_write_bytes"))
    completed, efficiency = (run.statuses or {}).get("succeeded", 0), run.stats.bounds.efficiency if run.stats.bounds else None
    return WorkflowSummary(
        run.id, run.workflow or run.name, run.task_count, completed, (run.statuses or {}).get("failed", 0), run.makespan_s,
        sum(cpu) / len(cpu) if cpu else None, max(memory, default=None), int(sum(read)) if read else None,
        int(sum(wrote)) if wrote else None, completed / run.makespan_s * 60 if run.makespan_s else None,
        None if efficiency is None else 100 * efficiency)


def insights_of(run):
    """Returns the findings about an opened run."""
    return [PerformanceInsight(_CATEGORIES.get(one.code, "bottleneck"), _SEVERITIES.get(one.severity, "low"), one.title, one.text,
                               one.advice or "", {"cost_s": one.cost_s, "tasks": one.concerned}) for one in run.findings]


def _markdown(compared):
    if compared is None:
        return b""
    rows = ["", "## Comparison", "", "| Run | Status | Makespan (s) |", "|---|---|---|"]
    rows += ["| %s | %s | %s |" % (_cell(run.id), run.status, "unknown" if run.makespan_s is None else "%.6g" % run.makespan_s)
             for run in compared.runs]
    if compared.explained:
        rows += ["", "| Part of the difference | Task | Difference (s) |", "|---|---|---|"]
        rows += ["| %s | %s | %+.6g |" % (part.part, _cell(part.task or ""), part.delta_s) for part in compared.explained]
    return ("\n".join(rows) + "\n").encode("utf-8")


def _cell(text):
    """Ids are foreign text; in a code span they contain no markup."""
    text = "".join(c if c.isprintable() else " " for c in text).replace("|", "\\|").replace("`", "'").strip()
    return "`%s`" % text if text else ""
