"""``@makespan.task``: functions, coroutines and generators that record each call as a task.

What is decorated does what it did: its arguments, results and exceptions are those of the function, and it runs just
the same where nothing is recorded. Arguments and results are not recorded.
"""

from __future__ import annotations

import functools
import inspect
import time

from . import _context
from ._guard import guarded
from ._retry import Backoff, exceptions
from ._run import nothing


def task(function=None, *, name=None, step=None, after=(), kind=None, labels=None, params=None, run=None, tries=1,
         backoff=None, on=Exception):
    """Makes each call of a function a task of the current run, nested in the current task.

    With ``tries`` it is called again after an exception of the class ``on``; ``backoff`` is a :class:`Backoff` or the
    seconds before the second try, which double with each. ``run`` is the run, where it is not the current one.
    Generators are recorded from the first value asked for to the last, and never tried again.
    """

    def decorator(function):
        how = dict(step=step, after=after, kind=kind, labels=labels, params=params)
        called = name if name is not None else getattr(function, "__name__", "task")
        pauses, classes = Backoff.of(backoff, tries), exceptions(on)

        def begin():
            return _begin(run, called, how)

        if inspect.isasyncgenfunction(function):
            wrapper = _async_generator(function, begin)
        elif inspect.isgeneratorfunction(function):
            wrapper = _generator(function, begin)
        elif inspect.iscoroutinefunction(function):
            wrapper = _coroutine(function, begin, pauses, classes)
        else:
            wrapper = _plain(function, begin, pauses, classes)
        wrapper.makespan_task = called
        return wrapper

    return decorator if function is None else decorator(function)


def _begin(run, name, how):
    return _made(run, name, how) or nothing()


@guarded()
def _made(run, name, how):
    if run is None:
        scope = _context.current()
        run = scope.run if scope is not None else None
    return run.create(name, **how) if run is not None else None


def _plain(function, begin, pauses, on):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        task, left = begin(), pauses.pauses()
        while True:
            try:
                with task.trying(on, left) as attempt:
                    return function(*args, **kwargs)
            except on:
                if not attempt.again:
                    raise
            time.sleep(attempt.pause)

    return wrapper


def _coroutine(function, begin, pauses, on):
    import asyncio

    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        task, left = begin(), pauses.pauses()
        while True:
            try:
                with task.trying(on, left) as attempt:
                    return await function(*args, **kwargs)
            except on:
                if not attempt.again:
                    raise
            await asyncio.sleep(attempt.pause)

    return wrapper


def _generator(function, begin):
    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        # The body runs in the context of whoever asks for the next value, so the task is current only meanwhile.
        inner = function(*args, **kwargs)
        task = begin()
        task.start()
        step, given = inner.send, None
        try:
            while True:
                task.activate()
                try:
                    item = step(given)
                except StopIteration as stop:
                    task.deactivate()
                    task.end()
                    return stop.value
                finally:
                    task.deactivate()
                try:
                    given = yield item
                    step = inner.send
                except GeneratorExit:
                    inner.close()
                    raise
                except BaseException as error:
                    given, step = error, inner.throw
        except BaseException as error:
            task.end(error)
            raise

    return wrapper


def _async_generator(function, begin):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        inner = function(*args, **kwargs)
        task = begin()
        task.start()
        step, given = inner.asend, None
        try:
            while True:
                task.activate()
                try:
                    item = await step(given)
                except StopAsyncIteration:
                    task.deactivate()
                    task.end()
                    return
                finally:
                    task.deactivate()
                try:
                    given = yield item
                    step = inner.asend
                except GeneratorExit:
                    await inner.aclose()
                    raise
                except BaseException as error:
                    given, step = error, inner.athrow
        except BaseException as error:
            task.end(error)
            raise

    return wrapper
