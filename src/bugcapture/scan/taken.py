"""The modules that a conftest file takes fixtures from: ``pytest_plugins``, and what it imports."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_PLUGINS: Final = re.compile(rb"^pytest_plugins\b[^=\n]*=\s*(\[[^\]]*\]|\([^)]*\)|[^\n]*)", re.MULTILINE)
_TEXT: Final = re.compile(rb"""["']([\w.]+)["']""")
_IMPORT: Final = re.compile(rb"^from[ \t]+([\w.]+)[ \t]+import\b[ \t]*(\([^)]*\)|[^\n#]*)", re.MULTILINE)
_COMMENT: Final = re.compile(rb"#[^\n]*")
# The name for all of a module.
ALL: Final = "*"


def modules_taken(conftest: str, content: bytes, files: Collection[str]) -> list[str]:
    """The files that a conftest file may take fixtures from.

    Args:
        conftest: The conftest file, as findings name it.
        content: What it holds; it is not parsed.
        files: The files that may be taken from.

    Returns:
        Those of the files that it names, each once.
    """
    imported = _find_all((module for module, _ in _IMPORT.findall(content)), conftest, files)
    return list(dict.fromkeys((*plugins_of(conftest, content, files), *imported)))


def imports_of(content: bytes) -> Iterator[tuple[bytes, dict[str, str]]]:
    """What a file takes from others by ``from … import``.

    Args:
        content: What it holds; it is not parsed.

    Returns:
        The modules as they are written, each with its names and those that they have here; `ALL` for all.
    """
    for module, names in _IMPORT.findall(content):
        every = [_COMMENT.sub(b"", one).split() for one in names.strip(b"()").split(b",")]
        words = [[word.decode("utf-8", "replace") for word in one] for one in every if one]
        yield module, {one[0]: one[-1] for one in words}


def plugins_of(conftest: str, content: bytes, files: Collection[str]) -> list[str]:
    """Those of the files that a conftest file names in ``pytest_plugins``: all of their fixtures are taken.

    Args:
        conftest: The conftest file, as findings name it.
        content: What it holds; it is not parsed.
        files: The files that may be taken from.
    """
    named = [text for plugins in _PLUGINS.findall(content) for text in _TEXT.findall(plugins)]
    return _find_all(named, conftest, files)


def file_of(module: bytes, conftest: str, files: Collection[str]) -> str:
    """The file of a module that a conftest file imports from; empty where it is none of the files.

    Args:
        module: Its name as it is written.
        conftest: The conftest file, as findings name it.
        files: The files that may be taken from.
    """
    return next(iter(_find_all([module], conftest, files)), "")


def _find_all(named: Iterable[bytes], conftest: str, files: Collection[str]) -> list[str]:
    folder = PurePosixPath(conftest).parent
    found = (_find(name.decode("ascii", "replace"), folder, files) for name in named)
    return [file for file in found if file and file != conftest]


def _find(name: str, folder: PurePosixPath, files: Collection[str]) -> str:
    return next((file for file in _places(name, folder) if file in files), "")


def _places(name: str, folder: PurePosixPath) -> Iterator[str]:
    """Where a module may lie, the nearest first: any folder above may be on the path of imports."""
    module = name.lstrip(".")
    dots = len(name) - len(module)
    above = (folder, *folder.parents)
    for place in above[dots - 1 : dots] if dots else above:
        path = place.joinpath(*module.split(".")).as_posix()
        yield from (f"{path}.py", f"{path}/__init__.py")
