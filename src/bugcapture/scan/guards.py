"""How code that grants or denies is written."""

from __future__ import annotations

import ast
import re
from typing import Final

from bugcapture.scan.names import dotted
from bugcapture.scan.walk import FIELDS, walk

# Names of what grants or denies.
_AUTHORIZES: Final = re.compile(
    r"authori[sz]|permission|permit|allow|(?:^|_)can_|has_(?:role|access|scope|right)|is_(?:admin|owner|member)|verif|"
    r"revoked|check_access|acl|grant|den(?:y|ied)|forbid",
    re.IGNORECASE,
)
# What a guard raises or answers.
_FORBIDS: Final = re.compile(
    r"\b40[13]\b|Permission|Forbidden|Unauthori[sz]ed|AccessDenied|HTTP_40[13]|NotAuthorized"
)
_LOGS: Final = frozenset({"log", "logger", "logging", "print", "_log", "_logger", "LOGGER", "LOG"})


def authorizes(name: str) -> bool:
    """Whether something is called like what grants or denies.

    Args:
        name: Its name.
    """
    return _AUTHORIZES.search(name) is not None


def forbids(node: ast.If | ast.While) -> bool:
    """Whether a branch answers 401 or 403, or raises an error that says so.

    Args:
        node: The statement with the branch.
    """
    for statement in (*node.body, *node.orelse):
        for child in walk(statement):
            if isinstance(child, (ast.Raise, ast.Return)) and any(map(_denies, walk(child))):
                return True
    return False


def _denies(node: ast.AST) -> bool:
    if isinstance(node, ast.Name):
        text = node.id
    elif isinstance(node, ast.Attribute):
        text = node.attr
    elif isinstance(node, ast.Constant):
        text = str(node.value)
    else:
        return False
    return _FORBIDS.search(text) is not None


def may_raise(statement: ast.stmt) -> bool:
    """Whether a statement calls something that no mock answers, such as `int(text)` or `uuid.UUID(text)`.

    Args:
        statement: The statement.
    """
    stack: list[ast.AST] = [statement]
    while stack:
        node = stack.pop()
        if isinstance(node, ast.Await) and isinstance(node.value, ast.Call):
            node = node.value
        elif isinstance(node, ast.Call) and dotted(node.func).partition(".")[0] not in _LOGS:
            return True
        for name in FIELDS[node.__class__]:
            child = getattr(node, name, None)
            if isinstance(child, list):
                stack += [one for one in child if one is not None]
            elif child is not None:
                stack.append(child)
    return False
