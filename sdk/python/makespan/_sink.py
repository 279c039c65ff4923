"""The file to which events are written.

Before the call that records a line returns, the line is written with one ``write`` to a file opened for appending. The
kernel has it then, so it survives any end of the program, including ``kill -9`` and ``os._exit``. Threads, forks and
other programs may share a file.
"""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
import weakref

import _signal

from ._guard import foreign, of_the_program, say

#: Bytes that a file may have; a tenth of them is kept for what is not a detail.
LARGEST_FILE = 1 << 30
#: Seconds until a file that could not be opened is tried again.
RETRY_S = 1.0

# Not blocking: a pipe that nobody reads would stop the program at the opening.
_FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND
for _name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
    _FLAGS |= getattr(os, _name, 0)

_sinks = weakref.WeakSet()
_complained = False


class Sink:
    """Appends lines to one file. Never raises ``OSError``; lines that could not be written are counted."""

    def __init__(self, path, limit=LARGEST_FILE, strict=False):
        self.path = os.path.abspath(path)
        self.limit = limit
        self.strict = strict
        #: Lines: written, details dropped (samples, log lines, progress), others dropped.
        self.written = self.dropped_details = self.dropped_lifecycle = 0
        self.reason = None  # of the last drop
        self._untold = 0  # dropped since the last line that told of it
        self._fd = None
        self._file = None  # device and inode: what the descriptor must stand for
        self._torn = False  # the file ends in the middle of a line
        self._retry_at = 0.0
        self._closed = False
        self._lock = threading.RLock()
        _sinks.add(self)

    def append(self, data, detail=False, gap=None, lines=1):
        """Writes lines, or counts them as dropped; ``None`` stands for a line that could not be encoded.

        ``gap(count, reason)`` makes the line that reports lines dropped before; it is written first.
        """
        with self._lock:
            written = 0
            try:
                if data is None:
                    self.reason = "too long or no JSON"
                elif self._room(detail):
                    if self._untold and gap is not None:
                        self._tell(gap)
                    written = self._write(data)
            finally:
                # Also where the handler of a signal raises out of the write.
                self.written += written
                self._untold += lines - written
                if detail:
                    self.dropped_details += lines - written
                else:
                    self.dropped_lifecycle += lines - written
            if written and self.strict and not detail:
                try:
                    os.fsync(self._fd)
                except OSError as error:
                    if of_the_program(error):
                        raise

    def _tell(self, gap):
        told = gap(self._untold, self.reason)
        if told is not None and self._write(told):
            self._untold = 0

    def flush_gap(self, gap):
        """Writes a report of dropped lines that were not yet reported, if it can be written now."""
        with self._lock:
            # A line more than the limit allows, or nobody would know.
            if self._untold and (self._room(False) or self._fd is not None):
                self._tell(gap)

    def complain(self):
        """Reports once on stderr that nothing can be written."""
        global _complained
        if self.written or _complained or not self.reason or sys.stderr is None:
            return
        _complained = True
        pipe = getattr(_signal, "SIGPIPE", None)
        if pipe is not None and _signal.getsignal(pipe) == _signal.SIG_DFL:
            return  # where nobody reads stderr any more, a word would be the end of the program
        foreign(_say_so, "makespan: nothing is recorded: %s: %s\n" % (say(self.path, 1024), self.reason))

    def close(self):
        """Closes the file; lines that arrive later are counted as dropped."""
        with self._lock:
            self._closed = True
            fd, self._fd = self._fd, None
            if fd is not None and self._size(fd) is not None:
                os.close(fd)

    def _room(self, detail):
        """Returns whether the file is open and may grow by a line."""
        if self._closed:
            self.reason = "the run is over"
            return False
        size = self._size(self._fd)
        if size is None:
            if not self._open():
                return False
            size = self._size(self._fd) or 0
        if size >= (self.limit - self.limit // 10 if detail else self.limit):
            self.reason = "the file is as large as it may be"
            return False
        return True

    def _size(self, fd):
        """Returns the size of the file behind the descriptor; ``None`` if it is closed or refers to another file: programs
        that become daemons close all inherited descriptors and open their own.
        """
        if fd is None:
            return None
        try:
            found = os.fstat(fd)
        except OSError as error:
            if of_the_program(error):
                raise
            return None
        if found.st_nlink == 0:
            return None  # removed, and no line in it would be seen
        return found.st_size if (found.st_dev, found.st_ino) == self._file else None

    def _open(self):
        now = time.monotonic()
        if now < self._retry_at:
            return False
        self._fd = None
        try:
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            fd = os.open(self.path, _FLAGS, 0o644)
        except (OSError, ValueError) as error:
            if of_the_program(error):
                raise
            self.reason = "%s" % (getattr(error, "strerror", None) or "the path cannot be opened")
            self._retry_at = now + RETRY_S
            return False
        found = os.fstat(fd)
        if not (stat.S_ISREG(found.st_mode) or stat.S_ISCHR(found.st_mode)):
            os.close(fd)
            self.reason = "the path is no file"
            self._retry_at = now + RETRY_S
            return False
        if fd <= 2:
            fd = _above_the_standard_streams(fd)
        self._fd, self._file = fd, (found.st_dev, found.st_ino)
        if stat.S_ISREG(found.st_mode) and found.st_size > 0:
            # Whoever wrote here before may have been killed in the middle of a line.
            self._torn = os.pread(fd, 1, found.st_size - 1) != b"\n"
        return True

    def _write(self, data):
        """Returns how many lines of the data were written completely."""
        before = 1 if self._torn else 0
        if self._torn:
            data = b"\n" + data
        done = 0
        try:
            done = os.write(self._fd, data)
            if done < len(data):
                # A disk that fills up takes a part first and says why at the second try.
                done += os.write(self._fd, data[done:])
        except OSError as error:
            if of_the_program(error):
                raise
            self.reason = error.strerror or "cannot be written"
        if done:
            self._torn = data[done - 1 : done] != b"\n"
        return max(0, data.count(b"\n", 0, done) - before)

    def _after_fork(self):
        # Another thread may have held it when the process was forked.
        self._lock = threading.RLock()


def _say_so(text):
    sys.stderr.write(text)
    sys.stderr.flush()


def _above_the_standard_streams(fd):
    """Keeps the file off descriptors 0 to 2, which are free if the program runs with its standard streams closed."""
    import fcntl

    moved = fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 3)
    os.close(fd)
    return moved


def _forked():
    for sink in list(_sinks):
        sink._after_fork()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
