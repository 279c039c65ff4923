"""Reads the resources that this process, or this thread, has used so far.

Numbers come from ``getrusage`` and, on Linux, from ``/proc``. A number that the system does not provide is ``None``, never 0.
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
_MAXRSS = 1 if sys.platform == "darwin" else 1024
_THREAD = getattr(resource, "RUSAGE_THREAD", None) if resource is not None else None
#: Why memory, bytes read and written, and threads are unknown where they are.
REASON = "%s tells it in no way that this package reads" % sys.platform


class Usage:
    """One reading. Times in ns, sizes in bytes; all except ``memory``, ``own`` and ``threads`` are totals since the start.

    ``memory`` is that of the process, ``own``, and of all processes below it. ``mark`` is the kernel's peak of the process,
    and ``child_mark`` that of the largest child that has ended, so peaks between two readings are included. A started program
    inherits the peak of the process that started it, so a child's peak is only known if it is above the process's own.
    """

    __slots__ = ("wall", "cpu", "memory", "own", "mark", "child_mark", "threads", "read_bytes", "written_bytes", "reads", "writes",
                 "context_switches")

    def __init__(self, thread=False):
        self.wall = time.monotonic_ns()
        if thread:
            self.cpu, self.context_switches = _of_thread()
        else:
            self.cpu, self.context_switches, self.mark, self.child_mark = _of_process()
            self.own, mark, self.threads = _status()
            self.mark = mark if mark is not None else self.mark
            self.memory = None if self.own is None else self.own + of_children()
            self.read_bytes, self.written_bytes, self.reads, self.writes = _io()


def _of_thread():
    if _THREAD is None:
        return (time.thread_time_ns() if hasattr(time, "thread_time_ns") else None), None
    used = resource.getrusage(_THREAD)
    return _ns(used), used.ru_nvcsw + used.ru_nivcsw


def _of_process():
    if resource is None:
        return time.process_time_ns(), None, None, None
    used, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    switches = used.ru_nvcsw + used.ru_nivcsw
    return _ns(used) + _ns(children), switches, used.ru_maxrss * _MAXRSS, children.ru_maxrss * _MAXRSS


def _ns(used):
    return int((used.ru_utime + used.ru_stime) * 1e9)


def memory():
    """Returns the resident memory of the process, in bytes."""
    return _status()[0]


def _status():
    """Returns resident memory and its peak, both in bytes, and the number of threads of the process."""
    text = _proc("status")
    own, mark, threads = (_number(text, name) for name in (b"VmRSS:", b"VmHWM:", b"Threads:"))
    return (own if own is None else own * 1024), (mark if mark is None else mark * 1024), threads


def _number(text, name):
    at = text.find(name)
    return int(text[at + len(name) : text.find(b"\n", at)].split()[0]) if at >= 0 else None


#: Processes below this one, and threads of each, that are looked at.
MOST = 256


def of_children():
    """Returns the resident memory of all descendant processes, in bytes; shared pages are counted in each."""
    if not hasattr(os, "waitid"):
        return 0
    try:
        os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)  # the quickest way to learn that there are none
    except OSError as error:
        if of_the_program(error):
            raise
        return 0
    total, found, seen = 0, _below(os.getpid()), set()
    while found and len(seen) < MOST:
        pid = found.pop()
        if pid in seen:
            continue
        seen.add(pid)
        fields = _read("/proc/%d/statm" % pid).split()
        total += int(fields[1]) * _PAGE if len(fields) > 1 else 0
        found += _below(pid)
    return total


def _below(pid):
    """Returns the children of a process, read from its threads (Linux 3.5 and later)."""
    found = []
    try:
        threads = os.listdir("/proc/%d/task" % pid)[:MOST]
    except OSError as error:
        if of_the_program(error):
            raise
        return found
    for thread in threads:
        found += map(int, _read("/proc/%d/task/%s/children" % (pid, thread)).split())
    return found


def _read(path):
    try:
        with open(path, "rb") as file:
            return file.read(65536)
    except OSError as error:
        if of_the_program(error):
            raise
        return b""


def threads():
    """Returns the number of threads of the process, including those that Python did not start."""
    return _status()[2]


def _io():
    """Returns the bytes written to and read from disks (not the page cache), and the number of read and write calls."""
    found = dict(line.split(b": ") for line in _proc("io").splitlines() if b": " in line)
    return tuple(
        int(found[name]) if name in found else None for name in (b"read_bytes", b"write_bytes", b"syscr", b"syscw")
    )


_files = {}  # (process, name) -> descriptor and what it must stand for
_lock = threading.RLock()


def _proc(name):
    """Returns the text of a file of ``/proc/self``; empty if there is none.

    Descriptors are kept open, because opening costs more than reading. They refer to the process that opened them, so a fork
    opens its own. They are checked before use, because a program may close descriptors that it did not open.
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
