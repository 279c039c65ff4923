"""``makespan.compat.graflow.lineage.manager``: for whoever changes only the first word of ``graflow.lineage.manager``."""

from __future__ import annotations

import sys

from . import manager

sys.modules[__name__ + ".manager"] = manager
