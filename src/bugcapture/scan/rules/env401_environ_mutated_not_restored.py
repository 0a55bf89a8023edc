"""A test changes ``os.environ`` and leaves it changed.

## What it does
Finds assignments, ``del``, ``update``, ``pop``, ``clear``, ``setdefault``, ``|=``, ``os.putenv`` and
``os.unsetenv`` in tests, fixtures and set-ups, that nothing takes back: no ``finally``, nothing behind the
``yield`` of the fixture, no tear-down of the class, no function of the module that one of these calls, no clean-up
function, no ``patch.dict`` around them, no fixture of a ``conftest.py`` that the test has. A test that removes a
variable at its end, or one that is set for it before, cleans up.

Worst is a variable that is set and stays. Less bad, and low:

- what a function keeps and puts back itself, but not when it fails before;
- a variable that is removed, unless the module sets it for all of its tests: few runs have it;
- a variable that is not written as a text, so that nobody who puts it back can be found by its name;
- what sets up the whole run, and an autouse fixture: the tests that have it find the same in whatever order;
- what somebody may put back who cannot be read: a context manager from elsewhere around it, a decorator or a
  fixture from elsewhere that cleans it by its name, as what a set-up or a fixture calls may, a hook around each
  test, a base class from elsewhere, those that take a class as a base;
- what never runs, or not with the others: a test that is always skipped, has a process of its own by a mark, or
  is asynchronous in a plain ``TestCase``; the set-up of a class with no other tests, or of a class without a
  base, where it is called as in unittest; a fixture that no test asks for; and everything where the project runs
  each test in a process of its own (``--forked``).

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
            less = late or unsure or not _is_grave(change, use.function, module)
            runs = _runs(use.function, module)
            yield Hazard(
                path=module.path,
                span=change.span,
                rule=RULE.code,
                level=Level.LOW if less or not runs else Level.MEDIUM,
                confidence=_confidence(change, sure=runs and not inherits),
                message=f"{names_of(change.keys)} of the environment {_DONE[change.how]} and "
                f"{_LATE if late else _NEVER}",
                symbol=use.function.qualname,
                subject=names_of(change.keys),
                fixtures=module.asking(use.function),
            )


def _left(module: TestModule, use: EnvironmentUse, restored: frozenset[str]) -> Iterator[Change]:
    """The changes that nobody takes back, and that take back none themselves."""
    prepared = prepared_around(module, use)
    for change in use.changes:
        if change.restores or change.keys & restored or (change.how == "remove" and change.keys <= prepared):
            continue
        if use.function is None or not cleans_up(change, use.function):
            yield change


def _runs(function: TestFunction, module: TestModule) -> bool:
    """Whether the framework calls it, in the process of the other tests."""
    owner = function.owner
    if function.name in _OF_UNITTEST and owner is not None and not owner.bases:
        return False  # Not for a class that is no TestCase.
    if function.is_test:
        return not (function.is_skipped or _is_apart(function) or _is_not_awaited(function))
    if function.is_setup and owner is not None:
        tests = [one for one in module.outline.functions if one.owner is owner and one.is_test]
        return not tests or not all(one.is_skipped for one in tests)
    return function.is_setup or function.fixture is not None


def _is_apart(function: TestFunction) -> bool:
    """Whether a mark says that a test runs in a process of its own."""
    marks = (dotted(one.func if isinstance(one, ast.Call) else one) for one in function.node.decorator_list)
    return any(name.endswith((".mark.forked", ".mark.subprocess")) for name in marks)


def _is_not_awaited(function: TestFunction) -> bool:
    """Whether an asynchronous test stands in a class that only calls it: nothing of it runs."""
    node = function.node
    if not isinstance(node, ast.AsyncFunctionDef) or function.owner is None or node.decorator_list:
        return False
    return bool(function.owner.bases) and all(dotted(one) in _NEVER_AWAITS for one in function.owner.bases)


def _confidence(change: Change, *, sure: bool) -> Confidence:
    if change.guarded:
        return Confidence.LOW
    return Confidence.HIGH if sure else Confidence.MEDIUM


def _is_grave(change: Change, function: TestFunction, module: TestModule) -> bool:
    """Whether tests that follow find something else than they would: a variable that is known by name is set."""
    if change.how == "all":
        known = True
    elif change.how == "remove":
        # Elsewhere few runs have the variable, and a test that takes it away changes nothing.
        known = any(change.keys & one.keys for use in module.environment for one in _of_all(use))
    else:
        known = change.how == "set" and all(map(_is_name, change.keys))
    return known and not change.guarded and not function.is_automatic and not _is_of_session(function)


def _of_all(use: EnvironmentUse) -> list[Change]:
    """The changes that the tests of a whole module find."""
    if use.function is not None and use.function.name not in _FOR_ALL:
        return []
    return [change for change in use.changes if change.how == "set"]


def _is_name(key: str) -> bool:
    """Whether a variable is known by name, and not only how it is written."""
    return key != ALL and not key.startswith("<")


def _is_of_session(function: TestFunction) -> bool:
    """Whether it is a fixture that sets up the whole run, which is often meant to stay."""
    decorator = function.fixture
    return isinstance(decorator, ast.Call) and any(
        one.arg == "scope" and isinstance(one.value, ast.Constant) and one.value.value in {"session", "package"}
        for one in decorator.keywords
    )


def _is_cleaned(module: TestModule, function: TestFunction) -> bool:
    """Whether it asks for a fixture from elsewhere that says by its name that it puts the environment back."""
    asked = {name for name in function.fixtures if cleans_environment(name)}
    return bool(asked) and not asked & {one.fixture_name for one in module.outline.functions}


_FOR_ALL = frozenset({"setUpModule", "setup_module", "setUpClass", "setup_class"})
_NEVER_AWAITS = frozenset({"TestCase", "unittest.TestCase"})
_OF_UNITTEST = frozenset({"setUp", "asyncSetUp", "setUpClass"})
_DONE = {"set": "is set", "remove": "is removed", "default": "is set where it is missing", "all": "is replaced"}
_NEVER = "not put back: the tests that follow find it so"
_LATE = "put back only if nothing fails before: a `finally` is missing"
RULE = Rule(
    code="ENV401",
    name="environ-mutated-not-restored",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
import os

def test_region(restore_environ):
    os.environ["REGION"] = "eu"
""",
            line=4,
            level=Level.LOW,
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
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os

def test_region():
    os.environ["REGION"] = "eu"
    assert region() == "eu"
""",
            line=4,
            level=Level.MEDIUM,
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
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.MEDIUM,
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
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os

class TestRegion:
    def setUp(self):
        os.environ["REGION"] = "eu"
""",
            line=5,
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.LOW,
        ),
        Case(
            test="""\
import os
from helpers import preserve_environ

def test_region():
    os.environ["REGION"] = "eu"
""",
            line=5,
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.LOW,
        ),
        Case(
            test="""\
import os

def test_region():
    os.environ.pop("REGION", None)
    assert region() is None
""",
            line=4,
            level=Level.LOW,
        ),
        Case(
            test="""\
import os

os.environ["REGION"] = "eu"

def test_no_region():
    os.environ.pop("REGION", None)
    assert region() is None
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os
from shop.region import VARIABLE

def test_region():
    os.environ[VARIABLE] = "eu"
""",
            line=5,
            level=Level.LOW,
        ),
        Case(
            test="""\
import os
from unittest import TestCase

class RegionTest(TestCase):
    async def test_region(self):
        os.environ["REGION"] = "eu"
""",
            line=6,
            level=Level.LOW,
        ),
        Case(
            test="""\
import os
import unittest

class RegionTest(unittest.TestCase):
    def setUp(self):
        os.environ["REGION"] = "eu"

    @unittest.skip("no region yet")
    def test_region(self):
        assert region() == "eu"
""",
            line=6,
            level=Level.LOW,
        ),
        Case(
            test="""\
import os
from shop.region import Isolated

def test_region():
    with Isolated() as shop:
        os.environ["REGION"] = "eu"
        shop.leave()
""",
            line=6,
            level=Level.LOW,
        ),
        Case(
            test="""\
import os
import tempfile

def test_region():
    with tempfile.TemporaryDirectory() as folder:
        os.environ["REGION"] = folder
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import os

class RegionMixin:
    def test_region(self):
        os.environ["REGION"] = "eu"
""",
            line=5,
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.LOW,
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
            level=Level.LOW,
        ),
    ),
    valid=(
        Case(
            test="""\
import os
import pytest

@pytest.fixture(autouse=True)
def no_region():
    os.environ.pop("REGION", None)

def test_region():
    os.environ["REGION"] = "eu"
"""
        ),
        Case(
            test="""\
import os
import unittest
from unittest import mock

def keep_environment(case):
    patcher = mock.patch.dict(os.environ, {})
    case.addCleanup(patcher.stop)
    patcher.start()

class RegionTest(unittest.TestCase):
    def setUp(self):
        keep_environment(self)

    def test_region(self):
        os.environ["REGION"] = "eu"
"""
        ),
        Case(
            test="""\
import os
from unittest.mock import patch

environment = patch.dict("os.environ")

def setup_function():
    environment.start()
    os.environ["REGION"] = "eu"

def teardown_function():
    environment.stop()

def test_region():
    os.environ["ZONE"] = "1"
"""
        ),
        Case(
            test="""\
import os
import unittest
from test.support import os_helper

class RegionTest(unittest.TestCase):
    def setUp(self):
        os.environ = os_helper.EnvironmentVarGuard()

    def tearDown(self):
        os.environ.__exit__()

    def test_region(self):
        os.environ["REGION"] = "eu"
"""
        ),
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
