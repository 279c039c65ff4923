"""Restores workflows of the workflow monitor from their records."""

from __future__ import annotations

from ._monitor_models import AlertSeverity, StepStatus, WorkflowAlert, WorkflowExecution, WorkflowStatus, WorkflowStep

STATUSES = {"succeeded": "completed", "cached": "completed", "upstream-failed": "skipped", "queued": "pending", "retrying": "pending"}


def restored(told):
    """Returns a workflow, with its steps and alerts, from the result of :func:`makespan.compat._read.fold`."""
    labels = told.get("labels") or {}
    workflow = WorkflowExecution(told["id"], told.get("name") or told["id"], labels.get("description", ""),
                                 metadata=told.get("params") or {})
    for id, task in told["tasks"].items():
        workflow.steps[id] = _step(id, task)
    workflow.count()
    status = told.get("status")
    workflow.status = WorkflowStatus(STATUSES.get(status, status) if status else "running" if any(
        step.start_time is not None for step in workflow.steps.values()) else "pending")
    workflow.start_time, workflow.end_time = _seconds(told.get("started")), _seconds(told.get("ended"))
    if workflow.status in (WorkflowStatus.RUNNING, WorkflowStatus.PENDING):
        workflow.end_time = None
    elif workflow.start_time is not None and workflow.end_time is not None:
        workflow.duration = max(0.0, workflow.end_time - workflow.start_time)
    known = {severity.value for severity in AlertSeverity}
    for number, event in enumerate(event for event in told["events"] if event["event"] == "alert"):
        if event.get("resolved"):
            for alert in workflow.alerts:
                alert.resolved = alert.resolved or alert.message == event.get("text")
            continue
        severity = event.get("severity")
        workflow.alerts.append(WorkflowAlert(str(number), workflow.workflow_id, event.get("task"), AlertSeverity(
            severity if severity in known else "warning"), event.get("text", ""), _seconds(event.get("t"))))
    return workflow


def _step(id, task):
    attempts = sorted(task["attempts"].items())
    number, last = attempts[-1] if attempts else (1, {})
    status = last.get("status") or task.get("status") or ("running" if last.get("started") else "pending")
    status = STATUSES.get(status, status)
    step = WorkflowStep(id, task.get("name") or id, (task.get("labels") or {}).get("description", ""), StepStatus(status),
                        _seconds(last.get("started")), _seconds(last.get("ended")), dependencies=list(task.get("after") or ()),
                        metadata=dict(task.get("params") or {}), retry_count=number - 1)
    step.progress = 100.0 if step.status is StepStatus.COMPLETED else 100.0 * (task.get("progress") or 0)
    if step.start_time is not None and step.end_time is not None:
        step.duration = max(0.0, step.end_time - step.start_time)
    error = last.get("error")
    step.error_message = error.get("message") if isinstance(error, dict) else error
    return step


def _seconds(ns):
    return ns / 1e9 if isinstance(ns, int) else None
