"""What of a newer revision is laid over an older one, so that its tests run against the older program."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.toml_text import write_toml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

_WORD: Final = r"(?:[a-z0-9]+[_-])*(?:{})(?:[_-][a-z0-9]+)*"
_TESTS: Final = "tests?|testsuites?|unittests?|specs?|atest|utest|e2e|acceptance"
# Folders that hold tests and what they need, wherever they stand. A folder of features or of Robot suites is told
# by what lies in it: Python packages are called so as well.
_ROOT: Final = re.compile(_WORD.format(_TESTS), re.IGNORECASE)
_ROOT_OF_SUITES: Final = re.compile(_WORD.format(f"{_TESTS}|features|robot"), re.IGNORECASE)
# At the top alone; a package of the program may be called so as well.
_TOP: Final = frozenset({"testing", "t"})
# Files that say how the tests run, or are needed by them, and hold nothing of the program.
_CONFIGURATION: Final = re.compile(
    r"(?:.*/)?(?:conftest\.py|\.?pytest\.(?:ini|toml)|behave\.ini|\.behaverc|tox\.ini|setup\.cfg|robot\.toml)\Z"
)
# What pytest takes for a test module by default. A project that names one module to collect all others runs these.
_USUAL_NAME: Final = re.compile(r"(?:.*/)?(?:test_[^/]*|[^/]*_test)\.py\Z", re.DOTALL)
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


def is_named_as_test(file: str) -> bool:
    """Whether a Python file has the usual name of a test module, whatever the project's settings say."""
    return _USUAL_NAME.match(file) is not None


def merge_settings(older: str, newer: str) -> str:
    """The older pyproject.toml with the newer one's tables about tests; the rest, such as dependencies, stays.

    Args:
        older: Its text; empty when there is none.
        newer: The text of the newer one; empty as well.

    Returns:
        Its text; the older one as it is when these tables agree.

    Raises:
        ValueError: If one of them is no TOML.
    """
    document = tomllib.loads(older)
    before, after = _tool(document), _tool(tomllib.loads(newer))
    wanted = {name: after[name] for name in _TABLES if name in after}
    if wanted == {name: before[name] for name in _TABLES if name in before}:
        return older
    kept = {name: table for name, table in before.items() if name not in _TABLES}
    return write_toml({**document, "tool": {**kept, **wanted}})


def _tool(document: dict[str, Any]) -> dict[str, Any]:
    tool = document.get("tool")
    return tool if isinstance(tool, dict) else {}


def _find_roots(files: Sequence[str], is_test_file: Callable[[str], bool]) -> set[str]:
    roots = set()
    for file in files:
        if is_test_file(file):
            folders = file.split("/")[:-1]
            pattern = _ROOT if file.endswith(".py") else _ROOT_OF_SUITES
            depth = next((depth for depth, name in enumerate(folders, start=1) if pattern.fullmatch(name)), 0)
            if not depth and folders and folders[0].lower() in _TOP:
                depth = 1
            # A test that lies among the program's own files comes alone.
            roots.add("/".join(folders[:depth]) if depth else file)
    return roots


def _is_below(file: str, places: Iterable[str]) -> bool:
    return any(place in {"", "."} or file == place or file.startswith(f"{place}/") for place in places)
