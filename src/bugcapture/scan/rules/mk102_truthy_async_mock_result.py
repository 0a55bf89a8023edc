"""An answer that nobody chose is taken for true.

## What it does
Follows an ``AsyncMock`` to an awaited call whose result is a condition: in the program, or in the test itself.
The child that answers there was told nothing. Guards of authorization are MK101.

## Why is this bad?
The answer is another mock, and a mock is true. The program takes the branch for "found", "valid", "exists",
whatever the test meant to show.

## Example
```python
users = AsyncMock()
await register("alice", users=users)  # if await users.exists(name): raise Taken
```

## Use instead
```python
users = AsyncMock()
users.exists.return_value = False
```

## Fix safety
There is no fix: which answer the test needs is for its author to say.
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
        found = answer.found
        if answer.usage is not Usage.TRUTH or answer.authorizes or (found is None and answer.fails):
            continue
        last = answer.steps[-1]
        where = "here" if found is None else f"at {last.path}:{last.line}"
        yield Hazard(
            path=module.path,
            span=answer.mock.span,
            rule=RULE.code,
            level=Level.HIGH if found is None else found.level(Level.HIGH),
            confidence=answer.confidence,
            message=f"{answer.subject}() was told no answer, and its answer is always true {where}",
            symbol=answer.symbol,
            subject=answer.subject,
            trace=answer.steps,
            recipe=truth_recipe(answer.mock, answer.path),
        )


_PROGRAM = {
    "src/shop/users.py": """\
async def register(name, users):
    if await users.exists(name):
        return "taken"
    await users.add(name)
    return "welcome"
"""
}
RULE = Rule(
    code="MK102",
    name="truthy-async-mock-result",
    level=Level.HIGH,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import register

async def test_register():
    users = AsyncMock()
    assert await register("alice", users) == "welcome"
""",
            program=_PROGRAM,
            line=5,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest import mock

async def test_ready():
    client = mock.AsyncMock()
    assert await client.is_ready()
""",
            line=4,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest import mock

async def test_ready():
    client = mock.AsyncMock()
    ready = await client.is_ready()
    assert ready
""",
            line=4,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import register

users = AsyncMock()

async def test_register():
    await register("alice", users)
""",
            program=_PROGRAM,
            line=4,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import register

async def test_register():
    users = AsyncMock()
    await register("alice", users)
""",
            program={
                "src/shop/users.py": """\
async def register(name, users):
    if name == "root":
        raise ValueError
    if await users.exists(name):
        return "taken"
"""
            },
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import register

async def test_register():
    users = AsyncMock()
    await register("alice", users)
""",
            program={
                "src/shop/users.py": """\
async def register(name, users):
    try:
        number = int(name)
        if await users.exists(number):
            return "taken"
    except ValueError:
        return "no number"
"""
            },
            line=5,
            level=Level.MEDIUM,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import AsyncMock, patch
from shop.users import register

async def test_register():
    users = AsyncMock()
    with patch("shop.users.is_known", return_value=False):
        assert await register("alice", users) == "welcome"
""",
            program={
                "src/shop/users.py": """\
async def is_known(name, users):
    if await users.exists(name):
        return True

async def register(name, users):
    known = await is_known(name, users)
    return "welcome"
"""
            },
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import routes

async def test_routes():
    users = AsyncMock()
    routes(users)
""",
            program={
                "src/shop/users.py": """\
def routes(users):
    async def register(name):
        if await users.exists(name):
            return "taken"
    return [register]
"""
            },
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.users import register

async def test_register():
    users = AsyncMock()
    users.exists.return_value = False
    assert await register("alice", users) == "welcome"
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock

async def test_value():
    client = AsyncMock()
    value = await client.fetch()
    assert value is client.fetch.return_value
"""
        ),
    ),
)
