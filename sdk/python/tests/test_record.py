"""Runs and tasks, told step by step and by `with`."""

import datetime
import logging
import os
import time
import unittest
from unittest import mock

import makespan
from makespan import _guard

from .support import Recorded, breaches, needs_program, python, summary


class Run(Recorded):
    def test_a_run_records_its_identity_and_outcome(self):
        with self.run_("etl", id="etl-7", workflow="nightly", labels={"team": "search"}, params={"date": "2026-01-04"}):
            pass
        first, last = self.events("run")
        self.assertEqual((first["run"], first["name"], first["workflow"], first["makespan"]), ("etl-7", "etl", "nightly", 1))
        self.assertEqual((first["labels"], first["params"]), ({"team": "search"}, {"date": "2026-01-04"}))
        self.assertEqual((last["run"], last["status"]), ("etl-7", "succeeded"))
        self.assertGreaterEqual(last["ended"], first["started"])

    def test_ids_are_made_up_and_files_named_after_them(self):
        runs = [makespan.run("a/b", folder=self.folder / "runs", resources=False) for _ in range(2)]
        for run in runs:
            run.end()
        self.assertNotEqual(runs[0].id, runs[1].id)
        self.assertEqual({os.path.dirname(run.file) for run in runs}, {str(self.folder / "runs")})

    def test_a_run_fails_with_its_block(self):
        with self.assertRaises(ZeroDivisionError):
            with self.run_():
                1 / 0
        last = self.events("run")[-1]
        self.assertEqual((last["status"], last["error"]["kind"]), ("failed", "ZeroDivisionError"))

    def test_a_run_fails_if_a_task_is_marked_as_failed(self):
        with self.run_() as run:
            run.create("a").fail("no")
        self.assertEqual(self.events("run")[-1]["status"], "failed")

    def test_interrupts_and_sys_exit_are_not_failures(self):
        for error, status in [(KeyboardInterrupt(), "cancelled"), (SystemExit(0), "succeeded"), (SystemExit(3), "failed")]:
            with self.subTest(error):
                file = self.folder / ("%s.jsonl" % status)
                with self.assertRaises(type(error)):
                    with self.run_(file=file) as run, run.task("a"):
                        raise error
                self.assertEqual(self.events("end", file=file)[0]["status"], status)

    def test_runs_share_a_file(self):
        with self.run_("a") as a, self.run_("b") as b:
            a.task("x").start()
            b.task("x").start()
        starts = self.events("start")
        self.assertEqual([start["run"] for start in starts], [a.id, b.id])

    def test_open_runs_end_with_the_program(self):
        done = python("import sys, makespan; makespan.start('a', file=sys.argv[1]); print(1)", args=[self.file])
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, b"1\n", b""))
        self.assertEqual(self.events("run")[-1]["status"], "succeeded")


    @mock.patch.object(_guard, "DEBUG", False)
    def test_an_invalid_argument_loses_no_run(self):
        with self.run_(every="often", limit="much", labels=5, params=object(), steps=7, redact=None, strict="") as run:
            with run.task("a", labels=[1], after=5, params="x"):
                pass
        self.assertEqual([event["event"] for event in self.events()], ["run", "task", "start", "end", "run"])


class Steps(Recorded):
    def test_a_task_from_its_plan_to_its_end(self):
        with self.run_(steps=["fetch", {"name": "align", "after": "fetch", "kind": "shell"}]) as run:
            fetch = run["fetch"]
            fetch.queue()
            fetch.start(worker="w1")
            fetch.progress(0.25, "a quarter")
            fetch.complete({"rows": 3})
            run["align"].skip("nothing to do")
        declared = self.events("task", task="align")
        self.assertEqual((declared[0]["after"], declared[0]["kind"]), (["fetch"], "shell"))
        self.assertEqual(declared[1]["status"], "skipped")
        kinds = [event["event"] for event in self.events(task="fetch")]
        self.assertEqual(kinds, ["task", "queue", "start", "progress", "log", "artifact", "end"])
        self.assertEqual(self.one("start", task="fetch")["worker"], "w1")
        self.assertEqual(self.one("artifact")["value"], {"rows": 3})
        self.assertEqual(self.one("end", task="fetch")["status"], "succeeded")

    def test_the_first_task_with_the_name_of_a_step_is_the_planned_one(self):
        with self.run_(steps=["fetch", {"name": "align", "after": "fetch", "step": "s"}, "sort"]) as run:
            with run.task("fetch"), run.task("align", after="other", labels={"a": 1}):
                pass
            with run.task("fetch"):
                pass
            run["sort"].start()
            run["sort"].complete()
            with run.task("sort"):
                pass
        self.assertEqual([event["task"] for event in self.events("start")], ["fetch", "align", "fetch-2", "sort", "sort-2"])
        again = self.events("task", task="align")[1]
        self.assertEqual((again["after"], again["labels"], again.get("step"), again["parent"]), (["other"], {"a": 1}, None, "fetch"))

    def test_each_try_is_an_attempt(self):
        with self.run_() as run:
            task = run.create("load")
            task.start()
            self.assertEqual(task.retry(OSError("busy"), backoff=0.5), 0.5)
            task.start()
            self.assertEqual(task.retry("busy", backoff=0.5), 1.0)
            task.start()
            task.complete()
        ends = self.events("end", task="load")
        self.assertEqual([(end.get("try", 1), end["status"]) for end in ends], [(1, "failed"), (2, "failed"), (3, "succeeded")])
        self.assertEqual(ends[0]["error"], {"message": "busy", "kind": "OSError"})
        self.assertEqual([queue["try"] for queue in self.events("queue")], [2, 3])
        self.assertEqual(self.events("run")[-1]["status"], "succeeded")

    def test_invalid_calls_are_ignored(self):
        with self.run_() as run:
            task = run.create("a")
            task.start()
            task.start()
            task.complete()
            task.fail("too late")
            task.cancel()
        self.assertEqual([event["event"] for event in self.events(task="a")], ["task", "start", "end"])

    def test_tasks_that_do_not_run_have_a_status(self):
        with self.run_() as run:
            for way in ("skip", "cached", "upstream_failed", "cancel"):
                getattr(run.create(way), way)("why")
            stopped = run.create("stopped")
            stopped.start()
            stopped.cancel()
        found = {event["task"]: event["status"] for event in self.events("task") if "status" in event}
        self.assertEqual(found, {"skip": "skipped", "cached": "cached", "upstream_failed": "upstream-failed",
                                 "cancel": "cancelled"})
        self.assertEqual(self.one("end", task="stopped")["status"], "cancelled")

    def test_a_pause_is_an_alert_that_is_resolved(self):
        with self.run_() as run, run.task("a") as task:
            with task.pause("quota"):
                time.sleep(0.02)
        alerts = self.events("alert", task="a")
        self.assertEqual([(a["text"], a.get("resolved")) for a in alerts], [("paused: quota", None), ("paused: quota", True)])
        self.assertGreaterEqual(self.one("sample", name="paused")["value"], 0.02)

    def test_given_times_are_used(self):
        moment = datetime.datetime(2026, 1, 5, 8, tzinfo=datetime.timezone.utc)
        with self.run_() as run:
            task = run.create("a")
            task.start(at=moment)
            task.complete(at=1767600004.5)
        self.assertEqual(self.one("start")["t"], 1767600000 * 10**9)
        self.assertEqual(self.one("end")["t"], 1767600004_500 * 10**6)

    def test_dependencies_are_tasks_names_or_ids(self):
        with self.run_() as run:
            a, b = run.create("load"), run.create("load")
            c = run.create("merge", after=[a, "load", "elsewhere"])
        self.assertEqual((a.id, b.id), ("load", "load-2"))
        self.assertEqual(self.one("task", task=c.id)["after"], ["load", "load-2", "elsewhere"])

    def test_a_loop_of_attempts(self):
        with self.run_() as run:
            for attempt in run.task("a").attempts(tries=3, backoff=0.001):
                with attempt:
                    if attempt.task.tries < 3:
                        raise OSError("busy")
            with self.assertRaises(OSError):
                for attempt in run.task("b").attempts(tries=2):
                    with attempt:
                        raise OSError("down")
        self.assertEqual([e["status"] for e in self.events("end", task="a")], ["failed", "failed", "succeeded"])
        self.assertEqual([e["status"] for e in self.events("end", task="b")], ["failed", "failed"])


class Told(Recorded):
    def test_metrics_artifacts_logs_and_alerts(self):
        with self.run_() as run, run.task("a") as task:
            task.metric("rows", 12)
            task.metric("speed", 1.5, "MB/s")
            task.artifact("out.csv", uri="s3://b/out.csv", size=10)
            task.artifact("options", value={"seed": 7}, direction="input")
            task.log("mirror is slow", level="warning")
            task.alert("disk is 95 % full", severity="critical")
            makespan.metric("depth", 3)
            run.metric("queue", 2)
        self.assertEqual([(e["name"], e["value"], e.get("unit"), e.get("task")) for e in self.events("sample")],
                         [("rows", 12, None, "a"), ("speed", 1.5, "MB/s", "a"), ("depth", 3, None, "a"), ("queue", 2, None, None)])
        self.assertEqual([(e["name"], e["direction"]) for e in self.events("artifact")], [("out.csv", "output"), ("options", "input")])
        self.assertEqual(self.one("log")["level"], "warning")
        self.assertEqual(self.one("alert")["severity"], "critical")

    def test_values_that_are_not_numbers_are_reported_once_and_not_zero(self):
        with self.run_() as run:
            for _ in range(3):
                run.metric("loss", float("nan"))
                run.metric("loss", float("inf"))
        self.assertEqual(self.events("sample"), [])
        self.assertEqual(len(self.events("diagnostic", code="not-collected")), 2)

    def test_lines_of_logging(self):
        logger = logging.getLogger("makespan-test")
        handler = makespan.LogHandler(logging.INFO)
        logger.addHandler(handler)
        logger.propagate = False
        self.addCleanup(logger.removeHandler, handler)
        with self.run_() as run, run.task("a"):
            logger.warning("%d rows are bad", 3)
            logger.debug("not this")
            logger.error("%d", "no number")
        self.assertEqual([(e["level"], e["text"], e["task"]) for e in self.events("log")],
                         [("warning", "3 rows are bad", "a"), ("error", "%d", "a")])

    def test_listeners_hear_and_harm_nothing(self):
        heard = []

        def listener(event):
            heard.append((event["event"], event.get("task")))
            makespan.log("of a listener")
            raise RuntimeError("a bad listener")

        with self.run_() as run:
            run.listen(listener)
            with run.task("a"):
                pass
        self.assertEqual(heard, [("task", "a"), ("start", "a"), ("end", "a"), ("run", None)])
        self.assertEqual(len(self.events("log")), 3, "the run is over when its end is heard")

    def test_redacted_values_are_never_written(self):
        def redact(name, value):
            if name == "password":
                raise ValueError
            return value.replace("hunter2", "***") if isinstance(value, str) else value

        with self.run_(redact=redact, params={"password": "hunter2", "user": "me"}) as run, run.task("a") as task:
            task.log("login with hunter2")
            task.artifact("x", uri="https://u:hunter2@h/", value={"k": 1})
            task.fail(ValueError("hunter2"))
        self.assertNotIn("hunter2", self.file.read_text())
        self.assertEqual(self.events("run")[0]["params"], {"user": "me"})
        self.assertEqual(self.one("end")["error"]["message"], "***")


class Opens(Recorded):
    def test_the_rules_of_the_schema_can_be_broken(self):
        self.assertTrue(list(breaches({"event": "sample", "name": "x"})))
        self.assertTrue(list(breaches({"event": "end", "task": "a", "status": "success"})))
        self.assertTrue(list(breaches({"event": "start", "task": "a", "t": "yesterday"})))
        self.assertFalse(list(breaches({"event": "start", "task": "a", "t": 1})))

    @needs_program
    def test_the_program_reads_the_run_as_intended(self):
        with self.run_("etl", id="r") as run:
            with run.task("fetch"):
                time.sleep(0.01)
            with self.assertRaises(ValueError):
                with run.task("align", after="fetch"):
                    raise ValueError("no")
            run.create("report", after="align").upstream_failed()
        found = summary(self.file)["runs"][0]
        self.assertEqual((found["id"], found["status"]), ("r", "failed"))
        self.assertEqual(found["tasks"], 3, found)


if __name__ == "__main__":
    unittest.main()
