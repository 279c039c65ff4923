"""``WorkflowVisualizer``: a workflow as a file of the original, as Mermaid, and as the page of ``makespan report``."""

from __future__ import annotations

import os
import re
import subprocess

from .._store import PATIENCE_S, StoreError, program


class WorkflowVisualizer:
    """Writes files to ``output_dir``; each method returns the path of one, its name that of the workflow if none is given."""

    def __init__(self, output_dir="./.workflow_visualizations"):
        self.output_dir = output_dir

    def export_workflow_json(self, workflow, filename=None):
        """Writes the workflow in the form of the original, which ``makespan`` opens too."""
        path = self._path(workflow, filename, ".json")
        workflow.save(path)
        return path

    def generate_mermaid_workflow(self, workflow, filename=None):
        """Writes the components as a Mermaid flow chart, in the order of their entry: a workflow has no other edges."""
        lines = ["flowchart TD"]
        for number, component in enumerate(workflow.components):
            label = component.component.value + ("" if component.success else " (failed)")
            lines.append('    c%d["%s"]%s' % (number, label.replace('"', "#quot;"), "" if component.success else ":::failed"))
        lines += ["    c%d --> c%d" % (number, number + 1) for number in range(len(workflow.components) - 1)]
        lines.append("    classDef failed stroke-width:3px,stroke-dasharray:4")
        path = self._path(workflow, filename, ".mmd")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def visualize_workflow(self, workflow, filename=None):
        """Writes a page with the graph, the timeline and the figures of the workflow; it needs the ``makespan`` program."""
        page = self._path(workflow, filename, ".html")
        source = getattr(workflow._run, "file", None)
        if source is None or not os.path.exists(source):
            source = self.export_workflow_json(workflow)
        _makespan("report", source, "-o", page)
        return page

    def create_timeline_visualization(self, workflow, filename=None):
        """Writes the same page, which has the timeline too."""
        return self.visualize_workflow(workflow, filename)

    def _path(self, workflow, filename, ending):
        os.makedirs(self.output_dir, exist_ok=True)
        name = filename or re.sub(r"[^\w.-]", "_", workflow.workflow_id)[:150].lstrip(".") or "workflow"
        return os.path.join(self.output_dir, name if os.path.splitext(name)[1] == ending else name + ending)


def render_workflow_dashboard(tracker_output_dir="./.workflow_tracking"):
    """Shows the workflows of a folder in the browser until it is stopped, by ``makespan open``."""
    _makespan("open", tracker_output_dir, patience=None)


def run_dashboard(tracker_output_dir="./.workflow_tracking", port=8507):
    """The same, at a port of this machine."""
    _makespan("open", tracker_output_dir, "--port", str(int(port)), patience=None)


def _makespan(*command, patience=PATIENCE_S):
    try:
        done = subprocess.run([program(), *command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=patience,
                              stdout=subprocess.DEVNULL if patience else None)
    except (OSError, subprocess.SubprocessError) as error:
        raise StoreError("makespan %s: %s" % (command[0], error)) from None
    if done.returncode != 0:
        raise StoreError(done.stderr.decode("utf-8", "replace").strip() or "makespan %s failed" % command[0])
