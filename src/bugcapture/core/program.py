"""Tell the files of a program from its tests and from what is installed beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEST_FILES: Final = frozenset({"conftest.py", "environment.py"})
_TEST_FOLDERS: Final = frozenset({"tests", "test", "features"})
_FOREIGN_FOLDERS: Final = frozenset({"site-packages", "dist-packages", ".venv"})


def is_installed(parts: Sequence[str]) -> bool:
    """Whether a file belongs to an installed package, and not to the project.

    Args:
        parts: The names on the way from the project's folder to the file.
    """
    return not _FOREIGN_FOLDERS.isdisjoint(parts[:-1])


def is_program(parts: Sequence[str]) -> bool:
    """Whether a file is a part of the program: neither a test nor what tests share, and not installed.

    Args:
        parts: The names on the way from the project's folder to the file.
    """
    name = parts[-1]
    is_test = name in _TEST_FILES or name.startswith("test_") or name.endswith("_test.py")
    return not is_test and _TEST_FOLDERS.isdisjoint(parts[:-1]) and not is_installed(parts)
