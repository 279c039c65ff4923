"""Converts the JSON of the program to objects."""

from __future__ import annotations

import dataclasses
import datetime
import re

from ._rows import Rows

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?Z\Z")


def moment(text):
    """Returns an RFC 3339 time in UTC as an aware ``datetime``, cut to microseconds; ``None`` if unknown."""
    found = _TIME.match(text) if isinstance(text, str) else None
    if found is None:
        return None
    year, month, day, hour, minute, second = (int(found.group(n)) for n in range(1, 7))
    micros = int(((found.group(7) or "") + "000000")[:6])
    try:
        return datetime.datetime(year, month, day, hour, minute, second, micros, tzinfo=datetime.timezone.utc)
    except ValueError:  # a leap second
        return None


def nanoseconds(text):
    """Returns an RFC 3339 time in UTC as nanoseconds since 1970, exactly; ``None`` if unknown."""
    whole = moment(text)
    if whole is None:
        return None
    fraction = _TIME.match(text).group(7) or ""
    since = whole.replace(microsecond=0) - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
    return (since.days * 86400 + since.seconds) * 10**9 + int((fraction + "000000000")[:9])


def time(name=None):
    """A field with a time."""
    return dataclasses.field(default=None, metadata={"json": name, "convert": moment})


def one(kind, name=None):
    """A field with a record, or ``None``."""
    return dataclasses.field(default=None, metadata={"json": name, "convert": kind.from_json})


def many(kind, name=None):
    """A field with a list of records."""
    return dataclasses.field(default_factory=Rows, metadata={
        "json": name, "convert": lambda found: Rows(kind.from_json(each) for each in found or ())})


def called(name, convert=None):
    """A field with another name in the JSON, or with a converted value."""
    return dataclasses.field(default=None, metadata={"json": name, "convert": convert})


class Record:
    """Base class of all results: a dataclass made from a JSON object that the program printed.

    The fields are the members of that object, documented in ``docs/summary.md``, ``docs/stats.md`` and ``docs/compare.md``.
    Fields that end in ``_ns`` are integers in nanoseconds; each has a twin that ends in ``_s``, a float in seconds. Times are
    aware ``datetime`` objects in UTC, cut to microseconds. ``None`` means unknown. :attr:`raw` is the JSON object itself, with
    exact times and with members that this version of the package does not know.
    """

    #: The JSON object that the record was made of.
    raw = None

    @classmethod
    def from_json(cls, data):
        """Makes a record from a JSON object. Missing members are ``None``; unknown ones are in :attr:`raw` only."""
        if data is None:
            return None
        made = cls()
        for field in dataclasses.fields(cls):
            name = field.metadata.get("json") or field.name
            if field.init and name in data:
                convert = field.metadata.get("convert")
                setattr(made, field.name, convert(data[name]) if convert is not None else data[name])
        made.raw = data
        return made

    def __getattr__(self, name):
        # Only called for what is not there.
        if name.endswith("_s") and name[:-1] + "ns" in type(self).__dataclass_fields__:
            found = getattr(self, name[:-1] + "ns")
            return None if found is None else [one / 1e9 for one in found] if isinstance(found, list) else found / 1e9
        raise AttributeError("%s has no attribute %r" % (type(self).__name__, name))

    def __dir__(self):
        return [*super().__dir__(), *(name[:-2] + "s" for name in type(self).__dataclass_fields__ if name.endswith("_ns"))]

    def __repr__(self):
        shown = []
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None or value == [] or not field.repr:
                continue
            if isinstance(value, (list, dict)) and len(value) > 3:
                value = "<%d>" % len(value)
            else:
                value = repr(value)
                value = value if len(value) <= 80 else type(getattr(self, field.name)).__name__ + "(…)"
            shown.append("%s=%s" % (field.name, value))
        return "%s(%s)" % (type(self).__name__, ", ".join(shown))
