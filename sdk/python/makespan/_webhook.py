"""``WebhookHandler``: posts happenings to an address, signed and with retries. Private addresses must be allowed explicitly."""

from __future__ import annotations

import atexit
import base64
import hashlib
import hmac
import json
import os
import queue
import threading
import time
import uuid
import warnings

from ._encode import plain
from ._guard import guarded, say

#: Events that wait for a webhook; more are dropped and counted.
WAITING = 1000
#: Seconds that one request may take, and that the end of the program waits for what is left.
PATIENCE_S = 5.0
#: Seconds between the tries of one event.
PAUSES_S = (1.0, 2.0, 4.0, 8.0)


class WebhookHandler:
    """Posts happenings as JSON from a separate thread: all, or only those of the types in ``events``.

    Use it with ``makespan.add_handler(webhook)``, or with ``task_manager.add_handler(webhook)``.

    Each request has the headers of Standard Webhooks: ``webhook-id``, the same for each try of one event, and
    ``webhook-timestamp``; with a ``secret`` also ``webhook-signature``, the HMAC-SHA256 of ``id.timestamp.body``. A secret that
    begins with ``whsec_`` is base64 after that. A request that fails, or is answered with 408, 429 or 5xx, is repeated up to four
    times, after 1, 2, 4 and 8 seconds. Redirects are not followed and proxies are not used.

    ``https`` is required, unless ``allow_http``; addresses that are not public (this machine, private networks, link-local) are
    refused, unless ``allow_private``. The address is checked after its name was resolved, and that address is the one connected to.

    The program never waits, except up to five seconds at its end. ``sent``, ``failed`` and ``dropped`` count events. Raises
    ``ValueError`` for an address that cannot be used.
    """

    def __init__(self, url, events=None, headers=None, secret=None, allow_private=False, allow_http=False):
        self.url = str(url)
        scheme = self.url.split(":", 1)[0].lower()
        if scheme not in ("http", "https") or "://" not in self.url:
            raise ValueError("WebhookHandler: %r is not an address that begins with https://" % (url,))
        if scheme == "http" and not allow_http:
            raise ValueError("WebhookHandler: %s is not encrypted. Use https://, or pass allow_http=True." % self.url)
        self.events = None if events is None else {events} if isinstance(events, str) else set(events)
        self.headers = {"Content-Type": "application/json", **(headers or {})}
        self.allow_private = allow_private
        self.sent = self.failed = self.dropped = 0
        self._key = None if secret is None else _key(secret)
        self._queue, self._thread = queue.Queue(WAITING), None
        self._until = None  # when the end of the program stops waiting
        self._lock, self._pid = threading.Lock(), os.getpid()

    @guarded()
    def handle(self, event):
        """Queues a happening. Returns at once."""
        if self.events is not None and event.get("type") not in self.events:
            return
        if self._pid != os.getpid():
            # A fork has no thread, and what waits is sent by the process that queued it.
            self._pid, self._thread, self._queue, self._lock = os.getpid(), None, queue.Queue(WAITING), threading.Lock()
        with self._lock:
            if self._thread is None:
                self._until = None
                self._thread = threading.Thread(target=self._work, name="makespan-webhook", daemon=True)
                self._thread.start()
                atexit.register(self.close)
        body = json.dumps(plain(event), ensure_ascii=False).encode("utf-8", "replace")
        try:
            self._queue.put_nowait(body)
        except queue.Full:
            self.dropped += 1

    __call__ = handle

    def close(self):
        """Waits at most five seconds for the queue; happenings that remain are counted as dropped."""
        if self._pid != os.getpid():
            return
        with self._lock:
            thread, self._thread = self._thread, None
        if thread is None:
            return
        atexit.unregister(self.close)
        self._until = time.monotonic() + PATIENCE_S
        thread.join(PATIENCE_S)
        while thread.is_alive():
            try:
                self._queue.get_nowait()
                self.dropped += 1
            except queue.Empty:
                return

    def _work(self):
        while True:
            try:
                body = self._queue.get(timeout=0.05)
            except queue.Empty:
                if self._until is not None:
                    return
                continue
            error = self._deliver(body)
            if error is None:
                self.sent += 1
                continue
            self.failed += 1
            if self.failed == 1:
                warnings.warn("WebhookHandler: an event could not be sent to %s: %s. Further failures are counted in `failed`." % (
                    say(self.url.split("?")[0], 200), say(error, 200)), RuntimeWarning, stacklevel=1)

    def _deliver(self, body):
        """Returns why an event could not be sent; ``None`` if it was."""
        id = "msg_" + uuid.uuid4().hex
        for pause in (*PAUSES_S, None):
            again, error = self._try(id, body)
            if error is None or not again or pause is None or not self._pause(pause):
                return error
        return error

    def _pause(self, seconds):
        """Waits before another try; returns whether there is time for one."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self._until is not None and end > self._until:
                return False
            time.sleep(min(0.05, max(0.0, end - time.monotonic())))
        return True

    def _try(self, id, body):
        """Sends a request once; returns whether another try may help, and why it failed."""
        from ._connect import ConnectError, post

        timestamp = str(int(time.time()))
        headers = {**self.headers, "webhook-id": id, "webhook-timestamp": timestamp}
        if self._key is not None:
            headers["webhook-signature"] = signature(self._key, id, timestamp, body)
        try:
            status = post(self.url, body, headers, PATIENCE_S, self.allow_private)
        except ConnectError as error:
            return False, str(error)
        except (OSError, ValueError) as error:
            return True, str(error) or type(error).__name__
        if 200 <= status < 300:
            return False, None
        return status in (408, 429) or status >= 500, "HTTP status %d" % status


def signature(key, id, timestamp, body):
    """Returns the value of ``webhook-signature``, as Standard Webhooks 1.0.0 defines it."""
    signed = hmac.new(key, b"%s.%s.%s" % (id.encode(), timestamp.encode(), body), hashlib.sha256).digest()
    return "v1," + base64.b64encode(signed).decode()


def _key(secret):
    secret = secret if isinstance(secret, str) else secret.decode()
    return base64.b64decode(secret[6:]) if secret.startswith("whsec_") else secret.encode()
