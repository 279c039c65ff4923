"""``WorkflowRunner`` of Kailash's documentation: executes a workflow with the runtime of Kailash, and records it."""

from __future__ import annotations

import contextlib
import warnings

from ..sdk_exceptions import KailashException


class WorkflowRunner:
    """Executes a workflow or a ``WorkflowBuilder``. ``runtime`` is an object with ``execute``, by default Kailash's ``LocalRuntime``."""

    def __init__(self, workflow, task_manager=None, runtime=None):
        self.workflow, self.task_manager, self.runtime = workflow, task_manager, runtime

    def run(self, parameters=None):
        """Executes the workflow and returns the outputs of its nodes, and under ``run_id`` the id of the run in the manager."""
        workflow = self.workflow.build() if hasattr(self.workflow, "build") else self.workflow
        given = {"parameters": parameters} if parameters is not None else {}
        with contextlib.ExitStack() as stack:
            runtime = self.runtime if self.runtime is not None else stack.enter_context(_local())
            results, run_id = runtime.execute(workflow, task_manager=self.task_manager, **given)
        return {**(results or {}), "run_id": run_id}


def _local():
    try:
        from kailash.runtime.local import LocalRuntime
    except ImportError:
        raise KailashException("WorkflowRunner executes workflows with Kailash, which is not installed: `pip install kailash`, or "
                               "pass a runtime.") from None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        runtime = LocalRuntime()
    return runtime if hasattr(runtime, "__enter__") else contextlib.nullcontext(runtime)
