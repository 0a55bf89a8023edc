"""What the names in a module stand for, as far as its import statements tell."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import ItemsView, Iterable


class Names:
    """The imported names of a module.

    Args:
        imports: All import statements, wherever they stand; later ones win.
        package: The package of the module, for relative imports.
        around: The names of what is around it.
        hidden: Those of them that stand for something else here.
    """

    def __init__(
        self,
        imports: Iterable[ast.Import | ast.ImportFrom],
        package: str = "",
        *,
        around: Names | None = None,
        hidden: Iterable[str] = (),
    ) -> None:
        self._full: dict[str, str] = dict(around.items()) if around is not None else {}
        self.stars: list[str] = []
        for name in hidden:
            self._full.pop(name, None)
        for node in imports:
            if isinstance(node, ast.Import):
                for alias in node.names:
                    if alias.asname:
                        self._full[alias.asname] = alias.name
                    else:
                        top = alias.name.partition(".")[0]
                        self._full[top] = top
                continue
            module = _absolute(node, package)
            for alias in node.names:
                if alias.name == "*":
                    self.stars.append(module)
                else:
                    self._full[alias.asname or alias.name] = f"{module}.{alias.name}" if module else alias.name

    def resolve(self, node: ast.expr) -> str:
        """The full dotted name of an expression; the name as written where nothing is known of its root.

        Args:
            node: Any expression.

        Returns:
            ``unittest.mock.AsyncMock`` for ``AM`` behind ``from unittest.mock import AsyncMock as AM``; empty for
            what is no dotted name.
        """
        name = dotted(node)
        first, dot, rest = name.partition(".")
        known = self._full.get(first)
        return name if known is None else f"{known}{dot}{rest}"

    def add(self, name: str, full: str) -> None:
        """Note what a name stands for."""
        self._full[name] = full

    def items(self) -> ItemsView[str, str]:
        """The bare names with what they stand for."""
        return self._full.items()

    def is_imported(self, name: str) -> bool:
        """Whether a bare name was imported."""
        return name in self._full


def _absolute(node: ast.ImportFrom, package: str) -> str:
    module = node.module or ""
    if not node.level:
        return module
    parts = package.split(".") if package else []
    base = parts[: len(parts) - node.level + 1] if node.level <= len(parts) else []
    return ".".join([*base, *([module] if module else [])])


def dotted(node: ast.expr) -> str:
    """An expression as it is written, when it is a dotted name; else empty."""
    if node.__class__ is ast.Name:  # Most are, or begin right behind one.
        return node.id
    name = ""
    while isinstance(node, ast.Attribute):
        name = f"{node.attr}.{name}" if name else node.attr
        node = node.value
    return f"{node.id}.{name}" if isinstance(node, ast.Name) else ""
