"""Sends the events of two jobs of a run, as the client of OpenLineage does. The environment names the server."""

from datetime import datetime, timezone

from openlineage.client import OpenLineageClient
from openlineage.client.event_v2 import InputDataset, Job, OutputDataset, Run, RunEvent, RunState
from openlineage.client.facet_v2 import error_message_run, parent_run

ROOT = "01890000-0000-7000-8000-000000000001"
LOAD = "01890000-0000-7000-8000-000000000002"
SUM = "01890000-0000-7000-8000-000000000003"

client = OpenLineageClient()


def emit(state, job, run, second, inputs=(), outputs=(), error=None):
    facets = {}
    if run != ROOT:
        facets["parent"] = parent_run.ParentRunFacet(
            run=parent_run.Run(runId=ROOT), job=parent_run.Job(namespace="shop", name="nightly")
        )
    if error is not None:
        facets["errorMessage"] = error_message_run.ErrorMessageRunFacet(message=error, programmingLanguage="python")
    client.emit(
        RunEvent(
            eventType=state,
            eventTime=datetime(2026, 1, 5, 8, 0, second, tzinfo=timezone.utc).isoformat(),
            run=Run(runId=run, facets=facets),
            job=Job(namespace="shop", name=job),
            producer="https://example.com/producer",
            inputs=[InputDataset(namespace="s3", name=name) for name in inputs],
            outputs=[OutputDataset(namespace="s3", name=name) for name in outputs],
        )
    )


emit(RunState.START, "nightly", ROOT, 0)
emit(RunState.START, "nightly.load", LOAD, 1)
emit(RunState.COMPLETE, "nightly.load", LOAD, 4, outputs=["orders"])
emit(RunState.START, "nightly.sum", SUM, 5, inputs=["orders"])
emit(RunState.FAIL, "nightly.sum", SUM, 9, inputs=["orders"], error="no such column")
emit(RunState.FAIL, "nightly", ROOT, 10)
