"""What tasks use of the machine: measured where it can be told, else said to be unknown, never 0."""

import subprocess
import sys
import threading
import time
import unittest
from unittest import mock

import makespan
from makespan import _process

from .support import Recorded

linux = unittest.skipUnless(_process.memory() is not None, "no /proc here")


def spin(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


class Resources(Recorded):
    def of(self, task):
        return {event["name"]: event["value"] for event in self.events("sample", task=task)}

    @linux
    def test_a_task_alone_in_its_process_gets_the_process_metrics(self):
        with self.run_(resources=True) as run:
            with run.task("a"):
                spin(0.1)
                block = bytearray(b"x" * 30_000_000)
                del block
            with run.task("idle"):
                time.sleep(0.05)
        busy, idle = self.of("a"), self.of("idle")
        self.assertGreaterEqual(busy["cpu_time"], 0.09)
        self.assertGreater(busy["cpu"], 3 * idle["cpu"])
        self.assertGreater(busy["memory"], 5_000_000)
        self.assertEqual(set(busy), {"cpu_time", "cpu", "memory", "memory_delta", "context_switches", "disk_read",
                                     "disk_written", "io_reads", "io_writes"})
        self.assertEqual(self.events("diagnostic"), [])

    @linux
    def test_the_peak_of_memory_is_seen_within_a_task(self):
        with self.run_(resources=True, every=0.01) as run:
            with run.task("a"):
                block = bytearray(b"x" * 60_000_000)
                time.sleep(0.2)
                del block
        found = self.of("a")
        self.assertGreater(found["memory"], 60_000_000)
        self.assertLess(found["memory_delta"], 40_000_000)

    @linux
    def test_a_peak_between_samples_comes_from_the_kernel(self):
        # Larger than what any other test had, or nobody could tell whose the mark is.
        size = _process.Usage().mark + 50_000_000
        with self.run_(resources=True, every=60) as run:
            with run.task("a"):
                block = bytearray(size)
                block[::4096] = b"x" * len(block[::4096])
                del block
            with run.task("b"):
                pass
        self.assertGreater(self.of("a")["memory"], size)
        self.assertLess(self.of("b")["memory"], size)

    @linux
    def test_the_memory_of_processes_below_counts(self):
        size = _process.Usage().mark + 50_000_000
        code = "b = bytearray(%d); b[::4096] = b'x' * len(b[::4096]); " % size
        python = [sys.executable, "-S", "-c"]
        with self.run_(resources=True, every=0.02) as run:
            with run.task("waited for"):
                subprocess.run([*python, code], check=True)
            with run.task("still there"):
                child = subprocess.Popen([*python, code + "print(flush=True); import time; time.sleep(60)"],
                                         stdout=subprocess.PIPE)
                child.stdout.readline()
            with run.task("seen from above"):
                pass
            child.kill()
            child.communicate()
            with run.task("gone"):
                pass
        for name in ("waited for", "still there", "seen from above"):
            self.assertGreater(self.of(name)["memory"], size, name)
        self.assertLess(self.of("gone")["memory"], size)

    @linux
    def test_the_process_is_sampled_while_tasks_run(self):
        with self.run_(resources=True, every=0.02) as run:
            with run.task("a"):
                time.sleep(0.4)
        names = [e["name"] for e in self.events("sample") if "task" not in e]
        self.assertGreaterEqual(names.count("memory"), 3)
        self.assertEqual(set(names), {"cpu", "memory", "threads"})

    @linux
    def test_tasks_that_share_a_process_get_thread_metrics(self):
        barrier = threading.Barrier(2)

        @makespan.task
        def work(seconds):
            barrier.wait()
            spin(seconds)
            barrier.wait()

        with self.run_(resources=True):
            threads = [threading.Thread(target=work, args=(s,)) for s in (0.01, 0.12)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        found = sorted(self.of(task)["thread_cpu_time"] for task in ("work", "work-2"))
        self.assertLess(found[0], 0.06)
        self.assertGreaterEqual(found[1], 0.11)
        self.assertNotIn("memory", self.of("work"))
        self.assertIn("several tasks ran in the process", self.events("diagnostic")[0]["text"])

    @linux
    def test_a_task_within_a_task_shares_nothing_with_others(self):
        with self.run_(resources=True) as run, run.task("around"):
            with run.task("inner"):
                spin(0.02)
        self.assertGreaterEqual(self.of("around")["cpu_time"], self.of("inner")["cpu_time"])
        self.assertEqual(self.events("diagnostic"), [])

    def test_unavailable_metrics_are_reported_and_not_zero(self):
        with mock.patch.object(_process, "_proc", lambda name: b""):
            with self.run_(resources=True, every=0.01) as run, run.task("a"):
                time.sleep(0.2)
        self.assertEqual(set(self.of("a")), {"cpu_time", "cpu", "context_switches"})
        texts = " ".join(event["text"] for event in self.events("diagnostic", code="not-collected"))
        for name in ("memory of tasks", "disk_read", "threads"):
            self.assertIn(name, texts)

    def test_measuring_can_be_turned_off(self):
        with self.run_(resources=False) as run, run.task("a"):
            time.sleep(0.02)
        self.assertEqual(self.events("sample"), [])
