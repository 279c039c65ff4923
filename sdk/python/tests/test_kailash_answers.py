"""``kailash.tracking`` as its documentation has it: events, live counts, webhooks, figures and reports."""

import csv
import datetime
import http.server
import json
import math
import os
import threading
import time
from unittest import mock

from makespan.compat.kailash import EventStream, FileSystemStorage, LiveMonitor, TaskManager, TrackingConfig, WebhookHandler
from makespan.compat.kailash.analytics import RunAnalyzer
from makespan.compat.kailash.reporting import ReportGenerator
from makespan.compat.kailash.sdk_exceptions import StorageException, TaskException

from .support import Recorded, needs_program, program


class Answers(Recorded):
    def setUp(self):
        super().setUp()
        self.manager = TaskManager(storage=FileSystemStorage(str(self.folder)), config=TrackingConfig(collect_metrics=False))

    def executed(self, name="w", fails=False, took=2.0, ago=0, error="busy"):
        """A run of two nodes; the second one fails if the run does. It took so many seconds, and ended so many days ago."""
        run_id = self.manager.create_run(name)
        run = self.manager.get_run(run_id)
        begin = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=ago, seconds=took)
        run.started_at = begin
        for node, at in (("read", 0.0), ("clean", 0.25)):
            task = self.manager.create_task(node, run_id=run_id, started_at=begin + datetime.timedelta(seconds=at * took))
            task.start()
            last = "failed" if fails and node == "clean" else "completed"
            self.manager.update_task_status(task.task_id, last, error=error if last == "failed" else None,
                                            ended_at=begin + datetime.timedelta(seconds=(at + 0.25) * took))
        run.ended_at = begin + datetime.timedelta(seconds=took)
        self.manager.update_run_status(run_id, "failed" if fails else "completed", error if fails else None)
        return run_id


class Live(Answers):
    def test_a_stream_receives_its_types_until_it_stops(self):
        heard, all_of_it = [], []
        stream = EventStream(self.manager)

        @stream.on("task.started")
        @stream.on("task.completed")
        @stream.on("run.failed")
        def note(event):
            heard.append((event["type"], event.get("node_id", event.get("error"))))

        stream.on("*")(lambda event: all_of_it.append(event["type"]))
        stream.on("task.failed")(lambda event: 1 / 0)
        stream.start()
        self.executed(fails=True)
        stream.stop()
        self.executed()
        self.assertEqual(heard, [("task.started", "read"), ("task.completed", "read"), ("task.started", "clean"), ("run.failed", "busy")])
        self.assertEqual(all_of_it, ["run.started", "task.created", "task.started", "task.completed", "task.created", "task.started",
                                     "task.failed", "run.failed"])

    def test_a_monitor_counts_from_its_start(self):
        self.executed()
        monitor = LiveMonitor(self.manager)
        monitor.start()
        self.executed(fails=True)
        going = self.manager.create_task("going", run_id="r")
        going.start()
        self.assertEqual(monitor.get_stats(), {"active_tasks": 1, "completed_tasks": 1, "failed_tasks": 1, "skipped_tasks": 0,
                                               "cancelled_tasks": 0})

    def test_a_webhook_posts_the_chosen_events(self):
        got = []

        class Server(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                got.append((json.loads(body)["type"], self.headers["Authorization"]))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        with http.server.HTTPServer(("127.0.0.1", 0), Server) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            webhook = WebhookHandler("http://127.0.0.1:%d/x" % server.server_port, ["run.completed", "run.failed"],
                                     {"Authorization": "Bearer token"}, allow_http=True, allow_private=True)
            self.manager.add_handler(webhook)
            self.executed()
            self.executed(fails=True)
            webhook.close()
            server.shutdown()
        self.assertEqual((got, webhook.sent), ([("run.completed", "Bearer token"), ("run.failed", "Bearer token")], 2))

    def test_a_webhook_that_does_not_answer_costs_the_program_nothing(self):
        answered = threading.Event()

        def post(*_, **__):
            answered.wait(30)
            raise OSError("refused")

        webhook = WebhookHandler("https://127.0.0.1:9/x")
        self.manager.add_handler(webhook)
        with mock.patch("warnings.warn") as warn, mock.patch("makespan._connect.post", post), \
                mock.patch("makespan._webhook.PAUSES_S", ()):
            self.executed()
            self.assertEqual((webhook.sent, webhook.failed), (0, 0), "the program went on before there was an answer")
            answered.set()
            webhook.close()
        self.assertEqual((webhook.sent, webhook.failed, warn.call_count), (0, 8, 1))
        with self.assertRaisesRegex(ValueError, "http"):
            WebhookHandler("file:///etc/passwd")


class Figures(Answers):
    def test_statistics_of_runs_and_nodes(self):
        self.executed(took=2.0)
        self.executed(took=4.0, fails=True)
        self.executed(took=100.0, ago=40)
        self.executed(name="other")
        analyzer = RunAnalyzer(self.manager)
        today = datetime.datetime.now(datetime.timezone.utc).date()
        stats = analyzer.get_run_stats(start_date=str(today - datetime.timedelta(days=2)), end_date=today, workflow_name="w")
        self.assertEqual((stats["total_runs"], stats["failed_runs"], stats["success_rate"]), (2, 1, 0.5))
        self.assertAlmostEqual(stats["avg_duration"], 3.0, places=2)
        nodes = analyzer.get_node_performance("w")
        self.assertEqual((nodes["clean"]["count"], round(nodes["clean"]["failure_rate"], 3)), (3, 0.333))
        self.assertAlmostEqual(nodes["read"]["max_duration"], 25.0, places=2)
        nothing = analyzer.get_run_stats("1999-01-01", "1999-01-31")
        self.assertTrue(math.isnan(nothing["success_rate"]), "%.2f%%" % nothing["avg_duration"])

    def test_key_metrics_of_a_run(self):
        found = RunAnalyzer(self.manager).get_key_metrics(self.executed(took=2.0, fails=True))
        self.assertEqual((round(found["duration"], 2), found["task_count"], found["failed_tasks"]), (2.0, 2, 1))
        self.assertTrue(math.isnan(found["memory_peak"]), "not measured is not 0")
        with self.assertRaises(TaskException):
            RunAnalyzer(self.manager).get_key_metrics("nobody")

    def test_resource_trends_are_the_samples(self):
        manager = TaskManager(storage=FileSystemStorage(str(self.folder)), config=TrackingConfig(metric_interval=0.01))
        run_id = manager.create_run("w")
        task = manager.create_task("a", run_id=run_id)
        task.start()
        deadline = time.monotonic() + 10
        while len(RunAnalyzer(manager).get_resource_trends(run_id)["values"]) < 3 and time.monotonic() < deadline:
            time.sleep(0.02)
        manager.complete_task(task.task_id)
        found = RunAnalyzer(manager).get_resource_trends(run_id, metric="memory", interval="1min")
        every = RunAnalyzer(manager).get_resource_trends(run_id, metric="memory")
        self.assertGreaterEqual(len(every["values"]), 3)
        self.assertIn(max(every["values"]), found["values"])
        self.assertTrue(1 < every["values"][0] < 10_000, "in MB")
        for wrong in ("fast", 0, "0s"):
            with self.assertRaises(ValueError):
                RunAnalyzer(manager).get_resource_trends(run_id, interval=wrong)


class Reports(Answers):
    def test_a_summary_is_a_table_that_no_spreadsheet_executes(self):
        self.executed(name="=cmd()", fails=True, error="-1+2")
        self.executed(ago=40)
        file = self.folder / "summary.csv"
        today = datetime.datetime.now(datetime.timezone.utc).date()
        self.assertEqual(ReportGenerator(self.manager).export_run_summary(str(file), start_date=today - datetime.timedelta(days=1)), 1)
        (row,) = csv.DictReader(file.read_text().splitlines())
        self.assertEqual((row["workflow_name"], row["error"], row["status"], row["failed_tasks"]), ("'=cmd()", "'-1+2", "failed", "1"))

    def test_a_report_without_the_program_is_refused(self):
        run_id = self.executed()
        with mock.patch.dict(os.environ, {"PATH": str(self.folder)}):
            os.environ.pop("MAKESPAN_BIN", None)
            with self.assertRaisesRegex(StorageException, "makespan"):
                ReportGenerator(self.manager).generate_html_report(run_id)
        with self.assertRaises(TaskException):
            ReportGenerator(self.manager).generate_html_report("nobody")

    @needs_program
    def test_a_report_shows_the_run(self):
        run_id = self.executed(fails=True)
        with mock.patch.dict(os.environ, {"MAKESPAN_BIN": program()}):
            page = ReportGenerator(self.manager).generate_html_report(run_id, include_errors=True)
        self.assertIn("clean", page)
        self.assertIn("busy", page)
