"""Measures the resources that each task uses, and every 100 ms those of the process while tasks run.

The system counts resources per process and per thread, not per task. A task that was alone in its process gets the
numbers of the process, including those of children that have ended. A task that shared the process gets the numbers of
its thread, under names that begin with ``thread_``, if it began and ended on one thread that no other task used.
Otherwise they are unknown, and a diagnostic gives the reason.
"""

from __future__ import annotations

import os
import threading
import time

from ._guard import guarded
from ._process import REASON, Usage, threads

#: Tasks of which the sampler keeps the peak of memory.
WATCHED = 256
#: What is counted from the start of a process; the first also of a thread.
COUNTED = (("context_switches", "context_switches", None), ("disk_read", "read_bytes", "B"),
           ("disk_written", "written_bytes", "B"), ("io_reads", "reads", None), ("io_writes", "writes", None))
#: Samples after which the interval doubles, so that a run of days stays small.
DOUBLE_AFTER = 6000

_lock = threading.RLock()
_running = {}  # gauges by their number, of all runs of this process
_numbers = iter(range(1, 1 << 62))
_shared_at = 0  # number of the last gauge that started beside one that does not contain it


class Gauge:
    """The readings at the start of one attempt."""

    __slots__ = ("number", "run", "process", "thread", "ident", "peak", "disturbed")

    def __init__(self, run, number):
        self.number = number
        self.run = run
        self.ident = threading.get_ident()
        self.disturbed = False  # another task, not within it, ran on its thread
        self.process = Usage()
        self.thread = Usage(thread=True)
        self.peak = self.process.memory


@guarded()
def start(task):
    """Begins to measure an attempt, if the run is set to measure."""
    global _shared_at
    if not task.run.resources:
        return None
    with _lock:
        gauge = Gauge(task.run, next(_numbers))
        around, containers = task.around, 0
        while around is not None and around is not around.run:
            containers += getattr(around, "_gauge", None) is not None
            around = around.around
        if len(_running) > containers:
            _shared_at = gauge.number
            for other in list(_running.values())[:WATCHED]:
                if other.ident == gauge.ident:
                    other.disturbed = gauge.disturbed = True
        _running[gauge.number] = gauge
    _sampler.wake(task.run)
    return gauge


@guarded()
def stop(gauge, task, at):
    """Records what the attempt used; ``at`` is the recorded time of its end."""
    with _lock:
        _running.pop(gauge.number, None)
        alone = _shared_at < gauge.number
    measured = []
    if alone:
        after = Usage()
        _differences(measured, "", gauge.process, after, task.run)
        if after.memory is None:
            task.run.not_collected("memory of tasks", REASON)
        else:
            measured.append(("memory", _peak(gauge, after), "B"))
            if gauge.process.memory is not None:
                measured.append(("memory_delta", after.memory - gauge.process.memory, "B"))
    elif gauge.ident == threading.get_ident() and not gauge.disturbed:
        _differences(measured, "thread_", gauge.thread, Usage(thread=True), task.run)
        task.run.not_collected("the use of memory and disk by some tasks", "several tasks ran in the process at once")
    else:
        task.run.not_collected("the use of processor, memory and disk by some tasks",
                               "several tasks ran in the process, and on their threads, at once")
    task.samples(measured, at)


def _peak(gauge, after):
    """Returns the peak memory: the largest sample, or a larger peak counter of the kernel that the task has raised."""
    before, found = gauge.process, [gauge.peak or 0, after.memory]
    if after.mark is not None and before.mark is not None and after.mark > before.mark:
        found.append(after.mark)
    if after.child_mark is not None and after.child_mark > max(before.child_mark, after.mark or 0):
        found.append(after.child_mark + min(before.own or 0, after.own or 0))
    return max(found)


def _differences(measured, prefix, before, after, run):
    if before.cpu is not None and after.cpu is not None:
        used = max(0, after.cpu - before.cpu)
        measured.append((prefix + "cpu_time", used / 1e9, "s"))
        if after.wall > before.wall:
            measured.append((prefix + "cpu", 100 * used / (after.wall - before.wall), "%"))
    for name, member, unit in COUNTED if not prefix else COUNTED[:1]:
        first, last = getattr(before, member), getattr(after, member)
        if first is None or last is None:
            run.not_collected(name, REASON)
        else:
            measured.append((prefix + name, max(0, last - first), unit))


def close():
    """Ends the sampling; it cannot be started again."""
    _sampler.close()


def forget(run):
    """Stops sampling for a run that has ended."""
    with _lock:
        for number in [number for number, gauge in _running.items() if gauge.run is run]:
            del _running[number]


class Sampler:
    """One thread for all runs of a process, which exists only while tasks run."""

    def __init__(self):
        self._thread = None
        self._stop = threading.Event()
        self._every = 0.0
        self._closed = False

    @guarded()
    def wake(self, run):
        with _lock:
            if self._closed:
                return
            if self._thread is not None and self._thread.is_alive() and not self._stop.is_set():
                if self._every <= run.every:
                    return
                self._stop.set()  # too slow for this run
            # The end of a thread loads a library in older Pythons, and aborts the program where it cannot (bpo-44434).
            os.close(os.open(os.devnull, os.O_RDONLY))
            self._stop, self._every = threading.Event(), run.every
            self._thread = threading.Thread(target=self._work, args=(self._stop, run.every), name="makespan", daemon=True)
            self._thread.start()

    def _work(self, stop, every):
        before, rounds = Usage(), 0
        while not stop.wait(every):
            with _lock:
                gauges = list(_running.values())
                if not gauges:
                    stop.set()
                    return
            before = self._sample(gauges, before) or before
            rounds += 1
            if rounds % DOUBLE_AFTER == 0:
                every *= 2

    @guarded()
    def _sample(self, gauges, before):
        now = Usage()
        for gauge in gauges[:WATCHED]:
            if now.memory is not None:
                gauge.peak = max(gauge.peak or 0, now.memory)
        measured = []
        if now.cpu is not None and now.wall > before.wall:
            measured.append(("cpu", 100 * max(0, now.cpu - before.cpu) / (now.wall - before.wall), "%"))
        measured += [("memory", now.memory, "B"), ("threads", now.threads, None)]
        for run in dict.fromkeys(gauge.run for gauge in gauges):
            for name, value, _ in measured:
                if value is None:
                    run.not_collected(name, REASON)
            run.samples([one for one in measured if one[1] is not None])
        return now

    def rest(self):
        """Ends the thread before a fork, because Python warns about forks of programs with threads."""
        thread = self._thread
        if thread is not None and thread is not threading.current_thread():
            before = threads()
            self._stop.set()
            thread.join(0.2)
            # The system forgets it a little later than Python does.
            for _ in range(50):
                if before is None or (threads() or 0) < before:
                    return
                time.sleep(0.0001)

    def close(self):
        """Ends the thread before the program exits, because killing a daemon thread on exit may crash the program."""
        self._closed = True
        self.rest()

    def forked(self):
        global _lock
        _lock = threading.RLock()
        _running.clear()
        self._thread, self._stop = None, threading.Event()


_sampler = Sampler()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_sampler.rest, after_in_child=_sampler.forked)
