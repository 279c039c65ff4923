"""Workflows of the mixture-of-experts framework and their parts."""

from __future__ import annotations

import datetime
import enum
import json
from dataclasses import dataclass, field, fields
from typing import Any, Dict, List, Optional

from ... import _context
from ..._clock import nanoseconds
from ..._encode import plain
from ..._guard import guarded, say


class WorkflowComponentType(enum.Enum):
    """Kinds of components; :meth:`of` finds them by name, case-insensitively, and by the short names of experts and optimizers.
    """

    DATA_LOADING = "data_loading"
    QUALITY_ASSESSMENT = "quality_assessment"
    EXPERT_TRAINING = "expert_training"
    GATING_TRAINING = "gating_training"
    PREDICTION = "prediction"
    INTEGRATION = "integration"
    WEIGHT_CALCULATION = "weight_calculation"
    EVALUATION = "evaluation"
    CHECKPOINT = "checkpoint"
    SYSTEM = "system"
    DIFFERENTIAL_EVOLUTION = "differential_evolution"
    EVOLUTION_STRATEGY = "evolution_strategy"
    ANT_COLONY_OPTIMIZATION = "ant_colony_optimization"
    GREY_WOLF_OPTIMIZER = "grey_wolf_optimizer"
    PHYSIOLOGICAL_EXPERT = "physiological_expert"
    ENVIRONMENTAL_EXPERT = "environmental_expert"
    BEHAVIORAL_EXPERT = "behavioral_expert"
    MEDICATION_EXPERT = "medication_expert"
    META_LEARNER = "meta_learner"
    GATING_NETWORK = "gating_network"
    OPTIMIZER_ANALYSIS = "optimizer_analysis"
    OTHER = "other"

    @classmethod
    def of(cls, name):
        if isinstance(name, cls):
            return name
        name = str(name).lower()
        name = {"de": "differential_evolution", "es": "evolution_strategy", "aco": "ant_colony_optimization",
                "gwo": "grey_wolf_optimizer"}.get(name, name)
        known = {kind.value for kind in cls}
        return cls(name if name in known else name + "_expert" if name + "_expert" in known else "other")


def now():
    return datetime.datetime.now().isoformat()


def _at(timestamp):
    """Returns the time of an event as arguments; empty if it is now, because the clock of the run is more precise than a
    timestamp and keeps the order of calls.
    """
    try:
        time = datetime.datetime.fromisoformat(timestamp)
        since = datetime.datetime.now(time.tzinfo) - time
    except (TypeError, ValueError):
        return {}
    return {} if abs(since.total_seconds()) < 1 else {"at": nanoseconds(time)}


def _dict(value):
    """Returns the fields of a record as JSON values."""
    found = {}
    for one in fields(value):
        inner = getattr(value, one.name)
        found[one.name] = inner.value if isinstance(inner, enum.Enum) else inner
    return found


class _Record:
    @classmethod
    def from_dict(cls, data):
        """Makes a record from the result of :meth:`to_dict`; unknown members are ignored."""
        known = {one.name for one in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        for name in ("component", "expert_type", "optimizer_type"):
            if name in given:
                given[name] = WorkflowComponentType.of(given[name])
        return cls(**given)

    def to_dict(self):
        return _dict(self)


@dataclass
class WorkflowEvent(_Record):
    """An event of a component."""

    component: WorkflowComponentType
    event_type: str
    timestamp: str = field(default_factory=now)
    details: Dict[str, Any] = field(default_factory=dict)
    success: bool = True


@dataclass
class ComponentExecution(_Record):
    """One execution of a component, from entry to exit. Within a workflow it is a task."""

    component: WorkflowComponentType
    entry_time: str = field(default_factory=now)
    exit_time: Optional[str] = None
    success: bool = True
    result: Any = None
    _task = None  # no field: it is no part of the record

    def complete(self, success=True, result=None):
        """Ends the component. The result of a failed one is ``{"error": message}``."""
        self.exit_time, self.success, self.result = now(), success, result
        if self._task is not None:
            self._end(result)

    @guarded()
    def _end(self, result, at=None):
        if self.success:
            self._task.complete(result, at=at)
        else:
            self._task.fail(result.get("error", "failed") if isinstance(result, dict) else result, at=at)


@dataclass
class ExpertContribution(_Record):
    """The contribution of an expert to a prediction."""

    expert_id: str
    expert_type: WorkflowComponentType
    confidence: float
    weight: float
    prediction: Any
    features_used: List[str] = field(default_factory=list)
    feature_importance: Dict[str, float] = field(default_factory=dict)


@dataclass
class OptimizerPerformance(_Record):
    """The performance of an optimizer; histories are by iteration, not by time."""

    optimizer_id: str
    optimizer_type: WorkflowComponentType
    best_fitness: float
    convergence_curve: List[float] = field(default_factory=list)
    parameters: Dict[str, List[Any]] = field(default_factory=dict)
    diversity_history: List[float] = field(default_factory=list)
    exploration_exploitation_ratio: List[float] = field(default_factory=list)
    iterations: int = 0
    evaluations: int = 0
    duration: float = 0.0


@dataclass
class MetaLearnerDecision(_Record):
    """A choice of the meta-learner, with its alternatives."""

    selection_id: str
    selected_algorithm: str
    problem_features: Dict[str, Any] = field(default_factory=dict)
    confidence: float = 0.0
    alternatives: Dict[str, float] = field(default_factory=dict)


@dataclass
class WorkflowExecution:
    """One workflow. Additions to it are recorded at once."""

    workflow_id: str
    start_time: str = field(default_factory=now)
    end_time: Optional[str] = None
    success: bool = True
    events: List[WorkflowEvent] = field(default_factory=list)
    components: List[ComponentExecution] = field(default_factory=list)
    results: Dict[str, Any] = field(default_factory=dict)
    expert_contributions: List[ExpertContribution] = field(default_factory=list)
    optimizer_performances: List[OptimizerPerformance] = field(default_factory=list)
    meta_learner_decisions: List[MetaLearnerDecision] = field(default_factory=list)

    _run = None
    _going = ()  # components that have begun and, when last looked at, not ended

    def add_event(self, event):
        self.events.append(event)
        self._record_event(event)

    @guarded()
    def _record_event(self, event):
        """A line of the log, ``component: type {details}``, with the component of that kind, or the current one of the caller."""
        if self._run is None:
            return
        kind = WorkflowComponentType.of(event.component)
        scope = self._scope(kind)
        text = say("%s: %s" % (kind.value, say(event.event_type, 1024)), 2048)
        if event.details:
            text += " " + json.dumps(plain(event.details), ensure_ascii=False)
        text = self._run.redacted("text", say(text))
        if text is not None:
            line = {"event": "log", "level": "info" if event.success else "error", "text": text}
            at = _at(event.timestamp).get("at")
            self._run.put(line, True, at) if scope is self._run else scope._put(line, True, at)

    def add_component(self, component):
        """Adds a component that begins now, or one that has ended."""
        self.components.append(component)
        self._begin(component)

    @guarded()
    def _begin(self, component):
        if self._run is None:
            return
        name = WorkflowComponentType.of(component.component).value
        component._task = self._run.create(name, step=name)
        component._task.start(**_at(component.entry_time))
        self._going = [c for c in self._going if c._task.is_open] + [component]
        if component.exit_time is not None:
            component._end(component.result, **_at(component.exit_time))

    def add_expert_contribution(self, contribution):
        self.expert_contributions.append(contribution)
        self._add("expert", contribution.expert_id, contribution, ("confidence", "weight"))

    def add_optimizer_performance(self, performance):
        self.optimizer_performances.append(performance)
        self._add("optimizer", performance.optimizer_id, performance, ("best_fitness", "iterations", "evaluations"))

    def add_meta_learner_decision(self, decision):
        self.meta_learner_decisions.append(decision)
        self._add("decision", decision.selection_id, decision, ("confidence",))

    @guarded()
    def _add(self, family, id, record, numbers):
        scope = self._scope()
        if scope is not None:
            scope.artifact("%s %s" % (family, id), value=record.to_dict())
            for name in numbers:
                scope.metric("%s.%s" % (id, name), getattr(record, name))

    def _scope(self, kind=None):
        """Returns the scope of an event: the last open component of that kind, otherwise the current one of the caller,
        otherwise the last open one if no kind is given, otherwise the run.
        """
        going = [c for c in self._going if c._task.is_open]
        same = [c._task for c in going if WorkflowComponentType.of(c.component) is kind]
        if same:
            return same[-1]
        current = _context.current()
        if current is not None and current.run is self._run:
            return current
        return going[-1]._task if going and kind in (None, WorkflowComponentType.OTHER) else self._run

    def complete(self, success=True, results=None):
        self.end_time, self.success = now(), success
        if results:
            self.results.update(results)
        if self._run is not None:
            self._end(success)

    @guarded()
    def _end(self, success):
        if self.results:
            self._run.artifact("results", value=self.results)
        self._run.end(status="succeeded" if success else "failed")

    def to_dict(self):
        """Returns the workflow in the form of the original's files."""
        found = _dict(self)
        for name, value in found.items():
            if isinstance(value, list):
                found[name] = [record.to_dict() for record in value]
        return found

    @classmethod
    def from_dict(cls, data):
        kinds = {"events": WorkflowEvent, "components": ComponentExecution, "expert_contributions": ExpertContribution,
                 "optimizer_performances": OptimizerPerformance, "meta_learner_decisions": MetaLearnerDecision}
        known = {one.name for one in fields(cls)}
        given = {name: value for name, value in data.items() if name in known}
        for name, kind in kinds.items():
            given[name] = [kind.from_dict(one) for one in given.get(name) or []]
        return cls(**given)

    def save(self, path):
        """Writes a file in the form of the original, which Makespan opens too."""
        with open(path, "w", encoding="utf-8") as file:
            json.dump(plain_tree(self.to_dict()), file, indent=2, ensure_ascii=False)

    @classmethod
    def load(cls, path):
        with open(path, encoding="utf-8") as file:
            return cls.from_dict(json.load(file))


def plain_tree(value):
    """Returns a workflow as JSON values; values without a JSON type become text."""
    return {name: [plain(one) for one in inner] if isinstance(inner, list) else plain(inner)
            for name, inner in value.items()}
