"""Settings of tracking: from arguments, the environment (``KAILASH_TRACKING_*``), or ``~/.kailash/tracking.yaml``."""

from __future__ import annotations

import os
import warnings
from dataclasses import dataclass, field
from typing import Any, Dict, List, Optional

from . import _yaml
from .sdk_exceptions import StorageException
from .storage import DatabaseStorage, FileSystemStorage, SQLiteStorage
from .storage._recorder import INCLUDE

#: Backends by the words that name them.
FILES = ("filesystem", "file", "files")
DATABASES = ("database", "postgresql", "postgres", "mysql", "mariadb", "mongodb", "redis")


@dataclass
class TrackingConfig:
    """``metric_interval`` in seconds; ``include`` lists what is measured: ``cpu``, ``memory``, ``disk_io``, and
    ``network_io``, which the system does not count per process; all if ``None``.

    ``storage_backend`` is ``filesystem``, ``sqlite`` or ``database``. Of ``storage_config``, files take ``path``, ``format``,
    ``compress``, ``archive_old_data`` and ``archive_path``; databases ``connection_string``, or ``path`` for SQLite. Unknown
    keys raise an error, as does a backend that cannot be used: nothing is recorded in a place that was not named.
    """

    enabled: bool = True
    collect_metrics: bool = True
    metric_interval: float = 0.1
    storage_backend: str = "filesystem"
    storage_config: Dict[str, Any] = field(default_factory=dict)
    retention_days: Optional[int] = None
    max_runs: Optional[int] = None
    include: Optional[List[str]] = None

    def __post_init__(self):
        self.include = _included(self.include)

    @classmethod
    def from_env(cls, file=None):
        """Reads the file; the environment takes precedence. An invalid number is ignored with a warning."""
        config = cls()
        config._take(_tree(file if file is not None else os.path.expanduser("~/.kailash/tracking.yaml")))
        get = os.environ.get
        backend, database = get("KAILASH_TRACKING_BACKEND"), get("KAILASH_TRACKING_DB")
        if database and (backend or "database").lower() not in FILES:
            # Naming a database is enough, even if no backend is set.
            config.storage_backend = backend or "database"
            config.storage_config = {"connection_string": database}
        elif backend:
            config.storage_backend = backend
        if get("KAILASH_TRACKING_PATH"):
            config.storage_config["path"] = get("KAILASH_TRACKING_PATH")
        for name, variable in (("collect_metrics", "KAILASH_COLLECT_METRICS"), ("metric_interval", "KAILASH_METRICS_INTERVAL"),
                               ("retention_days", "KAILASH_TRACKING_RETENTION_DAYS")):
            config._set(name, get(variable), variable)
        return config

    def _take(self, tree):
        tracking = _mapping(tree.get("tracking"))
        storage, metrics, retention = (_mapping(tracking.get(name)) for name in ("storage", "metrics", "retention"))
        self._set("enabled", tracking.get("enabled"), "tracking.enabled")
        self.storage_backend = str(tracking.get("backend") or self.storage_backend)
        self.storage_config.update((name, value) for name, value in storage.items() if value is not None)
        self._set("collect_metrics", metrics.get("enabled"), "tracking.metrics.enabled")
        self._set("metric_interval", metrics.get("interval"), "tracking.metrics.interval")
        self.include = _included(metrics.get("include"))
        self._set("retention_days", retention.get("days"), "tracking.retention.days")
        self._set("max_runs", retention.get("max_runs"), "tracking.retention.max_runs")

    def _set(self, name, value, where):
        """Sets a field, converted to its type."""
        if value is None or value == "":
            return
        if name in ("enabled", "collect_metrics"):
            found = value if isinstance(value, bool) else {"true": True, "yes": True, "on": True, "1": True, "false": False,
                                                           "no": False, "off": False, "0": False}.get(str(value).strip().lower())
        else:
            try:
                found = (float if name == "metric_interval" else int)(str(value).strip())
            except ValueError:
                found = None
        if found is None:
            warnings.warn("%s: %r is not valid and was ignored" % (where, value), RuntimeWarning, stacklevel=3)
        else:
            setattr(self, name, found)

    def storage(self):
        """Returns the storage of the settings."""
        backend, given = str(self.storage_backend).strip().lower(), dict(self.storage_config)
        kept = {"retention_days": self.retention_days, "max_runs": self.max_runs}
        connection = given.pop("connection_string", None) or given.pop("url", None)
        if backend in FILES:
            return FileSystemStorage(given.pop("path", None), **kept, **_known(
                given, "files", ("format", "compress", "archive_old_data", "archive_path")))
        if backend == "sqlite" and not connection:
            return SQLiteStorage(given.pop("path", None) or given.pop("db_path", None), **kept)
        if backend == "sqlite" or backend in DATABASES:
            # A path is where files would go; a file of settings may have both.
            path = given.pop("path", None)
            for name in ("format", "compress"):
                given.pop(name, None)
            if not connection and not os.environ.get("KAILASH_TRACKING_DB"):
                unused = "; path=%r is not used" % path if path else ""
                raise StorageException("storage_backend=%r needs a connection_string in storage_config, or KAILASH_TRACKING_DB "
                                       "in the environment%s." % (self.storage_backend, unused))
            return DatabaseStorage(connection, **kept, **_known(given, "databases", ("pool_size", "echo", "database",
                                                                                     "collection_prefix")))
        raise StorageException("storage_backend=%r is unknown. Use one of: filesystem, sqlite, database." % self.storage_backend)


def _known(given, whose, names):
    unknown = sorted(set(given) - set(names))
    if unknown:
        raise StorageException("storage_config: unknown setting %s for %s. Known are: %s." % (
            ", ".join(unknown), whose, ", ".join(names)))
    return given


def _included(include):
    if include is None:
        return None
    include = [include] if isinstance(include, str) else [str(one).strip().lower() for one in include]
    unknown = [one for one in include if one not in INCLUDE]
    if unknown:
        raise StorageException("include: unknown metric %s. Known are: %s." % (", ".join(unknown), ", ".join(INCLUDE)))
    return include


def _mapping(value):
    return value if isinstance(value, dict) else {}


def _tree(path):
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read(65536)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise StorageException("%s cannot be read: %s" % (path, error)) from None
    try:
        return _mapping(_yaml.parse(text))
    except _yaml.YamlError as error:
        raise StorageException("%s: %s. Write mappings, lists and scalars only." % (path, error)) from None
