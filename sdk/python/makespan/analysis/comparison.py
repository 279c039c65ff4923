"""Results of ``makespan compare``. ``docs/compare.md`` defines every number."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from ._record import Record, many, one, time


@dataclass(repr=False)
class ComparedRun(Record):
    """A run of a comparison. ``set`` is ``a``, ``b``, ``baseline``, ``candidate`` or ``series``."""

    set: Optional[str] = None
    id: Optional[str] = None
    name: Optional[str] = None
    workflow: Optional[str] = None
    format: Optional[str] = None
    status: Optional[str] = None
    started: Optional[datetime.datetime] = time()
    makespan_ns: Optional[int] = None
    #: Number of tasks.
    tasks: Optional[int] = None


@dataclass(repr=False)
class Note(Record):
    """A reason why a comparison may be unfair. If ``forbids`` is true, neither side is called faster."""

    code: Optional[str] = None
    #: ``a`` for A or the baseline, ``b`` for B or the candidate, ``None`` for both.
    run: Optional[str] = None
    forbids: Optional[bool] = None
    tasks: Optional[int] = None
    runs: Optional[int] = None


@dataclass(repr=False)
class Part(Record):
    """A part of the difference of two makespans. All parts add up to the difference exactly."""

    part: Optional[str] = None
    task: Optional[str] = None
    a_id: Optional[str] = None
    b_id: Optional[str] = None
    #: Positive if B took longer.
    delta_ns: Optional[int] = None


@dataclass(repr=False)
class ComparedTask(Record):
    """A task of two runs, and what changed."""

    key: Optional[str] = None
    #: ``same``, ``changed``, ``added``, ``removed`` or ``renamed``.
    match: Optional[str] = None
    by: Optional[str] = None
    changes: Optional[List[str]] = None
    a_id: Optional[str] = None
    b_id: Optional[str] = None
    name: Optional[str] = None
    step: Optional[str] = None
    a_status: Optional[str] = None
    b_status: Optional[str] = None
    #: Durations, and their difference (B minus A).
    a_ns: Optional[int] = None
    b_ns: Optional[int] = None
    delta_ns: Optional[int] = None
    #: Its parts of the difference of the makespans.
    explained_ns: Optional[int] = None
    #: The difference of the measure that is compared, in its unit.
    delta: Optional[float] = None
    parameters: Optional[List[Dict[str, Any]]] = None


@dataclass(repr=False)
class ComparedStep(Record):
    """A step of two runs. Work is summed over tasks."""

    step: Optional[str] = None
    a_tasks: Optional[int] = None
    b_tasks: Optional[int] = None
    a_work_ns: Optional[int] = None
    b_work_ns: Optional[int] = None
    delta_work_ns: Optional[int] = None


@dataclass(repr=False)
class ComparedMeasure(Record):
    """A measure that both runs have; ``pairs`` is the number of tasks that succeeded in both."""

    key: Optional[str] = None
    unit: Optional[str] = None
    pairs: Optional[int] = None
    rose: Optional[int] = None
    fell: Optional[int] = None
    a_median: Optional[float] = None
    b_median: Optional[float] = None
    delta_median: Optional[float] = None


@dataclass(repr=False)
class Verdict(Record):
    """The result of a test of two sets of runs. Values are in the unit of the comparison."""

    #: Key, name and ids by run of the task; ``None`` for the makespan.
    key: Optional[str] = None
    name: Optional[str] = None
    ids: Optional[List[Any]] = None
    on_path: Optional[bool] = None
    contribution: Optional[float] = None
    #: ``slower``, ``faster``, ``equivalent``, ``no-evidence``, ``not-comparable`` or ``too-few``.
    verdict: Optional[str] = None
    baseline: Optional[List[Any]] = None
    candidate: Optional[List[Any]] = None
    baseline_median: Optional[float] = None
    candidate_median: Optional[float] = None
    #: Median of all differences between the sets, with its 95 % confidence interval.
    shift: Optional[float] = None
    low: Optional[float] = None
    high: Optional[float] = None
    p: Optional[float] = None
    exact: Optional[bool] = None
    adjusted_p: Optional[float] = None
    margin: Optional[float] = None
    #: The shift that would have been found in four of five cases.
    detectable: Optional[float] = None
    baseline_failed: Optional[int] = None
    candidate_failed: Optional[int] = None


@dataclass(repr=False)
class Verdicts(Record):
    """The results of all tests of two sets of runs."""

    tested_on_path: Optional[int] = None
    tested_others: Optional[int] = None
    margin_share: Optional[float] = None
    margin_least: Optional[float] = None
    makespan: Optional[Verdict] = one(Verdict)
    tasks: List[Verdict] = many(Verdict)


@dataclass(repr=False)
class Trend(Record):
    """A series of values, and its levels. Runs are counted from 0."""

    key: Optional[str] = None
    name: Optional[str] = None
    ids: Optional[List[Any]] = None
    values: Optional[List[Any]] = None
    #: Whether each value counts.
    counts: Optional[List[bool]] = None
    statuses: Optional[List[Any]] = None
    levels: Optional[List[Dict[str, Any]]] = None
    slope: Optional[float] = None
    slope_p: Optional[float] = None
    #: Spread of all runs but the last.
    before: Optional[Dict[str, Any]] = None


@dataclass(repr=False)
class Trends(Record):
    """Trends of a series of runs."""

    makespan: Optional[Trend] = one(Trend)
    tasks: List[Trend] = many(Trend)


@dataclass(repr=False)
class Comparison(Record):
    """A comparison of two runs (a pair), of two sets of runs, or of a series of runs.

    Members that do not apply to its kind are ``None`` or empty.
    """

    #: ``pair``, ``sets`` or ``series``.
    comparison: Optional[str] = None
    measure: Optional[str] = None
    unit: Optional[str] = None
    runs: List[ComparedRun] = many(ComparedRun)
    #: Whether one side can be called faster.
    comparable: Optional[bool] = None
    notes: List[Note] = many(Note)
    #: For a pair: the makespan of B minus that of A.
    makespan_delta_ns: Optional[int] = None
    explained: List[Part] = many(Part)
    path: Optional[Dict[str, Any]] = None
    #: For a pair: numbers of tasks that are ``same``, ``changed``, ``added``, ``removed``, ``renamed``.
    counts: Optional[Dict[str, int]] = None
    tasks: List[ComparedTask] = many(ComparedTask)
    parameters: Optional[List[Dict[str, Any]]] = None
    steps: List[ComparedStep] = many(ComparedStep)
    measures: List[ComparedMeasure] = many(ComparedMeasure)
    verdicts: Optional[Verdicts] = one(Verdicts)
    trends: Optional[Trends] = one(Trends)

    def to_pandas(self):
        """Returns the tasks of a pair, the verdicts of sets or the trends of a series as a ``pandas.DataFrame``."""
        found = self.verdicts.tasks if self.verdicts is not None else self.trends.tasks if self.trends is not None else self.tasks
        return found.to_pandas()

    def _repr_html_(self):
        from ._notebook import of_comparison

        return of_comparison(self)
