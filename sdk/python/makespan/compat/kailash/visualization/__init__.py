"""``kailash.visualization``: pictures, reports and the live dashboard.

Pictures are SVG. Graphs, timelines and reports are made by the ``makespan`` program, which must be in ``PATH`` or named by
``MAKESPAN_BIN``, and all numbers are its numbers. Otherwise than the original: the total duration is the makespan, not the sum
of the tasks that completed; what was not measured is left out or marked, and not drawn as 0.
"""

from .dashboard import DashboardConfig, DashboardExporter, LiveMetrics, RealTimeDashboard
from .performance import PerformanceVisualizer
from .reports import PerformanceInsight, ReportConfig, ReportFormat, WorkflowPerformanceReporter, WorkflowSummary

__all__ = [
    "DashboardConfig", "DashboardExporter", "LiveMetrics", "PerformanceInsight", "PerformanceVisualizer", "RealTimeDashboard",
    "ReportConfig", "ReportFormat", "WorkflowPerformanceReporter", "WorkflowSummary",
]
