"""The opened sources as arguments of the program, and single runs of them."""

from __future__ import annotations

import io
import json
import os
import shutil
import tempfile
import weakref

from .. import _program
from .._program import ProgramError


class OpenError(ProgramError):
    """No run could be read. The message states the file, the place in it and the reason."""


class Sources:
    """The opened sources, as arguments of the program."""

    def __init__(self, names, zone=None, unit=None, store=None):
        self.names, self.store = [name_of(one) for one in names], store
        if not self.names:
            raise TypeError("open() needs at least one file, folder or id of a run")
        self.options = [*(["--zone", str(zone)] if zone is not None else []), *(["--unit", str(unit)] if unit is not None else [])]

    def call(self, verb, *options, after=(), **how):
        """Calls a verb of the program with these files; returns its output and its messages."""
        return _program.call(verb, *self.options, *options, "--", *self.names, *after, store=self.store, **how)

    def json(self, verb, *options, **how):
        return json.loads(self.call(verb, *options, "--json", **how)[0])


class Parts:
    """Files of single runs, made when they are first needed, because otherwise all files would be read for each query.

    They are removed with this object, or at the end of the program.
    """

    def __init__(self, opened):
        self._opened, self._folder = opened, None

    def of(self, run):
        """Returns a run as :class:`Sources` of its own."""
        if self._folder is None or not os.path.isdir(self._folder):
            self._folder = tempfile.mkdtemp(prefix="makespan-")
            weakref.finalize(self, _remove, self._folder, os.getpid())
        path = os.path.join(self._folder, "%d.jsonl" % run.number)
        if not os.path.exists(path):
            written(self._opened.call("export", "--format", "jsonl", "--run", str(run.number))[0], path)
        return Sources([path], store=self._opened.store)


def _remove(folder, pid):
    if os.getpid() == pid:  # not at the end of a fork
        shutil.rmtree(folder, ignore_errors=True)


def name_of(source):
    if hasattr(source, "put") and hasattr(source, "file"):  # a run that is being recorded
        if source.file is None:
            raise OpenError("The run %s is not recorded in a file, so it cannot be opened." % getattr(source, "id", ""))
        source = source.file
    name = os.fspath(source)
    if not isinstance(name, str):
        name = os.fsdecode(name)
    if name == "-":
        raise ValueError("Standard input cannot be opened from Python, because it can be read only once. Write it to a file.")
    return name


def written(data, path):
    """Returns the data, or writes it to a file and returns the path."""
    if path is None:
        return data
    path = os.fspath(path)
    with io.open(path, "wb") as file:
        file.write(data)
    return path
