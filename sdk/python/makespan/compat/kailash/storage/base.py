"""The base classes of storages: that of the documentation, and that of the package."""

from __future__ import annotations

import abc


class BaseStorage:
    """Base class of custom storages, as in the documentation. A manager saves to it, reads from it what is not in memory, and
    writes nowhere else.
    """

    def save_run(self, run):
        pass

    def save_task(self, task):
        pass

    def get_run(self, run_id):
        return None

    def get_tasks(self, run_id):
        return []


class StorageBackend(abc.ABC):
    """Base class of custom storages, as in the package. Optional methods that a manager uses: ``get_all_tasks``,
    ``delete_task``, ``upsert_search_attributes``, ``search_runs``, ``query_audit_events``, ``clean_up``.
    """

    @abc.abstractmethod
    def save_run(self, run):
        pass

    @abc.abstractmethod
    def load_run(self, run_id):
        pass

    @abc.abstractmethod
    def list_runs(self, workflow_name=None, status=None):
        pass

    @abc.abstractmethod
    def save_task(self, task):
        pass

    @abc.abstractmethod
    def load_task(self, task_id):
        pass

    @abc.abstractmethod
    def list_tasks(self, run_id, node_id=None, status=None):
        pass

    @abc.abstractmethod
    def clear(self):
        pass

    @abc.abstractmethod
    def export_run(self, run_id, output_path):
        pass

    @abc.abstractmethod
    def import_run(self, input_path):
        pass
