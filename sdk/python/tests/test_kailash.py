"""``kailash.tracking`` from outside: what was measured, what another process reads back, whose storage is used, settings."""

import json
import math
import os
import pathlib
import sys
from unittest import mock

from makespan.compat.kailash import (
    BaseStorage,
    FileSystemStorage,
    StorageBackend,
    TaskManager,
    TaskMetrics,
    TaskRun,
    TaskStatus,
    TrackingConfig,
    WorkflowRun,
    _yaml,
)
from makespan.compat.kailash.sdk_exceptions import KailashException, StorageException, TaskException, TaskStateError
from makespan.compat.kailash.workflow.runner import WorkflowRunner

from .support import Recorded


class Foreign:
    """Metrics of another class, as the original's runtime hands them over: 0 where nothing was measured."""

    duration = cpu_usage = memory_usage = memory_usage_mb = 0.0

    def __init__(self, **measured):
        self.custom_metrics = {"memory_delta_mb": 0.0, "io_read_bytes": 0, "io_write_count": 0, "thread_count": 1,
                               "context_switches": 0, **measured.pop("custom", {})}
        vars(self).update(measured)


class Managed(Recorded):
    def setUp(self):
        super().setUp()
        # Nothing may be written into the real home, or where a test happens to run.
        self.home = self.folder / "home"
        self.home.mkdir()
        patched = mock.patch.dict(os.environ, {"HOME": str(self.home), "MAKESPAN_DIR": str(self.home)})
        patched.start()
        self.addCleanup(patched.stop)

    def manager(self, measure=False, **how):
        how.setdefault("storage", FileSystemStorage(str(self.folder)))
        how.setdefault("config", TrackingConfig(collect_metrics=measure))
        return TaskManager(**how)

    def executed(self, manager, node_id="a", result=None, run_id=None):
        run_id = run_id or manager.create_run("w")
        task = manager.create_task(node_id, run_id=run_id)
        manager.update_task_status(task.task_id, "running")
        manager.update_task_status(task.task_id, "completed", result=result)
        return run_id, task

    def samples(self, run_id):
        return [(e["name"], e["value"]) for e in self.events("sample", file=self.folder / "runs" / (run_id + ".jsonl"))
                if "task" in e]


class Metrics(Managed):
    def test_placeholder_zeros_are_not_recorded(self):
        manager = self.manager()
        run_id, task = self.executed(manager)
        manager.update_task_metrics(task.task_id, Foreign(duration=0.25))
        self.assertEqual(self.samples(run_id), [])
        self.assertEqual((task.metrics.cpu_usage, task.metrics.memory_usage_mb, task.metrics.custom_metrics), (None, None, {}))

    def test_a_measured_zero_stays(self):
        manager = self.manager()
        run_id, task = self.executed(manager)
        manager.update_task_metrics(task.task_id, Foreign(memory_usage_mb=5.0, custom={"rows": 0}))
        found = dict(self.samples(run_id))
        self.assertNotIn("cpu", found)
        self.assertEqual((found["memory"], found["io_read_bytes"], found["rows"]), (5.0, 0, 0))

    def test_given_and_measured_values_are_never_averaged(self):
        manager = self.manager(measure=True)
        run_id, task = self.executed(manager)
        manager.update_task_metrics(task.task_id, Foreign(cpu_usage=57.0, memory_usage_mb=9.0, custom={"context_switches": 10**6}))
        names = [name for name, _ in self.samples(run_id)]
        self.assertEqual(len(names), len(set(names)), names)
        self.assertEqual(dict(self.samples(run_id))["cpu_usage"], 57.0)
        again = self.manager().get_task(task.task_id).metrics
        self.assertEqual((again.cpu_usage, again.memory_usage_mb), (57.0, 9.0))
        self.assertLess(again.custom_metrics["context_switches"], 10**6, "the total of the process is not that of the task")

    def test_the_documented_lines_print_whatever_was_measured(self):
        manager = self.manager(measure=True)
        _, task = self.executed(manager, result={"result": {"_metrics": {"rows": 3}}})
        for found in (manager.get_task(task.task_id).metrics, self.manager().get_task(task.task_id).metrics, TaskMetrics()):
            for number in (found.cpu_percent, found.memory_bytes / 1024, found.disk_read_bytes / 1024, found.network_sent_bytes / 1024):
                self.assertIsInstance("%.2f" % number, str)
            self.assertTrue(math.isnan(found.network_sent_bytes), "not collected is not 0")
        self.assertGreater(task.metrics.memory_bytes, 2**20)
        self.assertEqual(task.metrics.custom_metrics["rows"], 3)

    def test_include_says_what_is_measured(self):
        manager = self.manager(config=TrackingConfig(include=["memory", "network_io"]))
        run_id, _ = self.executed(manager)
        self.assertEqual({name for name, _ in self.samples(run_id)}, {"memory", "memory_delta"})
        self.assertIn("network_io", self.events("diagnostic", file=self.folder / "runs" / (run_id + ".jsonl"))[0]["text"])
        with self.assertRaisesRegex(StorageException, "gpu"):
            TrackingConfig(include=["gpu"])

    def test_metrics_are_not_negative(self):
        with self.assertRaises(ValueError):
            TaskMetrics(cpu_usage=-1)


class ReadBack(Managed):
    def test_another_manager_reads_the_records_of_a_task(self):
        manager = self.manager()
        run_id = manager.create_run("w", metadata={"debug": True})
        task = manager.create_task("a", {"in": 1}, {"m": 1}, run_id, "Reader")
        task.start()
        manager.update_task_status(task.task_id, "completed", {"rows": [1, 2]}, metadata={"execution_time": 0.5})
        bad = manager.create_task("b", run_id=run_id, dependencies=[task.task_id])
        bad.start()
        manager.fail_task(bad.task_id, "line 1\nline 2")
        again = manager.retry_task(bad.task_id)
        again.start()
        manager.complete_task(again.task_id, {"out": 2})
        never = manager.create_task("c", run_id=run_id)
        manager.cancel_task(never.task_id, "not wanted")
        manager.update_run_status(run_id, "completed")

        later = self.manager()
        self.assertEqual((later.get_run(run_id).metadata, later.get_run(run_id).status), ({"debug": True}, "completed"))
        for one in (task, bad, again, never):
            found = later.get_task(one.task_id)
            for name in ("node_id", "node_type", "status", "started_at", "ended_at", "result", "error", "metadata", "input_data",
                         "output_data", "dependencies", "parent_task_id", "retry_count"):
                if (one, name) != (never, "ended_at") and (one, name) != (again, "input_data"):
                    self.assertEqual(getattr(found, name), getattr(one, name), "%s of %s" % (name, one.node_id))
        self.assertEqual([one.task_id for one in later.get_task_history(again.task_id)], [bad.task_id, again.task_id])
        self.assertEqual(later.get_task_statistics()["total_tasks"], 4)
        self.assertEqual([one.task_id for one in later.get_task_dependencies(bad.task_id)], [task.task_id])

    def test_another_manager_continues_a_run(self):
        manager = self.manager()
        run_id = manager.create_run("w")
        task = manager.create_task("a", run_id=run_id)
        task.start()
        later = self.manager()
        later.fail_task(task.task_id, "gone")
        again = later.retry_task(task.task_id)
        again.start()
        later.complete_task(again.task_id)
        later.update_run_status(run_id, "completed")
        ends = self.events("end", file=self.folder / "runs" / (run_id + ".jsonl"))
        self.assertEqual([(e["task"], e.get("try", 1), e["status"]) for e in ends],
                         [(task.task_id, 1, "failed"), (task.task_id, 2, "succeeded")])
        self.assertEqual(self.manager().get_task(again.task_id).retry_count, 1)

    def test_a_packed_run_can_be_added_to(self):
        storage = FileSystemStorage(str(self.folder), compress=True)
        manager = self.manager(storage=storage)
        run_id, task = self.executed(manager)
        manager.update_run_status(run_id, "completed")
        later = self.manager(storage=FileSystemStorage(str(self.folder), compress=True))
        later.set_search_attributes(run_id, {"tenant": "x"})
        self.assertEqual([path.suffix for path in (self.folder / "runs").iterdir()], [".gz"])
        self.assertEqual(self.manager().get_task(task.task_id).status, TaskStatus.COMPLETED)
        self.assertEqual(self.manager().get_run(run_id).status, "completed")

    def test_a_runtime_uses_the_run_that_was_created_for_it(self):
        manager, of_runtime = self.manager(), {"runtime": "local", "debug": False}
        own = manager.create_run("mine")
        self.assertEqual(manager.create_run("of the runtime", metadata=of_runtime), own)
        self.assertEqual((manager.get_run(own).workflow_name, manager.get_run(own).metadata["runtime"]), ("mine", "local"))
        # The next execution is another run; so is one after a run that has tasks.
        self.assertNotEqual(manager.create_run("again", metadata=of_runtime), own)
        used, _ = self.executed(manager)
        self.assertNotEqual(manager.create_run("last", metadata=of_runtime), used)

    def test_a_runner_returns_the_results_and_the_id_of_the_run(self):
        class Runtime:
            def execute(self, workflow, task_manager, parameters=None):
                run_id = task_manager.create_run(workflow, metadata={"runtime": "test"})
                task_manager.update_run_status(run_id, "completed")
                return {"a": parameters}, run_id

        manager = self.manager()
        results = WorkflowRunner("w", manager, Runtime()).run({"x": 1})
        self.assertEqual((results["a"], manager.get_run(results["run_id"]).status), ({"x": 1}, "completed"))
        with mock.patch.dict(sys.modules, {"kailash": None}), self.assertRaisesRegex(KailashException, "pip install kailash"):
            WorkflowRunner("w", manager).run()

    def test_records_after_the_end_of_a_run_are_kept(self):
        for compress in (False, True):
            with self.subTest(compress=compress):
                manager = self.manager(storage=FileSystemStorage(str(self.folder), compress=compress))
                run_id, task = self.executed(manager, result={"x": 1})
                manager.update_run_status(run_id, "completed")
                manager.set_search_attributes(run_id, {"tenant": "x"})
                manager.update_task_metrics(task.task_id, TaskMetrics(cpu_usage=5.0))
                late = manager.create_task("late", run_id=run_id)
                late.start()
                manager.complete_task(late.task_id)
                found = self.manager().get_tasks(run_id)
                self.assertEqual([(one.node_id, one.status.value, one.result) for one in found],
                                 [("a", "completed", {"x": 1}), ("late", "completed", None)])
                self.assertEqual((found[0].metrics.cpu_usage, self.manager().get_run(run_id).status), (5.0, "completed"))

    def test_a_task_of_a_run_that_nobody_opened_is_kept(self):
        manager = self.manager()
        task = manager.create_task("lonely")
        manager.storage.save_task(TaskRun("direct", "elsewhere"))
        self.assertEqual(self.manager().get_task(task.task_id).node_id, "lonely")
        self.assertEqual([one.node_id for one in self.manager().storage.list_tasks("elsewhere")], ["direct"])

    def test_the_latest_runs_come_first_and_a_limit_is_kept(self):
        manager = self.manager()
        ids = [manager.create_run("w") for _ in range(3)]
        self.assertEqual([run.run_id for run in self.manager().list_runs()], ids[::-1])
        self.assertEqual([run.run_id for run in manager.list_runs(limit=1)], ids[2:])

    def test_a_deleted_task_is_gone_for_others_too(self):
        manager = self.manager()
        run_id, task = self.executed(manager)
        manager.update_run_status(run_id, "completed")
        self.manager().delete_task(task.task_id)
        self.assertIsNone(self.manager().get_task(task.task_id))
        self.assertEqual(self.manager().get_run(run_id).status, "completed")

    def test_an_exported_run_comes_back_under_another_id(self):
        manager = self.manager()
        run_id, task = self.executed(manager, result={"x": 1})
        manager.create_task("pending", run_id=run_id, dependencies=[task.task_id])
        manager.update_run_status(run_id, "completed")
        manager.storage.export_run(run_id, str(self.folder / "x.json"))
        self.assertEqual(sorted(json.loads((self.folder / "x.json").read_text())), ["run", "tasks"])
        new = self.manager().storage.import_run(str(self.folder / "x.json"))
        found = self.manager().get_tasks(new)
        self.assertNotEqual(new, run_id)
        self.assertEqual([(t.node_id, t.status.value, t.result) for t in found], [("a", "completed", {"x": 1}), ("pending", "pending", None)])
        self.assertEqual(found[1].dependencies, [found[0].task_id])


class Search(Managed):
    def test_runs_are_found_by_typed_attributes(self):
        manager = self.manager()
        ids = [manager.create_run("w%d" % number) for number in range(3)]
        for number, id in enumerate(ids):
            manager.set_search_attributes(id, {"tenant": "x", "number": number})
        manager.update_run_status(ids[0], "completed")
        manager.set_search_attributes(ids[0], {"late": True})
        found = lambda filters, **how: [run["run_id"] for run in self.manager().search_runs(filters, **how)]
        self.assertEqual(found({"tenant": "x"}, order_by="workflow_name ASC"), ids)
        self.assertEqual(found({"tenant": "x", "number": 2}), ids[2:])
        self.assertEqual(found({"late": True}), ids[:1])
        self.assertEqual(found({"number": "2"}), [], "a text is no number")
        self.assertEqual(found({}, limit=1, offset=1), ids[1:2])
        for wrong in (dict(filters={"a b": 1}), dict(filters={}, order_by="password"), dict(filters={}, order_by="status up")):
            with self.assertRaises(ValueError):
                manager.search_runs(**wrong)

    def test_a_trail_is_in_the_order_of_time(self):
        manager = self.manager()
        run_id, _ = self.executed(manager, "a")
        self.executed(manager, "b", run_id=run_id)
        self.assertEqual([e.get("node_id", e["type"]) for e in manager.get_execution_audit_trail(run_id)], ["WORKFLOW_RUN", "a", "b"])


class Documented(BaseStorage):
    """As the documentation has it: JSON by key."""

    def __init__(self):
        self.kept = {}

    def save_run(self, run):
        self.kept["run:" + run.run_id] = run.json()

    def get_run(self, run_id):
        data = self.kept.get("run:" + run_id)
        return WorkflowRun.parse_raw(data) if data else None

    def save_task(self, task):
        self.kept["task:" + task.task_id] = task.json()

    def get_tasks(self, run_id):
        found = [TaskRun.parse_raw(data) for key, data in self.kept.items() if key.startswith("task:")]
        return [task for task in found if task.run_id == run_id]


class Packaged(StorageBackend):
    """As the package has it: objects by id."""

    def __init__(self):
        self.runs_, self.tasks_ = {}, {}

    def save_run(self, run):
        self.runs_[run.run_id] = run.model_copy()

    def load_run(self, run_id):
        return self.runs_.get(run_id)

    def list_runs(self, workflow_name=None, status=None):
        return [run for run in self.runs_.values() if workflow_name in (None, run.workflow_name)]

    def save_task(self, task):
        self.tasks_[task.task_id] = task.model_copy()

    def load_task(self, task_id):
        return self.tasks_.get(task_id)

    def list_tasks(self, run_id, node_id=None, status=None):
        return [task for task in self.tasks_.values() if task.run_id == run_id]

    def clear(self):
        self.__init__()

    def export_run(self, run_id, output_path):
        raise NotImplementedError

    def import_run(self, input_path):
        raise NotImplementedError


class OwnStorage(Managed):
    def test_a_custom_storage_is_read_back_and_nothing_is_written_elsewhere(self):
        here = os.getcwd()
        self.addCleanup(os.chdir, here)
        os.chdir(str(self.home))
        for storage in (Documented(), Packaged()):
            with self.subTest(type(storage).__name__):
                manager = TaskManager(storage)
                run_id, task = self.executed(manager, result={"x": 1})
                manager.update_run_status(run_id, "completed")
                later = TaskManager(storage=storage)
                self.assertEqual((later.get_run(run_id).status, later.get_run(run_id).tasks), ("completed", [task.task_id]))
                (found,) = later.get_tasks(run_id)
                self.assertEqual((found.result, found.status), ({"x": 1}, TaskStatus.COMPLETED))
                self.assertGreater(found.metrics.memory_bytes, 0)
                self.assertEqual(list(self.home.rglob("*")), [])
        self.assertEqual([run.task_count for run in later.list_runs()], [1])
        later.update_task_metrics(task.task_id, TaskMetrics(custom_metrics={"rows": 5}))
        self.assertEqual(storage.load_task(task.task_id).metrics.custom_metrics["rows"], 5)

    def test_errors_of_a_custom_storage_are_reported(self):
        class Full(Documented):
            def save_run(self, run):
                raise RuntimeError("no room")

        manager = TaskManager(Full())
        with self.assertRaisesRegex(StorageException, "no room"):
            manager.create_run("w")
        self.assertEqual(manager.list_runs(), [], "a run that could not be saved is not there")
        with self.assertRaisesRegex(StorageException, "search_runs"):
            manager.search_runs({})

    def test_all_abstract_methods_are_needed(self):
        with self.assertRaises(TypeError):
            StorageBackend()


class Statuses(Managed):
    def test_allowed_transitions_match_the_original(self):
        manager = self.manager()
        run_id, done = self.executed(manager)
        task = manager.create_task("a", run_id=run_id)
        for wrong in (lambda: manager.complete_task(task.task_id), lambda: manager.fail_task(done.task_id, "x"),
                      lambda: manager.update_task_status(task.task_id, "odd")):
            with self.assertRaises(TaskStateError):
                wrong()
        for wrong in (lambda: manager.list_tasks(""), lambda: manager.create_run(""), lambda: manager.fail_task("nobody", "")):
            with self.assertRaises(TaskException):
                wrong()
        self.assertEqual((task.status, manager.get_task(""), manager.get_run("nobody")), (TaskStatus.PENDING, None, None))


class Settings(Managed):
    def config(self, text, **environment):
        file = self.folder / "tracking.yaml"
        file.write_text(text)
        with mock.patch.dict(os.environ, environment):
            return TrackingConfig.from_env(str(file))

    def test_flow_style_says_the_same_as_indentation(self):
        block = self.config("tracking:\n  backend: filesystem\n  storage:\n    path: /x\n    compress: true\n"
                            "  metrics:\n    interval: 1.0\n    include:\n    - cpu\n    - memory\n  retention:\n    days: 30\n")
        flow = self.config("# all in one\ntracking: {backend: filesystem, storage: {path: /x, compress: true},\n"
                           "  metrics: {interval: 1.0, include: [cpu, memory]}, retention: {days: 30}}\n")
        self.assertEqual(block, flow)
        self.assertEqual((flow.storage_config, flow.include, flow.metric_interval, flow.retention_days),
                         ({"path": "/x", "compress": True}, ["cpu", "memory"], 1.0, 30))

    def test_unusable_settings_are_refused(self):
        for text, said in (("tracking: &a {enabled: true}", "line 1.*not supported"), ("tracking: {enabled: true", "not closed"),
                           ("tracking:\n  storage:\n    format: yaml", "format='yaml'"), ("tracking: {backend: oracle}", "oracle"),
                           ("tracking: {storage: {pth: /x}}", "pth"), ("tracking: {backend: database}", "connection_string")):
            with self.subTest(text), self.assertRaisesRegex(StorageException, said):
                TaskManager(config=self.config(text))
        with self.assertRaisesRegex(StorageException, "format='yaml'"):
            FileSystemStorage(str(self.folder), format="yaml")

    def test_a_named_database_is_used(self):
        url = "postgresql://localhost/tracking"
        self.assertEqual(self.config("", KAILASH_TRACKING_DB=url).storage_backend, "database")
        self.assertEqual(self.config("", KAILASH_TRACKING_DB=url).storage_config, {"connection_string": url})
        self.assertEqual(self.config("", KAILASH_TRACKING_DB=url, KAILASH_TRACKING_BACKEND="filesystem").storage_backend, "filesystem")

    def test_nothing_is_recorded_when_tracking_is_off(self):
        manager = TaskManager(config=self.config("tracking: {enabled: off, storage: {path: %s}}" % self.home))
        run_id, task = self.executed(manager)
        self.assertEqual((manager.get_task(task.task_id).status, list(self.home.iterdir())), (TaskStatus.COMPLETED, []))


class Yaml(Recorded):
    def test_the_supported_subset_is_parsed(self):
        for text, value in (
            ("", None), ("a: 1", {"a": 1}), ("a: 'it''s # one'\nb: \"x\\n\"", {"a": "it's # one", "b": "x\n"}),
            ("a: http://x:1/y # z", {"a": "http://x:1/y"}), ("- 1\n- [a, {b: c}]\n-\n  - x", [1, ["a", {"b": "c"}], ["x"]]),
            ("a:\n- x: 1\n  y: 2\n- z", {"a": [{"x": 1, "y": 2}, "z"]}), ("a: {}\nb: []\nc:\nd: ~", {"a": {}, "b": [], "c": None, "d": None}),
            ("a: {b: 'x, y', c: http://h:8/p}", {"a": {"b": "x, y", "c": "http://h:8/p"}}), ("---\na: yes\nb: -1.5e3", {"a": True, "b": -1500.0}),
            ("a: [1,\n 2,\n 3]\nb: 4", {"a": [1, 2, 3], "b": 4}), ("a:\n  b:\n    c: d\n  e: f", {"a": {"b": {"c": "d"}, "e": "f"}}),
        ):
            with self.subTest(text):
                self.assertEqual(_yaml.parse(text), value)

    def test_unsupported_yaml_is_refused_without_hanging(self):
        for text in ("a: |\n  x", "a: *b", "a: !!x y", "a: 1\n---\nb: 2", "\ta: 1", "a: 'x", "a: [1", "a: 1\na: 2", "a: 1\n   b: 2",
                     "[" * 1000 + "]" * 1000, "a: {b: 1} c", "a: [1 2, {x]}"):
            with self.subTest(text[:20]), self.assertRaises(_yaml.YamlError):
                _yaml.parse(text)


class Paths(Recorded):
    def test_modules_have_the_paths_of_the_original(self):
        code = "\n".join("import makespan.compat.kailash%s.%s" % (way, name) for way in ("", ".tracking") for name in (
            "manager", "models", "metrics_collector", "maintenance", "storage.base", "storage.filesystem", "storage.database"))
        import makespan.compat.kailash.tracking.storage.base as one
        import makespan.compat.kailash.storage.base as other
        exec(code, {})
        self.assertIs(one, other)
        self.assertIn("makespan.compat.kailash.tracking.models", sys.modules)
        self.assertTrue(pathlib.Path(one.__file__).exists())
