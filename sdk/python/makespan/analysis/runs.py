"""Runs of files, folders, archives, reports and stores, as objects."""

from __future__ import annotations

import datetime
import json
import os
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from .. import _program
from .._program import ProgramError
from ._record import Record, called, time
from ._rows import Rows, table
from ._sources import OpenError, Parts, Sources, written
from .statistics import Statistics
from .tasks import attempts_of, samples_of, tasks_of


def open(*sources, zone=None, unit=None, store=None):
    """Opens runs and returns them as :class:`Runs`.

    ``sources`` are files of any format that ``makespan formats`` lists, folders, archives, reports, ids of runs in the store,
    or a run that is being recorded (what :func:`makespan.run` returned), or lists of these. ``zone`` is the time zone of times without one (``UTC``
    by default), ``unit`` the unit of times that are bare numbers (``s``, ``ms``, ``us``, ``ns``), ``store`` the URL of a store.

    Files that cannot be read are listed in :attr:`Runs.problems`, and a warning names them. Raises :class:`OpenError` if no run
    can be read, and :class:`makespan.ProgramError` if the program is missing.
    """
    sources = [one for given in sources for one in (given if isinstance(given, (list, tuple)) else (given,))]
    opened = Sources(sources, zone, unit, store)
    _program.find()
    try:
        data, messages = opened.call("summary", "--json")
    except ProgramError as error:
        raise OpenError(str(error)) from None
    runs = Rows(Run.from_json(each) for each in json.loads(data)["runs"])
    parts = Parts(opened) if len(runs) > 1 else None
    for number, run in enumerate(runs, 1):
        run._opened, run.number, run._parts = opened, number, parts
    recorded = [source.id for source in sources if hasattr(source, "put") and hasattr(source, "file")]
    if len(recorded) == len(sources):
        runs = Rows(run for run in runs if run.id in recorded)
    if messages:
        more = "" if len(messages) <= 3 else "\n%d more messages are in Runs.problems" % (len(messages) - 3)
        warnings.warn("\n".join(messages[:3]) + more, RuntimeWarning, stacklevel=2)
    return Runs(opened, runs, messages)


@dataclass(repr=False)
class Run(Record):
    """One run, with its totals. Tasks, attempts, samples, statistics and pictures are read when they are first used."""

    id: Optional[str] = None
    #: Display name: its name, else its workflow, else its id.
    name: Optional[str] = None
    workflow: Optional[str] = None
    #: Id of the format it was read from.
    format: Optional[str] = None
    #: The program that recorded it.
    source: Optional[str] = None
    #: One of the eleven statuses, derived from the tasks.
    status: Optional[str] = None
    #: First start and last known time of any attempt.
    started: Optional[datetime.datetime] = time()
    ended: Optional[datetime.datetime] = time()
    makespan_ns: Optional[int] = None
    #: Sum of the times in which attempts were executing.
    work_ns: Optional[int] = None
    #: Whether attempts are still running, so that work and concurrency are lower bounds.
    at_least: Optional[bool] = None
    #: Numbers of tasks and of attempts; the JSON calls them ``tasks`` and ``attempts``.
    task_count: Optional[int] = called("tasks")
    attempt_count: Optional[int] = called("attempts")
    #: Number of attempts after the first of each task.
    retries: Optional[int] = None
    edges: Optional[int] = None
    edges_inferred: Optional[int] = None
    #: Number of tasks per status.
    statuses: Optional[Dict[str, int]] = None
    #: Ids of the tasks of the longest chain, first to last, and its length.
    critical_path: Optional[List[str]] = None
    critical_path_ns: Optional[int] = None
    critical_path_parts_ns: Optional[List[int]] = None
    max_concurrency: Optional[int] = None
    #: What the source itself states, and where that disagrees with its tasks.
    recorded: Optional[Dict[str, Any]] = None
    differences: Optional[List[Dict[str, Any]]] = None
    #: Problems found while reading: ``code``, ``severity``, ``count``, ``message``, ``line``, ``offset``.
    diagnostics: Optional[List[Dict[str, Any]]] = None

    _opened = None
    #: What gives a run that shares its files with others a file of its own.
    _parts = None
    #: Its place among the runs that were opened, from 1.
    number = 1

    def _once(self, name, read):
        kept = self.__dict__.setdefault("_kept", {})
        if name not in kept:
            kept[name] = read()
        return kept[name]

    def _table(self, name):
        return table(self.export("csv", table=name, raw=True))

    @property
    def tasks(self):
        """The tasks of the run, as :class:`Rows` of :class:`Task`, in topological order."""
        return self._once("tasks", lambda: tasks_of(self._table("tasks"), lambda: self.export("graphml")))

    @property
    def attempts(self):
        """The attempts of all tasks, as :class:`Rows` of :class:`Attempt`."""
        return self._once("attempts", lambda: attempts_of(self._table("attempts")))

    @property
    def samples(self):
        """The measured values of the run and its tasks, as :class:`Rows` of :class:`Sample`."""
        return self._once("samples", lambda: samples_of(self._table("metrics")))

    @property
    def stats(self):
        """Statistics of the run, as :class:`RunStatistics`."""
        return self._once("stats", lambda: Statistics.from_json(self._alone().json("stats")).runs[0])

    @property
    def findings(self):
        """Findings about the run, as :class:`Rows` of :class:`Finding`."""
        return self.stats.findings

    def task(self, id):
        """Returns the task with an id; raises ``KeyError`` if there is none."""
        return self._once("by id", lambda: {task.id: task for task in self.tasks})[id]

    def query(self, expression):
        """Returns the tasks that match an expression (``docs/query.md``), such as ``"status:failed or dur>p95"``, in order of
        their starts. Raises :class:`makespan.ProgramError` if the expression is invalid.
        """
        data, _ = self._alone().call("query", "--ids", "--run", "1", after=(expression,))
        return Rows(self.task(id) for id in data.decode().splitlines())

    def events(self):
        """Yields the events of the run, as dicts; ``docs/events.md`` describes them."""
        for line in self.export("jsonl").splitlines():
            event = json.loads(line)
            event.setdefault("run", self.id)  # lines of the same run need not name it
            yield event

    def compare(self, *others, metric=None):
        """Compares this run, the baseline, with another run, or with several as a series; see :func:`compare`."""
        from .comparing import compare

        return compare(self, *others, metric=metric)

    def check(self, *rules, baseline=()):
        """Checks the run against rules such as ``"makespan <= 10 min"``; see :func:`check`."""
        from .comparing import check

        return check(self, rules=rules, baseline=baseline)

    def export(self, format, path=None, table=None, view=None, theme=None, raw=False, redact=False, scale=None):
        """Returns the run in another format (``docs/exports.md``) as bytes, or writes it to ``path`` and returns that.

        ``table`` is ``tasks``, ``attempts``, ``metrics`` or ``runs``, for ``csv`` and ``parquet``; ``raw`` leaves cells of
        ``csv`` unchanged that a spreadsheet would execute. ``view`` is ``graph`` or ``timeline`` and ``theme`` one of
        ``light``, ``dark``, ``high-contrast`` and ``high-contrast-dark``, for ``svg`` and ``png``; ``scale`` is the number of
        pixels of ``png`` per px of ``svg``, from 1 to 4.
        """
        options = ["--format", format, "--run", "1"]
        for name, value in (("--table", table), ("--view", view), ("--theme", theme)):
            options += [name, value] if value is not None else []
        options += ["--scale", str(scale)] if scale is not None else []
        options += ["--csv-raw"] if raw else []
        options += ["--redact"] if redact else []
        data, _ = self._alone().call("export", *options)
        return written(data, path)

    def svg(self, view="timeline", theme="light"):
        """Returns a picture of the run, ``timeline`` or ``graph``, as the text of an SVG file."""
        return self.export("svg", view=view, theme=theme).decode("utf-8")

    def report(self, path, title=None, redact=True):
        """Writes a self-contained HTML report of the run and returns its path; see :meth:`Runs.report`."""
        return _report(self._alone(), path, title, redact)

    def show(self, view="timeline", theme="light", height=None):
        """Returns a picture for a notebook: ``timeline`` or ``graph``. ``height`` in pixels."""
        from ._notebook import Picture

        return Picture(self, view, theme, height)

    def _repr_html_(self):
        return self.show()._repr_html_()

    def _alone(self):
        """Returns this run alone as :class:`Sources`: its own files, or a file that is made of its events."""
        return self._opened if self._parts is None else self._parts.of(self)

    def __repr__(self):
        tasks = "1 task" if self.task_count == 1 else "%s tasks" % self.task_count
        return "Run(%r, %s, %s, %s)" % (
            self.name, self.status, tasks, "unknown makespan" if self.makespan_ns is None else "%.6g s" % self.makespan_s)


class Runs(Sequence):
    """The runs that were opened, in the order in which they were read: ``len(runs)``, ``runs[0]``, ``for run in runs``."""

    def __init__(self, opened, runs, problems=()):
        self._opened, self._runs = opened, runs
        self._statistics = None
        #: Messages about files that could not be read, or only in part.
        self.problems = list(problems)

    def __len__(self):
        return len(self._runs)

    def __getitem__(self, index):
        """Returns a run by its index, several by a slice, or the run with an id; raises ``KeyError`` for an unknown id."""
        if isinstance(index, str):
            for run in self._runs:
                if run.id == index:
                    return run
            raise KeyError("there is no run %s among the %d that were opened" % (index, len(self)))
        found = self._runs[index]
        return Rows(found) if isinstance(index, slice) else found

    def __repr__(self):
        return "Runs([%s%s])" % (", ".join(map(repr, self._runs[:3])), ", …" if len(self) > 3 else "")

    @property
    def stats(self):
        """Statistics of all runs, as :class:`Statistics`."""
        if self._statistics is None:
            self._statistics = self.statistics()
        return self._statistics

    def statistics(self, since=None, until=None, rules=(), metrics=(), every=None):
        """Returns :class:`Statistics` of the runs that started from ``since`` to ``until`` (dates such as ``2026-01-05``).

        Each of ``rules`` is checked for every run, and each of ``metrics`` is reported over time, in intervals of the length
        ``every``, such as ``10 s``.
        """
        options = []
        for name, value in (("--from", since), ("--to", until), ("--every", every)):
            options += [name, str(value)] if value is not None else []
        for name, values in (("--rule", rules), ("--metric", metrics)):
            for value in [values] if isinstance(values, str) else values:
                options += [name, value]
        return Statistics.from_json(self._opened.json("stats", *options))

    @property
    def findings(self):
        """The findings of all runs, run by run."""
        return Rows(finding for run in self.stats.runs for finding in run.findings)

    def compare(self, metric=None):
        """Compares the runs: two as a pair, more as a series; see :func:`compare`."""
        from .comparing import compare

        return compare(*self, metric=metric)

    def report(self, path, title=None, redact=True):
        """Writes a self-contained HTML report of all runs to ``path`` and returns that.

        It opens without a network or scripts, and with ``makespan.open`` again. ``redact`` replaces secrets with ``[redacted]``.
        """
        return _report(self._opened, path, title, redact)

    def export(self, format, path=None, table=None):
        """Returns all runs in another format as bytes, or writes them to ``path`` and returns that; see :meth:`Run.export`."""
        data, _ = self._opened.call("export", "--format", format, *(["--table", table] if table is not None else []))
        return written(data, path)

    def to_pandas(self):
        """Returns the totals of the runs as a ``pandas.DataFrame``, a row per run."""
        return self._runs.to_pandas()

    def _repr_html_(self):
        from ._notebook import of_runs

        return of_runs(self)


def _report(opened, path, title, redact):
    path = os.fspath(path)
    opened.call("report", "--output", path, "--redact" if redact else "--no-redact",
                *(["--title", title] if title is not None else []))
    return path
