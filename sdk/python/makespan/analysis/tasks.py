"""Tasks, attempts and samples of a run, from the tables of ``makespan export``."""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass
from typing import List, Optional

from ._record import Record, called, time
from ._rows import Rows, integer, nanoseconds_of, real

#: An edge of the GraphML of one run. Text in it is escaped, so no name looks like this.
_EDGE = re.compile(rb'<edge source="r0n(\d+)" target="r0n(\d+)"/>')


@dataclass(repr=False)
class Task(Record):
    """An instance of a step in a run."""

    id: Optional[str] = called("task")
    name: Optional[str] = None
    step: Optional[str] = None
    #: What executes it: a class, an operator.
    kind: Optional[str] = None
    #: Id of the task or group that contains it.
    parent: Optional[str] = None
    #: One of the eleven statuses.
    status: Optional[str] = None
    #: Worker of the last attempt.
    worker: Optional[str] = None
    #: Number of attempts.
    attempts: Optional[int] = called("attempts", integer)
    queued: Optional[datetime.datetime] = time()
    started: Optional[datetime.datetime] = time()
    ended: Optional[datetime.datetime] = time()
    #: From ready to the first start.
    wait_ns: Optional[int] = called("wait_s", nanoseconds_of)
    #: First start to last end.
    duration_ns: Optional[int] = called("duration_s", nanoseconds_of)
    #: Sum over its attempts.
    work_ns: Optional[int] = called("work_s", nanoseconds_of)
    #: How much later it could end without delaying the run.
    slack_ns: Optional[int] = called("slack_s", nanoseconds_of)
    #: Whether it is on the critical path.
    critical: Optional[bool] = called("critical", lambda text: None if text is None else text == "true")
    #: Ids of the tasks it depends on.
    depends_on: Optional[List[str]] = None
    #: Class and message of the last error.
    error_kind: Optional[str] = None
    error: Optional[str] = None


@dataclass(repr=False)
class Attempt(Record):
    """One try of a task."""

    task: Optional[str] = None
    name: Optional[str] = None
    step: Optional[str] = None
    #: Number of the attempt, from 1.
    number: Optional[int] = called("attempt", integer)
    status: Optional[str] = None
    worker: Optional[str] = None
    queued: Optional[datetime.datetime] = time()
    started: Optional[datetime.datetime] = time()
    ended: Optional[datetime.datetime] = time()
    #: From queued to started.
    queue_ns: Optional[int] = called("queue_s", nanoseconds_of)
    duration_ns: Optional[int] = called("duration_s", nanoseconds_of)
    #: Last reported progress, 0 to 1.
    progress: Optional[float] = called("progress", real)
    error_kind: Optional[str] = None
    error: Optional[str] = None


@dataclass(repr=False)
class Sample(Record):
    """A measured value of a task, or of the run if ``task`` is ``None``."""

    task: Optional[str] = None
    #: Number of the attempt; ``None`` if the value is not of a certain one.
    attempt: Optional[int] = called("attempt", integer)
    #: Name of the metric.
    name: Optional[str] = called("metric")
    value: Optional[float] = called("value", real)
    #: Its unit, such as ``B``, ``%`` or ``s``; ``None`` if it has none.
    unit: Optional[str] = None
    time: Optional[datetime.datetime] = time()


def tasks_of(rows, graph):
    """Makes tasks from the rows of a table. ``graph()`` returns the run as GraphML, which is read only if ids contain the ``;``
    that joins ids in the table.
    """
    needed = [[] if row["depends_on"] is None else row["depends_on"].split(";") for row in rows]
    if any(";" in row["task"] for row in rows):
        # Nodes are in the order of the rows.
        needed = [[] for _ in rows]
        for source, target in _EDGE.findall(graph()):
            needed[int(target)].append(rows[int(source)]["task"])
    for row, ids in zip(rows, needed):
        row["depends_on"] = ids
    return Rows(map(Task.from_json, rows))


def attempts_of(rows):
    """Makes attempts from the rows of a table."""
    return Rows(map(Attempt.from_json, rows))


def samples_of(rows):
    """Makes samples from the rows of a table."""
    return Rows(map(Sample.from_json, rows))
