"""Records lines of :mod:`logging` as log lines of the current task."""

from __future__ import annotations

import logging

from . import _context
from ._guard import foreign, guarded


class LogHandler(logging.Handler):
    """Records log records: ``logging.getLogger().addHandler(makespan.LogHandler())``.

    With ``run``, all of them belong to that run or its current task. Records outside a run are ignored. It never prints, even if a
    record cannot be formatted.
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
        """Does nothing: problems of recording do not concern the program."""
