"""A patch is started where nobody keeps it, so nobody can stop it.

## What it does
Finds ``patch(…).start()`` in one expression in a module that nowhere calls ``patch.stopall()``. It is less bad
where an attribute of an object is patched that the function holds itself, and that may be gone with it.

## Why is this bad?
Only ``patch.stopall()`` can stop it, because what ``start()`` returns is the replacement and not the patcher.
The replacement stays until the process ends.

## Example
```python
def setUp(self):
    self.rate = patch("shop.tax.rate").start()
```

## Use instead
```python
def setUp(self):
    self.rate = patch("shop.tax.rate").start()
    self.addCleanup(patch.stopall)
```

## Fix safety
There is no fix: where the replacement shall end is not written anywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.names import dotted
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.stops import is_stopped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope
    from bugcapture.scan.values import Patch


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    for patch in module.seen.patches:
        if patch.how == "start" and not patch.place and not is_stopped(module, patch):
            unsure = module.inherits(patch.function) or _is_of_own(patch)
            yield Hazard(
                path=module.path,
                span=patch.span,
                rule=RULE.code,
                level=Level.LOW if unsure else Level.MEDIUM,
                confidence=Confidence.LOW if unsure else Confidence.HIGH,
                message=f"nobody keeps the patch of {patch.target or 'something'} that is started here, "
                "so nothing can stop it but patch.stopall()",
                symbol=patch.symbol,
                subject=patch.target,
            )


def _is_of_own(patch: Patch) -> bool:
    """Whether it replaces an attribute of what the function, or its test, holds and may be gone with it."""
    first = patch.call.args[0] if patch.call.args else None
    root = dotted(first).partition(".")[0] if first is not None else ""
    function = patch.function
    return function is not None and (root in function.parameters or root == "self" or function.binds(root))


RULE = Rule(
    code="MK302",
    name="patch-start-discarded",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import patch

def test_total():
    rate = patch("shop.tax.rate").start()
    rate.return_value = 0
""",
            line=4,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import patch

def module_without_selinux():
    module = AnsibleModule()
    patch.object(module, "selinux_enabled").start()
    return module
""",
            line=5,
            level=Level.LOW,
        ),
        Case(
            test="""\
from unittest import TestCase
from unittest.mock import patch

class TestTill(TestCase):
    def setUp(self):
        self.till = Till()

    def test_till(self):
        patch.object(self.till, "open").start()
        self.till.open()
""",
            line=9,
            level=Level.LOW,
        ),
        Case(
            test="""\
from unittest.mock import patch

class TillMixin:
    def setUp(self):
        super().setUp()
        patch("shop.tax.rate").start()
""",
            line=6,
            level=Level.LOW,
        ),
    ),
    valid=(
        Case(
            test="""\
def test_thread(mocker):
    mocker.patch("threading.Timer").start()
"""
        ),
        Case(
            test="""\
import unittest
from unittest.mock import patch

class TotalTest(unittest.TestCase):
    def setUp(self):
        self.rate = patch("shop.tax.rate").start()
        self.addCleanup(patch.stopall)
"""
        ),
        Case(
            test="""\
import unittest
from unittest import mock

class TotalTest(unittest.TestCase):
    def setUp(self):
        self.rate = mock.patch("shop.tax.rate").start()

    def tearDown(self):
        mock.patch.stopall()
"""
        ),
    ),
)
