"""Derives ids of tasks from their names, and records which tasks have which name."""

from __future__ import annotations

import threading
from collections import deque

#: Names of tasks of which the number of instances is kept; later ones get ids with a number of the whole run.
NAMES = 100_000
#: Tasks that a name stands for, and the characters of their ids together: what one line has room for.
MOST, CHARACTERS = 10_000, 32_768


class Names:
    """Names of the tasks of one run, in one process."""

    def __init__(self):
        self.lock = threading.RLock()  # of a signal handler, too, that records
        self._counts = {}
        self._made = 0
        self._first = {}  # ids of names: where they are another text,
        self._several = {}  # and where there are several

    def new(self, name, mark, alias=None):
        """Returns the id of a new task with that name; ``mark`` distinguishes it from those of other processes. ``alias`` is
        another name of the task.
        """
        with self.lock:
            self._made += 1
            count = self._counts.get(name, 0) + 1
            if count > 1 or len(self._counts) < NAMES:
                self._counts[name] = count
            else:
                count = self._made + 1
            whole = name + mark
            whole = whole if count == 1 else "%s-%d" % (whole, count)
            if name in self._several:
                self._several[name].append(whole)
            elif count == 2 and len(self._several) < NAMES:
                self._several[name] = deque([self._first.pop(name, name), whole], MOST)
            elif count == 1 and whole != name and len(self._first) < NAMES:
                self._first[name] = whole
            if alias is not None and alias != name and (alias in self._several or len(self._several) < NAMES):
                self._several.setdefault(alias, deque(maxlen=MOST)).append(whole)
                self._counts[alias] = self._counts.get(alias, 0) + 1
        return whole

    def of(self, name, most=MOST):
        """Returns the ids of the latest tasks with that name, and whether older ones were forgotten."""
        with self.lock:
            several = self._several.get(name)
            if several is None:
                return [self._first.get(name, name)], False
            several, count = list(several), self._counts[name]
        room, found = CHARACTERS, []
        for one in several[-most:][::-1]:
            room -= len(one) + 3
            if room < 0:
                break
            found.append(one)
        return found[::-1], len(found) < min(count, most if most < MOST else count)
