"""Which task something belongs to: nested calls, threads, asyncio, generators, other processes."""

import asyncio
import concurrent.futures
import contextlib
import inspect
import multiprocessing
import os
import threading

import makespan

from .support import Recorded


@makespan.task
def inner(x):
    makespan.log("in inner")
    return x + 1


@makespan.task(name="outer task", step="outer", labels={"a": 1})
def outer(x):
    """Adds 2."""
    return inner(x) + 1


def work(ticket):
    run = makespan.join(ticket)
    inner(1)
    run.end()


class Context(Recorded):
    def parents(self):
        return {event["task"]: event.get("parent") for event in self.events("task")}

    def test_a_call_within_a_call_is_a_task_within_a_task(self):
        with self.run_():
            self.assertEqual(outer(1), 3)
        self.assertEqual(self.parents(), {"outer task": None, "inner": "outer task"})
        self.assertEqual(self.one("log")["task"], "inner")
        self.assertEqual(self.one("task", task="outer task")["step"], "outer")

    def test_a_decorated_function_behaves_as_before(self):
        self.assertEqual((outer.__name__, outer.__doc__), ("outer", "Adds 2."))
        self.assertEqual(outer(1), 3, "without a run")
        with self.assertRaises(TypeError):
            inner()

        @makespan.task
        async def coroutine():
            return 1

        @makespan.task
        def generator():
            yield 1

        @makespan.task
        async def async_generator():
            yield 1

        self.assertTrue(inspect.iscoroutinefunction(coroutine))
        self.assertTrue(inspect.isgeneratorfunction(generator))
        self.assertTrue(inspect.isasyncgenfunction(async_generator))

    def test_tries(self):
        calls = []

        @makespan.task(tries=3, backoff=makespan.Backoff(first=0.001), on=OSError)
        def flaky(fails, error=OSError):
            calls.append(1)
            if len(calls) <= fails:
                raise error("busy")
            return "done"

        # A Backoff brings its own number of tries.
        with self.run_():
            self.assertEqual(flaky(2), "done")
            calls.clear()
            with self.assertRaises(OSError):
                flaky(9)
            self.assertEqual(len(calls), 3)
            calls.clear()
            with self.assertRaises(KeyError):
                flaky(9, KeyError)
            self.assertEqual(len(calls), 1)
        self.assertEqual([e["status"] for e in self.events("end", task="flaky")], ["failed", "failed", "succeeded"])

    def test_asyncio_tasks_keep_their_own(self):
        @makespan.task
        async def fetch(name):
            makespan.log(name)
            await asyncio.sleep(0.01)
            makespan.log(name)
            inner(1)

        @makespan.task(tries=2)
        async def flaky(failed=[]):
            if not failed:
                failed.append(1)
                raise OSError("busy")

        async def main():
            with self.run_() as run, run.task("all"):
                await asyncio.gather(fetch("a"), fetch("b"))
                await flaky()
                cancelled = asyncio.ensure_future(fetch("c"))
                await asyncio.sleep(0)
                cancelled.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await cancelled

        asyncio.run(main())
        logs = {}
        for event in self.events("log"):
            logs.setdefault(event["task"], []).append(event["text"])
        self.assertEqual(logs["fetch"], ["a", "a"])
        self.assertEqual(logs["fetch-2"], ["b", "b"])
        self.assertEqual({self.parents()[t] for t in ("inner", "inner-2")}, {"fetch", "fetch-2"})
        self.assertEqual(self.one("end", task="fetch-3")["status"], "cancelled")
        self.assertEqual([e["status"] for e in self.events("end", task="flaky")], ["failed", "succeeded"])

    def test_a_generator_is_current_only_while_it_works(self):
        seen = []

        @makespan.task
        def numbers():
            makespan.log("first")
            got = yield 1
            makespan.log("second")
            yield got
            return 7

        with self.run_() as run, run.task("around"):
            steps = numbers()
            next(steps)
            makespan.log("between")
            self.assertEqual(steps.send(5), 5)
            with self.assertRaises(StopIteration) as stop:
                next(steps)
            seen.append(stop.exception.value)
            early = numbers()
            next(early)
            early.close()
            thrown = numbers()
            next(thrown)
            with self.assertRaises(KeyError):
                thrown.throw(KeyError("x"))
        self.assertEqual(seen, [7])
        logs = [(e["task"], e["text"]) for e in self.events("log")]
        self.assertEqual(logs[:3], [("numbers", "first"), ("around", "between"), ("numbers", "second")])
        ends = {e["task"]: e["status"] for e in self.events("end")}
        self.assertEqual(ends, {"numbers": "succeeded", "numbers-2": "succeeded", "numbers-3": "failed", "around": "succeeded"})

    def test_an_async_generator(self):
        @makespan.task
        async def numbers():
            for i in range(3):
                makespan.metric("i", i)
                yield i

        async def main():
            with self.run_():
                return [i async for i in numbers()]

        self.assertEqual(asyncio.run(main()), [0, 1, 2])
        self.assertEqual([e["task"] for e in self.events("sample")], ["numbers"] * 3)

    def test_bound_functions_keep_their_task_in_threads(self):
        with self.run_() as run, run.task("around"):
            with concurrent.futures.ThreadPoolExecutor(2) as pool:
                list(pool.map(makespan.bind(inner), [1, 2]))
            alone = threading.Thread(target=inner, args=(3,))
            alone.start()
            alone.join()
        parents = self.parents()
        self.assertEqual((parents["inner"], parents["inner-2"], parents["inner-3"]), ("around", "around", None))
        workers = {e["task"]: e["worker"] for e in self.events("start")}
        self.assertEqual(workers["around"], "main")
        self.assertNotEqual(workers["inner"], "main")

    def test_a_fork_records_and_ends_nothing_of_its_parent(self):
        with self.run_() as run:
            with run.task("around"):
                pid = os.fork()
                if pid == 0:
                    try:
                        inner(1)
                    finally:
                        run.end()
                        os._exit(0)
                os.waitpid(pid, 0)
        self.assertEqual(self.parents()["inner@%d" % pid], "around")
        self.assertEqual(len([e for e in self.events("run") if "ended" in e]), 1)
        self.assertEqual(len(self.events("end", task="around")), 1)

    def test_another_process_joins_by_ticket(self):
        with self.run_() as run, run.task("around"):
            process = multiprocessing.get_context("spawn").Process(target=work, args=(run.ticket(),))
            process.start()
            process.join()
            self.assertEqual(process.exitcode, 0)
        found = [t for t, parent in self.parents().items() if parent == "around"]
        self.assertEqual(len(found), 1)
        self.assertTrue(found[0].startswith("inner@"), found)
        times = [e["t"] for e in self.events() if "t" in e]
        self.assertEqual(times, sorted(times))

    def test_many_threads_lose_no_line(self):
        with self.run_() as run:
            def many(i):
                with run.task("t%d" % i) as task:
                    for j in range(200):
                        task.metric("m", j)

            threads = [threading.Thread(target=many, args=(i,)) for i in range(8)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        self.assertEqual(len(self.events("sample")), 1600)
        self.assertEqual(run.stats, {"written": 1600 + 8 * 3 + 2, "dropped_details": 0, "dropped_lifecycle": 0})
