"""``ReportGenerator`` of the documentation: a run as HTML, runs as a table."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import tempfile

from .._store import PATIENCE_S, StoreError, program
from .analytics import RunAnalyzer
from .sdk_exceptions import StorageException, TaskException

COLUMNS = ("run_id", "workflow_name", "status", "started_at", "ended_at", "duration", "task_count", "completed_tasks",
           "failed_tasks", "error")


class ReportGenerator:
    """Writes reports of the runs that a manager knows."""

    def __init__(self, task_manager):
        self.task_manager = task_manager

    def generate_html_report(self, run_id, include_metrics=True, include_timeline=True, include_errors=True):
        """Returns a page that shows a run, offline and without scripts too. It is that of ``makespan report``, which is
        needed, and has everything that ``include_…`` may ask for.
        """
        run = self.task_manager.get_run(run_id)
        if run is None:
            raise TaskException("Run '%s' not found" % run_id)
        with tempfile.TemporaryDirectory(prefix="makespan-") as folder:
            source, page = os.path.join(folder, "run.json"), os.path.join(folder, "report.html")
            told = getattr(self.task_manager.storage, "_told", lambda _: None)(run_id) or {}
            if "path" in told:
                source = told["path"]  # has what was sampled over time, too
            else:
                with open(source, "w", encoding="utf-8") as file:
                    json.dump({"run": run.to_dict(), "tasks": [task.to_dict() for task in self.task_manager.get_tasks(run_id)]},
                              file, ensure_ascii=False)
            try:
                done = subprocess.run([program(), "report", source, "-o", page], stdin=subprocess.DEVNULL,
                                      stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S)
            except (OSError, subprocess.SubprocessError, StoreError) as error:
                raise StorageException("The report could not be written: %s" % error) from None
            if done.returncode != 0:
                raise StorageException("The report could not be written: %s" % done.stderr.decode("utf-8", "replace").strip())
            with open(page, encoding="utf-8") as file:
                return file.read()

    def export_run_summary(self, output_path, start_date=None, end_date=None, workflow_name=None):
        """Writes a row for each run that started within two days, as CSV, and returns the number of runs."""
        runs = RunAnalyzer(self.task_manager).runs(start_date, end_date, workflow_name)
        with open(output_path, "w", newline="", encoding="utf-8") as file:
            table = csv.writer(file)
            table.writerow(COLUMNS)
            table.writerows([_cell(getattr(run, name)) for name in COLUMNS] for run in runs)
        return len(runs)


def _cell(value):
    """Spreadsheets take a text that begins with one of these for a formula."""
    return "'" + value if isinstance(value, str) and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
