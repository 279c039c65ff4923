"""A run: the file it is written to, its identity, and its tasks."""

from __future__ import annotations

import itertools
import os
import threading
import time

from . import _context, _encode, _errors, _gauge, _listen, _nested, _signals
from ._clock import Clock, nanoseconds
from ._guard import foreign, guarded, say
from ._names import Names
from ._plan import Plan
from ._scope import Scope
from ._sink import LARGEST_FILE, Sink
from ._task import Task, worker_name

#: Steps of one plan, and dependencies of one task, that are looked at; an iterator may never end.
MOST = 10_000
#: Events that happen at no moment of their own.
TIMELESS = ("run", "task", "attempt", "artifact", "diagnostic")


class Run(Scope):
    """One execution of a workflow. :func:`makespan.run` describes the arguments."""

    def __init__(self, name, file=None, folder=None, id=None, workflow=None, labels=None, params=None, steps=(),
                 resources=True, every=0.1, limit=LARGEST_FILE, strict=None, redact=None, source=None,
                 infer_edges=None, at=None, clock=None, record=True, announce=True, signals=True, environment=True):
        self.name = say(name, 256) or "run"
        self.id = say(id, 256) if id is not None else "%s-%s-%s" % (
            self.name, time.strftime("%Y%m%dT%H%M%S", time.gmtime()), os.urandom(3).hex())
        self.workflow = say(workflow, 256) if workflow is not None else self.name
        self.clock = clock or Clock()
        self.pid = os.getpid()
        self.is_open = True
        self.around = None
        self.resources = bool(resources)
        self.every = max(0.01, _encode.number(every) or 0.1)
        self._plan = Plan(self)
        self._redact = redact
        self._listeners = []
        self._names = Names()
        self._failed = 0
        self._going = {}  # tasks that run
        #: The task that stands for this run, and the end of the ids of its tasks, where it is within another run.
        self.group, self.suffix = None, ""
        self.signals, self.environment = bool(signals), bool(environment)
        self._lock = threading.RLock()  # of a signal handler, too, that records
        self._reasons = set()
        self._entered = None
        #: The task of another process that contains what is recorded here; see :func:`makespan.join`.
        self.within = None
        self.joined = False
        if strict is None:
            strict = os.environ.get("MAKESPAN_DURABILITY") == "strict"
        self.file = self._sink = None
        if record and os.environ.get("MAKESPAN_DISABLED") != "1":
            self._sink = Sink(os.fspath(file) if file is not None else _nested.place(folder, self.id),
                              _encode.number(limit) or LARGEST_FILE, bool(strict))
            self.file = self._sink.path
            if announce:
                self.ship()
        if announce:
            self.put({"event": "run", "makespan": 1, "name": self.name, "workflow": self.workflow,
                      "started": nanoseconds(at) or self.clock.now(), "source": _source(source),
                      "labels": self.redacted_members(labels), "params": self.redacted_members(params),
                      "infer_edges": infer_edges if infer_edges is None else bool(infer_edges)})
            if self._sink is not None:
                self._sink.complain()
        self._plan.declare(steps)

    @guarded()
    def ship(self):
        """Sends events recorded from now on to the server in ``MAKESPAN_SERVER``, if it is set. Runs do this by themselves."""
        if os.environ.get("MAKESPAN_SERVER") and self._sink is not None and not self.joined:
            from . import _ship

            _ship.opened(self, self._sink)

    @property
    def run(self):
        return self

    @property
    def steps(self):
        """The planned tasks, by their names."""
        return self._plan.tasks

    # ---------------------------------------------------------------------------------------------------------- tasks

    @guarded(lambda: nothing())
    def create(self, name, step=None, after=(), kind=None, labels=None, params=None, parent=None, id=None, alias=None):
        """Declares a task and returns it; it may be started later, or never.

        ``after`` lists its dependencies: tasks, ids, or names. A name means all tasks with that name so far; the task's own
        name means the one before it. ``parent`` is the task or group that contains it, by default the current task. The first
        task with the name of one of the ``steps`` is that planned task, to which the other arguments are added.
        """
        name = say(name, 256) or "task"
        around = _context.current()
        if not isinstance(around, Task) or around.run is not self:
            around = None
        inside = parent if parent is not None else around or self.within
        inside = inside.id if isinstance(inside, Task) else None if inside is None else say(inside, 256)
        after = self.ids(after, name)
        task = self._plan.take(name) if id is None else None
        if task is None:
            task = Task(self, say(id, 256) if id is not None else self._new_id(name, alias), name, None)
            step = step if step is not None else name
        task.around = around or self
        self.put({"event": "task", "name": None if name == task.id else name,
                  "step": say(step, 256) if step is not None else None, "kind": say(kind, 256) if kind is not None else None,
                  "parent": inside, "after": after or None,
                  "labels": self.redacted_members(labels), "params": self.redacted_members(params)}, task=task.id)
        return task

    task = create  # for ``with run.task("align", after=["fetch"]) as task:``

    def _new_id(self, name, alias=None):
        pid = os.getpid()
        return self._names.new(name, self.suffix if pid == self.pid else "%s@%d" % (self.suffix, pid), alias)

    @guarded(list)
    def ids(self, after, own=None):
        """Returns the ids of a task's dependencies: a name means all tasks with that name so far, and the task's own name the
        one before it.
        """
        if after is None:
            return []
        if isinstance(after, (str, Task)) or hasattr(after, "makespan_task"):
            after = [after]
        found = []
        for other in itertools.islice(after, MOST):
            if isinstance(other, Task):
                found.append(other.id)
            elif other is not None:
                name = say(getattr(other, "makespan_task", other), 256)
                those, more = self._names.of(name, 1) if name == own else self._names.of(name)
                if more:
                    self.not_collected("the dependency on older tasks %s" % name, "a line has no room for so many")
                found += those
        return list(dict.fromkeys(found))

    def __getitem__(self, name):
        """Returns the task with a name among the ``steps`` that the run was opened with."""
        return self.steps.get(name) or nothing()

    # ------------------------------------------------------------------------------------------------------ machinery

    def _put(self, event, detail=False):
        self.put(event, detail, task=self.group)

    def put(self, event, detail=False, at=None, task=None, tries=None):
        """Writes an event with the run, the task and the time, and calls the listeners."""
        if self is NOWHERE:
            return
        kind = event.pop("event")
        if at is None and kind not in TIMELESS:
            at = self.clock.now()
        event = {"event": kind, "run": self.id, "task": task, "try": tries, "t": at, **event}
        if self._sink is not None:
            data = None
            try:
                data = _encode.line(event)
            finally:
                self._sink.append(data, detail, self._gap)
        listeners = _listen.listeners(self._listeners)
        if listeners:
            _listen.tell(listeners, event)

    def samples(self, measured, at=None, task=None, tries=None):
        """Writes values that were measured at one time: a list of names, finite numbers and units."""
        if task is None:
            if self.joined:
                return  # of the process: the run has those of its own
            task = self.group
        at = at if at is not None else self.clock.now()
        events = [{"event": "sample", "run": self.id, "task": task, "try": tries, "t": at, "name": name, "value": value,
                   "unit": unit} for name, value, unit in measured]
        if self._sink is not None and events:
            self._sink.append(b"".join(map(_encode.line, events)), True, self._gap, len(events))
        listeners = _listen.listeners(self._listeners)
        for event in events if listeners else ():
            _listen.tell(listeners, event)

    def _gap(self, count, reason):
        return _encode.line({"event": "diagnostic", "run": self.id, "code": "events-dropped", "severity": "warning",
                             "text": "events that could not be written were dropped: %s" % reason, "count": count})

    @guarded()
    def not_collected(self, what, reason):
        """Records once why something is not measured; its value is then unknown, never 0."""
        key = (what, reason)
        with self._lock:
            if key in self._reasons or len(self._reasons) >= 256:
                return
            self._reasons.add(key)
        self.put({"event": "diagnostic", "code": "not-collected", "severity": "info",
                  "text": "%s is not collected: %s" % (what, reason)})

    def redacted(self, name, value):
        """Returns the value after ``redact``; ``None``, which is omitted, if ``redact`` fails."""
        if self._redact is None or value is None:
            return value
        value = foreign(self._redact, name, value)
        return say(value) if isinstance(value, str) else _encode.plain(value)

    @guarded()
    def redacted_members(self, value):
        found = _encode.members(value)
        if found is None or self._redact is None:
            return found
        return {name: kept for name, kept in ((n, self.redacted(n, v)) for n, v in found.items()) if kept is not None}

    def redacted_error(self, error):
        if self._redact is None:
            return error
        return {name: text if name == "kind" else self.redacted("error", text) for name, text in error.items()}

    def count_end(self, status, by=1):
        """Counts failed tasks; a task that is retried is subtracted."""
        if status == "failed":
            with self._lock:
                self._failed += by

    @guarded()
    def listen(self, listener):
        """Calls ``listener(event)`` with a copy of each event of this run from now on, in the thread that records it.

        Exceptions that it raises are ignored.
        """
        self._listeners = self._listeners + [listener]

    @guarded()
    def unlisten(self, listener):
        """Stops calling a listener."""
        self._listeners = [one for one in self._listeners if one is not listener]

    @guarded()
    def annotate(self, labels=None, params=None):
        """Sets labels or parameters; each replaces earlier ones of its kind."""
        self.put({"event": "run", "labels": self.redacted_members(labels), "params": self.redacted_members(params)})

    @property
    def stats(self):
        """Numbers of lines that this process wrote and dropped: ``written``, ``dropped_details``, ``dropped_lifecycle``."""
        return {name: getattr(self._sink, name, 0) for name in ("written", "dropped_details", "dropped_lifecycle")}

    # ------------------------------------------------------------------------------------------------------------ end

    @guarded()
    def end(self, error=None, status=None, at=None):
        """Ends the run with ``status``, or the outcome of the exception, or ``failed`` if a task failed, or ``succeeded``."""
        if not self.is_open:
            return
        if self.joined:
            self.is_open = False
            _context.closed(self)
        if self.joined or os.getpid() != self.pid:
            # A fork that leaves the block, or a process that joined: the run goes on in the process that opened it.
            return
        told, error = _errors.outcome(error)
        if status is None:
            status = "failed" if told == "succeeded" and self._failed else told
        self.is_open = False
        _context.closed(self)
        _gauge.forget(self)
        _nested.withdraw(self)
        self._over(status=status, ended=nanoseconds(at) or self.clock.now(),
                   error=self.redacted_error(error) if error is not None else None)
        _signals.leave()
        if self._sink is not None:
            self._sink.flush_gap(self._gap)
            self._sink.close()

    def _over(self, **how):
        self.put({"event": "run", **how})

    @guarded()
    def interrupted(self, reason):
        """Records the open tasks of this process, and the run, as cancelled, because the process ends at once."""
        for task in list(self._going.values()):
            task.interrupted(reason)
        if os.getpid() == self.pid:
            self.end(status="cancelled")

    @guarded()
    def cancel(self, reason=None):
        """Ends the run as ``cancelled``."""
        if reason is not None:
            self.log(reason)
        self.end(status="cancelled")

    def __enter__(self):
        self._enter()
        return self

    @guarded()
    def _enter(self):
        self._entered = _context.enter(self)
        _nested.entered(self)

    def __exit__(self, kind, error, trace):
        self._exit(error)
        return False

    @guarded()
    def _exit(self, error):
        entered, self._entered = self._entered, None
        if entered is not None:
            _context.leave(entered)
            _nested.entered(_context.current())
        self.end(error)

    def ticket(self):
        """Returns what another process needs to record into this run with :func:`makespan.join`. It can be pickled."""
        around = _context.current()
        task = around.id if isinstance(around, Task) and around.run is self else None
        return {"file": self.file, "run": self.id, "name": self.name, "offset": self.clock.offset, "task": task,
                "pid": self.pid}


def _source(source):
    return say(source, 256) if source is not None else "makespan python 0.1.0"


def nowhere():
    """Returns a run that records nothing, in place of one that could not be opened."""
    run = Run("nowhere", resources=False, record=False, announce=False)
    run.is_open = False
    return run


NOWHERE = nowhere()


def nothing():
    """Returns a task that records nothing."""
    return Task(NOWHERE, "task", "task", None)


def _forked():
    for run in [*_context.open_runs(), NOWHERE]:
        run._lock = run._names.lock = threading.RLock()  # of a signal handler, too, that records


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)
