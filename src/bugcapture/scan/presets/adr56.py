"""The checker of ADR-56: any `AsyncMock` under a name that no assignment to `return_value` or `side_effect` tells.

It looked at ``NAME = AsyncMock(…)`` and ``a.b = AsyncMock(…)`` inside of functions, and at nothing that stands
between the parentheses. A mock outside of a function, and one that a nested function sees, counted once for every
function, which is why one line may be reported more than once.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, TypeAlias

from bugcapture.scan.names import dotted
from bugcapture.scan.presets.report import Reported
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bugcapture.scan.hazard import Hazard

_ANSWERS: Final = frozenset({"return_value", "side_effect"})
_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_TOLD: Final = frozenset({"return_value", "side_effect", "wraps"})


def report(path: str, tree: ast.Module, hazards: Sequence[Hazard]) -> list[Reported]:
    """What the checker reported in a file, and what becomes of it.

    Args:
        path: The file as reports name it.
        tree: Its syntax.
        hazards: What the rules find in it.
    """
    here: dict[int, set[str]] = {}
    for hazard in hazards:
        here.setdefault(hazard.span.line, set()).add(hazard.rule)
    found = []
    for line, name, call, function in _Visitor().visit(tree):
        kept = tuple(sorted(here.get(line, ())))
        why = "reported here as well" if kept else _why(name, call, function)
        found.append(Reported(path, line, f"AsyncMock '{name}' created but not configured", kept, why))
    return found


class _Visitor:
    """Reports in the order in which the checker did."""

    def __init__(self) -> None:
        self._created: dict[str, tuple[int, ast.Call]] = {}

    def visit(self, node: ast.AST) -> Iterator[tuple[int, str, ast.Call, _Function]]:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from self._function(node)
            return
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and _is_async_mock(node.value):
            for name in filter(None, map(dotted, node.targets)):
                self._created[name] = (node.lineno, node.value)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Attribute) and node.value.attr in _ANSWERS:
            self._created.pop(_root(node.value.value), None)
        for child in ast.iter_child_nodes(node):
            yield from self.visit(child)

    def _function(self, node: _Function) -> Iterator[tuple[int, str, ast.Call, _Function]]:
        before = dict(self._created)
        for child in ast.iter_child_nodes(node):
            yield from self.visit(child)
        for name, (line, call) in self._created.items():
            if not _is_told(node, name):
                yield line, name, call, node
        self._created = before


def _is_async_mock(call: ast.Call) -> bool:
    return isinstance(call.func, ast.Name) and call.func.id == "AsyncMock"


def _is_told(function: _Function, name: str) -> bool:
    return any(
        isinstance(target, ast.Attribute) and target.attr in _ANSWERS and _root(target.value) == name
        for node in walk(function)
        if isinstance(node, ast.Assign)
        for target in node.targets
    )


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _why(name: str, call: ast.Call, function: _Function) -> str:
    """Why the rules do not report it."""
    words = {keyword.arg for keyword in call.keywords}
    if words & _TOLD:
        return "its constructor tells it what to answer"
    if None in words or words - {"spec", "spec_set", "name"}:
        return "its constructor tells its children what to answer"
    told = [target for node in walk(function) if isinstance(node, ast.Assign) for target in node.targets]
    if any(dotted(target).startswith(f"{name}.") for target in told if isinstance(target, ast.Attribute)):
        return "its children are told what to answer"
    for node in walk(function):
        if isinstance(node, ast.Call) and dotted(node.func) in {f"{name}.configure_mock", f"{name}.attach_mock"}:
            return "its children are told what to answer"
    return "nothing that can be followed takes its answer for true"
