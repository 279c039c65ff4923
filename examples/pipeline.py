#!/usr/bin/env python3
"""A small data pipeline that records itself as a run that Makespan opens.

    python3 examples/pipeline.py -o run.jsonl                # a run that goes well, after one retry
    python3 examples/pipeline.py -o slow.jsonl --grams 5     # the same with a slower step, to compare with
    python3 examples/pipeline.py -o failed.jsonl --break     # a task that fails each time; what needs it is not run

It makes a text index of this project's own sources: it splits them into shards, cleans, counts and sorts each, merges
what the shards give, scores the words and writes a report. The work is real, on four processes; only two faults are
put in by hand, and both are what happens to pipelines: the first copy of one shard arrives cut short (a second try
mends it), and with --break one shard holds a document without a single word, which the scoring divides by.

How it records itself is all in `Recorder`: one JSON object in one line for each thing that happens, appended to one
file by every process (docs/events.md describes the lines). Nothing but the standard library is needed for that.
"""

import argparse
import collections
import hashlib
import heapq
import json
import math
import multiprocessing
import os
import pathlib
import random
import re
import resource
import shutil
import sys
import tempfile
import threading
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait

PROJECT = pathlib.Path(__file__).resolve().parent.parent
WORKERS = 4
SHARDS = 6
TRIES = 2
BACKOFF_S = 0.4
SAMPLE_EVERY_S = 0.1
MEMORY = pathlib.Path("/proc/self/statm")
WORD = re.compile(r"[a-z][a-z_]+")


class Recorder:
    """Appends events to a file. Many processes may share it: each line is one write to a file opened for appending."""

    def __init__(self, path):
        self.file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)

    def write(self, event, **members):
        line = {"event": event, **{key: value for key, value in members.items() if value is not None}}
        os.write(self.file, (json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n").encode())


# --------------------------------------------------------------------------------------------- the steps of the work
#
# Each takes the folder the run works in, its own shard (or part), and the parameters, and answers what it read and
# wrote: files by name. `say` writes a line of the log.


def plan(work, _, params, say):
    """Deals the sources out to the shards, the largest first, so that the shards are of about one size."""
    folders = [PROJECT / "crates", PROJECT / "examples", PROJECT / "xtask", PROJECT / "tests"]
    files = [f for folder in folders for f in folder.rglob("*") if f.suffix in (".rs", ".py") and f.is_file()]
    weighed = sorted(((f.stat().st_size, f.relative_to(PROJECT).as_posix()) for f in files), reverse=True)
    shards = [(0, i, []) for i in range(SHARDS)]
    for size, name in weighed:
        total, i, names = heapq.heappop(shards)
        heapq.heappush(shards, (total + size, i, [*names, name]))
    say(f"{len(weighed)} files for {SHARDS} shards")
    (work / "plan.json").write_text(json.dumps({i: names for _, i, names in shards}))
    return [], ["plan.json"]


def fetch(work, shard, params, say):
    """Copies the documents of a shard, and some in which its words are drawn at random, and checks the copy."""
    names = json.loads((work / "plan.json").read_text())[str(shard)]
    texts = [(PROJECT / name).read_text(encoding="utf-8") for name in names]
    words = " ".join(texts).split()
    draw = random.Random(shard)
    texts += [" ".join(draw.choices(words, k=len(text) // 4)) for text in texts * params["copies"]]
    if params["break"] and shard == 4:
        texts.insert(len(texts) // 2, "1234 5678 90")
    whole = "\f".join(texts).encode()
    sent = whole
    if shard == 2 and params["try"] == 1:
        sent = whole[: len(whole) * 2 // 3]
    if hashlib.sha256(sent).digest() != hashlib.sha256(whole).digest():
        raise ConnectionError(f"shard {shard} ended after {len(sent):,} of {len(whole):,} bytes")
    (work / f"raw-{shard}").write_bytes(sent)
    say(f"{len(texts)} documents, {len(sent):,} bytes")
    return ["plan.json"], [f"raw-{shard}"]


def clean(work, shard, params, say):
    """Documents to words, one document a line."""
    documents = (work / f"raw-{shard}").read_text(encoding="utf-8").split("\f")
    lines = [" ".join(WORD.findall(document.lower())) for document in documents]
    (work / f"words-{shard}").write_text("\n".join(lines))
    say(f"{sum(line.count(' ') + 1 for line in lines):,} words")
    return [f"raw-{shard}"], [f"words-{shard}"]


def count(work, shard, params, say):
    """In how many documents of the shard each word stands."""
    found = collections.Counter()
    for line in (work / f"words-{shard}").read_text().split("\n"):
        found.update(set(line.split()))
    (work / f"count-{shard}").write_text(json.dumps(found))
    return [f"words-{shard}"], [f"count-{shard}"]


def grams(work, shard, params, say):
    """How often runs of 2 to --grams words stand in the shard."""
    found = collections.Counter()
    lines = (work / f"words-{shard}").read_text().split("\n")
    for size in range(2, params["grams"] + 1):
        for line in lines:
            words = line.split()
            found.update(zip(*(words[i:] for i in range(size))))
        say(f"{len(found):,} different runs of up to {size} words")
    (work / f"grams-{shard}").write_text(json.dumps([[" ".join(g), n] for g, n in found.most_common(2000)]))
    return [f"words-{shard}"], [f"grams-{shard}"]


def sort(work, shard, params, say):
    """Where each word stands, in the order of the words."""
    places = []
    for number, line in enumerate((work / f"words-{shard}").read_text().split("\n")):
        places += [f"{word} {shard} {number} {at}" for at, word in enumerate(line.split())]
    places.sort()
    (work / f"sorted-{shard}").write_text("\n".join(places))
    return [f"words-{shard}"], [f"sorted-{shard}"]


def merge(work, names, params, say):
    """Two sorted files to one."""
    one, two, out = names
    with open(work / one, encoding="utf-8") as a, open(work / two, encoding="utf-8") as b:
        lines = heapq.merge((line.rstrip("\n") for line in a), (line.rstrip("\n") for line in b))
        (work / out).write_text("\n".join(lines))
    return [one, two], [out]


def index(work, name, params, say):
    """The sorted places as one line for each word, the distance from each place to the next."""
    entries, last, before = {}, "", 0
    for line in (work / name).read_text().split("\n"):
        word, shard, number, at = line.split(" ")
        place = (int(shard) << 40) + (int(number) << 20) + int(at)
        before = before if word == last else 0
        entries.setdefault(word, []).append(place - before)
        last, before = word, place
    (work / "index.json").write_text(json.dumps(entries, separators=(",", ":")))
    say(f"{len(entries):,} words")
    return [name], ["index.json"]


def vocabulary(work, _, params, say):
    """The counts of all shards in one."""
    total, names = collections.Counter(), [f"count-{shard}" for shard in range(SHARDS)]
    for name in names:
        total.update(json.loads((work / name).read_text()))
    (work / "vocabulary.json").write_text(json.dumps(total))
    say(f"{len(total):,} different words")
    return names, ["vocabulary.json"]


def phrases(work, _, params, say):
    """The runs of words that stand in several shards."""
    total, names = collections.Counter(), [f"grams-{shard}" for shard in range(SHARDS)]
    for name in names:
        total.update(dict(json.loads((work / name).read_text())))
    (work / "phrases.json").write_text(json.dumps(total.most_common(500)))
    return names, ["phrases.json"]


def score(work, shard, params, say):
    """The words that tell each document from the others, by their frequency here and in all documents."""
    spread = json.loads((work / "vocabulary.json").read_text())
    best = []
    for number, line in enumerate((work / f"words-{shard}").read_text().split("\n")):
        words = line.split()
        length = len(words)
        mean = sum(map(len, words)) / length
        weights = {w: n / length * math.log(1e4 / spread[w]) for w, n in collections.Counter(words).items()}
        norm = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        best.append([number, mean, heapq.nlargest(5, ((weight / norm, w) for w, weight in weights.items()))])
    (work / f"score-{shard}").write_text(json.dumps(best))
    return [f"words-{shard}", "vocabulary.json"], [f"score-{shard}"]


def rank(work, _, params, say):
    """The documents that stand out most, over all shards."""
    names, best = [f"score-{shard}" for shard in range(SHARDS)], []
    for shard, name in enumerate(names):
        scored = json.loads((work / name).read_text())
        best += [(top[0][0], shard, number, top[0][1]) for number, _, top in scored if top]
    (work / "rank.json").write_text(json.dumps(heapq.nlargest(100, best)))
    return names, ["rank.json"]


def report(work, _, params, say):
    """One page of text."""
    ranked = json.loads((work / "rank.json").read_text())
    common = json.loads((work / "phrases.json").read_text())
    entries = json.loads((work / "index.json").read_text())
    lines = [f"{len(entries):,} words in the index", "", "The words that stand out:"]
    lines += [f"  {weight:.3f}  {word}" for weight, _, _, word in ranked[:20]]
    lines += ["", "What is said most:"] + [f"  {n:>6}  {text}" for text, n in common[:20]]
    (work / "report.txt").write_text("\n".join(lines) + "\n")
    say(lines[0])
    return ["index.json", "rank.json", "phrases.json"], ["report.txt"]


def publish(work, _, params, say):
    """Packs the results."""
    names = ["index.json", "phrases.json", "rank.json", "report.txt"]
    folder = work / "site"
    folder.mkdir(exist_ok=True)
    for name in names:
        shutil.copy(work / name, folder / name)
    shutil.make_archive(str(folder), "gztar", folder)
    return names, ["site.tar.gz"]


# -------------------------------------------------------------------------------------------------------- the workflow


class Task:
    """One piece of work: a step, what it is about, and the tasks that must be done before."""

    def __init__(self, name, step, about=None, after=()):
        self.name, self.step, self.about, self.after = name, step, about, list(after)
        self.tries = 0
        self.state = "waiting"


def workflow():
    tasks = [Task("plan", plan)]
    for shard in range(SHARDS):
        tasks.append(Task(f"fetch-{shard}", fetch, shard, ["plan"]))
    for shard in range(SHARDS):
        tasks.append(Task(f"clean-{shard}", clean, shard, [f"fetch-{shard}"]))
        for step in (count, sort, grams):
            tasks.append(Task(f"{step.__name__}-{shard}", step, shard, [f"clean-{shard}"]))
        tasks.append(Task(f"score-{shard}", score, shard, [f"clean-{shard}", "vocabulary"]))
    tasks.append(Task("vocabulary", vocabulary, None, [f"count-{shard}" for shard in range(SHARDS)]))
    # Sorted files are merged two by two until one is left.
    files, level = [(f"sorted-{shard}", f"sort-{shard}") for shard in range(SHARDS)], 1
    while len(files) > 1:
        merged = []
        for i in range(0, len(files) - 1, 2):
            (one, first), (two, second) = files[i], files[i + 1]
            name = f"merge-{level}-{i // 2}"
            tasks.append(Task(name, merge, (one, two, f"{name}.txt"), [first, second]))
            merged.append((f"{name}.txt", name))
        files, level = merged + files[len(files) - len(files) % 2:], level + 1
    tasks.append(Task("index", index, files[0][0], [files[0][1]]))
    tasks.append(Task("phrases", phrases, None, [f"grams-{shard}" for shard in range(SHARDS)]))
    tasks.append(Task("rank", rank, None, [f"score-{shard}" for shard in range(SHARDS)]))
    tasks.append(Task("report", report, None, ["index", "phrases", "rank"]))
    tasks.append(Task("publish", publish, None, ["report"]))
    return {task.name: task for task in tasks}


# ---------------------------------------------------------------------------------------------------- in a pool process

recorder = None
worker = ""


def enter(path, numbers):
    """Runs once in each process of the pool."""
    global recorder, worker
    recorder, worker = Recorder(path), f"worker-{numbers.get()}"


def watch_memory(task, number, done):
    """Samples how much memory this process holds until the try is done; only where the system tells it in a file."""
    while MEMORY.exists():
        pages = int(MEMORY.read_text().split()[1])
        held = round(pages * resource.getpagesize() / 1e6, 1)
        recorder.write("sample", task=task, **{"try": number}, name="memory", value=held, unit="MB", t=time.time_ns())
        if done.wait(SAMPLE_EVERY_S):
            return


def attempt(task, step, about, work, params):
    """One try of a task, in a process of the pool; answers whether it went well."""
    number, done = params["try"], threading.Event()
    began = resource.getrusage(resource.RUSAGE_SELF)
    recorder.write("start", task=task, **{"try": number}, t=time.time_ns(), worker=worker)
    watcher = threading.Thread(target=watch_memory, args=(task, number, done))
    watcher.start()

    def say(text, level="info"):
        recorder.write("log", task=task, **{"try": number}, t=time.time_ns(), level=level, text=text)

    error, read, wrote = None, [], []
    try:
        read, wrote = step(work, about, params, say)
    except Exception as cause:  # whatever a step raises is its result
        # Paths of this machine say nothing to whoever reads the run.
        trace = traceback.format_exc().replace(f"{PROJECT}{os.sep}", "")
        error = {"message": str(cause), "kind": type(cause).__name__, "trace": trace}
        say(f"{type(cause).__name__}: {cause}", "error")
    ended = time.time_ns()
    done.set()
    watcher.join()
    recorder.write("end", task=task, **{"try": number}, t=ended, error=error)

    def sample(name, value, unit):
        recorder.write("sample", task=task, **{"try": number}, name=name, value=value, unit=unit, t=ended)

    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - began.ru_utime - began.ru_stime
    sample("cpu_time", round(cpu, 4), "s")
    for direction, names, name in (("input", read, "bytes_read"), ("output", wrote, "bytes_written")):
        sizes = [(work / file).stat().st_size for file in names]
        for file, size in zip(names, sizes):
            recorder.write("artifact", task=task, name=file, direction=direction, size=size)
        if sizes:
            sample(name, sum(sizes), "By")
    return error is None


# -------------------------------------------------------------------------------------------------- in the main process


class Scheduler:
    """Gives tasks to the pool as they become ready, tries again what failed, and leaves out what cannot be run."""

    def __init__(self, pool, recorder, tasks, work, params):
        self.pool, self.recorder, self.tasks, self.work, self.params = pool, recorder, tasks, work, params
        self.running = {}
        self.later = []

    def run(self):
        self.submit_ready()
        while self.running or self.later:
            due = self.later[0][0] - time.monotonic() if self.later else None
            pause = None if due is None else max(due, 0)
            if self.running:
                done, _ = wait(self.running, timeout=pause, return_when=FIRST_COMPLETED)
            else:
                time.sleep(pause)
                done = ()
            for future in done:
                self.settle(self.running.pop(future), future.result())
            while self.later and self.later[0][0] <= time.monotonic():
                self.submit(self.tasks[heapq.heappop(self.later)[1]])
            self.submit_ready()

    def submit_ready(self):
        for task in self.tasks.values():
            if task.state == "waiting" and all(self.tasks[name].state == "done" for name in task.after):
                self.submit(task)

    def submit(self, task):
        task.state, task.tries = "given", task.tries + 1
        self.recorder.write("queue", task=task.name, **{"try": task.tries}, t=time.time_ns())
        params = {**self.params, "try": task.tries}
        self.running[self.pool.submit(attempt, task.name, task.step, task.about, self.work, params)] = task

    def settle(self, task, went_well):
        if went_well:
            task.state = "done"
        elif task.tries < TRIES:
            pause = BACKOFF_S * 2 ** (task.tries - 1)
            self.recorder.write("alert", task=task.name, t=time.time_ns(), severity="warning",
                                text=f"{task.name} failed; another try follows in {pause:g} s")
            task.state = "later"
            heapq.heappush(self.later, (time.monotonic() + pause, task.name))
        else:
            task.state = "failed"
            self.recorder.write("alert", task=task.name, t=time.time_ns(), severity="critical",
                                text=f"{task.name} failed {task.tries} times")
            self.leave_out(task)

    def leave_out(self, failed):
        """What needs the failed task, at first or second hand, is not run."""
        lost = {failed.name}
        while True:
            more = [t for t in self.tasks.values() if t.name not in lost and lost.intersection(t.after)]
            if not more:
                return
            for task in more:
                lost.add(task.name)
                task.state = "left out"
                self.recorder.write("task", task=task.name, status="upstream-failed")


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("-o", "--out", required=True, help="where the events go")
    options.add_argument("--grams", type=int, default=3, help="the longest runs of words that are counted (3)")
    options.add_argument("--copies", type=int, default=3, help="how many random documents are made of each (3)")
    options.add_argument("--break", action="store_true", help="hide a document without words in a shard")
    options.add_argument("--name", default="Text index", help="the name of the run")
    given = vars(options.parse_args())
    out, params = given["out"], {key: given[key] for key in ("grams", "copies", "break")}

    pathlib.Path(out).unlink(missing_ok=True)
    recorder, tasks, started = Recorder(out), workflow(), time.time_ns()
    about = {"run": f"text-index-{started}", "name": given["name"]}
    recorder.write("run", makespan=1, **about, workflow="text index", source="examples/pipeline.py", status="running",
                   started=started, params=params, labels={"workers": str(WORKERS), "shards": str(SHARDS)})
    for task in tasks.values():
        shard = {"shard": task.about} if isinstance(task.about, int) else {}
        more = {"grams": {"longest": params["grams"]}, "fetch": {"copies": params["copies"]}}
        recorder.write("task", task=task.name, step=task.step.__name__, kind="python", after=task.after or None,
                       params={**shard, **more.get(task.step.__name__, {})} or None)

    with tempfile.TemporaryDirectory() as folder:
        numbers = multiprocessing.SimpleQueue()
        for number in range(1, WORKERS + 1):
            numbers.put(number)
        with ProcessPoolExecutor(WORKERS, initializer=enter, initargs=(out, numbers)) as pool:
            Scheduler(pool, recorder, tasks, pathlib.Path(folder), params).run()
            ended = time.time_ns()

    failed = [task.name for task in tasks.values() if task.state == "failed"]
    error = {"message": f"{', '.join(failed)} failed"} if failed else None
    recorder.write("run", **about, status="failed" if failed else "succeeded", ended=ended, error=error)
    print(f"{out}: {len(tasks)} tasks, {'failed: ' + ', '.join(failed) if failed else 'all went well'}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
