"""Trying again, with pauses in between."""

from __future__ import annotations

import itertools
import random
import time

from . import _encode
from ._guard import guarded


class Backoff:
    """Pauses between tries: the first in seconds, what each is multiplied with, and the longest.

    ``jitter``, 0 to 1, takes a random part of each pause away, so that many programs that failed at once do not come
    back at once.
    """

    __slots__ = ("tries", "first", "factor", "longest", "jitter")

    def __init__(self, tries=3, first=0.1, factor=2.0, longest=60.0, jitter=0.0):
        self.tries, self.first, self.factor, self.longest, self.jitter = tries, first, factor, longest, jitter

    @classmethod
    def of(cls, backoff, tries):
        """A backoff, or the seconds of the first pause. What is no number counts as 1 try and no pause."""
        if not isinstance(backoff, cls):
            return cls(_number(tries, 1), _number(backoff, 0.0))
        given = (backoff.tries, backoff.first, backoff.factor, backoff.longest, backoff.jitter)
        return cls(*map(_number, given, (1, 0.0, 1.0, 60.0, 0.0)))

    def pauses(self):
        """The pauses, one fewer than there are tries, in seconds."""
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
    """A class of exceptions or a tuple of such, as ``except`` takes them; anything else means ``Exception``."""
    classes = on if isinstance(on, tuple) else (on,)
    fine = all(isinstance(one, type) and issubclass(one, BaseException) for one in classes)
    return classes if fine else (Exception,)


class Attempt:
    """One try of a task, by ``with``. ``again`` says afterwards whether another follows, ``pause`` when, in seconds."""

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
    """Yields tries that keep an exception to themselves as long as another one follows."""
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
