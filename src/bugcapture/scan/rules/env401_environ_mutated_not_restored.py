"""A test changes ``os.environ`` and leaves it changed.

## What it does
Finds assignments, ``del``, ``update``, ``pop``, ``clear``, ``setdefault``, ``|=``, ``os.putenv`` and
``os.unsetenv`` in tests, fixtures and set-ups, that nothing takes back: no ``finally``, nothing behind the
``yield`` of the fixture, no tear-down of the class, no clean-up function, no ``patch.dict`` around them.

## Why is this bad?
The environment belongs to the process. Tests that follow find the variable there, and pass or fail with the
order in which they run, and with the worker that they land on.

## Example
```python
def test_region():
    os.environ["REGION"] = "eu"
    assert region() == "eu"
```

## Use instead
```python
def test_region(monkeypatch):
    monkeypatch.setenv("REGION", "eu")
    assert region() == "eu"
```

## Fix safety
There is no fix: in a unittest class it is another one than in a function of pytest, and the value that was there
before has to come back even when the test fails.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.environ import ALL, Change, names_of, restored_around
from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    for use in module.environment:
        if use.function is None or use.undone:
            continue
        restored = restored_around(module, use)
        inherits = module.inherits(use.function)
        for change in use.changes:
            if not change.restores and not change.keys & restored and not restored >= {ALL}:
                yield Hazard(
                    path=module.path,
                    span=change.span,
                    rule=RULE.code,
                    level=_level(change, use.function),
                    confidence=Confidence.MEDIUM if inherits or not _runs(use.function) else Confidence.HIGH,
                    message=f"{names_of(change.keys)} of the environment {_DONE[change.how]} and not put back: "
                    "the tests that follow find it so",
                    symbol=use.function.qualname,
                    subject=names_of(change.keys),
                )


def _runs(function: TestFunction) -> bool:
    """Whether the framework calls it."""
    return function.is_test or function.is_setup or function.fixture is not None


def _level(change: Change, function: TestFunction) -> Level:
    """A helper may be a part of something that is no test, such as a process of its own."""
    return Level.HIGH if change.how != "default" and _runs(function) else Level.MEDIUM


_DONE = {"set": "is set", "remove": "is removed", "default": "is set where it is missing", "all": "is replaced"}
RULE = Rule(
    code="ENV401",
    name="environ-mutated-not-restored",
    level=Level.HIGH,
    check=check,
    invalid=(
        Case(
            test="""\
import os

def test_region():
    os.environ["REGION"] = "eu"
    assert region() == "eu"
""",
            line=4,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from os import environ as env

def test_region():
    env.pop("REGION", None)
    assert region() is None
""",
            line=4,
        ),
    ),
    valid=(
        Case(
            test="""\
def test_region(monkeypatch):
    monkeypatch.setenv("REGION", "eu")
"""
        ),
        Case(
            test="""\
import os
from unittest import mock

def test_region():
    with mock.patch.dict(os.environ, {"REGION": "eu"}):
        os.environ["ZONE"] = "1"
"""
        ),
        Case(
            test="""\
import os
import pytest

@pytest.fixture
def region():
    before = os.environ.get("REGION")
    os.environ["REGION"] = "eu"
    yield
    if before is None:
        del os.environ["REGION"]
    else:
        os.environ["REGION"] = before
"""
        ),
        Case(
            test="""\
import os
import unittest

class RegionTest(unittest.TestCase):
    def setUp(self):
        os.environ["REGION"] = "eu"

    def tearDown(self):
        del os.environ["REGION"]
"""
        ),
    ),
)
