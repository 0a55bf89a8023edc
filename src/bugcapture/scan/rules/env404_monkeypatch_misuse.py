"""``monkeypatch`` is used in a way that undoes too much or nothing.

## What it does
Finds ``monkeypatch.undo()`` of the fixture, and ``MonkeyPatch()`` that is neither a context nor undone.

## Why is this bad?
``monkeypatch.undo()`` takes back everything that was done through the fixture, also by other fixtures of the
same test. A ``MonkeyPatch()`` of one's own takes nothing back until somebody calls its ``undo()``.

## Example
```python
def test_region(monkeypatch, configured):
    monkeypatch.setenv("REGION", "eu")
    monkeypatch.undo()
```

## Use instead
```python
def test_region(monkeypatch, configured):
    with monkeypatch.context() as patch:
        patch.setenv("REGION", "eu")
```

## Fix safety
There is no fix: where the change shall end is not written anywhere.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.hazard import Confidence, Hazard, Level, span_of
from bugcapture.scan.names import dotted
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope

_FIXTURE: Final = "monkeypatch"
_WORDS: Final = (b"undo", b"MonkeyPatch")
_CLASSES: Final = frozenset({"pytest.MonkeyPatch", "_pytest.monkeypatch.MonkeyPatch"})


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    if not module.lines.mention(*_WORDS):
        return
    for function in module.outline.functions:
        if module.mentions(function, *_WORDS):
            yield from _look(module, function, fixture=_FIXTURE in function.parameters)


def _look(module: TestModule, function: TestFunction, *, fixture: bool) -> Iterator[Hazard]:
    own: list[tuple[str, ast.expr]] = []
    undone: set[str] = set()
    names = module.names_in(function)
    for node in walk(function.node):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "undo":
            undone.add(dotted(node.func.value))
            if fixture and dotted(node.func.value) == _FIXTURE:
                yield _hazard(
                    module, function, node, "monkeypatch.undo() takes back what other fixtures did as well"
                )
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Call) and len(node.targets) == 1:
            if names.resolve(node.value.func) in _CLASSES:
                own.append((dotted(node.targets[0]), node.value))
        elif isinstance(node, ast.Attribute) and node.attr == "undo":
            undone.add(dotted(node.value))  # Handed over, as to `addCleanup`.
    for name, call in own:
        if name and name not in undone and not name.startswith("self."):
            yield _hazard(module, function, call, f"nothing calls {name}.undo(): what it changes stays so")


def _hazard(module: TestModule, function: TestFunction, node: ast.expr, message: str) -> Hazard:
    return Hazard(
        path=module.path,
        span=span_of(node),
        rule=RULE.code,
        level=Level.LOW,
        confidence=Confidence.HIGH,
        message=message,
        symbol=function.qualname,
        subject=_FIXTURE,
    )


RULE = Rule(
    code="ENV404",
    name="monkeypatch-misuse",
    level=Level.LOW,
    check=check,
    invalid=(
        Case(
            test="""\
def test_region(monkeypatch):
    monkeypatch.setenv("REGION", "eu")
    monkeypatch.undo()
""",
            line=3,
            level=Level.LOW,
        ),
        Case(
            test="""\
from pytest import MonkeyPatch

def test_region():
    patch = MonkeyPatch()
    patch.setenv("REGION", "eu")
""",
            line=4,
        ),
    ),
    valid=(
        Case(
            test="""\
import pytest

@pytest.fixture(scope="module")
def region():
    patch = pytest.MonkeyPatch()
    patch.setenv("REGION", "eu")
    yield
    patch.undo()
"""
        ),
        Case(
            test="""\
from pytest import MonkeyPatch

def test_region():
    with MonkeyPatch.context() as patch:
        patch.setenv("REGION", "eu")
"""
        ),
    ),
)
