"""The tasks of a run that are planned before they start."""

from __future__ import annotations

import itertools
import os

from ._guard import guarded

#: Steps of one plan that are looked at; an iterator may never end.
MOST = 10_000


class Plan:
    """The planned tasks of a run, by their names."""

    def __init__(self, run):
        self._run, self.tasks = run, {}
        #: Those for which no task was created yet.
        self._left = {}

    @guarded()
    def declare(self, steps):
        """Declares tasks: names, or dicts with a ``name`` and other arguments of ``run.create``."""
        for step in itertools.islice([steps] if isinstance(steps, (str, dict)) else steps, MOST):
            if isinstance(step, dict):
                step = dict(step)
                task = self._run.create(step.pop("name", "step"), **step)
            else:
                task = self._run.create(step)
            self.tasks[task.name] = task
        self._left = dict(self.tasks)

    def take(self, name):
        """Returns the planned task with a name if it was not used yet; not in a forked process, whose tasks have other ids."""
        if os.getpid() != self._run.pid:
            return None
        task = self._left.pop(name, None)
        return task if task is not None and task.state == "pending" and task.is_open else None
