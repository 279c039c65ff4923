"""Stores of the ``makespan`` program, for interfaces whose originals keep runs in a database.

Python writes only files. While a run is being recorded, it is written to a file of its own in ``$XDG_STATE_HOME/makespan/spool``.
The program imports it when the run or the interpreter ends, and the file is deleted. If the store cannot be reached then,
the file stays, a warning names it, and the next process that uses the store imports it.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import uuid
import warnings

from .. import _program
from .._guard import say
from .._lock import lock
from .._program import ProgramError
from . import _read

#: Seconds that the program may take for one answer.
PATIENCE_S = 60
#: Runs that are asked for at once.
AT_ONCE = 200


class StoreError(ProgramError):
    """A store cannot be used. The message names it, the reason, and what to do."""


def program():
    """Returns the path of the ``makespan`` program; raises :class:`StoreError` if there is none."""
    try:
        return _program.find()
    except ProgramError as error:
        raise StoreError("A database needs the makespan program. %s Or record to files instead." % error) from None


def url_of(connection, database=None):
    """Returns a store's URL from a connection string, in the form of SQLAlchemy or of ``makespan``; a mere path is
    a file of SQLite.

    ``sqlite:///runs.db`` is relative and ``sqlite:////var/runs.db`` absolute, as SQLAlchemy has it.
    """
    text = str(connection).strip()
    if not text:
        raise StoreError("The connection string of the database is empty.")
    scheme, colon, rest = text.partition(":")
    if not colon or not re.match(r"[A-Za-z][A-Za-z0-9+.]+\Z", scheme):
        return "sqlite:" + os.path.expanduser(text)
    scheme = scheme.lower().partition("+")[0] if not scheme.lower().startswith("mongodb") else scheme.lower()
    scheme = {"postgresql": "postgres", "mariadb": "mysql"}.get(scheme, scheme)
    if scheme == "sqlite":
        path = rest[3:] if rest.startswith("///") else rest
        if path in ("", "//", ":memory:"):
            raise StoreError("A database in memory is not supported: name a file, such as sqlite:///tracking.db.")
        return "sqlite:" + os.path.expanduser(path)
    if database and scheme.startswith("mongodb"):
        before, mark, query = rest.partition("?")
        host = before[2:].rstrip("/") if before.startswith("//") else before
        if "/" not in host:
            rest = "//%s/%s%s%s" % (host, database, mark, query)
    return "%s:%s" % (scheme, rest)


class Store:
    """A store. The constructor raises :class:`StoreError` if the program is missing or does not accept the store."""

    def __init__(self, connection, database=None):
        self.url = url_of(connection, database)
        self._program = program()
        self._lock = threading.RLock()
        self._spool = self._held = None
        self._files = {}
        self._run("list", "--limit", "1", "--json")
        self._recover()

    def __repr__(self):
        return "Store(%r)" % re.sub(r"(//[^:/@]*):[^@/]*@", r"\1:***@", self.url)

    # ----------------------------------------------------------------------------------------------------- recording

    def file(self):
        """Returns the path of a new file for :meth:`bring`; the end of the interpreter imports what is left."""
        with self._lock:
            if self._spool is None:
                self._spool = self._folder()
                atexit.register(self._bring_all)
            path = os.path.join(self._spool, uuid.uuid4().hex + ".jsonl")
            self._files[path] = os.getpid()
            return path

    def bring(self, path, last=True):
        """Imports a file into the store, deletes it if this was the ``last`` time, and returns whether that worked."""
        if not os.path.exists(path):
            return True
        try:
            self._run("import", path)
        except StoreError as error:
            warnings.warn("%s The run is kept in %s; `makespan import` brings it in." % (error, path), RuntimeWarning,
                          stacklevel=2)
            return False
        if last:
            os.unlink(path)
            self._files.pop(path, None)
        return True

    def _bring_all(self):
        for path, pid in list(self._files.items()):
            if pid == os.getpid():
                self.bring(path)
        # A fork may have files of its own there.
        if self._spool is not None and not _read.folder(self._spool):
            shutil.rmtree(self._spool, ignore_errors=True)
            with contextlib.suppress(OSError):
                os.rmdir(os.path.dirname(self._spool))

    def _folder(self):
        """Creates a folder for this process. If the process is killed, the next one imports the files that remain."""
        mine = "%d-%s" % (os.getpid(), uuid.uuid4().hex[:8])
        try:
            path = os.path.join(self._base(), mine)
            os.makedirs(path, mode=0o700)
        except OSError:
            path = tempfile.mkdtemp(prefix="makespan-")
        self._held = lock(os.path.join(path, "lock"))
        return path

    def _base(self):
        state = os.environ.get("XDG_STATE_HOME") or os.path.expanduser("~/.local/state")
        url = self.url
        if url.startswith("sqlite:"):
            url = "sqlite:" + os.path.abspath(url[7:])
        return os.path.join(state, "makespan", "spool", hashlib.sha256(url.encode()).hexdigest()[:16])

    def _recover(self):
        try:
            left = os.listdir(self._base())
        except OSError:
            return
        for name in left:
            path = os.path.join(self._base(), name)
            held = lock(os.path.join(path, "lock"))
            if held is None:
                continue
            if all([self.bring(file) for file in _read.folder(path)]):
                shutil.rmtree(path, ignore_errors=True)
            os.close(held)

    # ------------------------------------------------------------------------------------------------------- reading

    def events(self, ids):
        """Yields the events of runs. Unknown ids are ignored."""
        ids = list(ids)
        for first in range(0, len(ids), AT_ONCE):
            some = ids[first:first + AT_ONCE]
            done = self._run("export", "--format", "jsonl", *some, may_miss=len(some) == 1)
            if done is not None:
                yield from _read.parsed(done.splitlines())

    def ids(self, workflow=None):
        """Returns the ids of the runs of the store, or of those of a workflow, the latest first."""
        found, after = [], None
        while True:
            told = json.loads(self._run("list", "--json", "--limit", "1000", *(["--workflow", workflow] if workflow else []),
                                        *(["--after", after] if after else [])))
            found += [run["run"] for run in told["runs"]]
            after = told.get("next")
            if not after or not told["runs"]:
                return found

    def remove(self, ids):
        """Moves runs to the trash of the store."""
        for first in range(0, len(ids), AT_ONCE):
            self._run("rm", *ids[first:first + AT_ONCE])

    def _run(self, *command, may_miss=False):
        # By the environment: other users can see the words of a command, and a URL may have a password in it.
        try:
            done = subprocess.run([self._program, *command], env={**os.environ, "MAKESPAN_STORE": self.url},
                                  stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=PATIENCE_S)
        except (OSError, subprocess.SubprocessError) as error:
            raise StoreError("%s %s: %s" % (self._program, command[0], error)) from None
        if done.returncode == 0:
            return done.stdout
        if may_miss and done.returncode == 1:
            return None
        told = say(done.stderr.decode("utf-8", "replace").strip(), 2048) or "exit code %d" % done.returncode
        raise StoreError("%s %s: %s" % (os.path.basename(self._program), command[0], told))
