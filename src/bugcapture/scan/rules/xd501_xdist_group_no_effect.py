"""``xdist_group`` is there, and pytest-xdist does not look at it.

## What it does
Finds the marker in a project whose settings of pytest do not say ``--dist loadgroup``. Where the option comes
from a command line that the project does not hold, say so in ``[tool.bugcapture.scan] dist = "loadgroup"``.

## Why is this bad?
Tests that share something are believed to run in one process. pytest-xdist reads the marker only with ``--dist
loadgroup``; with everything else they run wherever there is room.

## Example
```python
@pytest.mark.xdist_group("database")
class TestOrders: ...
```
```toml
[tool.pytest.ini_options]
addopts = "-n auto --dist loadscope"
```

## Use instead
``--dist loadgroup``, or no marker.

## Fix safety
There is no fix: it is the project's settings that have to change.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.groups import group_marks
from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    dist = scope.dist
    if dist == "loadgroup":
        return
    seen = f"the settings say --dist {dist}" if dist else "no setting says --dist loadgroup"
    for mark in group_marks(module):
        yield Hazard(
            path=module.path,
            span=mark.span,
            rule=RULE.code,
            level=Level.MEDIUM,
            confidence=Confidence.HIGH if dist else Confidence.MEDIUM,
            message=f"xdist_group does nothing here: {seen}",
            symbol=mark.symbol,
            subject=mark.group,
        )


RULE = Rule(
    code="XD501",
    name="xdist-group-no-effect",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
import pytest

@pytest.mark.xdist_group("database")
class TestOrders:
    def test_total(self):
        pass
""",
            config='[tool.pytest.ini_options]\naddopts = "-n auto --dist loadscope"\n',
            line=3,
            level=Level.MEDIUM,
        ),
    ),
    valid=(
        Case(
            test="""\
import pytest

pytestmark = [pytest.mark.xdist_group(name="database")]
""",
            config='[tool.pytest.ini_options]\naddopts = ["-n", "auto", "--dist=loadgroup"]\n',
        ),
    ),
)
