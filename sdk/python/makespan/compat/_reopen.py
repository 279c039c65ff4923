"""Continues runs that have ended, or adds to them."""

from __future__ import annotations

import contextlib
import os

from .. import _context
from .._guard import guarded


@guarded()
def reopen(run):
    """Continues a run of this process that has ended: new events are appended to the same file, and the run counts as running
    until it ends again.
    """
    if run is None or run.is_open:
        return
    _writable(run)
    _context.opened(run)
    run.put({"event": "run", "status": "running"})


@contextlib.contextmanager
def amended(run):
    """``with amended(run):`` adds to a run whether it has ended or not; one that has, stays so."""
    over = not run.is_open
    if over:
        _writable(run)
    try:
        yield run
    finally:
        if over:
            run.is_open = False
            if run._sink is not None:
                run._sink.close()


@guarded()
def leave(run):
    """Ends a run whose outcome is unknown: its end is recorded without a status."""
    # A fork that ends is not the end of the run.
    if run is not None and run.is_open and run.pid == os.getpid():
        run.put({"event": "run", "ended": run.clock.now()})
        run.is_open = False
        _context.closed(run)
        if run._sink is not None:
            run._sink.close()


def _writable(run):
    run.is_open = True
    if run._sink is not None:
        run._sink._closed = False
        run.ship()
