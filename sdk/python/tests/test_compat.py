"""The interface of Kailash by its calls, and how runs are read back; more of it in test_kailash.py."""

import datetime
import gzip
import json
import os
import pathlib
import time
from unittest import mock

from makespan.compat import _read
from makespan.compat.kailash import FileSystemStorage, TaskManager, TaskMetrics, TaskStatus, TrackingConfig, collect_metrics
from makespan.compat.kailash.maintenance import cleanup_old_data
from makespan.compat.moe import WorkflowTracker

from .support import Recorded, needs_program, python, summary


class Kailash(Recorded):
    def manager(self, **how):
        how.setdefault("storage", FileSystemStorage(str(self.folder)))
        return TaskManager(config=TrackingConfig(collect_metrics=False), **how)

    def only_file(self):
        (file,) = (self.folder / "runs").glob("*")
        return file

    def test_a_try_is_an_attempt_and_history_is_kept(self):
        manager = self.manager()
        run_id = manager.create_run("w")
        task = manager.create_task("load", run_id=run_id, node_type="Reader")
        task.start()
        manager.fail_task(task.task_id, "busy")
        again = manager.retry_task(task.task_id)
        again.start()
        manager.complete_task(again.task_id, {"rows": 3})
        manager.update_run_status(run_id, "completed")
        self.assertEqual((again.parent_task_id, again.retry_count), (task.task_id, 1))
        self.assertEqual([one.status.value for one in manager.get_task_history(again.task_id)], ["failed", "completed"])
        ends = self.events("end", file=self.only_file())
        self.assertEqual([(e["task"], e.get("try", 1), e["status"]) for e in ends],
                         [(task.task_id, 1, "failed"), (task.task_id, 2, "succeeded")])
        restored = self.manager().get_tasks(run_id)
        self.assertEqual([(t.node_id, t.node_type, t.status, t.error) for t in restored],
                         [("load", "Reader", TaskStatus.FAILED, "busy"), ("load", "Reader", TaskStatus.COMPLETED, None)])

    def test_invalid_transitions_raise_as_in_the_original(self):
        manager = self.manager()
        run_id = manager.create_run("w")
        task = manager.create_task("a", run_id=run_id)
        task.start()
        task.complete()
        for wrong in (lambda: task.start(), lambda: manager.complete_task("nobody"), lambda: manager.create_run(""),
                      lambda: manager.create_task("", run_id=run_id), lambda: manager.update_run_status(run_id, "odd")):
            with self.assertRaises(ValueError):
                wrong()
        manager.update_run_status(run_id, "completed")

    def test_numbers_of_a_node_become_metrics(self):
        manager = self.manager()
        run_id = manager.create_run("w")
        task = manager.create_task("a", run_id=run_id)
        task.start()
        manager.update_task_metrics(task.task_id, TaskMetrics(cpu_usage=50.0, custom_metrics={"io_read_bytes": 7}))
        task.update_status("completed", result={"_metrics": {"rows": 3}})
        manager.update_run_status(run_id, "completed")
        found = [(e["name"], e["value"], e.get("unit")) for e in self.events("sample", file=self.only_file())]
        self.assertEqual(found, [("cpu", 50.0, "%"), ("io_read_bytes", 7, "B"), ("rows", 3, None)])
        self.assertIsNone(task.metrics.memory_usage_mb, "what was not collected is not 0")

    def test_a_conditional_skip_is_a_skip(self):
        manager = self.manager()
        run_id = manager.create_run("w")
        task = manager.create_task("a", run_id=run_id)
        manager.update_task_status(task.task_id, "skipped")
        manager.update_run_status(run_id, "completed")
        self.assertEqual(self.events("task", file=self.only_file())[-1]["status"], "skipped")

    def finished(self, storage, days_ago, status="completed", name="w"):
        manager = self.manager(storage=storage)
        run_id = manager.create_run(name)
        run = manager.get_run(run_id)
        run.ended_at = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days_ago)
        manager.update_run_status(run_id, status)
        return run_id

    def test_old_runs_are_deleted_and_failed_or_running_ones_are_kept(self):
        storage = FileSystemStorage(str(self.folder))
        old, failed = self.finished(storage, 100), self.finished(storage, 100, "failed")
        new = self.finished(storage, 1)
        manager = self.manager(storage=storage)
        running = manager.create_run("running")
        self.assertEqual(cleanup_old_data(manager, 90, keep_failed_runs=True, dry_run=True), [old])
        self.assertEqual(cleanup_old_data(manager, 90, keep_failed_runs=True), [old])
        left = {run.run_id for run in self.manager(storage=storage).list_runs()}
        self.assertEqual(left, {failed, new, running})
        manager.update_run_status(running, "completed")

    def test_files_are_packed_and_archived(self):
        storage = FileSystemStorage(str(self.folder), compress=True, archive_old_data=True)
        run_id = self.finished(storage, 100)
        self.assertEqual(self.only_file().suffix, ".gz")
        FileSystemStorage(str(self.folder), retention_days=30, archive_old_data=True)
        (archived,) = (self.folder / "archive").iterdir()
        with gzip.open(str(archived)) as file:
            self.assertEqual(json.loads(file.readline())["run"], run_id)
        self.assertEqual(list((self.folder / "runs").iterdir()), [])

    def test_configuration_by_file_and_environment(self):
        file = self.folder / "tracking.yaml"
        file.write_text("tracking:\n  enabled: true\n  storage:\n    path: '/x'  # here\n    compress: true\n"
                        "  metrics:\n    enabled: false\n    include:\n      - cpu\n  retention:\n    days: 30\n    max_runs: many\n")
        with mock.patch.dict(os.environ, {"KAILASH_METRICS_INTERVAL": "0.5", "KAILASH_TRACKING_PATH": "/y"}), \
                self.assertWarnsRegex(RuntimeWarning, "retention.max_runs: 'many' is not valid"):
            config = TrackingConfig.from_env(str(file))
        self.assertEqual((config.storage_config, config.collect_metrics, config.metric_interval, config.retention_days, config.max_runs),
                         ({"path": "/y", "compress": True}, False, 0.5, 30, None))

    def test_a_run_of_many_nodes_is_no_slower_at_its_end(self):
        manager = self.manager()
        run_id = manager.create_run("w")
        took = []
        for part in range(4):
            began = time.process_time()
            for node in range(100):
                task = manager.create_task("n%d" % node, run_id=run_id)
                task.start()
                manager.complete_task(task.task_id)
            took.append(time.process_time() - began)
        manager.update_run_status(run_id, "completed")
        self.assertLess(sum(took), 2.0, "400 nodes")

    def test_a_decorated_function_answers_result_and_metrics(self):
        @collect_metrics
        def double(x):
            return 2 * x

        result, metrics = double(4)
        self.assertEqual(result, 8)
        self.assertGreater(metrics.duration, 0)


class Read(Recorded):
    def test_foreign_files_are_ignored(self):
        file = self.folder / "x.jsonl"
        file.write_bytes(b'\xff\n[]\n{"event":1}\n{"event":"run","run":"r","name":"n"}\n{"event":"start","run":"r","ta')
        self.assertEqual(list(_read.runs(str(file))), ["r"])
        broken = self.folder / "y.jsonl.gz"
        broken.write_bytes(b"\x1f\x8b\x08 no gzip")
        self.assertEqual(_read.runs(str(broken)), {})
        self.assertEqual(_read.folder(str(self.folder / "nowhere")), [])

    @needs_program
    def test_each_interface_writes_what_opens(self):
        tracker = WorkflowTracker(output_dir=str(self.folder))
        tracker.start_workflow("w")
        tracker.track_component("system")(lambda: 1)()
        tracker.complete_workflow()
        (file,) = self.folder.glob("*.jsonl")
        self.assertEqual(summary(pathlib.Path(file))["runs"][0]["tasks"], 1)


class Faults(Recorded):
    CODE = """
import sys, threading
place = sys.argv[1]
class Odd:
    def __str__(self): raise RuntimeError("no text")
    __repr__ = __str__
from makespan.compat.kailash import FileSystemStorage, TaskManager
m = TaskManager(storage=FileSystemStorage(place, compress=True))
run = m.create_run("w", {"odd": Odd()})
t = m.create_task("a", {"odd": Odd()}, run_id=run)
t.start()
m.fail_task(t.task_id, Odd())
t = m.retry_task(t.task_id)
t.start()
m.complete_task(t.task_id, {"odd": Odd(), "nan": float("nan"), "deep": [[[[[[[[[[1]]]]]]]]]]})
m.update_task_metrics(t.task_id, t.metrics)
m.update_run_status(run, "completed")
assert m.get_run(run).status == "completed" and len(m.get_tasks(run)) == 2 and len(m.list_runs()) == 1
from makespan.compat.moe import WorkflowTracker, WorkflowEvent
tracker = WorkflowTracker(output_dir=place)
w = tracker.start_workflow("w")
w.add_event(WorkflowEvent("odd", Odd(), details={"odd": Odd()}))
assert tracker.track_component("odd")(lambda: 5)() == 5 and tracker.complete_workflow(results={"odd": Odd()}) is w
from makespan.compat.moneyprinter import WorkflowMonitor
monitor = WorkflowMonitor(folder=place, memory_system=Odd())
id = monitor.create_workflow("w", metadata={"odd": Odd()})
step = monitor.add_workflow_step(id, "a")
monitor.start_workflow(id)
monitor.start_step(id, step)
monitor.record_metric(id, Odd(), Odd(), step_id=step)
monitor.complete_step(id, step, {"odd": Odd()})
assert monitor.get_workflow_status(id)["status"] == "completed"
from makespan.compat.graflow import LineageManager
lineage = LineageManager(folder=place)
lineage.start_workflow_execution("w", Odd())
with lineage.executing_task("a", Odd()):
    pass
lineage.fail_task_execution("a", Odd())
lineage.start_workflow_execution("again")
print("went through")
"""

    def test_no_place_to_write_and_odd_values_harm_no_program(self):
        blocked = self.folder / "file"
        blocked.write_text("")
        for place in (self.folder / "fine", blocked / "below", pathlib.Path("/proc/nowhere")):
            with self.subTest(str(place)):
                done = python(self.CODE, args=(place,))
                self.assertEqual((done.stdout, done.returncode), (b"went through\n", 0), done.stderr.decode())
