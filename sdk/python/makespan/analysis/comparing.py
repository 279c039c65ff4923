"""Comparisons and checks of runs from any source."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from .. import _program
from .._program import ProgramError
from ._record import Record
from ._sources import name_of
from .comparison import Comparison
from .runs import Run, Runs


def compare(*runs, baseline=(), candidate=(), metric=None, store=None):
    """Compares runs and returns a :class:`Comparison`.

    Two runs are a pair, the baseline first; three or more a series, in order of their starts. ``baseline`` and ``candidate``
    are two sets of runs, which are tested for a change that is more than chance. Runs are what :func:`makespan.open` takes or
    returns. ``metric`` is the measure of tasks: ``duration`` (the default), ``work``, ``wait``, ``queue`` or a recorded metric.
    Raises :class:`makespan.ProgramError` if there are too few runs.
    """
    if bool(runs) == bool(_several(baseline) or _several(candidate)):
        raise TypeError("compare() needs either runs, or both baseline= and candidate=")
    if not runs and not (_several(baseline) and _several(candidate)):
        raise TypeError("compare() needs both baseline= and candidate=")
    with _files(store) as files:
        command = ["--metric", metric] if metric is not None else []
        if runs:
            command += ["--", *files.of(runs)]
        else:
            command += ["--baseline", *files.of(_several(baseline)), "--candidate", *files.of(_several(candidate))]
        return Comparison.from_json(json.loads(_program.call("compare", "--json", *command, store=files.store)[0]))


@dataclass(repr=False)
class Check(Record):
    """The result of :func:`check`. ``verdict`` is ``ok``, ``violated`` or ``unknown``."""

    verdict: Optional[str] = None
    #: ``id``, ``title`` and ``checks`` of each run, as JSON; the comparison with the baseline has no id.
    runs: Optional[List[Dict[str, Any]]] = None

    @property
    def ok(self):
        """Whether every rule holds. A rule that cannot be judged does not."""
        return self.verdict == "ok"

    @property
    def violations(self):
        """The checks that are violated, each a dict with ``rule``, ``value``, ``limit``, ``task`` and ``note``."""
        return [one for run in self.runs or () for one in run.get("checks", ()) if one.get("verdict") == "violated"]


def check(*runs, rules=(), baseline=(), tolerance=None, store=None):
    """Checks runs against rules (``docs/ci.md``), and against earlier runs if ``baseline`` is given; returns a :class:`Check`.

    ``tolerance`` is the allowed slowdown against the baseline, in percent, if there are too few runs for a test.
    """
    with _files(store) as files:
        command = []
        for rule in [rules] if isinstance(rules, str) else rules:
            command += ["--rule", rule]
        if tolerance is not None:
            command += ["--tolerance", str(tolerance)]
        if _several(baseline):
            command += ["--baseline", *files.of(_several(baseline))]
        data, messages = _program.call("check", "--json", *command, "--", *files.of(runs), store=files.store, ok=(0, 1, 2))
        try:
            return Check.from_json(json.loads(data))
        except ValueError:
            raise ProgramError("makespan check: %s" % "\n".join(messages)) from None


def _several(runs):
    return [runs] if isinstance(runs, (str, Run)) or hasattr(runs, "__fspath__") else list(runs)


@contextlib.contextmanager
def _files(store):
    with contextlib.ExitStack() as kept:
        yield _Files(kept, store)


class _Files:
    """Names of files and runs for the command line. A run that shares its files with others gets a file of its own."""

    def __init__(self, kept, store):
        self._kept, self.store, self._folder, self._made = kept, store, None, 0

    def of(self, runs):
        names = []
        for run in runs:
            if isinstance(run, Runs):
                names += self.of(run)
            elif isinstance(run, Run):
                names.append(self._of_run(run))
            else:
                names.append(_safe(name_of(run)))
        return names

    def _of_run(self, run):
        if self.store is None:
            self.store = run._opened.store
        alone = run._alone()
        if not alone.options and alone.store == self.store and len(alone.names) == 1:
            return _safe(alone.names[0])
        if self._folder is None:
            self._folder = self._kept.enter_context(tempfile.TemporaryDirectory(prefix="makespan-"))
        self._made += 1
        return run.export("jsonl", os.path.join(self._folder, "%d.jsonl" % self._made))


def _safe(name):
    # Lists of values of an option cannot be preceded by `--`.
    return os.path.join(".", name) if name.startswith("-") else name
