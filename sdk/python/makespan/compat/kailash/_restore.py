"""Restores runs and tasks from events."""

from __future__ import annotations

from .. import _read
from .metrics import of_samples
from .models import OVER, TaskRun, TaskStatus, WorkflowRun

STATUSES = {"succeeded": TaskStatus.COMPLETED, "failed": TaskStatus.FAILED, "skipped": TaskStatus.SKIPPED,
            "cancelled": TaskStatus.CANCELLED, "running": TaskStatus.RUNNING, "upstream-failed": TaskStatus.SKIPPED,
            "cached": TaskStatus.SKIPPED, "retrying": TaskStatus.FAILED}
RUN_STATUSES = {"succeeded": "completed", "completed": "completed", "failed": "failed", "cancelled": "cancelled",
                "pending": "pending"}
#: Labels for what events have no member for: the ids of later tries, and those of deleted ones.
TRY, DELETED = "task_id of try %d", "deleted"
#: Prefix of the labels that are search attributes.
ATTRIBUTE = "attribute."


def restored(told):
    """Returns a run and its tasks, with each attempt as a task of its own, from the result of
    :func:`makespan.compat._read.fold`."""
    run = WorkflowRun(told.get("workflow") or told["id"], told["id"], RUN_STATUSES.get(told.get("status"), "running"),
                      _read.moment(told.get("started")), _read.moment(told.get("ended")),
                      metadata=told.get("params") or {}, error=_message(told.get("error")))
    run._kept = True
    if run.status in ("running", "pending"):
        run.ended_at = None
    tasks = []
    for id, task in told["tasks"].items():
        labels = task.get("labels") or {}
        gone, before = labels.get(DELETED) or (), None
        for number, attempt in sorted(task["attempts"].items()) or [(1, {"samples": {}})]:
            one = _try(run, task, id, number, attempt, labels)
            one.parent_task_id, before = before, one.task_id
            if one.task_id not in gone:
                tasks.append(one)
                run.add_task(one.task_id)
    return run, tasks


def _try(run, task, id, number, attempt, labels):
    status = STATUSES.get(attempt.get("status") or task.get("status"),
                          TaskStatus.RUNNING if attempt.get("started") else TaskStatus.PENDING)
    one = TaskRun(task.get("name") or id, run.run_id, task.get("kind") or "default-node-type",
                  id if number == 1 else labels.get(TRY % number) or "%s-try-%d" % (id, number), status,
                  _read.moment(attempt.get("started")), _read.moment(attempt.get("ended")) if status in OVER else None,
                  error=_message(attempt.get("error")), metadata=dict(task.get("params") or {}),
                  dependencies=list(task.get("after") or []), retry_count=number - 1)
    one.created_at = _read.moment(attempt.get("queued") or attempt.get("started")) or run.started_at or one.created_at
    if status in OVER and not attempt.get("ended") and "said" in task:
        # It was not executed: its log has the reason and the time.
        one.ended_at, one.error = _read.moment(task["said"][0]), task["said"][1]
    kept = task["artifacts"]
    one.input_data = kept.get(("input", "input"))
    if status is TaskStatus.COMPLETED:
        one.result, one.output_data = kept.get(("output", "result")), kept.get(("output", "output"))
    one.metrics = of_samples(attempt["samples"], one.duration if status in OVER else None)
    one._written, one._labels, one._origin = status, dict(labels), id
    return one


def attributes(told):
    """Returns the search attributes of a run."""
    return {name[len(ATTRIBUTE):]: value for name, value in (told.get("labels") or {}).items() if name.startswith(ATTRIBUTE)}


def _message(error):
    return error.get("message") if isinstance(error, dict) else error
