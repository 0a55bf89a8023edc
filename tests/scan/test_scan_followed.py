"""How a mock is followed: from where it is made, through fixtures, helpers and other names, to what it decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from scan_project import ScanProject

GUARD = (
    "async def go(fga, user):\n    if not await fga.check_permission(user):\n        raise PermissionError(user)\n"
)
IMPORTS = "import pytest\nfrom unittest import mock\nfrom unittest.mock import AsyncMock, MagicMock\n"
FIXTURE = f"{IMPORTS}\n@pytest.fixture\ndef fga():\n    return AsyncMock()\n"
ASKS = "from shop.users import go\n\nasync def test_go({}):\n    await go(fga, 'alice')\n"
TELLS = "\n@pytest.fixture{}\ndef told(fga):\n    fga.check_permission.return_value = False\n"


def found(project: ScanProject, files: dict[str, str], program: str = GUARD) -> list[tuple[str, str]]:
    """The rules of what is found, with the levels."""
    project.write("src/shop/users.py", program)
    for name, text in files.items():
        project.write(name, text)
    done = project.json("--ignore", "MK106", "--level", "info").json
    assert done["problems"] == []
    return [(one["rule"], one["level"]) for one in done["findings"]]


TEST = "async def test_go():\n"
CRITICAL = [("MK101", "critical")]


@pytest.mark.parametrize(
    "conftest",
    [
        FIXTURE,
        "from tests.doors import fga\n",
        "from .doors import (  # noqa\n    fga,\n)\n",
        "from tests.doors import *\n",
        'pytest_plugins = ["tests.doors"]\n',
        "from tests.doors import other\n" + FIXTURE,
        "from tests.doors import open_door as fga\n",
    ],
)
def test_a_fixture_of_a_conftest_file(project: ScanProject, conftest: str) -> None:
    """Its own, one that it imports, or one of a plugin that it names."""
    files = {
        "tests/conftest.py": conftest,
        "tests/doors.py": f"{FIXTURE}{FIXTURE.replace('def fga', 'def open_door').removeprefix(IMPORTS)}",
        "tests/test_go.py": ASKS.format("fga"),
    }
    assert found(project, files) == CRITICAL


@pytest.mark.parametrize(
    ("conftest", "test"),
    [
        (FIXTURE + TELLS.format(""), ASKS.format("fga, told")),
        (TELLS.format("").join([IMPORTS, FIXTURE.removeprefix(IMPORTS)]), ASKS.format("fga, told")),
        (FIXTURE + TELLS.format("(autouse=True)"), ASKS.format("fga")),
        (
            FIXTURE + TELLS.format(""),
            "import pytest\npytestmark = pytest.mark.usefixtures('told')\n" + ASKS.format("fga"),
        ),
        (FIXTURE, "from tests.real import fga\n" + ASKS.format("fga")),
        (FIXTURE, "from tests.real import *\n" + ASKS.format("fga")),
    ],
)
def test_what_a_test_is_given_is_told_something_or_something_else(
    project: ScanProject, conftest: str, test: str
) -> None:
    """By another fixture of the conftest file, or because the module takes one of that name from elsewhere."""
    assert found(project, {"tests/conftest.py": conftest, "tests/test_go.py": test}) == []


@pytest.mark.parametrize(
    "imports",
    [
        "from tests.told import fga\nfrom tests.doors import open_door\n",
        "from tests.told import strict as fga, fga as strict\n",
    ],
)
def test_a_conftest_file_takes_one_of_two_of_that_name(project: ScanProject, imports: str) -> None:
    """The one that it names."""
    told = FIXTURE.replace("AsyncMock()", "AsyncMock(**{'check_permission.return_value': False})")
    files = {
        "tests/conftest.py": imports,
        "tests/told.py": told + told.replace("def fga", "def strict"),
        "tests/doors.py": FIXTURE + FIXTURE.replace("def fga", "def open_door"),
        "tests/test_go.py": ASKS.format("fga"),
    }
    assert found(project, files) == []


@pytest.mark.parametrize("nearer", ["from tests.real import fga\n", "from ..real import *\n"])
def test_a_nearer_conftest_file_imports_one_of_that_name(project: ScanProject, nearer: str) -> None:
    """What it imports is not known."""
    files = {
        "tests/conftest.py": FIXTURE,
        "tests/api/conftest.py": nearer,
        "tests/api/test_go.py": ASKS.format("fga"),
        "tests/test_go.py": ASKS.format("fga"),
    }
    assert found(project, files) == CRITICAL


def test_a_conftest_file_tells_the_mock_of_one_further_out(project: ScanProject) -> None:
    """For the tests below it."""
    files = {
        "tests/conftest.py": FIXTURE,
        "tests/api/conftest.py": IMPORTS + TELLS.format("(autouse=True)"),
        "tests/api/test_go.py": ASKS.format("fga"),
        "tests/test_go.py": ASKS.format("fga"),
    }
    assert found(project, files) == CRITICAL


@pytest.mark.parametrize(
    "made",
    [
        "AM = AsyncMock\n\nasync def test_go():\n    await go(AM(), 'alice')\n",
        "AM = mock.AsyncMock\n\nasync def test_go():\n    await go(AM(), 'alice')\n",
        "def make(**a):\n    return AsyncMock(**a)\n\nasync def test_go():\n    await go(make(), 'alice')\n",
        (
            "def make():\n    return AsyncMock()\n\ndef door():\n    return make()\n\nasync def test_go():\n"
            "    await go(door(), 'alice')\n"
        ),
        (
            "class TestGo:\n    def make(self):\n        return AsyncMock()\n\n    async def test_go(self):\n"
            "        await go(self.make(), 'alice')\n"
        ),
        TEST + "    client = MagicMock()\n    client.fga = AsyncMock()\n    await go(client.fga, 'alice')\n",
    ],
)
def test_ways_to_make_it(project: ScanProject, made: str) -> None:
    """Under another name, by helpers and by methods."""
    assert found(project, {"tests/test_go.py": f"{IMPORTS}from shop.users import go\n\n{made}"}) == CRITICAL


@pytest.mark.parametrize(
    "made",
    [
        (
            "def make(**settings):\n    return AsyncMock(**settings)\n\nasync def test_go():\n"
            "    await go(make(**{'check_permission.return_value': False}), 'alice')\n"
        ),
        (
            "class TestGo:\n    def make(self):\n        return AsyncMock()\n\nclass TestOther:\n"
            "    async def test_go(self):\n"
            "        await go(self.make(), 'alice')\n"
        ),
        TEST + "    await go(AsyncMock(spec=['check_permission']), 'alice')\n",
        TEST + "    await go(AsyncMock(**settings()), 'alice')\n",
        TEST + "    await go(AsyncMock(**settings), 'alice')\n",
        TEST + "    fga = AsyncMock()\n    del fga.check_permission\n    await go(fga, 'alice')\n",
        TEST + "    fga = AsyncMock()\n    fga.mock_add_spec(['other'])\n    await go(fga, 'alice')\n",
    ],
)
def test_what_may_be_told_something(project: ScanProject, made: str) -> None:
    """By what a helper is given, or because the child is taken away."""
    assert found(project, {"tests/test_go.py": f"{IMPORTS}from shop.users import go\n\n{made}"}) == []


def test_an_attribute_of_what_is_given(project: ScanProject) -> None:
    """The program asks the child of what it gets."""
    test = TEST + "    client = MagicMock()\n    client.fga = AsyncMock()\n    await go(client, 'alice')\n"
    program = GUARD.replace("fga,", "client,").replace("await fga", "await client.fga")
    assert (
        found(project, {"tests/test_go.py": f"{IMPORTS}from shop.users import go\n\n{test}"}, program) == CRITICAL
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("    if not await fga.oracle_ready():\n        return 1\n", ("MK102", "high")),
        ("    if not await fga.is_shallow():\n        return 1\n", ("MK102", "high")),
        ("    if not await fga.acl_of():\n        return 1\n", ("MK101", "critical")),
        ("    if not await fga.checkAccess():\n        return 1\n", ("MK101", "critical")),
        ("    if not await fga.canDelete():\n        return 1\n", ("MK101", "critical")),
        ("    if not await fga.is_unauthorized():\n        return 1\n", ("MK101", "critical")),
        ("    if not await fga.ask():\n        raise RuntimeError('Permission bit')\n", ("MK102", "high")),
        ("    if not await fga.ask():\n        raise RuntimeError('permission denied')\n", ("MK101", "critical")),
        ("    if not await fga.ask():\n        raise Answer('no such page: 403')\n", ("MK102", "high")),
        ("    if not await fga.ask():\n        raise Answer(403)\n", ("MK101", "critical")),
        ("    if not await fga.ask():\n        return {}, '401'\n", ("MK101", "critical")),
        ("    assert await fga.ask()\n", ("MK102", "high")),
        ("    if await fga.ask():\n        raise ValueError('twice is not allowed')\n", ("MK102", "high")),
        ("    if not await fga.get_allowance():\n        return 1\n", ("MK102", "high")),
        ("    return bool(await fga.ask())\n", ("MK102", "high")),
        ("    return any([await fga.ask()])\n", ("MK102", "high")),
        ("    return list(filter(None, [await fga.ask()]))\n", ("MK102", "high")),
        (
            "    if not await asyncio.wait_for(fga.ask(), 1):\n        raise PermissionError\n",
            ("MK101", "critical"),
        ),
        ("    door = fga\n    if not await door.ask():\n        raise PermissionError\n", ("MK101", "critical")),
        (
            "    if not all([await fga.ask(one) for one in user]):\n        raise PermissionError\n",
            ("MK101", "medium"),
        ),
    ],
)
def test_what_is_a_guard(project: ScanProject, body: str, expected: tuple[str, str]) -> None:
    """By the words of its name, by what its branch answers, and by what asks whether an answer is true."""
    test = TEST + "    await go(AsyncMock(), 'alice')\n"
    files = {"tests/test_go.py": f"{IMPORTS}from shop.users import go\n\n{test}"}
    assert found(project, files, f"import asyncio\n\nasync def go(fga, user):\n{body}") == [expected]


@pytest.mark.parametrize(
    "body",
    [
        "    door = fga\n    door = Door()\n",
        "    door = fga\n    door, _ = Door(), 1\n",
        "    door = fga\n    async with make() as door: ...\n",
        "    door = fga\n    for door in doors: ...\n",
        "    door = Door()\n    if user:\n        door = fga\n",
    ],
)
def test_an_alias_that_stands_for_something_else_later(project: ScanProject, body: str) -> None:
    """What is asked then is not the mock, or may be another one."""
    body += "    if not await door.ask():\n        raise PermissionError\n"
    test = TEST + "    await go(AsyncMock(), 'alice')\n"
    files = {"tests/test_go.py": f"{IMPORTS}from shop.users import go\n\n{test}"}
    assert found(project, files, f"async def go(fga, user):\n{body}") == []


@pytest.mark.parametrize(
    "ask", ["any(await fga.ask())", "list(filter(None, await fga.ask()))", "await p.wait_for(fga.ask())"]
)
def test_what_does_not_ask_an_answer(project: ScanProject, ask: str) -> None:
    """A mock has no items, and what waits for something else gives its own answer."""
    test = "async def test_go():\n    await go(AsyncMock(), 'alice')\n"
    files = {"tests/test_go.py": f"{IMPORTS}from shop.users import go\n\n{test}"}
    assert (
        found(project, files, f"async def go(fga, user):\n    if not {ask}:\n        raise PermissionError\n")
        == []
    )


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("door = MagicMock()\n    door.open = MagicMock()\n    await door.open()\n", [("MK201", "high")]),
        ("door = MagicMock()\n    door.open = AsyncMock()\n    await door.open()\n", []),
        ("door = MagicMock(return_value=3)\n    await door()\n", [("MK201", "high")]),
        ("door = MagicMock()\n    door.open.return_value = 3\n    await door.open()\n", [("MK201", "high")]),
        ("door = MagicMock(return_value=soon())\n    await door()\n", []),
        ("door = MagicMock(side_effect=soon, return_value=3)\n    await door()\n", []),
        ("door = MagicMock(spec=Door)\n    await door.shut()\n", [("MK203", "medium")]),
        ("door = MagicMock(spec=Door)\n    await door.open()\n", []),
        ("door = MagicMock(spec=Door)\n    await door.other()\n", []),
        ("door = MagicMock(spec=Door)\n    door.shut = AsyncMock()\n    await door.shut()\n", []),
    ],
)
def test_what_cannot_be_awaited(project: ScanProject, made: str, expected: list[tuple[str, str]]) -> None:
    """A mock in the place of a child, what was told a constant, and a method that the class has for others."""
    program = "class Door:\n    async def open(self):\n        return 1\n\n    def shut(self):\n        return 2\n"
    test = f"{IMPORTS}from shop.users import Door\n\nasync def test_door():\n    {made}"
    assert found(project, {"tests/test_door.py": test}, program) == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        ("door.__aexit__ = MagicMock()", []),
        ("door.__aexit__ = AsyncMock()", ["high"]),
        ("door.__exit__ = AsyncMock(return_value=False)", ["medium"]),
        ("door.__exit__ = AsyncMock()", ["high"]),
        ("door.__exit__ = MagicMock(return_value=False)", []),
        ("door.__exit__ = MagicMock()\n    door.__exit__ = MagicMock(return_value=False)", []),
        ("door.__aexit__ = AsyncMock(return_value=False)\n    door.__exit__ = AsyncMock()", ["medium"]),
    ],
)
def test_exits(project: ScanProject, made: str, expected: list[str]) -> None:
    """A plain `with` asks a coroutine whether it is true, and an `async with` cannot await a plain mock."""
    word = "async " if "aexit" in made else ""
    block = f"    {word}with door:\n        1 / 0\n"
    test = f"{IMPORTS}\nasync def test_door():\n    door = MagicMock()\n    {made}\n{block}"
    assert found(project, {"tests/test_door.py": test}) == [("MK104", level) for level in expected]
    checked = project.json("--verify", "--ignore", "MK106")
    assert [one["verified"] for one in checked.json["findings"]] == [True] * len(expected)


def test_an_exit_that_is_a_coroutine_has_no_fix(project: ScanProject) -> None:
    """Another answer would still be one."""
    test = f"{IMPORTS}\nasync def test_door():\n    door = MagicMock()\n    door.__exit__ = AsyncMock()\n"
    assert found(project, {"tests/test_door.py": test}) == [("MK104", "medium")]
    done = project.scan("--fix")
    assert (project.root / "tests/test_door.py").read_text("utf-8") == test
    assert "make it a MagicMock" in done.out + done.err


@pytest.mark.parametrize(
    "test",
    [
        "def setup_module():\n    P.start()\n\ndef teardown_module():\n    P.stop()\n",
        (
            "def setup_module(module):\n    global R\n    R = patch('shop.tax.rate')\n    R.start()\n\n"
            "def teardown_module(module):\n    R.stop()\n"
        ),
    ],
)
def test_a_patch_of_a_module_is_stopped_at_its_end(project: ScanProject, test: str) -> None:
    """By the function that runs then."""
    top = "from unittest.mock import patch\n\nP = patch('shop.tax.rate')\n\n"
    assert found(project, {"tests/test_tax.py": top + test}) == []
    assert found(project, {"tests/test_tax.py": top + test.partition("def teardown")[0]}) == [("MK301", "medium")]


SERVICE = """\
from shop.auth import check_permission


async def go(user):
    if not await check_permission(user):
        raise PermissionError(user)


async def around(user):
    await go(user)


async def local(user):
    check_permission = connect()
    if not await check_permission(user):
        raise PermissionError(user)


async def hidden(user, check_permission):
    if not await check_permission(user):
        raise PermissionError(user)


class Other:
    async def get(self, user):
        if not await check_permission(user):
            raise PermissionError(user)


class Service:
    def __init__(self):
        self.fga = connect()

    async def allowed(self, user):
        return await self.fga.check_permission(user)

    async def go(self, user):
        if not await self.allowed(user):
            raise PermissionError(user)

    async def ask(self, user):
        if not await self.fga.check_permission(user):
            raise PermissionError(user)


def get_fga(): ...


async def delete(user, fga=Depends(get_fga)):
    if not await fga.check_permission(user):
        raise PermissionError(user)


async def rename(user, *, fga: Annotated[Fga, Security(auth.get_till)]):
    if not await fga.check_permission(user):
        raise PermissionError(user)
"""
AUTH = "async def check_permission(user): ...\n"
PLACE = "'shop.users.check_permission'"
AT = f"patch({PLACE}"


@pytest.mark.parametrize(
    ("test", "expected"),
    [
        (f"with {AT}, new_callable=AsyncMock):\n        await go('a')", ["critical"]),
        (f"with {AT}, AsyncMock()):\n        await go('a')", ["critical"]),
        (f"with {AT}):\n        await go('a')", ["critical"]),
        (f"with {AT}) as check:\n        check.return_value = False\n        await go('a')", []),
        (f"with {AT}, return_value=True):\n        await go('a')", []),
        (f"with {AT}, new_callable=MagicMock):\n        await go('a')", []),
        (f"with {AT}), pytest.raises(PermissionError):\n        await go('a')", ["high"]),
        (f"with {AT}):\n        await around('a')", []),
        (f"with {AT}):\n        await users.go('a')", ["critical"]),
        (f"with {AT}):\n        await run('a')", ["critical"]),
        (f"with {AT}):\n        await hidden('a', real)", []),
        (f"with {AT}):\n        await Service().go('a')", []),
        ("with patch('shop.other.check_permission', AsyncMock()):\n        await go('a')", []),
        ("monkeypatch.setattr('shop.users.check_permission', AsyncMock())\n    await go('a')", ["critical"]),
        ("with patch.object(Service, 'allowed', AsyncMock()):\n        await Service().go('a')", ["critical"]),
        ("with patch('shop.users.Service.allowed'):\n        await Service().go('a')", ["critical"]),
        ("till = Service()\n    till.fga = AsyncMock()\n    await till.ask('a')", ["critical"]),
        ("till = Service()\n    setattr(till, 'fga', AsyncMock())\n    await till.ask('a')", ["critical"]),
        ("till = Service()\n    till.allowed = AsyncMock()\n    await till.go('a')", ["critical"]),
        ("till = Service()\n    till.allowed = AsyncMock(return_value=True)\n    await till.go('a')", []),
        ("till = Service()\n    till.other = AsyncMock()\n    await till.ask('a')", []),
        (
            "app.dependency_overrides[get_fga] = lambda: AsyncMock()\n    await client.get('/')",
            ["medium"],
        ),
        (f"with {AT}) as told:\n        deny(told)\n        await go('a')", []),
        (f"with {AT}):\n        users.check_permission.return_value = False\n        await go('a')", []),
        (f"with {AT}):\n        pass\n    await go('a')", []),
        (f"with {AT}):\n        with {AT}, AsyncMock(return_value=False)):\n            await go('a')", []),
        (f"p = {AT})\n    p.start()\n    p.stop()\n    await go('a')", []),
        (
            f"monkeypatch.setattr({PLACE}, AsyncMock())\n    monkeypatch.undo()\n    await go('a')",
            [],
        ),
        (f"with {AT}), patch('shop.users.go', AsyncMock(return_value=3)):\n        await users.go('a')", []),
        (f"with {AT}):\n        await other.go('a')", []),
        (f"with {AT}):\n        {{}}.get('a')", []),
        (f"with {AT}):\n        await local('a')", []),
        ("till = Service()\n    await till.ask('a')\n    till.fga = AsyncMock()", []),
        ("till = Service()\n    till.fga = AsyncMock()\n    till.fga = real\n    await till.ask('a')", []),
        ("till = Service()\n    till.fga = AsyncMock()\n    deny(till)\n    await till.ask('a')", ["medium"]),
        (
            (
                "till = Service()\n    monkeypatch.setattr(till, 'fga', AsyncMock())\n"
                "    till.fga.configure_mock(**{'check_permission.return_value': 1})\n    await till.ask('a')"
            ),
            [],
        ),
        ("till = Other()\n    till.fga = AsyncMock()\n    await till.ask('a')", []),
        ("app.dependency_overrides[other] = lambda: AsyncMock()\n    await client.get('/')", []),
    ],
)
def test_a_mock_in_the_place_of_something(project: ScanProject, test: str, expected: list[str]) -> None:
    """Of a name of the program, of an attribute, or of a dependency: it answers where that is asked."""
    names = (
        "from elsewhere import Other\nfrom shop import users\nfrom shop.users import Service, around, get_fga\n"
    )
    names += "from shop.users import go, go as run, hidden, local\n"
    names += "from unittest.mock import patch\n"
    files = {
        "src/shop/auth.py": AUTH,
        "tests/test_go.py": f"{IMPORTS}{names}\nasync def test_go(monkeypatch, client):\n    {test}\n",
    }
    got = found(project, files, SERVICE)
    assert [one for one in got if one[0] == "MK101"] == [("MK101", level) for level in expected]


@pytest.mark.parametrize(
    ("skip", "level"),
    [
        ("@pytest.mark.skip(reason='later')\nasync def test_go():\n", "medium"),
        ("async def test_go():\n    pytest.skip('later')\n", "medium"),
        ("async def test_go():\n    '''Goes.'''\n    pytest.skip('later')\n", "medium"),
        ("async def test_go():\n    if later:\n        pytest.skip('later')\n", "critical"),
    ],
)
def test_what_is_always_skipped(project: ScanProject, skip: str, level: str) -> None:
    """Is medium at most: no run comes there."""
    test = f"{IMPORTS}from shop.users import go\n\n{skip}    await go(AsyncMock(), 'alice')\n"
    assert found(project, {"tests/test_go.py": test}) == [("MK101", level)]
