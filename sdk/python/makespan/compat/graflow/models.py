"""Executions of workflows and of tasks, and queries about them."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Any, Dict, Optional

from ..._guard import foreign


@dataclass
class TaskExecutionInfo:
    """One execution of a task. ``result_size`` is the size of the object itself in bytes, without objects that it refers to."""

    task_id: str
    execution_id: str
    start_time: datetime.datetime
    end_time: Optional[datetime.datetime] = None
    status: str = "pending"
    duration: Optional[float] = None
    result_size: Optional[int] = None
    error_message: Optional[str] = None
    metadata: Dict[str, Any] = field(default_factory=dict)


@dataclass
class WorkflowExecution:
    """One execution of a workflow."""

    execution_id: str
    workflow_name: str
    start_time: datetime.datetime
    end_time: Optional[datetime.datetime] = None
    status: str = "running"
    total_tasks: int = 0
    completed_tasks: int = 0
    failed_tasks: int = 0


class Answers:
    """The graph, figures and listeners of a manager."""

    def get_graph_snapshot(self):
        """Nodes with their data, and edges, as JSON."""
        with self._lock:
            return {"nodes": [{"id": node, "data": dict(data)} for node, data in self.graph.nodes.items()],
                    "edges": [{"source": source, "target": target, "data": dict(data)}
                              for (source, target), data in self.graph.edges.items()]}

    def get_task_history(self, task_id):
        """Returns the executions of a task, the latest first."""
        return sorted((info for info in self.task_executions.values() if info.task_id == task_id),
                      key=lambda info: info.start_time, reverse=True)

    def get_metrics_summary(self):
        """Returns counts and averages over all executions; undefined values are ``None``."""
        tasks = list(self.task_executions.values())
        count = lambda status: sum(info.status == status for info in tasks)
        durations = [info.duration for info in tasks if info.duration is not None]
        over = count("completed") + count("failed")
        return {"total_executions": len(self.executions), "total_tasks": len(tasks), "completed_tasks": count("completed"),
                "failed_tasks": count("failed"), "success_rate": count("completed") / over if over else None,
                "average_task_duration": sum(durations) / len(durations) if durations else None}

    def add_listener(self, callback):
        """Calls ``callback(event_type, info)`` when a workflow or a task starts or ends."""
        self._listeners.append(callback)

    def _notify(self, event_type, data):
        for listener in list(self._listeners):
            foreign(listener, event_type, data)
