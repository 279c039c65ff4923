"""File locks that are released when the process that holds them ends."""

from __future__ import annotations

import os


def lock(path):
    """Returns a descriptor that holds the lock of a file; ``None`` if another process holds it, or the system has no such locks."""
    try:
        import fcntl

        held = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
    except (ImportError, OSError):
        return None
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return held
    except OSError:
        os.close(held)
        return None
