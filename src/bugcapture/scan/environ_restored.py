"""Who puts back what was changed in ``os.environ``."""

from __future__ import annotations

import ast
from itertools import takewhile
from typing import TYPE_CHECKING

from bugcapture.scan.environ import ALL, Change, EnvironmentUse

if TYPE_CHECKING:
    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.module import TestModule


def restored_around(module: TestModule, use: EnvironmentUse) -> frozenset[str]:
    """The variables that are put back after a function, by itself or by what the framework calls after it.

    Args:
        module: The module.
        use: What the function does.

    Returns:
        The names; with ``*`` for all of them.
    """
    if module.restored is None:
        module.restored = _restored(module)
    function = use.function
    found = _put_back(use)
    found |= module.restored.get(None, frozenset())
    if function is not None:
        found |= module.restored.get(function.owner, frozenset())
        for name in function.parameters:
            found |= module.restored.get(name, frozenset())
    return frozenset(found)


def _restored(module: TestModule) -> dict[ast.ClassDef | str | None, frozenset[str]]:
    """What is put back after the tests of a class, of the module, or those that ask for a fixture."""
    found: dict[ast.ClassDef | str | None, frozenset[str]] = {}
    for use in module.environment:
        function = use.function
        if function is None or not (function.fixture is not None or function.is_teardown or function.is_setup):
            continue
        keys = frozenset({ALL} if use.undone else _put_back(use))
        found[function.owner] = found.get(function.owner, frozenset()) | keys
        place = function.owner if function.fixture is None or function.is_automatic else function.name
        found[place] = found.get(place, frozenset()) | use.kept
    return found


def _put_back(use: EnvironmentUse) -> set[str]:
    found: set[str] = set()
    for change in use.changes:
        if change.restores:
            found |= change.keys
            if any(key.startswith("<") for key in change.keys):
                found.add(ALL)  # A loop over what was kept.
    return found


def changed_again(use: EnvironmentUse) -> dict[Change, bool | None]:
    """Changes of a variable that a function changes several times, which is told once.

    Args:
        use: What the function does.

    Returns:
        The first change of each variable, with whether a later one puts it back where nothing fails before; and
        None for the later ones.
    """
    changes = [change for change in use.changes if not change.restores]
    found: dict[Change, bool | None] = {}
    if ALL in use.copied and any(ALL in change.keys for change in changes[1:]):
        return {change: True if number == 0 else None for number, change in enumerate(changes)}
    for key in {key for change in changes for key in change.keys} - {ALL}:
        same = [change for change in changes if key in change.keys]
        removed = same[0].how == "set" and same[-1].how == "remove"
        if len(same) > 1:
            found[same[0]] = removed or key in use.copied
            found |= dict.fromkeys(same[1:])
    return found


def cleans_up(change: Change, function: TestFunction) -> bool:
    """Whether a test removes a variable where nothing is left to be tested: the program has set it.

    Args:
        change: The change.
        function: The function.
    """
    if change.how != "remove" or not function.is_test:
        return False
    last = list(takewhile(_only_changes, reversed(function.node.body)))
    return 0 < len(last) < len(function.node.body) and change.span.line >= last[-1].lineno


def _only_changes(node: ast.stmt) -> bool:
    """Whether a statement removes something, or does so in a loop or under a condition, and nothing else."""
    if isinstance(node, ast.If | ast.For):
        return all(map(_only_changes, [*node.body, *node.orelse]))
    call = node.value if isinstance(node, ast.Expr) else None
    pops = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "pop"
    return pops or isinstance(node, ast.Delete)
