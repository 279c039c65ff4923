"""``@makespan.task``: functions, coroutines and generators that record each call as a task.

A decorated function behaves as before: arguments, results and exceptions are unchanged, and outside a run nothing is recorded.
Arguments and results are not recorded, except arguments that the name of the task contains.
"""

from __future__ import annotations

import contextvars
import functools
import inspect
import time
import weakref

from . import _context
from ._guard import foreign, guarded, wrong
from ._retry import Backoff, exceptions
from ._run import nothing

#: The blocks that the running code is in, the innermost one first: the block, its task, and what is around it.
_blocks = contextvars.ContextVar("makespan_blocks", default=None)


def task(function=None, *others, name=None, step=None, after=(), kind=None, labels=None, params=None, run=None, tries=1,
         backoff=None, on=Exception, **unknown):
    """Records each call of a function as a task of the current run, nested in the current task.

    ``name`` may contain arguments of the function in braces, as in ``"fetch {url}"``; the step is then named after the function.

    With ``tries`` it is called again after an exception of the class ``on``; ``backoff`` is a :class:`Backoff` or the seconds
    before the second attempt, which double with each attempt. ``run`` is the run, by default the current one. Generators are
    recorded from the first requested value to the last, and never retried; a function that returns a generator ends with it.

    With a name and no function it is also a context manager: ``with makespan.task("fetch") as task:`` records the block
    as one task of the current run.
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

    if function is not None:
        return decorator(function)
    how = dict(step=step, after=after, kind=kind, labels=labels, params=params)
    return _Block(decorator, lambda: _begin(run, name if name is not None else "task", how))


class _Block:
    """What ``task(…)`` returns without a function: a decorator, and a block of a ``with`` statement.

    Each block has a task of its own, so that one object may be entered again, within itself and by other threads.
    """

    __slots__ = ("_decorator", "_create", "_last")

    def __init__(self, decorator, create):
        self._decorator = decorator
        self._create = create
        self._last = None

    def __call__(self, function):
        return self._decorator(function)

    def __enter__(self):
        self._last = task = self._create()
        _blocks.set((self, task, _blocks.get()))
        return task.__enter__()

    def __exit__(self, kind, error, trace):
        entered = _blocks.get()
        while entered is not None and entered[0] is not self:
            entered = entered[2]
        if entered is None:
            # Left in another context than it was entered in, as generators may be.
            return self._last.__exit__(kind, error, trace)
        _blocks.set(entered[2])
        return entered[1].__exit__(kind, error, trace)

    async def __aenter__(self):
        return self.__enter__()

    async def __aexit__(self, kind, error, trace):
        return self.__exit__(kind, error, trace)


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
