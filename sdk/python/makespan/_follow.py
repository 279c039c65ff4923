"""Follows a run on a Makespan server by server-sent events, and resumes after a broken connection."""

from __future__ import annotations

import json
import os
import threading
import urllib.parse

from ._guard import foreign, say
from ._happenings import Happenings

#: Seconds without any message after which a connection counts as broken; the server sends one every 5 s.
SILENCE_S = 20.0
#: Seconds before a broken connection is made again: the first time, and at most.
PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0
#: Bytes of one line.
LARGEST_LINE = 16 << 20
#: Statuses that a run ends with.
_OVER = ("succeeded", "failed", "cancelled", "skipped", "cached", "upstream-failed")


class Followed:
    """One run of a server. Its events are read in a thread of its own while there are handlers."""

    def __init__(self, server, run, token=None):
        self._url = "%s/api/v1/runs/%s/live" % (server.rstrip("/"), urllib.parse.quote(run, safe=""))
        self._run, self._token = run, token or os.environ.get("MAKESPAN_TOKEN")
        self._handlers, self._thread, self._stop = [], None, threading.Event()
        self._over = threading.Event()
        self._after, self._happenings = 0, None
        #: Why the run is not followed at the moment.
        self.error = None

    def add_handler(self, handler):
        self._handlers = [*self._handlers, handler]
        if self._thread is None:
            self._stop, self._after, self._happenings = threading.Event(), 0, Happenings()
            self._over.clear()
            self._thread = threading.Thread(target=self._work, args=(self._stop,), name="makespan-follow", daemon=True)
            self._thread.start()

    def remove_handler(self, handler):
        self._handlers = [one for one in self._handlers if one is not handler]
        if not self._handlers and self._thread is not None:
            thread, self._thread = self._thread, None
            self._stop.set()
            if thread is not threading.current_thread():
                thread.join(1.0)

    def wait(self, timeout=None):
        """Waits until the run has ended and its events have been passed on."""
        return self._over.wait(timeout)

    def _work(self, stop):
        pause = PAUSE_S
        while not stop.is_set():
            before = self._after
            try:
                self._read(stop)
                self.error = None
            except (OSError, ValueError) as error:
                self.error = say(str(error) or type(error).__name__, 500)
            pause = PAUSE_S if self._after > before else min(LONGEST_PAUSE_S, 2 * pause)
            stop.wait(pause)

    def _read(self, stop):
        from ._connect import LARGEST_ANSWER, connect

        made, path = connect(self._url, SILENCE_S)
        headers = {"Accept": "text/event-stream"}
        if self._after:
            headers["Last-Event-ID"] = str(self._after)
        if self._token:
            headers["Authorization"] = "Bearer " + self._token
        try:
            made.request("GET", path, headers=headers)
            answer = made.getresponse()
            if answer.status == 409:
                self._after, self._happenings = 0, Happenings()  # the run was made anew
            if answer.status != 200:
                raise OSError("%s answered with HTTP status %d: %s" % (self._url, answer.status, _reason(answer.read(LARGEST_ANSWER))))
            self.error = None
            self._messages(answer, stop)
        finally:
            made.close()

    def _messages(self, answer, stop):
        kind, id, data = None, None, []
        while not stop.is_set():
            line = answer.readline(LARGEST_LINE)
            if not line:
                return
            line = line.rstrip(b"\r\n")
            if not line:
                self._message(kind, id, data, stop)
                kind, id, data = None, None, []
                continue
            name, _, value = line.partition(b":")
            value = value[1:] if value.startswith(b" ") else value
            if name == b"event":
                kind = value
            elif name == b"id":
                id = value
            elif name == b"data":
                data.append(value)

    def _message(self, kind, id, data, stop):
        if kind == b"events":
            for line in data:
                try:
                    event = json.loads(line)
                except ValueError:
                    continue
                event.setdefault("run", self._run)
                for happening in self._happenings.of(event):
                    for handler in self._handlers if not stop.is_set() else ():
                        foreign(getattr(handler, "handle", handler), dict(happening))
            if id is not None and id.isdigit():
                self._after = int(id)
        elif kind == b"state" and data:
            state = json.loads(b"\n".join(data))
            if isinstance(state, dict) and state.get("status") in _OVER:
                self._over.set()


def _reason(body):
    try:
        found = json.loads(body)
        return say(found.get("detail") or found.get("title") or "", 300)
    except (ValueError, AttributeError):
        return say(body[:300].decode("utf-8", "replace"), 300)
