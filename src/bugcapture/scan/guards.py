"""How code that grants or denies is written."""

from __future__ import annotations

import ast
import re
from typing import Final

from bugcapture.scan.names import dotted
from bugcapture.scan.walk import FIELDS, walk

# Names of what grants or denies; a word begins behind an underscore, or with a capital letter.
_AUTHORIZES: Final = re.compile(
    r"(?:^|_|(?<=[a-z0-9])(?=[A-Z]))(?:"
    r"(?i:(?:un)?authori[sz]|permission|permit|(?:dis)?allow(?:s|ed)?(?![a-z])|verif|revoked|check_?access|acls?(?![a-z])|grant|den(?:y|ied)|forbid|"
    r"has_?(?:role|access|scope|right)|is_?(?:admin|owner|member))|can_|can(?=[A-Z]))"
)
# What a guard raises or answers, by name and in words.
_FORBIDS: Final = re.compile(r"Permission|Forbidden|Unauthori[sz]ed|AccessDenied|HTTP_40[13]|NotAuthorized")
_REFUSES: Final = re.compile(
    r"(?:permission|access) denied|not (?:authori[sz]ed|permitted)|forbidden|unauthori[sz]ed|HTTP_40[13]|"
    r"(?:insufficient|missing|lacks?|no) (?:\w+ )?permission",
    re.IGNORECASE,
)
_STATUSES: Final = (401, 403, "401", "403")
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
        return node.value in _STATUSES or (isinstance(node.value, str) and _REFUSES.search(node.value) is not None)
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
