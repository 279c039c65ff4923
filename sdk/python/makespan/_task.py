"""A task of a run, from its declaration to its end."""

from __future__ import annotations

import os
import threading

from . import _context, _encode, _errors, _gauge, _nested, _signals
from ._clock import nanoseconds
from ._guard import guarded, say
from ._retry import Attempt, Backoff, attempts, exceptions
from ._scope import Scope, fraction


class Task(Scope):
    """A task of a run. ``run.task(…)`` returns one for a ``with`` statement, ``run.create(…)`` one to report on step by step.

    All methods may be called from any thread. Invalid calls, such as starting a running task, are ignored.
    """

    __slots__ = ("run", "id", "name", "around", "tries", "state", "_pid", "_paused", "_entered", "_gauge")

    def __init__(self, run, id, name, around):
        self.run = run
        self.id = id
        self.name = name
        #: The task or run that contains this one.
        self.around = around
        #: Number of the attempt, from 1.
        self.tries = 1
        #: ``pending``, ``queued``, ``running`` or what it ended as.
        self.state = "pending"
        self._pid = os.getpid()
        self._paused = False
        self._entered = self._gauge = None

    @property
    def is_open(self):
        return self.state in ("pending", "queued", "running") and self.run.is_open

    def _put(self, event, detail=False, at=None):
        self.run.put(event, detail, at, self.id, self.tries if self.tries > 1 else None)

    def samples(self, measured, at):
        """Records several values at once: names, numbers and units."""
        self.run.samples(measured, at, self.id, self.tries if self.tries > 1 else None)

    # ------------------------------------------------------------------------------------------------- life of a task

    @guarded()
    def queue(self, at=None):
        """Reports that the task was handed to a scheduler."""
        if self.state == "pending":
            self.state = "queued"
            self._put({"event": "queue"}, at=nanoseconds(at))

    @guarded()
    def start(self, at=None, worker=None):
        """Starts an attempt: the first, or the next one after :meth:`retry` or an end."""
        if self.state == "running":
            return
        if self.state not in ("pending", "queued"):
            self.run.count_end(self.state, -1)
            self.tries += 1
        self.state = "running"
        self._pid = os.getpid()
        self.run._going[id(self)] = self
        _signals.task_started(self.run)
        if self._paused:
            self._paused = False
            self._put({"event": "queue"}, at=nanoseconds(at))
        worker = say(worker, 256) if worker is not None else worker_name(self.run)
        self._put({"event": "start", "worker": worker}, at=nanoseconds(at))
        self._gauge = _gauge.start(self)

    @guarded()
    def progress(self, done, message=None):
        """Reports progress, 0 to 1, and optionally a message, which becomes a log line."""
        done = fraction(done)
        if done is not None:
            self._put({"event": "progress", "progress": done}, True)
        if message is not None:
            self.log(message)

    @guarded()
    def complete(self, result=None, at=None):
        """Ends the task as succeeded. A result is recorded as an artifact, if one is given."""
        if result is not None:
            self.artifact("result", value=result)
        self._end("succeeded", None, at)

    @guarded()
    def fail(self, error=None, at=None):
        """Ends the task as failed; the error is an exception or a text."""
        self._end("failed", _errors.error(error if error is not None else "failed"), at)

    @guarded(lambda: 0.0)
    def retry(self, error=None, backoff=0.0, at=None):
        """Ends the attempt as failed; another one will follow. Returns the seconds to wait before it: ``backoff``, doubled with
        each attempt. The caller waits, then calls :meth:`start`.
        """
        pause = max(0.0, _encode.number(backoff) or 0.0) * 2 ** min(self.tries - 1, 16)
        self.again(error, pause, at)
        return pause

    def again(self, error, pause, at=None):
        """Ends the attempt as failed; another one will follow after ``pause`` seconds."""
        self._end("failed", _errors.error(error if error is not None else "failed"), at, final=False)
        self.tries += 1
        self.state = "queued"
        self._paused = pause > 0
        if self._paused:
            # It waits on purpose; nothing is queued before the pause is over.
            self.run.put({"event": "attempt", "status": "retrying"}, task=self.id, tries=self.tries)
        else:
            self._put({"event": "queue"}, at=nanoseconds(at))

    @guarded()
    def skip(self, reason=None):
        """Marks the task as skipped: it is deliberately not executed."""
        self._without_attempt("skipped", reason)

    @guarded()
    def cached(self, reason=None):
        """Marks the task as cached: its result was already available."""
        self._without_attempt("cached", reason)

    @guarded()
    def upstream_failed(self, reason=None):
        """Marks the task as not executed because something it depends on failed."""
        self._without_attempt("upstream-failed", reason)

    @guarded()
    def cancel(self, reason=None, at=None):
        """Ends the task as cancelled, whether it has started or not."""
        if self.state in ("pending", "queued") and self.tries == 1:
            self._without_attempt("cancelled", reason)
        else:
            if reason is not None:
                self.log(reason)
            self._end("cancelled", None, at)

    @guarded()
    def annotate(self, labels=None, params=None):
        """Sets labels or parameters; each replaces earlier ones of its kind."""
        labels, params = self.run.redacted_members(labels), self.run.redacted_members(params)
        if labels or params:
            self.run.put({"event": "task", "labels": labels, "params": params}, task=self.id)

    def _without_attempt(self, status, reason):
        if self.state == "running":
            self._end("cancelled", None, None)
            return
        self.state = status
        self.run.put({"event": "task", "status": status}, task=self.id)
        if reason is not None:
            self.log(reason)

    def _end(self, status, error, at, final=True):
        if self.state not in ("pending", "queued", "running"):
            return
        self.state = status
        self.run._going.pop(id(self), None)
        at = nanoseconds(at) or self.run.clock.now()
        gauge, self._gauge = self._gauge, None
        if gauge is not None:
            _gauge.stop(gauge, self, at)
        if error is not None:
            error = self.run.redacted_error(error)
        self._put({"event": "end", "status": status, "error": error}, at=at)
        _signals.task_ended(self.run)
        if final:
            self.run.count_end(status)

    # ------------------------------------------------------------------------------------------------------ by `with`

    def activate(self):
        """Makes this the current task, to which nested tasks, metrics and log lines belong, until :meth:`deactivate`."""
        self._entered = _context.enter(self)
        _nested.entered(self)

    def deactivate(self):
        entered, self._entered = self._entered, None
        if entered is not None:
            _context.leave(entered)
            _nested.entered(_context.current())

    @guarded()
    def interrupted(self, reason):
        """Ends the task as cancelled because a signal ends the process."""
        if self._pid == os.getpid():
            self._end("cancelled", {"message": reason, "kind": "Signal"}, None)

    @guarded()
    def end(self, error=None):
        """Ends the task with the outcome of an exception; ``None`` is success."""
        if self.state == "running" and os.getpid() == self._pid:
            status, error = _errors.outcome(error)
            self._end(status, error, None)

    def __enter__(self):
        self._open()
        return self

    @guarded()
    def _open(self):
        self.start()
        self.activate()

    def __exit__(self, kind, error, trace):
        self._close(error)
        return False

    @guarded()
    def _close(self, error):
        # A fork that leaves the block is not the one that entered it.
        self.deactivate()
        self.end(error)


    # ----------------------------------------------------------------------------------------------------- trying again

    def trying(self, on, pauses):
        """Returns one attempt, for a ``with`` statement; ``pauses`` is the iterator of the remaining pauses."""
        return Attempt(self, on, pauses)

    def attempts(self, tries=3, backoff=None, on=Exception):
        """Retries a block: ``for attempt in task.attempts(tries=3, backoff=0.5): with attempt: …``.

        The block is executed again after an exception of the class ``on``, at most ``tries`` times. The last exception propagates.
        """
        return attempts(self, Backoff.of(backoff, tries), exceptions(on))


def worker_name(run):
    """Returns the name of the thread, with the process id if it is not the process of the run."""
    ident = threading.get_ident()
    # `current_thread` would make up an object for a thread that Python did not start, and keep it.
    thread = getattr(threading, "_active", {}).get(ident)
    name = "thread-%d" % ident if thread is None else say(thread.name, 200)
    if name == "MainThread":
        name = "main"
    pid = os.getpid()
    return name if pid == run.pid else "%s@%d" % (name, pid)
