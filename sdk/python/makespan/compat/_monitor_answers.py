"""Queries about the workflows of the monitor."""

from __future__ import annotations

import os
import statistics
from dataclasses import asdict

from .. import _nested
from . import _read
from ._monitor_models import WorkflowStatus
from ._monitor_restore import restored


class Answers:
    """Status, alerts, metrics and history of the workflows of a monitor."""

    def get_workflow_status(self, workflow_id):
        workflow = self.workflows.get(workflow_id)
        return workflow.status_now() if workflow is not None else None

    def get_active_workflows(self):
        return [workflow.status_now() for workflow in list(self.workflows.values())
                if workflow.status is WorkflowStatus.RUNNING]

    def get_recent_alerts(self, count=50):
        """Returns the last alerts as dicts, the latest last."""
        with self._lock:
            return [asdict(alert) for alert in (list(self.alerts)[-count:] if count > 0 else ())]

    def get_workflow_history(self, workflow_id):
        """Returns a workflow as rows: from this process, otherwise from the store or the folder."""
        workflow = self.workflows.get(workflow_id)
        if workflow is not None:
            return [workflow.history()]
        self._init_database()
        if self._store is not None:
            found = _read.fold(self._store.events([workflow_id])).get(workflow_id)
        else:
            path = _nested.place(self.folder, workflow_id)
            found = _read.runs(path).get(workflow_id) if os.path.exists(path) else None
        return [restored(found).history()] if found is not None else []

    def get_performance_summary(self, workflow_id=None):
        """Returns statistics of the metrics of one workflow, or of all; values that are not finite are ignored."""
        grouped = {}
        with self._lock:
            for metric in self.metrics:
                if workflow_id is None or metric.workflow_id == workflow_id:
                    if isinstance(metric.value, (int, float)) and metric.value - metric.value == 0:
                        grouped.setdefault(metric.metric_name, []).append(metric.value)
        return {name: {"count": len(values), "min": min(values), "max": max(values), "mean": statistics.fmean(values),
                       "latest": values[-1], **({"std_dev": statistics.stdev(values)} if len(values) > 1 else {})}
                for name, values in grouped.items()}

    def generate_progress_report(self, workflow_id):
        """Returns the progress of a workflow and its steps as text."""
        workflow = self.workflows.get(workflow_id)
        return workflow.report() if workflow is not None else "Workflow %s not found" % workflow_id
