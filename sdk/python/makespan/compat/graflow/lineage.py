"""Makes ``makespan.compat.graflow.lineage.manager`` importable, for programs that change only the first word."""

from __future__ import annotations

import sys

from . import manager

sys.modules[__name__ + ".manager"] = manager
