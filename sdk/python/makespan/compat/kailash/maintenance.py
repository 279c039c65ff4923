"""``kailash.tracking.maintenance``: deleting and archiving old runs."""

from __future__ import annotations

from .sdk_exceptions import StorageException


def cleanup_old_data(task_manager, older_than_days=90, keep_failed_runs=True, dry_run=False):
    """Deletes the runs that ended more than this number of days ago, or archives them if the storage does that, and returns
    their ids; with ``dry_run`` it only returns them.
    """
    clean_up = getattr(task_manager.storage, "clean_up", None)
    if clean_up is None:
        raise StorageException("%s has no method clean_up(older_than_days, keep_failed_runs, dry_run)" % (
            type(task_manager.storage).__name__))
    return clean_up(older_than_days, keep_failed_runs, dry_run)
