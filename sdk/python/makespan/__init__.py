"""Records what a Python program does as runs that Makespan opens, and opens runs to analyse them.

    import makespan

    @makespan.task(after="fetch")
    def align(sample):
        ...

    with makespan.run("etl") as run:
        with run.task("fetch") as task:
            task.progress(0.5, "half of it")
        align("a")

Events are written to a file, one line each (docs/events.md), before the call that records them returns. Whatever goes
wrong while recording is kept from the program. Only the standard library is needed.

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
    """Opens a run, to be used by ``with`` or until ``run.end()``.

    ``file`` is where it goes; otherwise it is a file of its own in ``folder``, in ``$MAKESPAN_DIR``, in the inbox of the
    store ``$MAKESPAN_STORE``, or in ``makespan-runs``. A program that was started within a run, by ``makespan run`` or by a
    program that records itself, and is told neither these nor an ``id``, adds a task to that run instead. ``id`` is unique where not given. ``workflow`` is what was executed, whose runs can be compared;
    the name where not given. ``steps`` declares tasks: names, or dicts of the arguments of :meth:`Run.create`.
    ``labels`` and ``params`` are shown beside it. ``infer_edges=False`` says that its tasks have no dependencies.

    ``resources=False`` measures nothing of the machine; ``every`` is the time between samples, in seconds.
    ``limit`` is the size of the file in bytes; the last tenth is kept for what is no sample, log line or progress.
    ``strict`` waits after each of these until the disk has it (``MAKESPAN_DURABILITY=strict``), against power cuts.
    ``redact(name, value)`` sees every label, parameter, text and value before it is written; where it raises, the
    value is left out.

    Programs that are started from here are told of the run by ``MAKESPAN_RUN``, ``MAKESPAN_TASK`` and ``MAKESPAN_FILE``,
    unless ``environment=False``. ``SIGTERM`` ends the run and its tasks as cancelled before it ends the program, where the
    program does nothing else with it, unless ``signals=False``.
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
    """The variables of the environment by which a program that is started belongs to the current task or run:
    ``subprocess.run(command, env={**os.environ, **makespan.environment()})``. Needed only where several threads or
    coroutines start programs at once; else they are in the environment already.
    """
    scope = current()
    return _nested.environment(scope) if scope is not None else {}


def start(name="run", **how):
    """Opens a run that goes on until :func:`finish`, or until the program ends."""
    return run(name, **how)


@_guarded()
def finish(error=None, status=None):
    """Ends the run that was opened last by :func:`start` or :func:`run` and is still open."""
    for open_run in reversed(_context.open_runs()):
        open_run.end(error, status=status)
        return


@_guarded(_run.nowhere)
def join(ticket):
    """A run that another process opened, from its :meth:`Run.ticket`, to be recorded into from here.

    Ending it leaves the run to the process that opened it.
    """
    joined = _within.joined(ticket, _Clock(ticket["offset"]))
    _signals.watch()
    _context.opened(joined)
    return joined


def listen(listener):
    """Calls ``listener(event)`` with a copy of each event of all runs, in the thread that records it.

    What it raises is kept from the program.
    """
    _listen.listen(listener)


@_guarded()
def metric(name, value, unit=None):
    """:meth:`Task.metric` of the current task or run."""
    scope = current()
    if scope is not None:
        scope.metric(name, value, unit)


@_guarded()
def log(text, level="info"):
    """:meth:`Task.log` of the current task or run."""
    scope = current()
    if scope is not None:
        scope.log(text, level)


@_guarded()
def alert(text, severity="warning", resolved=None):
    """:meth:`Task.alert` of the current task or run."""
    scope = current()
    if scope is not None:
        scope.alert(text, severity, resolved)


@_guarded()
def artifact(name, **how):
    """:meth:`Task.artifact` of the current task or run."""
    scope = current()
    if scope is not None:
        scope.artifact(name, **how)


@_guarded()
def progress(done, message=None):
    """:meth:`Task.progress` of the current task."""
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
