"""Records what a Python program does as runs that Makespan opens, and opens runs to analyse them.

    import makespan

    @makespan.task(after="fetch")
    def align(sample):
        ...

    with makespan.run("etl") as run:
        with run.task("fetch") as task:
            task.progress(0.5, "half of it")
        align("a")

Events are written to a file, one line each (docs/events.md), before the call that records them returns. Errors while
recording never reach the program. Only the standard library is needed.

    runs = makespan.open("makespan-runs")
    print(runs[0].status, runs[0].makespan_s, runs[0].findings)

``open``, ``compare`` and ``check`` call the ``makespan`` program; see :mod:`makespan.analysis`.
"""

from __future__ import annotations

import atexit as _atexit
import sys as _sys

from . import _context, _gauge, _listen, _nested, _run, _signals, _within
from ._clock import Clock as _Clock
from ._context import bind, current
from ._decorate import task
from ._guard import guarded as _guarded
from ._retry import Backoff
from ._run import Run
from ._task import Task

__all__ = [
    "Backoff", "EventStream", "LiveMonitor", "LogHandler", "OpenError", "ProgramError", "Run", "Task", "WebhookHandler",
    "add_handler", "alert", "artifact", "bind", "check", "compare", "current", "environment", "finish", "join", "listen", "log",
    "metric", "progress", "remove_handler", "run", "start", "task",
]  # not `open`: `from makespan import *` must not replace the function of Python
__version__ = "0.1.0"


@_guarded(_run.nowhere)
def run(name="run", **how):
    """Opens a run and returns it. Use it in a ``with`` statement, or end it with ``run.end()``.

    ``file`` is the file to append to. Without it, the run gets a file of its own in ``folder``, in ``$MAKESPAN_DIR``, in the inbox
    of the store ``$MAKESPAN_STORE``, in the outbox for the server ``$MAKESPAN_SERVER``, or in ``makespan-runs``, in this order. If
    none of ``file``, ``folder`` and ``id`` is given, a program that was started within a recorded run becomes a task of that run.

    ``id`` is the id of the run; by default it is made from the name and the time. ``workflow`` is the workflow that is executed; runs
    of one workflow can be compared. The default is the name. ``steps`` declares planned tasks: names, or dicts of the arguments of
    :meth:`Run.create`. ``labels`` and ``params`` are shown with the run. ``infer_edges=False`` states that its tasks have no
    dependencies.

    ``resources=False`` turns measuring off; ``every`` is the time between samples, in seconds. ``limit`` is the maximum size of the
    file in bytes; the last tenth is reserved for events other than samples, log lines and progress. ``strict=True`` (or
    ``MAKESPAN_DURABILITY=strict``) waits for the disk after each of these events, so that they survive a power failure.
    ``redact(name, value)`` returns what to write instead of a label, parameter, text or value; if it raises, the value is dropped.

    Programs that are started from this one find the run in ``MAKESPAN_RUN``, ``MAKESPAN_TASK`` and ``MAKESPAN_FILE``, unless
    ``environment=False``. If ``SIGTERM`` ends a program that does not handle it, the run and its open tasks are recorded as
    cancelled, unless ``signals=False``.
    """
    own = any(how.get(one) is not None for one in ("file", "folder", "id"))
    around = _nested.around() if not own and how.get("record", True) else None
    opened = _within.Within(name, around, **how) if around is not None else Run(name, **how)
    if opened.is_open:
        _context.opened(opened)
        if opened.environment:
            _nested.pass_on(opened)
        if opened.signals:
            _signals.watch()
    return opened


@_guarded(dict)
def environment():
    """Returns the environment variables that assign a started program to the current task or run, as a dict.

    Use it as ``subprocess.run(command, env={**os.environ, **makespan.environment()})`` if several threads or coroutines start
    programs at the same time. Otherwise the variables are in the environment already.
    """
    scope = current()
    return _nested.environment(scope) if scope is not None else {}


def start(name="run", **how):
    """Opens a run that ends with :func:`finish` or with the program. Takes the arguments of :func:`run`."""
    return run(name, **how)


@_guarded()
def finish(error=None, status=None):
    """Ends the open run that was opened last, by :func:`start` or :func:`run`."""
    for open_run in reversed(_context.open_runs()):
        open_run.end(error, status=status)
        return


@_guarded(_run.nowhere)
def join(ticket):
    """Returns a run that another process opened, from its :meth:`Run.ticket`, to record into it from this process.

    Ending it does not end the run of the other process.
    """
    joined = _within.joined(ticket, _Clock(ticket["offset"]))
    _context.opened(joined)
    return joined


def listen(listener):
    """Calls ``listener(event)`` with a copy of each event of all runs, in the thread that records it.

    Exceptions that it raises are ignored. :class:`makespan.EventStream` gives events in a form that is easier to use.
    """
    _listen.listen(listener)


@_guarded()
def metric(name, value, unit=None):
    """Calls :meth:`Task.metric` of the current task or run; does nothing outside a run."""
    scope = current()
    if scope is not None:
        scope.metric(name, value, unit)


@_guarded()
def log(text, level="info"):
    """Calls :meth:`Task.log` of the current task or run; does nothing outside a run."""
    scope = current()
    if scope is not None:
        scope.log(text, level)


@_guarded()
def alert(text, severity="warning", resolved=None):
    """Calls :meth:`Task.alert` of the current task or run; does nothing outside a run."""
    scope = current()
    if scope is not None:
        scope.alert(text, severity, resolved)


@_guarded()
def artifact(name, **how):
    """Calls :meth:`Task.artifact` of the current task or run; does nothing outside a run."""
    scope = current()
    if scope is not None:
        scope.artifact(name, **how)


@_guarded()
def progress(done, message=None):
    """Calls :meth:`Task.progress` of the current task; does nothing outside a task."""
    scope = current()
    if isinstance(scope, Task):
        scope.progress(done, message)


_ON_DEMAND = {"LogHandler": "_logging", "ProgramError": "_program", "OpenError": "analysis", "open": "analysis",
              "compare": "analysis", "check": "analysis", "add_handler": "live", "remove_handler": "live",
              "EventStream": "live", "LiveMonitor": "live", "WebhookHandler": "live"}


def __getattr__(name):
    if name in _ON_DEMAND:  # a program that only records loads nothing of these
        import importlib

        return getattr(importlib.import_module("." + _ON_DEMAND[name], __name__), name)
    raise AttributeError("module 'makespan' has no attribute %r" % name)


@_guarded()
def _at_exit():
    for open_run in reversed(_context.open_runs()):
        open_run.end()
    _gauge.close()
    shipping = _sys.modules.get(__name__ + "._ship")
    if shipping is not None:
        shipping.close()


_atexit.register(_at_exit)
