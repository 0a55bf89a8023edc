"""Classes that share a port or a file of the machine run in different processes.

## What it does
With ``--dist loadgroup``, finds two or more test classes of a module that name the same port or the same path
below ``/tmp``, and do not carry the same ``xdist_group``. Off unless it is selected.

## Why is this bad?
With ``--dist loadgroup`` only a group keeps tests together. Two processes cannot listen on one port.

## Example
```python
class TestOrders:
    def test_up(self):
        serve(port=8099)


class TestTill:
    def test_up(self):
        serve(port=8099)
```

## Use instead
``port=0`` and the port that the system gives, ``tmp_path``, or one ``xdist_group`` for both.

## Fix safety
There is no fix.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.groups import group_marks
from bugcapture.scan.hazard import Confidence, Hazard, Level, span_of
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope

# Below, ports belong to services of the system, and tests ask for them rather than listen.
_FIRST_PORT: Final = 1024
_PORTS: Final = frozenset({"port", "server_port", "listen_port"})


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    if scope.dist != "loadgroup":
        return
    groups = {mark.symbol: mark.group for mark in group_marks(module)}
    users: dict[str, dict[str, ast.expr]] = {}
    for owner in module.outline.classes:
        for node in walk(owner):
            for name, place in _resources(node):
                users.setdefault(name, {}).setdefault(owner.name, place)
    for name, places in sorted(users.items()):
        shared = {groups.get(owner, groups.get("")) for owner in places}
        if len(places) > 1 and (len(shared) > 1 or None in shared):
            first = next(iter(places.values()))
            yield Hazard(
                path=module.path,
                span=span_of(first),
                rule=RULE.code,
                level=Level.INFO,
                confidence=Confidence.LOW,
                message=f"{name} is used by {', '.join(sorted(places))}, which may run at the same time",
                symbol=next(iter(places)),
                subject=name,
            )


def _resources(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.keyword) and node.arg in _PORTS and isinstance(node.value, ast.Constant):
        value = node.value.value
        if type(value) is int and value >= _FIRST_PORT:
            yield f"port {value}", node.value
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value.startswith("/tmp/"):  # noqa: S108
        yield ascii(node.value), node


RULE = Rule(
    code="XD502",
    name="shared-resource-without-group",
    level=Level.INFO,
    check=check,
    enabled=False,
    anywhere=True,
    invalid=(
        Case(
            test="""\
class TestOrders:
    def test_up(self):
        serve(port=8099)

class TestTill:
    def test_up(self):
        serve(port=8099)
""",
            config='[tool.pytest.ini_options]\naddopts = "-n auto --dist loadgroup"\n',
            line=3,
            level=Level.INFO,
        ),
    ),
    valid=(
        Case(
            test="""\
import pytest

pytestmark = pytest.mark.xdist_group("port")

class TestOrders:
    def test_up(self):
        serve(port=8099)

class TestTill:
    def test_up(self):
        serve(port=8099)
""",
            config='[tool.pytest.ini_options]\naddopts = "-n auto --dist loadgroup"\n',
        ),
    ),
)
