"""Builds the wheel. If the program was put into ``makespan/bin`` before, it is part of the wheel, which is then for this platform
only.
"""

import os

from setuptools import Distribution, setup

try:
    from setuptools.command.bdist_wheel import bdist_wheel
except ImportError:  # setuptools before 70.1
    from wheel.bdist_wheel import bdist_wheel

HAS_PROGRAM = any(os.path.isfile(os.path.join("makespan", "bin", name)) for name in ("makespan", "makespan.exe"))


class Wheel(bdist_wheel):
    """A wheel that runs with every Python 3."""

    def get_tag(self):
        return "py3", "none", super().get_tag()[2]


class Binary(Distribution):
    """A package that is for one platform only if the program is in it."""

    def has_ext_modules(self):
        return HAS_PROGRAM


setup(cmdclass={"bdist_wheel": Wheel}, distclass=Binary)
