"""Sends recorded events to the Makespan server named by ``MAKESPAN_SERVER``, in a separate thread.

The file of a run is the queue: events are written to it first, as without a server, and sent from there. So recording never waits
for the network, and nothing is lost if the server or this program stops. If no place was given for a run, its file is in an
outbox, ``$XDG_STATE_HOME/makespan/outbox``, and is deleted once the server has all of it. The next program that records to the
same server sends what is left, using a note beside the file. Lines are numbered, so lines that are sent again are not stored twice.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import threading
import time

from ._guard import guarded, say
from ._lock import lock

#: Seconds between two looks at the files, and that the end of the program waits for the server.
PAUSE_S, PATIENCE_S = 0.25, 5.0
#: Seconds before a failed request is repeated: the first time, and at most.
FIRST_WAIT_S, LONGEST_WAIT_S = 0.5, 30.0
#: Events and bytes of a request.
MOST_LINES, MOST_BYTES = 5000, 4 << 20
#: Bytes of all files in the outbox of a server. New runs get what is left of it, at least the second number.
LARGEST_OUTBOX, LEAST_OF_RUN = 1 << 30, 1 << 20
#: Seconds for which a run that has ended is still looked at: processes that it started may add to it.
LINGER_S = 10.0


def server():
    """Returns the address of the server; ``None`` if it is not set."""
    found = (os.environ.get("MAKESPAN_SERVER") or "").strip().rstrip("/")
    return found if found.startswith(("http://", "https://")) else None


def outbox(address):
    """Returns the folder of events that still have to be sent to a server."""
    state = os.environ.get("XDG_STATE_HOME") or ""
    if not os.path.isabs(state):
        state = os.path.expanduser("~/.local/state")
    return os.path.join(state, "makespan", "outbox", hashlib.sha256(address.encode("utf-8", "replace")).hexdigest()[:16])


def room(address):
    """Returns the number of bytes that a new run may use in the outbox."""
    used = 0
    with contextlib.suppress(OSError):
        with os.scandir(outbox(address)) as found:
            used = sum(one.stat(follow_symlinks=False).st_size for one in found)
    return max(LEAST_OF_RUN, LARGEST_OUTBOX - used)


_shipper = None


@guarded()
def opened(run, sink):
    """Starts to send lines appended to the file of a run from now on, and limits the size of the file if it is in the outbox."""
    global _shipper
    address = server()
    if address is None:
        if os.environ.get("MAKESPAN_SERVER"):
            _complain("MAKESPAN_SERVER is not an address that begins with http:// or https://; nothing is sent to it")
        return
    if _shipper is None or _shipper.pid != os.getpid() or _shipper.address != address:
        _shipper = _Shipper(address)
    if os.path.dirname(run.file) == _shipper.folder:
        sink.limit = min(sink.limit, room(address))
    _shipper.add(run, os.path.getsize(run.file) if os.path.exists(run.file) else 0)


@guarded()
def close():
    """Sends the remaining lines, within a few seconds. Lines that cannot be sent in that time stay in their file."""
    if _shipper is not None and _shipper.pid == os.getpid():
        _shipper.close()


class _Refused(Exception):
    """The server rejected the events of a run; sending them again would not help."""


class _Busy(OSError):
    """The server answers, but does not accept events at the moment."""


class _Shipper:
    """Sends the runs of this process to one server, and those that earlier processes left in the outbox."""

    def __init__(self, address):
        self.address, self.pid, self.folder = address, os.getpid(), outbox(address)
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._shipments, self._wait_until, self._wait, self._busy = [], 0.0, FIRST_WAIT_S, False
        os.makedirs(self.folder, mode=0o700, exist_ok=True)
        self._thread, self._recovered = None, False
        self.resume()

    def resume(self):
        """Starts the thread if it is not running."""
        if self._thread is None or not self._thread.is_alive():
            self._stop.clear()
            self._thread = threading.Thread(target=self._work, name="makespan-ship", daemon=True)
            self._thread.start()

    def rest(self):
        """Ends the thread before a fork, because Python warns about forks of programs with threads."""
        self._stop.set()
        self._thread.join(0.5)

    def add(self, run, start):
        if any(one.is_of(run) for one in self._shipments):
            return
        producer = "python-%d-%s" % (os.getpid(), os.urandom(8).hex())
        note = os.path.join(self.folder, producer + ".ship")
        held = lock(note)
        with open(note, "w", encoding="utf-8") as file:
            json.dump({"file": run.file, "run": run.id, "producer": producer, "start": start,
                       "delete": os.path.dirname(run.file) == self.folder}, file)
        with self._lock:
            self._shipments.append(_Shipment(note, held, run))

    def close(self):
        self._stop.set()
        self._thread.join(PATIENCE_S)
        until = time.monotonic() + PATIENCE_S
        if not self._thread.is_alive():
            self._wait_until = 0.0
            while self._shipments and time.monotonic() < until and (self._pass(closing=True) or self._busy):
                time.sleep(max(0.0, min(self._wait_until, until) - time.monotonic()))
        # The next program that records to this server goes on with the rest.
        for one in self._shipments:
            one.close()
        self._shipments = []

    def _work(self):
        if not self._recovered:
            self._recovered = True
            self._recover()
        while not self._stop.wait(PAUSE_S):
            if os.getpid() != self.pid:
                return
            self._pass()

    @guarded()
    def _recover(self):
        for name in sorted(os.listdir(self.folder)):
            note = os.path.join(self.folder, name)
            if not name.endswith(".ship") or any(one.note == note for one in self._shipments):
                continue
            held = lock(note)
            if held is None:
                continue
            try:
                found = _Shipment(note, held, None)
            except (OSError, ValueError, KeyError, TypeError):
                os.close(held)  # another process is about to write it
                continue
            with self._lock:
                self._shipments.append(found)

    def _pass(self, closing=False):
        """Sends a part of each run; returns whether something was sent, so that another pass may help."""
        if time.monotonic() < self._wait_until:
            return False
        moved = False
        for one in list(self._shipments):
            try:
                moved = self._send(one) or moved
                done = one.is_done(closing)
            except _Refused as error:
                _complain("the events of run %s are not sent to %s: %s; they are kept in %s" % (
                    say(one.run, 200), self.address, say(error, 300), one.file))
                done = False
                one.close()
                self._drop(one)
            except (OSError, ValueError, TypeError) as error:
                # Down, busy, or not reachable from here at the moment. The end of the program waits only for a busy one.
                self._busy = isinstance(error, _Busy)
                self._wait_until = time.monotonic() + self._wait
                self._wait = min(LONGEST_WAIT_S, 2 * self._wait)
                return moved
            if done:
                one.finish()
                self._drop(one)
        return moved

    def _drop(self, one):
        with self._lock:
            self._shipments = [other for other in self._shipments if other is not one]

    def _send(self, one):
        lines = one.next()
        if not lines:
            return one.ahead()
        from ._connect import exchange

        import urllib.parse

        headers = {"Content-Type": "application/x-ndjson"}
        token = os.environ.get("MAKESPAN_TOKEN")
        if token:
            headers["Authorization"] = "Bearer " + token
        url = "%s/api/v1/runs/%s/events?producer=%s&seq=%d" % (self.address, urllib.parse.quote(one.run, safe=""), one.producer, one.seq)
        status, answered, body = exchange(url, b"".join(lines), headers, 10.0)
        if status == 413 and len(lines) > 1:
            one.most = max(1, len(lines) // 2)
            return True
        if status in (408, 429) or status >= 500:
            after = answered.get("Retry-After", "")
            self._wait = max(self._wait, min(60.0, float(after))) if after.isdigit() else self._wait
            raise _Busy("HTTP status %d" % status)
        if not 200 <= status < 300:
            raise _Refused("HTTP status %d %s" % (status, body[:300].decode("utf-8", "replace")))
        self._wait, self._busy = FIRST_WAIT_S, False
        one.sent(len(lines))
        return True


class _Shipment:
    """One run in a file, and how much of it the server has stored."""

    def __init__(self, note, held, run):
        self.note, self._held, self._run = note, held, run
        with open(note, encoding="utf-8") as file:
            told = json.load(file)
        self.file, self.run, self.producer = told["file"], told["run"], told["producer"]
        self._delete = bool(told["delete"])
        #: Number of the next line to send, and the most lines of a request.
        self.seq, self.most = 1, MOST_LINES
        self._offset = self._read_to = told["start"]
        self._pending = []  # lines, each with the place after it
        self._open = None
        self._still_since = time.monotonic()

    def is_of(self, run):
        """Returns whether this is the given run, even if it had ended and was continued."""
        return self._run is run

    def next(self):
        """Returns the next lines of this run, complete and valid ones only."""
        if not self._pending:
            self._read()
        found, size = [], 0
        for line, _ in self._pending[:self.most]:
            size += len(line)
            if found and size > MOST_BYTES:
                break
            found.append(line)
        return found

    def _read(self):
        if self._open is None:
            try:
                # Kept open: whoever packs or removes the file when the run ends takes nothing away from here.
                self._open = open(self.file, "rb", buffering=0)
            except FileNotFoundError:
                return
        data = os.pread(self._open.fileno(), MOST_BYTES, self._read_to)
        end = data.rfind(b"\n") + 1
        if end:
            self._still_since = time.monotonic()
        at = self._read_to
        for line in data[:end].splitlines(True):
            at += len(line)
            if self._is_mine(line):
                self._pending.append((line, at))
        self._read_to = at

    def _is_mine(self, line):
        try:
            event = json.loads(line)
        except (ValueError, RecursionError):
            return False
        return isinstance(event, dict) and event.get("run", self.run) == self.run

    def ahead(self):
        """Returns whether the file has unread lines, even if the last ones read were of other runs."""
        if self._open is None or self._pending:
            return False
        return os.fstat(self._open.fileno()).st_size - self._read_to >= MOST_BYTES

    def sent(self, count):
        """Records that the server has stored the next lines."""
        self.seq += count
        self._offset = self._pending[count - 1][1]
        del self._pending[:count]

    def is_done(self, closing=False):
        """Returns whether the run has ended and the server has all of it."""
        if self._pending or self._run is not None and self._run.is_open:
            return False
        if self._open is not None and b"\n" in os.pread(self._open.fileno(), MOST_BYTES, self._read_to):
            return False
        return closing or self._run is None or time.monotonic() - self._still_since > LINGER_S

    def finish(self):
        """Removes the note, and the file if it was in the outbox."""
        for path in [self.note] + ([self.file] if self._delete else []):
            with contextlib.suppress(OSError):
                os.unlink(path)
        self.close()

    def close(self):
        """Releases the file, so that another process can send the rest."""
        if self._open is not None:
            self._open.close()
            self._open = None
        if self._held is not None:
            os.close(self._held)
            self._held = None


@guarded()
def _before_fork():
    if _shipper is not None and _shipper.pid == os.getpid():
        _shipper.rest()


@guarded()
def _after_fork():
    if _shipper is not None and _shipper.pid == os.getpid():
        _shipper.resume()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork)

_complained = False


def _complain(text):
    """Reports once on stderr why events are not accepted."""
    global _complained
    if not _complained and sys.stderr is not None:
        _complained = True
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write("makespan: %s\n" % "".join(c if c.isprintable() else " " for c in text))
            sys.stderr.flush()
