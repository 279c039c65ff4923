"""Records open tasks as cancelled before ``SIGTERM`` ends a program that does not handle the signal. The program then ends by
the signal, as it would have without recording.

Python calls handlers between two of its own instructions, so during a long call into C the program ends after that call.
``makespan.run(..., signals=False)`` does not handle the signal.
"""

from __future__ import annotations

import os
import signal
import threading

from . import _context
from ._guard import guarded

TERM = getattr(signal, "SIGTERM", None)


@guarded()
def watch():
    """Installs the handler, if the signal has its default action."""
    if TERM is None or threading.current_thread() is not threading.main_thread():
        return
    if signal.getsignal(TERM) is signal.SIG_DFL:
        signal.signal(TERM, _terminated)


@guarded()
def leave():
    """Removes the handler once no run of this process is open."""
    if any(run.pid == os.getpid() for run in _context.open_runs()) or threading.current_thread() is not threading.main_thread():
        return
    if TERM is not None and signal.getsignal(TERM) is _terminated:
        signal.signal(TERM, signal.SIG_DFL)


def task_started(run):
    """Installs the handler while a task runs in another process than that of the run, and only then.

    A worker that waits for work must die at once: a signal that arrives just before the worker blocks in C would only be
    handled afterwards, and the process that ends the worker would wait forever.
    """
    if run.signals and os.getpid() != run.pid:
        watch()


@guarded()
def task_ended(run):
    """Removes the handler again in another process than that of the run, unless another task runs there."""
    pid = os.getpid()
    if pid != run.pid and not any(task._pid == pid for task in list(run._going.values())):
        leave()


@guarded()
def _forked():
    if TERM is not None and signal.getsignal(TERM) is _terminated:
        signal.signal(TERM, signal.SIG_DFL)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _terminated(number, frame):
    _tell()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


@guarded()
def _tell():
    for run in reversed(_context.all_runs()):
        run.interrupted("SIGTERM")
