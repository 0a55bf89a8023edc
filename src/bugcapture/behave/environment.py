"""Whether an environment file installs the adapter, read without running it."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from bugcapture.core.errors import SourceError
from bugcapture.project.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_HOMES = frozenset({"bugcapture.behave", "bugcapture.behave.install"})


def why_not_installed(file: Path) -> tuple[int, str] | None:
    """Why running an environment file would not install the adapter.

    Args:
        file: The environment file; it is parsed, never executed.

    Returns:
        The line and the reason; None when it calls ``install()`` at its top level.
    """
    try:
        with warnings.catch_warnings():  # About the project's own code, which is not the question here.
            warnings.simplefilter("ignore")
            tree = ast.parse(read_bytes(file), str(file))
    except (SourceError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        return getattr(error, "lineno", None) or 1, f"it cannot be parsed ({type(error).__name__})"
    names = set(_install_names(tree))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _dotted(node.func) in names]
    if not calls:
        return 1, "it does not call install()"
    late = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
    }
    if all(id(call) in late for call in calls):
        return calls[0].lineno, "install() stands inside a function, which runs too late or never"
    return None


def _install_names(tree: ast.Module) -> Iterator[str]:
    """The dotted names by which the module can call ``install``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                if node.module in {"bugcapture.behave", "bugcapture.behave.install"} and alias.name in {
                    "install",
                    "*",
                }:
                    yield "install" if alias.name == "*" else alias.asname or alias.name
                elif node.module == "bugcapture" and alias.name == "behave":
                    yield f"{alias.asname or alias.name}.install"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "bugcapture.behave":
                    yield f"{alias.asname or alias.name}.install"


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""
