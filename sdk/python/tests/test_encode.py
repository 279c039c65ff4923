"""Values of any kind as JSON."""

import ast
import datetime
import decimal
import enum
import json
import math
import pathlib
import unittest

from makespan import _encode
from makespan._clock import nanoseconds
from makespan._guard import say

from .support import SDK


class Colour(enum.Enum):
    RED = 1


class Level(enum.IntEnum):
    HIGH = 3


class Index:
    def __index__(self):
        return 7


class Plain(unittest.TestCase):
    def test_values(self):
        cases = [
            (None, None), (True, True), (3, 3), (1.5, 1.5), ("a", "a"), ("\ud800", "?"), (b"a", "b'a'"),
            (float("nan"), "NaN"), (float("inf"), "Infinity"), (float("-inf"), "-Infinity"), (2**70, str(2**70)),
            (10**5000, "an integer of 16610 bits"), (Level.HIGH, 3), (Colour.RED, "Colour.RED"), (Index(), 7),
            (decimal.Decimal("1.5"), "1.5"), (pathlib.PurePosixPath("/a"), "/a"), ((1, 2), [1, 2]), ({3}, [3]),
            ({1: {"a": [None]}}, {"1": {"a": [None]}}),
        ]
        for value, expected in cases:
            with self.subTest(expected):
                self.assertEqual(_encode.plain(value), expected)
                self.assertEqual(type(_encode.plain(value)), type(expected))

    def test_recursive_and_large_values_are_cut(self):
        loop = []
        loop.append(loop)
        self.assertLess(len(json.dumps(_encode.plain(loop))), 100)
        wide = _encode.plain([["x" * 5000] * 50] * 5000)
        self.assertLess(len(json.dumps(wide, ensure_ascii=False)), 60_000)
        self.assertLess(len(json.dumps(_encode.plain({i: i for i in range(10**5)}))), 60_000)

    def test_numbers(self):
        self.assertEqual([_encode.number(v) for v in (3, 2.5, Level.HIGH, decimal.Decimal("0.5"), 2**70)],
                         [3, 2.5, 3, 0.5, float(2**70)])
        for value in (True, None, "3", b"3", math.nan, math.inf):
            self.assertIsNone(_encode.number(value))

    def test_a_line_equals_the_output_of_the_json_module(self):
        event = {"event": "log", "text": 'a "b"\n\x00\u2028é', "value": {"k": [1.5, None]}, "size": -3, "x": None, "f": 1e300}
        line = _encode.line(event)
        self.assertTrue(line.endswith(b"}\n"))
        self.assertEqual(line.count(b"\n"), 1)
        del event["x"]
        self.assertEqual(json.loads(line), event)

    def test_text_is_cut_and_never_fails(self):
        self.assertEqual(say("x" * 20, 5), "xxxx\u2026")

        class Bad:
            def __str__(self):
                raise SystemExit

        self.assertEqual(say(Bad()), "<Plain.test_text_is_cut_and_never_fails.<locals>.Bad that cannot be shown>")

    def test_times(self):
        zone = datetime.timezone(datetime.timedelta(hours=1))
        moment = datetime.datetime(2026, 1, 5, 9, 0, 0, 123456, zone)
        self.assertEqual(nanoseconds(moment), 1767600000_123456000)
        self.assertEqual(nanoseconds(1767600000.5), 1767600000_500000000)
        self.assertEqual(nanoseconds(17), 17)
        for value in (None, True, "2026", math.nan, 1e300, 2**63):
            self.assertIsNone(nanoseconds(value))


class Sources(unittest.TestCase):
    def test_they_are_python_3_8(self):
        files = [path for folder in ("makespan", "examples") for path in (SDK / folder).rglob("*.py")]
        self.assertGreater(len(files), 25)
        for path in files:
            ast.parse(path.read_text(), feature_version=(3, 8))
            self.assertLessEqual(len(path.read_text().splitlines()), 350, path)
