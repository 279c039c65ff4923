"""What this process, or this thread, has used of the machine so far.

Numbers come from ``getrusage`` and, on Linux, from ``/proc``. What a system does not tell is ``None``, never 0.
"""

from __future__ import annotations

import os
import sys
import threading
import time

from ._guard import of_the_program

try:
    import resource
except ImportError:  # Windows
    resource = None

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_THREAD = getattr(resource, "RUSAGE_THREAD", None) if resource is not None else None
#: Why memory, bytes read and written, and threads are unknown where they are.
REASON = "%s tells it in no way that this package reads" % sys.platform


class Usage:
    """One reading. Times in ns, sizes in bytes; all but ``memory`` and ``threads`` count from the start."""

    __slots__ = ("wall", "cpu", "memory", "threads", "read_bytes", "written_bytes", "reads", "writes",
                 "context_switches")

    def __init__(self, thread=False):
        self.wall = time.monotonic_ns()
        self.cpu, self.context_switches = _of_thread() if thread else _of_process()
        if not thread:
            self.memory, self.threads = memory(), threads()
            self.read_bytes, self.written_bytes, self.reads, self.writes = _io()


def _of_thread():
    if _THREAD is None:
        return (time.thread_time_ns() if hasattr(time, "thread_time_ns") else None), None
    used = resource.getrusage(_THREAD)
    return _ns(used), used.ru_nvcsw + used.ru_nivcsw


def _of_process():
    if resource is None:
        return time.process_time_ns(), None
    used, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return _ns(used) + _ns(children), used.ru_nvcsw + used.ru_nivcsw


def _ns(used):
    return int((used.ru_utime + used.ru_stime) * 1e9)


def memory():
    """Resident memory of the process, bytes."""
    fields = _proc("statm").split()
    return int(fields[1]) * _PAGE if len(fields) > 1 else None


def threads():
    """Threads of the process, also those that Python did not start."""
    text = _proc("stat")
    fields = text[text.rfind(b")") + 1 :].split()
    return int(fields[17]) if len(fields) > 17 else None


def _io():
    """Bytes that went to and came from disks (not the page cache), and calls that read and wrote anything."""
    found = dict(line.split(b": ") for line in _proc("io").splitlines() if b": " in line)
    return tuple(
        int(found[name]) if name in found else None for name in (b"read_bytes", b"write_bytes", b"syscr", b"syscw")
    )


_files = {}  # (process, name) -> descriptor and what it must stand for
_lock = threading.RLock()


def _proc(name):
    """The text of a file of ``/proc/self``; empty where there is none.

    Descriptors are kept, since opening costs more than reading. They stand for the process that opened them, so a
    fork opens its own, and they are tried for being what they were, since a program may close what it did not open.
    """
    try:
        with _lock:
            key = (os.getpid(), name)
            fd, inode = _files.get(key, (-1, None))
            if fd < 0 or os.fstat(fd).st_ino != inode:
                fd = os.open("/proc/self/" + name, os.O_RDONLY | os.O_CLOEXEC)
                _files[key] = fd, os.fstat(fd).st_ino
            return os.pread(fd, 4096, 0)
    except (OSError, AttributeError) as error:
        if of_the_program(error):
            raise
        with _lock:
            _files.pop((os.getpid(), name), None)
        return b""


def _forked():
    global _lock
    _lock = threading.RLock()
    for fd, inode in _files.values():
        try:
            if os.fstat(fd).st_ino == inode:
                os.close(fd)
        except OSError:
            pass
    _files.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
