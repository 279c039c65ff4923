"""The interfaces of other trackers: their answers, and what is recorded."""

import asyncio
import datetime
import gzip
import json
import os
import pathlib
import time
from dataclasses import asdict
from unittest import mock

from makespan.compat import _read, graflow, moneyprinter
from makespan.compat.kailash import FileSystemStorage, TaskManager, TaskMetrics, TaskStatus, TrackingConfig, collect_metrics
from makespan.compat.kailash.maintenance import cleanup_old_data
from makespan.compat.moe import ComponentExecution, WorkflowComponentType, WorkflowEvent, WorkflowExecution, WorkflowTracker

from .support import Recorded, needs_program, summary


class Moe(Recorded):
    def setUp(self):
        super().setUp()
        self.tracker = WorkflowTracker(output_dir=str(self.folder))

    def files(self):
        return sorted(self.folder.glob("*.jsonl"))

    def test_a_component_that_fails_keeps_its_error_and_raises(self):
        @self.tracker.track_component("evaluation")
        def evaluate():
            raise ValueError("no labels")

        workflow = self.tracker.start_workflow("w")
        with self.assertRaises(ValueError):
            evaluate()
        self.assertEqual((workflow.components[0].success, workflow.components[0].result), (False, {"error": "no labels"}))
        self.tracker.complete_workflow(success=False)
        self.assertEqual(self.events("end", file=self.files()[0])[0]["error"]["kind"], "ValueError")

    def test_the_same_id_again_is_another_file(self):
        for _ in range(2):
            self.tracker.start_workflow("w")
            self.tracker.complete_workflow()
        self.assertEqual(len(self.files()), 2)

    def test_components_nest_as_they_are_called(self):
        load = self.tracker.track_component(WorkflowComponentType.DATA_LOADING)(lambda: {"rows": {1, 2}})
        train = self.tracker.track_component("expert_training")(lambda: load())
        train()
        self.tracker.complete_workflow()
        tasks = {e["task"]: e.get("parent") for e in self.events("task", file=self.files()[0])}
        self.assertEqual(tasks, {"expert_training": None, "data_loading": "expert_training"})

    def test_a_result_that_is_no_json_does_no_harm(self):
        workflow = self.tracker.start_workflow("w")
        self.tracker.track_component("prediction")(lambda: object())()
        self.tracker.complete_workflow(results={"o": object(), "n": float("nan")})
        self.events(file=self.files()[0])
        workflow.save(self.folder / "w.json")
        again = WorkflowExecution.load(self.folder / "w.json")
        self.assertEqual([c.component for c in again.components], [WorkflowComponentType.PREDICTION])

    def test_events_have_their_component_in_either_case(self):
        class Event:
            event_type, data = "TRAINING_COMPLETED", {"success": False}

        workflow = self.tracker.start_workflow("w")
        self.tracker._handle_event(Event)
        self.assertEqual((workflow.events[0].component, workflow.events[0].success), (WorkflowComponentType.EXPERT_TRAINING, False))
        workflow.add_event(WorkflowEvent(WorkflowComponentType.OTHER, "free text"))
        self.tracker.complete_workflow()
        self.assertEqual([e["level"] for e in self.events("log", file=self.files()[0])], ["error", "info"])
        self.assertEqual([e.event_type for e in self.tracker.get_tracked_executions()[0].events], ["TRAINING_COMPLETED", "free text"])

    def test_events_are_read_back_in_their_order_with_component_and_details(self):
        kinds = [WorkflowComponentType.DATA_LOADING, WorkflowComponentType.OTHER, WorkflowComponentType.EVALUATION]
        workflow = self.tracker.start_workflow("w")
        said = [("data_loaded", {"rows": 3}), ("Trained expert: x {1}", {}), ("epoch", {"loss": {"a": [1, 2]}, "text": "a {b} c"})]

        @self.tracker.track_component("data_loading")
        def load():
            for kind, (name, details) in zip(kinds, said):
                workflow.add_event(WorkflowEvent(kind, name, details=details, success=name != "epoch"))

        load()
        workflow.add_event(WorkflowEvent(kinds[0], "long ago", timestamp="2020-02-02T10:00:00"))
        self.tracker.complete_workflow()
        (found,) = self.tracker.get_tracked_executions()
        self.assertEqual([(e.component, e.event_type, e.details, e.success) for e in found.events],
                         [(kind, *rest, rest[0] != "epoch") for kind, rest in zip(kinds, said)] + [(kinds[0], "long ago", {}, True)])
        self.assertEqual(found.events[3].timestamp, "2020-02-02T10:00:00")
        lines = self.events("log", file=self.files()[0])
        self.assertEqual([line.get("task") for line in lines], ["data_loading"] * 3 + [None])
        self.assertEqual([line["t"] for line in lines[:3]], sorted(line["t"] for line in lines[:3]))

    def test_an_event_belongs_to_the_component_of_its_kind(self):
        workflow = self.tracker.start_workflow("w")
        load = self.tracker.track_component("data_loading")(
            lambda: workflow.add_event(WorkflowEvent(WorkflowComponentType.EXPERT_TRAINING, "epoch")))
        self.tracker.track_component("expert_training")(load)()
        self.tracker.complete_workflow()
        self.assertEqual(self.events("log", file=self.files()[0])[0]["task"], "expert_training")

    def test_a_generator_is_timed_to_its_end(self):
        @self.tracker.track_component("data_loading")
        def rows():
            for row in range(2):
                inner()
                yield row

        @self.tracker.track_component("evaluation")
        async def batches():
            yield 1
            raise ValueError("no more")

        async def consume():
            async for _ in batches():
                await asyncio.sleep(0)

        inner = self.tracker.track_component("system")(lambda: None)
        workflow = self.tracker.start_workflow("w")
        for _ in rows():
            time.sleep(0.02)
        with self.assertRaises(ValueError):
            asyncio.run(consume())
        inner()
        self.assertEqual([c.success for c in workflow.components], [True, True, True, False, True])
        self.tracker.complete_workflow()
        file = self.files()[0]
        start, end = (self.events(kind, file=file, task="data_loading")[0]["t"] for kind in ("start", "end"))
        self.assertGreater(end - start, 40e6)
        self.assertEqual([e.get("parent") for e in self.events("task", file=file, step="system")], ["data_loading"] * 2 + [None])

    def test_records_and_results_are_read_back(self):
        self.tracker.start_workflow("w")
        self.tracker.track_component("prediction")(lambda: {"p": 1})()
        self.tracker.track_expert_contribution("heart", "physiological", 0.8, 0.6, 0.7)
        self.tracker.track_optimizer_performance("DE", "de", 0.02, [1.0, 0.02])
        self.tracker.track_meta_learner_decision("s", "TimeSeries")
        self.tracker.complete_workflow()
        (found,) = self.tracker.get_tracked_executions()
        self.assertEqual((found.components[0].result, found.expert_contributions[0].expert_type.value,
                          found.optimizer_performances[0].convergence_curve, found.meta_learner_decisions[0].selected_algorithm),
                         ({"p": 1}, "physiological_expert", [1.0, 0.02], "TimeSeries"))

    def test_a_component_that_is_over_when_it_is_added_is_recorded(self):
        workflow = self.tracker.start_workflow("w")
        workflow.add_component(ComponentExecution(WorkflowComponentType.SYSTEM, "2020-02-02T10:00:00", "2020-02-02T10:00:05", False,
                                                  {"error": "late"}))
        self.tracker.complete_workflow()
        start, end = (self.events(kind, file=self.files()[0])[0] for kind in ("start", "end"))
        self.assertEqual((end["t"] - start["t"], end["error"]["message"]), (5 * 10**9, "late"))

    def test_nothing_to_complete(self):
        self.assertIsNone(self.tracker.complete_workflow())


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

    def test_what_cannot_follow_raises_as_in_the_original(self):
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

    def test_old_runs_go_and_failed_or_running_ones_stay(self):
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
            began = time.perf_counter()
            for node in range(100):
                task = manager.create_task("n%d" % node, run_id=run_id)
                task.start()
                manager.complete_task(task.task_id)
            took.append(time.perf_counter() - began)
        manager.update_run_status(run_id, "completed")
        self.assertLess(sum(took), 2.0, "400 nodes")

    def test_a_decorated_function_answers_result_and_metrics(self):
        @collect_metrics
        def double(x):
            return 2 * x

        result, metrics = double(4)
        self.assertEqual(result, 8)
        self.assertGreater(metrics.duration, 0)


class Monitor(Recorded):
    def setUp(self):
        super().setUp()
        self.monitor = moneyprinter.WorkflowMonitor(folder=str(self.folder))

    def workflow(self, *steps):
        id = self.monitor.create_workflow("w")
        ids = [self.monitor.add_workflow_step(id, step) for step in steps]
        self.monitor.start_workflow(id)
        return (id, *ids)

    def file_of(self, id):
        return self.folder / (id + ".jsonl")

    def test_tries_are_counted_and_their_attempts_kept(self):
        id, step = self.workflow("a")
        pauses = []
        for _ in range(3):
            self.monitor.start_step(id, step)
            pauses.append(self.monitor.fail_step(id, step, "busy"))
        self.monitor.start_step(id, step)
        self.assertIsNone(self.monitor.fail_step(id, step, "busy"))
        self.assertEqual(pauses, [1.0, 2.0, 4.0])
        self.assertEqual(self.monitor.get_workflow_status(id)["status"], "failed")
        ends = self.events("end", file=self.file_of(id))
        self.assertEqual([e.get("try", 1) for e in ends], [1, 2, 3, 4])
        self.assertEqual(self.events("run", file=self.file_of(id))[-1]["status"], "failed")

    def test_a_majority_of_failures_ends_the_workflow(self):
        id, a, b, c = self.workflow("a", "b", "c")
        for step in (a, b):
            self.monitor.start_step(id, step)
            self.monitor.fail_step(id, step, "no", retry=False)
        self.assertEqual(self.monitor.get_workflow_status(id)["status"], "failed")
        self.assertEqual(self.monitor.get_recent_alerts(1)[0]["severity"], "critical")

    def test_durations_stop_at_the_end(self):
        id, step = self.workflow("a")
        self.monitor.start_step(id, step)
        self.monitor.complete_step(id, step)
        first = self.monitor.get_workflow_status(id)["duration"]
        time.sleep(0.02)
        self.assertEqual(self.monitor.get_workflow_status(id)["duration"], first)

    def test_a_metric_that_is_no_number_harms_no_statistics(self):
        id, step = self.workflow("a")
        for value in (1.0, float("nan"), 3.0):
            self.monitor.record_metric(id, "m", value, "MB", step, tags={"host": "x"})
        found = self.monitor.get_performance_summary(id)["m"]
        self.assertEqual((found["count"], found["mean"], found["latest"]), (2, 2.0, 3.0))
        self.assertEqual([e["name"] for e in self.events("sample", file=self.file_of(id), task=step)], ["m{host=x}"] * 2)

    def test_a_threshold_alerts_once_and_is_resolved(self):
        from makespan.compat._system import System

        id, _ = self.workflow("a")
        system = System(self.monitor)
        self.monitor.resource_thresholds = {"memory_percent": -1.0}
        system.look()
        system.look()
        self.monitor.resource_thresholds = {"memory_percent": 101.0}
        system.look()
        found = [(e["severity"], e.get("resolved")) for e in self.events("alert", file=self.file_of(id))]
        self.assertEqual(found, [("info", None), ("warning", None), ("warning", True)])

    def test_unknown_ids(self):
        with self.assertRaises(ValueError):
            self.monitor.start_workflow("nobody")
        self.assertIsNone(self.monitor.get_workflow_status("nobody"))
        self.monitor.complete_step("nobody", "nothing")

    def test_a_workflow_can_be_copied_as_a_dict(self):
        id, step = self.workflow("a")
        self.assertEqual(asdict(self.monitor.workflows[id])["steps"][step]["name"], "a")


class Graflow(Recorded):
    def test_tries_of_a_task_are_attempts_and_counters_are_right(self):
        manager = graflow.LineageManager(folder=str(self.folder))
        id = manager.start_workflow_execution("w")
        with self.assertRaises(KeyError):
            with manager.executing_task("a"):
                raise KeyError("x")
        with manager.executing_task("a"):
            pass
        manager.finish_workflow_execution()
        execution = manager.executions[id]
        self.assertEqual((execution.status, execution.completed_tasks, execution.failed_tasks, execution.total_tasks),
                         ("completed", 1, 0, 1))
        self.assertNotIn("error", manager.get_graph_snapshot()["nodes"][0]["data"])
        ends = self.events("end", file=self.folder / (id + ".jsonl"))
        self.assertEqual([(e["status"], e.get("try", 1)) for e in ends], [("failed", 1), ("succeeded", 2)])

    def test_without_a_workflow_nothing_is_recorded_and_all_runs(self):
        manager = graflow.LineageManager(folder=str(self.folder))
        calls = []
        graflow.task(name="a", manager=manager)(calls.append)(1)
        manager.add_task_execution("a")
        manager.complete_task_execution("a", None)
        self.assertEqual((calls, list(self.folder.iterdir())), ([1], []))


class Read(Recorded):
    def test_what_is_no_run_of_ours_is_passed_over(self):
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
