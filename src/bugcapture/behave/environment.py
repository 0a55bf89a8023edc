"""Which environment file Behave loads, and whether it installs the adapter, read without running it."""

from __future__ import annotations

import ast
import warnings
from typing import TYPE_CHECKING

from bugcapture.core.errors import SourceError
from bugcapture.project.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

_HOMES = frozenset({"bugcapture.behave", "bugcapture.behave.install"})
_OWN_SCOPE = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


def why_not_installed(file: Path) -> tuple[int, str] | None:
    """Why running an environment file would not install the adapter.

    Args:
        file: The environment file; it is parsed, never executed.

    Returns:
        The line and the reason; None when it surely calls ``install()`` at its top level.
    """
    try:
        with warnings.catch_warnings():  # About the project's own code, which is not the question here.
            warnings.simplefilter("ignore")
            tree = ast.parse(read_bytes(file), str(file))
            return why_not_in(tree)
    except (SourceError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        # Python before 3.11.4 says ValueError for a null byte.
        name = "SyntaxError" if isinstance(error, ValueError) else type(error).__name__
        return getattr(error, "lineno", None) or 1, f"it cannot be parsed ({name})"


def why_not_in(tree: ast.Module) -> tuple[int, str] | None:
    """As `why_not_installed`, for a module that is parsed already."""
    names = set(imported_names(tree, "install"))
    calls = list(_calls(tree, names))
    if not calls:
        return 1, "it does not call install()"
    for undone in _calls(tree, set(imported_names(tree, "uninstall"))):
        return undone.lineno, "it calls uninstall()"
    sure = {
        id(statement.value): _dotted(statement.value.func)
        for statement in _unconditional(tree.body)
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)
    }
    wired = {sure[id(call)] for call in calls if id(call) in sure}
    rebound = {name: line for name, line in _rebound(tree) if name in names | {n.partition(".")[0] for n in names}}
    for name in sorted(wired):
        if not {name, name.partition(".")[0]} & rebound.keys():
            return None
    if wired:
        name, line = min(rebound.items(), key=lambda item: item[1])
        return line, f"{name} is not always bugcapture's: it is bound again, or deleted"
    inside = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for inner in ast.walk(node)
    }
    outside = [call for call in calls if id(call) not in inside]
    if outside:
        return outside[0].lineno, "install() is conditional"
    return calls[0].lineno, "install() stands inside a function, which runs too late or never"


def imported_names(tree: ast.Module, function: str) -> Iterator[str]:
    """The dotted names by which the module can call a function of the adapter."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            for alias in node.names:
                if node.module in _HOMES and alias.name in {function, "*"}:
                    yield function if alias.name == "*" else alias.asname or alias.name
                elif node.module == "bugcapture" and alias.name == "behave":
                    yield f"{alias.asname or alias.name}.{function}"
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "bugcapture.behave":
                    yield f"{alias.asname or alias.name}.{function}"


def _calls(tree: ast.Module, names: set[str]) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call) and _dotted(node.func) in names)


def _unconditional(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """The statements that run whenever the module does, as far as its form shows."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.With | ast.Try | ast.TryStar):
            yield from _unconditional(statement.body)


def _rebound(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """The names that the module binds to something of its own, or deletes, and where."""
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name, node.lineno
            yield from _rebound_as_global(node)
        elif isinstance(node, ast.Name | ast.Attribute) and not isinstance(node.ctx, ast.Load):
            yield _dotted(node), node.lineno
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar) and node.name:
            yield node.name, node.lineno
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from _foreign_imports(node)
        if not isinstance(node, _OWN_SCOPE):
            waiting += ast.iter_child_nodes(node)


def _rebound_as_global(function: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(function):
        if isinstance(node, ast.Global):
            yield from ((name, node.lineno) for name in node.names)


def _foreign_imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, int]]:
    for alias in node.names:
        name = alias.asname or alias.name.partition(".")[0]
        home = alias.name if isinstance(node, ast.Import) else f"{node.module}"
        ours = home.partition(".")[0] == "bugcapture" and not (isinstance(node, ast.ImportFrom) and node.level)
        if not ours:
            yield name, node.lineno


def _dotted(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return ""
