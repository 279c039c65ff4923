"""``python3 -m makespan …`` is the ``makespan`` program."""

import sys

from ._program import main

sys.exit(main())
