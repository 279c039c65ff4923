"""``WorkflowVisualizer``: a workflow as graph, timeline, Mermaid, page, and as a file of the original."""

from __future__ import annotations

import os
import re
import subprocess
import warnings

from ... import _program, analysis
from ..._program import ProgramError


class WorkflowVisualizer:
    """Writes files to ``output_dir``; each method returns a path. The default name is that of the workflow."""

    def __init__(self, output_dir="./.workflow_visualizations"):
        self.output_dir = output_dir

    def export_workflow_json(self, workflow, filename=None):
        """Writes the workflow in the form of the original, which ``makespan`` opens too."""
        path = self._path(workflow, filename, ".json")
        workflow.save(path)
        return path

    def generate_mermaid_workflow(self, workflow, filename=None):
        """Writes the components as a Mermaid flow chart, in the order of their entry, because a workflow has no other edges."""
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
        """Writes the graph of the workflow as SVG, or as PNG if the name ends in ``.png``. If it ends in ``.html``, a page with
        graph, timeline, figures and errors is written, which works offline and without scripts. Needs the ``makespan`` program.
        """
        return self._picture(workflow, filename, "graph")

    def create_timeline_visualization(self, workflow, filename=None):
        """Writes the timeline of the workflow as SVG or PNG, or the same page as :meth:`visualize_workflow`."""
        return self._picture(workflow, filename, "timeline")

    def create_report(self, workflow, filename=None):
        """Writes the page about the workflow."""
        page = self._path(workflow, filename, ".html")
        return self._opened(workflow).report(page)

    def _picture(self, workflow, filename, view):
        if filename is not None and str(filename).lower().endswith((".html", ".htm")):
            return self.create_report(workflow, filename)
        opened = self._opened(workflow)
        kind = "png" if filename is not None and str(filename).lower().endswith(".png") else "svg"
        return opened.export(kind, self._path(workflow, filename, "." + kind, "_" + view), view=view)

    def _opened(self, workflow):
        """Opens the file in which the workflow is recorded, or one in the form of the original."""
        source = getattr(workflow._run, "file", None)
        if source is None or not os.path.exists(source):
            source = self.export_workflow_json(workflow)
        return analysis.runs.open(source)[0]

    def _path(self, workflow, filename, ending, suffix=""):
        os.makedirs(self.output_dir, exist_ok=True)
        if filename is None:
            filename = (re.sub(r"[^\w.-]", "_", workflow.workflow_id)[:150].lstrip(".") or "workflow") + suffix
        name, given = os.path.splitext(str(filename))
        if given.lower() in (".jpg", ".jpeg", ".pdf") and ending == ".svg":
            warnings.warn("Pictures are written as SVG or PNG: %s instead of %s" % (name + ending, filename), RuntimeWarning, stacklevel=4)
            filename = name
        return os.path.join(self.output_dir, filename if str(filename).lower().endswith(ending) else "%s%s" % (filename, ending))


def render_workflow_dashboard(tracker_output_dir="./.workflow_tracking"):
    """Shows the workflows of a folder in the browser until it is stopped, by ``makespan open``."""
    _makespan("open", tracker_output_dir)


def run_dashboard(tracker_output_dir="./.workflow_tracking", port=8507):
    """Does the same, on a port of this machine."""
    _makespan("open", tracker_output_dir, "--port", str(int(port)))


def _makespan(*command):
    # Its address is printed where the program prints; it goes on until it is stopped.
    try:
        done = subprocess.run([_program.find(), *command], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    except (OSError, subprocess.SubprocessError) as error:
        raise ProgramError("makespan %s: %s" % (command[0], error)) from None
    if done.returncode != 0:
        raise ProgramError(done.stderr.decode("utf-8", "replace").strip() or "makespan %s failed" % command[0])
