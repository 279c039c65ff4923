"""The methods that tasks and runs share: metrics, log lines, alerts, artifacts, pauses."""

from __future__ import annotations

import math

from . import _encode
from ._guard import guarded, say


class Scope:
    """A task or a run. Subclasses have ``_put(event, detail)``, ``run``, ``around`` and ``is_open``."""

    __slots__ = ()

    @guarded()
    def metric(self, name, value, unit=None):
        """Records a measured value; ``unit`` is ``B``, ``MB``, ``s``, ``%``, ``1/s`` or another, or ``None``.

        Values that are not finite numbers are dropped; a diagnostic states that, once per name.
        """
        name = say(name, 256)
        finite = _encode.number(value)
        if finite is None:
            self.run.not_collected(name, "%s is no finite number" % say(value, 100))
            return
        self._put({"event": "sample", "name": name, "value": finite, "unit": _text(unit)}, True)

    @guarded()
    def log(self, text, level="info"):
        """Records a log line. The level is a word, such as ``debug``, ``info``, ``warning`` or ``error``."""
        text = self.run.redacted("text", say(text))
        if text is not None:
            self._put({"event": "log", "level": _text(level), "text": text}, True)

    @guarded()
    def alert(self, text, severity="warning", resolved=None):
        """Records an alert. The severity is a word, such as ``info``, ``warning``, ``error`` or ``critical``.

        ``resolved=True`` with the same text marks it as resolved.
        """
        text = self.run.redacted("text", say(text))
        if text is not None:
            resolved = bool(resolved) if resolved is not None else None
            self._put({"event": "alert", "severity": _text(severity), "text": text, "resolved": resolved})

    @guarded()
    def artifact(self, name, uri=None, size=None, value=None, direction="output"):
        """Records data that was written, or read (``direction="input"``): its location, its size in bytes, or a small value itself."""
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
        """Records an intentional pause: an alert that is resolved when work continues, and a metric ``paused`` in seconds.

        Use it as ``with task.pause("quota"):``, or call ``resume()`` of the result.
        """
        return Pause(self, reason)


class Pause:
    """A pause that has begun."""

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
        """Ends the pause. A second call has no effect."""
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
    """Returns progress as a number from 0 to 1, or ``None``."""
    progress = _encode.number(progress)
    return None if progress is None or math.isnan(progress) else min(1.0, max(0.0, progress))


def _text(value):
    return None if value is None else say(value, 256)
