"""Converts exceptions to the errors of events."""

from __future__ import annotations

import sys
import traceback

from ._guard import foreign, say

#: Frames and characters of a traceback.
FRAMES, CHARACTERS = 30, 8192
#: Characters of what a failed program wrote to stderr.
TAIL = 2000


def error(value):
    """Returns an exception, or a text, as ``{"message", "kind", "trace"}``."""
    if not isinstance(value, BaseException):
        return {"message": say(value, 8192)}
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else kind.__module__ + "." + kind.__qualname__
    found = {"message": say(value, 8192) or name, "kind": name}
    tail = foreign(_last_words, value)
    if tail:
        found["message"] += "\n" + tail
    if value.__traceback__ is not None:
        lines = foreign(_trace, value)
        if lines:
            found["trace"] = say(lines, CHARACTERS)
    return found


def _last_words(value):
    """Returns the end of what a program wrote to stderr before it failed, if the caller captured it (``subprocess``)."""
    module = sys.modules.get("subprocess")
    if module is None or not isinstance(value, (module.CalledProcessError, module.TimeoutExpired)):
        return ""
    said = value.stderr or value.output or b""
    said = said[-4 * TAIL:]
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return text.strip()[-TAIL:]


def _trace(value):
    # Negative: the innermost frames are those that matter.
    return "".join(traceback.format_exception(type(value), value, value.__traceback__, limit=-FRAMES))


def outcome(value):
    """Returns the status, and the error if any, of work that ended with an exception.

    An interrupt or a cancellation is not a failure, nor is ``sys.exit(0)``, nor a consumer that stops reading from a
    generator.
    """
    if value is None or isinstance(value, GeneratorExit):
        return "succeeded", None
    cancelled = getattr(sys.modules.get("asyncio"), "CancelledError", KeyboardInterrupt)
    if isinstance(value, (KeyboardInterrupt, cancelled)):
        return "cancelled", None
    if isinstance(value, SystemExit):
        if value.code is None or value.code == 0:
            return "succeeded", None
        return "failed", {"message": "exit: " + say(value.code, 1024), "kind": "SystemExit"}
    return "failed", error(value)
