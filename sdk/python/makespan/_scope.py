"""What can be told of a task and of a run alike."""

from __future__ import annotations

import math

from . import _encode
from ._guard import guarded, say


class Scope:
    """A task or a run. Subclasses have ``_put(event, detail)``, ``run``, ``around`` and ``is_open``."""

    __slots__ = ()

    @guarded()
    def metric(self, name, value, unit=None):
        """A value that was measured now: ``unit`` is ``B``, ``MB``, ``s``, ``%``, ``1/s`` …, none for a mere number.

        What is no finite number is not recorded; a diagnostic says so, once for each name.
        """
        name = say(name, 256)
        finite = _encode.number(value)
        if finite is None:
            self.run.not_collected(name, "%s is no finite number" % say(value, 100))
            return
        self._put({"event": "sample", "name": name, "value": finite, "unit": _text(unit)}, True)

    @guarded()
    def log(self, text, level="info"):
        """A line of the log; the level is a word: ``debug``, ``info``, ``warning``, ``error``."""
        text = self.run.redacted("text", say(text))
        if text is not None:
            self._put({"event": "log", "level": _text(level), "text": text}, True)

    @guarded()
    def alert(self, text, severity="warning", resolved=None):
        """Something that calls for attention: ``info``, ``warning``, ``error``, ``critical`` or another word.

        ``resolved=True`` with the same text says that it is over.
        """
        text = self.run.redacted("text", say(text))
        if text is not None:
            resolved = bool(resolved) if resolved is not None else None
            self._put({"event": "alert", "severity": _text(severity), "text": text, "resolved": resolved})

    @guarded()
    def artifact(self, name, uri=None, size=None, value=None, direction="output"):
        """A thing that was read (``direction="input"``) or written: where it lies, its bytes, or itself if small."""
        event = {"event": "artifact", "name": say(name, 1024)}
        if direction in ("input", "output"):
            event["direction"] = direction
        if uri is not None:
            event["uri"] = self.run.redacted("uri", say(uri, 4096))
        size = _encode.number(size)
        if size is not None and abs(size) < 2**63:
            event["size"] = int(size)
        if value is not None:
            event["value"] = self.run.redacted(event["name"], _encode.plain(value))
        self._put(event)

    @guarded(lambda: Pause(None, ""))
    def pause(self, reason=""):
        """Nothing is done for a while, on purpose: an alert that is resolved when work goes on, and a metric
        ``paused`` in seconds. ``with task.pause("quota"):`` or ``pause.resume()``.
        """
        return Pause(self, reason)


class Pause:
    """A pause that goes on."""

    __slots__ = ("_scope", "_text", "_since")

    def __init__(self, scope, reason):
        self._scope = scope
        self._text = None
        if scope is not None:
            self._begin(reason)

    @guarded()
    def _begin(self, reason):
        reason = say(reason, 1024)
        self._since = self._scope.run.clock.now()
        self._text = "paused: " + reason if reason else "paused"
        self._scope.alert(self._text, severity="info")

    @guarded()
    def resume(self):
        """Work goes on. A second call says nothing."""
        text, self._text = self._text, None
        if text is None:
            return
        self._scope.alert(text, severity="info", resolved=True)
        self._scope.metric("paused", (self._scope.run.clock.now() - self._since) / 1e9, unit="s")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.resume()
        return False


def fraction(progress):
    """Progress as a number from 0 to 1, or ``None``."""
    progress = _encode.number(progress)
    return None if progress is None or math.isnan(progress) else min(1.0, max(0.0, progress))


def _text(value):
    return None if value is None else say(value, 256)
