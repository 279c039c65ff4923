"""What recording costs the program: the time of a call, in microseconds, and the share of a processor at 1000 events a second.

    PYTHONPATH=sdk/python python3 sdk/python/bench/cost.py [calls]
"""

import os
import sys
import tempfile
import time

import makespan

CALLS = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000


def measure(name, call, calls):
    taken = []
    for _ in range(calls):
        begin = time.perf_counter_ns()
        call()
        taken.append(time.perf_counter_ns() - begin)
    taken.sort()
    shares = [taken[min(len(taken) - 1, int(len(taken) * share))] / 1000 for share in (0.5, 0.99, 0.999, 1)]
    print("%-34s p50 %8.1f   p99 %8.1f   p99.9 %8.1f   max %8.1f us" % (name, *shares))


def share_of_a_processor(run, seconds=2.0):
    """At 1000 events a second."""
    begin, used = time.perf_counter(), time.process_time()
    count = 0
    while time.perf_counter() < begin + seconds:
        run.metric("m", count)
        count += 1
        time.sleep(max(0.0, begin + count / 1000 - time.perf_counter()))
    recorded = time.process_time() - used
    begin, used = time.perf_counter(), time.process_time()
    for number in range(1, count + 1):
        time.sleep(max(0.0, begin + number / 1000 - time.perf_counter()))
    plain = time.process_time() - used
    print("%-34s %.2f %% of a processor" % ("1000 metrics a second", 100 * (recorded - plain) / seconds))


with tempfile.TemporaryDirectory() as folder:
    for resources in (False, True):
        print("resources %s" % ("on" if resources else "off"))
        with makespan.run("bench", file=os.path.join(folder, "run.jsonl"), resources=resources) as run:
            function = makespan.task(lambda: None, name="empty")
            measure("a task around an empty function", function, CALLS // 4)
            with run.task("calls") as task:
                measure("metric", lambda: task.metric("rows", 1.5, "1/s"), CALLS)
                measure("log", lambda: task.log("a line of a log"), CALLS)
                measure("progress", lambda: task.progress(0.5), CALLS)
            if not resources:
                share_of_a_processor(run)
    function = makespan.task(lambda: None)
    measure("the same function outside of a run", function, CALLS)
