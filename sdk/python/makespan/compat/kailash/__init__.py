"""``kailash.tracking`` of the Kailash SDK.

    from makespan.compat.kailash import TaskManager
    from makespan.compat.kailash.metrics_collector import MetricsCollector
    from makespan.compat.kailash.storage import FileSystemStorage

Otherwise than the original: a run is one file that is appended to, so that saving a task costs the same in a run of
ten thousand; tasks that are tried again are attempts of one task; what was not measured is ``None`` and not 0; it
needs no psutil and no pydantic. Databases are the matter of the ``makespan`` program, as are analyses, reports and the
live monitor.
"""

from .config import TrackingConfig
from .manager import TaskManager
from .metrics_collector import MetricsCollector, PerformanceMetrics, collect_metrics
from .models import RunSummary, Task, TaskMetrics, TaskRun, TaskStatus, TaskSummary, WorkflowRun
from .storage import BaseStorage, FileSystemStorage, StorageBackend

__all__ = [
    "BaseStorage", "FileSystemStorage", "MetricsCollector", "PerformanceMetrics", "RunSummary", "StorageBackend", "Task",
    "TaskManager", "TaskMetrics", "TaskRun", "TaskStatus", "TaskSummary", "TrackingConfig", "WorkflowRun",
    "collect_metrics",
]
