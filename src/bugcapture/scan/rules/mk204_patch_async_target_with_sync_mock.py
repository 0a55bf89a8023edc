"""An asynchronous function is patched with a mock that is not.

## What it does
Finds ``patch("pkg.mod.function", new=MagicMock())`` and ``new_callable=MagicMock`` where the program defines
that function with ``async def``. Without ``new`` or ``new_callable``, ``patch`` looks at the function and makes
an ``AsyncMock`` by itself. It is less sure where no function beside the patched one is seen to await it: what it
returns may be handed to something else that is a mock as well, such as ``asyncio.create_task``.

## Why is this bad?
Where the program awaits it: ``TypeError: object MagicMock can't be used in 'await' expression``. In a test that is
green, something has caught that, or nobody has awaited the mock, and the test says less than it seems to.

## Example
```python
with patch("shop.mail.send", new=MagicMock()):
    await order("alice")
```

## Use instead
```python
with patch("shop.mail.send"):  # an AsyncMock, because send is asynchronous
    await order("alice")
```

## Fix safety
There is no fix: what the mock shall answer is for the author to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Hazard, Level, Step
from bugcapture.scan.mocks import Kind, Spec, Way
from bugcapture.scan.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.index import ProgramFunction
    from bugcapture.scan.mocks import Mock
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    for view in module.views:
        mock = view.mock
        if mock.kind not in {Kind.MAGIC, Kind.MOCK} or mock.spec is not Spec.NONE or _answers_awaitable(mock):
            continue
        if mock.patched and "new_callable" not in mock.arguments:
            continue
        for escape in mock.escapes:
            if escape.way is not Way.PATCHED or escape.path or not escape.target:
                continue
            function = _find(escape.target, scope)
            if function is not None and function.is_coroutine:
                awaited = _is_awaited(function, scope)
                yield Hazard(
                    path=module.path,
                    span=mock.span,
                    rule=RULE.code,
                    level=Level.MEDIUM,
                    confidence=Confidence.HIGH if awaited else Confidence.LOW,
                    message=f"{escape.target} is asynchronous, and a {mock.kind.value} cannot be awaited",
                    symbol=view.symbol,
                    subject=escape.target,
                    trace=(Step(function.path, function.line, f"async def {function.name}"),),
                )


def _answers_awaitable(mock: Mock) -> bool:
    """Whether it was told what to answer, which may be something that can be awaited."""
    return mock.own or mock.unknown


def _is_awaited(function: ProgramFunction, scope: Scope) -> bool:
    """Whether a method of the same class, or a function of the program, awaits what a call of it returns."""
    owner, _, name = function.name.rpartition(".")
    if owner:
        return (owner.rpartition(".")[2], name) in scope.index.awaited
    module = function.module.rpartition(".")[2]
    return not {(name, ""), (module, name)}.isdisjoint(scope.index.awaited)


def _find(target: str, scope: Scope) -> ProgramFunction | None:
    """The function that a target names; None where it is not known, or not unique."""
    module, _, name = target.rpartition(".")
    owner = module.rpartition(".")[2]
    if method := scope.index.methods.get(owner, {}).get(name):
        return method
    found = [one for one in scope.index.functions.get(name, ()) if "." not in one.name]
    # It may be patched where it is imported to; then its name tells, where it is the only one of the package.
    near = [one for one in found if f".{one.module}".endswith(f".{module}")]
    if near or len(found) != 1:
        return near[0] if len(near) == 1 else None
    package = module.partition(".")[0]
    return found[0] if package in found[0].module.split(".") else None


_PROGRAM = {
    "src/shop/mail.py": "async def send(text):\n    return text\n\n\ndef render(text):\n    return text\n",
    "src/shop/orders.py": "async def order(name):\n    await send(name)\n",
}
_TILL = {
    "src/shop/till.py": """\
class Till:
    async def open(self):
        await self.count()

    async def count(self):
        pass

    async def watch(self):
        pass

    def start(self):
        create_task(self.watch())
"""
}
RULE = Rule(
    code="MK204",
    name="patch-async-target-with-sync-mock",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(
            test="""\
from unittest.mock import MagicMock, patch

async def test_order():
    with patch("shop.mail.send", new=MagicMock()):
        await order("alice")
""",
            program=_PROGRAM,
            line=4,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch

@patch("shop.mail.send", new_callable=MagicMock)
async def test_order(send):
    await order("alice")
""",
            program=_PROGRAM,
            line=3,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch
from shop.till import Till

async def test_till():
    with patch("shop.till.Till.count", new=MagicMock()):
        await Till().open()
""",
            program=_TILL,
            line=5,
            level=Level.MEDIUM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch
from shop.till import Till

def test_till():
    with patch("shop.till.create_task"), patch("shop.till.Till.watch", new=MagicMock()):
        Till().start()
""",
            program=_TILL,
            line=5,
            level=Level.MEDIUM,
        ),
    ),
    valid=(
        Case(
            test="""\
from unittest.mock import MagicMock, patch

def test_mail():
    with patch("smtp.send", new=MagicMock()):
        post("alice")
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import AsyncMock, MagicMock, patch

async def test_order():
    with patch("shop.mail.send"), patch("shop.mail.render", new=MagicMock()):
        await order("alice")
    with patch("shop.mail.send", new=AsyncMock()):
        await order("alice")
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch

async def test_order():
    with patch("shop.mail.send", new=MagicMock(side_effect=coroutine)):
        await order("alice")
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch

async def test_order():
    async def fake(text):
        return MagicMock()

    with patch("shop.mail.send", new=fake):
        await order("alice")
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from contextlib import asynccontextmanager
from unittest.mock import MagicMock, patch

async def test_order():
    session = MagicMock()

    @asynccontextmanager
    async def fake():
        yield session

    with patch("shop.db.session", fake), patch("shop.db.session", lambda: session):
        await order("alice")
    with patch("shop.db.session", MagicMock()), patch("shop.db.rows", MagicMock()):
        await order("alice")
""",
            program={
                "src/shop/db.py": """\
from contextlib import asynccontextmanager

@asynccontextmanager
async def session():
    yield 1

async def rows():
    yield 1
"""
            },
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch
from aioresponses import aioresponses

@aioresponses()
@patch("shop.mail.send", new_callable=MagicMock)
async def test_order(api, send):
    send.return_value = sent()
    await order("alice")
""",
            program=_PROGRAM,
        ),
        Case(
            test="""\
from unittest.mock import MagicMock, patch

async def test_order(mailer):
    with patch.object(mailer, "send", new=MagicMock()):
        await order("alice")
""",
            program=_PROGRAM,
        ),
    ),
)
