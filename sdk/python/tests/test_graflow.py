"""The lineage manager planned for Graflow: its answers, and what is recorded."""

import asyncio
import contextlib
import sys
import threading
import time
import types
from unittest import mock

from makespan.compat import graflow
from makespan.compat.graflow import hooks

from .support import Recorded, needs_program, summary


class TaskGraph:
    """As Graflow has it: tasks by id, and edges."""

    def __init__(self, *edges, nodes=()):
        self.edges = list(edges)
        self.nodes = list(nodes) + [node for edge in edges for node in edge if node not in nodes]
        self.nodes = list(dict.fromkeys(self.nodes))

    def get_task(self, node):
        return object()


class Context:
    def __init__(self, *edges, nodes=()):
        self.graph = TaskGraph(*edges, nodes=nodes)


class Graflow(Recorded):
    def test_tries_of_a_task_are_attempts_and_counters_are_right(self):
        manager = graflow.LineageManager(folder=str(self.folder))
        id = manager.start_workflow_execution("w")
        with self.assertRaises(KeyError):
            with manager.executing_task("a"):
                raise KeyError("x")
        with manager.executing_task("a"):
            pass
        manager.finish_workflow_execution()
        execution = manager.executions[id]
        self.assertEqual((execution.status, execution.completed_tasks, execution.failed_tasks, execution.total_tasks),
                         ("completed", 1, 0, 1))
        self.assertNotIn("error", manager.get_graph_snapshot()["nodes"][0]["data"])
        ends = self.events("end", file=self.folder / (id + ".jsonl"))
        self.assertEqual([(e["status"], e.get("try", 1)) for e in ends], [("failed", 1), ("succeeded", 2)])

    def test_without_a_workflow_nothing_is_recorded_and_all_runs(self):
        manager = graflow.LineageManager(folder=str(self.folder))
        calls = []
        graflow.task(name="a", manager=manager)(calls.append)(1)
        manager.add_task_execution("a")
        manager.complete_task_execution("a", None)
        self.assertEqual((calls, list(self.folder.iterdir())), ([1], []))

    # --------------------------------------------------------------------------------------------- ends, loops, additions

    def manager(self, context, name="w"):
        manager = graflow.LineageManager(folder=str(self.folder))
        self.addCleanup(manager.finish_workflow_execution)
        self.id = manager.start_workflow_execution(name, context)
        self.file = self.folder / (self.id + ".jsonl")
        return manager

    def execute(self, manager, *ids, context=None):
        for id in ids:
            manager.add_task_execution(id, context)
            manager.complete_task_execution(id, None, context)

    def statuses(self):
        return [e["status"] for e in self.events("run") if "status" in e]

    def test_all_executions_of_a_loop_and_of_added_tasks_are_recorded(self):
        context = Context(("a", "b"))
        manager = self.manager(context)
        self.execute(manager, "a", "b", "a", "b", context=context)
        context.graph.nodes.append("added")
        context.graph.edges.append(("b", "added"))
        self.execute(manager, "added", "loop_cycle_1_0a1b", context=context)
        self.assertEqual([e["task"] for e in self.events("end")], ["a", "b", "a-2", "b-2", "added", "loop_cycle_1_0a1b"])
        tasks = {e["task"]: e for e in self.events("task")}
        self.assertEqual([tasks[id].get("after") for id in ("b", "a-2", "b-2", "added")], [["a"], None, ["a-2"], ["b"]])
        self.assertEqual([tasks[id]["step"] for id in ("a-2", "loop_cycle_1_0a1b")], ["a", "loop"])
        execution = manager.executions[self.id]
        self.assertEqual((execution.status, execution.total_tasks, execution.completed_tasks), ("completed", 4, 4))
        self.assertEqual(len(manager.get_task_history("a")), 2)
        self.assertEqual(manager.get_metrics_summary()["completed_tasks"], 6)

    def test_a_run_ends_without_edges_and_with_a_failed_task(self):
        manager = self.manager(Context(nodes=["a", "b"]))
        self.execute(manager, "a")
        self.assertEqual(self.statuses(), [])
        self.execute(manager, "b")
        self.assertEqual((self.statuses(), manager.executions[self.id].status), (["succeeded"], "completed"))
        manager = self.manager(Context(("a", "b")))
        manager.add_task_execution("a")
        manager.fail_task_execution("a", ValueError("no"))
        self.assertEqual((self.statuses(), manager.executions[self.id].status), (["failed"], "failed"))
        self.execute(manager, "a", "b")
        self.assertEqual((self.statuses(), manager.executions[self.id].failed_tasks), (["failed", "running", "succeeded"], 0))

    def test_a_run_without_a_graph_ends_with_the_next_one(self):
        manager = self.manager(None)
        self.execute(manager, "a", "a")
        self.assertEqual((self.statuses(), manager.executions[self.id].status), ([], "running"))
        manager.start_workflow_execution("next")
        self.assertEqual((self.statuses(), [e["task"] for e in self.events("end")]), (["succeeded"], ["a", "a-2"]))

    def test_tasks_that_did_not_run_leave_the_status_unknown(self):
        manager = self.manager(Context(("a", "b")))
        self.execute(manager, "a")
        manager.start_workflow_execution("next")
        self.assertEqual((self.statuses(), manager.executions[self.id].status), ([], "unknown"))
        self.assertTrue(any("ended" in e for e in self.events("run")))
        manager = self.manager(Context(("a", "b")))
        self.execute(manager, "a")
        manager.finish_workflow_execution()
        self.assertEqual(self.statuses(), ["succeeded"], "whoever ends it says so")

    def test_a_failed_branch_waits_for_the_others(self):
        manager = self.manager(Context(nodes=["a", "b"]))
        manager.add_task_execution("a")
        manager.add_task_execution("b")
        manager.fail_task_execution("a", "no")
        self.assertEqual(self.statuses(), [])
        manager.complete_task_execution("b")
        self.assertEqual(self.statuses(), ["failed"])

    def test_executions_of_one_task_at_once_are_instances(self):
        manager = self.manager(Context(nodes=["a"]))
        barrier = threading.Barrier(3)

        def work():
            with manager.executing_task("a"):
                barrier.wait(5)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(e["task"] for e in self.events("end", status="succeeded")), ["a", "a-2", "a-3"])

    def test_a_cycle_is_declared_without_the_edge_that_closes_it(self):
        manager = self.manager(Context(("a", "b"), ("b", "c"), ("c", "a"), ("b", "b")))
        self.execute(manager, "a", "b", "b", "c", "a")
        tasks = {e["task"]: e.get("after") for e in self.events("task")}
        self.assertEqual(tasks, {"a": None, "b": ["a"], "c": ["b"], "b-2": ["a", "b"], "a-2": ["c"]})

    def test_the_graph_has_the_methods_that_the_plan_uses(self):
        manager = self.manager(Context(("a", "b")))
        graph = manager.graph
        self.assertTrue(graph.has_node("a") and graph.has_edge("a", "b") and "a" in graph and not graph.has_node("c"))
        graph.nodes["a"]["note"] = 1
        graph.add_node("c", {"task_type": "X"})
        graph.add_edge("b", "c", weight=2)
        self.assertEqual([node for node, data in graph.nodes(data=True) if data.get("note")], ["a"])
        self.assertEqual((list(graph.edges(data=True)), list(graph.predecessors("c")), len(graph)),
                         ([("a", "b", {}), ("b", "c", {"weight": 2})], ["b"], 3))
        self.assertEqual(manager.get_graph_snapshot()["edges"][1], {"source": "b", "target": "c", "data": {"weight": 2}})
        graph.clear()
        manager.executions.clear()
        manager.task_executions.clear()
        manager.current_execution = None
        manager.complete_task_execution("a")
        self.assertEqual(manager.get_graph_snapshot(), {"nodes": [], "edges": []})

    def test_adding_many_tasks_is_not_quadratic(self):
        context = Context(nodes=["first"])
        manager = self.manager(context)
        began = time.process_time()  # other processes do not count
        for number in range(2000):
            context.graph.nodes.append("n%d" % number)
            context.graph.edges.append(("n%d" % (number - 1) if number else "first", "n%d" % number))
            self.execute(manager, "n%d" % number, context=context)
        self.execute(manager, "first")
        self.assertLess(time.process_time() - began, 10)
        after = [after for e in self.events("task") for after in e.get("after", ())]
        self.assertEqual(len(after), 2000, "each edge is recorded, late or not")

    # ---------------------------------------------------------------------------------------------------- context hooks

    def test_a_context_with_the_hooks_records_what_it_executes(self):
        calls = []

        class Task:
            task_id = "a"

            def set_execution_context(self, context):
                calls.append("set")

        class ExecutionContext(Context, graflow.LineageHooks):
            lineage_manager = graflow.LineageManager(folder=str(self.folder))

            def create_task_context(self, task_id):
                return "context of " + task_id

            def push_task_context(self, context):
                calls.append(context)

            def pop_task_context(self):
                calls.append("popped")

            def get_result(self, task_id):
                return "x" * 1000

        context = ExecutionContext(("a", "b"))
        id = context.start_workflow_tracking("w")
        with context.executing_task(Task()) as inner:
            self.assertEqual(inner, "context of a")
        manager = context.lineage_manager
        self.assertGreater(manager.get_task_history("a")[0].result_size, 1000)
        with self.assertRaises(KeyError), context.executing_task(Task()):
            raise KeyError("x")
        self.assertEqual(calls, ["context of a", "set", "popped"] * 2)
        self.file = self.folder / (id + ".jsonl")
        self.assertEqual([(e["task"], e["status"]) for e in self.events("end")], [("a", "succeeded"), ("a-2", "failed")])
        self.assertEqual(self.events("end")[1]["error"]["kind"], "KeyError")

    def test_a_class_of_contexts_is_tracked(self):
        manager = graflow.LineageManager(folder=str(self.folder))

        class Task:
            def __init__(self, task_id):
                self.task_id = task_id

        class ExecutionContext(Context):
            parent_context = None

            @contextlib.contextmanager
            def executing_task(self, task):
                yield "own " + task.task_id

        graflow.track(graflow.track(ExecutionContext, manager), manager)
        for _ in range(2):
            context = ExecutionContext(("a", "b"))
            branch = ExecutionContext(("a", "b"))
            branch.parent_context = context
            with context.executing_task(Task("a")) as inner:
                self.assertEqual(inner, "own a")
                with branch.executing_task(Task("inner")):
                    pass
            with context.executing_task(Task("b")):
                pass
        self.assertEqual([e.status for e in manager.executions.values()], ["completed"] * 2)
        self.file = self.folder / (manager.current_execution + ".jsonl")
        self.assertEqual({e["task"]: e.get("parent") for e in self.events("task")}, {"a": None, "b": None, "inner": "a"})

    def test_an_execution_has_the_name_of_the_workflow_block(self):
        context = Context(nodes=["a"])
        module = types.ModuleType("graflow.core.workflow")
        module.get_current_workflow_context = lambda: types.SimpleNamespace(name="etl", graph=context.graph)
        with mock.patch.dict(sys.modules, {module.__name__: module}):
            self.assertEqual([hooks._workflow_of(context), hooks._workflow_of(Context(nodes=["b"]))], ["etl", None])
        self.assertIsNone(hooks._workflow_of(context))

    def test_interrupted_tasks_are_cancelled(self):
        manager = self.manager(Context(nodes=["a"]))

        async def work():
            with manager.executing_task("a"):
                await asyncio.sleep(5)

        async def cancel():
            task = asyncio.ensure_future(work())
            await asyncio.sleep(0.01)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

        asyncio.run(cancel())
        self.assertEqual(self.events("end")[0]["status"], "cancelled")

    def test_modules_have_the_paths_of_the_plan(self):
        from makespan.compat.graflow.lineage.manager import LineageManager, get_lineage_manager

        self.assertIsInstance(get_lineage_manager(), LineageManager)

    @needs_program
    def test_a_loop_opens_with_all_its_tasks(self):
        manager = self.manager(Context(("a", "b")))
        self.execute(manager, "a", "b", "a", "b")
        found = summary(self.file)["runs"][0]
        self.assertEqual((found["status"], found["tasks"]), ("succeeded", 4))
