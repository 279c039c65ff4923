"""The workflow tracker of the mixture-of-experts framework: its answers, and what is recorded."""

import asyncio
import json
import os
import pathlib
import time
from unittest import mock

from makespan.compat.moe import (
    ComponentExecution,
    WorkflowComponentType,
    WorkflowEvent,
    WorkflowExecution,
    WorkflowTracker,
    WorkflowVisualizer,
    dashboard,
)

from .support import Recorded, needs_program, program


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

    def test_a_result_that_is_not_json_does_no_harm(self):
        workflow = self.tracker.start_workflow("w")
        self.tracker.track_component("prediction")(lambda: object())()
        self.tracker.complete_workflow(results={"o": object(), "n": float("nan")})
        self.events(file=self.files()[0])
        workflow.save(self.folder / "w.json")
        again = WorkflowExecution.load(self.folder / "w.json")
        self.assertEqual([c.component for c in again.components], [WorkflowComponentType.PREDICTION])

    def test_component_names_in_events_are_case_insensitive(self):
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

    def test_a_finished_component_can_be_added(self):
        workflow = self.tracker.start_workflow("w")
        workflow.add_component(ComponentExecution(WorkflowComponentType.SYSTEM, "2020-02-02T10:00:00", "2020-02-02T10:00:05", False,
                                                  {"error": "late"}))
        self.tracker.complete_workflow()
        start, end = (self.events(kind, file=self.files()[0])[0] for kind in ("start", "end"))
        self.assertEqual((end["t"] - start["t"], end["error"]["message"]), (5 * 10**9, "late"))

    def test_completing_without_a_workflow_returns_none(self):
        self.assertIsNone(self.tracker.complete_workflow())

    def test_workflows_of_the_original_are_listed_too(self):
        (self.folder / "theirs.json").write_text(json.dumps({
            "workflow_id": "old", "start_time": "2025-01-01T00:00:00", "end_time": None, "success": True, "events": [],
            "components": [{"component": "prediction", "entry_time": "2025-01-01T00:00:00", "success": True}], "unknown": 1}))
        for name, text in (("list.json", "[]"), ("broken.json", "{"), ("other.json", '{"a": 1}')):
            (self.folder / name).write_text(text)
        self.tracker.start_workflow("new")
        self.tracker.complete_workflow()
        self.assertEqual([one.workflow_id for one in self.tracker.get_tracked_executions()], ["old", "new"])

    # ------------------------------------------------------------------------------------------------------ exports

    def workflow(self):
        workflow = self.tracker.start_workflow("my/workflow")
        self.tracker.track_component("data_loading")(lambda: None)()
        workflow.add_component(ComponentExecution(WorkflowComponentType.EVALUATION))
        workflow.components[1].complete(False, {"error": "no labels"})
        return self.tracker.complete_workflow(False)

    def test_a_workflow_is_exported_as_json_and_mermaid(self):
        visualizer = WorkflowVisualizer(output_dir=str(self.folder / "pictures"))
        workflow = self.workflow()
        path = visualizer.export_workflow_json(workflow)
        self.assertEqual(pathlib.Path(path).name, "my_workflow.json")
        self.assertEqual([c.component.value for c in WorkflowExecution.load(path).components], ["data_loading", "evaluation"])
        lines = pathlib.Path(visualizer.generate_mermaid_workflow(workflow, "w.mmd")).read_text().splitlines()
        self.assertEqual((lines[0], lines[1].strip(), lines[2].strip(), lines[3].strip()),
                         ("flowchart TD", 'c0["data_loading"]', 'c1["evaluation (failed)"]:::failed', "c0 --> c1"))

    def test_pictures_without_the_program_are_refused(self):
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            os.environ.pop("MAKESPAN_BIN", None)
            for picture in (lambda: WorkflowVisualizer(str(self.folder)).visualize_workflow(self.workflow()),
                            lambda: dashboard.run_dashboard(str(self.folder))):
                with self.assertRaisesRegex(OSError, "MAKESPAN_BIN"):
                    picture()

    @needs_program
    def test_pictures_are_svg_and_a_page_has_everything(self):
        with mock.patch.dict(os.environ, {"MAKESPAN_BIN": program()}):
            workflow, visualizer = self.workflow(), WorkflowVisualizer(str(self.folder / "pictures"))
            graph, timeline = visualizer.visualize_workflow(workflow), visualizer.create_timeline_visualization(workflow)
            self.assertEqual([pathlib.Path(path).name for path in (graph, timeline)], ["my_workflow_graph.svg", "my_workflow_timeline.svg"])
            for path in (graph, timeline):
                self.assertIn("data_loading", pathlib.Path(path).read_text())
            with self.assertWarnsRegex(RuntimeWarning, "w.svg"):
                self.assertTrue(visualizer.visualize_workflow(workflow, "w.pdf").endswith("w.svg"))
            for path in (visualizer.visualize_workflow(workflow, "w.png"), visualizer.create_timeline_visualization(workflow, "t.PNG")):
                self.assertEqual(pathlib.Path(path).read_bytes()[:8], b"\x89PNG\r\n\x1a\n")
            self.assertIn("no labels", pathlib.Path(visualizer.visualize_workflow(workflow, "w.html")).read_text())

    @needs_program
    def test_a_workflow_that_was_read_back_is_drawn_too(self):
        with mock.patch.dict(os.environ, {"MAKESPAN_BIN": program()}):
            self.workflow()
            (again,) = self.tracker.get_tracked_executions()
            path = WorkflowVisualizer(str(self.folder / "pictures")).create_timeline_visualization(again)
            self.assertIn("data_loading", pathlib.Path(path).read_text())
