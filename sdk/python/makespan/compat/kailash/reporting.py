"""``ReportGenerator`` of the documentation: a run as HTML or Markdown, runs as a table."""

from __future__ import annotations

import csv
import os
import tempfile

from ._runs import opened
from .analytics import RunAnalyzer
from .sdk_exceptions import TaskException

COLUMNS = ("run_id", "workflow_name", "status", "started_at", "ended_at", "duration", "task_count", "completed_tasks",
           "failed_tasks", "error")


class ReportGenerator:
    """Writes reports of the runs of a manager."""

    def __init__(self, task_manager):
        self.task_manager = task_manager

    def generate_html_report(self, run_id, include_metrics=True, include_timeline=True, include_errors=True):
        """Returns a page about a run that works offline and without scripts. It is the page of ``makespan report``, which is
        needed, and contains everything that the ``include_…`` arguments select.
        """
        if self.task_manager.get_run(run_id) is None:
            raise TaskException("Run '%s' not found" % run_id)
        with tempfile.TemporaryDirectory(prefix="makespan-") as folder, opened(self.task_manager, run_id) as (run,):
            page = run.report(os.path.join(folder, "report.html"))
            with open(page, encoding="utf-8") as file:
                return file.read()

    def generate_markdown_report(self, run_id):
        """Returns a run as Markdown: summary, bottlenecks, insights, tasks, graph and timeline in Mermaid."""
        if self.task_manager.get_run(run_id) is None:
            raise TaskException("Run '%s' not found" % run_id)
        with opened(self.task_manager, run_id) as (run,):
            return run.export("markdown").decode("utf-8")

    def export_run_summary(self, output_path, start_date=None, end_date=None, workflow_name=None):
        """Writes a row for each run that started between two days, as CSV, and returns the number of runs."""
        runs = RunAnalyzer(self.task_manager).runs(start_date, end_date, workflow_name)
        with open(output_path, "w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            table.writerows([_cell(getattr(run, name)) for name in COLUMNS] for run in runs)
        return len(runs)


def _cell(value):
    """Spreadsheets interpret a text that begins with one of these as a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
