"""Nothing that goes wrong while recording reaches the program: same output, same exit code (security rows T1 to T8).

Each fault is put into a program whose output is known; it runs once with the package and once with
`tests/untracked/makespan.py` in its place.
"""

import concurrent.futures
import json
import os
import pathlib
import random
import re
import resource
import signal
import subprocess
import sys
import time
import unittest
from unittest import mock

import makespan

from .support import SDK, Recorded, python

PROGRAM = """
import os, sys, signal, resource, threading, time, gc
FILE = sys.argv[1]
HOW = {}
BEFORE
import makespan
def work(n):
    print("work", n)
    print("on stderr", n, file=sys.stderr)
    return n * 2
@makespan.task(tries=2)
def decorated(n, failed=[]):
    if not failed:
        failed.append(1)
    return work(n)
with makespan.run("r", file=FILE, **HOW) as run:
    with run.task("a") as t:
        INSIDE
        print(work(1), decorated(2))
        t.metric("m", 1); t.progress(0.5, "half"); t.log("x"); t.alert("y"); t.artifact("z", value={"a": 1})
AFTER
print("end")
sys.exit(7)
"""

HOSTILE = """
class Hostile:
    def __init__(self, error): self.error = error
    def fail(self, *a, **k): raise self.error
    __repr__ = __str__ = __hash__ = __eq__ = __len__ = __iter__ = __index__ = __float__ = __bool__ = __fspath__ = fail
    __class__ = property(fail)
    def __getattribute__(self, name): raise object.__getattribute__(self, "error")
values = [Hostile(e("boo")) for e in (ValueError, SystemExit, BaseException, GeneratorExit, RecursionError, MemoryError)]
class Text(str):
    def __str__(self): raise ValueError
    encode = isascii = __len__ = __getitem__ = __format__ = __str__
values += [Text("sub"), "\\ud800", "\\x00", "x" * 10**6, b"\\xff", 10**5000, float("nan"), float("-inf"), 1j, object(), type,
           lambda: 0, {1: {2: {3: {}}}}, [[]] * 10**4, ...]
import itertools
values += [itertools.count(), itertools.repeat(("k", 1))]
loop = []; loop.append(loop); values.append(loop)
values.append({Hostile.__new__: 1, "k": loop})
"""

EACH = """
        for v in values:
            t.log(v); t.log("x", level=v); t.alert(v, severity=v, resolved=v); t.metric(v, v, v); t.metric("n", v)
            t.artifact(v, uri=v, size=v, value=v, direction=v); t.progress(v, v); t.annotate(v, v); t.pause(v).resume()
            run.create(v, step=v, after=v, kind=v, labels=v, params=v, parent=v, id=v).start(at=v, worker=v)
            run.create("f").fail(v); run.create("s").skip(v); run.create("c").cancel(v); run.create("x").complete(v)
            makespan.run(v, workflow=v, labels=v, params=v, steps=v, every=v, limit=v, redact=v, file=FILE + "2").end(v, status=v)
            makespan.current(); makespan.join(v); run.listen(v)
"""

#: Name of a fault: what is put BEFORE, INSIDE and AFTER; `file` in place of a good file.
FAULTS = {
    "nothing": {},
    "folder under a file": {"unwritable": True, "file": "/dev/null/x/run.jsonl"},
    "folder of the kernel": {"unwritable": True, "file": "/proc/nowhere/run.jsonl"},
    "full disk": {"unwritable": True, "file": "/dev/full"},
    "a folder as the file": {"unwritable": True, "file": "/tmp"},
    "no such encoding": {"unwritable": True, "before": "FILE = '\\udcff\\ud800/x.jsonl'"},
    "a zero in the path": {"unwritable": True, "before": "FILE = 'a\\0b'"},
    "a path too long": {"unwritable": True, "before": "FILE = FILE + 'x' * 5000"},
    "a path that is no path": {"before": "FILE = object()"},
    "a pipe that nobody reads": {"unwritable": True, "before": "os.mkfifo(FILE)"},
    "a pipe, and SIGPIPE kills": {"before": "os.mkfifo(FILE); signal.signal(signal.SIGPIPE, signal.SIG_DFL)"},
    "file limit": {"before": "resource.setrlimit(resource.RLIMIT_FSIZE, (700, 700))"},
    "no descriptors left": {"unwritable": True, "before": "resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))", "same_import": True},
    "descriptors closed": {"inside": "os.closerange(3, 100)"},
    "descriptors closed and taken": {
        "inside": "os.closerange(3, 100); other = os.open(FILE + '.other', os.O_CREAT | os.O_RDWR)",
        "after": "print(os.fstat(other).st_size)"},
    "standard streams closed": {"inside": "os.close(0)"},
    "file deleted": {"inside": "os.path.exists(FILE) and os.unlink(FILE)"},
    "hostile values": {"before": HOSTILE, "inside": EACH.strip()},
    "wrong arguments": {
        "inside": "t.metric(); t.log(1, 2, 3, 4); run.task(); run.task('x', nonsense=1); makespan.run(nonsense=1).end(); "
                  "makespan.metric(); run.listen(); makespan.join(None); run.create('x', after=5); t.progress(); t.pause(1, 2, 3).resume(); run[5].start()"},
    "a listener that raises": {"inside": "run.listen(lambda e: 1 / 0); run.listen(lambda e: sys.exit(3)); run.listen(5)"},
    "a listener that records": {"inside": "run.listen(lambda e: (t.log('again'), makespan.metric('m', 1)))"},
    "a redaction that raises": {"before": "def redact(n, v): raise SystemExit(4)\nHOW = dict(redact=redact)"},
    "text that records": {
        "before": "class Deep:\n    def __str__(self): makespan.log(self); return 'deep'", "inside": "t.log(Deep())"},
    "garbage that records": {
        "before": "class Bin:\n    def __del__(self): makespan.metric('m', 1); makespan.log('bye')",
        "inside": "a = Bin(); a.a = a; del a; keep = Bin(); gc.collect()"},
    "deep recursion": {
        "inside": "exec('def down(n):\\n    t.log(n); t.metric(str(n), n); t.progress(n)\\n    n and down(n - 1)\\n"
                  "def deep(n):\\n    return deep(n - 1) if n else down(5)\\n"
                  "for depth in range(880, 980):\\n    deep(depth)', {'t': t})", "before": "sys.setrecursionlimit(1000)"},
    "after the end": {"after": "run.end(); t.log('x'); t.metric('m', 1); run.task('b').start(); decorated(4); t.complete()\n"
                               "with run.task('late') as late: late.log('x')\nmakespan.finish(); run.cancel('y')"},
    "at exit": {"before": "import atexit; atexit.register(lambda: (makespan.log('x'), t.metric('m', 1), print('exit')))"},
    "at exit, a run": {"after": "import atexit; atexit.register(lambda: makespan.start('late', file=FILE).log('x'))"},
    "a fork that leaves": {
        "inside": "sys.stdout.flush(); sys.stderr.flush(); pid = os.fork()\n"
                  "        if pid == 0: t.log('child'); sys.exit(3)\n"
                  "        print(os.waitpid(pid, 0)[1])"},
    "a fork while threads record": {
        "inside": "stop = []\n"
                  "        threads = [threading.Thread(target=lambda: [t.metric('m', 1) for _ in iter(lambda: len(stop), 1)]) for _ in range(3)]\n"
                  "        [x.start() for x in threads]\n"
                  "        for _ in range(20):\n"
                  "            pid = os.fork()\n"
                  "            if pid == 0: t.log('child'); run.task('c').start(); os._exit(0)\n"
                  "            os.waitpid(pid, 0)\n"
                  "        stop.append(1); [x.join() for x in threads]"},
    "threads at the end": {
        "inside": "threading.Thread(target=lambda: [t.metric('m', 1) for _ in iter(int, 1)], daemon=True).start()"},
    "signals": {
        "inside": "signal.signal(signal.SIGALRM, lambda *a: (t.log('tick'), run.task('s').start())); "
                  "signal.setitimer(signal.ITIMER_REAL, 0.005, 0.005)\n"
                  "        for i in range(10000): t.metric('m', i)\n"
                  "        signal.setitimer(signal.ITIMER_REAL, 0)"},
    "a signal that exits": {
        "before": "signal.signal(signal.SIGALRM, lambda *a: sys.exit(5))",
        "inside": "signal.setitimer(signal.ITIMER_REAL, 0.05)\n"
                  "        begin = time.monotonic()\n"
                  "        while time.monotonic() < begin + 5: t.metric('m', 1); t.log(Exception('text'))"},
    "a timeout by a signal": {
        "before": "def late(*a): raise TimeoutError('late')\nsignal.signal(signal.SIGALRM, late)",
        "inside": "\n        for _ in range(20):\n            try:\n"
                  "                signal.setitimer(signal.ITIMER_REAL, 0.01)\n"
                  "                begin = time.monotonic()\n"
                  "                while time.monotonic() < begin + 5: t.metric('m', 1); t.log(Exception('text'))\n"
                  "                print('never')\n"
                  "            except TimeoutError as error: print(error)"},
    "an interrupt": {
        "before": "sys.excepthook = lambda kind, *a: print(kind.__name__)",
        "inside": "signal.setitimer(signal.ITIMER_REAL, 0.05); signal.signal(signal.SIGALRM, signal.default_int_handler)\n"
                  "        begin = time.monotonic()\n"
                  "        while time.monotonic() < begin + 5: t.metric('m', 1); t.log(Exception('text'))"},
    "an exception": {"inside": "raise KeyError('of the program')"},
    "an exit in a task": {"inside": "sys.exit('told on stderr')"},
    "exit without clean-up": {"inside": "sys.stdout.flush(); os._exit(9)"},
    "abort": {"inside": "sys.stdout.flush(); os.abort()"},
    "warnings are errors": {"before": "import warnings; warnings.simplefilter('error')"},
    "folder changed": {"before": "FILE = os.path.relpath(FILE)", "inside": "os.chdir('/')"},
    "clock set back": {"inside": "time.time_ns = lambda: 0; time.time = lambda: -1e9"},
    "no memory": {"before": "import json\n", "inside": "json.encoder.encode_basestring = None; t.log('x')"},
    "disabled": {"before": "os.environ['MAKESPAN_DISABLED'] = '1'"},
}


class Matrix(Recorded):
    def run_program(self, path, name, fault):
        """What a program with a fault prints and answers, with the package that lies in `path`."""
        code = PROGRAM.replace("BEFORE", fault.get("before", "")).replace("INSIDE", fault.get("inside", "pass"))
        code = code.replace("AFTER", fault.get("after", ""))
        if fault.get("same_import"):
            code = code.replace("HOW = {}", "HOW = {}; import makespan")
        folder = pathlib.Path(self.folder) / (name.replace(" ", "-") + "-" + pathlib.Path(path).name)
        folder.mkdir()
        file = fault.get("file") or str(folder / "run.jsonl")
        # -S: without the packages that happen to be installed, it starts sooner.
        done = subprocess.run([sys.executable, "-S", "-c", code, file], cwd=str(folder), stdout=subprocess.PIPE, timeout=60,
                              stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(path), "MAKESPAN_DEBUG": ""})
        # Said once where nothing can be written, and nothing else is.
        complaints, words = re.subn(r"^makespan: nothing is recorded: .*\n", "", done.stderr.decode(), flags=re.M)
        self.assertLessEqual(words, 1)
        self.assertEqual(words, int(path == SDK and "unwritable" in fault), name)
        # From Python 3.12 on forks of programs with threads are warned of, with their number.
        complaints = re.sub(r"pid=\d+", "pid=N", complaints)
        return (done.returncode, done.stdout.decode(), complaints), pathlib.Path(file)

    def test_the_program_does_not_notice(self):
        self.assertGreater(len(FAULTS), 25)

        def both(name):
            return [self.run_program(path, name, FAULTS[name]) for path in (SDK / "tests/untracked", SDK)]

        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            done = dict(zip(FAULTS, pool.map(both, FAULTS)))
        for name, ((expected, _), (found, file)) in done.items():
            with self.subTest(name):
                self.assertEqual(found, expected)
                if file.is_file():
                    for line in file.read_bytes().split(b"\n")[:-1]:
                        if line:
                            json.loads(line)

    def test_the_program_without_faults_is_recorded(self):
        (code, _, _), file = self.run_program(SDK, "nothing", {})
        self.assertEqual(code, 7)
        self.assertEqual([e["task"] for e in self.events("end", file=file)], ["decorated", "a"])


class Lost(Recorded):
    def test_recorded_events_survive_a_kill(self):
        code = ("import sys, makespan\nrun = makespan.start('r', file=sys.argv[1])\nt = run.task('a'); t.start()\n"
                "for i in range(10**9):\n    t.metric('i', i)\n    sys.stdout.write('%d\\n' % i); sys.stdout.flush()")
        for number in range(int(os.environ.get("MAKESPAN_KILLS", "8"))):
            file = self.folder / ("killed-%d.jsonl" % number)
            process = subprocess.Popen([sys.executable, "-c", code, str(file)], stdout=subprocess.PIPE,
                                       env={**os.environ, "PYTHONPATH": str(SDK)})
            process.stdout.readline()
            time.sleep(random.Random(number).random() * 0.05)
            process.send_signal(random.Random(number).choice([signal.SIGKILL, signal.SIGSEGV, signal.SIGABRT]))
            told = [0] + [int(line) for line in process.stdout.read().split(b"\n")[:-1]]
            process.wait()
            process.stdout.close()
            lines = file.read_bytes().split(b"\n")
            found = [json.loads(line) for line in lines[:-1]]
            values = [event["value"] for event in found if event.get("name") == "i"]
            self.assertEqual(values[: len(told)], list(range(len(told))))
            self.assertLessEqual(len(lines[-1]), 300, "at most one line is torn")

    def test_a_torn_line_affects_no_other(self):
        self.file.write_bytes(b'{"event":"log","te')
        with self.run_() as run:
            run.log("whole")
        lines = self.file.read_text().splitlines()
        self.assertEqual(lines[0], '{"event":"log","te')
        self.assertEqual([json.loads(line)["event"] for line in lines[1:]], ["run", "log", "run"])

    def test_a_full_disk_tears_one_line_and_the_gap_is_reported(self):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        with self.run_() as run:
            size = self.file.stat().st_size
            resource.setrlimit(resource.RLIMIT_FSIZE, (size + 1000, before[1]))
            try:
                for i in range(100):
                    run.log("line %d" % i)
            finally:
                resource.setrlimit(resource.RLIMIT_FSIZE, before)
            run.log("there is room again")
            stats = run.stats
        events, torn = [], 0
        for line in self.file.read_text().splitlines():
            try:
                events.append(json.loads(line))
            except ValueError:
                torn += 1
        gap = [event for event in events if event["event"] == "diagnostic"]
        self.assertEqual((torn, len(gap), gap[0]["code"]), (1, 1, "events-dropped"))
        self.assertEqual(gap[0]["count"], stats["dropped_details"])
        self.assertEqual(len([e for e in events if e["event"] == "log"]) + gap[0]["count"], 101)
        self.assertEqual([e["text"] for e in events if e["event"] == "log"][-1], "there is room again")

    def test_a_flood_is_counted_to_the_line_and_details_go_first(self):
        with self.run_(limit=100_000) as run:
            for i in range(4000):
                run.metric("m", i)
            details = run.stats
            run.alert("still told")
            for i in range(1000):
                run.alert("alert %d" % i)
            stats = run.stats
        self.assertEqual(stats["written"] + stats["dropped_details"] + stats["dropped_lifecycle"], 1 + 4000 + 1001)
        self.assertGreater(details["dropped_details"], 0)
        self.assertEqual(details["dropped_lifecycle"], 0)
        self.assertEqual(self.events("alert")[0]["text"], "still told")
        self.assertLess(self.file.stat().st_size, 101_500)
        gaps = self.events("diagnostic")
        # The end of the run is dropped too, and told of.
        self.assertEqual(sum(gap["count"] for gap in gaps), stats["dropped_details"] + stats["dropped_lifecycle"] + 1)

    def test_strict_waits_for_the_disk(self):
        with mock.patch("os.fsync") as fsync:
            with self.run_(strict=True) as run:
                run.metric("m", 1)
                run.task("a").start()
        self.assertEqual(fsync.call_count, 4)


class Bounds(Recorded):
    def test_no_line_is_too_long(self):
        big = {"k%d" % i: "x" * 1000 for i in range(5000)}
        with self.run_() as run:
            run.create("a", labels=big, params=big, after=["t%d" % i for i in range(30_000)])
            run.log("y" * 10**6)
        lines = self.file.read_bytes().splitlines()
        self.assertLessEqual(max(map(len, lines)), 65536)
        self.assertEqual(len(self.events()), 4)

    def test_arguments_and_environment_are_not_recorded(self):
        @makespan.task
        def login(password):
            return "token-" + password

        with mock.patch.dict(os.environ, {"SECRET": "hunter2"}):
            with self.run_(resources=True):
                login("hunter2")
        self.assertNotIn("hunter2", self.file.read_text())

    def test_no_thread_is_left_when_nothing_runs(self):
        done = python("import sys, threading, time, makespan\nr = makespan.start('r', file=sys.argv[1])\n"
                      "n = [threading.active_count()]\nwith r.task('a'): n.append(threading.active_count())\n"
                      "end = time.monotonic() + 10\n"
                      "while threading.active_count() > 1 and time.monotonic() < end: time.sleep(0.01)\n"
                      "n.append(threading.active_count()); print(n)", args=[self.file])
        self.assertEqual(done.stdout, b"[1, 2, 1]\n", done.stderr)

    def test_the_sampler_rests_while_the_program_forks(self):
        # From Python 3.12 on a fork of a program with threads is warned of.
        code = ("import os, sys, makespan\nr = makespan.start('r', file=sys.argv[1])\nwith r.task('a'):\n"
                "    os.register_at_fork(after_in_parent=lambda: print(len(os.listdir('/proc/self/task')), flush=True))\n"
                "    if os.fork() == 0: os._exit(0)\n    os.wait()")
        self.assertEqual(python(code, args=[self.file]).stdout, b"1\n")


class Clocks(Recorded):
    def test_setting_the_clock_changes_no_times(self):
        real = time.time_ns
        with self.run_() as run:
            for shift in (-3600, 3600):
                with run.task("a"):
                    with mock.patch("time.time_ns", lambda: real() + shift * 10**9):
                        time.sleep(0.02)
                        run.log("meanwhile")
        times = [event["t"] for event in self.events() if "t" in event]
        self.assertEqual(times, sorted(times))
        for name in ("a", "a-2"):
            start, end = self.one("start", task=name)["t"], self.one("end", task=name)["t"]
            self.assertTrue(20e6 <= end - start < 60e9, end - start)


if __name__ == "__main__":
    unittest.main()
