"""Alerts of the workflow monitor, their handlers, and copies for memory systems."""

from __future__ import annotations

import json
import time
import uuid
from dataclasses import asdict

from .. import _encode
from .._guard import foreign, guarded
from ._monitor_models import WorkflowAlert


class Alerts:
    """Raises and resolves the alerts of a monitor."""

    def add_alert_handler(self, handler):
        self.alert_handlers.append(handler)

    def _alert(self, workflow, severity, message, step=None, metadata=None):
        alert = WorkflowAlert(str(uuid.uuid4()), workflow.workflow_id, step.step_id if step is not None else None, severity,
                              message, time.time(), metadata=metadata or {})
        with self._lock:
            self.alerts.append(alert)
            workflow.alerts.append(alert)
        scope = step._task if step is not None else workflow._run
        if scope is not None:
            self._measured(workflow, alert, alert.metadata.get("value"))
            scope.alert(message, severity=severity.value)
        self._remember(lambda: ("alert_%s_%s" % (workflow.workflow_id, alert.alert_id), asdict(alert)))
        for handler in list(self.alert_handlers):
            foreign(handler, alert)
        return alert

    def _resolve(self, workflow, alert, value):
        """Marks an alert as resolved, with the value that resolved it, and calls the handlers with it again."""
        alert.resolved = True
        alert.metadata.update(resolved_value=value, resolved_at=time.time())
        if workflow._run is not None:
            self._measured(workflow, alert, value)
            workflow._run.alert(alert.message, severity=alert.severity.value, resolved=True)
        self._remember(lambda: ("alert_%s_%s" % (workflow.workflow_id, alert.alert_id), asdict(alert)))
        for handler in list(self.alert_handlers):
            foreign(handler, alert)

    @staticmethod
    def _measured(workflow, alert, value):
        if value is not None and "metric" in alert.metadata:
            workflow._run.metric(alert.metadata["metric"], value, "%")

    @guarded()
    def _remember(self, told):
        """Stores a key and a dict, which ``told()`` returns, in the memory system if there is one."""
        if hasattr(self.memory, "store_swarm_memory"):
            key, value = told()
            text = json.dumps(_encode.plain({**value, "timestamp": time.time()}), ensure_ascii=False)
            foreign(self.memory.store_swarm_memory, key, text)
