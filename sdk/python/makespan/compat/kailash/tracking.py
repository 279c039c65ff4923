"""Makes the modules importable as ``makespan.compat.kailash.tracking.…``, for programs that change only the first word of
``kailash.tracking.storage.base``.
"""

from __future__ import annotations

import sys

from . import analytics, config, events, maintenance, manager, metrics_collector, models, reporting, storage
from .storage import base, database, filesystem
from . import *  # noqa: F403
from . import __all__  # noqa: F401

for _name, _module in {"analytics": analytics, "config": config, "events": events, "maintenance": maintenance,
                       "manager": manager, "models": models, "metrics_collector": metrics_collector,
                       "reporting": reporting, "storage": storage, "storage.base": base,
                       "storage.database": database, "storage.filesystem": filesystem}.items():
    sys.modules["%s.%s" % (__name__, _name)] = _module
