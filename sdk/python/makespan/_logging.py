"""Lines of :mod:`logging` as lines of the log of the current task."""

from __future__ import annotations

import logging

from . import _context
from ._guard import foreign, guarded


class LogHandler(logging.Handler):
    """``logging.getLogger().addHandler(makespan.LogHandler())``. With ``run``, all go to that run or its current task.

    It never prints, also where a record cannot be formatted; lines outside of any run are passed over.
    """

    def __init__(self, level=logging.NOTSET, run=None):
        super().__init__()
        foreign(self.setLevel, level)
        self._run = run

    @guarded()
    def emit(self, record):
        scope = _context.current()
        if self._run is not None and (scope is None or scope.run is not self._run):
            scope = self._run
        if scope is not None:
            text = foreign(self.format, record)
            if text is None:
                text = record.msg
            scope.log(text, level=record.levelname.lower())

    def handleError(self, record):
        """Says nothing: what goes wrong here is no matter of the program."""
