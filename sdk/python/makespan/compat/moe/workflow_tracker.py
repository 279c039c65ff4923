"""The tracker: workflows, decorated components, wrapped pipelines, events of the framework."""

from __future__ import annotations

import functools
import inspect
import os
import sys
import threading
import uuid

from ... import _context, _decorate, _errors, _run
from ..._guard import guarded, say
from ._restore import execution
from .. import _read
from .models import (
    ComponentExecution,
    ExpertContribution,
    MetaLearnerDecision,
    OptimizerPerformance,
    WorkflowComponentType,
    WorkflowEvent,
    WorkflowExecution,
)

C = WorkflowComponentType
#: Methods of a pipeline that are wrapped, and what they are.
METHODS = {"load_data": C.DATA_LOADING, "train": C.EXPERT_TRAINING, "predict": C.PREDICTION, "evaluate": C.EVALUATION,
           "set_patient": C.SYSTEM, "_create_checkpoint": C.CHECKPOINT, "load_checkpoint": C.CHECKPOINT}
#: What the events of the framework begin with, the first that fits counts.
STEMS = (("expert_training", C.EXPERT_TRAINING), ("gating_training", C.GATING_TRAINING), ("training", C.EXPERT_TRAINING),
         ("gating_weights", C.WEIGHT_CALCULATION), ("gating_network", C.GATING_NETWORK), ("prediction", C.PREDICTION),
         ("expert_prediction", C.PREDICTION), ("integration", C.INTEGRATION), ("checkpoint", C.CHECKPOINT),
         ("data_quality", C.QUALITY_ASSESSMENT), ("data", C.DATA_LOADING), ("quality", C.QUALITY_ASSESSMENT),
         ("pipeline", C.SYSTEM), ("de_", C.DIFFERENTIAL_EVOLUTION), ("es_", C.EVOLUTION_STRATEGY),
         ("aco_", C.ANT_COLONY_OPTIMIZATION), ("gwo_", C.GREY_WOLF_OPTIMIZER), ("physiological", C.PHYSIOLOGICAL_EXPERT),
         ("environmental", C.ENVIRONMENTAL_EXPERT), ("behavioral", C.BEHAVIORAL_EXPERT),
         ("medication", C.MEDICATION_EXPERT), ("meta_learner", C.META_LEARNER))
#: Events that are listened to where the framework does not list its own.
EVENTS = ["%s_%s" % (stem, end) for stem in
          ("pipeline", "training", "expert_training", "gating_training", "prediction", "expert_prediction",
           "expert_predictions", "integration", "checkpoint", "checkpoint_restore") for end in ("started", "completed")
          ] + ["pipeline_error", "training_epoch_completed", "gating_weights_calculated", "checkpoint_saved",
               "checkpoint_loaded", "data_quality_issue", "data_drift_detected", "data_split_completed", "data_loaded"]


class WorkflowTracker:
    """Records the workflows of a pipeline, one at a time, into files of ``output_dir``."""

    def __init__(self, event_manager=None, output_dir="./.workflow_tracking", verbose=False):
        self.output_dir = output_dir
        self.verbose = verbose
        self.current_workflow = None
        self.active_components = {}
        self.tracked_methods = {}
        self._managers = []
        self._lock = threading.RLock()
        self.event_manager = event_manager

    @property
    def event_manager(self):
        """The event manager whose events are recorded. Setting it is enough."""
        return self._managers[-1] if self._managers else None

    @event_manager.setter
    def event_manager(self, manager):
        if manager is not None and all(manager is not known for known in self._managers):
            self._managers.append(manager)
            self._listen(manager)

    @guarded()
    def _listen(self, manager):
        listed = getattr(sys.modules.get(type(manager).__module__), "MoEEventTypes", None)
        kinds = [value for name, value in vars(listed).items() if name.isupper()] if listed is not None else EVENTS
        manager.register_listener(self._handle_event, list(kinds))

    # ------------------------------------------------------------------------------------------------------ workflows

    def start_workflow(self, workflow_id=None):
        """Starts a workflow. One that is still open ends with its current status."""
        with self._lock:
            if self.current_workflow is not None:
                self._close(self.current_workflow)
            id = say(workflow_id, 256) if workflow_id else "workflow_%s" % uuid.uuid4()
            self.current_workflow = WorkflowExecution(workflow_id=id)
            self.current_workflow._run = self._open(id)
            return self.current_workflow

    @guarded()
    def _open(self, id):
        safe = "".join(c if c.isalnum() or c in "-_." else "_" for c in id)[:150].lstrip(".") or "workflow"
        file = os.path.join(self.output_dir, "%s-%s.jsonl" % (safe, uuid.uuid4().hex[:8]))
        run = _run.Run(id, file=file, workflow=id, source="makespan python, as moe_framework")
        _context.opened(run)
        return run

    @guarded()
    def _close(self, workflow):
        for component in list(self.active_components.values()):
            component.complete(success=workflow.success)
        self.active_components.clear()
        if workflow._run is not None:
            workflow._run.end()

    def complete_workflow(self, success=True, results=None):
        """Ends the current workflow and returns it; ``None`` if there is none."""
        with self._lock:
            workflow = self.current_workflow
            if workflow is None:
                return None
            for component in list(self.active_components.values()):
                component.complete(success=success)
            self.active_components.clear()
            workflow.complete(success=success, results=results)
            self.current_workflow = None
            return workflow

    def _workflow(self):
        with self._lock:
            return self.current_workflow or self.start_workflow()

    # --------------------------------------------------------------------------------------------------------- events

    @guarded()
    def _handle_event(self, event):
        """Records an event of the framework in the log; those of training and prediction start and end components."""
        data = event.data if isinstance(event.data, dict) else {}
        success = bool(data.get("success", True))
        name = say(event.event_type, 256).lower()
        kind = next((kind for stem, kind in STEMS if name.startswith(stem)), C.OTHER)
        if name.endswith("_error"):
            success = False
        workflow = self._workflow()
        workflow.add_event(WorkflowEvent(kind, event.event_type, details=dict(data), success=success))
        if name in ("training_started", "prediction_started"):
            # A method that was wrapped is the component already.
            if not any(one.component is kind for one in self.active_components.values()):
                self.active_components[name.split("_")[0]] = component = ComponentExecution(kind)
                workflow.add_component(component)
        elif name in ("training_completed", "prediction_completed"):
            component = self.active_components.pop(name.split("_")[0], None)
            if component is not None:
                component.complete(success=success, result=data)
        elif name in ("checkpoint_completed", "checkpoint_restore_completed") and data.get("final"):
            self.complete_workflow(success=success, results={"checkpoint_path": data.get("path")})

    def track_expert_contribution(self, expert_id, expert_type, confidence, weight, prediction, features_used=None,
                                  feature_importance=None):
        """Records the contribution of an expert to a prediction."""
        contribution = ExpertContribution(expert_id, C.of(expert_type), confidence, weight, prediction,
                                          features_used or [], feature_importance or {})
        self._workflow().add_expert_contribution(contribution)
        return contribution

    def track_optimizer_performance(self, optimizer_id, optimizer_type, best_fitness, convergence_curve=None,
                                    parameters=None, diversity_history=None, exploration_exploitation_ratio=None,
                                    iterations=0, evaluations=0, duration=0.0):
        """Records the performance of an optimizer; ``duration`` in seconds."""
        performance = OptimizerPerformance(
            optimizer_id, C.of(optimizer_type), best_fitness, convergence_curve or [], parameters or {},
            diversity_history or [], exploration_exploitation_ratio or [], iterations, evaluations, duration)
        self._workflow().add_optimizer_performance(performance)
        return performance

    def track_meta_learner_decision(self, selection_id, selected_algorithm, problem_features=None, confidence=0.0,
                                    alternatives=None):
        """Records a choice of the meta-learner."""
        decision = MetaLearnerDecision(selection_id, selected_algorithm, problem_features or {}, confidence,
                                       alternatives or {})
        self._workflow().add_meta_learner_decision(decision)
        return decision

    # ----------------------------------------------------------------------------------------------------- components

    def track_component(self, component_type):
        """Decorates a function, a coroutine or a generator that is a component: each call is a task. A generator is timed
        from the first requested value to its end.
        """

        def decorator(function):
            kind = C.of(component_type)
            if inspect.isgeneratorfunction(function):
                wrapper = _decorate._generator(function, lambda args, kwargs: _Streamed(self, kind))
            elif inspect.isasyncgenfunction(function):
                wrapper = _decorate._async_generator(function, lambda args, kwargs: _Streamed(self, kind))
            elif inspect.iscoroutinefunction(function):
                @functools.wraps(function)
                async def wrapper(*args, **kwargs):
                    with _Entered(self, kind) as entered:
                        result = entered.result = await function(*args, **kwargs)
                        return result
            else:
                @functools.wraps(function)
                def wrapper(*args, **kwargs):
                    with _Entered(self, kind) as entered:
                        result = entered.result = function(*args, **kwargs)
                        return result

            self.tracked_methods[getattr(function, "__qualname__", "component")] = wrapper
            return wrapper

        return decorator

    def track_moe_pipeline(self, pipeline):
        """Wraps the methods of a pipeline object in place, and records its events."""
        for name, kind in METHODS.items():
            method = getattr(pipeline, name, None)
            if callable(method):
                setattr(pipeline, name, self.track_component(kind)(method))
        if self.event_manager is None:
            self.event_manager = getattr(pipeline, "event_manager", None)
        return pipeline

    def get_tracked_executions(self):
        """Returns the workflows in ``output_dir``, including unfinished ones and those that the original wrote."""
        found = [one for one in map(_theirs, _names(self.output_dir)) if one is not None]
        for path in _read.folder(self.output_dir):
            for run in _read.runs(path).values():
                found.append(execution(run))
        return sorted(found, key=lambda workflow: workflow.start_time or "")


def _names(folder):
    try:
        return sorted(os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".json"))
    except OSError:
        return []


def _theirs(path):
    """Returns the workflow in a file of the original; ``None`` if it is another kind of file."""
    try:
        found = WorkflowExecution.load(path)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return found if isinstance(found.workflow_id, str) and found.start_time else None


class _Entered:
    """A component around a call."""

    def __init__(self, tracker, kind):
        self._tracker, self._kind = tracker, kind
        self._component = self._key = None
        self.result = None

    def __enter__(self):
        self._enter()
        return self

    @guarded()
    def _enter(self):
        self._component, self._key = ComponentExecution(self._kind), "%s_%d" % (self._kind.value, id(self))
        workflow = self._tracker._workflow()
        workflow.add_component(self._component)
        self._tracker.active_components[self._key] = self._component
        if self._component._task is not None:
            self._component._task.activate()

    def __exit__(self, kind, error, trace):
        self._exit(error)
        return False

    @guarded()
    def _exit(self, error):
        component = self._component
        if component is None:
            return
        self._tracker.active_components.pop(self._key, None)
        task = component._task
        if task is not None:
            task.deactivate()
            if error is not None:
                task.end(error)
        failed = _errors.outcome(error)[0] == "failed"
        component.complete(success=not failed, result={"error": say(error)} if failed else self.result)


class _Streamed(_Entered):
    """A component around a generator: it is current only while the generator is executing."""

    @guarded()
    def start(self):
        self._enter()
        self.deactivate()

    def activate(self):
        if self._component is not None and self._component._task is not None:
            self._component._task.activate()

    def deactivate(self):
        if self._component is not None and self._component._task is not None:
            self._component._task.deactivate()

    def end(self, error=None):
        if self._component is not None and self._component.exit_time is None:
            self._exit(error)
