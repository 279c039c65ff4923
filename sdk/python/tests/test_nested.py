"""Programs that are started within a run, whatever starts them; what ends them; and where it all is found again."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import unittest

from .support import SDK, Recorded, needs_program, program, python

from makespan import _nested


class Children(Recorded):
    """Processes that this package is loaded in again."""

    def child(self, code, *words):
        """A program of its own that records a run into the file and starts others; its events."""
        script = self.folder / "script.py"
        script.write_text(code)
        environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKESPAN_")}
        environment.update(PYTHONPATH=str(SDK), MAKESPAN_BIN=program() or "")
        done = subprocess.run([sys.executable, str(script), str(self.file), *words], env=environment, timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual(done.stderr, b"")
        return done

    def test_a_program_that_is_started_becomes_a_task(self):
        inner = self.folder / "inner.py"
        inner.write_text("import makespan\n"
                         "with makespan.run('inner', labels={'a': 1}) as run:\n"
                         "    run.metric('rows', 3)\n"
                         "    with run.task('fetch'): pass\n"
                         "    with run.task('merge', after='fetch'): pass\n")
        self.child("import makespan, subprocess, sys\n"
                   "with makespan.run('outer', file=sys.argv[1], resources=False) as run:\n"
                   "    with run.task('fetch'):\n"
                   "        subprocess.run([sys.executable, sys.argv[2]], check=True)\n", str(inner))
        run = self.events("run")
        self.assertEqual({one["run"] for one in self.events()}, {run[0]["run"]})
        self.assertEqual([one.get("status") for one in run], [None, "succeeded"])
        group = self.one("task", name="inner")
        self.assertEqual((group["parent"], group["labels"]), ("fetch", {"a": 1}))
        self.assertEqual(self.one("end", task=group["task"])["status"], "succeeded")
        self.assertEqual(self.one("sample", name="rows")["task"], group["task"])
        merge, fetch = self.one("task", name="merge"), self.one("task", name="fetch")
        self.assertEqual((merge["parent"], merge["after"]), (group["task"], [fetch["task"]]))
        self.assertNotEqual(fetch["task"], "fetch")

    def test_processes_that_are_spawned_record_into_the_run(self):
        for way in ("spawn", "forkserver", "fork"):
            self.file.unlink(missing_ok=True)
            self.child("import makespan, multiprocessing, sys\n"
                       "@makespan.task\n"
                       "def work(n): return n * n\n"
                       "if __name__ == '__main__':\n"
                       "    with makespan.run('outer', file=sys.argv[1], resources=False) as run:\n"
                       "        with multiprocessing.get_context(sys.argv[2]).Pool(2) as pool:\n"
                       "            assert pool.map(work, range(4)) == [0, 1, 4, 9]\n", way)
            tasks = self.events("task", step="work")
            self.assertEqual(len({one["task"] for one in tasks}), 4, way)
            ends = self.events("end")
            self.assertEqual([one["status"] for one in ends], ["succeeded"] * 4, way)
            self.assertTrue(all("@" in one["worker"] for one in self.events("start")), way)

    def test_a_terminated_run_is_cancelled(self):
        for way in ("spawn", "forkserver", "fork"):
            self.file.unlink(missing_ok=True)
            done = self.child("import makespan, multiprocessing, sys, time\n"
                              "@makespan.task\n"
                              "def work(started):\n"
                              "    started.set()\n"
                              "    time.sleep(60)\n"
                              "if __name__ == '__main__':\n"
                              "    context = multiprocessing.get_context(sys.argv[2])\n"
                              "    with makespan.run('outer', file=sys.argv[1], resources=False) as run:\n"
                              "        started = context.Event()\n"
                              "        process = context.Process(target=work, args=(started,))\n"
                              "        process.start(); started.wait(); process.terminate(); process.join()\n"
                              "        print(process.exitcode)\n", way)
            self.assertEqual(done.stdout, b"-15\n", way)
            end = self.one("end")
            self.assertEqual((end["status"], end["error"]["message"]), ("cancelled", "SIGTERM"), way)
            self.assertEqual(self.events("run")[-1]["status"], "succeeded", way)

    def test_a_program_that_is_terminated_dies_by_the_signal_and_its_run_was_cancelled(self):
        code = ("import makespan, os, signal, sys, time\n"
                "run = makespan.start('r', file=sys.argv[1], resources=False)\n"
                "with run.task('long'): os.kill(os.getpid(), signal.SIGTERM); time.sleep(60)\n")
        self.assertEqual(self.child(code).returncode, -signal.SIGTERM)
        self.assertEqual(self.events("run")[-1]["status"], "cancelled")
        self.assertEqual(self.one("end")["status"], "cancelled")

    def test_a_program_with_a_handler_of_its_own_keeps_it(self):
        code = ("import makespan, os, signal, sys\n"
                "signal.signal(signal.SIGTERM, lambda *_: print('own'))\n"
                "with makespan.run('r', file=sys.argv[1]): os.kill(os.getpid(), signal.SIGTERM)\n"
                "signal.signal(signal.SIGTERM, signal.SIG_DFL)\n"
                "with makespan.run('r', file=sys.argv[1]): assert signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL\n"
                "assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL\n"
                "with makespan.run('r', file=sys.argv[1], signals=False):\n"
                "    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL\n")
        done = self.child(code)
        self.assertEqual((done.returncode, done.stdout), (0, b"own\n"))

    def test_the_environment_is_as_before_when_the_run_is_over(self):
        before = dict(os.environ)
        with self.run_() as run:
            with run.task("a"):
                self.assertEqual(os.environ["MAKESPAN_TASK"], "a")
                # Another run of the same program is none within it.
                with self.run_("b", file=self.folder / "b.jsonl") as other:
                    self.assertEqual(os.environ["MAKESPAN_RUN"], other.id)
                self.assertEqual(os.environ["MAKESPAN_RUN"], run.id)
            self.assertNotIn("MAKESPAN_TASK", os.environ)
        self.assertEqual(dict(os.environ), before)
        with self.run_(environment=False):
            self.assertEqual(dict(os.environ), before)


class Places(unittest.TestCase):
    def test_the_inbox_of_a_store(self):
        self.assertEqual(_nested.inbox("sqlite:/a/runs.db"), "/a/runs.db.inbox")
        self.assertEqual(_nested.inbox("file:///a/b%20c"), "/a/b c.inbox")
        self.assertEqual(_nested.inbox("file:runs"), os.path.abspath("runs.inbox"))
        # As the program has it.
        self.assertEqual(os.path.basename(_nested.inbox("redis://host/1")), "inbox-ac26ac9c6652db12")
        for wrong in ("", "runs.db", "file://host/a", "sqlite:"):
            self.assertIsNone(_nested.inbox(wrong))


@needs_program
class Stores(Recorded):
    """What is recorded is in the store, with no import."""

    def makespan(self, *words, **environment):
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("MAKESPAN_", "XDG_"))}
        kept.update(HOME=str(self.folder), PYTHONPATH=str(SDK), **environment)
        done = subprocess.run([program(), *map(str, words)], env=kept, cwd=str(self.folder), timeout=60,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((done.returncode, done.stderr), (0, b""), done.stdout)
        return done.stdout.decode()

    def listed(self, **environment):
        return json.loads(self.makespan("list", "--json", **environment))["runs"]

    def test_a_run_is_listed(self):
        code = "import makespan\nwith makespan.run('etl'):\n    with makespan.current().task('fetch'): pass"
        for store in ("sqlite:kept/runs.db", "file:folder"):
            (self.folder / "kept").mkdir(exist_ok=True)
            self.assertEqual(python(code, env={"MAKESPAN_STORE": store}, cwd=str(self.folder)).returncode, 0)
            for _ in range(2):
                runs = self.listed(MAKESPAN_STORE=store)
                self.assertEqual([(run["name"], run["status"]) for run in runs], [("etl", "succeeded")])
        folder = {"MAKESPAN_DIR": str(self.folder / "runs")}
        self.assertEqual(python(code, env=folder).returncode, 0)
        self.assertEqual([run["name"] for run in self.listed(MAKESPAN_STORE="sqlite:x.db", **folder)], ["etl"])
        self.assertEqual(len(list((self.folder / "runs").iterdir())), 1)

    def test_a_program_under_makespan_run_is_a_part_of_its_run(self):
        store = {"MAKESPAN_STORE": "sqlite:runs.db"}
        code = ("import makespan, subprocess, sys\n"
                "@makespan.task\n"
                "def alone(): pass\n"
                "alone()\n"
                "with makespan.run('etl', resources=False) as run:\n"
                "    with run.task('fetch'): subprocess.run([sys.argv[1], 'run', '--name', 'shell', 'true'], check=True)\n")
        self.makespan("run", "--id", "r", "--", sys.executable, "-c", code, program(), **store)
        run, = self.listed(**store)
        self.assertEqual((run["run"], run["status"]), ("r", "succeeded"))
        tasks = {}
        for line in self.makespan("export", "r", **store).splitlines():
            event = json.loads(line)
            if event["event"] == "task":
                tasks[event.get("name", event["task"])] = event
        parents = {name: task.get("parent") for name, task in tasks.items()}
        outer = pathlib.Path(sys.executable).name
        self.assertEqual(parents, {outer: None, "alone": outer, "etl": outer, "fetch": tasks["etl"]["task"],
                                   "shell": tasks["fetch"]["task"]})

    def test_a_shell_within_a_python_run_is_a_part_of_it(self):
        code = ("import makespan, subprocess, sys\n"
                "with makespan.run('etl', file=sys.argv[2], resources=False) as run:\n"
                "    with run.task('fetch'):\n"
                "        subprocess.run([sys.argv[1], 'run', '--', 'sh', '-c', 'exit 3'])\n")
        done = python(code, args=(program(), self.file), cwd=str(self.folder))
        self.assertEqual(done.stderr, b"")
        task, = [one for one in self.events("task") if one.get("kind") == "command"]
        self.assertEqual((task["name"], task["parent"]), ("sh", "fetch"))
        self.assertEqual(self.events("attempt", task=task["task"])[-1]["error"]["message"], "exit status 3")
