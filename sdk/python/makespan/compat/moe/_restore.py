"""Restores workflows from the runs in files."""

from __future__ import annotations

import json

from .. import _read
from .models import (
    ComponentExecution,
    ExpertContribution,
    MetaLearnerDecision,
    OptimizerPerformance,
    WorkflowComponentType,
    WorkflowEvent,
    WorkflowExecution,
)

#: Records that are kept as artifacts, by the first word of the name.
RECORDS = {"expert": ("expert_contributions", ExpertContribution), "optimizer": ("optimizer_performances", OptimizerPerformance),
           "decision": ("meta_learner_decisions", MetaLearnerDecision)}


def execution(run):
    """Returns a workflow from the result of :func:`makespan.compat._read.fold` for its file."""
    workflow = WorkflowExecution(run["id"] if "name" not in run else run["name"], _time(run.get("started")),
                                 _time(run.get("ended")), run.get("status") != "failed")
    for task in run["tasks"].values():
        for attempt in task["attempts"].values():
            failed = attempt.get("status") == "failed"
            error = attempt.get("error") or {}
            workflow.components.append(ComponentExecution(
                WorkflowComponentType.of(task.get("step") or "other"), _time(attempt.get("started")),
                _time(attempt.get("ended")), not failed,
                {"error": error.get("message") if isinstance(error, dict) else error} if failed
                else task["artifacts"].get(("output", "result"))))
    for event in run["events"]:
        if event["event"] == "artifact" and event.get("name") == "results" and isinstance(event.get("value"), dict):
            workflow.results.update(event["value"])
        elif event["event"] == "artifact" and isinstance(event.get("value"), dict):
            where, kind = RECORDS.get(str(event.get("name")).split(" ")[0], (None, None))
            if kind is not None:
                _add(getattr(workflow, where), kind, event["value"])
        elif event["event"] == "log":
            workflow.events.append(_event(event))
    return workflow


def _add(records, kind, value):
    try:
        records.append(kind.from_dict(value))
    except TypeError:
        pass  # an artifact of the program's own, by that name


def _event(line):
    """Parses a line of the log as an event; see ``WorkflowExecution._record_event``."""
    text, details = str(line.get("text", "")), {}
    component, colon, rest = text.partition(": ")
    if not colon or component not in {kind.value for kind in WorkflowComponentType}:
        component, rest = "other", text
    at = rest.find(" {")
    while at >= 0:
        try:
            details, rest = json.loads(rest[at + 1:]), rest[:at]
            break
        except ValueError:
            at = rest.find(" {", at + 1)
    return WorkflowEvent(WorkflowComponentType(component), rest, _time(line.get("t")), details, line.get("level") != "error")


def _time(ns):
    """Returns a time in the form of the original: local, without a zone."""
    found = _read.moment(ns)
    return found.astimezone().replace(tzinfo=None).isoformat() if found is not None else None
