"""The workflow tracker of the mixture-of-experts framework: a wrapped pipeline and its events, decorated components,
experts, optimizers and the meta-learner."""

import math
import os
import time

from makespan.compat.moe import WorkflowTracker
from makespan.compat.moe.models import WorkflowComponentType

FOLDER = os.environ.get("MAKESPAN_DIR", ".workflow_tracking")


class Event:
    def __init__(self, event_type, data=None):
        self.event_type, self.data = event_type, data or {}


class EventManager:
    """As the framework has it."""

    def __init__(self):
        self.listeners = {}

    def register_listener(self, listener, event_types):
        for kind in event_types:
            self.listeners.setdefault(kind, []).append(listener)

    def emit_event(self, event):
        for listener in self.listeners.get(event.event_type, []):
            listener(event)


class Pipeline:
    def __init__(self):
        self.event_manager = EventManager()

    def load_data(self, path):
        time.sleep(0.005)
        self.event_manager.emit_event(Event("data_loaded", {"rows": 300}))

    def train(self):
        self.event_manager.emit_event(Event("training_started"))
        time.sleep(0.01)
        self.event_manager.emit_event(Event("training_completed", {"success": True}))

    def predict(self, values):
        self.event_manager.emit_event(Event("prediction_started"))
        self.event_manager.emit_event(Event("prediction_completed", {"success": True}))
        return [math.sqrt(value) for value in values]


def a_pipeline(tracker):
    pipeline = Pipeline()
    tracked = tracker.track_moe_pipeline(pipeline)
    tracker.event_manager = pipeline.event_manager
    workflow = tracker.start_workflow("my_workflow")
    tracked.load_data("data.csv")
    tracked.train()
    tracked.predict([1, 2, 3])
    tracker.complete_workflow(success=True)
    assert [c.component.value for c in workflow.components] == ["data_loading", "expert_training", "prediction"]


def a_checkpoint_ends_it(tracker):
    pipeline = tracker.track_moe_pipeline(Pipeline())
    tracker.event_manager = pipeline.event_manager
    workflow = tracker.start_workflow("with a checkpoint")
    pipeline.load_data("data.csv")
    pipeline.event_manager.emit_event(Event("checkpoint_completed", {"final": True, "path": "model.ckpt"}))
    assert workflow.end_time is not None and tracker.current_workflow is None


def decorated_components(tracker):
    @tracker.track_component(WorkflowComponentType.DATA_LOADING)
    def load_data(path):
        return {"path": path, "rows": 300}

    @tracker.track_component("evaluation")
    def evaluate(data):
        raise ValueError("no labels in %s" % data["path"])

    tracker.start_workflow("components")
    data = load_data("data.csv")
    try:
        evaluate(data)
    except ValueError:
        tracker.complete_workflow(success=False)


def experts(tracker):
    tracker.start_workflow("experts")
    tracker.track_meta_learner_decision("dataset", "TimeSeries", {"dimensions": 10}, 0.89, {"Tabular": 0.67})
    tracker.track_optimizer_performance("DE", "de", best_fitness=0.02, convergence_curve=[1.0, 0.3, 0.02], iterations=3,
                                        evaluations=90, duration=0.4)
    tracker.track_expert_contribution("heart", "physiological", 0.8, 0.6, 0.71, ["heart_rate"], {"heart_rate": 1.0})
    tracker.complete_workflow(success=True, results={"accuracy": 0.91})


tracker = WorkflowTracker(output_dir=FOLDER)
a_pipeline(tracker)
a_checkpoint_ends_it(tracker)
decorated_components(tracker)
experts(tracker)
found = {workflow.workflow_id: workflow for workflow in tracker.get_tracked_executions()}
assert not found["components"].success and found["experts"].results == {"accuracy": 0.91}
print("%d workflows in %s" % (len(found), FOLDER))
