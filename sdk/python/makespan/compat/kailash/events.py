"""``EventStream``, ``LiveMonitor`` and ``WebhookHandler`` of the documentation: those of :mod:`makespan.live`, whose source may
be a task manager.
"""

from ...live import EventStream, LiveMonitor, WebhookHandler

__all__ = ["EventStream", "LiveMonitor", "WebhookHandler"]
