"""``@makespan.task``: functions, coroutines and generators that record each call as a task.

A decorated function behaves as before: arguments, results and exceptions are unchanged, and outside a run nothing is recorded.
Arguments and results are not recorded, except arguments that the name of the task contains.
"""

from __future__ import annotations

import functools
import inspect
import time
import weakref

from . import _context
from ._guard import foreign, guarded, wrong
from ._retry import Backoff, exceptions
from ._run import nothing


def task(function=None, *others, name=None, step=None, after=(), kind=None, labels=None, params=None, run=None, tries=1,
         backoff=None, on=Exception, **unknown):
    """Records each call of a function as a task of the current run, nested in the current task.

    ``name`` may contain arguments of the function in braces, as in ``"fetch {url}"``; the step is then named after the function.

    With ``tries`` it is called again after an exception of the class ``on``; ``backoff`` is a :class:`Backoff` or the seconds
    before the second attempt, which double with each attempt. ``run`` is the run, by default the current one. Generators are
    recorded from the first requested value to the last, and never retried; a function that returns a generator ends with it.
    """
    if type(function) is str and name is None:
        function, name = None, function
    if others or unknown or not (function is None or callable(function)):
        wrong("makespan.task: wrong arguments")
        function = function if callable(function) else None

    def decorator(function):
        how = dict(step=step, after=after, kind=kind, labels=labels, params=params)
        called = name if name is not None else getattr(function, "__name__", "task")
        of_call = _named(function, called)
        if of_call is not None:
            how["step"] = how["alias"] = step if step is not None else getattr(function, "__name__", "task")
        pauses, classes = Backoff.of(backoff, tries), exceptions(on)

        def begin(args, kwargs):
            return _begin(run, called if of_call is None else foreign(of_call, args, kwargs, otherwise=called), how)

        if inspect.isasyncgenfunction(function):
            wrapper = _async_generator(function, begin)
        elif inspect.isgeneratorfunction(function):
            wrapper = _generator(function, begin)
        elif inspect.iscoroutinefunction(function):
            wrapper = _coroutine(function, begin, pauses, classes)
        else:
            wrapper = _plain(function, begin, pauses, classes)
        wrapper.makespan_task = how.get("alias", called)
        return wrapper

    return decorator if function is None else decorator(function)


@guarded()
def _named(function, name):
    """Returns a function that builds the name of a call from its arguments; ``None`` if the name contains no arguments."""
    if type(name) is not str or "{" not in name:
        return None
    signature = inspect.signature(function)

    def of_call(args, kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        return name.format(**bound.arguments)

    return of_call


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
        task, left = begin(args, kwargs), pauses.pauses()
        while True:
            try:
                with task.trying(on, left) as attempt:
                    result = function(*args, **kwargs)
                    goes_on = _GOES_ON.get(type(result))
                    attempt.kept = goes_on is not None
                return result if goes_on is None else _later(goes_on(result, task), task)
            except on:
                if not attempt.again:
                    raise
            time.sleep(attempt.pause)

    return wrapper


def _later(going, task):
    """Wraps a returned object that does its work later, such as a generator; if it is never used, the task ends when it is
    discarded."""
    foreign(weakref.finalize, going, task.end)
    return going


def _coroutine(function, begin, pauses, on):
    import asyncio

    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        task, left = begin(args, kwargs), pauses.pauses()
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
        inner = function(*args, **kwargs)
        task = begin(args, kwargs)
        task.start()
        return (yield from _values(inner, task))

    return wrapper


def _values(inner, task):
    # The body runs in the context of whoever asks for the next value, so the task is current only meanwhile.
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


def _async_generator(function, begin):
    @functools.wraps(function)
    async def wrapper(*args, **kwargs):
        inner = function(*args, **kwargs)
        task = begin(args, kwargs)
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


#: What does its work after it was returned, and how it is followed to its end.
_GOES_ON = {type(_values(None, None)): _values}
