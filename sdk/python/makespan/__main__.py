"""Runs the ``makespan`` program as ``python3 -m makespan …``."""

import sys

from ._program import main

sys.exit(main())
