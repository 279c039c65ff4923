"""Growing runs: streams of happenings, live counts, webhooks.

    from makespan.live import EventStream, LiveMonitor, WebhookHandler

    stream = EventStream()

    @stream.on("task.failed")
    def on_failure(event):
        print(event["task_name"], event["error"])

    with stream, makespan.run("etl") as run:
        ...

The source is where happenings come from: ``None`` for all runs that this process records, one such run, the address of a Makespan
server together with the id of a run, or any object with ``add_handler`` and ``remove_handler``.

Types are ``run.started``, ``run.completed``, ``run.failed``, ``run.cancelled``, ``task.created``, ``task.queued``, ``task.started``,
``task.progress``, ``task.completed``, ``task.failed``, ``task.cancelled``, ``task.skipped``, ``task.cached``,
``task.upstream_failed``, ``metric``, ``log``, ``alert`` and ``artifact``. A happening is a dict with ``type``, ``timestamp`` (text, in
UTC), ``run_id``, ``run_name``, ``workflow_name``; of a task also ``task_id``, ``task_name``, ``step``, ``status``, ``attempt`` and, at the
end of an attempt, ``duration`` in seconds and ``error``.
"""

from __future__ import annotations

import threading

from . import _listen
from ._guard import foreign, guarded
from ._happenings import Happenings
from ._webhook import WebhookHandler

__all__ = ["EventStream", "LiveMonitor", "WebhookHandler", "add_handler", "remove_handler"]

_lock = threading.RLock()
_handlers, _happenings = [], None


def add_handler(handler):
    """Calls ``handler.handle(event)``, or a function, with the happenings of all runs that this process records.

    It is called in the thread that records. Exceptions that it raises do not reach the program.
    """
    global _handlers, _happenings
    with _lock:
        if not _handlers:
            _happenings = Happenings()
            _listen.listen(_heard)
        _handlers = [*_handlers, handler]


def remove_handler(handler):
    """Stops calling a handler."""
    global _handlers
    with _lock:
        _handlers = [one for one in _handlers if not _same(one, handler)]
        if not _handlers:
            _listen.forget(_heard)


def _same(one, other):
    # A method is another object each time that it is taken from its owner.
    owner = getattr(one, "__self__", None)
    return one is other or owner is not None and owner is getattr(other, "__self__", None) and one == other


@guarded()
def _heard(event):
    with _lock:
        found = _happenings.of(event)
    _tell(_handlers, found)


def _tell(handlers, found):
    for happening in found:
        for handler in handlers:
            foreign(getattr(handler, "handle", handler), dict(happening))


class _OfRun:
    """The happenings of one run that this process records."""

    def __init__(self, run):
        self._run, self._heard = run, {}

    def add_handler(self, handler):
        happenings = Happenings()
        happenings.of({"event": "run", "run": self._run.id, "name": self._run.name, "workflow": self._run.workflow})
        self._heard[id(handler)] = heard = lambda event: _tell([handler], happenings.of(event))
        self._run.listen(heard)

    def remove_handler(self, handler):
        self._run.unlisten(self._heard.pop(id(handler), None))


class _OfProcess:
    add_handler, remove_handler = staticmethod(add_handler), staticmethod(remove_handler)


def _source(source, run, token):
    if source is None:
        return _OfProcess
    if hasattr(source, "add_handler"):
        return source
    if hasattr(source, "listen") and hasattr(source, "unlisten"):
        return _OfRun(source)
    if str(source).startswith(("http://", "https://")):
        from ._follow import Followed

        if run is None:
            raise TypeError("A server has many runs: pass run=, the id of one.")
        return Followed(str(source), run, token)
    raise TypeError("%r is not a source of events. Pass None, a run, the address of a server, or a task manager." % (source,))


class _Attached:
    """Base of objects attached to a source from :meth:`start` to :meth:`stop`, and in a ``with`` block."""

    def __init__(self, source=None, run=None, token=None):
        self._source = _source(source, run, token)

    def start(self):
        """Starts listening."""
        self._source.add_handler(self)

    def stop(self):
        """Stops listening."""
        self._source.remove_handler(self)

    def wait(self, timeout=None):
        """Waits until a followed run on a server has ended, at most ``timeout`` seconds, and returns whether it has."""
        wait = getattr(self._source, "wait", None)
        if wait is None:
            raise TypeError("wait() is for runs on a server")
        return wait(timeout)

    @property
    def error(self):
        """The reason why a run on a server is not being followed at the moment; ``None`` if it is."""
        return getattr(self._source, "error", None)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()


class EventStream(_Attached):
    """``@stream.on("task.started")`` decorates a function that is called with each such happening, from :meth:`start` to
    :meth:`stop`, in the thread that records it. ``on("*")`` receives all. Exceptions that a callback raises do not reach the
    program.
    """

    def __init__(self, source=None, run=None, token=None):
        super().__init__(source, run, token)
        self._callbacks = {}

    def on(self, type):
        """Decorates a function that is called with each happening of a type, or with all if the type is ``*``."""
        def decorator(callback):
            self._callbacks.setdefault(type, []).append(callback)
            return callback

        return decorator

    def handle(self, event):
        """Calls the callbacks of a happening."""
        for type in (event["type"], "*"):
            for callback in list(self._callbacks.get(type, ())):
                foreign(callback, event)


class LiveMonitor(_Attached):
    """Counts the tasks that are running, and those that have ended since :meth:`start`."""

    def __init__(self, source=None, run=None, token=None):
        super().__init__(source, run, token)
        self._lock = threading.Lock()
        self._active, self._over = set(), {}

    def start(self):
        """Starts counting. Tasks that a manager has started before are counted as active."""
        known = list(getattr(self._source, "_tasks", {}).values())
        with self._lock:
            self._active = {(task.run_id, task.task_id) for task in known if task.status == "running"}
            self._over = {}
        super().start()

    def handle(self, event):
        """Counts a happening."""
        kind, _, what = event["type"].partition(".")
        if kind != "task" or "task_id" not in event or what in ("progress", "created", "queued"):
            return
        key = (event.get("run_id"), event["task_id"])
        with self._lock:
            if what == "started":
                self._active.add(key)
            else:
                self._active.discard(key)
                self._over[what] = self._over.get(what, 0) + 1

    def get_stats(self):
        """Returns ``active_tasks``, ``completed_tasks``, ``failed_tasks``, ``skipped_tasks`` and ``cancelled_tasks``.

        A failed attempt counts, even if another attempt follows.
        """
        with self._lock:
            return {"active_tasks": len(self._active), **{status + "_tasks": self._over.get(status, 0) for status in (
                "completed", "failed", "skipped", "cancelled")}}
