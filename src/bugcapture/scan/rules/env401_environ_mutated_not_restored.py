"""A test changes ``os.environ`` and leaves it changed.

## What it does
Finds assignments, ``del``, ``update``, ``pop``, ``clear``, ``setdefault``, ``|=``, ``os.putenv`` and
``os.unsetenv`` in tests, fixtures and set-ups, that nothing takes back: no ``finally``, nothing behind the
``yield`` of the fixture, no tear-down of the class, no function of the module that one of these calls, no clean-up
function, no ``patch.dict`` around them, no fixture of a ``conftest.py`` that the test has. A test that removes a
variable at its end, or one that is set for it before, cleans up.

Less bad is what a function keeps and puts back itself, but not when it fails before; what sets up the whole run,
also an autouse fixture in the ``conftest.py`` of the folder ``tests`` that sets a constant; what stands in a
context manager that is called after the environment (``with clean_env():``), or has a decorator, or a fixture from
elsewhere, that cleans it by its name, as what a set-up or a fixture calls may; a class whose base is elsewhere, or
that others take as a base; a variable that is a parameter of the test, where a fixture puts some back; and what a
test does that is always skipped or runs in a process of its own, or ``setUp`` of a class without a base, which
pytest never calls.

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
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from bugcapture.scan.environ import ALL, MAYBE, Change, EnvironmentUse, names_of
from bugcapture.scan.environ_reader import cleans_environment
from bugcapture.scan.environ_restored import changed_again, cleans_up, prepared_around, restored_around
from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.names import dotted
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
        unsure = inherits or MAYBE in restored or _is_cleaned(module, use.function)
        again = changed_again(use)
        for change in _left(module, use, restored):
            late = again.get(change, False)
            if late is None:
                continue
            less = late or unsure or _is_of_suite(change, use.function, module.path)
            yield Hazard(
                path=module.path,
                span=change.span,
                rule=RULE.code,
                level=Level.MEDIUM if less or _is_given(change, use, restored) else _level(change, use.function),
                confidence=_confidence(change, use.function, inherits=inherits),
                message=f"{names_of(change.keys)} of the environment {_DONE[change.how]} and "
                f"{_LATE if late else _NEVER}",
                symbol=use.function.qualname,
                subject=names_of(change.keys),
            )


def _left(module: TestModule, use: EnvironmentUse, restored: frozenset[str]) -> Iterator[Change]:
    """The changes that nobody takes back, and that take back none themselves."""
    prepared = prepared_around(module, use)
    for change in use.changes:
        if change.restores or change.keys & restored or (change.how == "remove" and change.keys <= prepared):
            continue
        if use.function is None or not cleans_up(change, use.function):
            yield change


def _runs(function: TestFunction) -> bool:
    """Whether the framework calls it."""
    if function.name in _OF_UNITTEST and function.owner is not None and not function.owner.bases:
        return False  # Not for a class that is no TestCase.
    if function.is_test:
        return not function.is_skipped and not any(map(_is_apart, function.node.decorator_list))
    return function.is_setup or function.fixture is not None


def _is_apart(decorator: ast.expr) -> bool:
    """Whether a mark says that a test runs in a process of its own."""
    name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return name.endswith((".mark.forked", ".mark.subprocess"))


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


def _is_of_suite(change: Change, function: TestFunction, path: str) -> bool:
    """Whether each test of a suite has the same from the conftest above, in whatever order they run."""
    place = PurePosixPath(path)
    above = place.name == "conftest.py" and place.parent.name in {"", "tests", "test"}
    return above and function.is_automatic and change.how == "set" and isinstance(change.value, ast.Constant)


def _is_cleaned(module: TestModule, function: TestFunction) -> bool:
    """Whether it asks for a fixture from elsewhere that says by its name that it puts the environment back."""
    asked = {name for name in function.fixtures if cleans_environment(name)}
    return bool(asked) and not asked & {one.fixture_name for one in module.outline.functions}


def _is_given(change: Change, use: EnvironmentUse, restored: frozenset[str]) -> bool:
    """Whether the variable is a parameter of the test, and may be one of those that are put back around it."""
    parameters = use.function.parameters if use.function is not None else ()
    return bool(restored) and change.keys <= {f"<{name}>" for name in parameters}


_OF_UNITTEST = frozenset({"setUp", "asyncSetUp", "setUpClass"})
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

def test_region(restore_environ):
    os.environ["REGION"] = "eu"
""",
            line=4,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
import pytest

@pytest.fixture
def mock_environ():
    return dict(os.environ)

def test_region(mock_environ):
    os.environ["REGION"] = "eu"
""",
            line=9,
            level=Level.HIGH,
        ),
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
from helpers import purge_environment

@purge_environment
class Base:
    pass

class TestRegion(Base):
    def test_region(self):
        os.environ["REGION"] = "eu"
""",
            line=10,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
import pytest

@pytest.mark.clean_environment
def test_region():
    os.environ["REGION"] = "eu"
""",
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
import os
from helpers import needs_environment

@needs_environment
def test_region():
    os.environ["REGION"] = "eu"
""",
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
import os

class TestRegion:
    def setUp(self):
        os.environ["REGION"] = "eu"
""",
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
import pytest

@pytest.fixture
def clean():
    yield
    os.environ.pop("REGION", None)

@pytest.mark.parametrize("name", ["REGION"])
def test_region(name, clean):
    os.environ[name] = "eu"
""",
            line=11,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
from unittest import TestCase
from helpers import patch_environ

class TestRegion(TestCase):
    def setUp(self):
        patch_environ(self)

    def test_region(self):
        os.environ["REGION"] = "eu"
""",
            line=10,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
from helpers import isolated_environment
import pytest

@pytest.fixture(autouse=True)
def isolated():
    with isolated_environment():
        yield

def test_region():
    os.environ["REGION"] = "eu"
""",
            line=11,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
from helpers import preserve_environ

def test_region():
    os.environ["REGION"] = "eu"
""",
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
from helpers import EnvironmentCase

class TestRegion(EnvironmentCase):
    def test_region(self):
        os.environ["REGION"] = "eu"
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
from helpers import clean_environment

def test_clean_environment():
    clean_environment("ZONE")

def test_region():
    os.environ["REGION"] = "eu"
""",
            line=8,
            level=Level.HIGH,
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
        Case(
            test="""\
import os
import pytest

@pytest.mark.subprocess(ddtrace_run=True)
def test_region():
    os.environ["REGION"] = "eu"
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
import pytest

@pytest.fixture(autouse=True)
def mock_env():
    os.environ["REGION"] = "eu"
""",
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
import os
import pytest

@pytest.fixture(autouse=True)
def clean_env(monkeypatch):
    for key in list(os.environ):
        if key.startswith("SHOP_"):
            monkeypatch.delenv(key)

def test_region():
    os.environ["SHOP_REGION"] = "eu"
""",
            line=11,
            level=Level.MEDIUM,
        ),
    ),
    valid=(
        Case(
            test="""\
import os

def test_region():
    try:
        os.environ["REGION"] = "eu"
        assert region() == "eu"
    finally:
        _forget()

def _forget():
    os.environ.pop("REGION", None)

class TestZone:
    def test_zone(self):
        os.environ["ZONE"] = "1"

    def teardown_method(self):
        self._forget_all()

    def _forget_all(self):
        for name in ("ZONE", "REGION"):
            del os.environ[name]
"""
        ),
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
