"""Finds the task or run that the running code belongs to.

It follows calls, ``asyncio`` tasks and generators by :mod:`contextvars`. A new thread has no context: it belongs to the
open run if there is exactly one, or to the task that :func:`bind` captured.
"""

from __future__ import annotations

import contextvars
import functools

from ._guard import of_the_program

_current = contextvars.ContextVar("makespan_current", default=None)
_open_runs = []


def ambient():
    """Returns the run within which the process was started; set by :mod:`makespan._within`."""
    return None


ambient_if_known = ambient


def current():
    """Returns the current task or run, or ``None``."""
    scope = _current.get()
    while scope is not None:
        if scope.is_open:
            return scope
        # A task that is over is none to add to; the one around it may go on.
        scope = scope.around
    if _open_runs:
        return _open_runs[-1] if len(_open_runs) == 1 else None
    return ambient()


def enter(scope):
    """Makes it the current task or run; pass the result to :func:`leave`."""
    before = _current.get()
    return _current.set(scope), scope, before


def leave(entered):
    token, inside, before = entered
    try:
        _current.reset(token)
    except ValueError as error:
        if of_the_program(error):
            raise
        # Left in another context than it was entered in, as generators may be.
        if _current.get() is inside:
            _current.set(before)


def opened(run):
    _open_runs.append(run)


def closed(run):
    if run in _open_runs:
        _open_runs.remove(run)


def open_runs():
    return list(_open_runs)


def all_runs():
    """Returns the runs that are open in this process, and the one that it was started within."""
    known = ambient_if_known()
    return _open_runs + ([known] if known is not None else [])


def bind(function):
    """Returns a function that runs within the current task in another thread: ``executor.submit(makespan.bind(work), item)``."""
    scope = current()

    @functools.wraps(function)
    def bound(*args, **kwargs):
        entered = enter(scope)
        try:
            return function(*args, **kwargs)
        finally:
            leave(entered)

    return bound
