"""The workflow monitor of MoneyPrinterTurbo: its answers, and what is recorded."""

import json
import os
import pathlib
import subprocess
import time
from dataclasses import asdict
from unittest import mock

from makespan.compat import moneyprinter
from makespan.compat._system import System

from .support import Recorded, needs_program, program


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

    def test_metrics_that_are_not_numbers_are_ignored_in_statistics(self):
        id, step = self.workflow("a")
        for value in (1.0, float("nan"), 3.0):
            self.monitor.record_metric(id, "m", value, "MB", step, tags={"host": "x"})
        found = self.monitor.get_performance_summary(id)["m"]
        self.assertEqual((found["count"], found["mean"], found["latest"]), (2, 2.0, 3.0))
        self.assertEqual([e["name"] for e in self.events("sample", file=self.file_of(id), task=step)], ["m{host=x}"] * 2)

    def test_a_threshold_alerts_once_and_is_resolved(self):
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

    def test_a_resolved_alert_says_so_and_has_its_values(self):
        heard = []
        self.monitor.add_alert_handler(lambda alert: heard.append((alert.resolved, dict(alert.metadata))))
        id, _ = self.workflow("a")
        self.monitor.resource_thresholds = {"memory_percent": 85.0}  # the processor of a test may be busy
        system = System(self.monitor)
        for value in (97.0, 98.0, 40.5):
            with mock.patch("makespan.compat._system.memory_percent", return_value=value):
                system.look()
        (alert,) = [one for one in self.monitor.get_recent_alerts() if one["severity"] == "warning"]
        self.assertEqual((alert["message"], alert["resolved"]), ("High memory_percent: 97.0% (threshold: 85.0%)", True))
        self.assertEqual((alert["metadata"]["value"], alert["metadata"]["resolved_value"]), (97.0, 40.5))
        self.assertEqual([(one, told.get("resolved_value")) for one, told in heard[1:]], [(False, None), (True, 40.5)])
        self.assertIn("(resolved: 40.5 %)", self.monitor.generate_progress_report(id))
        found = [(e["text"], e.get("resolved")) for e in self.events("alert", file=self.file_of(id), severity="warning")]
        self.assertEqual(found, [(alert["message"], None), (alert["message"], True)])
        self.assertEqual([e["value"] for e in self.events("sample", file=self.file_of(id), name="memory_percent")], [97.0, 40.5])

    def test_the_overall_percentage_is_recorded_and_reported(self):
        id, a, b = self.workflow("a", "b")
        self.monitor.start_step(id, a)
        self.monitor.update_step_progress(id, a, 50)
        self.assertIn("progress: [######...................]  25.0 %", self.monitor.generate_progress_report(id))
        self.monitor.complete_step(id, a)
        self.monitor.skip_step(id, b)
        self.assertEqual([e["value"] for e in self.events("sample", file=self.file_of(id), name="progress")], [25.0, 50.0, 100.0])
        self.assertEqual([e["stored"] for e in self.events("run", file=self.file_of(id)) if "stored" in e],
                         [{"tasks": 2, "succeeded": 1, "failed": 0, "progress": 1.0}])

    def test_alerts_are_listed_with_a_bound(self):
        self.workflow("a")
        self.assertEqual([len(self.monitor.get_recent_alerts(count)) for count in (0, 1, 50)], [0, 1, 1])

    def test_steps_that_are_added_later_are_recorded_in_the_same_run(self):
        id, a = self.workflow("a")
        for next_step in (lambda: a, lambda: self.monitor.add_workflow_step(id, "b"), lambda: a):
            step = next_step()
            self.monitor.start_step(id, step)
            self.monitor.complete_step(id, step)
        ends = self.events("end", file=self.file_of(id))
        self.assertEqual([(e["task"] == a, e.get("try", 1)) for e in ends], [(True, 1), (False, 1), (True, 2)])
        self.assertEqual([e["status"] for e in self.events("run", file=self.file_of(id)) if "status" in e],
                         ["succeeded", "running", "succeeded", "running", "succeeded"])

    def test_a_metric_after_the_end_is_recorded(self):
        id, a = self.workflow("a")
        self.monitor.start_step(id, a)
        self.monitor.complete_step(id, a)
        self.monitor.record_metric(id, "size", 5, "MB", a)
        self.assertEqual(self.events("sample", file=self.file_of(id), name="size")[0]["value"], 5)
        self.assertFalse(self.monitor.workflows[id]._run.is_open)

    def test_another_monitor_knows_the_history(self):
        id, a, b = self.workflow("a", "b")
        self.monitor.start_step(id, a)
        self.monitor.update_step_progress(id, a, 40)
        self.monitor.fail_step(id, a, "busy")
        self.monitor.start_step(id, a)
        self.monitor.complete_step(id, a)
        self.monitor.skip_step(id, b)
        (mine,), (theirs,) = (one.get_workflow_history(id) for one in (
            self.monitor, moneyprinter.WorkflowMonitor(folder=str(self.folder))))
        for name in ("name", "status", "total_steps", "completed_steps", "failed_steps", "progress", "step_names"):
            self.assertEqual(theirs[name], mine[name], name)
        self.assertEqual(self.monitor.get_workflow_history("nobody"), [])

    def test_a_memory_system_gets_what_happens(self):
        class Memory(dict):
            store_swarm_memory = dict.__setitem__

        self.monitor.memory = Memory()
        id, a = self.workflow("a")
        self.monitor.start_step(id, a)
        self.monitor.complete_step(id, a, {"rows": {1}})
        self.assertEqual(json.loads(self.monitor.memory["workflow_completion_" + id])["status"], "completed")
        self.assertTrue(json.loads(self.monitor.memory["completion_%s_%s" % (id, a)])["success"])
        self.monitor.memory = object()
        self.monitor.create_workflow("without")

    def test_a_database_that_cannot_be_used_is_refused(self):
        file = self.folder / "file"
        file.touch()
        self.monitor.db_path = file / "workflow.db"
        for use in (self.monitor._init_database, lambda: self.monitor.create_workflow("w")):
            with self.assertRaises(OSError):
                use()
        self.assertEqual(list(self.folder.iterdir()), [file], "nothing is recorded elsewhere instead")

    @needs_program
    def test_a_database_has_the_workflows(self):
        with mock.patch.dict(os.environ, {"MAKESPAN_BIN": program(), "XDG_STATE_HOME": str(self.folder / "state")}):
            self.monitor.db_path = self.folder / "data" / "workflow.db"
            self.monitor._init_database()
            id, a = self.workflow("a")
            self.monitor.start_step(id, a)
            self.monitor.complete_step(id, a)
            other = moneyprinter.WorkflowMonitor()
            other.db_path = str(self.folder / "data" / "workflow.db")
            self.assertEqual(other.get_workflow_history(id)[0]["status"], "completed")
            self.monitor.add_workflow_step(id, "late")
            self.monitor._store._bring_all()
            done = subprocess.run([program(), "status", id, "--json", "--store", "sqlite:%s" % other.db_path], stdout=subprocess.PIPE)
        self.assertEqual([step["name"] for step in json.loads(done.stdout)["steps"]], ["a", "late"])
        self.assertEqual(list(self.folder.glob("*.jsonl")), [])
