"""``--confirm-with``: what a run of the tests has shown of the findings, as long as the sources are the same."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
from scan_project import ScanProject

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PROGRAM = """\
async def delete_user(user, permissions):
    if not await permissions.may_delete(
        user=user,
    ):
        raise PermissionError(user)
    return "deleted"


async def register(name, users):
    taken = (
        await users
        .exists(name)
    )
    if taken:
        return "taken"
    users.flush()
    return "welcome"


async def load(db):
    return await db.execute("select 1")


async def send(text):
    return text


async def order(text):
    return await send(text)


def guarded(lock):
    with lock:
        raise KeyError
"""
SUITE = """\
import asyncio
from contextlib import suppress
from unittest.mock import AsyncMock, MagicMock, patch

import pytest
from shop.users import delete_user, guarded, load, order, register


def test_open():
    permissions = AsyncMock(
        name="permissions",
    )
    assert asyncio.run(delete_user("alice", permissions)) == "deleted"


def test_told_elsewhere():
    permissions = AsyncMock()
    mocks = {"permissions": permissions}
    mocks["permissions"].may_delete.return_value = True
    assert asyncio.run(delete_user("alice", permissions)) == "deleted"


def test_never_gets_there():
    permissions = AsyncMock()
    skip()
    asyncio.run(delete_user("alice", permissions))


def skip():
    pytest.skip("today")


def test_parent():
    permissions = AsyncMock(return_value=False)
    asyncio.run(delete_user("alice", permissions))


def test_register():
    users = AsyncMock()
    asyncio.run(register("alice", users))


@pytest.mark.filterwarnings("ignore")
def test_register_not_taken():
    users = AsyncMock()
    users.exists.return_value = False
    asyncio.run(register("alice", users))


def test_load():
    db = MagicMock()
    with suppress(TypeError):
        asyncio.run(load(db))


def test_load_told():
    db = MagicMock()
    answers(db)
    asyncio.run(load(db))


def answers(db):
    async def execute(text):
        return text

    db.execute = execute


def test_order():
    with patch("shop.users.send", new=MagicMock()), suppress(TypeError):
        asyncio.run(order("alice"))


def test_guarded():
    lock = MagicMock()
    lock.__exit__ = MagicMock()
    guarded(lock)


def test_not_guarded():
    lock = MagicMock()
    lock.__exit__ = MagicMock()


def test_chosen():
    lock = MagicMock()
    lock.__exit__ = MagicMock(return_value=True)
    guarded(lock)


async def test_here():
    client = AsyncMock()
    assert await client.is_ready()
"""
CONFTEST = """\
import pytest
from unittest.mock import AsyncMock


@pytest.fixture
def permissions():
    return AsyncMock()
"""
WITH_FIXTURE = """\
import asyncio

from shop.users import delete_user


def test_with_a_fixture(permissions):
    assert asyncio.run(delete_user("alice", permissions))
"""
# Rule, line of the mock or of the fixture's name, what the run has shown, confidence.
SHOWN = [
    ("MK101", 6, "confirmed", "high"),
    ("MK106", 7, "confirmed", "high"),
    ("MK101", 10, "confirmed", "high"),
    ("MK106", 10, "confirmed", "high"),
    ("MK101", 17, "refuted", "low"),
    ("MK106", 17, "refuted", "low"),
    ("MK101", 24, "not reached", "high"),
    ("MK106", 24, "not reached", "high"),
    ("MK101", 34, "confirmed", "high"),
    ("MK103", 34, "confirmed", "high"),
    ("MK102", 39, "confirmed", "high"),
    ("MK106", 39, "confirmed", "high"),
    ("MK202", 39, "not reached", "low"),
    ("MK106", 45, "refuted", "low"),
    ("MK202", 45, "confirmed", "high"),
    ("MK201", 51, "confirmed", "high"),
    ("MK204", 70, "confirmed", "high"),
    ("MK104", 76, "confirmed", "high"),
    ("MK104", 82, "not reached", "low"),
    ("MK104", 87, None, "high"),
    ("MK102", 92, None, "high"),
    ("MK106", 92, "not reached", "high"),
]


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose tests were run, with the record of that."""
    root = tmp_path_factory.mktemp("confirm") / "shop"
    project = ScanProject(root)
    project.write("pyproject.toml", '[tool.bugcapture]\n[tool.pytest.ini_options]\npythonpath = ["src"]\n')
    project.write("src/shop/users.py", PROGRAM)
    project.write("tests/test_users.py", SUITE)
    project.write("tests/api/conftest.py", CONFTEST)
    project.write("tests/api/test_fixture.py", WITH_FIXTURE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--bugcapture-mock-truth=run.json"]
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    subprocess.run(command, cwd=root, env=env, capture_output=True, check=False, timeout=120)
    assert (root / "run.json").exists()
    return root


@pytest.fixture
def ran(run_once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScanProject:
    """A copy of it for each test."""
    root = tmp_path / "shop"
    shutil.copytree(run_once, root)
    monkeypatch.chdir(root)
    return ScanProject(root)


def test_what_the_run_has_shown(ran: ScanProject) -> None:
    """By the place of the mock and that of the guard; it raises and drops the confidence, not the risk."""
    before = ran.scan("--level", "info", "--format", "json").json["findings"]
    after = ran.scan("--level", "info", "--format", "json", "--confirm-with", "run.json")
    shown = [(one["rule"], one["line"], one["observed"], one["confidence"]) for one in after.json["findings"]]
    assert sorted(shown, key=str) == sorted(SHOWN, key=str)
    assert {one["observed"] for one in before} == {None}
    assert [one["level"] for one in before] == [one["level"] for one in after.json["findings"]]
    assert after.code == 1
    assert "12 confirmed, 5 not reached, 3 refuted in the run" in after.err


def test_all_formats_tell_it(ran: ScanProject) -> None:
    """Text, Markdown, and the properties of SARIF."""
    text = ran.scan("--confirm-with", "run.json").out
    assert "tests/test_users.py:10:19: MK101 critical (confirmed in the run): permissions.may_delete() was" in text
    assert "tests/test_users.py:17:19: MK101 critical (low confidence, refuted in the run): " in text
    assert "tests/test_users.py:24:19: MK101 critical (not reached in the run): " in text
    audit = ran.scan("--confirm-with", "run.json", "--format", "markdown").out
    assert "in `test_told_elsewhere`: MK101 (low confidence, refuted in the run): " in audit
    (run,) = json.loads(ran.scan("--confirm-with", "run.json", "--format", "sarif").out)["runs"]
    told = {
        one["locations"][0]["physicalLocation"]["region"]["startLine"]: one.get("properties")
        for one in run["results"]
        if one["ruleId"] in {"MK101", "MK102"}
    }
    assert told[10] == {"observed": "confirmed"}
    assert told[17] == {"observed": "refuted"}
    assert told[92] is None
    plain = ran.scan("--format", "sarif").out
    assert "observed" not in plain


def test_from_another_folder(ran: ScanProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The places are those below the project's folder."""
    monkeypatch.chdir(ran.root / "tests")
    done = ran.scan("--confirm-with", "../run.json", "--select", "MK101", "--format", "json")
    assert [one["observed"] for one in done.json["findings"]] == [
        "confirmed",
        "confirmed",
        "refuted",
        "not reached",
        "confirmed",
    ]


def test_sources_that_have_changed(ran: ScanProject) -> None:
    """Are named, and nothing is joined: lines may have moved."""
    ran.write("src/shop/users.py", "\n" + PROGRAM)
    (ran.root / "tests/test_users.py").rename(ran.root / "tests/test_other.py")
    done = ran.scan("--confirm-with", "run.json")
    assert done.code == 2
    assert done.out == ""
    assert (
        "run.json: is about other sources: src/shop/users.py has changed, tests/test_users.py is gone\n"
        in done.err
    )
    assert "pytest --bugcapture-mock-truth=run.json" in done.err


def change(**fields: Any) -> Callable[[dict[str, Any]], None]:
    """Sets fields of a document."""
    return lambda document: document.update(fields)


@pytest.mark.parametrize(
    ("edit", "reason"),
    [
        (change(schema="bugcapture.scan/1"), "its schema is not bugcapture.mock-truth/1"),
        (lambda document: document.pop("schema"), "'schema' is missing"),
        (lambda document: document.pop("files"), "'files' is missing"),
        (change(observations=[{}]), "'kind' is missing"),
        (change(observations=3), "'int' object is not iterable"),
        (lambda document: document["observations"][0].update(kind="\x1b[31m"), "there is no kind '\\x1b[31m'"),
        (lambda document: document["observations"][0].update(guard=3), "3 is no text"),
        (lambda document: document["made"][0].update(count="many"), "'many' is no number"),
        (change(files=[1]), "cannot convert"),
    ],
)
def test_a_file_that_is_no_record(ran: ScanProject, edit: Callable[[Any], None], reason: str) -> None:
    """Is refused with the reason, and what to run."""
    document = json.loads((ran.root / "run.json").read_bytes())
    edit(document)
    ran.write("run.json", json.dumps(document))
    done = ran.scan("--confirm-with", "run.json")
    assert done.code == 2
    assert f"run.json: is no record of a run: {reason}" in done.err
    assert "write it anew: pytest --bugcapture-mock-truth=run.json" in done.err


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"[]", b"3", b"[" * 100_000, b"{}"])
def test_a_file_that_is_something_else(ran: ScanProject, content: bytes) -> None:
    """As well."""
    ran.write("run.json", content)
    done = ran.scan("--confirm-with", "run.json")
    assert done.code == 2
    assert "run.json: is no record of a run: " in done.err


def test_a_file_that_is_not_there(ran: ScanProject) -> None:
    """Is a wrong option, as is a folder."""
    for name in ("nowhere.json", "src"):
        done = ran.scan("--confirm-with", name)
        assert done.code == 2
        assert "--confirm-with" in done.err
