"""The lineage manager planned for Graflow: its answers, and what is recorded."""

from makespan.compat import graflow

from .support import Recorded


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
