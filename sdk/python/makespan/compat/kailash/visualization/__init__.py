"""``kailash.visualization``: pictures, reports and the live dashboard.

Pictures are SVG, or PNG if their names end in ``.png``. Graphs, timelines and reports are made by the ``makespan`` program, which must be in ``PATH`` or named by
``MAKESPAN_BIN``, and all numbers are its numbers. Differences from the original: the total duration is the makespan, not the
sum over completed tasks; values that were not measured are omitted or marked, not drawn as 0.
"""

from .dashboard import DashboardConfig, DashboardExporter, LiveMetrics, RealTimeDashboard
from .performance import PerformanceVisualizer
from .reports import PerformanceInsight, ReportConfig, ReportFormat, WorkflowPerformanceReporter, WorkflowSummary

__all__ = [
    "DashboardConfig", "DashboardExporter", "LiveMetrics", "PerformanceInsight", "PerformanceVisualizer", "RealTimeDashboard",
    "ReportConfig", "ReportFormat", "WorkflowPerformanceReporter", "WorkflowSummary",
]
