"""Lists of records, and tables of the program as records."""

from __future__ import annotations

import csv
import io
import threading

_LARGEST_CELL = 1 << 30
_lock = threading.Lock()


class Rows(list):
    """A list of records that can become a data frame."""

    def to_pandas(self):
        """Returns a ``pandas.DataFrame`` with a row per record and a column per field.

        Times are ``datetime64[ns, UTC]`` with all known digits, durations (``…_ns``) nullable integers in nanoseconds. Raises
        ``ImportError`` if pandas is not installed.
        """
        from ._frames import frame_of

        return frame_of(self)


def table(data):
    """Parses a CSV table that the program printed into dicts of texts. Empty cells are ``None``."""
    text = io.StringIO(data.decode("utf-8"), newline="")
    with _lock:
        # The limit is one of the interpreter; cells may be larger than its default.
        before = csv.field_size_limit(_LARGEST_CELL)
        try:
            return [{name: cell or None for name, cell in row.items()} for row in csv.DictReader(text)]
        finally:
            csv.field_size_limit(before)


def nanoseconds_of(text):
    """Returns seconds with up to nine decimal places as nanoseconds, exactly; ``None`` if unknown."""
    if text is None:
        return None
    whole, _, fraction = text.partition(".")
    found = abs(int(whole)) * 10**9 + int((fraction + "000000000")[:9])
    return -found if whole.startswith("-") else found


def integer(text):
    """Returns a number of a table; ``None`` if unknown."""
    return None if text is None else int(text)


def real(text):
    """Returns a number of a table; ``None`` if unknown."""
    return None if text is None else float(text)
