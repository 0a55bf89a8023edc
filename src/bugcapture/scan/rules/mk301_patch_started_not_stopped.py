"""A patch is started, and nothing stops it.

## What it does
Finds ``patcher.start()`` of a ``patch`` that is kept under a name, without a ``stop()`` of that name and without
``patch.stopall()``: in the same function, among what the framework calls after the tests of the class or the
module, or handed to ``addCleanup`` and its like.

## Why is this bad?
The replacement stays for every test that follows. They pass or fail with the order in which they run.

## Example
```python
def test_total():
    patcher = patch("shop.tax.rate", return_value=0)
    patcher.start()
    assert total([1]) == 1
```

## Use instead
```python
def test_total():
    with patch("shop.tax.rate", return_value=0):
        assert total([1]) == 1
```
or ``self.addCleanup(patcher.stop)`` before ``patcher.start()``.

## Fix safety
There is no fix: where the replacement shall end is not written anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.stops import is_stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    for patch in module.seen.patches:
        if patch.how == "start" and patch.place and not is_stopped(module, patch):
            yield Hazard(
                path=module.path,
                span=patch.span,
                rule=RULE.code,
                level=Level.MEDIUM,
                confidence=Confidence.MEDIUM if module.inherits(patch.function) else Confidence.HIGH,
                message=f"{patch.place}.start() replaces {patch.target or 'something'} and nothing stops it: "
                f"it stays for the tests that follow",
                symbol=patch.symbol,
                subject=patch.target or patch.place,
            )


RULE = Rule(
    code="MK301",
    name="patch-started-not-stopped",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import patch

def test_total():
    patcher = patch("shop.tax.rate", return_value=0)
    patcher.start()
    assert total([1]) == 1
""",
            line=4,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import unittest
from unittest import mock

class TotalTest(unittest.TestCase):
    def setUp(self):
        self.rate = mock.patch("shop.tax.rate")
        self.rate.start()
""",
            line=6,
        ),
    ),
    valid=(
        Case(
            test="""\
import unittest
from unittest import mock

class TotalTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls._patcher = mock.patch("shop.tax.rate")
        cls._patcher.start()

    @classmethod
    def tearDownClass(cls):
        cls._patcher.stop()
"""
        ),
        Case(
            test="""\
def test_thread(mocker):
    thread = mocker.patch("threading.Thread")
    thread.start()
    mocker.patch("threading.Timer").start()
"""
        ),
        Case(
            test="""\
from unittest.mock import patch

def started():
    patcher = patch("shop.tax.rate")
    patcher.start()
    return patcher

def started_two():
    patcher = patch("shop.tax.rate")
    rate = patcher.start()
    return patcher, rate
"""
        ),
        Case(
            test="""\
import unittest
from unittest import mock

class TotalTest(unittest.TestCase):
    def setUp(self):
        self.rate = mock.patch("shop.tax.rate")
        self.rate.start()

    def tearDown(self):
        self.rate.stop()
"""
        ),
        Case(
            test="""\
import unittest
from unittest import mock

class TotalTest(unittest.TestCase):
    def setUp(self):
        rate = mock.patch("shop.tax.rate")
        rate.start()
        self.addCleanup(rate.stop)
"""
        ),
        Case(
            test="""\
import pytest
from unittest.mock import patch

@pytest.fixture
def rate():
    patcher = patch("shop.tax.rate")
    yield patcher.start()
    patcher.stop()
"""
        ),
        Case(
            test="""\
from contextlib import ExitStack
from unittest.mock import patch

def test_total():
    with ExitStack() as stack:
        stack.enter_context(patch("shop.tax.rate"))
"""
        ),
    ),
)
