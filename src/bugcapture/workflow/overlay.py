"""What of a newer revision is laid over an older one, so that its tests run against the older program."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

# Folders that hold tests and what they need, wherever they stand.
_ROOT: Final = re.compile(
    r"(?:[a-z0-9]+[_-])*(?:tests?|specs?)(?:[_-][a-z0-9]+)*|features|robot|atest|utest|e2e|acceptance",
    re.IGNORECASE,
)
# Files that say how the tests run, or are needed by them, and hold nothing of the program.
_CONFIGURATION: Final = re.compile(
    r"(?:.*/)?(?:conftest\.py|pytest\.ini|\.pytest\.ini|behave\.ini|\.behaverc|tox\.ini|setup\.cfg|robot\.toml)\Z"
)
# The tables of pyproject.toml that say how tests run.
_TABLES: Final = ("pytest", "behave", "bugcapture", "robot", "robotcode", "coverage")


def find_overlay(
    files: Iterable[str],
    is_test_file: Callable[[str], bool],
    *,
    roots: Sequence[str] = (),
    added: Sequence[str] = (),
    excluded: Sequence[str] = (),
) -> list[str]:
    """The files that a trial takes from the newer revision: whole folders of tests, and how they are run.

    Args:
        files: All files of both revisions, with forward slashes.
        is_test_file: Whether a framework takes a file for a test file.
        roots: The project's own list of test folders and files; empty looks for them.
        added: More files and folders.
        excluded: Files and folders to leave out.

    Returns:
        Files, in order, each once.
    """
    files = sorted(set(files))
    wanted = {*(roots or _find_roots(files, is_test_file)), *added}
    return [
        file
        for file in files
        if (_is_below(file, wanted) or _CONFIGURATION.match(file)) and not _is_below(file, excluded)
    ]


def merge_settings(older: str, newer: str) -> str:
    """The older pyproject.toml with the newer one's tables about tests; the rest, such as dependencies, stays.

    Args:
        older: Its text.
        newer: The text of the newer one.

    Raises:
        ValueError: If one of them is no TOML.
    """
    import tomlkit  # noqa: PLC0415 - only where the two differ

    document: dict[str, Any] = tomlkit.parse(older)
    source: dict[str, Any] = tomlkit.parse(newer).unwrap().get("tool", {})
    tool = document.setdefault("tool", {})
    for name in _TABLES:
        if name in source:
            tool[name] = source[name]
        else:
            tool.pop(name, None)
    return tomlkit.dumps(document)


def _find_roots(files: Sequence[str], is_test_file: Callable[[str], bool]) -> set[str]:
    roots = set()
    for file in files:
        if is_test_file(file):
            folders = file.split("/")[:-1]
            depth = next((depth for depth, name in enumerate(folders, start=1) if _ROOT.fullmatch(name)), 0)
            # A test that lies among the program's own files comes alone.
            roots.add("/".join(folders[:depth]) if depth else file)
    return roots


def _is_below(file: str, places: Iterable[str]) -> bool:
    return any(place in {"", "."} or file == place or file.startswith(f"{place}/") for place in places)
