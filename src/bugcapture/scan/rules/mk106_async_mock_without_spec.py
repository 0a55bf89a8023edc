"""An ``AsyncMock`` answers to any name.

## What it does
Finds every ``AsyncMock()`` that has no spec, is not sealed, was told no answer for itself, and is no child of
another mock.

## Why is this bad?
A misspelt method, or one that the real class has lost, is answered all the same. With a spec it is an
``AttributeError``, and synchronous methods are not awaited.

## Example
```python
client = AsyncMock()
```

## Use instead
```python
client = create_autospec(Client, instance=True)  # or AsyncMock(spec=Client), or seal(client)
```

## Fix safety
There is no fix: only the author knows which class is meant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.mocks import Kind, Spec
from bugcapture.scan.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    for mock in module.seen.mocks:
        free = mock.spec is Spec.NONE and not (mock.sealed or mock.unknown or mock.own)
        if mock.kind is Kind.ASYNC and free and mock.parent is None and not mock.patched:
            yield Hazard(
                path=module.path,
                span=mock.span,
                rule=RULE.code,
                level=Level.INFO,
                confidence=Confidence.HIGH,
                message=f"{mock.place or 'this AsyncMock'} answers to any name: give it a spec, or seal it",
                symbol=mock.symbol,
                subject=mock.place,
            )


RULE = Rule(
    code="MK106",
    name="async-mock-without-spec",
    level=Level.INFO,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import AsyncMock

async def test_client():
    client = AsyncMock()
    await client.fetch()
""",
            line=4,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import AsyncMock, seal

async def test_client():
    client = AsyncMock(spec=Client)
    other = AsyncMock()
    other.fetch.return_value = 1
    seal(other)
    method = AsyncMock(return_value=1)
"""
        ),
        Case(test="from unittest.mock import MagicMock\n\ndef test_client():\n    client = MagicMock()\n"),
    ),
)
