"""A small pipeline: tasks by `with` and by decorator, tried again, nested, with metrics and artifacts."""

import random
import time

import makespan


@makespan.task(tries=3, backoff=0.05, on=ConnectionError)
def fetch(part, fails):
    if fails:
        raise ConnectionError(fails.pop())
    time.sleep(0.02)
    return [random.Random(part).random() for _ in range(20_000)]


@makespan.task(after="fetch")
def clean(numbers):
    makespan.log("%d numbers" % len(numbers))
    return [n for n in numbers if n > 0.1]


with makespan.run("etl", params={"parts": 3}) as run:
    kept = []
    for part in range(3):
        with run.task("part", params={"part": part}) as task:
            numbers = fetch(part, ["mirror is down"] if part == 1 else [])
            kept += clean(numbers)
            task.metric("rows", len(numbers))
    with run.task("sort", after="part") as task:
        kept.sort()
        task.progress(0.5, "sorted")
        task.artifact("median", value=kept[len(kept) // 2])
    if not kept:
        run.alert("nothing was kept", severity="critical")
    run.create("notify", after="sort").skip("nobody asked for it")

print(run.file)
