"""Writes events as lines of JSON (docs/events.md), whatever types their values have."""

from __future__ import annotations

import itertools
import json
import math
import operator
from collections import ChainMap, UserDict, UserList, deque
from types import MappingProxyType

from ._guard import foreign, say

#: No line is longer; what would be is cut down first and dropped if that does not help.
LONGEST_LINE = 65536
#: Of one structured value: how deep, how many members, how many characters.
DEPTH, MEMBERS, CHARACTERS = 8, 2000, 32768

#: What holds several values and may hold millions.
SEVERAL = (UserList, list, tuple, set, frozenset, deque, type({}.keys()), type({}.values()), type({}.items()))

MAPPINGS = (UserDict, ChainMap, MappingProxyType)

_quoted = json.encoder.encode_basestring
_dumps = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, check_circular=False, separators=(",", ":")
).encode


def line(event):
    """Returns an event, a dict of JSON values, as a line; ``None`` if it is too long even without its largest parts.

    Members that are ``None`` are left out.
    """
    data = _joined(event)
    if len(data) <= LONGEST_LINE:
        return data
    cut = {key: value for key, value in event.items() if key not in ("value", "labels", "params", "after")}
    cut = {key: say(value, 4096) if type(value) is str else value for key, value in cut.items()}
    if type(cut.get("error")) is dict:
        cut["error"] = {key: say(value, 4096) for key, value in cut["error"].items()}
    cut["labels"] = {"makespan": "values left out: %d bytes are too long for a line" % len(data)}
    data = _joined(cut)
    return data if len(data) <= LONGEST_LINE else None


def _joined(event):
    # Most members are texts and integers: half the time of the encoder, which looks at each key too.
    parts = []
    for key, value in event.items():
        kind = type(value)
        if kind is str:
            parts.append('"%s":%s' % (key, _quoted(value)))
        elif kind is int:
            parts.append('"%s":%d' % (key, value))
        elif kind is float and value - value == 0.0:
            parts.append('"%s":%r' % (key, value))
        elif value is not None:
            parts.append('"%s":%s' % (key, _dumps(value)))
    return ("{%s}\n" % ",".join(parts)).encode()


def plain(value):
    """Returns any value as JSON of bounded size: a number that is not valid JSON becomes text, an unknown object its ``str``.

    Parts that are nested too deeply or are too large become ``"…"``; this also bounds a value that contains itself.
    """
    return _plain(value, DEPTH, [MEMBERS, CHARACTERS])


def outline(value):
    """Returns the text of a collection: its ``str`` if it is small, otherwise only its first members."""
    return str(_plain(value, DEPTH, [200, 16384]))


def members(value):
    """Returns labels or parameters as a mapping with texts as keys; ``None`` if it is empty or not a mapping."""
    if not issubclass(type(value), dict):
        if not hasattr(type(value), "keys"):
            return None
        value = _first(value, MEMBERS + 1)
    return plain(value) or None


def number(value):
    """Returns a finite number, or ``None``. Numbers of other libraries are converted by ``__index__`` or ``__float__``."""
    kind = type(value)
    if kind is int or kind is float:
        exact = value
    elif kind is bool or value is None or issubclass(kind, (str, bytes)):
        return None
    elif issubclass(kind, int):
        exact = int.__add__(value, 0)
    else:
        exact = foreign(float, value)
        if type(exact) is not float:
            return None
    if type(exact) is int:
        return exact if abs(exact) < 2**63 else float(exact)
    return exact if math.isfinite(exact) else None


def _plain(value, depth, budget):
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is str or issubclass(kind, str):
        return _spend(say(value, max(1, min(4096, budget[1]))), budget)
    if issubclass(kind, int):
        exact = int.__add__(value, 0)
        return exact if abs(exact) < 2**63 else _spend(_big(exact), budget)
    if issubclass(kind, float):
        exact = float.__add__(value, 0.0)
        return exact if math.isfinite(exact) else ("NaN" if exact != exact else "%sInfinity" % "-"[: exact < 0])
    budget[0] -= 1
    if budget[0] <= 0 or budget[1] <= 0 or depth <= 0:
        return "\u2026"
    if issubclass(kind, dict):
        found = {}
        # No more is looked at than is kept, and in one go: another thread may change it meanwhile.
        for key, inner in list(itertools.islice(dict.items(value), budget[0] + 1)):
            if budget[0] <= 0 or budget[1] <= 0:
                found["\u2026"] = "\u2026"
                break
            budget[0] -= 1
            found[_spend(say(key, 256), budget)] = _plain(inner, depth - 1, budget)
        return found
    if issubclass(kind, MAPPINGS):
        return _plain(foreign(_first, value, budget[0] + 1), depth, budget)
    for family in SEVERAL:
        if issubclass(kind, family):
            items = []
            for inner in list(itertools.islice(family.__iter__(value), budget[0] + 1)):
                if budget[0] <= 0 or budget[1] <= 0:
                    items.append("\u2026")
                    break
                budget[0] -= 1
                items.append(_plain(inner, depth - 1, budget))
            return items
    if issubclass(kind, (bytes, bytearray)):
        value = value[: max(1, min(4096, budget[1]))]
    elif hasattr(kind, "__index__"):
        whole = foreign(operator.index, value)
        if whole is not None:
            return _plain(whole, depth, budget)
    return _spend(say(value, max(1, min(4096, budget[1]))), budget)


def _first(mapping, count):
    if isinstance(mapping, ChainMap):
        return {"maps": list(mapping.maps)}  # to go through its keys it would make one dict of all
    return {key: mapping[key] for key in itertools.islice(mapping.keys(), count)}


def _big(exact):
    # Python refuses to print integers of thousands of digits.
    return str(exact) if exact.bit_length() < 4096 else "an integer of %d bits" % exact.bit_length()


def _spend(text, budget):
    budget[1] -= len(text)
    return text
