"""The mocks that fixtures of conftest files give to the tests below them."""

from __future__ import annotations

from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Step
from bugcapture.scan.words import concerns_tests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.scan.contents import Contents
    from bugcapture.scan.mocks import Mock


class Conftests:
    """The conftest files of a project; each is read when a test below it is.

    Args:
        names: The files.
        contents: What they hold.
    """

    def __init__(self, names: Iterable[str], contents: Contents) -> None:
        self._contents = contents
        self._names = {_folder(name): name for name in names}
        self._given: dict[str, dict[str, Mock]] = {}

    def key(self, test: str) -> str:
        """A name for what the conftest files around a test file hold.

        Args:
            test: The file.
        """
        around = [self._names[folder] for folder in _above(_folder(test)) if folder in self._names]
        return " ".join(self._contents.digest(name) for name in around)

    def around(self, test: str) -> dict[str, Mock]:
        """The mocks that fixtures of the conftest files around a test file give, by their names.

        Args:
            test: The file.
        """
        around: dict[str, Mock] = {}
        for folder in _above(_folder(test)):
            if folder in self._names:
                around |= self._read(folder)
        return around

    def _read(self, folder: str) -> dict[str, Mock]:
        known = self._given.get(folder)
        if known is None:
            known = self._given[folder] = {}  # It is not around itself.
            name = self._names[folder]
            content = self._contents.read(name)
            if concerns_tests(content):
                known |= _fixtures(name, content, self.around(name))
        return known


def _fixtures(name: str, content: bytes, around: dict[str, Mock]) -> dict[str, Mock]:
    from bugcapture.scan.reading import read_module  # noqa: PLC0415 - not needed where all results are known
    from bugcapture.scan.scan_file import UNREADABLE  # noqa: PLC0415

    try:
        fixtures = dict(read_module(name, content, around).fixtures)
    except UNREADABLE:
        return {}  # It is told when the file itself is scanned.
    for fixture, mock in fixtures.items():
        mock.made = mock.made or Step(name, mock.span.line, f"the fixture {fixture} makes it")
    return fixtures


def _folder(name: str) -> str:
    return name.rpartition("/")[0] or ("/" if name.startswith("/") else ".")


@cache
def _above(folder: str) -> tuple[str, ...]:
    """A folder and those above it, the outermost first."""
    place = PurePosixPath(folder)
    return tuple(one.as_posix() for one in (*reversed(place.parents), place))
