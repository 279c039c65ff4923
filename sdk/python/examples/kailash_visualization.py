"""`kailash.visualization` and `kailash.workflow.visualization`: charts, comparison, reports, dashboards."""

import os
import pathlib
import time

from makespan.compat.kailash.tracking import FileSystemStorage, TaskManager
from makespan.compat.kailash.tracking.reporting import ReportGenerator
from makespan.compat.kailash.visualization.dashboard import DashboardConfig, DashboardExporter, RealTimeDashboard
from makespan.compat.kailash.visualization.performance import PerformanceVisualizer
from makespan.compat.kailash.visualization.reports import ReportFormat, WorkflowPerformanceReporter
from makespan.compat.kailash.workflow.visualization import WorkflowVisualizer

FOLDER = pathlib.Path(os.environ.get("MAKESPAN_DIR", "kailash_visualization"))
OUTPUT = FOLDER / "pictures"
task_manager = TaskManager(storage=FileSystemStorage(base_path=str(FOLDER)))


def execute(name, seconds):
    run_id = task_manager.create_run(workflow_name=name)
    before = []
    for node_id, node_type, part in (("read", "CSVReader", 0.2), ("clean", "Python", 1.0), ("write", "CSVWriter", 0.4)):
        task = task_manager.create_task(node_id, run_id=run_id, node_type=node_type, dependencies=before)
        task.start()
        data = os.urandom(200_000)
        (FOLDER / "data.bin").write_bytes(data)
        time.sleep(seconds * part)
        task_manager.complete_task(task.task_id, {"bytes": len(data)})
        before = [task.task_id]
    task_manager.update_run_status(run_id, "completed")
    return run_id


dashboard = RealTimeDashboard(task_manager, DashboardConfig(update_interval=0.05))
dashboard.add_metrics_callback(lambda metrics: None)
dashboard.start_monitoring()
run_ids = [execute("monitored", seconds) for seconds in (0.02, 0.03, 0.05)]
dashboard.stop_monitoring()
run_id = run_ids[-1]

perf_viz = PerformanceVisualizer(task_manager)
outputs = perf_viz.create_run_performance_summary(run_id, output_dir=OUTPUT)
assert list(outputs) == ["execution_timeline", "resource_usage", "performance_comparison", "io_analysis", "performance_heatmap", "report"]
comparison = perf_viz.compare_runs(run_ids, output_path=OUTPUT / "comparison.svg")
outputs = WorkflowVisualizer().create_performance_dashboard(run_id=run_id, task_manager=task_manager, output_dir=OUTPUT / "dashboard")
print("The dashboard is %s" % outputs["dashboard"].name)

reporter = WorkflowPerformanceReporter(task_manager)
for format in (ReportFormat.HTML, ReportFormat.MARKDOWN, ReportFormat.JSON):
    reporter.generate_report(run_id, OUTPUT / ("report." + format.value), format, compare_runs=run_ids[:1])
generator = ReportGenerator(task_manager)
report = generator.generate_html_report(run_id=run_id, include_metrics=True, include_timeline=True, include_errors=True)
assert "clean" in report
assert generator.export_run_summary(output_path=str(OUTPUT / "run_summary.csv")) == 3
dashboard.start_monitoring(run_id)
dashboard.stop_monitoring()
assets = DashboardExporter(dashboard).create_dashboard_snapshot(OUTPUT / "live")
print("%d files in %s" % (len(assets), OUTPUT.name))
