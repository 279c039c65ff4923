"""The run that this program was started within, and the run that programs started from here belong to.

``makespan run``, this package and the Rust tracker pass it on in the environment: ``MAKESPAN_RUN`` is the id of the run,
``MAKESPAN_TASK`` the id of the task that started the program, ``MAKESPAN_FILE`` the file to append lines to. Each process appends whole lines.
"""

from __future__ import annotations

import os
import sys
import threading
import urllib.parse

from ._guard import guarded

RUN, TASK, FILE = NAMES = ("MAKESPAN_RUN", "MAKESPAN_TASK", "MAKESPAN_FILE")

_lock = threading.RLock()
_passed_on = []  # runs, the last one is in the environment
_before = {}  # what was in the environment before the first
_pid = 0  # of the process that put it there


def around():
    """Returns id, task and file of the run that this process was started within; ``None`` if there is none.

    Variables that this process set itself are for the programs that it starts, and for its forks.
    """
    found = {name: os.environ.get(name) for name in NAMES}
    if _passed_on and os.getpid() == _pid and found[RUN] == _passed_on[-1].id:
        found = _before
    return tuple(found[name] or None for name in NAMES) if found.get(RUN) and found.get(FILE) else None


def environment(scope):
    """Returns the variables that assign a started program to a task or a run."""
    run = scope.run
    if run.file is None:
        return {}
    task = run.group if scope is run else scope.id
    found = {RUN: run.id, FILE: run.file}
    if task is not None:
        found[TASK] = task
    return found


@guarded()
def pass_on(run):
    """Makes programs that are started from now on part of this run."""
    global _pid
    if run.file is None or run.joined:
        return
    with _lock:
        if not _passed_on or os.getpid() != _pid:
            _passed_on.clear()
            _before.update((name, os.environ.get(name)) for name in NAMES)
            _pid = os.getpid()
        _passed_on.append(run)
        _put(environment(run))


@guarded()
def withdraw(run):
    """Stops passing on a run that has ended."""
    with _lock:
        if run in _passed_on and os.getpid() == _pid:
            _passed_on.remove(run)
            _put(environment(_passed_on[-1]) if _passed_on else _before)


@guarded()
def entered(scope):
    """Records that the main thread is in this task or run now. With several coroutines, the parent of a new process is unknown."""
    if not _passed_on or scope is None or scope.run is not _passed_on[-1]:
        return
    if threading.get_ident() != threading.main_thread().ident or os.getpid() != _pid:
        return
    loop = getattr(sys.modules.get("asyncio"), "_get_running_loop", lambda: None)()
    _set(TASK, scope.run.group if loop is not None or scope is scope.run else scope.id)


def _put(found):
    for name in NAMES:
        _set(name, found.get(name))


def _set(name, value):
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value


def place(folder, id):
    """Returns the file for a run if the caller gave none."""
    if folder is None:
        folder = os.environ.get("MAKESPAN_DIR") or inbox(os.environ.get("MAKESPAN_STORE", "")) or _outbox() or "makespan-runs"
    safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in id)[:200].lstrip(".") or "run"
    return os.path.join(os.fspath(folder), safe + ".jsonl")


def _outbox():
    if not os.environ.get("MAKESPAN_SERVER"):
        return None
    from . import _ship

    address = _ship.server()
    return _ship.outbox(address) if address is not None else None


def inbox(url):
    """Returns the inbox folder of the store with that URL; ``None`` if the text is not a URL.

    It is beside a store on this machine, otherwise in the user's data folder.
    """
    scheme, colon, rest = url.partition(":")
    if not colon:
        return None
    if scheme in ("file", "sqlite"):
        if rest.startswith("//"):
            rest = rest[2:]
            rest = rest[len("localhost"):] if rest.startswith("localhost") else rest
            if not rest.startswith("/"):
                return None
        path = urllib.parse.unquote(rest.split("?")[0].split("#")[0])
        return os.path.abspath(path) + ".inbox" if path and "\0" not in path else None
    data = os.environ.get("XDG_DATA_HOME") or ""
    if not os.path.isabs(data):
        data = os.environ.get("LOCALAPPDATA") if os.name == "nt" else os.path.expanduser("~/.local/share")
    number = 0xCBF29CE484222325
    for byte in url.encode("utf-8", "surrogateescape"):  # FNV-1a
        number = (number ^ byte) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return os.path.join(data or "", "makespan", "inbox-%016x" % number)


def _forked():
    global _lock
    _lock = threading.RLock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
