"""Finds and calls the ``makespan`` program, which reads, analyses and draws runs.

This package records runs by itself. Everything that is computed from runs is computed by the program, so that Python, the
app and the command line show the same numbers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig

from ._guard import say

#: Seconds that one call of the program may take, unless ``MAKESPAN_TIMEOUT`` gives another number.
PATIENCE_S = 300.0
_NAME = "makespan.exe" if os.name == "nt" else "makespan"


class ProgramError(OSError):
    """The ``makespan`` program is missing, or it reported an error. The message states what happened and what to do."""


def find():
    """Returns the path of the program: ``$MAKESPAN_BIN``, else the one installed with this package, else the one in ``PATH``.

    Raises :class:`ProgramError` if there is none.
    """
    given = os.environ.get("MAKESPAN_BIN")
    if given:
        found = shutil.which(given)
        if found is None:
            raise ProgramError("MAKESPAN_BIN is %r, which is not a program that can be executed. Set it to the path of the "
                               "makespan program." % given)
        return found
    for folder in _folders():
        beside = os.path.join(folder, _NAME)
        if os.path.isfile(beside) and os.access(beside, os.X_OK) and not _is_script(beside):
            return beside
    found = shutil.which("makespan")
    if found is None:
        raise ProgramError("The makespan program was not found: it is neither beside the Python package nor in PATH. Install "
                           "it (`cargo install --path crates/cli` in a checkout), or set MAKESPAN_BIN to its path.")
    return found


def _folders():
    """Yields the folders where installers put the program of a wheel, those that belong to this very package first."""
    package = os.path.dirname(os.path.abspath(__file__))
    yield os.path.join(package, "bin")
    above = os.path.dirname(package)
    for scheme in sorted(sysconfig.get_scheme_names()):
        # The packages of a system's Python are visible in environments, whose scripts are in another folder.
        for base in (None, {"base": sys.base_prefix, "platbase": sys.base_prefix}):
            paths = sysconfig.get_paths(scheme, base)
            if above in (paths.get("purelib"), paths.get("platlib")) and paths.get("scripts"):
                yield paths["scripts"]
    yield os.path.join(above, "bin")  # pip install --target
    scripts = sysconfig.get_path("scripts")
    if scripts:
        yield scripts


def _is_script(path):
    # A console script of that name would call this package again.
    with open(path, "rb") as file:
        return file.read(2) == b"#!"


def call(*command, store=None, input=None, ok=(0,), patience=None):
    """Runs the program and returns what it printed, as bytes, and its messages, as a list of lines.

    ``store`` is passed in the environment, because other users can see the arguments of a process and a URL may contain a
    password. Raises :class:`ProgramError` with the program's own message if the exit code is not one of ``ok``.
    """
    environment = {**os.environ, "MAKESPAN_STORE": str(store)} if store is not None else None
    path = find()
    try:
        done = subprocess.run([path, *command], env=environment, input=input, stdin=None if input is not None else
                              subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              timeout=_patience() if patience is None else patience)
    except subprocess.TimeoutExpired as error:
        raise ProgramError("makespan %s did not finish within %g s and was stopped. Set MAKESPAN_TIMEOUT to allow more "
                           "seconds." % (command[0], error.timeout)) from None
    except (OSError, ValueError) as error:
        raise ProgramError("makespan %s could not be started from %s: %s" % (command[0], path, error)) from None
    messages = _messages(done.stderr)
    if done.returncode not in ok:
        raise ProgramError("makespan %s: %s" % (command[0], "\n".join(messages) or "exit code %d" % done.returncode))
    return done.stdout, messages


def version():
    """Returns the version of the program as text, such as ``0.1.0``."""
    return call("--version", patience=30)[0].decode("utf-8", "replace").split()[-1]


def _patience():
    try:
        return float(os.environ["MAKESPAN_TIMEOUT"])
    except (KeyError, ValueError):
        return PATIENCE_S


def _messages(stderr):
    lines = say(stderr.decode("utf-8", "replace"), 16384).splitlines()
    found = []
    for line in lines:
        for prefix in ("makespan: ", "error: ", "warning: "):
            line = line[len(prefix):] if line.startswith(prefix) else line
        if line.strip():
            found.append(line.rstrip())
    return found


def main():
    """Runs the program in place of ``python3 -m makespan``, with the same arguments, and returns its exit code."""
    try:
        path = find()
    except ProgramError as error:
        sys.stderr.write("makespan: %s\n" % error)
        return 2
    if os.name == "posix":
        os.execv(path, [path, *sys.argv[1:]])
    return subprocess.call([path, *sys.argv[1:]])
