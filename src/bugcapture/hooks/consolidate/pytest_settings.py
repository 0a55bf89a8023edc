"""Where pytest would find its settings for a target, when there are some in folders below the top."""

from __future__ import annotations

import posixpath
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_ALWAYS: Final = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml")
_MAYBE: Final = {"pyproject.toml": b"[tool.pytest", "tox.ini": b"[pytest]", "setup.cfg": b"[tool:pytest]"}


def settings_finder(top: Path) -> Callable[[str], str]:
    """What tells the nearest folder with settings for a target; empty for the top, or none.

    Args:
        top: The folder that targets are seen from.
    """

    @cache
    def search(folder: str) -> str:
        if folder in {"", ".", "/"} or folder.startswith(".."):
            return ""
        return folder if _has_settings(top / folder) else search(posixpath.dirname(folder))

    return lambda target: search(posixpath.normpath(target.partition("::")[0]))


def _has_settings(folder: Path) -> bool:
    if any((folder / name).is_file() for name in _ALWAYS):
        return True
    for name, heading in _MAYBE.items():
        try:
            if heading in (folder / name).read_bytes():
                return True
        except OSError:
            continue
    return False
