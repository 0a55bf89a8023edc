"""A mock was told an answer for itself, and only its children are asked.

## What it does
Finds ``AsyncMock(return_value=X)``, or a later ``mock.return_value = X``, where the mock itself is never called,
while the awaited answer of one of its children, which was told nothing, is used.

## Why is this bad?
``return_value`` is the answer to calling the mock itself. It does not reach the children: ``await
AsyncMock(return_value=False).check()`` is another mock, and true. Whoever wrote it meant the child.

## Example
```python
openfga = AsyncMock(return_value=False)
assert not await may_delete("alice", openfga=openfga)  # if await openfga.check_permission(…)
```

## Use instead
```python
openfga = configured_async_mock_deny()  # its children deny as well
```

## Fix safety
Unsafe: ``AsyncMock(return_value=X)`` becomes ``configured_async_mock(X)``. Other children answer X then, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.mocks import CALLED, Kind, Usage, Way
from bugcapture.scan.recipe import truth_recipe
from bugcapture.scan.repair import Repair
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.truths import unchosen_answers

if TYPE_CHECKING:
    import ast
    from collections.abc import Iterator

    from bugcapture.scan.mocks import Mock
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    for answer in unchosen_answers(module, scope.index):
        mock = answer.mock
        if not (mock.kind is Kind.ASYNC and answer.path and mock.own and not mock.children):
            continue
        if answer.usage < Usage.COMPARED or _is_called(mock):
            continue
        decides = answer.usage is Usage.TRUTH
        once = all(_is_told_once(view.mock) for view in module.views_of(mock))
        yield Hazard(
            path=module.path,
            span=mock.span,
            rule=RULE.code,
            level=Level.HIGH if decides else Level.MEDIUM,
            confidence=answer.confidence if decides else Confidence.MEDIUM,
            message=(
                f"the answer that {mock.place or 'the mock'} was told is for calling it itself: "
                f"{answer.subject}() answers with another mock"
            ),
            symbol=answer.symbol,
            subject=answer.subject,
            trace=answer.steps,
            recipe=truth_recipe(answer.mock, answer.path),
            unfixable="" if once else "its answer is told elsewhere than where it is made",
        )


def _is_told_once(mock: Mock) -> bool:
    """Whether the call that makes it is all that tells it an answer."""
    return mock.tellings == 1 and mock.own_values == [mock.arguments.get("return_value")]


def repair(hazard: Hazard, call: ast.Call) -> Repair | str:
    """`configured_async_mock` with the same arguments, where it takes them."""
    del hazard
    words = {keyword.arg for keyword in call.keywords}
    if call.args or not words <= {"return_value", "spec", "name"}:
        return "configured_async_mock does not take these arguments"
    return Repair(callee=("bugcapture.mocks", "configured_async_mock"))


def _is_called(mock: Mock) -> bool:
    """Whether the mock itself may be called."""
    used = any(not use.path or use.path[0] == CALLED for use in mock.uses)
    return used or bool(mock.patched) or any(escape.way is Way.PATCHED for escape in mock.escapes)


_PROGRAM = {
    "src/shop/users.py": """\
async def may_delete(user, openfga):
    if await openfga.check_permission(user=user):
        return True
    return False
"""
}
RULE = Rule(
    code="MK103",
    name="parent-return-value-not-inherited",
    level=Level.HIGH,
    check=check,
    fixable="unsafe",
    repair=repair,
    invalid=(
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import may_delete

async def test_may_not_delete():
    openfga = AsyncMock(return_value=False)
    assert not await may_delete("alice", openfga=openfga)
""",
            program=_PROGRAM,
            line=5,
            level=Level.HIGH,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import AsyncMock

async def test_call():
    check = AsyncMock(return_value=False)
    assert not await check("alice")
"""
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import may_delete

async def test_may_not_delete():
    openfga = AsyncMock()
    openfga.check_permission = AsyncMock(return_value=False)
    assert not await may_delete("alice", openfga=openfga)
""",
            program=_PROGRAM,
        ),
    ),
)
