"""A test changes ``os.environ`` and leaves it changed.

## What it does
Finds assignments, ``del``, ``update``, ``pop``, ``clear``, ``setdefault``, ``|=``, ``os.putenv`` and
``os.unsetenv`` in tests, fixtures and set-ups, that nothing takes back: no ``finally``, nothing behind the
``yield`` of the fixture, no tear-down of the class, no clean-up function, no ``patch.dict`` around them, no
fixture of a ``conftest.py`` that the test has. What a function keeps and puts back itself, but not when it fails
before, what sets up the whole run, what stands in a context manager that is called after the environment
(``with clean_env():``) and what a test does that is always skipped are less bad. A test that removes a variable at
its end cleans up what the program has set.

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

import ast
from typing import TYPE_CHECKING

from bugcapture.scan.environ import ALL, Change, names_of
from bugcapture.scan.environ_restored import changed_again, cleans_up, restored_around
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
        if use.function is None or use.undone or use.patched:
            continue
        restored = restored_around(module, use)
        if ALL in restored:
            continue
        inherits = module.inherits(use.function)
        again = changed_again(use)
        for change in use.changes:
            late = again.get(change, False)
            told = late is not None and not cleans_up(change, use.function)
            if told and not change.restores and not change.keys & restored:
                yield Hazard(
                    path=module.path,
                    span=change.span,
                    rule=RULE.code,
                    level=Level.MEDIUM if late else _level(change, use.function),
                    confidence=_confidence(change, use.function, inherits=inherits),
                    message=f"{names_of(change.keys)} of the environment {_DONE[change.how]} and "
                    f"{_LATE if late else _NEVER}",
                    symbol=use.function.qualname,
                    subject=names_of(change.keys),
                )


def _runs(function: TestFunction) -> bool:
    """Whether the framework calls it."""
    return (function.is_test and not function.is_skipped) or function.is_setup or function.fixture is not None


def _confidence(change: Change, function: TestFunction, *, inherits: bool) -> Confidence:
    if change.guarded:
        return Confidence.LOW
    return Confidence.MEDIUM if inherits or not _runs(function) else Confidence.HIGH


def _level(change: Change, function: TestFunction) -> Level:
    """A helper may be a part of something that is no test, such as a process of its own."""
    sure = change.how != "default" and not change.guarded and _runs(function) and not _is_of_session(function)
    return Level.HIGH if sure else Level.MEDIUM


def _is_of_session(function: TestFunction) -> bool:
    """Whether it is a fixture that sets up the whole run, which is often meant to stay."""
    decorator = function.fixture
    return isinstance(decorator, ast.Call) and any(
        one.arg == "scope" and isinstance(one.value, ast.Constant) and one.value.value in {"session", "package"}
        for one in decorator.keywords
    )


_DONE = {"set": "is set", "remove": "is removed", "default": "is set where it is missing", "all": "is replaced"}
_NEVER = "not put back: the tests that follow find it so"
_LATE = "put back only if nothing fails before: a `finally` is missing"
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
        Case(
            test="""\
import os

def test_region():
    before = os.environ.get("REGION")
    os.environ["REGION"] = "eu"
    assert region() == "eu"
    if before is None:
        del os.environ["REGION"]
    else:
        os.environ["REGION"] = before
""",
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
import pytest

@pytest.fixture(scope="session")
def region():
    os.environ["REGION"] = "eu"
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os

def test_region():
    os.environ["REGION"] = "eu"
    assert region() == "eu"
    del os.environ["REGION"]
""",
            line=4,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os

def test_region():
    environment = os.environ
    environment["REGION"] = "eu"
""",
            line=5,
        ),
        Case(
            test="""\
import os
from helpers import clean_env

def test_region():
    with clean_env():
        os.environ["REGION"] = "eu"
        assert region() == "eu"
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
import pytest

@pytest.mark.skip(reason="no region yet")
def test_region():
    os.environ["REGION"] = "eu"
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os

def test_region():
    os.environ.pop("REGION", None)
    assert region() is None
""",
            line=4,
            level=Level.HIGH,
        ),
    ),
    valid=(
        Case(
            test="""\
import os

def test_region():
    choose_region("eu")
    assert os.environ["REGION"] == "eu"
    for name in ("REGION", "ZONE"):
        os.environ.pop(name, None)
    del os.environ["COUNTRY"]
"""
        ),
        Case(
            test="""\
from unittest.mock import patch

def test_region():
    with patch("shop.region.os") as os:
        os.environ = {"REGION": "eu"}
"""
        ),
        Case(
            test="""\
import os
from unittest.mock import patch

def test_region():
    with patch("shop.region.os") as os:
        os.environ["REGION"] = "eu"
"""
        ),
        Case(
            test="""\
import os
from unittest.mock import patch

@patch.dict(os.environ)
def test_region():
    os.environ["REGION"] = "eu"

@patch.dict("os.environ", {"ZONE": "1"})
class TestRegion:
    def test_region(self):
        os.environ["REGION"] = "eu"
"""
        ),
        Case(
            test="""\
import os
from unittest.mock import patch

def test_region(monkeypatch):
    monkeypatch.setenv("REGION", "eu")
    os.environ["REGION"] = "us"

def test_zone(monkeypatch):
    monkeypatch.setattr(os, "environ", {})
    os.environ["ZONE"] = "1"

def test_both(mocker, stack):
    with patch("os.environ", {}):
        os.environ["ZONE"] = "1"
    with patch.object(os, "environ", {}):
        os.environ["ZONE"] = "1"

def test_stack(stack):
    stack.enter_context(patch.dict(os.environ))
    os.environ["ZONE"] = "1"
"""
        ),
        Case(
            test="""\
import os
import pytest
from unittest.mock import patch

@pytest.fixture(autouse=True)
def environment():
    with patch.dict(os.environ):
        yield

def test_region():
    os.environ["REGION"] = "eu"
"""
        ),
        Case(
            test="""\
import os
import pytest

@pytest.fixture
def environment():
    keys = ("REGION", "ZONE")
    before = {key: os.environ.get(key) for key in keys}
    os.environ["REGION"] = "eu"
    os.environ["ZONE"] = "1"
    yield
    for key, value in before.items():
        if value is None:
            os.environ.pop(key, None)
        else:
            os.environ[key] = value
"""
        ),
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
