"""Reads runs back from files of events, as far as the interfaces in this folder need them."""

from __future__ import annotations

import datetime
import gzip
import json
import os
import zlib


def runs(path):
    """Returns the runs of one file by their ids; see :func:`fold`."""
    return fold(lines(path))


def fold(events):
    """Folds events into runs by their ids: ``{"id", "name", "workflow", "started", "ended", "status", "error", "labels",
    "params", "tasks", "events", "samples"}``.

    ``tasks`` are dicts by id, in the order of their declaration: ``attempts`` by number, of each ``samples`` by name as
    ``(value, unit)``; ``artifacts`` by direction and name; ``said`` is the last line of the log with its time,
    ``progress`` the last one that was reported, 0 to 1. ``samples`` are those of the run itself, ``(t, name, value,
    unit)``; ``events`` are all other lines: logs, alerts, artifacts, diagnostics.
    """
    found = {}
    for event in events:
        run = found.setdefault(event["run"], {"id": event["run"], "tasks": {}, "events": [], "samples": []})
        kind = event["event"]
        if kind == "run":
            run.update((name, value) for name, value in event.items() if name not in ("event", "run"))
        elif kind == "task":
            task = _task(run, event)
            # A later list of dependencies adds to the first one.
            after = task.get("after", []) + [id for id in event.get("after") or [] if id not in task.get("after", [])]
            task.update((name, value) for name, value in event.items() if name not in ("event", "run", "task"))
            task["after"] = after
        elif kind in ("queue", "start", "end", "attempt"):
            attempt = _attempt(run, event)
            if kind != "attempt":
                attempt[{"queue": "queued", "start": "started", "end": "ended"}[kind]] = event.get("t")
            attempt.update((name, event[name]) for name in ("queued", "started", "ended", "status", "error")
                           if event.get(name) is not None)
            if isinstance(event.get("progress"), (int, float)):
                _task(run, event)["progress"] = event["progress"]
        elif kind == "progress":
            _task(run, event)["progress"] = event.get("progress")
        elif kind == "sample" and event.get("task") is not None:
            _attempt(run, event)["samples"][event.get("name")] = (event.get("value"), event.get("unit"))
        elif kind == "sample":
            run["samples"].append((event.get("t"), event.get("name"), event.get("value"), event.get("unit")))
        else:
            if kind == "artifact" and event.get("task") is not None:
                key = (event.get("direction") or "output", event.get("name"))
                _task(run, event)["artifacts"][key] = event.get("value")
            elif kind == "log" and event.get("task") is not None:
                _task(run, event)["said"] = (event.get("t"), event.get("text"))
            run["events"].append(event)
    return found


def folder(path):
    """Returns the files of events in a folder, in the order of their names."""
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return []
    return [os.path.join(path, name) for name in names if name.endswith((".jsonl", ".jsonl.gz"))]


def lines(path):
    """Yields the events of a file. Lines that are not valid are skipped, as is the rest of a damaged archive."""
    opened = gzip.open if path.endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            yield from parsed(file)
    except (OSError, EOFError, zlib.error):
        return


def parsed(file):
    """Yields the events among lines of bytes. A line without a run belongs to the run of the last `run` line."""
    run = None
    for line in file:
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            continue
        if not isinstance(event, dict) or not isinstance(event.get("event"), str):
            continue
        if event["event"] == "run":
            run = event.get("run")
        elif event.get("run") is None:
            event["run"] = run
        if isinstance(event.get("run"), str):
            yield event


def mentions(path, text):
    """Returns whether a file contains a text in its JSON form; much faster than parsing."""
    wanted = json.dumps(text, ensure_ascii=False)[1:-1].encode("utf-8", "replace")
    opened = gzip.open if path.endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            return any(wanted in line for line in file)
    except (OSError, EOFError, zlib.error):
        return False


def moment(ns):
    """Returns nanoseconds since 1970 as an aware ``datetime``; ``None`` if unknown."""
    if not isinstance(ns, int) or isinstance(ns, bool):
        return None
    whole, rest = divmod(ns, 10**9)
    since = datetime.timedelta(seconds=whole, microseconds=rest // 1000)
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + since


def _task(run, event):
    return run["tasks"].setdefault(str(event.get("task")), {"attempts": {}, "artifacts": {}})


def _attempt(run, event):
    return _task(run, event)["attempts"].setdefault(event.get("try") or 1, {"samples": {}})
