"""A mock that is not asynchronous is awaited.

## What it does
Finds an ``await`` on what a bare ``Mock`` or ``MagicMock``, or one of its children, returns. It is less bad where
the mock was given to somebody, who may have put something else there, where the test asks before
(``inspect.isawaitable``), and where the program awaits, and not the test: medium, or low where it may not come to
it.

## Why is this bad?
``TypeError: object MagicMock can't be used in 'await' expression``. The test fails, or, where the program
catches errors, takes another way than it was meant to. A mock with an asynchronous class as its ``spec`` is
fine: its asynchronous methods can be awaited since Python 3.8.

## Example
```python
db = MagicMock()
await load(db)  # await db.execute(…)
```

## Use instead
```python
db = MagicMock(spec=AsyncSession)  # or async_session_mock()
```

## Fix safety
There is no fix: a class to look like is better than ``AsyncMock``, and only the author knows which.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bugcapture.scan.hazard import Confidence, Hazard, Level, Step
from bugcapture.scan.mocks import CALLED, NOTED, Kind, Mock, Path, Spec, Way
from bugcapture.scan.reach import reached
from bugcapture.scan.recipe import type_recipe
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.truths import child_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule, View
    from bugcapture.scan.reach import Reached
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    for view in module.views:
        mock = view.mock
        if mock.kind not in {Kind.MAGIC, Kind.MOCK} or mock.spec is not Spec.NONE or _may_be_async(mock):
            continue
        symbol = view.symbol
        for use in mock.uses:
            if use.awaited and not use.fails and not _is_told(mock, use.path):
                step = Step(module.path, use.span.line, f"await {child_name(mock, use.path)}(…)")
                hazard = _hazard(module, mock, use.path, symbol, (step,), None)
                yield _less_sure(hazard) if _may_do(view, module) else hazard
        for found in reached(mock, scope.index, module.path):
            if found.sink.awaited and not _is_told(mock, found.path):
                yield _hazard(module, mock, found.path, symbol, found.steps, found)


def _may_do(view: View, module: TestModule) -> bool:
    """Whether the program may have put something else there, or the test asks what it is before it awaits it."""
    handed = any(one.way is Way.ARGUMENT for one in view.mock.escapes)
    asks = view.function is not None and module.mentions(view.function, b"iscoroutine", b"isawaitable")
    return handed or asks


def _may_be_async(mock: Mock) -> bool:
    """Whether `patch` may have made an AsyncMock of it: it looks at what it replaces."""
    return bool(mock.patched) and "new_callable" not in mock.arguments


def _is_told(mock: Mock, path: Path) -> bool:
    noted = not NOTED.isdisjoint(path)
    told = mock.tells(path) and not _answers_plainly(mock, path)
    return mock.unknown or told or CALLED in path[:-1] or "__aenter__" in path or noted


def _answers_plainly(mock: Mock, path: Path) -> bool:
    """Whether it was told constants only, which nobody can await."""
    values = mock.children.get(path, []) if path else mock.own_values
    plain = bool(values) and all(isinstance(one, ast.Constant) for one in values)
    return plain and "side_effect" not in mock.arguments and not mock.failing


def _hazard(
    module: TestModule, mock: Mock, path: Path, symbol: str, steps: tuple[Step, ...], found: Reached | None
) -> Hazard:
    subject = child_name(mock, path)
    last = steps[-1]
    return Hazard(
        path=module.path,
        span=mock.span,
        rule=RULE.code,
        level=Level.HIGH if found is None else found.level(Level.MEDIUM, Level.LOW),
        confidence=Confidence.HIGH if found is None else min(found.confidence, Confidence.MEDIUM, key=_sureness),
        message=f"{subject}() of a {mock.kind.value} is awaited at {last.path}:{last.line}, and cannot be",
        symbol=symbol,
        subject=subject,
        trace=steps,
        recipe=type_recipe(mock, path),
    )


def _less_sure(hazard: Hazard) -> Hazard:
    return replace(hazard, level=Level.MEDIUM, confidence=Confidence.LOW)


def _sureness(confidence: Confidence) -> int:
    return [Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH].index(confidence)


RULE = Rule(
    code="MK201",
    name="sync-mock-awaited",
    level=Level.HIGH,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import MagicMock
from shop.till import watch

async def test_till():
    till = MagicMock()
    watch(till)
    await till.close()
""",
            program={
                "src/shop/till.py": """\
async def close():
    pass

def watch(till):
    till.close = close
"""
            },
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import inspect
from unittest.mock import MagicMock

async def test_till():
    till = MagicMock()
    closed = till.close()
    if inspect.isawaitable(closed):
        await closed
    await till.open()
""",
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import pytest
from unittest.mock import MagicMock

class TestSlow:
    @pytest.fixture
    def db(self):
        return MagicMock()

    async def test_load(self, db):
        assert await db.load() == 1

class TestReal:
    @pytest.fixture
    def db(self):
        return Database("sqlite://")
""",
            line=7,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

async def test_load():
    db = MagicMock()
    await db.execute("select 1")
""",
            line=4,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock
from shop.rows import load

async def test_load():
    db = MagicMock()
    await load(db)
""",
            program={
                "src/shop/rows.py": """\
async def load(db):
    if db.ready:
        await db.execute("select 1")
"""
            },
            line=5,
            level=Level.LOW,
        ),
    ),
    valid=(
        Case(
            test="""\
import pytest
from unittest.mock import MagicMock

@pytest.fixture
def db():
    return MagicMock()

class TestRealDatabase:
    @pytest.fixture
    def db(self):
        return Database("sqlite://")

    async def test_load(self, db):
        assert await db.load() == 1
"""
        ),
        Case(
            test="""\
import pytest
from unittest.mock import MagicMock

async def test_load():
    db = MagicMock()
    with pytest.raises(TypeError):
        await db.execute("select 1")
"""
        ),
        Case(
            test="""\
from unittest.mock import MagicMock
from sqlalchemy.ext.asyncio import AsyncSession

async def test_load():
    db = MagicMock(spec=AsyncSession)
    await db.execute("select 1")
"""
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock

async def test_load():
    db = MagicMock()
    db.execute = AsyncMock()
    await db.execute("select 1")
"""
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

async def test_load():
    async def fake():
        return MagicMock()

    await fake()
"""
        ),
    ),
)
