"""A folder of files."""

from __future__ import annotations

import gzip
import os
import shutil

from .... import _nested
from ...._guard import guarded
from ... import _read
from ..sdk_exceptions import StorageException
from ._recorder import Recorder


class FileSystemStorage(Recorder):
    """A folder with a file of events for each run, ``base_path/runs/RUN.jsonl``.

    ``compress`` compresses a file with gzip when its run has finished. Runs that ended more than ``retention_days`` ago are
    deleted, or compressed and moved to ``archive_path`` with ``archive_old_data``, when the storage is opened and by
    :meth:`clean_up`. ``format`` is ``json``: files are JSON Lines, and any other value is rejected.
    """

    def __init__(self, base_path=None, format="json", compress=False, retention_days=None, archive_old_data=False,
                 archive_path=None, max_runs=None):
        super().__init__()
        if str(format).lower() not in ("json", "jsonl"):
            raise StorageException("format=%r is not supported: runs are written as JSON Lines. Use format='json'; `makespan "
                                   "import` and `makespan export --format yaml` make YAML of them." % (format,))
        self.base_path = os.path.expanduser(str(base_path or os.environ.get("KAILASH_TRACKING_PATH") or "~/.kailash/tracking"))
        self.folder = os.path.join(self.base_path, "runs")
        self.format = format
        self.compress = compress if isinstance(compress, bool) else str(compress).lower() in ("true", "yes", "on", "1")
        self.retention_days = retention_days
        self.max_runs = max_runs
        self.archive_path = os.path.expanduser(str(archive_path)) if archive_path else (
            os.path.join(self.base_path, "archive") if archive_old_data else None)
        if retention_days is not None or max_runs is not None:
            self.clean_up()

    def _place(self, run):
        path = _nested.place(self.folder, run.run_id)
        if os.path.exists(path + ".gz"):
            _unpack(path + ".gz", path)
        return {"file": path}, os.path.exists(path)

    @guarded()
    def _closed(self, opened):
        if self.compress and opened.file is not None and os.path.exists(opened.file):
            _pack(opened.file, opened.file + ".gz")

    @guarded()
    def _reopening(self, opened):
        if opened.file is not None and os.path.exists(opened.file + ".gz"):
            _unpack(opened.file + ".gz", opened.file)

    def _told(self, run_id):
        path = _nested.place(self.folder, run_id)
        for name in (path, path + ".gz"):
            if os.path.exists(name):
                found = _read.runs(name).get(run_id)
                if found is not None:
                    return {**found, "path": name}
        return next((found for found in self._all(task_id=run_id) if found["id"] == run_id), None)

    def _all(self, workflow_name=None, task_id=None):
        wanted = workflow_name if workflow_name is not None else task_id
        for path in _read.folder(self.folder):
            if wanted is None or _read.mentions(path, wanted):
                for found in _read.runs(path).values():
                    found["path"] = path
                    yield found

    def clean_up(self, older_than_days=None, keep_failed_runs=False, dry_run=False, max_runs=None):
        """Deletes or archives old runs; see :meth:`Recorder.clean_up`."""
        days = older_than_days if older_than_days is not None else self.retention_days
        return super().clean_up(days, keep_failed_runs, dry_run, max_runs if max_runs is not None else self.max_runs)

    def _remove(self, run_ids):
        paths = {found["id"]: found["path"] for found in self._all()}
        return [id for id in run_ids if id in paths and self._gone(paths[id])]

    def _gone(self, path):
        if os.path.islink(path):
            return False
        try:
            if self.archive_path is None:
                os.unlink(path)
            else:
                os.makedirs(self.archive_path, exist_ok=True)
                target = _unused(os.path.join(self.archive_path, os.path.basename(path).replace(".jsonl.gz", ".jsonl")))
                if path.endswith(".gz"):
                    shutil.move(path, target)
                else:
                    _pack(path, target)
        except OSError:
            return False
        return True


def _unused(path):
    """Returns an unused name for a compressed file."""
    number, target = 1, path + ".gz"
    while os.path.exists(target):
        number += 1
        target = "%s-%d.jsonl.gz" % (path[: -len(".jsonl")], number)
    return target


def _pack(path, target):
    """Compresses a file completely before the original is removed. Existing content of the target stays, in front of it."""
    if os.path.exists(target):
        _unpack(target, path)
    part = target + ".part"
    with open(path, "rb") as source, gzip.open(part, "wb") as packed:
        shutil.copyfileobj(source, packed)
    os.replace(part, target)
    os.unlink(path)


def _unpack(path, target):
    """Decompresses a file completely before the compressed one is removed. Existing content of the target stays, after it."""
    part = target + ".part"
    with open(part, "wb") as plain:
        with gzip.open(path, "rb") as packed:
            shutil.copyfileobj(packed, plain)
        if os.path.exists(target):
            with open(target, "rb") as more:
                shutil.copyfileobj(more, plain)
    os.replace(part, target)
    os.unlink(path)
