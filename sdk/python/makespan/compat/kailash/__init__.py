"""``kailash.tracking`` of the Kailash SDK.

    from makespan.compat.kailash import TaskManager
    from makespan.compat.kailash.metrics_collector import MetricsCollector
    from makespan.compat.kailash.storage import FileSystemStorage

``kailash.tracking.X`` is ``makespan.compat.kailash.X``, and ``makespan.compat.kailash.tracking.X`` as well.

Differences from the original: a run is one file that is appended to, so that saving a task costs the same in a run of ten
thousand; retries are attempts of one task; values that were not measured are ``None``, not 0, and zeros in their place are
ignored; it needs no psutil and no pydantic. Databases are stores of the ``makespan`` program, which
also writes the reports of ``reporting``, the pictures and the dashboards.
"""

from .config import TrackingConfig
from .events import EventStream, LiveMonitor, WebhookHandler
from .manager import TaskManager
from .metrics_collector import MetricsCollector, PerformanceMetrics, collect_metrics
from .models import RunSummary, Task, TaskMetrics, TaskRun, TaskStatus, TaskSummary, WorkflowRun
from .storage import BaseStorage, DatabaseStorage, FileSystemStorage, SQLiteStorage, StorageBackend

__all__ = [
    "BaseStorage", "DatabaseStorage", "EventStream", "FileSystemStorage", "LiveMonitor", "MetricsCollector",
    "PerformanceMetrics", "RunSummary", "SQLiteStorage", "StorageBackend", "Task", "TaskManager", "TaskMetrics", "TaskRun",
    "TaskStatus", "TaskSummary", "TrackingConfig", "WebhookHandler", "WorkflowRun", "collect_metrics",
]
