"""pytest's own configuration, read from its files without pytest."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from fnmatch import fnmatch
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# In the order in which pytest takes the first; the sections that make a file one of pytest's. The first
# two kinds are always pytest's, whatever they hold.
_FILES: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "pytest.toml": (("pytest",),),
    ".pytest.toml": (("pytest",),),
    "pytest.ini": (("pytest",),),
    ".pytest.ini": (("pytest",),),
    "pyproject.toml": (("tool", "pytest", "ini_options"), ("tool", "pytest")),
    "tox.ini": (("pytest",),),
    "setup.cfg": (("tool:pytest",),),
}
_ALWAYS: Final = frozenset({"pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"})
_SECTION: Final = re.compile(r"\[(.*)\]\s*\Z")
_OPTION: Final = re.compile(r"([^\s=:][^=:]*?)\s*[=:]\s*(.*)\Z")
_COMMENT: Final = ("#", ";")


@dataclass(frozen=True, slots=True)
class PytestSettings:
    """The configuration that pytest takes for a folder.

    Attributes:
        file: The configuration file; None when there is none.
        values: Its options.
        problem: Why it cannot be read; empty when it can.
    """

    file: Path | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""

    def words(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """An option that is a list of words or, as one text, words with white space between them."""
        value = self.values.get(key)
        if isinstance(value, str):
            return tuple(value.split())
        if isinstance(value, list):
            return tuple(str(one) for one in value)
        return default

    def line(self, key: str) -> int:
        """The line of an option in the file; 0 when the text does not show it."""
        if self.file is None:
            return 0
        lines = self.file.read_text("utf-8", "replace").splitlines()
        found = re.compile(rf"\s*[\"']?{re.escape(key)}[\"']?\s*[=:]")
        return next((number for number, line in enumerate(lines, start=1) if found.match(line)), 0)

    def is_test_file(self, file: Path) -> bool:
        """Whether pytest takes a file for a test module by its name."""
        return any(
            fnmatch(file.name, pattern) if "/" not in pattern else fnmatch(file.as_posix(), f"*/{pattern}")
            for pattern in self.words("python_files", ("test_*.py", "*_test.py"))
        )

    def is_test_function(self, name: str) -> bool:
        """Whether pytest takes a function for a test by its name."""
        return _matches(name, self.words("python_functions", ("test",)))

    def is_test_class(self, name: str) -> bool:
        """Whether pytest takes a class for one with tests by its name."""
        return _matches(name, self.words("python_classes", ("Test",)))


NO_SETTINGS: Final = PytestSettings()


def find_settings(folder: Path) -> PytestSettings:
    """The configuration that pytest takes for a folder: the nearest one upwards.

    Args:
        folder: An absolute path.
    """
    # Plain texts: this is asked for every Python file of a project.
    place, above = "", str(folder)
    while place != above:
        place, above = above, os.path.dirname(above)  # noqa: PTH120
        for name in _FILES:
            file = os.path.join(place, name)  # noqa: PTH118
            try:
                status = os.stat(file)  # noqa: PTH116
            except OSError:
                continue
            settings = _read(Path(file), status.st_mtime_ns, status.st_size)
            if settings is not None:
                return settings
    return NO_SETTINGS


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    """As pytest does: by prefix, or by pattern when it looks like one."""
    return any(
        name.startswith(pattern) or (any(char in pattern for char in "*?[") and fnmatch(name, pattern))
        for pattern in patterns
    )


@lru_cache(maxsize=256)
def _read(file: Path, _modified: int, _size: int) -> PytestSettings | None:
    """The options in a file; None when the file is not one of pytest's."""
    always = file.name in _ALWAYS
    try:
        text = file.read_bytes().decode("utf-8-sig")
        document = tomllib.loads(text) if file.suffix == ".toml" else _parse_ini(text)
    except OSError:
        return None
    except (ValueError, RecursionError) as error:
        # A broken pyproject.toml may be anybody's; pytest stops at each of them.
        return PytestSettings(file, {}, str(error))
    for section in _FILES[file.name]:
        values: Any = document
        for part in section:
            values = values.get(part) if isinstance(values, dict) else None
        if isinstance(values, dict):
            return PytestSettings(file, values)
    return PytestSettings(file) if always else None


def _parse_ini(text: str) -> dict[str, dict[str, str]]:
    """Sections and options, by the rules of the reader that pytest uses: continuation lines are indented."""
    sections: dict[str, dict[str, str]] = {}
    options: dict[str, str] = {}
    key = ""
    for line in text.splitlines():
        stripped = line.strip()
        if not stripped or stripped.startswith(_COMMENT):
            continue
        if line[:1].isspace():
            if key:
                options[key] = f"{options[key]}\n{stripped}".strip()
        elif match := _SECTION.match(stripped):
            options = sections.setdefault(match[1].strip(), {})
            key = ""
        elif match := _OPTION.match(stripped):
            key = match[1]
            options[key] = match[2]
    return sections
