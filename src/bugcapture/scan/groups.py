"""The marker ``xdist_group``."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.scan.hazard import span_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.hazard import Span
    from bugcapture.scan.module import TestModule

_MARK: Final = "xdist_group"


@dataclass(frozen=True, slots=True)
class GroupMark:
    """One use of the marker.

    Attributes:
        span: Where.
        symbol: The class or function that carries it; empty for the whole module.
        group: The name of the group; empty where it is not written there.
    """

    span: Span
    symbol: str
    group: str


def group_marks(module: TestModule) -> Iterator[GroupMark]:
    """All uses of the marker as a decorator and in ``pytestmark``.

    Args:
        module: The module.
    """
    if not module.lines.mention(_MARK.encode()):
        return
    for owner in module.outline.classes:
        for decorator in owner.decorator_list:
            yield from _mark(decorator, owner.name)
    for function in module.outline.functions:
        for decorator in function.node.decorator_list:
            yield from _mark(decorator, function.qualname)
    for name, statement in (
        *(("", one) for one in module.outline.statements),
        *((owner.name, one) for owner, one in module.outline.class_statements),
    ):
        if isinstance(statement, ast.Assign) and any(
            isinstance(target, ast.Name) and target.id == "pytestmark" for target in statement.targets
        ):
            value = statement.value
            for one in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
                yield from _mark(one, name)


def _mark(node: ast.expr, symbol: str) -> Iterator[GroupMark]:
    called = node.func if isinstance(node, ast.Call) else node
    if isinstance(called, ast.Attribute) and called.attr == _MARK:
        given = (
            [*node.args, *(one.value for one in node.keywords if one.arg == "name")]
            if isinstance(node, ast.Call)
            else []
        )
        group = given[0].value if given and isinstance(given[0], ast.Constant) else ""
        yield GroupMark(span_of(node), symbol, str(group))
