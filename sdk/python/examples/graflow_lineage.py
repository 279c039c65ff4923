"""The lineage manager planned for Graflow: executions, tasks, retries, listeners and the graph."""

from makespan.compat.graflow import get_lineage_manager, task


class Graph:
    """What the manager needs of a task graph."""

    nodes = ["extract", "enrich", "load"]
    edges = [("extract", "enrich"), ("enrich", "load")]

    def get_task(self, node):
        return object()


class ExecutionContext:
    graph = Graph()


heard = []
manager = get_lineage_manager()
manager.add_listener(lambda event, data: heard.append(event))
context = ExecutionContext()

execution_id = manager.start_workflow_execution("etl", context)
manager.add_task_execution("extract", context)
manager.complete_task_execution("extract", [1, 2, 3], context)
manager.add_task_execution("enrich", context)
manager.fail_task_execution("enrich", TimeoutError("the service does not answer"))
manager.add_task_execution("enrich", context)
manager.complete_task_execution("enrich", None, context)
manager.add_task_execution("load", context)
manager.complete_task_execution("load", None, context)

execution = manager.executions[execution_id]
assert (execution.status, execution.completed_tasks, execution.failed_tasks) == ("completed", 3, 0)
assert len(manager.get_graph_snapshot()["edges"]) == 2
assert heard[0] == "workflow_started" and "task_failed" in heard and heard[-1] == "workflow_completed"


@task(name="greet", track_lineage=True)
def greet(name):
    return "hello " + name


@task
def fails():
    raise ValueError("no")


manager.start_workflow_execution("by decorator")
greet("you")
try:
    fails()
except ValueError:
    pass
manager.finish_workflow_execution()
print("%d executions" % len(manager.executions))
