"""A mocked ``__exit__`` or ``__aexit__`` makes exceptions vanish.

## What it does
Finds ``manager.__aexit__ = AsyncMock()``, ``manager.__exit__ = MagicMock()`` and their like, without an answer
or with a true one. What ``__enter__`` returns is not asked when the block ends, and is left alone. It is less bad
where what holds the mock calls that method by name, and drops its answer, and where no ``with`` of the program or
the test is seen to enter something of that name: the mock may be made for one that nobody enters. So it is where
its ``__enter__`` was told an exception, where a block is over the call of an `AsyncMock` that is not awaited,
where the tests that have the mock come to no such block, as far as names tell, or to something that calls an exit
by name and drops its answer, and in a fixture that no test asks for. Whether a branch around the block is taken is
not asked; what is reached by a route or a command line is not followed.

## Why is this bad?
A context manager whose ``__exit__`` answers with something true swallows the exception that left its block, and
a mock that was told nothing answers with another mock, which is true. Whatever goes wrong inside the block, a
failing assertion included, is gone. The methods that mocks bring along answer False, and are safe.

## Example
```python
session = MagicMock()
session.__aenter__ = AsyncMock(return_value=session)
session.__aexit__ = AsyncMock()
```

## Use instead
```python
session.__aexit__ = AsyncMock(return_value=False)
```

## Fix safety
Safe: ``return_value=False`` is added where nothing was told. A test that relied on the exception vanishing fails
then, and shows it.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.entered import is_entered
from bugcapture.scan.hazard import Confidence, Hazard, Level, span_of
from bugcapture.scan.mocks import CALLED, ENTERS, EXITS, Kind, Way
from bugcapture.scan.recipe import exit_recipe
from bugcapture.scan.repair import Repair
from bugcapture.scan.rule import Case, Rule
from bugcapture.scan.truths import child_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.mocks import Escape, Mock, Path
    from bugcapture.scan.module import TestModule, View
    from bugcapture.scan.rule import Scope


_COROUTINE: Final = "answers a plain `with` with a coroutine, which is true"


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    for view in module.views:
        mock = view.mock
        yield from _told_on_parent(module, view, scope)
        method = _exit_of(mock)
        if not method or mock.unknown or mock.kind is Kind.AUTOSPEC:
            continue
        told = _told(mock, method)
        if told:
            less = (
                # The block may be an `async with`, which does not ask it.
                (told == _COROUTINE and (mock.own or _has_both(mock)))
                or _is_called_by_name(mock, module, scope)
                or not _is_entered(mock, method, module, scope)
            )
            yield Hazard(
                path=module.path,
                span=mock.span,
                rule=RULE.code,
                level=Level.MEDIUM if less else Level.HIGH,
                confidence=Confidence.LOW if less else Confidence.HIGH,
                message=f"{method} {told}: exceptions that leave the block vanish",
                symbol=view.symbol,
                subject=mock.place or method,
                recipe=exit_recipe(mock, method),
                unfixable=f"an AsyncMock {_COROUTINE}: make it a MagicMock" if told == _COROUTINE else "",
                fixtures=module.asking(view.function),
            )


def _told_on_parent(module: TestModule, view: View, scope: Scope) -> Iterator[Hazard]:
    """The method that a mock brings along was told something true: ``lock.__exit__.return_value = True``."""
    for path, values in view.mock.children.items():
        if path[-1] in EXITS and values and all(map(_is_true, values)):
            entered = is_entered(view.mock, path[:-1], module, scope.index)
            yield Hazard(
                path=module.path,
                span=span_of(values[0]),
                rule=RULE.code,
                level=Level.HIGH if entered else Level.MEDIUM,
                confidence=Confidence.HIGH if entered else Confidence.LOW,
                message=f"{path[-1]} answers with something true: exceptions that leave the block vanish",
                symbol=view.symbol,
                subject=child_name(view.mock, path),
                fixtures=module.asking(view.function),
            )


def repair(hazard: Hazard, call: ast.Call) -> Repair | str:
    """``return_value=False``, where nothing else was told."""
    del hazard
    told = {keyword.arg for keyword in call.keywords}
    if told & {"return_value", "side_effect", "wraps"} or None in told:
        return "it was told something that is true: say what it shall answer"
    return Repair(keyword=("return_value", "False"))


def _has_both(mock: Mock) -> bool:
    """Whether the mock whose `__exit__` it is was told an `__aexit__` too."""
    return mock.parent is not None and (*mock.parent[1][:-1], "__aexit__") in mock.parent[0].children


def _told(mock: Mock, method: str) -> str:
    """Why what a method answers is true; empty where it is not, or is no answer."""
    if method == "__exit__" and mock.kind is Kind.ASYNC:
        return _COROUTINE
    if method == "__aexit__" and mock.kind is not Kind.ASYNC and not mock.patched:
        return ""  # It cannot be awaited, so that the block ends with a TypeError.
    if not mock.own:
        return "was told no answer, and a mock is true"
    return "answers with something true" if mock.own_values and all(map(_is_true, mock.own_values)) else ""


def _exit_of(mock: Mock) -> str:
    """The method that a mock stands for; empty for none of these two."""
    if mock.parent is not None and mock.parent[1][-1] in EXITS:
        return "" if _is_of_entered(mock) else mock.parent[1][-1]
    for escape in mock.escapes:
        if escape.way is Way.ATTRIBUTE and not escape.path and escape.parameter in EXITS:
            return escape.parameter
    return ""


def _is_of_entered(mock: Mock) -> bool:
    """Whether it is told to what `__enter__` returns, which `with` does not ask when the block ends."""
    path: Path = ()
    above: Mock | None = mock
    while above is not None and above.parent is not None:
        above, one = above.parent
        path = (*one, *path)
    return len(path) > 2 and path[-3] in ENTERS and path[-2] == CALLED  # noqa: PLR2004


def _is_entered(mock: Mock, method: str, module: TestModule, scope: Scope) -> bool:
    """Whether a block is seen that enters what holds the mock."""
    if mock.parent is not None and mock.parent[1][-1] in EXITS:
        manager, path = mock.parent
        return is_entered(manager, path[:-1], module, scope.index)
    return any(_holder(escape, method) in scope.index.entered for escape in mock.escapes)


def _holder(escape: Escape, method: str) -> str:
    """The name of what it is given to, of which no mock is known: ``client.lock.__exit__ = MagicMock()``."""
    *above, last = escape.written.split(".")
    return next((one for one in reversed(above) if one != "return_value"), "") if last == method else ""


def _is_called_by_name(mock: Mock, module: TestModule, scope: Scope) -> bool:
    """Whether what holds the mock calls its exit by name, and does not ask for its answer."""
    if not scope.index.exits or mock.parent is None:
        return False
    manager = mock.parent[0]
    ways = [escape for view in module.views_of(manager) for escape in view.mock.escapes if not escape.path]
    return any(
        escape.way is Way.ATTRIBUTE or escape.target.rpartition(".")[2] in scope.index.exits[escape.parameter]
        for escape in ways
        if escape.parameter in scope.index.exits
    )


def _is_true(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Constant) and bool(value.value)


RULE = Rule(
    code="MK104",
    name="exit-mock-swallows-exceptions",
    level=Level.HIGH,
    check=check,
    fixable="safe",
    repair=repair,
    invalid=(
        Case(
            test="""\
import pytest
from unittest.mock import AsyncMock
from shop.till import Till

@pytest.fixture
def door():
    door = AsyncMock()
    door.__aexit__ = AsyncMock()
    return door

async def test_till(door):
    async with Till(door=door) as till:
        assert till.is_open
""",
            program={
                "src/shop/till.py": """\
class Till:
    def __init__(self, door):
        self.door = door

    async def __aexit__(self, *reason):
        await self.door.__aexit__(*reason)
"""
            },
            line=8,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock
from shop.till import Till

async def test_till():
    door = AsyncMock()
    door.__aexit__ = AsyncMock()
    async with Till(door=door) as till:
        assert till.is_open
""",
            program={
                "src/shop/till.py": """\
class Till:
    def __init__(self, door):
        self.door = door

    async def __aexit__(self, *reason):
        return await self.door.__aexit__(*reason)
"""
            },
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock

async def test_session():
    session = MagicMock()
    session.__aexit__ = AsyncMock()
    async with session:
        assert 1 == 2
""",
            line=5,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

def test_lock():
    lock = MagicMock(__exit__=MagicMock(return_value=True))
    with lock:
        raise RuntimeError
""",
            line=4,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

def test_lock():
    lock = MagicMock()
    lock.__exit__.return_value = True
""",
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock
from shop.till import Till

def test_till():
    lock = MagicMock()
    lock.__exit__ = MagicMock()
    Till(MagicMock(), lock).close()
""",
            program={
                "src/shop/till.py": """\
class Till:
    def __init__(self, drawer, lock):
        self.drawer = drawer
        self._guard = lock

    def close(self):
        with self._guard:
            self.drawer.shut()
"""
            },
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock, patch
from shop.till import close

@patch("shop.till.connect")
async def test_till(connect):
    lease = MagicMock()
    lease.__aexit__ = AsyncMock()
    connect.return_value.lease.return_value = lease
    await close()
""",
            program={
                "src/shop/till.py": """\
async def close():
    async with AsyncExitStack() as stack:
        await stack.enter_async_context((await connect()).lease())
"""
            },
            line=7,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock, patch
from shop.till import open_till

async def test_till():
    lease = MagicMock(__aexit__=AsyncMock())
    with patch("shop.till.connect", return_value=lease):
        await open_till()
""",
            program={
                "src/shop/till.py": """\
async def open_till():
    stack = AsyncExitStack()
    await stack.enter_async_context(connect())
    await stack.aclose()
"""
            },
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock
from shop.till import close

async def test_close():
    session = AsyncMock()
    session.delete.return_value.__aexit__ = AsyncMock()
    await close(session)
""",
            program={
                "src/shop/till.py": """\
async def close(session):
    async with session.delete("/till"):
        raise RuntimeError
"""
            },
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock
from shop.till import close

async def test_close():
    session = AsyncMock()
    session.delete.return_value.__aexit__ = AsyncMock()
    await close(session)
""",
            program={
                "src/shop/till.py": """\
async def close(session):
    async with await session.delete("/till"):
        raise RuntimeError
"""
            },
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock
from shop.till import close

async def test_close():
    session = AsyncMock()
    lease = MagicMock(__aexit__=AsyncMock())
    session.delete = MagicMock(return_value=lease)
    await close(session)
""",
            program={
                "src/shop/till.py": """\
async def close(session):
    async with session.delete("/till"):
        raise RuntimeError
"""
            },
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch
from shop.till import close

def test_close():
    with patch("shop.till.connect") as connect:
        connect.return_value.begin.return_value.__exit__ = MagicMock()
        close()
""",
            program={
                "src/shop/till.py": """\
def close():
    from shop.base import connect
    with connect().begin():
        raise RuntimeError
"""
            },
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch
from shop.till import Till

def test_close():
    with patch("shop.till.connect") as connect:
        connect.return_value.begin.return_value.__exit__ = MagicMock()
        Till().close()
""",
            program={
                "src/shop/till.py": """\
class Till:
    def close(self):
        self._shut()

    def _shut(self):
        with connect().begin():
            raise RuntimeError
"""
            },
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock
from shop.till import Till

async def test_close():
    session = MagicMock()
    session.__aexit__ = AsyncMock()
    await Till(session).close()
""",
            program={
                "src/shop/till.py": """\
class Till:
    def __init__(self, session):
        self.session = session

    async def close(self):
        await self.session.aclose()
""",
                "src/shop/shelf.py": """\
async def clean(session):
    async with session:
        raise RuntimeError
""",
            },
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock
from shop.till import Till

async def test_close():
    session = MagicMock()
    session.__aexit__ = AsyncMock()
    await Till(session).close()
""",
            program={
                "src/shop/till.py": """\
class Till:
    def __init__(self, session):
        self.session = session

    async def close(self):
        await (await self._opened()).shut()

    async def _opened(self):
        return self

    async def shut(self):
        async with self.session:
            raise RuntimeError
"""
            },
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
import pytest
from unittest.mock import MagicMock, patch
from shop.till import close as shut

@pytest.fixture
def locked():
    with patch("shop.till.lock") as lock:
        lock.__exit__ = MagicMock()
        yield

def test_close(locked):
    shut()
""",
            program={
                "src/shop/till.py": """\
def close():
    with lock:
        raise RuntimeError
"""
            },
            line=8,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest import TestCase
from unittest.mock import MagicMock, patch
from shop import till

class TestTill(TestCase):
    def setUp(self):
        lock = patch("shop.till.lock").start()
        self.addCleanup(patch.stopall)
        lock.__exit__ = MagicMock()

    def test_close(self):
        till.close()
""",
            program={
                "src/shop/till.py": """\
def close():
    with lock:
        raise RuntimeError
"""
            },
            line=9,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

def make():
    lock = MagicMock()
    lock.__exit__ = MagicMock()
    return lock

def test_lock():
    lock = make()
    with lock:
        raise RuntimeError
""",
            line=5,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch
from shop.service import Service

def test_close():
    with patch("shop.till.lock") as lock:
        lock.__exit__ = MagicMock()
        Service().close()
""",
            program={
                "src/shop/service.py": """\
class Service:
    def __init__(self):
        self.till = Till()

    def close(self):
        self.till.close()
""",
                "src/shop/till.py": """\
class Till:
    def close(self):
        with lock:
            raise RuntimeError
""",
            },
            line=6,
            level=Level.HIGH,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock
from shop.till import close

async def test_close():
    channel = MagicMock()
    channel.typing.return_value.__aexit__ = AsyncMock()
    await close(channel)
""",
            program={
                "src/shop/till.py": """\
async def close(channel):
    task = asyncio.create_task(type_into(channel))
    task.cancel()

async def type_into(channel):
    async with channel.typing():
        raise RuntimeError
"""
            },
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock
from shop.till import Till

def test_lock():
    lock = MagicMock()
    lock.open.return_value.__exit__ = MagicMock()
    with Till.open():
        raise RuntimeError
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

def test_lock():
    lock = MagicMock()
    lock.__enter__ = MagicMock(side_effect=TimeoutError)
    lock.__exit__ = MagicMock()
    with lock:
        raise RuntimeError
""",
            line=6,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

def test_lock():
    lock = MagicMock()
    lock.__enter__.side_effect = TimeoutError
    lock.__exit__.return_value = True
    with lock:
        raise RuntimeError
""",
            line=6,
            level=Level.MEDIUM,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock

async def test_lease():
    lease = MagicMock()
    lease.return_value.__aenter__ = AsyncMock()
    lease.return_value.__aenter__.return_value.__aexit__ = AsyncMock()
    async with lease():
        assert 1 == 2
"""
        ),
        Case(
            test="""\
from unittest.mock import MagicMock

def test_lock():
    lock = MagicMock()
    lock.__exit__.return_value = False
"""
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock

async def test_session():
    session = MagicMock()
    session.__aenter__ = AsyncMock(return_value=session)
    session.__aexit__ = AsyncMock(return_value=False)
    async with session:
        pass
"""
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock

async def test_session():
    session = AsyncMock()
    session.__aexit__ = AsyncMock()
    session.__aexit__.return_value = None
    async with session:
        pass
"""
        ),
    ),
)
