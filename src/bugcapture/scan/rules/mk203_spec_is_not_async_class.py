"""A mock with a spec that says nothing about what is asynchronous is awaited.

## What it does
Finds an ``await`` on a child of a ``Mock`` or ``MagicMock`` whose spec is a list of names, a text, or another
mock.

## Why is this bad?
A spec makes asynchronous methods only where it is a class with asynchronous methods, or an object of one. From
names alone nobody knows, and the child is a ``MagicMock`` that cannot be awaited: ``TypeError``.

## Example
```python
db = MagicMock(spec=["execute", "commit"])
await db.execute("select 1")
```

## Use instead
```python
db = MagicMock(spec=AsyncSession)
```

## Fix safety
There is no fix: only the author knows which class is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level, Step
from bugcapture.scan.mocks import CALLED, Kind, Spec
from bugcapture.scan.reach import reached
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.truths import child_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bugcapture.scan.index import ProgramFunction
    from bugcapture.scan.mocks import Mock, Path
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    for view in module.views:
        mock = view.mock
        if mock.kind not in {Kind.MAGIC, Kind.MOCK} or mock.spec not in {Spec.NAMES, Spec.MOCK, Spec.CLASS}:
            continue
        symbol = view.symbol
        methods = scope.index.methods_of(mock.spec_name)

        def is_plain(path: Path, mock: Mock = mock, methods: Mapping[str, ProgramFunction] = methods) -> bool:
            """Whether the spec says that a child answers with nothing to await."""
            if mock.unknown or mock.tells(path) or CALLED in path:
                return False
            method = methods.get(path[0])
            return mock.spec is not Spec.CLASS or (len(path) == 1 and method is not None and not method.is_async)

        for use in mock.uses:
            if use.awaited and not use.fails and use.path and is_plain(use.path):
                step = Step(module.path, use.span.line, f"await {child_name(mock, use.path)}(…)")
                yield _hazard(module, mock, use.path, symbol, (step,), Level.MEDIUM)
        for found in reached(mock, scope.index, module.path):
            if found.sink.awaited and found.path and is_plain(found.path):
                level = found.level(Level.MEDIUM, Level.LOW)
                yield _hazard(module, mock, found.path, symbol, found.steps, level)


def _hazard(
    module: TestModule, mock: Mock, path: Path, symbol: str, steps: tuple[Step, ...], level: Level
) -> Hazard:
    subject = child_name(mock, path)
    last = steps[-1]
    return Hazard(
        path=module.path,
        span=mock.span,
        rule=RULE.code,
        level=level,
        confidence=Confidence.HIGH if level is Level.MEDIUM else Confidence.LOW,
        message=f"{subject}() is awaited at {last.path}:{last.line}, and the spec does not say that it can be",
        symbol=symbol,
        subject=subject,
        trace=steps,
    )


RULE = Rule(
    code="MK203",
    name="spec-is-not-async-class",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import MagicMock

async def test_load():
    db = MagicMock(spec=["execute"])
    await db.execute("select 1")
""",
            line=4,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock

async def test_load():
    db = MagicMock(spec=["execute"])
    db.execute = AsyncMock()
    await db.execute("select 1")
    other = MagicMock(spec=AsyncSession)
    await other.execute("select 1")
"""
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

def test_load():
    db = MagicMock(spec=["execute"])
    db.execute("select 1")
"""
        ),
    ),
)
