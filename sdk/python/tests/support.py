"""What the tests share: reading a run back, the rules of docs/events.schema.json, and the makespan program."""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

os.environ.setdefault("MAKESPAN_DEBUG", "1")

import makespan  # noqa: E402  (after MAKESPAN_DEBUG: an error of the recording fails a test)
from makespan import _context  # noqa: E402

SDK = pathlib.Path(__file__).resolve().parent.parent
PROJECT = SDK.parent.parent
SCHEMA = json.loads((PROJECT / "docs/events.schema.json").read_text())


class Recorded(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.file = self.folder / "run.jsonl"
        # A run that is left open would be a second one for the next test, whose threads then have none.
        self.addCleanup(lambda: [run.end() for run in _context.open_runs()])

    def run_(self, name="etl", **how):
        how.setdefault("file", self.file)
        how.setdefault("resources", False)
        return makespan.run(name, **how)

    def events(self, kind=None, file=None, **members):
        """The events of a file; each must follow the schema."""
        found = []
        for number, line in enumerate(pathlib.Path(file or self.file).read_text().splitlines(), 1):
            event = json.loads(line)
            problems = list(breaches(event))
            self.assertEqual(problems, [], "line %d: %s" % (number, line))
            if (kind is None or event["event"] == kind) and all(event.get(k) == v for k, v in members.items()):
                found.append(event)
        return found

    def one(self, kind, **members):
        found = self.events(kind, **members)
        self.assertEqual(len(found), 1, found)
        return found[0]


def program():
    """The makespan program, or ``None``."""
    target = pathlib.Path(os.environ.get("CARGO_TARGET_DIR") or PROJECT / "target")
    places = [os.environ.get("MAKESPAN_BIN"), target / "debug/makespan", target / "release/makespan"]
    return next((str(place) for place in places if place and os.access(place, os.X_OK)), None)


def summary(*files):
    """What ``makespan summary --json`` says of files."""
    command = [program(), "summary", "--json", *map(str, files)]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


needs_program = unittest.skipUnless(program(), "makespan is not built: cargo build -p makespan-cli")


def python(code, **how):
    """Runs a program of its own with the package at hand, and waits for it."""
    environment = {**os.environ, "PYTHONPATH": str(SDK), **how.pop("env", {})}
    environment.pop("MAKESPAN_DEBUG", None)
    command = [sys.executable, "-c", code, *map(str, how.pop("args", ()))]
    return subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, **how)


# ------------------------------------------------------------------- as much of JSON Schema as docs/events.schema.json uses

TYPES = {
    "string": lambda v: isinstance(v, str),
    "integer": lambda v: isinstance(v, int) and not isinstance(v, bool),
    "number": lambda v: isinstance(v, (int, float)) and not isinstance(v, bool),
    "boolean": lambda v: isinstance(v, bool),
    "null": lambda v: v is None,
    "object": lambda v: isinstance(v, dict),
    "array": lambda v: isinstance(v, list),
}


def breaches(value, schema=SCHEMA, at="line"):
    """Where a value breaks a schema."""
    for word, rule in schema.items():
        if word == "$ref":
            yield from breaches(value, SCHEMA["$defs"][rule.rsplit("/", 1)[1]], at)
        elif word == "type":
            types = [rule] if isinstance(rule, str) else rule
            if not any(TYPES[one](value) for one in types):
                yield "%s: %r is no %s" % (at, value, types)
        elif word == "enum" and value not in rule:
            yield "%s: %r is none of %s" % (at, value, rule)
        elif word == "properties" and isinstance(value, dict):
            for name, inner in rule.items():
                if name in value:
                    yield from breaches(value[name], inner, "%s.%s" % (at, name))
        elif word == "required" and isinstance(value, dict):
            yield from ("%s has no %s" % (at, name) for name in rule if name not in value)
        elif word == "items" and isinstance(value, list):
            for inner in value:
                yield from breaches(inner, rule, at)
        elif word == "not" and not list(breaches(value, rule, at)):
            yield "%s: %r" % (at, value)
        elif word == "anyOf" and all(list(breaches(value, one, at)) for one in rule):
            yield "%s: %r is nothing of what it may be" % (at, value)
        elif word == "allOf":
            for one in rule:
                yield from breaches(value, one, at)
        elif word == "if" and not list(breaches(value, rule, at)):
            yield from breaches(value, schema["then"], at)
        elif word == "pattern" and isinstance(value, str) and not re.search(rule, value):
            yield "%s: %r" % (at, value)
        elif word in ("minimum", "maximum") and TYPES["number"](value):
            if value < rule if word == "minimum" else value > rule:
                yield "%s: %r" % (at, value)
