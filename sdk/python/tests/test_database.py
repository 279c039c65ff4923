"""Databases of other trackers' interfaces: stores of the makespan program."""

import os
import pathlib
import subprocess
import unittest
from unittest import mock

from makespan.compat import _store
from makespan.compat.kailash import DatabaseStorage, SQLiteStorage, TaskManager, TaskMetrics, TrackingConfig
from makespan.compat.kailash.sdk_exceptions import StorageException

from .support import SDK, Recorded, needs_program, program, python


class Urls(unittest.TestCase):
    def test_connection_strings_become_urls_of_stores(self):
        for given, url in (
            ("postgresql+psycopg2://u:p@h/db", "postgres://u:p@h/db"), ("postgresql://h/db", "postgres://h/db"),
            ("mysql+pymysql://h/db", "mysql://h/db"), ("sqlite:///runs.db", "sqlite:runs.db"), ("redis://h/0?expiry=30d",) * 2,
            ("sqlite:////var/runs.db", "sqlite:/var/runs.db"), ("sqlite:runs.db", "sqlite:runs.db"), ("runs.db", "sqlite:runs.db"),
            ("C:/runs.db", "sqlite:C:/runs.db"),
        ):
            self.assertEqual(_store.url_of(given), url)
        self.assertEqual(_store.url_of("mongodb://h:27017/?tls=true", "tracking"), "mongodb://h:27017/tracking?tls=true")
        self.assertEqual(_store.url_of("mongodb://h/other", "tracking"), "mongodb://h/other")
        for refused in ("", "sqlite://", "sqlite:///:memory:"):
            with self.assertRaises(_store.StoreError):
                _store.url_of(refused)

    def test_no_password_is_shown(self):
        store = object.__new__(_store.Store)
        store.url = "postgres://u:secret@h/db"
        self.assertEqual(repr(store), "Store('postgres://u:***@h/db')")


class NoProgram(Recorded):
    def test_a_database_without_the_program_is_refused(self):
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            os.environ.pop("MAKESPAN_BIN", None)
            with self.assertRaisesRegex(StorageException, "MAKESPAN_BIN"):
                DatabaseStorage("sqlite:///x.db")
            with self.assertRaisesRegex(StorageException, "KAILASH_TRACKING_DB"):
                DatabaseStorage()


@needs_program
class Database(Recorded):
    def setUp(self):
        super().setUp()
        self.state = self.folder / "state"
        patched = mock.patch.dict(os.environ, {"MAKESPAN_BIN": program(), "XDG_STATE_HOME": str(self.state),
                                               "HOME": str(self.folder)})
        patched.start()
        self.addCleanup(patched.stop)
        self.url = "sqlite:" + str(self.folder / "runs.db")

    def manager(self, storage=None):
        return TaskManager(storage=storage or DatabaseStorage(self.url), config=TrackingConfig(collect_metrics=False))

    def executed(self, manager, status="completed"):
        run_id = manager.create_run("w", {"m": 1})
        task = manager.create_task("a", run_id=run_id)
        task.start()
        manager.fail_task(task.task_id, "busy")
        again = manager.retry_task(task.task_id)
        again.start()
        manager.complete_task(again.task_id, {"rows": 1})
        if status:
            manager.update_run_status(run_id, status)
        return run_id, again

    def listed(self, url=None):
        done = subprocess.run([program(), "list", "--ids", "--store", url or self.url], stdout=subprocess.PIPE, check=True)
        return done.stdout.decode().split()

    def test_a_run_is_in_the_store_when_it_ends_and_is_read_back(self):
        run_id, task = self.executed(self.manager())
        self.assertEqual(self.listed(), [run_id])
        later = self.manager()
        self.assertEqual((later.get_run(run_id).status, later.get_run(run_id).metadata), ("completed", {"m": 1}))
        found = later.get_task(task.task_id)
        self.assertEqual((found.status.value, found.output_data, found.retry_count), ("completed", {"rows": 1}, 1))
        later.set_search_attributes(run_id, {"tenant": "x"})
        self.assertEqual([run["run_id"] for run in self.manager().search_runs({"tenant": "x"})], [run_id])
        self.assertEqual([run.task_count for run in later.list_runs("w", "completed")], [2])
        self.assertEqual(list(self.state.rglob("*.jsonl")), [], "the file that it was written to is gone")

    def test_records_after_the_end_of_a_run_are_imported_too(self):
        manager = self.manager()
        run_id, task = self.executed(manager)
        manager.update_task_metrics(task.task_id, TaskMetrics(cpu_usage=5.0))
        manager.delete_task(manager.get_tasks(run_id)[0].task_id)
        manager.storage.close()
        self.assertEqual([(one.task_id, one.metrics.cpu_usage) for one in self.manager().get_tasks(run_id)], [(task.task_id, 5.0)])
        self.assertEqual(list(self.state.rglob("*.jsonl")), [])

    def test_an_unfinished_run_is_read_back_too(self):
        manager = self.manager()
        run_id, _ = self.executed(manager, status=None)
        self.assertEqual([task.status.value for task in manager.storage.list_tasks(run_id)], ["failed", "completed"])
        manager.update_run_status(run_id, "failed", "late")
        self.assertEqual(self.manager().get_run(run_id).error, "late")

    def test_open_runs_are_imported_at_exit_and_killed_ones_by_the_next_program(self):
        code = ("import os, sys\nfrom makespan.compat.kailash import *\n"
                "m = TaskManager(storage=DatabaseStorage(sys.argv[1])); print(m.create_run('left'))\n"
                "if sys.argv[2] == 'kill': os.kill(os.getpid(), 9)\n")
        for how in ("end", "kill"):
            done = python(code.replace("print(", "sys.stdout.write(").replace("sys.stdout.write(m.create_run('left'))",
                          "sys.stdout.write(m.create_run('left')); sys.stdout.flush()"), args=(self.url, how))
            id = done.stdout.decode()
            self.assertEqual(id in self.listed(), how == "end", done.stderr.decode())
        self.manager()
        self.assertIn(id, self.listed())
        self.assertEqual(list(self.state.rglob("*.jsonl")), [])

    def test_events_that_a_store_rejects_are_kept_and_reported(self):
        storage = DatabaseStorage(self.url)
        manager = self.manager(storage)
        run_id, _ = self.executed(manager, status=None)
        with mock.patch.object(storage.store, "url", "sqlite:/nowhere/x.db"), self.assertWarnsRegex(RuntimeWarning, "is kept in"):
            manager.update_run_status(run_id, "completed")
        (kept,) = self.state.rglob("*.jsonl")
        self.assertIn(run_id, kept.read_text())

    def test_old_runs_are_moved_to_the_trash(self):
        manager = self.manager()
        run_id, _ = self.executed(manager)
        self.assertEqual(manager.storage.clean_up(0, dry_run=True), [run_id])
        self.assertEqual(self.listed(), [run_id])
        self.assertEqual(manager.storage.clean_up(0), [run_id])
        self.assertEqual(self.listed(), [])

    def test_a_foreign_file_is_refused_and_not_changed(self):
        import sqlite3

        path = self.folder / "theirs.db"
        with sqlite3.connect(str(path)) as theirs:
            theirs.execute("CREATE TABLE workflow_runs (run_id TEXT)")
        theirs.close()
        before = path.read_bytes()
        with self.assertRaises(StorageException):
            SQLiteStorage(str(path))
        self.assertEqual(path.read_bytes(), before)

    def test_the_environment_names_the_database(self):
        with mock.patch.dict(os.environ, {"KAILASH_TRACKING_DB": self.url}):
            manager = TaskManager(config=TrackingConfig.from_env(str(self.folder / "nothing.yaml")))
        run_id, _ = self.executed(manager)
        self.assertEqual(self.listed(), [run_id])
        self.assertTrue(pathlib.Path(SDK).exists())

    def test_a_collection_prefix_gives_a_warning(self):
        with self.assertWarnsRegex(RuntimeWarning, "collection_prefix"):
            DatabaseStorage(self.url, collection_prefix="tracking_")
