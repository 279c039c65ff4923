"""The time of events: the wall clock once, and from there the monotonic clock.

A wall clock that is set while a run goes on moves no event and no duration.
"""

from __future__ import annotations

import datetime
import time


class Clock:
    """Nanoseconds since 1970 in UTC, never going back within a run. A fork and what is pickled share it."""

    __slots__ = ("offset",)

    def __init__(self, offset=None):
        self.offset = time.time_ns() - time.monotonic_ns() if offset is None else int(offset)

    def now(self):
        return self.offset + time.monotonic_ns()


def nanoseconds(at):
    """A time that a caller gave: a ``datetime`` (without a zone it is local), seconds since 1970 as ``float``, or
    nanoseconds since 1970 as ``int``; ``None`` where it is none of these.
    """
    if isinstance(at, datetime.datetime):
        epoch = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
        since = at.astimezone(datetime.timezone.utc) - epoch
        return (since.days * 86400 + since.seconds) * 10**9 + since.microseconds * 1000
    if isinstance(at, bool):
        return None
    if isinstance(at, int):
        return at if -(2**63) <= at < 2**63 else None
    if isinstance(at, float) and abs(at) < 9.2e9:
        return int(at * 1e6) * 1000
    return None
