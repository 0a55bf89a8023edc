"""An authorization guard is answered by a mock that was told nothing.

## What it does
Follows an ``AsyncMock`` from a test into the program, to an awaited call whose result decides whether somebody
may do something: an ``if`` that raises or answers 401 or 403, or a method that is called like a permission. The
child that answers there was told nothing.

## Why is this bad?
What an ``AsyncMock`` answers when nobody told it is another mock, and a mock is true: the guard lets everybody
pass, or, where it asks what keeps somebody out, nobody. A test that expects just that is green whether or not the
program asks the right question; one that expects the other fails, or asserts on something else and never sees that
the door was open (CWE-862).

## Example
```python
openfga = AsyncMock()
response = await delete_user(openfga=openfga, user="alice")
```

## Use instead
```python
openfga = AsyncMock()
openfga.check_permission.return_value = False
```
or a mock whose children deny as well:
```python
openfga = configured_async_mock_deny()
```

## Fix safety
There is no fix: whether the guard should let pass is what the test is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Hazard, Level
from bugcapture.scan.mocks import Usage
from bugcapture.scan.recipe import truth_recipe
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.truths import unchosen_answers

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    for answer in unchosen_answers(module, scope.index):
        if answer.found is not None and answer.authorizes and answer.usage is Usage.TRUTH:
            last = answer.steps[-1]
            yield Hazard(
                path=module.path,
                span=answer.mock.span,
                rule=RULE.code,
                level=answer.found.level(Level.CRITICAL),
                confidence=answer.confidence,
                message=(
                    f"{answer.subject}() was told no answer, and its answer is always true: "
                    f"the guard at {last.path}:{last.line} is the same for everybody"
                ),
                symbol=answer.symbol,
                subject=answer.subject,
                trace=answer.steps,
                recipe=truth_recipe(answer.mock, answer.path),
            )


_PROGRAM = {
    "src/shop/users.py": """\
async def delete_user(user, openfga):
    if not await openfga.check_permission(user=user):
        raise PermissionError(user)
    return "deleted"
"""
}
_TILL = {
    "src/shop/till.py": """\
class Till:
    def __init__(self, fga):
        self.fga = fga

    async def open(self, user):
        if not await self.fga.check_permission(user):
            raise PermissionError(user)

    async def close(self, user):
        return user
"""
}
RULE = Rule(
    code="MK101",
    name="authz-mock-unconfigured",
    level=Level.CRITICAL,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    openfga = AsyncMock()
    await delete_user("alice", openfga=openfga)
""",
            program={
                "src/shop/users.py": """\
async def delete_user(user, openfga):
    try:
        allowed = await openfga.check_permission(user=user)
    except ConnectionError:
        allowed = False
    if allowed is False:
        raise PermissionError(user)
"""
            },
            line=5,
            level=Level.CRITICAL,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.till import Till

class TestTill:
    def setup_method(self):
        self.fga = AsyncMock()
        self.till = Till(self.fga)

    async def test_open(self):
        await self.till.open("alice")
""",
            program=_TILL,
            line=6,
            level=Level.CRITICAL,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    openfga = AsyncMock()
    assert await delete_user("alice", openfga=openfga) == "deleted"
""",
            program=_PROGRAM,
            line=5,
            level=Level.CRITICAL,
        ),
        Case(
            test="""\
import pytest
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    openfga = AsyncMock()
    with pytest.raises(ValueError):
        await delete_user("alice", openfga=openfga)
""",
            program=_PROGRAM,
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    openfga = AsyncMock()
    assert await delete_user("alice", openfga=openfga) == "deleted"
""",
            program={
                "src/shop/users.py": """\
async def delete_user(user, openfga):
    if not user:
        return "nobody"
    if not await openfga.check_permission(user=user):
        raise PermissionError(user)
    return "deleted"
"""
            },
            line=5,
            level=Level.MEDIUM,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

class TestTill:
    def setup_method(self):
        self.fga = AsyncMock()
        self._configure()

    def _configure(self):
        self.fga.check_permission.return_value = False

    async def test_open(self):
        await delete_user("alice", self.fga)
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, patch
from shop.users import delete_user

async def test_delete():
    m = AsyncMock()
    with patch.object(m, "check_permission", return_value=False):
        await delete_user("alice", m)
    n = AsyncMock()
    with patch.multiple(n, check_permission=AsyncMock(return_value=False)):
        await delete_user("alice", n)
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

def deny(mock):
    mock.check_permission.return_value = False

async def test_delete():
    m = AsyncMock()
    deny(m)
    await delete_user("alice", m)
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    m, n = AsyncMock(), AsyncMock()
    for x in (m, n):
        x.check_permission.return_value = False
    await delete_user("alice", m)
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete(name):
    m = AsyncMock()
    getattr(m, name).return_value = False
    await delete_user("alice", m)
    n = AsyncMock()
    getattr(n, "check_permission").return_value = False
    await delete_user("alice", n)
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    client, m = AsyncMock(), AsyncMock()
    client.return_value = m
    client.return_value.check_permission.return_value = False
    await delete_user("alice", m)
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
import pytest
from unittest.mock import AsyncMock
from shop.users import delete_user

@pytest.fixture
def m():
    return AsyncMock()

@pytest.fixture
def denied(m):
    m.check_permission.return_value = False

async def test_delete(m, denied):
    await delete_user("alice", m)
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.till import Till

class TestTill:
    def setup_method(self):
        self.fga = AsyncMock()
        self.till = Till(self.fga)

    async def test_open(self):
        self.fga.check_permission.return_value = False
        await self.till.open("alice")

    async def test_close(self):
        await self.till.close("alice")
""",
            program=_TILL,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    openfga = AsyncMock()
    openfga.check_permission.return_value = True
    assert await delete_user("alice", openfga=openfga) == "deleted"
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    openfga = AsyncMock()
    openfga.ping.side_effect = RuntimeError
    await delete_user("alice", openfga=openfga)
""",
            program={
                "src/shop/users.py": """\
async def delete_user(user, openfga):
    await openfga.ping()
    if not await openfga.check_permission(user=user):
        raise PermissionError(user)
"""
            },
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import delete_user

async def test_delete():
    openfga = AsyncMock(**{"check_permission.return_value": True})
    assert await delete_user("alice", openfga=openfga) == "deleted"
""",
            program=_PROGRAM,
        ),
    ),
)
