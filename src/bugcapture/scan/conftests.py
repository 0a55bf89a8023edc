"""What the fixtures of conftest files bring to the tests below them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from bugcapture.scan.hazard import Step
from bugcapture.scan.taken import ALL, file_of, imports_of, modules_taken, plugins_of
from bugcapture.scan.words import concerns_tests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.scan.contents import Contents
    from bugcapture.scan.mocks import Mock

_FUNCTION: Final = re.compile(rb"^(?:async[ \t]+)?def[ \t]+(\w+)", re.MULTILINE)


@dataclass(slots=True)
class Around:
    """What the fixtures of the conftest files around a test file bring.

    Attributes:
        mocks: The mocks that they give, by fixture.
        restored: The variables of the environment that they put back, by fixture; those of modules that they
            take fixtures from as well.
        others: The names of what may be fixtures and gives no mock that is known: functions, and what is imported.
    """

    mocks: dict[str, Mock] = field(default_factory=dict)
    restored: dict[str, frozenset[str]] = field(default_factory=dict)
    others: frozenset[str] = frozenset()

    def add(self, other: Around) -> None:
        """Take what the conftest file of a folder further in brings.

        Args:
            other: What it brings.
        """
        hidden = self.mocks.keys() if ALL in other.others else other.others
        self.mocks = {name: mock for name, mock in self.mocks.items() if name not in hidden} | other.mocks
        self.others = (self.others - other.mocks.keys()) | other.others
        for name, keys in other.restored.items():
            self.restored[name] = self.restored.get(name, frozenset()) | keys


class Conftests:
    """The conftest files of a project; each is read when a test below it is.

    Args:
        names: The files.
        tests: All test files, which they may take fixtures from.
        contents: What they hold.
    """

    def __init__(self, names: Iterable[str], tests: Iterable[str], contents: Contents) -> None:
        self._contents = contents
        self._names = {_folder(name): name for name in names}
        self._tests = frozenset(tests)
        self._taken: dict[str, list[str]] = {}
        self._given: dict[str, Around] = {}

    def key(self, test: str) -> str:
        """A name for what the conftest files around a test file, and what they take fixtures from, hold.

        Args:
            test: The file.
        """
        around = [self._names[folder] for folder in _above(_folder(test)) if folder in self._names]
        every = [one for name in around for one in (name, *self._taken_by(name))]
        return " ".join(f"{name} {self._contents.digest(name)}" for name in every)

    def around(self, test: str) -> Around:
        """What the fixtures of the conftest files around a test file bring.

        Args:
            test: The file.
        """
        around = Around()
        for folder in _above(_folder(test)):
            if folder in self._names:
                around.add(self._read(folder))
        return around

    def _read(self, folder: str) -> Around:
        known = self._given.get(folder)
        if known is None:
            known = self._given[folder] = Around()  # It is not around itself.
            name = self._names[folder]
            outer = self.around(name).mocks
            restored = Around()
            for module in self._taken_by(name):
                restored.add(Around(restored=self._brought(module, {}).restored))
            imported = self._imported(name)
            own = self._brought(name, outer | imported)
            own.mocks = imported | own.mocks
            own.others -= own.mocks.keys()
            known.add(restored)
            known.add(own)
        return known

    def _imported(self, name: str) -> dict[str, Mock]:
        """The mocks of fixtures that a conftest file takes from others: by import, or as plugins."""
        content = self._contents.read(name)
        found: dict[str, Mock] = {}
        for plugin in plugins_of(name, content, self._tests):
            found |= self._brought(plugin, {}).mocks
        for module, names in imports_of(content):
            file = file_of(module, name, self._tests)
            brought = self._brought(file, {}).mocks if file else {}
            for original, called in names.items():
                if original == ALL:
                    found |= brought
                elif original in brought:
                    found[called] = brought[original]
        return found

    def _brought(self, name: str, around: dict[str, Mock]) -> Around:
        content = self._contents.read(name)
        brought = _fixtures(name, content, around) if concerns_tests(content) else Around()
        functions = {word.decode() for word in _FUNCTION.findall(content)} if b"fixture" in content else set()
        taken = {called for _, names in imports_of(content) for called in names.values()}
        brought.others = frozenset((functions | taken) - brought.mocks.keys())
        return brought

    def _taken_by(self, name: str) -> list[str]:
        known = self._taken.get(name)
        if known is None:
            known = self._taken[name] = modules_taken(name, self._contents.read(name), self._tests)
        return known


def _fixtures(name: str, content: bytes, around: dict[str, Mock]) -> Around:
    from bugcapture.scan.environ_restored import restored_by_fixtures  # noqa: PLC0415 - as below
    from bugcapture.scan.reading import read_module  # noqa: PLC0415 - not needed where all results are known
    from bugcapture.scan.scan_file import UNREADABLE  # noqa: PLC0415

    try:
        module = read_module(name, content, around)
    except UNREADABLE:
        return Around()  # It is told when the file itself is scanned.
    fixtures = dict(module.fixtures)
    for fixture, mock in fixtures.items():
        mock.made = mock.made or Step(name, mock.span.line, f"the fixture {fixture} makes it")
    return Around(fixtures, restored_by_fixtures(module))


def _folder(name: str) -> str:
    return name.rpartition("/")[0] or ("/" if name.startswith("/") else ".")


@cache
def _above(folder: str) -> tuple[str, ...]:
    """A folder and those above it, the outermost first."""
    place = PurePosixPath(folder)
    return tuple(one.as_posix() for one in (*reversed(place.parents), place))
