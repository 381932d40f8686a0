"""What `pyproject.toml` cannot say: the wheel has a native library, and fits any Python 3 of its platform."""

from setuptools import Distribution, setup
from setuptools.command.bdist_wheel import bdist_wheel


class WithLibrary(Distribution):
    def has_ext_modules(self) -> bool:
        return True


class AnyPython(bdist_wheel):
    # The library has the C interface of the engine's own and none of Python's. It was built on this machine, for its C
    # library: no promise is made of any other, so the platform's tag is the plain one.
    def get_tag(self) -> tuple[str, str, str]:
        return "py3", "none", super().get_tag()[2]


setup(distclass=WithLibrary, cmdclass={"bdist_wheel": AnyPython})
