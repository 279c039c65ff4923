"""Workflows, steps, alerts and metrics of the workflow monitor, in memory."""

from __future__ import annotations

import enum
import time
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional


class WorkflowStatus(str, enum.Enum):
    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepStatus(str, enum.Enum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


class AlertSeverity(str, enum.Enum):
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"
    CRITICAL = "critical"


@dataclass
class WorkflowStep:
    """A step; times in seconds since 1970, progress 0 to 100. ``start_time`` is that of the last attempt."""

    step_id: str
    name: str
    description: str = ""
    status: StepStatus = StepStatus.PENDING
    start_time: Optional[float] = None
    end_time: Optional[float] = None
    duration: Optional[float] = None
    progress: float = 0.0
    dependencies: List[str] = field(default_factory=list)
    metadata: Dict[str, Any] = field(default_factory=dict)
    error_message: Optional[str] = None
    retry_count: int = 0
    max_retries: int = 3

    _task = None  # no field: `asdict` must not copy it

    def update(self, status, progress):
        """Sets the status, and the progress if it is a number."""
        before, self.status = self.status, status
        if isinstance(progress, (int, float)) and progress == progress:
            self.progress = min(100.0, max(0.0, float(progress)))
        if status is StepStatus.RUNNING:
            if before is not StepStatus.RUNNING:
                self.start_time, self.end_time, self.duration = time.time(), None, None
        elif status is not StepStatus.PENDING:
            self.end_time = time.time()
            if self.start_time is not None:
                self.duration = max(0.0, self.end_time - self.start_time)

    def cancel(self):
        if self.status in (StepStatus.PENDING, StepStatus.RUNNING):
            self.update(StepStatus.CANCELLED, None)


@dataclass
class WorkflowAlert:
    """An alert. Alerts of the machine have ``metric``, ``value`` and ``threshold`` in its metadata; when it is resolved,
    ``resolved_value`` and ``resolved_at`` as well.
    """

    alert_id: str
    workflow_id: str
    step_id: Optional[str]
    severity: AlertSeverity
    message: str
    timestamp: float
    resolved: bool = False
    metadata: Dict[str, Any] = field(default_factory=dict)

    def line(self):
        """Returns the alert as a line of a report."""
        said = "%s: %s" % (self.severity.value, self.message)
        if not self.resolved:
            return said
        value = self.metadata.get("resolved_value")
        return said + (" (resolved)" if value is None else " (resolved: %.1f %%)" % value)


@dataclass
class PerformanceMetric:
    metric_id: str
    workflow_id: str
    step_id: Optional[str]
    metric_name: str
    value: float
    unit: str
    timestamp: float
    tags: Dict[str, str] = field(default_factory=dict)


@dataclass
class WorkflowExecution:
    """A workflow and its steps."""

    workflow_id: str
    name: str
    description: str = ""
    status: WorkflowStatus = WorkflowStatus.PENDING
    start_time: Optional[float] = None
    end_time: Optional[float] = None
    duration: Optional[float] = None
    total_steps: int = 0
    completed_steps: int = 0
    failed_steps: int = 0
    progress: float = 0.0
    steps: Dict[str, WorkflowStep] = field(default_factory=dict)
    alerts: List[WorkflowAlert] = field(default_factory=list)
    metrics: List[PerformanceMetric] = field(default_factory=list)
    metadata: Dict[str, Any] = field(default_factory=dict)

    _run = _pause = _store = None

    def count(self):
        """Updates the counts and the progress. A skipped step counts as done."""
        steps = list(self.steps.values())
        self.total_steps = len(steps)
        self.completed_steps = sum(step.status is StepStatus.COMPLETED for step in steps)
        self.failed_steps = sum(step.status is StepStatus.FAILED for step in steps)
        done = (100.0 if step.status is StepStatus.SKIPPED else step.progress for step in steps)
        self.progress = sum(done) / len(steps) if steps else 0.0

    def status_now(self):
        """Returns the status as a dict; the duration stops at the end."""
        duration = self.duration
        if duration is None and self.start_time is not None:
            duration = max(0.0, (self.end_time or time.time()) - self.start_time)
        return {
            "workflow_id": self.workflow_id, "name": self.name, "status": self.status.value, "progress": self.progress,
            "total_steps": self.total_steps, "completed_steps": self.completed_steps, "failed_steps": self.failed_steps,
            "start_time": self.start_time, "duration": duration,
            "steps": {id: {"name": step.name, "status": step.status.value, "progress": step.progress,
                           "duration": step.duration} for id, step in self.steps.items()},
        }

    def totals(self):
        """Returns totals of the steps: counts, and the overall progress from 0 to 1."""
        return {"tasks": self.total_steps, "succeeded": self.completed_steps, "failed": self.failed_steps,
                "progress": self.progress / 100}

    def history(self):
        """Returns the workflow as a row of the original's database."""
        names = ("workflow_id", "name", "description", "start_time", "end_time", "duration", "total_steps", "completed_steps",
                 "failed_steps", "progress", "metadata")
        return {**{name: getattr(self, name) for name in names}, "status": self.status.value,
                "step_names": ",".join(step.name for step in self.steps.values()) or None}

    def report(self):
        now = self.status_now()
        lines = ["%s: %s" % (self.name, self.status.value), "progress: %s" % bar(self.progress),
                 "steps: %d of %d" % (self.completed_steps, self.total_steps)]
        if now["duration"] is not None:
            lines.append("duration: %.1f s" % now["duration"])
        for step in self.steps.values():
            took = ", %.1f s" % step.duration if step.duration is not None else ""
            retried = ", retry %d of %d" % (step.retry_count, step.max_retries) if step.retry_count else ""
            lines.append("  %s  %s: %s%s%s" % (bar(step.progress), step.name, step.status.value, took, retried))
            if step.error_message:
                lines.append("      %s" % step.error_message)
        if self.alerts:
            lines.append("alerts: %d%s" % (len(self.alerts), ", the last 5:" if len(self.alerts) > 5 else ""))
        lines += ["  " + alert.line() for alert in self.alerts[-5:]]
        return "\n".join(lines) + "\n"


def bar(progress):
    """Returns a progress, 0 to 100, as a bar and a number."""
    filled = int(progress / 4)
    return "[%s%s] %5.1f %%" % ("#" * filled, "." * (25 - filled), progress)
