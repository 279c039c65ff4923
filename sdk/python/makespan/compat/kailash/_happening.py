"""Happenings of runs and tasks, as dicts of JSON values."""

from __future__ import annotations


def of_run(run, type=None):
    """Returns a happening of a run: ``run.started``, ``run.completed``, ``run.failed``, ``run.cancelled``."""
    told = run.to_dict()
    return {"type": type or "run." + run.status, "timestamp": told["ended_at"] or told["started_at"], "run_id": run.run_id,
            "workflow_name": run.workflow_name, "status": run.status, "duration": run.duration, "error": run.error}


def of_task(task, type=None):
    """Returns a happening of a task: ``task.created``, ``task.started``, ``task.completed`` and so on."""
    told, status = task.to_dict(), task.status.value
    return {"type": type or "task." + ("started" if status == "running" else status),
            "timestamp": told["ended_at"] or told["started_at"] or told["created_at"], "run_id": task.run_id,
            "task_id": task.task_id, "node_id": task.node_id, "node_type": task.node_type, "status": status,
            "duration": task.duration, "error": task.error, "retry_count": task.retry_count}
