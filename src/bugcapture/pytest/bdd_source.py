"""Which feature files pytest-bdd runs, read from the test modules that bind them."""

from __future__ import annotations

import ast
import os
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.errors import SourceError
from bugcapture.project.files import read_bytes
from bugcapture.pytest.marks import Scope, constant, dotted_name, imported_names
from bugcapture.pytest.settings import find_settings
from bugcapture.pytest.source import decode, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_BINDERS = {
    "pytest_bdd.scenario": "scenario",
    "pytest_bdd.scenarios": "scenarios",
    "pytest_bdd.scenario.scenario": "scenario",
    "pytest_bdd.scenario.scenarios": "scenarios",
}


def bound_features(files: Iterable[Path]) -> set[Path]:
    """The feature files that Python files bind with ``scenarios(...)`` or ``@scenario(...)``.

    Args:
        files: Python files; those that cannot be read or parsed bind nothing.

    Returns:
        Absolute paths of feature files that exist. Only literal arguments can be read.
    """
    return {feature for file in files for feature in _read(Path(os.path.abspath(file)))}  # noqa: PTH100


def _read(file: Path) -> Iterator[Path]:
    try:
        content = read_bytes(file)
        if b"pytest_bdd" not in content:
            return
        tree = parse(decode(content)[0])
        scope = Scope(tree, imported_names(tree))
        paths = [
            path for node in ast.walk(tree) if isinstance(node, ast.Call) for path in _bound(node, scope, file)
        ]
    except (SourceError, SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return  # Told where the file is read for its marks.
    for path in paths:
        yield from _features(path)


def _bound(call: ast.Call, scope: Scope, file: Path) -> Iterator[str]:
    """The places that one call binds."""
    binder = _BINDERS.get(dotted_name(call.func, scope))
    if binder is None:
        return
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    arguments = list(call.args)
    if binder == "scenario":
        arguments = [argument for argument in (*call.args[:1], named.get("feature_name")) if argument is not None]
    base = _base(named.get("features_base_dir"), scope, file)
    for argument in arguments:
        value = constant(argument, scope)
        if base is not None and isinstance(value, str):
            yield os.path.abspath(os.path.join(base, value))  # noqa: PTH100, PTH118 - as pytest-bdd joins them


def _base(given: ast.expr | None, scope: Scope, file: Path) -> str | None:
    """The folder that paths are seen from; None when only a run could tell it."""
    if given is not None:
        value = constant(given, scope)
        if value is not None:
            return value if isinstance(value, str) else None
    settings = find_settings(file.parent)
    configured = settings.values.get("bdd_features_base_dir")
    if settings.file is not None and isinstance(configured, str):
        return str(settings.file.parent / configured)
    return str(file.parent)


def _features(place: str) -> Iterator[Path]:
    path = Path(place)
    try:
        if path.is_dir():
            yield from (file for file in path.rglob("*.feature") if file.is_file())
        elif path.is_file():
            yield path
    except (OSError, ValueError):  # A name that no file can have.
        return
