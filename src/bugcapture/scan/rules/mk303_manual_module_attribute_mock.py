"""An attribute of something imported is replaced by a mock, and never put back.

## What it does
Finds ``module.attribute = Mock()`` where the module, class or object was imported, and nothing in the same
function, or among what the framework calls after tests, assigns to the same attribute again.

## Why is this bad?
What was imported is the same object for every test of the process. They all get the mock from then on.

## Example
```python
import shop.tax


def test_total():
    shop.tax.rate = Mock(return_value=0)
    assert total([1]) == 1
```

## Use instead
```python
def test_total(monkeypatch):
    monkeypatch.setattr("shop.tax.rate", Mock(return_value=0))
    assert total([1]) == 1
```

## Fix safety
There is no fix: what was there before has to be kept, and where it shall come back is not written anywhere.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.mocks import Way
from bugcapture.scan.names import dotted
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.mocks import Escape
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    for view in module.views:
        for escape in view.mock.escapes:
            target = _imported_target(module, view.function, escape)
            if target and not _is_put_back(module, view.function, target):
                yield Hazard(
                    path=module.path,
                    span=escape.span,
                    rule=RULE.code,
                    level=Level.MEDIUM,
                    confidence=Confidence.HIGH if view.function else Confidence.MEDIUM,
                    message=f"{target} is replaced by a mock and never put back: "
                    "what was imported is the same for all tests",
                    symbol=view.symbol,
                    subject=target,
                )


def _imported_target(module: TestModule, function: TestFunction | None, escape: Escape) -> str:
    """What is assigned to, as it is written; empty where its root was not imported, or is another thing here."""
    if escape.way is not Way.ATTRIBUTE or not escape.written:
        return ""
    root = escape.written.partition(".")[0]
    if not module.names_in(function).is_imported(root) or (function is not None and function.binds(root)):
        return ""
    return escape.written


def _is_put_back(module: TestModule, function: TestFunction | None, target: str) -> bool:
    if function is None:
        return False
    last = target.rpartition(".")[2].encode("utf-8", "surrogatepass")
    if _assignments(function, target) > 1:
        return True
    for other in module.outline.functions:
        automatic = other.is_teardown or other.is_setup or other.fixture is not None
        if automatic and other is not function and module.mentions(other, last) and _assignments(other, target):
            return True
    return False


def _assignments(function: TestFunction, target: str) -> int:
    """How often a function gives something to a target, puts it away, or lets somebody put it back."""
    count = 0
    for node in walk(function.node):
        if isinstance(node, ast.Assign | ast.Delete):
            count += sum(dotted(one) == target for one in node.targets if isinstance(one, ast.Attribute))
        elif isinstance(node, ast.Call):
            count += _replaces(node, target)
        elif isinstance(node, ast.Try):
            count += 2 * any(map(_resets, node.finalbody))
    return count


def _resets(statement: ast.stmt) -> bool:
    """Whether a statement calls something like `reset_factory()`."""
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    return dotted(statement.value.func).rpartition(".")[2].startswith(("reset", "restore", "_reset", "_restore"))


def _replaces(node: ast.Call, target: str) -> int:
    """1 for `setattr` of a target, 2 for `patch.object` and its like, which put back what was there."""
    called = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
    if called not in {"object", "setattr", "delattr", "addCleanup", "addfinalizer", "callback"}:
        return 0
    owner, _, last = target.rpartition(".")
    words = {one.value for one in node.args if isinstance(one, ast.Constant)}
    given = {dotted(one) for one in node.args}
    if called == "setattr" and isinstance(node.func, ast.Name):
        return int(owner in given and last in words)
    return 2 * (last in words and (owner in given or called in {"addCleanup", "addfinalizer", "callback"}))


RULE = Rule(
    code="MK303",
    name="manual-module-attribute-mock",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
import shop.tax
from unittest.mock import Mock

def test_total():
    shop.tax.rate = Mock(return_value=0)
    assert total([1]) == 1
""",
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
import shop.tax
from unittest.mock import Mock

def test_total():
    setattr(shop.tax, "rate", Mock(return_value=0))
""",
            line=5,
        ),
    ),
    valid=(
        Case(
            test="""\
import shop.tax
from unittest.mock import Mock

def test_total():
    before = shop.tax.rate
    setattr(shop.tax, "rate", Mock(return_value=0))
    setattr(shop.tax, "rate", before)
"""
        ),
        Case(
            test="""\
import shop.tax
from unittest.mock import Mock

def test_total():
    shop.tax.rate = Mock(return_value=0)
    try:
        assert total([1]) == 1
    finally:
        shop.tax.reset_rate()
"""
        ),
        Case(
            test="""\
import shop.tax
from unittest.mock import Mock

def test_total():
    before = shop.tax.rate
    shop.tax.rate = Mock(return_value=0)
    try:
        assert total([1]) == 1
    finally:
        shop.tax.rate = before
"""
        ),
        Case(
            test="""\
from unittest.mock import Mock

def test_total(tool_service):
    tool_service._session = Mock()

def test_real():
    from shop import tool_service
    assert tool_service
"""
        ),
        Case(
            test="""\
from unittest.mock import Mock, patch
from shop import tax

def test_total():
    with patch.object(tax, "rate"):
        tax.rate = Mock(return_value=0)

def test_other(monkeypatch):
    monkeypatch.setattr(tax, "rate", None)
    tax.rate = Mock(return_value=0)
"""
        ),
        Case(
            test="""\
from unittest.mock import Mock
from shop import tax

def setup_function():
    tax.rate = tax.load_rate()

def test_total():
    tax.rate = Mock(return_value=0)
"""
        ),
        Case(
            test="""\
from unittest.mock import Mock
from shop.till import Till

def test_total():
    till = Till()
    till.rate = Mock(return_value=0)
"""
        ),
    ),
)
