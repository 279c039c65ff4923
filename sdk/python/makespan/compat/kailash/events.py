"""What happens, while it happens: ``EventStream``, ``LiveMonitor`` and ``WebhookHandler`` of the documentation."""

from __future__ import annotations

import atexit
import json
import queue
import threading
import warnings

from ..._encode import plain
from ..._guard import foreign
from .models import TaskStatus

#: Events that wait for a webhook; more are dropped and counted.
WAITING = 1000
#: Seconds that a webhook may take, and that the end of the program waits for what is left.
PATIENCE_S = 5.0


class EventStream:
    """``@stream.on("task.started")`` decorates what is called with each event, a dict, from :meth:`start` to :meth:`stop`,
    in the thread in which it happens. ``on("*")`` gets all. What a callback raises is kept from the program.
    """

    def __init__(self, task_manager):
        self._manager = task_manager
        self._callbacks = {}

    def on(self, type):
        def decorator(callback):
            self._callbacks.setdefault(type, []).append(callback)
            return callback

        return decorator

    def start(self):
        self._manager.add_handler(self)

    def stop(self):
        self._manager.remove_handler(self)

    def handle(self, event):
        for type in (event["type"], "*"):
            for callback in self._callbacks.get(type, ()):
                foreign(callback, event)


class LiveMonitor:
    """Counts the tasks that go on, and those that have ended since :meth:`start`."""

    def __init__(self, task_manager):
        self._manager = task_manager
        self._lock = threading.Lock()
        self._active, self._over = set(), {}

    def start(self):
        with self._lock:
            self._active, self._over = {task.task_id for task in self._manager._tasks.values()
                                        if task.status is TaskStatus.RUNNING}, {}
        self._manager.add_handler(self)

    def stop(self):
        self._manager.remove_handler(self)

    def handle(self, event):
        if "task_id" not in event:
            return
        with self._lock:
            (self._active.add if event["status"] == "running" else self._active.discard)(event["task_id"])
            if event["status"] not in ("pending", "running"):
                self._over[event["status"]] = self._over.get(event["status"], 0) + 1

    def get_stats(self):
        """Returns ``active_tasks``, ``completed_tasks``, ``failed_tasks``, ``skipped_tasks`` and ``cancelled_tasks``."""
        with self._lock:
            return {"active_tasks": len(self._active), **{status + "_tasks": self._over.get(status, 0) for status in (
                "completed", "failed", "skipped", "cancelled")}}


class WebhookHandler:
    """Posts events as JSON, those of ``events`` or all, from a thread of its own: ``task_manager.add_handler(webhook)``.

    The program does not wait for it but up to five seconds at its end. ``sent``, ``failed`` and ``dropped`` count.
    """

    def __init__(self, url, events=None, headers=None):
        if not str(url).lower().startswith(("http://", "https://")):
            raise ValueError("WebhookHandler: %r is not an address that begins with http:// or https://" % (url,))
        self.url = str(url)
        self.events = None if events is None else set(events)
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self.sent = self.failed = self.dropped = 0
        self._queue = queue.Queue(WAITING)
        self._thread = None

    def handle(self, event):
        if self.events is not None and event["type"] not in self.events:
            return
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="makespan-webhook", daemon=True)
            self._thread.start()
            atexit.register(self.close)
        try:
            self._queue.put_nowait(json.dumps(plain(event), ensure_ascii=False).encode())
        except queue.Full:
            self.dropped += 1

    def close(self):
        """Waits for what is left, five seconds at most."""
        if self._thread is not None:
            thread, self._thread = self._thread, None
            atexit.unregister(self.close)
            try:
                self._queue.put(None, timeout=PATIENCE_S)
            except queue.Full:
                return
            thread.join(PATIENCE_S)

    def _work(self):
        import urllib.request  # half of the time that the package takes to import

        while True:
            body = self._queue.get()
            if body is None:
                return
            try:
                request = urllib.request.Request(self.url, body, self.headers, method="POST")
                with urllib.request.urlopen(request, timeout=PATIENCE_S):
                    self.sent += 1
            except (OSError, ValueError) as error:
                self.failed += 1
                if self.failed == 1:
                    warnings.warn("WebhookHandler: an event could not be sent: %s" % error, RuntimeWarning, stacklevel=1)
