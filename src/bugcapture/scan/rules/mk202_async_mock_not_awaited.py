"""A synchronous method of an ``AsyncMock`` is called, and nobody awaits what it returns.

## What it does
Finds calls of children of an ``AsyncMock`` whose result is thrown away without an ``await``: in the program,
which takes the method for a synchronous one, or in the test.

## Why is this bad?
Every child of an ``AsyncMock`` without a spec is asynchronous. The call does not happen: ``session.add(user)``
leaves a coroutine that is never awaited, a ``RuntimeWarning``, and a ``side_effect`` that never takes place.

## Example
```python
session = AsyncMock()
await save(session)  # session.add(user); await session.commit()
```

## Use instead
```python
session = async_session_mock()  # or AsyncMock(spec=AsyncSession)
```

## Fix safety
There is no fix: only the author knows which class is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level, Step
from bugcapture.scan.mocks import CALLED, Kind, Mock, Path, Spec, Usage
from bugcapture.scan.reach import reached
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.truths import child_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    for view in module.views:
        mock = view.mock
        if mock.kind is not Kind.ASYNC or mock.spec not in {Spec.NONE, Spec.NAMES}:
            continue
        symbol = view.symbol
        for use in mock.uses:
            if use.called and not use.awaited and use.usage is Usage.DISCARDED and _is_async(mock, use.path):
                step = Step(module.path, use.span.line, f"{child_name(mock, use.path)}(…)")
                yield _hazard(module, mock, use.path, symbol, (step,), Level.MEDIUM)
        for found in reached(mock, scope.index, module.path):
            sink = found.sink
            if not sink.awaited and sink.usage is Usage.DISCARDED and _is_async(mock, found.path):
                level = found.level(Level.MEDIUM, Level.LOW)
                yield _hazard(module, mock, found.path, symbol, found.steps, level)


def _is_async(mock: Mock, path: Path) -> bool:
    """Whether a call of a child makes a coroutine: it was not replaced by something of its own."""
    own = any(None in values for told, values in mock.children.items() if path[: len(told)] == told)
    return not own and CALLED not in path and not mock.unknown and not any(name.startswith("__") for name in path)


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
        message=(
            f"{subject}() is called at {last.path}:{last.line} without await: it makes a coroutine, and no call"
        ),
        symbol=symbol,
        subject=subject,
        trace=steps,
    )


RULE = Rule(
    code="MK202",
    name="async-mock-not-awaited",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import save

async def test_save():
    session = AsyncMock()
    await save("alice", session)
""",
            program={"src/shop/users.py": "async def save(user, session):\n    session.add(user)\n"},
            line=5,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock
from shop.users import save

async def test_save():
    session = AsyncMock()
    session.add = MagicMock()
    await save("alice", session)
    session.commit.assert_awaited_once()
""",
            program={"src/shop/users.py": "async def save(user, session):\n    session.add(user)\n"},
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, patch
from aioresponses import aioresponses

@aioresponses()
@patch("shop.till.Till.sleep", new_callable=AsyncMock)
def test_till(mock_api, sleep_mock):
    mock_api.get("https://example.org/")
"""
        ),
        Case(
            test="""\
import asyncio
from unittest.mock import AsyncMock

async def test_gather():
    client = AsyncMock()
    task = asyncio.create_task(client.fetch())
    await asyncio.gather(client.fetch(), task)
"""
        ),
    ),
)
