"""Data frames of records. pandas is imported only when one is requested."""

from __future__ import annotations

import dataclasses

from ._record import moment, nanoseconds


def _pandas():
    try:
        import pandas
    except ImportError:
        raise ImportError("Data frames need pandas, which is not installed: pip install pandas. Without it, use the records "
                          "themselves, or `export(\"csv\")`.") from None
    return pandas


def frame_of(rows):
    """Returns records of one kind as a data frame."""
    pandas = _pandas()
    if not rows:
        return pandas.DataFrame()
    found = {}
    for field in dataclasses.fields(rows[0]):
        name = field.name
        if field.metadata.get("convert") is moment:
            json = field.metadata.get("json") or name
            values = [nanoseconds((row.raw or {}).get(json)) for row in rows]
            found[name] = pandas.to_datetime(pandas.array(values, dtype="Int64"), unit="ns", utc=True)
        else:
            values = [_plain(getattr(row, name)) for row in rows]
            whole = name.endswith("_ns") and not any(isinstance(value, list) for value in values)
            found[name] = pandas.array(values, dtype="Int64") if whole else values
    return pandas.DataFrame(found)


def _plain(value):
    return value.raw if dataclasses.is_dataclass(value) else value
