"""The methods that all models share, for copying, printing and parsing, as in the original."""

from __future__ import annotations

import dataclasses
import datetime
import json

from ..._encode import plain

#: Fields that are times.
TIMES = ("started_at", "ended_at", "completed_at", "created_at")


class Model:
    """A dataclass with the methods of the original's models, by their names in both versions of pydantic."""

    def to_dict(self):
        """Returns the fields as JSON values: times as text, statuses as words."""
        found = {}
        for name, value in self.model_dump().items():
            found[name] = value.isoformat() if isinstance(value, datetime.datetime) else plain(value)
        return found

    def model_dump(self):
        """Returns the fields as they are; models within as dicts too."""
        found = {one.name: getattr(self, one.name) for one in dataclasses.fields(self)}
        return {name: value.model_dump() if isinstance(value, Model) else value for name, value in found.items()}

    dict = model_dump

    def json(self):
        return json.dumps(self.to_dict(), ensure_ascii=False)

    model_dump_json = json

    def model_copy(self):
        return dataclasses.replace(self)

    copy = model_copy

    @classmethod
    def from_dict(cls, data):
        """Makes a model from the result of :meth:`to_dict`; unknown members are ignored."""
        given = {one.name: data[one.name] for one in dataclasses.fields(cls) if one.name in data}
        for name in TIMES:
            if isinstance(given.get(name), str):
                given[name] = moment(given[name])
        return cls(**given)

    model_validate = parse_obj = from_dict

    @classmethod
    def parse_raw(cls, text):
        return cls.from_dict(json.loads(text))

    model_validate_json = parse_raw


def moment(text):
    """Parses a time in ISO 8601; one without a zone is UTC."""
    found = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return found if found.tzinfo is not None else found.replace(tzinfo=datetime.timezone.utc)


def utc_now():
    return datetime.datetime.now(datetime.timezone.utc)


def seconds(first, last):
    """Returns the seconds between two times; ``None`` if one of them is unknown."""
    if first is None or last is None:
        return None
    if (first.tzinfo is None) != (last.tzinfo is None):
        first, last = (one if one.tzinfo else one.replace(tzinfo=datetime.timezone.utc) for one in (first, last))
    return max(0.0, (last - first).total_seconds())
