"""Converts events to happenings, the dicts that handlers, streams and webhooks receive.

An event contains only what is new. A happening is complete by itself: it has the name of the run and of the task and, at the
end of an attempt, its duration.
"""

from __future__ import annotations

import datetime

#: Runs and tasks that are remembered; the oldest are forgotten first.
MOST = 100_000
#: What the statuses are called in the type of a happening.
_ENDS = {"succeeded": "completed", "upstream-failed": "upstream_failed"}
_PLAIN = {"queue": "task.queued", "start": "task.started", "progress": "task.progress", "sample": "metric", "log": "log", "alert": "alert",
          "artifact": "artifact"}


class Happenings:
    """Remembers the names and starts of the runs and tasks whose events it has seen."""

    def __init__(self):
        self._runs, self._tasks, self._run = {}, {}, None

    def of(self, event):
        """Returns the happenings of an event, as dicts; most events have one, some have none."""
        kind, run = event.get("event"), event.get("run")
        if kind == "run" and run is not None:
            self._run = run
        run = run if run is not None else self._run
        if kind == "run":
            return self._of_run(event, run)
        task = event.get("task")
        about = self._about(run, task)
        if kind == "task":
            return self._of_task(event, run, task)
        if kind == "attempt":
            found = []
            for member, part in (("queued", "queue"), ("started", "start"), ("ended", "end")):
                if event.get(member) is not None:
                    found += self.of({**event, "event": part, "t": event[member]})
            return found
        at = event.get("t")
        if kind == "start":
            self._known(run, task)["started"] = at
        if kind == "end":
            status = event.get("status") or ("failed" if event.get("error") is not None else "succeeded")
            started = self._known(run, task).get("started")
            return [self._made("task." + _ENDS.get(status, status), at, {
                **about, "attempt": event.get("try") or 1, "status": status, "duration": _seconds(started, at), "error": _message(event)})]
        if kind not in _PLAIN:
            return []
        more = {name: event[name] for name in ("name", "value", "unit", "text", "level", "severity", "resolved", "progress", "uri", "size",
                                               "direction", "worker") if event.get(name) is not None}
        if kind in ("queue", "start"):
            more.update(attempt=event.get("try") or 1, status="queued" if kind == "queue" else "running")
        return [self._made(_PLAIN[kind], at, {**about, **more})]

    def _of_run(self, event, run):
        new = run not in self._runs
        known = self._runs.setdefault(run, {})
        known.update((name, event[name]) for name in ("name", "workflow", "started") if event.get(name) is not None)
        _bound(self._runs)
        about, found = self._about(run, None), []
        if new and event.get("started") is not None:
            found.append(self._made("run.started", event["started"], {**about, "status": "running"}))
        if event.get("ended") is not None:
            status = event.get("status") or ("failed" if event.get("error") is not None else "succeeded")
            found.append(self._made("run." + _ENDS.get(status, status), event["ended"], {
                **about, "status": status, "duration": _seconds(known.get("started"), event["ended"]), "error": _message(event)}))
        return found

    def _of_task(self, event, run, task):
        new = (run, task) not in self._tasks
        known = self._known(run, task)
        known.update((name, event[name]) for name in ("name", "step", "kind", "parent") if event.get(name) is not None)
        about, found, status = self._about(run, task), [], event.get("status")
        if new:
            found.append(self._made("task.created", None, {**about, "status": "pending", "after": event.get("after") or []}))
        if status is not None:
            found.append(self._made("task." + _ENDS.get(status, status), None, {**about, "status": status}))
        return found

    def _known(self, run, task):
        found = self._tasks.get((run, task))
        if found is None:
            found = self._tasks[(run, task)] = {}
            _bound(self._tasks)
        return found

    def _about(self, run, task):
        known = self._runs.get(run, {})
        found = {"run_id": run, "run_name": known.get("name") or run, "workflow_name": known.get("workflow") or known.get("name") or run}
        if task is not None:
            of_task = self._tasks.get((run, task), {})
            name = of_task.get("name") or task
            # `node_id` and `node_type` are what Kailash calls them.
            found.update(task_id=task, task_name=name, node_id=name, step=of_task.get("step"), node_type=of_task.get("kind"))
        return found

    @staticmethod
    def _made(type, at, members):
        return {"type": type, "timestamp": _text(at), **members}


def _bound(remembered):
    if len(remembered) > MOST:
        del remembered[next(iter(remembered))]


def _message(event):
    error = event.get("error")
    return error.get("message") if isinstance(error, dict) else error


def _seconds(start, end):
    start, end = _ns(start), _ns(end)
    return None if start is None or end is None else max(0, end - start) / 1e9


def _ns(at):
    if isinstance(at, int) and not isinstance(at, bool):
        return at
    if isinstance(at, str):
        from .analysis._record import nanoseconds

        return nanoseconds(at)
    return None


def _text(at):
    ns = _ns(at)
    if ns is None:
        return at if isinstance(at, str) else None
    whole, rest = divmod(ns, 10**9)
    try:
        moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=whole)
    except OverflowError:
        return None
    return "%s.%06dZ" % (moment.isoformat(), rest // 1000)
