"""Databases: stores of the ``makespan`` program, of any kind that it supports."""

from __future__ import annotations

import os
import warnings

from ... import _read
from ..._store import Store, StoreError
from ..sdk_exceptions import StorageException
from ._recorder import Recorder


class DatabaseStorage(Recorder):
    """A store of ``makespan`` (docs/stores.md), named by a connection string: ``postgresql://user:password@host/db``,
    ``mysql+pymysql://…``, ``sqlite:///tracking.db``, or any URL that the program accepts.

    Runs are in the store when they end or the interpreter does, and `makespan list --store URL` shows them. The program
    is needed; without it, or if it does not accept the store, ``StorageException`` is raised here. ``pool_size`` and
    ``echo`` have no effect; tables and collections have the names that ``makespan`` gives them, and ``collection_prefix`` is
    ignored with a warning.
    """

    def __init__(self, connection_string=None, pool_size=None, echo=False, database=None, collection_prefix=None,
                 db_path=None, retention_days=None, max_runs=None):
        super().__init__()
        connection = connection_string or db_path or os.environ.get("KAILASH_TRACKING_DB")
        if not connection:
            raise StorageException("DatabaseStorage needs a connection_string, or KAILASH_TRACKING_DB in the environment.")
        if collection_prefix:
            warnings.warn("collection_prefix=%r has no effect: makespan names its own collections. Use a database of "
                          "their own to keep them apart." % collection_prefix, RuntimeWarning, stacklevel=2)
        self.retention_days, self.max_runs = retention_days, max_runs
        self._asked(self._connect, connection, database)
        if retention_days is not None or max_runs is not None:
            self.clean_up()

    def _connect(self, connection, database):
        self.store = Store(connection, database)

    def _place(self, run):
        return {"file": self.store.file()}, run._kept

    def _closed(self, opened):
        if opened.file is not None:
            self.store.bring(opened.file)
        # The file is gone; what is added later goes to another one.
        self._opened.pop(opened.id, None)

    def _told(self, run_id):
        self._bring()
        return _read.fold(self._asked(lambda: list(self.store.events([run_id])))).get(run_id)

    def _all(self, workflow_name=None, task_id=None):
        self._bring()
        events = self._asked(lambda: list(self.store.events(self.store.ids(workflow_name))))
        return list(_read.fold(events).values())

    def _bring(self):
        """Reading must include what was recorded until now."""
        for opened in list(self._opened.values()):
            if opened.file is not None:
                self.store.bring(opened.file, last=not opened.is_open)

    def _remove(self, run_ids):
        self._asked(self.store.remove, run_ids)
        return run_ids

    def clean_up(self, older_than_days=None, keep_failed_runs=False, dry_run=False, max_runs=None):
        """Moves old runs to the trash of the store; see :meth:`Recorder.clean_up`."""
        days = older_than_days if older_than_days is not None else self.retention_days
        return super().clean_up(days, keep_failed_runs, dry_run, max_runs if max_runs is not None else self.max_runs)

    def close(self):
        """Imports what was recorded until now."""
        self._bring()

    @staticmethod
    def _asked(function, *args):
        try:
            return function(*args)
        except StoreError as error:
            raise StorageException("%s" % error) from None


class SQLiteStorage(DatabaseStorage):
    """A store in one SQLite file, ``~/.kailash/tracking/makespan.db`` if none is named.

    A database written by Kailash itself is rejected and not changed; ``makespan import`` reads it.
    """

    def __init__(self, db_path=None, **how):
        path = os.path.abspath(os.path.expanduser(str(db_path or "~/.kailash/tracking/makespan.db")))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        super().__init__("sqlite:" + path, **how)
