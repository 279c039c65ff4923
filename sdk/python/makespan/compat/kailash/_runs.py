"""Runs of a manager, opened by the ``makespan`` program."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import tempfile
import warnings

from ... import _program, analysis
from ..._program import ProgramError
from .metrics import of_samples
from .sdk_exceptions import StorageException


@contextlib.contextmanager
def opened(manager, *run_ids):
    """Returns the runs as a list of :class:`makespan.analysis.Run`, in this order.

    Raises ``ValueError`` for a run that the manager does not know, and ``StorageException`` if the program is missing or cannot
    read a run.
    """
    with tempfile.TemporaryDirectory(prefix="makespan-") as folder:
        try:
            yield [_open(manager, id, os.path.join(folder, "%d.json" % number)) for number, id in enumerate(run_ids)]
        except ProgramError as error:
            raise StorageException("%s" % error) from None


def _open(manager, run_id, path):
    run = manager.get_run(run_id)
    if run is None:
        raise ValueError("Run %s not found" % run_id)
    recorded = getattr(manager.storage, "_told", lambda _: None)(run_id) or {}
    if "path" in recorded:
        path = recorded["path"]  # also has what was sampled over time
    else:
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"run": run.to_dict(), "tasks": [task.to_dict() for task in manager.get_tasks(run_id)]}, file, ensure_ascii=False)
    found = analysis.runs.open(path)
    return next((one for one in found if one.id == run_id), found[0])


def measured(run):
    """Returns the tasks of a run, each with the metrics of its last attempt: ``[(task, TaskMetrics)]``, in order of their
    starts.
    """
    by_task = {}
    for sample in run.samples:
        # A file of Kailash has its own names.
        name, unit = ("memory_usage", "MiB") if sample.name == "memory_usage_mb" else (sample.name, sample.unit)
        if name != "duration":
            by_task.setdefault(sample.task, {})[name] = (sample.value, unit)
    found = [(task, of_samples(by_task.get(task.id, {}), task.duration_s)) for task in run.tasks]
    return sorted(found, key=lambda one: (one[0].raw["started"] is None, one[0].raw["started"] or "", one[0].id))


def metric(metrics, name):
    """Returns a metric by its name in Kailash; ``None`` if it was not collected."""
    if metrics is None:
        return None
    found = getattr(metrics, name) if name in ("duration", "cpu_usage", "memory_usage_mb") else metrics.custom_metrics.get(name)
    return found if isinstance(found, (int, float)) and found == found else None


def folder_of(output_dir, *default):
    """Returns the folder for pictures; creates it if needed."""
    folder = pathlib.Path(output_dir) if output_dir is not None else pathlib.Path.cwd().joinpath("outputs", *default)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def picture_path(path):
    """Returns the path of a picture. Pictures are SVG, or PNG if the name ends in ``.png``: another ending is replaced, and a
    warning names the file.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix.lower() in (".svg", ".png"):
        return path
    named = path.with_suffix(".svg")
    if path.suffix:
        warnings.warn("Pictures are written as SVG or PNG: %s instead of %s" % (named, path.name), RuntimeWarning, stacklevel=3)
    return named


def drawn(path, svg):
    """Writes a picture, as PNG if the path ends in ``.png``, and returns the path."""
    if path.suffix.lower() == ".png":
        svg = _program.call("draw", input=svg.encode("utf-8"))[0]
    return written(path, svg)


def written(path, text):
    """Writes a text file and returns its path."""
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
    return path
