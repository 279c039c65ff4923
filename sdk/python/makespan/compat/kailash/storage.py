"""Where runs are kept: a folder of files, and whatever else is told of runs and tasks."""

from __future__ import annotations

import datetime
import gzip
import os
import shutil

from ... import _run
from ..._guard import guarded
from .. import _read
from .models import OVER, TaskRun, TaskStatus, WorkflowRun

STATUSES = {"succeeded": TaskStatus.COMPLETED, "failed": TaskStatus.FAILED, "skipped": TaskStatus.SKIPPED,
            "cancelled": TaskStatus.CANCELLED, "running": TaskStatus.RUNNING, "upstream-failed": TaskStatus.SKIPPED,
            "cached": TaskStatus.SKIPPED}


class BaseStorage:
    """A storage of one's own: it is told of each run and task as they change, beside the file that is written."""

    def save_run(self, run):
        pass

    def save_task(self, task):
        pass

    def get_run(self, run_id):
        return None

    def get_tasks(self, run_id):
        return []


StorageBackend = BaseStorage


class FileSystemStorage(BaseStorage):
    """A folder with a file of events for each run, ``base_path/runs/RUN.jsonl``.

    ``compress`` packs a file with gzip when its run is over. Runs that ended more than ``retention_days`` ago are
    deleted, or packed and moved to ``archive_path`` with ``archive_old_data``, when the storage is opened and by
    :meth:`clean_up`. ``format`` is taken for the original's sake: files are events, whatever it says.
    """

    def __init__(self, base_path=None, format="json", compress=False, retention_days=None, archive_old_data=False,
                 archive_path=None, max_runs=None):
        self.base_path = os.path.expanduser(str(base_path or os.environ.get("KAILASH_TRACKING_PATH") or "~/.kailash/tracking"))
        self.folder = os.path.join(self.base_path, "runs")
        self.format = format
        self.compress = compress in (True, "true", "yes", "on")
        self.retention_days = retention_days
        self.max_runs = max_runs
        self.archive_path = os.path.expanduser(str(archive_path)) if archive_path else (
            os.path.join(self.base_path, "archive") if archive_old_data else None)
        if retention_days is not None or max_runs is not None:
            self.clean_up()

    def open(self, run, **how):
        """The file of a run."""
        return _run.Run(run.workflow_name, id=run.run_id, folder=self.folder, at=run.started_at, params=run.metadata,
                        source="makespan python, as kailash", **how)

    @guarded()
    def close(self, run):
        """A run is over: its file is packed if that is wanted."""
        if self.compress and run.file is not None and os.path.exists(run.file):
            _pack(run.file, run.file + ".gz")

    def runs(self):
        """Runs of the folder, the oldest first, each with its file and its tasks."""
        found = []
        for path in _read.folder(self.folder):
            for told in _read.runs(path).values():
                run, tasks = _restored(told)
                found.append((run, tasks, path))
        return sorted(found, key=lambda one: (one[0].started_at or _EPOCH, one[0].run_id))

    def get_run(self, run_id):
        return next((run for run, _, _ in self.runs() if run.run_id == run_id), None)

    def get_tasks(self, run_id):
        return next((tasks for run, tasks, _ in self.runs() if run.run_id == run_id), [])

    def clean_up(self, older_than_days=None, keep_failed_runs=False, dry_run=False):
        """Deletes or archives runs that ended more than so many days ago, and the oldest above ``max_runs``. Answers
        the ids of the runs. Runs that go on, and those of which it is not known when they ended, stay.
        """
        days = older_than_days if older_than_days is not None else self.retention_days
        over = [(run, path) for run, _, path in self.runs() if run.ended_at is not None]
        over.sort(key=lambda one: one[0].ended_at)
        limit = None if days is None else datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=days)
        surplus = 0 if self.max_runs is None else max(0, len(over) - int(self.max_runs))
        gone = []
        for number, (run, path) in enumerate(over):
            old = limit is not None and run.ended_at < limit
            if not (old or number < surplus) or (keep_failed_runs and run.status == "failed"):
                continue
            if dry_run or self._remove(path):
                gone.append(run.run_id)
        return gone

    def _remove(self, path):
        if os.path.islink(path):
            return False
        try:
            if self.archive_path is None:
                os.unlink(path)
            else:
                os.makedirs(self.archive_path, exist_ok=True)
                target = os.path.join(self.archive_path, os.path.basename(path))
                if path.endswith(".gz"):
                    shutil.move(path, target)
                else:
                    _pack(path, target + ".gz")
        except OSError:
            return False
        return True


_EPOCH = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def _pack(path, target):
    """Packs a file whole before the original goes."""
    part = target + ".part"
    with open(path, "rb") as source, gzip.open(part, "wb") as packed:
        shutil.copyfileobj(source, packed)
    os.replace(part, target)
    os.unlink(path)


def _restored(told):
    """A run and its tries as the events of its file tell them."""
    status = {"succeeded": "completed"}.get(told.get("status"), told.get("status") or "running")
    run = WorkflowRun(told.get("workflow") or told["id"], told["id"], status, _read.moment(told.get("started")),
                      _read.moment(told.get("ended")), metadata=told.get("params") or {}, error=_message(told.get("error")))
    tasks, ids = [], {id: id for id in told["tasks"]}
    for id, task in told["tasks"].items():
        before = None
        for number, attempt in sorted(task["attempts"].items()) or [(1, {})]:
            state = STATUSES.get(attempt.get("status") or task.get("status"),
                                 TaskStatus.RUNNING if attempt.get("started") else TaskStatus.PENDING)
            one = TaskRun(task.get("name") or id, told["id"], task.get("kind") or "default-node-type",
                          id if number == 1 else "%s-try-%d" % (id, number), state, _read.moment(attempt.get("started")),
                          _read.moment(attempt.get("ended")) if state in OVER else None,
                          error=_message(attempt.get("error")), dependencies=[ids.get(a, a) for a in task.get("after") or []],
                          parent_task_id=before, retry_count=number - 1)
            one.created_at = _read.moment(attempt.get("queued") or attempt.get("started")) or run.started_at
            before = one.task_id
            tasks.append(one)
            run.add_task(one.task_id)
    return run, tasks


def _message(error):
    return error.get("message") if isinstance(error, dict) else error
