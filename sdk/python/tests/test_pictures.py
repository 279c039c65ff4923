"""`kailash.visualization`: every chart, report and dashboard, of runs with and without metrics and with hostile names."""

import json
import os
import pathlib
import warnings
import xml.etree.ElementTree as xml
from unittest import mock

from makespan.compat import _chart
from makespan.compat.kailash import FileSystemStorage, SQLiteStorage, TaskManager, TaskMetrics, TrackingConfig
from makespan.compat.kailash.reporting import ReportGenerator
from makespan.compat.kailash.sdk_exceptions import StorageException
from makespan.compat.kailash.visualization import DashboardConfig, PerformanceVisualizer, RealTimeDashboard, ReportFormat
from makespan.compat.kailash.visualization import WorkflowPerformanceReporter
from makespan.compat.kailash.workflow.visualization import WorkflowVisualizer, create_performance_dashboard

from .support import Recorded, needs_program, program

HOSTILE = '"><script>alert(1)</script>\x07 名前'


@needs_program
class Pictures(Recorded):
    def setUp(self):
        super().setUp()
        patched = mock.patch.dict(os.environ, {"MAKESPAN_BIN": program(), "HOME": str(self.folder)})
        patched.start()
        self.addCleanup(patched.stop)
        self.manager = TaskManager(storage=FileSystemStorage(str(self.folder / "tracking")), config=TrackingConfig(collect_metrics=False))

    def execute(self, names=("a", "b"), metrics=True, fails=False, manager=None):
        manager = manager or self.manager
        run_id, before = manager.create_run("w"), []
        for number, name in enumerate(names):
            task = manager.create_task(name, run_id=run_id, node_type="Type%d" % (number % 2), dependencies=before)
            task.start()
            if metrics:
                manager.update_task_metrics(task.task_id, TaskMetrics(cpu_usage=10.0 + number, memory_usage_mb=100.0 * (number + 1), custom_metrics={
                    "io_read_bytes": 1000 * number, "io_write_bytes": 7, "io_read_count": 2, "io_write_count": 3, "memory_delta_mb": -1.5}))
            manager.fail_task(task.task_id, "KeyError: 'x'") if fails else manager.complete_task(task.task_id)
            before = [task.task_id]
        manager.update_run_status(run_id, "failed" if fails else "completed")
        return run_id

    def texts(self, path):
        root = xml.parse(str(path)).getroot()
        self.assertEqual({one.tag.rsplit("}")[-1] for one in root.iter()} & {"script", "foreignObject", "a", "image"}, set())
        return " ".join(text for one in root.iter() for text in [one.text or ""] if text.strip())

    def test_the_summary_of_a_run_has_each_chart(self):
        outputs = PerformanceVisualizer(self.manager).create_run_performance_summary(self.execute((HOSTILE, "b")), str(self.folder / "out"))
        self.assertEqual(list(outputs), ["execution_timeline", "resource_usage", "performance_comparison", "io_analysis",
                                         "performance_heatmap", "report"])
        said = {name: self.texts(path) for name, path in outputs.items() if name != "report"}
        self.assertIn("alert(1)", said["execution_timeline"])
        for part in ("10 %", "11 %", "100 MiB / -1.5 MiB", "200 MiB", "alert(1)"):
            self.assertIn(part, said["resource_usage"])
        self.assertIn("1 kB / 7 B", said["io_analysis"])
        self.assertIn("2 / 3", said["io_analysis"])
        self.assertIn("200 MiB", said["performance_heatmap"])
        self.assertIn("Type0", said["performance_comparison"])
        self.assertNotRegex(outputs["report"].read_text(), r"(?<!\\)<script")

    def test_the_same_run_gives_the_same_bytes(self):
        run_id, visualizer = self.execute(), PerformanceVisualizer(self.manager)
        one, other = (visualizer.create_run_performance_summary(run_id, self.folder / name) for name in ("x", "y"))
        for name in one:
            self.assertEqual(one[name].read_bytes(), other[name].read_bytes(), name)

    def test_unmeasured_values_are_not_drawn_as_zero(self):
        outputs = PerformanceVisualizer(self.manager).create_run_performance_summary(self.execute(metrics=False), self.folder / "out")
        self.assertIn("Not collected", self.texts(outputs["resource_usage"]))
        self.assertNotIn("0 %", self.texts(outputs["resource_usage"]))
        self.assertIn("–", self.texts(outputs["performance_heatmap"]))
        self.assertIn("CPU (not collected)", self.texts(outputs["performance_comparison"]))

    def test_runs_without_tasks_and_unknown_runs(self):
        visualizer = PerformanceVisualizer(self.manager)
        with self.assertWarnsRegex(RuntimeWarning, "No tasks"):
            self.assertEqual(visualizer.create_run_performance_summary(self.manager.create_run("empty"), self.folder), {})
        for call in (lambda: visualizer.create_run_performance_summary("nope"), lambda: visualizer.compare_runs(["nope"], self.folder / "x.svg"),
                     lambda: WorkflowPerformanceReporter(self.manager).generate_report("nope", self.folder / "x.html")):
            with self.assertRaisesRegex(ValueError, "nope not found"):
                call()

    def test_runs_are_compared_by_their_makespan(self):
        ids = [self.execute(), self.execute(fails=True)]
        with self.assertWarnsRegex(RuntimeWarning, "comparison.svg instead of comparison.jpg"):
            path = PerformanceVisualizer(self.manager).compare_runs(run_ids=ids, output_path=self.folder / "comparison.jpg")
        said = self.texts(path)
        self.assertEqual(path.name, "comparison.svg")
        for part in (ids[0][:8], "(failed)", "Makespan", "200 MiB", "2 / 0", "0 / 2"):
            self.assertIn(part, said)

    def test_charts_are_png_where_the_name_or_the_format_is(self):
        run_id, visualizer = self.execute((HOSTILE, "b")), PerformanceVisualizer(self.manager)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            paths = [visualizer.compare_runs(run_ids=[run_id], output_path=self.folder / "comparison.png")]
            outputs = visualizer.create_run_performance_summary(run_id, self.folder / "out", format="png")
        paths += [path for name, path in outputs.items() if name != "report"]
        for path in paths:
            self.assertEqual((path.suffix, path.read_bytes()[:4]), (".png", b"\x89PNG"), path)
        with self.assertRaisesRegex(ValueError, "Use svg or png"):
            visualizer.create_run_performance_summary(run_id, format="jpg")

    def test_a_dashboard_is_a_page_with_its_charts(self):
        outputs = create_performance_dashboard(self.execute(fails=True), self.manager, self.folder / "dash")
        self.assertEqual(list(outputs), ["workflow_graph", "execution_timeline", "resource_usage", "performance_comparison", "io_analysis",
                                         "performance_heatmap", "report", "dashboard"])
        self.assertIn("KeyError", pathlib.Path(outputs["dashboard"]).read_text())
        self.assertIn("```mermaid", pathlib.Path(outputs["workflow_graph"]).read_text())

    def test_a_workflow_is_drawn(self):
        definition = {"workflow_id": "w", "name": "W", "nodes": {"in": {"node_id": "in", "node_type": "Reader", "config": {}},
                                                                 "out": {"node_id": "out", "node_type": "Writer", "config": {}}},
                      "connections": [{"source_node": "in", "source_output": "data", "target_node": "out", "target_input": "data"}]}
        path = WorkflowVisualizer(definition).visualize(self.folder / "w.svg")
        self.assertIn("out", self.texts(path))
        self.assertTrue(WorkflowVisualizer(definition).visualize().startswith("<svg"))
        path = WorkflowVisualizer(definition).save(self.folder / "w.png")
        self.assertEqual((path.name, path.read_bytes()[:4]), ("w.png", b"\x89PNG"))
        with self.assertRaisesRegex(ValueError, "needs a workflow"):
            WorkflowVisualizer().visualize()

    def test_reports_of_every_format(self):
        run_id, other, reporter = self.execute(), self.execute(fails=True), WorkflowPerformanceReporter(self.manager)
        page = reporter.generate_report(run_id, self.folder / "r.html", compare_runs=[other])
        self.assertIn(other, page.read_text())
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith(".")], [])
        text = reporter.generate_report(run_id, self.folder / "r.md", ReportFormat.MARKDOWN, [other]).read_text()
        self.assertIn("## Comparison", text)
        found = json.loads(reporter.generate_report(run_id, str(self.folder / "r.json"), "json", [other]).read_text())
        self.assertEqual((found["summary"]["completed_tasks"], found["summary"]["peak_memory_usage"], found["run_info"]["run_id"]), (2, 200.0, run_id))
        self.assertEqual(found["comparison"]["comparison"], "pair")
        self.assertEqual(found["detailed_analysis"]["error_analysis"]["error_count"], 0)
        self.assertEqual((reporter.summary(other).failed_tasks, reporter.summary(run_id).avg_cpu_usage), (2, 10.5))
        self.assertTrue(all(one.category in ("bottleneck", "optimization", "warning") and one.title for one in reporter.insights(other)))
        self.assertIn("## ", ReportGenerator(self.manager).generate_markdown_report(run_id))
        with self.assertRaisesRegex(ValueError, "Unsupported report format"):
            reporter.generate_report(run_id, self.folder / "x", "odt")

    def test_a_report_is_printed_if_a_browser_is_installed(self):
        run_id, reporter = self.execute(), WorkflowPerformanceReporter(self.manager)
        try:
            path = reporter.generate_report(run_id, self.folder / "r.pdf", ReportFormat.PDF)
        except StorageException as error:
            self.assertIn("no browser found", str(error))
            return
        self.assertEqual((path, path.read_bytes()[:5]), (self.folder / "r.pdf", b"%PDF-"))
        self.assertEqual([path.name for path in self.folder.iterdir() if path.name.startswith(".r")], [])

    def test_runs_of_a_database_are_drawn_too(self):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            manager = TaskManager(storage=SQLiteStorage(str(self.folder / "runs.db")), config=TrackingConfig(collect_metrics=False))
        path = PerformanceVisualizer(manager).create_run_performance_summary(self.execute(manager=manager), self.folder / "out")["resource_usage"]
        self.assertIn("200 MiB", self.texts(path))

    def test_a_live_dashboard_calls_back_and_ends(self):
        dashboard = RealTimeDashboard(self.manager, DashboardConfig(update_interval=0.01, max_history_points=5))
        seen, told = [], []
        dashboard.add_metrics_callback(seen.append)
        dashboard.add_metrics_callback(lambda metrics: 1 / 0)
        dashboard.add_status_callback(lambda kind, count: told.append((kind, count)))
        dashboard.start_monitoring()
        self.execute()
        self.execute(fails=True)
        dashboard.stop_monitoring()
        last = dashboard.get_current_metrics()
        self.assertEqual((last.completed_tasks, last.failed_tasks, last.active_tasks, last.total_memory_usage), (2, 2, 0, 200.0))
        self.assertEqual(sum(count for kind, count in told if kind == "task_completed"), 2)
        self.assertLessEqual(len(dashboard.get_metrics_history()), 5)
        self.assertGreaterEqual(len(seen), 1)
        with self.assertRaisesRegex(ValueError, "start_monitoring"):
            dashboard.generate_live_report(self.folder / "x.html")

    def test_without_the_program_the_error_says_what_to_set(self):
        run_id = self.execute()
        with mock.patch.dict(os.environ, {"MAKESPAN_BIN": str(self.folder / "gone")}):
            with self.assertRaisesRegex(StorageException, "MAKESPAN_BIN"):
                PerformanceVisualizer(self.manager).create_run_performance_summary(run_id, self.folder / "out")


class Charts(Recorded):
    def test_charts_with_many_rows_are_cut_with_a_note(self):
        names = ["task %d" % number for number in range(500)]
        for chart in (_chart.bars("t", [_chart.Panel("p", names, [("s", [1.0] * 500)])]), _chart.heatmap("t", names, [("c", "")], [[1.0]] * 500)):
            self.assertIn("420 more tasks are not shown", chart)
            self.assertLess(len(chart), 100_000)

    def test_odd_values_do_not_break_a_chart(self):
        for values in ([], [None, None], [0.0, 0.0], [-5.0, 5.0], [1e300, 1.0], [float(2**70), None]):
            names = ["n"] * len(values)
            for chart in (_chart.bars("t", [_chart.Panel("p", names, [("s", values)], "B")]),
                          _chart.heatmap("t", names, [("c", "s")], [[value] for value in values]),
                          _chart.radar("t", [("x", "s"), ("y", ""), ("z", "B")], [("s", [value, value, 1.0]) for value in values])):
                self.assertTrue(xml.fromstring(chart).tag.endswith("svg"))
                self.assertNotIn("nan", chart)
