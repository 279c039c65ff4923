"""`kailash.tracking.metrics_collector`: what nodes use, by `with`, by decorator, in coroutines; and their own numbers."""

import asyncio
import os

from makespan.compat.kailash import TaskManager
from makespan.compat.kailash.metrics_collector import MetricsCollector, collect_metrics
from makespan.compat.kailash.storage import FileSystemStorage


def process_data(count):
    return sorted(hash(str(i)) for i in range(count))


@collect_metrics(node_id="decorated")
def decorated(count):
    return len(process_data(count))


@collect_metrics
async def in_a_coroutine():
    await asyncio.sleep(0.01)
    return "done"


def my_node(data):
    errors = sum(1 for item in data if item.get("error"))
    return {"data": data, "_metrics": {"processed_count": len(data), "success_rate": 1 - errors / len(data)}}


folder = os.environ.get("MAKESPAN_DIR", "kailash_metrics")
task_manager = TaskManager(storage=FileSystemStorage(base_path=folder))
run_id = task_manager.create_run(workflow_name="metrics")

collector = MetricsCollector(sampling_interval=0.01)
with collector.collect(node_id="process_data") as metrics:
    process_data(100_000)
    metrics.add_custom_metric("items", 100_000)
performance = metrics.result()
print("took %.3f s, %.0f %% of a processor, %.1f MB"
      % (performance.duration, performance.cpu_percent or 0, performance.memory_mb or 0))

result, measured = decorated(1000)
assert result == 1000 and measured.duration > 0
result, measured = asyncio.run(in_a_coroutine())
assert result == "done" and measured.duration >= 0.01

task = task_manager.create_task("my_node", run_id=run_id)
task.start()
task_manager.update_task_metrics(task.task_id, performance.as_task_metrics())
task.update_status("completed", result=my_node([{"a": 1}, {"error": "bad"}]))
task_manager.update_run_status(run_id, "completed")
print("memory of the task: %s bytes, network: not collected" % task_manager.get_task(task.task_id).metrics.memory_bytes)
