"""Times of events: the wall clock is read once, and the monotonic clock is used from then on.

If the wall clock is set during a run, times and durations of events are not affected.
"""

from __future__ import annotations

import datetime
import time


class Clock:
    """Nanoseconds since 1970 in UTC, which never go back within a run. Forks and pickled copies share the clock."""

    __slots__ = ("offset",)

    def __init__(self, offset=None):
        self.offset = time.time_ns() - time.monotonic_ns() if offset is None else int(offset)

    def now(self):
        return self.offset + time.monotonic_ns()


def nanoseconds(at):
    """Converts a time given by a caller: a ``datetime`` (local if it has no zone), seconds since 1970 as ``float``, or
    nanoseconds since 1970 as ``int``; ``None`` if it is something else.
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
