"""The wheel: it is built without a network, holds every module, and brings the program if that is put into it."""

import importlib.metadata
import os
import pathlib
import shutil
import stat
import subprocess
import sys
import unittest
import zipfile

from .support import SDK, Recorded


def _can_build():
    # Not by importing setuptools, which replaces a part of the standard library.
    found = {one.metadata["Name"].lower(): one.version for one in importlib.metadata.distributions() if one.metadata["Name"]}
    setuptools = int(found.get("setuptools", "0").split(".")[0])
    return "pip" in found and (setuptools >= 71 or setuptools >= 61 and "wheel" in found)


@unittest.skipUnless(_can_build(), "pip and setuptools 71, or wheel, are not installed")
class Wheel(Recorded):
    def build(self, *more):
        source, target = self.folder / "source", self.folder / "wheels"
        for name in ("pyproject.toml", "setup.py", "README.md"):
            source.mkdir(exist_ok=True)
            shutil.copy(str(SDK / name), str(source))
        if not (source / "makespan").exists():
            shutil.copytree(str(SDK / "makespan"), str(source / "makespan"), ignore=shutil.ignore_patterns("__pycache__"))
        for path, data in more:
            path = source / path
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(data)
            path.chmod(0o755)
        command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-index", "--no-deps", "--no-build-isolation", "-w", str(target), str(source)]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"})
        self.assertEqual(done.returncode, 0, done.stdout.decode())
        (wheel,) = target.iterdir()
        return wheel

    def test_it_holds_every_module_and_needs_nothing(self):
        wheel = self.build()
        self.assertTrue(wheel.name.endswith("-py3-none-any.whl"), wheel.name)
        with zipfile.ZipFile(str(wheel)) as archive:
            names = set(archive.namelist())
            metadata = archive.read(next(name for name in names if name.endswith("METADATA"))).decode()
        modules = {str(pathlib.PurePosixPath(path.relative_to(SDK))) for path in (SDK / "makespan").rglob("*.py")}
        self.assertEqual(modules - names, set())
        self.assertEqual([line for line in metadata.splitlines() if line.startswith("Requires-Dist") and "extra" not in line], [])

    def test_it_brings_the_program_where_there_is_one(self):
        wheel = self.build(("makespan/bin/makespan", b"\x7fELF program"))
        self.assertRegex(wheel.name, r"-py3-none-(?!any)")
        with zipfile.ZipFile(str(wheel)) as archive:
            self.assertTrue(archive.getinfo("makespan/bin/makespan").external_attr >> 16 & stat.S_IXUSR)
