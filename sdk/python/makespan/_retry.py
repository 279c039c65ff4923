"""Retries with pauses between attempts."""

from __future__ import annotations

import itertools
import random
import time

from . import _encode
from ._guard import guarded


class Backoff:
    """Pauses between attempts: ``first`` and ``longest`` in seconds, ``factor`` from one to the next, at most ``tries`` attempts.

    ``jitter``, 0 to 1, shortens each pause by a random part, so that programs that failed together do not retry together.
    """

    __slots__ = ("tries", "first", "factor", "longest", "jitter")

    def __init__(self, tries=3, first=0.1, factor=2.0, longest=60.0, jitter=0.0):
        self.tries, self.first, self.factor, self.longest, self.jitter = tries, first, factor, longest, jitter

    @classmethod
    def of(cls, backoff, tries):
        """Makes a backoff of one, or of the seconds of the first pause. Invalid numbers count as 1 attempt and no pause."""
        if not isinstance(backoff, cls):
            return cls(_number(tries, 1), _number(backoff, 0.0))
        given = (backoff.tries, backoff.first, backoff.factor, backoff.longest, backoff.jitter)
        return cls(*map(_number, given, (1, 0.0, 1.0, 60.0, 0.0)))

    def pauses(self):
        """Yields the pauses in seconds, one fewer than attempts."""
        pause = float(self.first)
        for _ in range(int(self.tries) - 1):
            yield max(0.0, min(pause, self.longest) * (1.0 - self.jitter * random.random()))
            pause = min(pause * self.factor, self.longest)


@guarded()
def _finite(value):
    return _encode.number(value)


def _number(value, otherwise):
    found = _finite(value) if value is not None else None
    return otherwise if found is None else found


def exceptions(on):
    """Returns a tuple of exception classes for ``except``; anything else than classes means ``Exception``."""
    classes = on if isinstance(on, tuple) else (on,)
    fine = all(isinstance(one, type) and issubclass(one, BaseException) for one in classes)
    return classes if fine else (Exception,)


class Attempt:
    """One attempt of a task, for a ``with`` statement. Afterwards ``again`` is whether another follows, after ``pause`` seconds."""

    __slots__ = ("task", "again", "pause", "kept", "_on", "_left")

    def __init__(self, task, on, left):
        self.task, self._on, self._left = task, on, left
        self.again, self.pause = False, 0.0
        #: Whether the task goes on after a good end of this block.
        self.kept = False

    def __enter__(self):
        self.task.__enter__()
        return self

    def __exit__(self, kind, error, trace):
        if error is not None and isinstance(error, self._on):
            pause = next(self._left, None)
            if pause is not None:
                self.again, self.pause = True, pause
                self._failed(error)
        if self.kept and error is None:
            self.task.deactivate()
        elif not self.again:
            self.task.__exit__(kind, error, trace)
        return False

    @guarded()
    def _failed(self, error):
        self.task.deactivate()
        self.task.again(error, self.pause)


def attempts(task, backoff, on):
    """Yields attempts, which suppress an exception as long as another attempt follows."""
    left = backoff.pauses()
    for _ in itertools.count():
        attempt = _Quiet(task, on, left)
        yield attempt
        if not attempt.again:
            return
        time.sleep(attempt.pause)


class _Quiet(Attempt):
    __slots__ = ()

    def __exit__(self, kind, error, trace):
        super().__exit__(kind, error, trace)
        return self.again
