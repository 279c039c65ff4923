"""Runs that were written before, folded from their files as far as the interfaces of this folder tell of them."""

from __future__ import annotations

import datetime
import gzip
import json
import os
import zlib


def runs(path):
    """The runs of one file by their ids: ``{"id", "name", "workflow", "started", "ended", "status", "error", "labels",
    "tasks", "events"}``. ``tasks`` are dicts by id, with ``attempts`` by number; ``events`` are the other lines.

    Lines that cannot be read are passed over, as is a file that is none of ours.
    """
    found = {}
    for event in _lines(path):
        run = found.setdefault(event["run"], {"id": event["run"], "tasks": {}, "events": []})
        kind = event["event"]
        if kind == "run":
            run.update((name, value) for name, value in event.items() if name not in ("event", "run"))
        elif kind == "task":
            task = _task(run, event)
            task.update((name, value) for name, value in event.items() if name not in ("event", "run", "task"))
        elif kind in ("queue", "start", "end"):
            attempt = _task(run, event)["attempts"].setdefault(event.get("try") or 1, {})
            attempt[{"queue": "queued", "start": "started", "end": "ended"}[kind]] = event.get("t")
            attempt.update((name, event[name]) for name in ("status", "error") if event.get(name) is not None)
        else:
            run["events"].append(event)
    return found


def folder(path):
    """Files of events in a folder, in order of their names."""
    try:
        names = sorted(os.listdir(path))
    except OSError:
        return []
    return [os.path.join(path, name) for name in names if name.endswith((".jsonl", ".jsonl.gz"))]


def moment(ns):
    """Nanoseconds since 1970 as an aware ``datetime``; ``None`` where unknown."""
    if not isinstance(ns, int) or isinstance(ns, bool):
        return None
    whole, rest = divmod(ns, 10**9)
    since = datetime.timedelta(seconds=whole, microseconds=rest // 1000)
    return datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc) + since


def _task(run, event):
    return run["tasks"].setdefault(str(event.get("task")), {"attempts": {}})


def _lines(path):
    opened = gzip.open if path.endswith(".gz") else open
    try:
        with opened(path, "rb") as file:
            for line in file:
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                if isinstance(event, dict) and isinstance(event.get("event"), str) and isinstance(event.get("run"), str):
                    yield event
    except (OSError, EOFError, zlib.error):
        return
