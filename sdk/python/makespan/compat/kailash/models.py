"""Runs, tasks and their metrics. A task or run that belongs to a manager is recorded as it changes."""

from __future__ import annotations

import dataclasses
import datetime
import enum
import json
import uuid
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

from ..._encode import plain
from ..._guard import guarded


class TaskStatus(str, enum.Enum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OVER = (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.SKIPPED, TaskStatus.CANCELLED)
RUN_STATUSES = ("pending", "running", "completed", "failed", "cancelled")


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


class _Model:
    def to_dict(self):
        """JSON values: times as text, statuses as words."""
        found = {}
        for one in dataclasses.fields(self):
            value = getattr(self, one.name)
            if isinstance(value, _Model):
                value = value.to_dict()
            found[one.name] = value.isoformat() if isinstance(value, datetime.datetime) else plain(value)
        return found

    def json(self):
        return json.dumps(self.to_dict(), ensure_ascii=False)

    @classmethod
    def from_dict(cls, data):
        """From what :meth:`to_dict` gave; members that are not known are passed over."""
        given = {one.name: data[one.name] for one in dataclasses.fields(cls) if one.name in data}
        for name in ("started_at", "ended_at", "created_at"):
            if isinstance(given.get(name), str):
                given[name] = datetime.datetime.fromisoformat(given[name].replace("Z", "+00:00"))
        if isinstance(given.get("metrics"), dict):
            given["metrics"] = TaskMetrics.from_dict(given["metrics"])
        if cls is TaskRun and "status" in given:
            given["status"] = TaskStatus(given["status"])
        return cls(**given)

    @classmethod
    def parse_raw(cls, text):
        return cls.from_dict(json.loads(text))


@dataclass
class TaskMetrics(_Model):
    """What a task used: ``duration`` in seconds, memory in MB, processor in percent. ``None``: not collected."""

    duration: Optional[float] = None
    memory_usage_mb: Optional[float] = None
    cpu_usage: Optional[float] = None
    custom_metrics: Dict[str, Any] = field(default_factory=dict)
    memory_usage: Optional[float] = None

    def __post_init__(self):
        if self.memory_usage_mb is None:
            self.memory_usage_mb = self.memory_usage
        self.memory_usage = self.memory_usage_mb

    @property
    def cpu_percent(self):
        return self.cpu_usage

    @property
    def memory_bytes(self):
        return None if self.memory_usage_mb is None else int(self.memory_usage_mb * 1024 * 1024)

    @property
    def disk_read_bytes(self):
        return self.custom_metrics.get("io_read_bytes")

    @property
    def disk_write_bytes(self):
        return self.custom_metrics.get("io_write_bytes")

    @property
    def network_sent_bytes(self):
        """Not collected: the system counts it for no process."""
        return self.custom_metrics.get("network_sent_bytes")

    @property
    def network_recv_bytes(self):
        """Not collected: the system counts it for no process."""
        return self.custom_metrics.get("network_recv_bytes")


@dataclass(eq=False)
class TaskRun(_Model):
    """One try of a node."""

    node_id: str
    run_id: str = "test-run-id"
    node_type: str = "default-node-type"
    task_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: TaskStatus = TaskStatus.PENDING
    started_at: Optional[datetime.datetime] = None
    ended_at: Optional[datetime.datetime] = None
    created_at: datetime.datetime = field(default_factory=utc_now)
    result: Any = None
    error: Optional[str] = None
    metadata: Dict[str, Any] = field(default_factory=dict)
    input_data: Any = None
    output_data: Any = None
    metrics: Optional[TaskMetrics] = None
    dependencies: List[str] = field(default_factory=list)
    #: The try before this one.
    parent_task_id: Optional[str] = None
    retry_count: int = 0

    _task = None  # the task of makespan that it is an attempt of

    def __eq__(self, other):
        return isinstance(other, TaskRun) and other.task_id == self.task_id

    def __hash__(self):
        return hash(self.task_id)

    @property
    def completed_at(self):
        return self.ended_at

    @property
    def start_time(self):
        return self.started_at

    @property
    def end_time(self):
        return self.ended_at

    @property
    def duration(self):
        """Seconds; ``None`` where it did not start, or did not end yet."""
        return _seconds(self.started_at, self.ended_at)

    def get_duration(self):
        return self.duration

    def start(self):
        self.update_status(TaskStatus.RUNNING)

    def complete(self, output_data=None):
        if output_data is not None:
            self.output_data = output_data
        self.update_status(TaskStatus.COMPLETED)

    def fail(self, error_message):
        self.update_status(TaskStatus.FAILED, error=error_message)

    def cancel(self, reason):
        self.update_status(TaskStatus.CANCELLED, error=reason)

    def skip(self, reason=None):
        self.update_status(TaskStatus.SKIPPED, error=reason)

    def update_status(self, status, result=None, error=None, ended_at=None, metadata=None):
        """Takes a status; ``ValueError`` for one that cannot follow."""
        status = TaskStatus(status)
        if status is not self.status and (self.status in OVER or status is TaskStatus.PENDING):
            raise ValueError("Invalid state transition from %s to %s" % (self.status.value, status.value))
        before, self.status = self.status, status
        self.result = result if result is not None else self.result
        self.error = error if error is not None else self.error
        if metadata:
            self.metadata.update(metadata)
        if status is TaskStatus.RUNNING and self.started_at is None:
            self.started_at = utc_now()
        if status in OVER:
            self.ended_at = ended_at or self.ended_at or utc_now()
        if self._task is not None and status is not before:
            self._record(status)

    @guarded()
    def _record(self, status):
        task = self._task
        if status is TaskStatus.RUNNING:
            task.start(at=self.started_at)
        elif status is TaskStatus.COMPLETED:
            if isinstance(self.result, dict) and isinstance(self.result.get("_metrics"), dict):
                for name, value in self.result["_metrics"].items():
                    task.metric(name, value)
            if self.metadata.get("skipped"):
                task.skip(self.metadata.get("reason"))
            else:
                task.complete(self.output_data if self.output_data is not None else self.result, at=self.ended_at)
        elif status is TaskStatus.FAILED:
            task.fail(self.error, at=self.ended_at)
        elif status is TaskStatus.CANCELLED:
            task.cancel(self.error, at=self.ended_at)
        elif status is TaskStatus.SKIPPED:
            task.skip(self.error)

    def create_retry(self):
        """The next try of the same node."""
        retry = TaskRun(self.node_id, self.run_id, self.node_type, input_data=self.input_data, metadata=dict(self.metadata),
                        dependencies=list(self.dependencies), parent_task_id=self.task_id, retry_count=self.retry_count + 1)
        retry._task = self._task
        return retry


#: Its name in older versions.
Task = TaskRun


@dataclass
class WorkflowRun(_Model):
    """One run of a workflow."""

    workflow_name: str
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "running"
    started_at: datetime.datetime = field(default_factory=utc_now)
    ended_at: Optional[datetime.datetime] = None
    tasks: List[str] = field(default_factory=list)
    metadata: Dict[str, Any] = field(default_factory=dict)
    error: Optional[str] = None

    _run = None

    @property
    def workflow_id(self):
        return self.workflow_name

    @property
    def start_time(self):
        return self.started_at

    @property
    def end_time(self):
        return self.ended_at

    @property
    def duration(self):
        """Seconds; ``None`` where it did not end yet."""
        return _seconds(self.started_at, self.ended_at)

    def get_duration(self):
        return self.duration

    def add_task(self, task_id):
        if task_id not in self.tasks:
            self.tasks.append(task_id)

    def update_status(self, status, error=None):
        """Takes a status; ``ValueError`` for one that is none, or cannot follow."""
        status = getattr(status, "value", status)
        if status not in RUN_STATUSES:
            raise ValueError("Invalid status: %s" % status)
        if status != self.status and self.status in RUN_STATUSES[2:]:
            raise ValueError("Invalid state transition from %s to %s" % (self.status, status))
        self.status = status
        self.error = error if error is not None else self.error
        if status in RUN_STATUSES[2:] and self.ended_at is None:
            self.ended_at = utc_now()


@dataclass
class TaskSummary(_Model):
    """A task in a list."""

    task_id: str
    node_id: str
    node_type: str
    status: TaskStatus
    duration: Optional[float] = None
    error: Optional[str] = None

    @classmethod
    def from_task_run(cls, task):
        return cls(task.task_id, task.node_id, task.node_type, task.status, task.duration, task.error)


@dataclass
class RunSummary(_Model):
    """A run in a list, its tasks counted."""

    run_id: str
    workflow_name: str
    status: str
    duration: Optional[float]
    started_at: Optional[datetime.datetime]
    ended_at: Optional[datetime.datetime]
    task_count: int = 0
    completed_tasks: int = 0
    failed_tasks: int = 0
    error: Optional[str] = None

    @classmethod
    def from_workflow_run(cls, run, tasks):
        count = lambda status: sum(task.status is status for task in tasks)
        return cls(run.run_id, run.workflow_name, run.status, run.duration, run.started_at, run.ended_at, len(tasks),
                   count(TaskStatus.COMPLETED), count(TaskStatus.FAILED), run.error)


def _seconds(first, last):
    return None if first is None or last is None else max(0.0, (last - first).total_seconds())
