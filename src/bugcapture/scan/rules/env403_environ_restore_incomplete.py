"""What is put back into ``os.environ`` is not what was there.

## What it does
Finds a call that changes several variables at once, ``os.environ.update(REGION="eu", ZONE="1")``, of which some
are put back and others not, and a value that was missing and comes back as something:
``os.environ["REGION"] = before or ""``.

## Why is this bad?
A variable that is empty is not one that is missing. The tests that follow find an environment that no other run
has.

## Example
```python
before = os.environ.get("REGION")
os.environ["REGION"] = "eu"
try:
    assert region() == "eu"
finally:
    os.environ["REGION"] = before or ""
```

## Use instead
```python
def test_region(monkeypatch):
    monkeypatch.setenv("REGION", "eu")
```

## Fix safety
There is no fix: see ENV401.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bugcapture.scan.environ import ALL, EnvironmentUse, names_of
from bugcapture.scan.environ_restored import restored_around
from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.environ import Change
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    for use in module.environment:
        if use.function is None:
            continue
        for change in use.changes:
            told = ""
            if change.restores and change.how == "set" and _invents(use, change):
                told = "comes back as an empty value where it was missing before"
            elif not change.restores and ALL not in change.keys and not use.undone:
                restored = restored_around(module, use)
                missing = change.keys - restored
                if missing and change.keys & restored and ALL not in restored:
                    told = f"is put back without {names_of(missing)}"
            if told:
                yield Hazard(
                    path=module.path,
                    span=change.span,
                    rule=RULE.code,
                    level=Level.MEDIUM,
                    confidence=Confidence.HIGH,
                    message=f"{names_of(change.keys)} of the environment {told}",
                    symbol=use.function.qualname,
                    subject=names_of(change.keys),
                )


def _invents(use: EnvironmentUse, change: Change) -> bool:
    """Whether what is put back may be something where nothing was."""
    value = change.value
    return isinstance(value, ast.BoolOp) and isinstance(value.op, ast.Or) and use.saved


RULE = Rule(
    code="ENV403",
    name="environ-restore-incomplete",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
import os

def test_region():
    before = os.environ.get("REGION")
    os.environ["REGION"] = "eu"
    try:
        assert region() == "eu"
    finally:
        os.environ["REGION"] = before or ""
""",
            line=9,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os

def test_region():
    os.environ.update({"REGION": "eu", "ZONE": "1"})
    try:
        assert region() == "eu"
    finally:
        del os.environ["REGION"]
""",
            line=4,
        ),
    ),
    valid=(
        Case(
            test="""\
import os

def test_region():
    before = dict(os.environ)
    os.environ.update({"REGION": "eu", "ZONE": "1"})
    try:
        assert region() == "eu"
    finally:
        os.environ.clear()
        os.environ.update(before)
"""
        ),
    ),
)
