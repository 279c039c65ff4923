"""Programs started within a run, which record into that run."""

from __future__ import annotations

import os

from . import _context, _nested
from ._clock import nanoseconds
from ._guard import guarded, say
from ._run import Run
from ._task import worker_name


class Within(Run):
    """A run of a program that was started within another run: it becomes a task of that run and contains its own tasks."""

    def __init__(self, name, around, workflow=None, labels=None, params=None, steps=(), source=None, infer_edges=None,
                 at=None, **how):
        run, task, file = around
        super().__init__(name, file=file, id=run, announce=False, **how)
        # Other programs record into the same run, also those of other machines with the same process numbers.
        self.suffix = "@%d.%s" % (os.getpid(), os.urandom(2).hex())
        self.group = self.within = self.name + self.suffix
        self.put({"event": "task", "name": self.name, "step": say(workflow, 256) if workflow is not None else self.name,
                  "kind": "program", "parent": task, "labels": self.redacted_members(labels),
                  "params": self.redacted_members(params)}, task=self.group)
        self.put({"event": "start", "worker": worker_name(self)}, at=nanoseconds(at), task=self.group)
        self._plan.declare(steps)

    @guarded()
    def annotate(self, labels=None, params=None):
        """Sets labels or parameters; each replaces earlier ones of its kind."""
        self.put({"event": "task", "labels": self.redacted_members(labels), "params": self.redacted_members(params)},
                 task=self.group)

    def _over(self, status, ended, error):
        self.put({"event": "end", "status": status, "error": error}, at=ended, task=self.group)


def joined(ticket, clock):
    """Returns a run that another process opened, from its ticket."""
    run = Run(ticket["name"], file=ticket["file"], id=ticket["run"], clock=clock, announce=False,
              record=ticket["file"] is not None)
    run.pid, run.joined, run.within = ticket["pid"], True, ticket["task"]
    return run


_here = [0, None, None]  # process, what its environment said, the run


@guarded()
def ambient():
    """Returns the run that this process was started within, if it has opened none itself; otherwise ``None``.

    The functions of a program that `makespan run` executes, and of a process that ``multiprocessing`` spawns, are therefore
    recorded without further calls.
    """
    around = _nested.around()
    if around is None:
        return None
    if _here[:2] != [os.getpid(), around]:
        run, task, file = around
        _here[:] = [os.getpid(), around, joined({"name": run, "file": file, "run": run, "pid": 0, "task": task}, None)]
    return _here[2]


def _known():
    return _here[2] if _here[0] == os.getpid() else None


_context.ambient, _context.ambient_if_known = ambient, _known
