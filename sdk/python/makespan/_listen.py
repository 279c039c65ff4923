"""Functions that are called with each event while it is recorded."""

from __future__ import annotations

import threading

from ._guard import foreign, guarded

_all = []
_told = threading.local()


@guarded()
def listen(listener):
    """Calls ``listener(event)`` with a copy of each event of all runs of this process."""
    global _all
    _all = _all + [listener]


@guarded()
def forget(listener):
    """Stops calling a listener."""
    global _all
    _all = [one for one in _all if one is not listener]


def listeners(own):
    """Returns the listeners of one run and of all runs."""
    return own + _all


def tell(listeners, event):
    """Calls listeners in the thread that records. Exceptions that they raise are ignored."""
    if getattr(_told, "on", False):
        return  # what a listener records is heard by no listener
    _told.on = True
    try:
        for listener in listeners:
            foreign(listener, dict(event))
    finally:
        _told.on = False
