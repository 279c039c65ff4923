"""``kailash.tracking.maintenance``: what is kept and what goes."""

from __future__ import annotations


def cleanup_old_data(task_manager, older_than_days=90, keep_failed_runs=True, dry_run=False):
    """Deletes the runs of a manager's folder that ended more than so many days ago, or archives them if its storage
    does that. Answers their ids; with ``dry_run`` they only are named.
    """
    return task_manager.folder.clean_up(older_than_days, keep_failed_runs, dry_run)
