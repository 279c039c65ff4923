"""Runs, tasks and their summaries. A task or run that belongs to a manager is recorded as it changes."""

from __future__ import annotations

import datetime
import enum
import uuid
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

from ..._guard import guarded
from ._happening import of_task
from ._model import Model, seconds, utc_now
from .metrics import TaskMetrics
from .sdk_exceptions import KailashValidationError, TaskException, TaskStateError

__all__ = ["RunSummary", "Task", "TaskMetrics", "TaskRun", "TaskStatus", "TaskSummary", "WorkflowRun"]


class TaskStatus(str, enum.Enum):
    PENDING = "pending"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


OVER = (TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.SKIPPED, TaskStatus.CANCELLED)
#: Statuses that may follow, by status.
VALID_TASK_TRANSITIONS = {
    TaskStatus.PENDING: {TaskStatus.RUNNING, TaskStatus.SKIPPED, TaskStatus.FAILED, TaskStatus.CANCELLED},
    TaskStatus.RUNNING: {TaskStatus.COMPLETED, TaskStatus.FAILED, TaskStatus.CANCELLED},
    **{status: set() for status in OVER},
}
#: The original has no cancelled runs.
VALID_RUN_TRANSITIONS = {"pending": {"running", "failed", "cancelled"}, "running": {"completed", "failed", "cancelled"},
                         "completed": set(), "failed": set(), "cancelled": set()}
RUNS_OVER = ("completed", "failed", "cancelled")


@dataclass(eq=False)
class TaskRun(Model):
    """One attempt of a node. ``completed_at`` and ``ended_at`` are the same time."""

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
    completed_at: Optional[datetime.datetime] = None

    # What is recorded of it: the task of makespan that it is an attempt of, the status that was recorded last, the
    # labels of the task, which retries share, who records it, and, of one that was read back, the task's id.
    _task = _written = _labels = _recorder = _origin = None

    def __post_init__(self):
        for name in ("run_id", "node_id", "node_type"):
            if not getattr(self, name):
                raise KailashValidationError("%s is empty" % name)
        self.status = TaskStatus(self.status)
        self.ended_at = self.ended_at or self.completed_at

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if name in ("ended_at", "completed_at") and value is not None:
            object.__setattr__(self, "ended_at" if name == "completed_at" else "completed_at", value)

    def __eq__(self, other):
        return isinstance(other, TaskRun) and other.task_id == self.task_id

    def __hash__(self):
        return hash(self.task_id)

    @property
    def start_time(self):
        return self.started_at

    @property
    def end_time(self):
        return self.ended_at

    @property
    def duration(self):
        """Duration in seconds; ``None`` if it has not started or not ended."""
        return seconds(self.started_at, self.ended_at)

    def get_duration(self):
        return self.duration

    @classmethod
    def from_dict(cls, data):
        data = dict(data)
        metrics = data.get("metrics")
        if isinstance(metrics, dict):
            data["metrics"] = TaskMetrics.from_dict(metrics)
        return super().from_dict(data)

    model_validate = parse_obj = from_dict

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
        """Sets the status; raises ``TaskStateError`` for an invalid change."""
        try:
            status = TaskStatus(status)
        except ValueError:
            raise TaskStateError("Unknown task status: %s" % (status,)) from None
        if status is not self.status and status not in VALID_TASK_TRANSITIONS[self.status]:
            raise TaskStateError("Invalid state transition from %s to %s. Valid transitions: %s" % (
                self.status.value, status.value,
                ", ".join(sorted(one.value for one in VALID_TASK_TRANSITIONS[self.status])) or "none"))
        before, self.status = self.status, status
        self.result = result if result is not None else self.result
        self.error = error if error is not None else self.error
        if metadata:
            self.metadata.update(metadata)
        if status is TaskStatus.RUNNING and self.started_at is None:
            self.started_at = utc_now()
        if status in OVER:
            self.ended_at = ended_at or self.ended_at or utc_now()
        if self._recorder is not None:
            self._recorder.changed(self, bool(metadata))
            if status is not before:
                self._recorder.tell(of_task, self)

    def validate_state(self):
        if self.status in (TaskStatus.COMPLETED, TaskStatus.FAILED) and self.started_at is None:
            raise KailashValidationError("Task %s is %s but was never started" % (self.task_id, self.status.value))

    def create_retry(self):
        """Returns the next attempt of the same node."""
        retry = TaskRun(self.node_id, self.run_id, self.node_type, input_data=self.input_data, metadata=dict(self.metadata),
                        dependencies=list(self.dependencies), parent_task_id=self.task_id, retry_count=self.retry_count + 1)
        retry._task, retry._labels, retry._recorder, retry._origin = self._task, self._labels, self._recorder, self._origin
        retry._written = TaskStatus.PENDING
        return retry

    @guarded()
    def _record(self):
        """Records the current status."""
        task, status = self._task, self.status
        self._written = status
        if status is TaskStatus.RUNNING:
            task.start(at=self.started_at)
        elif status is TaskStatus.COMPLETED and self.metadata.get("skipped"):
            task.skip(self.metadata.get("reason"))
        elif status is TaskStatus.COMPLETED:
            for name, value in (("result", self.result), ("output", self.output_data)):
                if value is not None:
                    task.artifact(name, value=value)
            task.complete(at=self.ended_at)
        elif status is TaskStatus.FAILED:
            task.fail(self.error, at=self.ended_at)
        elif status is TaskStatus.CANCELLED:
            task.cancel(self.error, at=self.ended_at)
        elif status is TaskStatus.SKIPPED:
            task.skip(self.error)


#: Its name in older versions.
Task = TaskRun


@dataclass
class WorkflowRun(Model):
    """One run of a workflow."""

    workflow_name: str
    run_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "running"
    started_at: datetime.datetime = field(default_factory=utc_now)
    ended_at: Optional[datetime.datetime] = None
    tasks: List[str] = field(default_factory=list)
    metadata: Dict[str, Any] = field(default_factory=dict)
    error: Optional[str] = None

    _ids = None  # of `tasks`, as a set
    _kept = False  # whether it was read back

    def __post_init__(self):
        if not self.workflow_name:
            raise KailashValidationError("Workflow name cannot be empty")
        if self.status not in VALID_RUN_TRANSITIONS:
            raise KailashValidationError("Invalid status: %s. Must be one of: %s" % (
                self.status, ", ".join(VALID_RUN_TRANSITIONS)))

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
        """Duration in seconds; ``None`` if it has not ended."""
        return seconds(self.started_at, self.ended_at)

    def get_duration(self):
        return self.duration

    def add_task(self, task_id):
        if not task_id:
            raise TaskException("Task ID cannot be empty")
        if self._ids is None or len(self._ids) != len(self.tasks):
            self._ids = set(self.tasks)
        if task_id not in self._ids:
            self._ids.add(task_id)
            self.tasks.append(task_id)

    def update_status(self, status, error=None):
        """Sets the status; raises ``TaskStateError`` for an unknown status or an invalid change."""
        status = getattr(status, "value", status)
        if status != self.status and status not in VALID_RUN_TRANSITIONS[self.status]:
            raise TaskStateError("Invalid state transition from %s to %s. Valid transitions: %s" % (
                self.status, status, ", ".join(sorted(VALID_RUN_TRANSITIONS[self.status])) or "none"))
        self.status = status
        self.error = error if error is not None else self.error
        if status in RUNS_OVER and self.ended_at is None:
            self.ended_at = utc_now()


@dataclass
class TaskSummary(Model):
    """A task in a list; times as text."""

    task_id: str
    node_id: str
    node_type: str
    status: TaskStatus
    duration: Optional[float] = None
    started_at: Optional[str] = None
    ended_at: Optional[str] = None
    error: Optional[str] = None

    @classmethod
    def from_task_run(cls, task):
        return cls(task.task_id, task.node_id, task.node_type, task.status, task.duration, _text(task.started_at),
                   _text(task.ended_at), task.error)


@dataclass
class RunSummary(Model):
    """A run in a list, its tasks counted; times as text."""

    run_id: str
    workflow_name: str
    status: str
    duration: Optional[float] = None
    started_at: Optional[str] = None
    ended_at: Optional[str] = None
    task_count: int = 0
    completed_tasks: int = 0
    failed_tasks: int = 0
    error: Optional[str] = None

    @classmethod
    def from_workflow_run(cls, run, tasks):
        count = lambda status: sum(task.status is status for task in tasks)
        return cls(run.run_id, run.workflow_name, run.status, run.duration, _text(run.started_at), _text(run.ended_at),
                   len(tasks), count(TaskStatus.COMPLETED), count(TaskStatus.FAILED), run.error)


def _text(time):
    return None if time is None else time.isoformat()
