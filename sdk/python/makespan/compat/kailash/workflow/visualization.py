"""``WorkflowVisualizer`` of Kailash: the graph of a workflow, and dashboards of its runs."""

from __future__ import annotations

import json
import os
import pathlib
import tempfile

from .... import analysis
from ...._program import ProgramError
from .._runs import folder_of, opened, picture_path, written
from ..sdk_exceptions import StorageException
from ..visualization.performance import PerformanceVisualizer


class WorkflowVisualizer:
    """Draws a workflow: an object with a ``to_dict()`` like that of Kailash, or such a dict. It may be omitted for runs.

    Colours and layout are those of the ``makespan`` program; the arguments for them are accepted and have no effect.
    """

    def __init__(self, workflow=None, node_colors=None, edge_colors=None, layout="hierarchical"):
        self.workflow = workflow

    def visualize(self, output_path=None, figsize=None, title=None, show_labels=True, show_connections=True, dpi=None, **kwargs):
        """Writes the graph of the workflow and returns its path; without a path returns the SVG as text. A name that ends in ``.png``
        gives a PNG, any other an SVG.
        """
        if self.workflow is None:
            raise ValueError("visualize() needs a workflow: WorkflowVisualizer(workflow)")
        given = self.workflow.to_dict() if hasattr(self.workflow, "to_dict") else self.workflow
        with tempfile.TemporaryDirectory(prefix="makespan-") as folder:
            source = os.path.join(folder, "workflow.json")
            with open(source, "w", encoding="utf-8") as file:
                json.dump(given, file, default=str)
            try:
                run = analysis.runs.open(source)[0]
                if output_path is None:
                    return run.svg("graph")
                path = picture_path(output_path)
                return written(path, run.export(path.suffix[1:].lower(), view="graph"))
            except ProgramError as error:
                raise StorageException("The workflow could not be drawn: %s" % error) from None

    def save(self, output_path, dpi=None, **kwargs):
        """Does the same."""
        return self.visualize(output_path)

    def create_execution_graph(self, run_id, task_manager, output_path=None):
        """Writes a run as Markdown with its graph and timeline in Mermaid, and returns the path as text."""
        path = pathlib.Path(output_path) if output_path is not None else folder_of(None, "workflow_executions") / ("execution_%s.md" % run_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with opened(task_manager, run_id) as (run,):
            return str(written(path, run.export("markdown")))

    def create_performance_dashboard(self, run_id, task_manager, output_dir=None):
        """Writes a page about a run and all its charts, and returns their paths: ``dashboard`` (the page), ``workflow_graph``,
        and those of :meth:`.PerformanceVisualizer.create_run_performance_summary`.

        The page is the report of ``makespan report``: it needs no network, and works without scripts.
        """
        folder = folder_of(output_dir, "performance", str(run_id))
        found = {"workflow_graph": self.create_execution_graph(run_id, task_manager, folder / "workflow_execution.md")}
        found.update(PerformanceVisualizer(task_manager).create_run_performance_summary(run_id, folder))
        with opened(task_manager, run_id) as (run,):
            found["dashboard"] = pathlib.Path(run.report(folder / "dashboard.html"))
        return found


def create_performance_dashboard(run_id, task_manager, output_dir=None):
    """See :meth:`WorkflowVisualizer.create_performance_dashboard`."""
    return WorkflowVisualizer().create_performance_dashboard(run_id, task_manager, output_dir)
