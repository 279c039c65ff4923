"""What is easily booked as something else: pauses, names, ends of generators, words of failed programs, large values."""

import asyncio
import collections
import contextlib
import gc
import io
import subprocess
import sys
import threading
import time
import types
import unittest
from unittest import mock

from .support import Recorded, needs_program, program

import makespan
from makespan import _encode, _guard, _listen, _sink


class Pauses(Recorded):
    def tries(self):
        return [(e["event"], e.get("try"), e.get("status")) for e in self.events() if e["event"] not in ("run", "task")]

    def test_a_pause_between_attempts_is_not_queueing(self):
        left = [OSError("1"), OSError("2")]

        @makespan.task(tries=3, backoff=0.05, on=OSError)
        def flaky():
            if left:
                raise left.pop()

        async def soon():
            await makespan.task(asyncio.sleep)(0)

        with self.run_() as run:
            flaky()
            left += [OSError("3")]
            for attempt in run.task("block").attempts(tries=2, backoff=0.05):
                with attempt:
                    flaky.__wrapped__()
            step = run.create("step")
            step.start()
            time.sleep(step.retry("busy", backoff=0.05))
            step.start()
            step.complete()
            asyncio.run(soon())
        for name, tries in (("flaky", 3), ("block", 2), ("step", 2)):
            queued = {e["try"]: e["t"] for e in self.events("queue", task=name)}
            started = {e.get("try", 1): e["t"] for e in self.events("start", task=name)}
            ended = {e.get("try", 1): e["t"] for e in self.events("end", task=name)}
            waiting = [e["try"] for e in self.events("attempt", task=name, status="retrying")]
            self.assertEqual(waiting, list(range(2, tries + 1)))
            for number in waiting:
                self.assertGreaterEqual(queued[number] - ended[number - 1], 45_000_000)
                self.assertLess(started[number] - queued[number], 20_000_000)

    def test_without_a_pause_the_next_attempt_is_queued_at_once(self):
        with self.run_() as run:
            task = run.create("a")
            task.start()
            self.assertEqual(task.retry("busy"), 0.0)
            time.sleep(0.02)
            task.start()
            task.complete()
        self.assertEqual(self.tries(), [("start", None, None), ("end", None, "failed"), ("queue", 2, None),
                                        ("start", 2, None), ("end", 2, "succeeded")])


class Names(Recorded):
    def test_a_name_of_several_tasks_means_all_of_them(self):
        with self.run_() as run:
            for _ in range(3):
                with run.task("fetch"):
                    pass
            run.create("merge", after="fetch")
            run.create("fetch", after=["merge", "fetch"])
            run.create("later", after="fetch")
        self.assertEqual(self.one("task", task="merge")["after"], ["fetch", "fetch-2", "fetch-3"])
        # A chain of tasks of one name.
        self.assertEqual(self.one("task", task="fetch-4")["after"], ["merge", "fetch-3"])
        self.assertEqual(self.one("task", task="later")["after"], ["fetch", "fetch-2", "fetch-3", "fetch-4"])

    def test_too_many_dependencies_for_a_line_are_reported(self):
        with self.run_() as run:
            for _ in range(5000):
                run.create("fetch")
            run.create("merge", after="fetch")
        after = self.one("task", task="merge")["after"]
        self.assertEqual(after[-1], "fetch-5000")
        self.assertTrue(1000 < len(after) < 5000, len(after))
        self.assertIn("older tasks fetch", self.one("diagnostic")["text"])

    def test_calls_are_named_after_their_arguments(self):
        @makespan.task(name="fetch {url} ({retries})")
        def fetch(url, *others, retries=2, **more):
            return url

        @makespan.task(name="{missing} {0}")
        def odd(a):
            return a

        @makespan.task("plain")
        def plain():
            pass

        with self.run_() as run:
            self.assertEqual((fetch("a"), fetch(url="b", retries=3), odd(1)), ("a", "b", 1))
            plain()
            self.assertRaises(TypeError, fetch)
            run.create("merge", after=fetch)
        names = [e.get("name", e["task"]) for e in self.events("task")]
        self.assertEqual(names, ["fetch a (2)", "fetch b (3)", "{missing} {0}", "plain", "fetch {url} ({retries})", "merge"])
        self.assertEqual({e["step"] for e in self.events("task")}, {"fetch", "odd", "plain", "merge"})
        self.assertEqual(self.one("task", task="merge")["after"][:2], ["fetch a (2)", "fetch b (3)"])


class Ends(Recorded):
    def test_a_generator_that_is_returned_is_followed_to_its_end(self):
        @makespan.task
        def rows():
            time.sleep(0.01)

            def inner():
                for n in range(3):
                    makespan.metric("row", n)
                    time.sleep(0.01)
                    yield n
                return "end"
            return inner()

        @makespan.task
        def broken():
            return (1 // n for n in (1, 0))

        with self.run_():
            self.assertEqual(list(rows()), [0, 1, 2])
            self.assertRaises(ZeroDivisionError, list, broken())
            unused = rows()
            del unused
            gc.collect()
        start, end = self.one("start", task="rows"), self.one("end", task="rows")
        self.assertGreater(end["t"] - start["t"], 38_000_000)
        self.assertEqual({e["task"] for e in self.events("sample", name="row")}, {"rows"})
        self.assertEqual([e["status"] for e in self.events("end")], ["succeeded", "failed", "succeeded"])

    def test_the_captured_stderr_of_a_failed_program_is_recorded(self):
        code = [sys.executable, "-S", "-c", "import sys; print('x' * 9000, 'why', file=sys.stderr); sys.exit(3)"]
        with self.run_() as run:
            for how in ({"capture_output": True}, {"capture_output": True, "text": True}, {}):
                with contextlib.suppress(subprocess.CalledProcessError), run.task("a"):
                    subprocess.run(code, check=True, **how) if how else subprocess.check_output(code, stderr=subprocess.STDOUT)
        for end in self.events("end"):
            message = end["error"]["message"]
            self.assertTrue(message.endswith("x why") and len(message) < 3000 and "exit status 3" in message, message[:200])


class Blocks(Recorded):
    def test_a_task_of_the_current_run_is_a_block_too(self):
        again = makespan.task("again", labels={"a": 1})
        with self.run_() as run:
            with makespan.task("fetch") as outer:
                makespan.metric("rows", 3)
                with again as first, again as second:
                    self.assertIsNot(first, second)
            with self.assertRaises(KeyError), makespan.task(name="fails", after="fetch"):
                raise KeyError("x")
            with makespan.task(1, 2) if not _guard.DEBUG else makespan.task():
                pass

            async def wait():
                async with makespan.task("awaited"):
                    await asyncio.sleep(0)

            asyncio.run(wait())
        self.assertEqual(outer.id, "fetch")
        ends = [(e["task"], e["status"]) for e in self.events("end")]
        self.assertEqual([end for end in ends if end[0] in ("fetch", "fails", "awaited")],
                         [("fetch", "succeeded"), ("fails", "failed"), ("awaited", "succeeded")])
        self.assertEqual(len(ends), 6)

    def test_blocks_of_several_threads_are_tasks_of_their_own(self):
        block = makespan.task("work")
        both = threading.Barrier(2)

        def work():
            with block as task:
                both.wait(20)
                self.assertTrue(task.is_open)
                both.wait(20)

        with self.run_():
            threads = [threading.Thread(target=work) for _ in range(2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual([e["status"] for e in self.events("end")], ["succeeded", "succeeded"])

    def test_outside_a_run_a_block_records_nothing(self):
        with makespan.task("alone") as task:
            task.metric("rows", 1)


class Bounds(Recorded):
    def test_wrong_arguments_of_the_decorator_raise_nothing(self):
        with mock.patch.object(_guard, "DEBUG", False):
            before = sum(_guard.errors.values())
            for wrong in (lambda: makespan.task(1, 2, 3), lambda: makespan.task(5), lambda: makespan.task(nonsense=1),
                          lambda: makespan.task("a", "b"), lambda: makespan.task(tries="x", on=5, backoff=object())):
                self.assertEqual(wrong()(len)("abc"), 3)
            self.assertEqual(makespan.task(len, 1, 2)("abc"), 3)
            self.assertEqual(sum(_guard.errors.values()) - before, 5)
            makespan.LogHandler(level=object())
        with mock.patch.object(_guard, "DEBUG", True):
            self.assertRaises(TypeError, makespan.task, 1, 2)

    def test_large_values_are_looked_at_as_far_as_they_are_kept(self):
        large = dict.fromkeys(range(3_000_000))
        values = [large, large.keys(), large.items(), list(large), tuple(large), set(large), collections.deque(large),
                  collections.OrderedDict(large), collections.UserDict(), bytes(50_000_000), bytearray(50_000_000), [[large]],
                  collections.ChainMap(large), types.MappingProxyType(large)]
        values[8].data = large
        with self.run_() as run:
            task = run.create("a", params={"p": large}, labels=large)
            begun = time.process_time()
            for value in values:
                task.artifact("x", value=value)
                task.annotate(params=value)
                task.log(value)
                task.metric(value, 1)
                task.fail(value)
            self.assertLess(time.process_time() - begun, 1.0)
        self.assertEqual(self.events("diagnostic"), [])
        self.assertEqual(_encode.plain({"a": 1, "b": [1, (2,)]}), {"a": 1, "b": [1, [2]]})
        self.assertEqual(_guard.say({"a": 1}), "{'a': 1}")

    def test_each_listener_hears_all_runs(self):
        heard = []
        with mock.patch.object(_listen, "_all", []):
            makespan.listen(heard.append)
            makespan.listen(lambda event: 1 / 0)
            for name in ("a", "b"):
                with self.run_(name, file=self.folder / name):
                    makespan.metric("m", 1)
        self.assertEqual([e["event"] for e in heard], ["run", "sample", "run"] * 2)

    def test_an_unwritable_file_is_reported_once(self):
        said = io.StringIO()
        with mock.patch.object(_sink, "_complained", False), contextlib.redirect_stderr(said):
            for _ in range(3):
                with self.run_(file="/dev/null/x.jsonl") as run:
                    run.log("x")
        self.assertRegex(said.getvalue(), r"\Amakespan: nothing is recorded: /dev/null/x.jsonl: .+\n\Z")


@needs_program
class Seen(Recorded):
    def test_the_program_sees_backoff_and_no_queue(self):
        with self.run_() as run:
            task = run.create("a")
            task.start()
            time.sleep(task.retry("busy", backoff=0.1))
            task.start()
            task.complete()
        for expression, count in (("backoff>90ms", 1), ("backoff>2s", 0), ("queue>50ms", 0)):
            command = [program(), "query", str(self.file), expression, "--ids"]
            found = subprocess.run(command, stdout=subprocess.PIPE).stdout
            self.assertEqual(found.split().count(b"a"), count, (expression, found))
