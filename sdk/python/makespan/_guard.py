"""Keeps errors of the recording away from the recorded program.

Whatever a caller passes (arguments of a wrong type, an object whose ``__str__`` raises, a folder that does not exist), the
program must go on as if it were not recorded. ``KeyboardInterrupt``, and exceptions that a signal handler of the program
raises while code of this package is running, belong to the program and are passed on.
"""

from __future__ import annotations

import functools
import os
from collections import ChainMap, UserDict, UserList, deque
from types import MappingProxyType

# Those of `signal` make an enum member of each answer.
from _signal import NSIG, getsignal

#: With ``MAKESPAN_DEBUG=1`` errors of the recording itself are raised, for whoever works on this package.
DEBUG = os.environ.get("MAKESPAN_DEBUG") == "1"

#: Errors that were kept from the program since it started, by name of the function; bounded by their number.
errors = {}


def guarded(default=None):
    """Makes a function that never raises; after an error it returns ``default()``, or ``None``.

    A call with wrong arguments counts as an error of the function too.
    """

    def decorator(function):
        @functools.wraps(function)
        def guard(*args, **kwargs):
            try:
                return function(*args, **kwargs)
            except BaseException as error:
                # Of a recursion that is too deep nothing may be asked: there is no room for a call.
                if DEBUG or (type(error) is not RecursionError and of_the_program(error)):
                    raise
                name = function.__qualname__
                errors[name] = errors.get(name, 0) + 1
                return default() if default is not None else None

        return guard

    return decorator


def wrong(what):
    """Counts a call with invalid arguments, and raises an exception if that is enabled."""
    if DEBUG:
        raise TypeError(what)
    errors[what] = errors.get(what, 0) + 1


def say(value, limit=16384):
    """Returns the text of any value: at most ``limit`` characters, always encodable as UTF-8.

    Calls ``__str__`` of foreign classes; if that fails, the text names the class instead.
    """
    if type(value) is not str:
        value = _text(value)
    if len(value) > limit:
        value = value[: limit - 1] + "\u2026"
    if not value.isascii():
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            value = value.encode("utf-8", "replace").decode("utf-8")
    return value


def foreign(function, *args, otherwise=None):
    """Calls foreign code, such as a listener or a ``__str__``, and returns ``otherwise`` if it raises."""
    try:
        return function(*args)
    except BaseException as error:
        if type(error) is not RecursionError and of_the_program(error):
            raise
        return otherwise


_LARGE = (dict, list, tuple, set, frozenset, deque, type({}.keys()), type({}.values()), type({}.items()), UserDict, UserList,
          ChainMap, MappingProxyType)


def _text(value):
    kind = type(value)
    if issubclass(kind, str):
        # The method of the base class, not that of a subclass that may do anything.
        return str.__str__(value)
    # The text of these may take seconds to make, of which nearly all is cut off.
    if issubclass(kind, (bytes, bytearray)):
        base = bytes if issubclass(kind, bytes) else bytearray
        return str(base.__getitem__(value, slice(16384)))
    if issubclass(kind, _LARGE):
        from . import _encode

        return _encode.outline(value)
    name = getattr(kind, "__qualname__", None)
    name = name if type(name) is str else "object"
    return str.__str__(foreign(str, value, otherwise="<%s that cannot be shown>" % name))


def of_the_program(error):
    """Returns whether an exception is an interrupt, or was raised by a signal handler, such as ``TimeoutError`` or ``SystemExit``."""
    if isinstance(error, KeyboardInterrupt):
        return True
    handlers = {_code(getsignal(number)) for number in range(1, NSIG)} - {None}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code in handlers:
            return True
        trace = trace.tb_next
    return False


def _code(handler):
    handler = getattr(handler, "func", handler)  # of a partial
    code = getattr(handler, "__code__", None)
    return code if code is not None else getattr(getattr(type(handler), "__call__", None), "__code__", None)
