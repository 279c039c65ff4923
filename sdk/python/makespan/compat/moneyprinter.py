"""The workflow monitor of MoneyPrinterTurbo (``app.services.workflow_monitor``).

    from makespan.compat.moneyprinter import create_workflow, add_step, start_workflow, start_step

Differences from the original: it needs no psutil or loguru, and no database unless ``db_path`` names one: each workflow
is a file in ``workflow_monitor.folder``; a retried step keeps its attempts; steps can be skipped, workflows
paused and cancelled; a workflow that failed ends; durations stop at the end; resource alerts are raised once and resolved;
a metric that is not a finite number is omitted. ``makespan open`` replaces the command line.
"""

from __future__ import annotations

import os
import threading
import time
import uuid
from collections import deque
from dataclasses import asdict

from .. import _context, _run
from .._guard import guarded, say
from ._monitor_alerts import Alerts
from ._monitor_answers import Answers
from ._monitor_models import (
    AlertSeverity,
    PerformanceMetric,
    StepStatus,
    WorkflowAlert,
    WorkflowExecution,
    WorkflowStatus,
    WorkflowStep,
)
from ._reopen import amended, reopen
from ._store import Store
from ._system import System

__all__ = [
    "AlertSeverity", "PerformanceMetric", "StepStatus", "WorkflowAlert", "WorkflowExecution", "WorkflowMonitor",
    "WorkflowStatus", "WorkflowStep", "add_step", "cancel_workflow", "complete_step", "create_workflow", "fail_step",
    "generate_report", "get_status", "pause_workflow", "record_metric", "resume_workflow", "skip_step", "start_step",
    "start_workflow", "update_progress", "workflow_monitor",
]


class WorkflowMonitor(Alerts, Answers):
    """Workflows of this process, by their ids. Unknown ids raise ``ValueError`` where the original does."""

    def __init__(self, memory_system=None, folder=None):
        #: Where files go; ``None``: as :func:`makespan.run` says.
        self.folder = folder
        #: A system that keys and texts are stored in as well, by ``store_swarm_memory(key, text)``.
        self.memory = memory_system
        self._db_path = self._store = None
        self.workflows = {}
        self.alerts = deque(maxlen=1000)
        self.metrics = deque(maxlen=10000)
        self.resource_thresholds = {"memory_percent": 85.0, "cpu_percent": 90.0, "disk_percent": 95.0}
        self.system_metrics = {}
        #: Seconds between checks of the machine, and of the first pause before a retry.
        self.system_check_interval = 10.0
        self.retry_backoff = 1.0
        self.alert_handlers = []
        self._lock = threading.RLock()
        self._watch = None

    @property
    def db_path(self):
        """A store in a file of SQLite (docs/stores.md) that workflows created from now on are in once they end; ``None``:
        files in ``folder``. It needs the ``makespan`` program; a path that cannot be used raises ``OSError``.
        """
        return self._db_path

    @db_path.setter
    def db_path(self, path):
        self._db_path, self._store = path, None

    def _init_database(self):
        """Opens or creates the database at ``db_path``, and its folder; raises ``OSError`` if that fails."""
        if self._db_path is not None and self._store is None:
            path = os.path.expanduser(os.fspath(self._db_path))
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
            self._store = Store("sqlite:" + path)

    # ------------------------------------------------------------------------------------------------------ workflows

    def create_workflow(self, name, description="", metadata=None):
        """Declares a workflow and returns its id."""
        self._init_database()
        workflow = WorkflowExecution(str(uuid.uuid4()), name, description, metadata=metadata or {})
        with self._lock:
            self.workflows[workflow.workflow_id] = workflow
        self._open(workflow)
        self._remember(lambda: ("workflow_" + workflow.workflow_id, workflow.history()))
        return workflow.workflow_id

    @guarded()
    def _open(self, workflow):
        labels = {"description": workflow.description} if workflow.description else None
        workflow._store = self._store
        workflow._run = _run.Run(workflow.name, id=workflow.workflow_id, folder=self.folder, labels=labels,
                                 file=self._store.file() if self._store is not None else None,
                                 params=workflow.metadata, source="makespan python, as workflow_monitor")
        _context.opened(workflow._run)

    def add_workflow_step(self, workflow_id, step_name, description="", dependencies=None, metadata=None):
        """Adds a step that depends on ``dependencies``, ids of steps, and returns its id."""
        workflow = self._workflow(workflow_id)
        if workflow.status is WorkflowStatus.COMPLETED:
            self._reopen(workflow)
        step = WorkflowStep(str(uuid.uuid4()), step_name, description, dependencies=list(dependencies or ()),
                            metadata=metadata or {})
        if workflow._run is not None:
            step._task = workflow._run.create(
                step_name, id=step.step_id, after=step.dependencies, params=metadata,
                labels={"description": description} if description else None)
        with self._lock:
            workflow.steps[step.step_id] = step
            workflow.count()
        return step.step_id

    @guarded()
    def _reopen(self, workflow):
        """Continues a workflow that has ended because a step was added or started again."""
        workflow.status, workflow.end_time, workflow.duration = WorkflowStatus.RUNNING, None, None
        reopen(workflow._run)

    def start_workflow(self, workflow_id):
        workflow = self._workflow(workflow_id)
        workflow.status, workflow.start_time = WorkflowStatus.RUNNING, time.time()
        self._alert(workflow, AlertSeverity.INFO, "Workflow '%s' started" % say(workflow.name, 256))

    def pause_workflow(self, workflow_id, reason=""):
        """Pauses a workflow intentionally."""
        workflow = self._workflow(workflow_id)
        if workflow.status is WorkflowStatus.RUNNING:
            workflow.status = WorkflowStatus.PAUSED
            workflow._pause = workflow._run.pause(reason) if workflow._run is not None else None

    def resume_workflow(self, workflow_id):
        workflow = self._workflow(workflow_id)
        if workflow.status is WorkflowStatus.PAUSED:
            workflow.status = WorkflowStatus.RUNNING
            pause, workflow._pause = workflow._pause, None
            if pause is not None:
                pause.resume()

    def cancel_workflow(self, workflow_id, reason=None):
        """Cancels a workflow with its running and pending steps."""
        workflow = self._workflow(workflow_id)
        for step in workflow.steps.values():
            if step._task is not None:
                step._task.cancel()
            step.cancel()
        self._end(workflow, WorkflowStatus.CANCELLED, AlertSeverity.WARNING,
                  "Workflow '%s' cancelled%s" % (say(workflow.name, 256), ": " + say(reason) if reason else ""))

    # ---------------------------------------------------------------------------------------------------------- steps

    def start_step(self, workflow_id, step_id):
        workflow, step = self._workflow(workflow_id), self._step(workflow_id, step_id)
        if step is None:
            raise ValueError("Step %s not found in workflow" % step_id)
        if workflow._run is not None and not workflow._run.is_open:
            self._reopen(workflow)
        with self._lock:
            step.update(StepStatus.RUNNING, 0.0)
            workflow.count()
        if step._task is not None:
            step._task.start()
        self._remember(lambda: ("step_%s_%s" % (workflow_id, step_id), asdict(step)))

    def update_step_progress(self, workflow_id, step_id, progress, message=None):
        """Reports the progress of a step, 0 to 100."""
        step = self._step(workflow_id, step_id)
        if step is None:
            return
        with self._lock:
            step.update(StepStatus.RUNNING, progress)
            self.workflows[workflow_id].count()
            if message:
                step.metadata["last_message"] = message
        if step._task is not None:
            step._task.progress(step.progress / 100, message)
        self._progressed(self.workflows[workflow_id])
        self._remember(lambda: ("progress_%s_%s" % (workflow_id, step_id), {"progress": step.progress, "message": message}))

    def complete_step(self, workflow_id, step_id, result=None):
        self._over(workflow_id, step_id, StepStatus.COMPLETED, lambda task: task.complete(result), result=result)

    def skip_step(self, workflow_id, step_id, reason=None):
        """Skips a step: it is deliberately not executed."""
        self._over(workflow_id, step_id, StepStatus.SKIPPED, lambda task: task.skip(reason))

    def fail_step(self, workflow_id, step_id, error_message, retry=True):
        """Ends an attempt as failed. With ``retry`` and attempts left, the step waits to be started again, and the seconds to
        wait are returned: ``retry_backoff``, doubled with each attempt.
        """
        step = self._step(workflow_id, step_id)
        if step is None:
            return None
        if retry and step.retry_count < step.max_retries:
            with self._lock:
                step.retry_count += 1
                step.status = StepStatus.PENDING
            return step._task.retry(error_message, self.retry_backoff) if step._task is not None else 0.0
        self._over(workflow_id, step_id, StepStatus.FAILED, lambda task: task.fail(error_message), error=error_message)
        return None

    def _over(self, workflow_id, step_id, status, tell, result=None, error=None):
        step = self._step(workflow_id, step_id)
        if step is None:
            return
        workflow = self.workflows[workflow_id]
        with self._lock:
            step.update(status, 100.0 if status is StepStatus.COMPLETED else None)
            if result:
                step.metadata["result"] = result
            if error is not None:
                step.error_message = say(error)
            workflow.count()
        if step._task is not None:
            tell(step._task)
        self._progressed(workflow)
        self._remember(lambda: ("completion_%s_%s" % (workflow_id, step_id),
                       {"step_id": step_id, "success": status is not StepStatus.FAILED, "result": result, "error": error}))
        if status is StepStatus.FAILED:
            self._alert(workflow, AlertSeverity.ERROR, "Step '%s' failed: %s" % (say(step.name, 256), say(error)), step)
        self._check(workflow)

    def _check(self, workflow):
        """Ends a workflow when all its steps have ended, or more than half of them failed."""
        if workflow.status in (WorkflowStatus.COMPLETED, WorkflowStatus.FAILED, WorkflowStatus.CANCELLED):
            return
        name = say(workflow.name, 256)
        if workflow.failed_steps > 0.5 * max(workflow.total_steps, 1):
            self._end(workflow, WorkflowStatus.FAILED, AlertSeverity.CRITICAL,
                      "Workflow '%s' failed due to too many step failures" % name)
        elif not any(step.status in (StepStatus.PENDING, StepStatus.RUNNING) for step in workflow.steps.values()):
            failed = workflow.failed_steps > 0
            self._end(workflow, WorkflowStatus.FAILED if failed else WorkflowStatus.COMPLETED,
                      AlertSeverity.ERROR if failed else AlertSeverity.INFO,
                      "Workflow '%s' %s" % (name, "failed" if failed else "completed"))

    @guarded()
    def _end(self, workflow, status, severity, message):
        workflow.status, workflow.end_time = status, time.time()
        if workflow.start_time is not None:
            workflow.duration = max(0.0, workflow.end_time - workflow.start_time)
        self._alert(workflow, severity, message)
        if workflow._run is not None:
            workflow._run.put({"event": "run", "stored": workflow.totals()})
            workflow._run.end(status={"completed": "succeeded"}.get(status.value, status.value))
            if workflow._store is not None:
                # Not for the last time: a step may be added to what seemed complete.
                workflow._store.bring(workflow._run.file, last=False)
        self._remember(lambda: ("workflow_completion_" + workflow.workflow_id, workflow.history()))

    @staticmethod
    def _progressed(workflow):
        """Records the overall progress."""
        if workflow._run is not None:
            workflow._run.metric("progress", workflow.progress, "%")

    # ---------------------------------------------------------------------------------------------- metrics and alerts

    def record_metric(self, workflow_id, metric_name, value, unit="", step_id=None, tags=None):
        """Records a measured value of a workflow or of one of its steps."""
        metric = PerformanceMetric(str(uuid.uuid4()), workflow_id, step_id, metric_name, value, unit, time.time(), tags or {})
        workflow = self.workflows.get(workflow_id)
        with self._lock:
            self.metrics.append(metric)
            if workflow is not None:
                workflow.metrics.append(metric)
        if workflow is not None and workflow._run is not None:
            self._measure(workflow, metric)
        self._remember(lambda: ("metric_%s_%s" % (workflow_id, metric_name), asdict(metric)))

    @guarded()
    def _measure(self, workflow, metric):
        name = say(metric.metric_name, 200)
        if metric.tags:
            name += "{%s}" % ",".join("%s=%s" % (say(key, 50), say(inner, 50)) for key, inner in metric.tags.items())
        step = workflow.steps.get(metric.step_id)
        # Also of a workflow that has ended: what it produced may be measured last.
        with amended(workflow._run):
            (workflow._run if step is None else step._task).metric(name, metric.value, metric.unit or None)

    def start_monitoring(self):
        """Checks the machine every ``system_check_interval`` seconds, in a separate thread."""
        with self._lock:
            if self._watch is None:
                self._watch = System(self)
                self._watch.start()

    def stop_monitoring(self):
        with self._lock:
            watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    # ------------------------------------------------------------------------------------------------------- machinery

    def _workflow(self, workflow_id):
        workflow = self.workflows.get(workflow_id)
        if workflow is None:
            raise ValueError("Workflow %s not found" % workflow_id)
        return workflow

    def _step(self, workflow_id, step_id):
        workflow = self.workflows.get(workflow_id)
        return workflow.steps.get(step_id) if workflow is not None else None


#: The monitor of this program.
workflow_monitor = WorkflowMonitor()

create_workflow = workflow_monitor.create_workflow
add_step = workflow_monitor.add_workflow_step
start_workflow = workflow_monitor.start_workflow
pause_workflow = workflow_monitor.pause_workflow
resume_workflow = workflow_monitor.resume_workflow
cancel_workflow = workflow_monitor.cancel_workflow
start_step = workflow_monitor.start_step
update_progress = workflow_monitor.update_step_progress
complete_step = workflow_monitor.complete_step
skip_step = workflow_monitor.skip_step
fail_step = workflow_monitor.fail_step
record_metric = workflow_monitor.record_metric
get_status = workflow_monitor.get_workflow_status
generate_report = workflow_monitor.generate_progress_report
