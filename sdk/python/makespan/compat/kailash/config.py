"""How to track: arguments, the environment (``KAILASH_TRACKING_*``), or ``~/.kailash/tracking.yaml``."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import Any, Dict, Optional


@dataclass
class TrackingConfig:
    """``metric_interval`` in seconds. A backend other than ``filesystem`` is written to files too."""

    enabled: bool = True
    collect_metrics: bool = True
    metric_interval: float = 0.1
    storage_backend: str = "filesystem"
    storage_config: Dict[str, Any] = field(default_factory=dict)
    retention_days: Optional[int] = None
    max_runs: Optional[int] = None

    @classmethod
    def from_env(cls, file=None):
        """What the file says, and over that the environment. What cannot be read changes nothing."""
        config = cls()
        config._take(_tree(file if file is not None else os.path.expanduser("~/.kailash/tracking.yaml")))
        get = os.environ.get
        if get("KAILASH_TRACKING_PATH"):
            config.storage_config["path"] = get("KAILASH_TRACKING_PATH")
        config.storage_backend = get("KAILASH_TRACKING_BACKEND") or config.storage_backend
        config.collect_metrics = _as(bool, get("KAILASH_COLLECT_METRICS"), config.collect_metrics)
        config.metric_interval = _as(float, get("KAILASH_METRICS_INTERVAL"), config.metric_interval)
        config.retention_days = _as(int, get("KAILASH_TRACKING_RETENTION_DAYS"), config.retention_days)
        return config

    def _take(self, tree):
        self.enabled = _as(bool, tree.get("tracking.enabled"), self.enabled)
        self.storage_backend = tree.get("tracking.backend") or self.storage_backend
        for name in ("path", "format", "compress"):
            if tree.get("tracking.storage." + name):
                self.storage_config[name] = tree["tracking.storage." + name]
        self.collect_metrics = _as(bool, tree.get("tracking.metrics.enabled"), self.collect_metrics)
        self.metric_interval = _as(float, tree.get("tracking.metrics.interval"), self.metric_interval)
        self.retention_days = _as(int, tree.get("tracking.retention.days"), self.retention_days)
        self.max_runs = _as(int, tree.get("tracking.retention.max_runs"), self.max_runs)


def _as(kind, text, otherwise):
    if text is None or text == "":
        return otherwise
    if kind is bool:
        return {"true": True, "yes": True, "on": True, "1": True}.get(text.strip().lower(), False)
    try:
        return kind(text)
    except ValueError:
        return otherwise


def _tree(path):
    """Scalars of the part of YAML that such a file needs, by their path: mappings by indentation, no lists."""
    found, above = {}, []
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read(65536).splitlines()
    except (OSError, ValueError):
        return found
    for line in lines:
        text = line.split(" #")[0].rstrip()
        name, colon, value = text.strip().partition(":")
        if not colon or name.startswith(("#", "-")):
            continue
        depth = len(text) - len(text.lstrip())
        while above and above[-1][0] >= depth:
            above.pop()
        value = value.strip().strip("'\"")
        if value:
            found[".".join([inner for _, inner in above] + [name])] = value
        else:
            above.append((depth, name))
    return found
