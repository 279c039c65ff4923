"""Opens and analyses runs: the objects that :func:`makespan.open` and :func:`makespan.compare` return.

    import makespan

    runs = makespan.open("nightly.jsonl")
    for task in runs[0].query("dur>p95"):
        print(task.name, task.duration_s)
    for finding in runs[0].findings:
        print(finding)

All numbers come from the ``makespan`` program, so they are those of the app and the command line. It is searched for in
``$MAKESPAN_BIN``, beside the package, and in ``PATH``.
"""

from .comparing import Check, check, compare
from .comparison import Comparison
from .runs import OpenError, Run, Runs, open
from .statistics import Finding, RunStatistics, Statistics, StepStatistics
from .tasks import Attempt, Sample, Task

# Not `open`: `from makespan.analysis import *` must not replace the function of Python.
__all__ = [
    "Attempt", "Check", "Comparison", "Finding", "OpenError", "Run", "RunStatistics", "Runs", "Sample", "Statistics",
    "StepStatistics", "Task", "check", "compare",
]
