"""`kailash.tracking`: runs and tasks, storage and its upkeep, configuration."""

import os

from makespan.compat.kailash import TaskManager, TaskStatus, TrackingConfig, WorkflowRun
from makespan.compat.kailash.maintenance import cleanup_old_data
from makespan.compat.kailash.storage import BaseStorage, FileSystemStorage

FOLDER = os.path.join(os.environ.get("MAKESPAN_DIR", "."), "kailash_tracking")


def execute(task_manager, name, fails=False):
    """What a runtime does with a manager: three nodes, one after another, the second at its second try."""
    run_id = task_manager.create_run(workflow_name=name, metadata={"runtime": "example"})
    read = task_manager.create_task("read", run_id=run_id, node_type="CSVReader")
    task_manager.update_task_status(read.task_id, TaskStatus.RUNNING)
    task_manager.update_task_status(read.task_id, TaskStatus.COMPLETED, result={"rows": 10})

    clean = task_manager.create_task("clean", run_id=run_id, node_type="Python", dependencies=[read.task_id])
    clean.start()
    task_manager.fail_task(clean.task_id, "KeyError: 'price'")
    again = task_manager.retry_task(clean.task_id)
    again.start()
    if fails:
        task_manager.fail_task(again.task_id, "KeyError: 'price'")
        task_manager.update_run_status(run_id, "failed", "clean failed")
        return run_id
    task_manager.complete_task(again.task_id, {"data": [1, 2], "rows": 9})

    route = task_manager.create_task("route", run_id=run_id, node_type="Switch", dependencies=[clean.task_id])
    task_manager.update_task_status(route.task_id, TaskStatus.SKIPPED)
    task_manager.update_run_status(run_id, "completed")
    return run_id


class Notes(BaseStorage):
    """A storage of one's own, told beside the file that is written."""

    def __init__(self):
        self.runs = {}

    def save_run(self, run):
        self.runs[run.run_id] = run.json()

    def save_task(self, task):
        task.json()


storage = FileSystemStorage(base_path=FOLDER, format="json", compress=True, retention_days=30)
task_manager = TaskManager(storage=storage)
run_id = execute(task_manager, "my_workflow")
run = task_manager.get_run(run_id)
print("run %s: %s, %.3f s, %d tasks" % (run.workflow_name, run.status, run.duration, len(run.tasks)))
for task in task_manager.get_tasks(run_id):
    print("  %s: %s%s" % (task.node_id, task.status.value, " (%s)" % task.error if task.error else ""))
failed = execute(task_manager, "my_workflow", fails=True)

# Another process finds them in the folder, with results, tries and metrics.
task_manager.set_search_attributes(run_id, {"tenant": "north", "priority": 2})
later = TaskManager(storage=FileSystemStorage(FOLDER))
read, clean, again, route = later.get_tasks(run_id)
assert read.result == {"rows": 10} and again.output_data["rows"] == 9 and read.metrics.memory_bytes > 0
assert later.get_task_history(again.task_id) == [clean, again]
assert [run["run_id"] for run in later.search_runs({"tenant": "north"})] == [run_id]
assert {run.status for run in later.list_runs("my_workflow")} == {"completed", "failed"}
assert later.get_run(failed).error == "clean failed"
assert cleanup_old_data(later, older_than_days=90, keep_failed_runs=True) == []
assert cleanup_old_data(later, older_than_days=0, keep_failed_runs=True, dry_run=True) == [run_id]

notes = Notes()
config = TrackingConfig(enabled=True, collect_metrics=True, metric_interval=0.5, storage_config={"path": FOLDER})
noted = execute(TaskManager(storage=notes, config=config), "noted")
assert WorkflowRun.parse_raw(notes.runs[noted]).status == "completed"
