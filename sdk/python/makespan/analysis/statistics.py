"""Results of ``makespan stats``: statistics of runs and steps, causes of waiting, findings.

``docs/stats.md`` defines every number.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any, Dict, List, Optional

from ._record import Record, many, one, time


@dataclass(repr=False)
class Distribution(Record):
    """A distribution of durations. Percentiles are interpolated."""

    count: Optional[int] = None
    mean_ns: Optional[int] = None
    #: Sample standard deviation (n − 1).
    deviation_ns: Optional[int] = None
    min_ns: Optional[int] = None
    median_ns: Optional[int] = None
    p75_ns: Optional[int] = None
    p90_ns: Optional[int] = None
    p95_ns: Optional[int] = None
    p99_ns: Optional[int] = None
    max_ns: Optional[int] = None


@dataclass(repr=False)
class RunsStatistics(Record):
    """Statistics of several runs. Distributions are of makespans; succeeded and failed runs are never mixed."""

    #: The workflow of the runs; ``None`` if these are all runs.
    workflow: Optional[str] = None
    #: Number of runs.
    runs: Optional[int] = None
    #: Number of runs per status.
    statuses: Optional[Dict[str, int]] = None
    status_unknown: Optional[int] = None
    #: Succeeded runs divided by succeeded and failed runs, 0 to 1.
    success_rate: Optional[float] = None
    succeeded: Optional[Distribution] = one(Distribution)
    failed: Optional[Distribution] = one(Distribution)
    ended: Optional[Distribution] = one(Distribution)
    first_started: Optional[datetime.datetime] = time()
    last_started: Optional[datetime.datetime] = time()


@dataclass(repr=False)
class StepStatistics(Record):
    """Statistics of the tasks of one step. The distribution is that of the durations of succeeded attempts."""

    step: Optional[str] = None
    tasks: Optional[int] = None
    succeeded: Optional[int] = None
    failed: Optional[int] = None
    #: Number of tasks with more than one attempt.
    retried: Optional[int] = None
    #: ``failed`` divided by ``failed + succeeded``, 0 to 1.
    failure_rate: Optional[float] = None
    #: Sum of the execution times of their attempts.
    work_ns: Optional[int] = None
    #: Time that its tasks contribute to the critical path.
    critical_ns: Optional[int] = None
    mean_ns: Optional[int] = None
    deviation_ns: Optional[int] = None
    min_ns: Optional[int] = None
    median_ns: Optional[int] = None
    p75_ns: Optional[int] = None
    p90_ns: Optional[int] = None
    p95_ns: Optional[int] = None
    p99_ns: Optional[int] = None
    max_ns: Optional[int] = None


@dataclass(repr=False)
class ErrorGroup(Record):
    """Similar errors: ``fingerprint`` is the common part of their messages, ``message`` the first one."""

    kind: Optional[str] = None
    fingerprint: Optional[str] = None
    message: Optional[str] = None
    attempts: Optional[int] = None
    tasks: Optional[int] = None
    #: Number of runs, in statistics of several runs.
    runs: Optional[int] = None
    #: Id of the first task, in statistics of one run.
    first_task: Optional[str] = None


@dataclass(repr=False)
class Bounds(Record):
    """Lower bounds on the makespan, and how parallel the run was."""

    critical_path_ns: Optional[int] = None
    slots: Optional[int] = None
    #: Where ``slots`` comes from: ``workers`` or ``concurrency``.
    slots_from: Optional[str] = None
    at_least_ns: Optional[int] = None
    at_most_ns: Optional[int] = None
    #: Work divided by makespan.
    parallelism: Optional[float] = None
    max_speedup: Optional[float] = None
    #: ``parallelism`` divided by ``slots``, 0 to 1.
    efficiency: Optional[float] = None
    serial_share: Optional[float] = None
    #: Time with exactly one attempt executing, and with none.
    alone_ns: Optional[int] = None
    idle_ns: Optional[int] = None
    #: Whether the critical path follows inferred dependencies.
    inferred: Optional[bool] = None


@dataclass(repr=False)
class Segment(Record):
    """A segment of the observed path. ``kind`` is its cause: ``run``, ``slot``, ``queue`` and so on."""

    task: Optional[str] = None
    kind: Optional[str] = None
    start: Optional[datetime.datetime] = time("from")
    length_ns: Optional[int] = None


@dataclass(repr=False)
class ObservedPath(Record):
    """The observed path: the parts up to ``unknown_ns`` add up to the makespan exactly."""

    run_ns: Optional[int] = None
    dependency_ns: Optional[int] = None
    slot_ns: Optional[int] = None
    queue_ns: Optional[int] = None
    backoff_ns: Optional[int] = None
    unknown_ns: Optional[int] = None
    #: Number of pieces; :attr:`longest` holds the largest.
    segments: Optional[int] = None
    inferred: Optional[bool] = None
    longest: List[Segment] = many(Segment)


@dataclass(repr=False)
class NearCritical(Record):
    """A chain that is shorter than the critical path by ``behind_ns``."""

    tasks: Optional[List[str]] = None
    length_ns: Optional[int] = None
    behind_ns: Optional[int] = None


@dataclass(repr=False)
class Culprit(Record):
    """A task that delayed others."""

    task: Optional[str] = None
    dependency_ns: Optional[int] = None
    slot_ns: Optional[int] = None


@dataclass(repr=False)
class Waiting(Record):
    """Waiting time by cause, summed over tasks, so it may exceed the makespan."""

    #: Time in which tasks were not ready; not part of ``waited_ns``.
    dependency_ns: Optional[int] = None
    slot_ns: Optional[int] = None
    queue_ns: Optional[int] = None
    backoff_ns: Optional[int] = None
    unknown_ns: Optional[int] = None
    waited_ns: Optional[int] = None
    culprits: List[Culprit] = many(Culprit)


@dataclass(repr=False)
class Straggler(Record):
    """A task that took much longer than its step usually does."""

    task: Optional[str] = None
    step: Optional[str] = None
    duration_ns: Optional[int] = None
    median_ns: Optional[int] = None
    #: Number of tasks of the step.
    peers: Optional[int] = None


@dataclass(repr=False)
class RetriedTask(Record):
    """A task with more than one attempt, and the cost of its retries."""

    task: Optional[str] = None
    attempts: Optional[int] = None
    lost_ns: Optional[int] = None
    repeated_ns: Optional[int] = None
    backoff_ns: Optional[int] = None
    delay_ns: Optional[int] = None


@dataclass(repr=False)
class Retries(Record):
    """Cost of retries."""

    #: Work of attempts that failed, were cancelled or were superseded.
    lost_ns: Optional[int] = None
    repeated_ns: Optional[int] = None
    #: Time between attempts.
    backoff_ns: Optional[int] = None
    retried: Optional[int] = None
    recovered: Optional[int] = None
    attempts: Optional[int] = None
    tasks: List[RetriedTask] = many(RetriedTask)


@dataclass(repr=False)
class Rule(Record):
    """A rule and its verdict: ``ok``, ``violated`` or ``unknown``. Values are in ns, bytes, percent or the metric's unit."""

    rule: Optional[str] = None
    verdict: Optional[str] = None
    value: Optional[float] = None
    limit: Optional[float] = None
    task: Optional[str] = None


@dataclass(repr=False)
class Finding(Record):
    """A finding about a run. ``title``, ``text`` and ``advice`` are for people."""

    #: Identifies the rule that found it, such as ``straggler``; stable.
    code: Optional[str] = None
    #: ``info``, ``warning`` or ``error``.
    severity: Optional[str] = None
    title: Optional[str] = None
    text: Optional[str] = None
    #: What to do, for programs and for people.
    action: Optional[str] = None
    advice: Optional[str] = None
    #: The time concerned; 0 if unknown. It is not a promise of what can be saved.
    cost_ns: Optional[int] = None
    #: Number of tasks; :attr:`tasks` lists at most 20 ids.
    concerned: Optional[int] = None
    tasks: Optional[List[str]] = None
    #: The view that shows it: the part of the app's address after ``#``.
    link: Optional[str] = None

    def __str__(self):
        return "%s: %s. %s %s" % (self.severity, self.title, self.text or "", self.advice or "")


@dataclass(repr=False)
class RunStatistics(Record):
    """Statistics of one run: bounds, waiting by cause, steps, stragglers, retries, errors, findings."""

    id: Optional[str] = None
    name: Optional[str] = None
    status: Optional[str] = None
    makespan_ns: Optional[int] = None
    work_ns: Optional[int] = None
    tasks: Optional[int] = None
    #: Whether attempts are still running, so that work and concurrency are lower bounds.
    at_least: Optional[bool] = None
    max_concurrency: Optional[int] = None
    mean_concurrency: Optional[float] = None
    workers: Optional[int] = None
    #: Fraction of the makespan in which the workers were busy, 0 to 1.
    utilisation: Optional[float] = None
    bounds: Optional[Bounds] = one(Bounds)
    path: Optional[ObservedPath] = one(ObservedPath)
    near_critical: List[NearCritical] = many(NearCritical)
    waiting: Optional[Waiting] = one(Waiting)
    steps: List[StepStatistics] = many(StepStatistics)
    steps_left_out: Optional[int] = None
    stragglers: List[Straggler] = many(Straggler)
    retries: Optional[Retries] = one(Retries)
    #: What tasks requested and used of ``cpus`` and ``memory``, as JSON.
    requests: Optional[Dict[str, Any]] = None
    errors: List[ErrorGroup] = many(ErrorGroup)
    #: Metrics over time, as JSON: those that were asked for.
    trends: Optional[List[Dict[str, Any]]] = None
    rules: List[Rule] = many(Rule)
    findings: List[Finding] = many(Finding)


@dataclass(repr=False)
class Statistics(Record):
    """Statistics of several runs: of all, by workflow, by step and of each."""

    #: The dates that were asked for, and how many runs they exclude, as JSON.
    range: Optional[Dict[str, Any]] = None
    all: Optional[RunsStatistics] = one(RunsStatistics)
    workflows: List[RunsStatistics] = many(RunsStatistics)
    steps: List[StepStatistics] = many(StepStatistics)
    steps_left_out: Optional[int] = None
    errors: List[ErrorGroup] = many(ErrorGroup)
    runs: List[RunStatistics] = many(RunStatistics)
