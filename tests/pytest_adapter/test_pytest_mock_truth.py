"""``pytest --bugcapture-mock-truth`` names the uses of answers that nobody chose, and changes nothing else."""

from __future__ import annotations

import json
import os
import re
from typing import TYPE_CHECKING, Any

import pytest
from pytest_project import PytestProject

if TYPE_CHECKING:
    from pytest_project import Run

PROGRAM = """
    async def delete_user(user, permissions):
        if not await permissions.may_delete(user):
            raise PermissionError(user)
        return "deleted"


    async def save(session, user):
        session.add(user)
        await session.commit()


    async def load(db):
        try:
            return await db.execute("select 1")
        except TypeError:
            return None


    def locked(lock):
        with lock:
            raise KeyError("lost")


    def is_newest(feed):
        return feed.latest() == 3


    def is_ready(client):
        return bool(client.ping())
"""
CONFTEST = """
    from unittest.mock import MagicMock

    import pytest
    from shop.users import is_ready

    client = MagicMock()


    @pytest.fixture(scope="session")
    def connection():
        connection = MagicMock()
        yield connection
        assert is_ready(connection)


    @pytest.fixture
    def shared():
        return client
"""
SUITE = """
    import asyncio
    import copy
    import gc
    import unittest
    from unittest.mock import ANY, AsyncMock, MagicMock, Mock, call, create_autospec, patch, seal

    import pytest
    from shop import users


    def test_open_door():
        assert asyncio.run(users.delete_user("alice", AsyncMock())) == "deleted"


    def test_told():
        permissions = AsyncMock()
        permissions.may_delete.return_value = True
        assert asyncio.run(users.delete_user("alice", permissions)) == "deleted"


    def test_denied():
        permissions = AsyncMock(**{"may_delete.return_value": False})
        asyncio.run(users.delete_user("alice", permissions))


    @pytest.mark.filterwarnings("ignore::RuntimeWarning")
    def test_unawaited():
        asyncio.run(users.save(AsyncMock(), "alice"))
        gc.collect()


    def test_unawaited_is_told():
        with pytest.warns(RuntimeWarning, match="never awaited") as told:
            asyncio.run(users.save(AsyncMock(), "alice"))
            gc.collect()
        assert told[0].filename == users.__file__


    def test_unawaited_is_an_error():
        asyncio.run(users.save(AsyncMock(), "alice"))
        gc.collect()


    def test_await_that_fails_in_silence():
        assert asyncio.run(users.load(MagicMock())) is None


    def test_swallowed():
        lock = MagicMock()
        lock.__exit__ = Mock()
        users.locked(lock)


    def test_compared():
        assert not users.is_newest(Mock())


    def test_shared(shared):
        assert users.is_ready(shared)


    def test_connection(connection): ...


    @patch("shop.users.is_ready")
    def test_patched(is_ready):
        assert not users.is_ready() == 3
        assert users.is_ready()
        is_ready.assert_called_with()


    @pytest.mark.parametrize("kind", [Mock, MagicMock, AsyncMock])
    def test_mocks(kind):
        mock = kind(name="it")
        assert mock and mock.child and mock == mock and mock != kind() and mock == ANY
        assert mock in [mock] and mock not in [1] and len({mock, mock.child}) == 2
        assert not hasattr(kind(spec=["x"]), "y")
        assert hasattr(mock, "__bool__") is (kind is not Mock)
        assert repr(mock).startswith(f"<{kind.__name__} name='it'")
        copy.copy(mock)
        mock.child = MagicMock()
        mock.child(1)
        assert call.child(1) in mock.mock_calls and mock.method_calls == [call.child(1)]
        seal(mock)
        with pytest.raises(AttributeError):
            mock.other
        with pytest.raises(TypeError, match="can't be used in 'await'|can't be awaited"):
            asyncio.run(wait(MagicMock()))


    async def wait(value):
        await value


    def test_side_effect():
        create_autospec(users.is_ready, side_effect=KeyError)(1)


    def test_spec():
        create_autospec(users.is_ready)()


    @pytest.fixture
    def broken():
        yield
        MagicMock(spec=[]).close()


    def test_broken(broken): ...


    @pytest.mark.skip
    def test_skipped(): ...


    @pytest.mark.xfail(strict=True)
    def test_xfail():
        assert Mock() == Mock()


    class TestCase(unittest.TestCase):
        def setUp(self):
            self.permissions = AsyncMock()

        def test_case(self):
            asyncio.run(users.delete_user("alice", self.permissions))
"""
USERS = "src/shop/users.py"
TESTS = "tests/test_it.py"
# Kind, answer, guard, where the mock is made, test.
SEEN = [
    ("truth", "mock.may_delete()", 3, f"{TESTS}:13", "test_open_door"),
    ("truth", "mock.may_delete()", 3, f"{TESTS}:124", "TestCase::test_case"),
    ("never-awaited", "mock.add()", 9, f"{TESTS}:29", "test_unawaited"),
    ("never-awaited", "mock.add()", 9, f"{TESTS}:35", "test_unawaited_is_told"),
    ("never-awaited", "mock.add()", 9, f"{TESTS}:41", "test_unawaited_is_an_error"),
    ("sync-awaited", "mock.execute()", 15, f"{TESTS}:46", "test_await_that_fails_in_silence"),
    ("swallow", "mock.__exit__()", 21, f"{TESTS}:51", "test_swallowed"),
    ("comparison", "mock.latest()", 26, f"{TESTS}:56", "test_compared"),
    ("truth", "mock.ping()", 30, "tests/conftest.py:7", "test_shared"),
    ("truth", "mock.ping()", 30, "tests/conftest.py:12", "TestCase::test_case"),
]


@pytest.fixture(scope="module")
def suite(tmp_path_factory: pytest.TempPathFactory) -> PytestProject:
    """A suite that uses mocks hard, and whose program trusts some of them."""
    project = PytestProject(tmp_path_factory.mktemp("suite"))
    project.write("pyproject.toml", "[tool.bugcapture]\n")
    project.write(
        "pytest.ini", "[pytest]\npythonpath = src\nfilterwarnings = error\naddopts = -p no:cacheprovider\n"
    )
    project.write("src/shop/__init__.py", "")
    project.write(USERS, PROGRAM)
    project.write("tests/conftest.py", CONFTEST)
    project.write(TESTS, SUITE)
    return project


@pytest.fixture(scope="module")
def plain(suite: PytestProject) -> Run:
    """What the suite does without us watching."""
    return suite.run("tests")


@pytest.fixture(scope="module")
def serial(suite: PytestProject, plain: Run) -> Run:
    """The same, recorded."""
    del plain
    return suite.run("tests", "--bugcapture-mock-truth=serial.json")


@pytest.fixture(scope="module")
def parallel(suite: PytestProject, serial: Run) -> Run:
    """The same, by two processes."""
    del serial
    return suite.run("tests", "--bugcapture-mock-truth=parallel.json", "-n", "2", "--dist", "loadfile")


def read(suite: PytestProject, name: str) -> Any:
    """A file that a run has written."""
    return json.loads((suite.folder / name).read_text(encoding="utf-8"))


def test_outcomes_stay(plain: Run, serial: Run, parallel: Run) -> None:
    """Of every test, and of the run."""
    assert plain.counts == {"failed": 4, "passed": 15, "skipped": 1, "xfailed": 1, "error": 1}
    for run in serial, parallel:
        assert (run.code, run.counts, run.shown) == (plain.code, plain.counts, plain.shown)
    assert serial.junit == plain.junit


def failures(run: Run) -> str:
    """The tracebacks of a run, without addresses."""
    text = run.stdout.partition("= ERRORS =")[2].partition("= PASSES =")[0].partition("= bugcapture: answers")[0]
    return re.sub(r"id='\d+'|0x[0-9a-f]+|=+\n?\Z", "", text)


def test_tracebacks_stay(plain: Run, serial: Run, parallel: Run) -> None:
    """No frame of ours is shown."""
    assert "never awaited" in failures(plain)
    assert failures(serial) == failures(plain)
    assert "never awaited" in failures(parallel)
    assert "mock_truth/instrument.py" not in failures(parallel)


def test_uses_are_written(suite: PytestProject, serial: Run) -> None:
    """With the test, the place of the mock, the place of the guard."""
    del serial
    document = read(suite, "serial.json")
    found = [
        (one["kind"], one["name"], int(one["guard"].removeprefix(f"{USERS}:")), one["made"], one["test"])
        for one in document["observations"]
    ]
    expected = [(kind, name, line, made, f"{TESTS}::{test}") for kind, name, line, made, test in SEEN]
    assert sorted(found, key=str) == sorted(expected, key=str)
    assert {one["count"] for one in document["observations"]} == {1}
    assert document["schema"] == "bugcapture.mock-truth/1"
    assert sorted(document["files"]) == [USERS, "tests/conftest.py", TESTS]
    told = next(one for one in document["made"] if one["place"] == f"{TESTS}:17")
    assert told == {"place": f"{TESTS}:17", "count": 1, "asked": [f"{USERS}:3"]}


def test_a_parallel_run_writes_the_same(suite: PytestProject, parallel: Run) -> None:
    """The controller alone, whatever the workers send."""
    del parallel
    assert without_workers(read(suite, "parallel.json")) == without_workers(read(suite, "serial.json"))
    assert sorted(file.name for file in suite.folder.glob("*.json")) == ["parallel.json", "serial.json"]
    assert not list(suite.folder.glob(".*.tmp"))


def without_workers(document: Any) -> Any:
    """A document without how often each process has made what conftest files make when they are imported."""
    for one in document["made"]:
        if one["place"] == "tests/conftest.py:7":
            del one["count"]
    return document


def test_uses_are_told(serial: Run, parallel: Run) -> None:
    """In a section at the end."""
    for run in serial, parallel:
        section = run.stdout.partition("bugcapture: answers of mocks that nobody chose ==")[2]
        assert (
            f"{USERS}:3 delete_user: mock.may_delete() is a truth value; the mock is made at {TESTS}:13\n"
            f"  {TESTS}::test_open_door\n"
        ) in section
        assert (
            "answers that nobody chose: 6 uses in the program "
            "(2 truth, 1 comparison, 1 swallow, 1 sync-awaited, 1 never-awaited), in 9 tests\n"
        ) in section


def test_without_the_option(suite: PytestProject) -> None:
    """Nothing of it is loaded."""
    suite.write("other/test_off.py", "import sys\ndef test(): assert 'bugcapture.mock_truth' not in sys.modules\n")
    run = suite.run("other/test_off.py")
    assert run.code == 0
    assert "nobody chose" not in run.stdout


def test_without_a_file(suite: PytestProject) -> None:
    """It is told only; a program that trusts no mock is praised."""
    suite.write("other/test_fine.py", "from unittest.mock import Mock\ndef test(): assert Mock()\n")
    run = suite.run("other/test_fine.py", "--bugcapture-mock-truth")
    assert run.code == 0
    assert "\n1 place with mocks: the program uses no answer that nobody chose\n" in run.stdout


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        ("nowhere/run.json", "there is no folder "),
        ("folder.json", "is a folder; name a file"),
        ("tests/test_it.py", "the name of the file has to end with .json"),
        ("tests", "the name of the file has to end with .json"),
    ],
)
def test_a_file_that_cannot_be(suite: PytestProject, value: str, reason: str) -> None:
    """Is a usage error, before anything is run or overwritten."""
    (suite.folder / "folder.json").mkdir(exist_ok=True)
    before = (suite.folder / TESTS).read_bytes()
    run = suite.run("-n0", "--bugcapture-mock-truth", value)
    assert run.code == 4
    assert f"ERROR: --bugcapture-mock-truth={suite.folder / value}: {reason}" in run.stderr
    assert "Traceback" not in run.stderr
    assert (suite.folder / TESTS).read_bytes() == before


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="the superuser may write everything")
def test_a_folder_that_is_read_only(suite: PytestProject) -> None:
    """Is a usage error as well."""
    folder = suite.folder / "locked"
    folder.mkdir(mode=0o555)
    run = suite.run("--bugcapture-mock-truth=locked/run.json")
    assert run.code == 4
    assert "cannot be written: permission denied" in run.stderr


def test_a_folder_that_is_gone_at_the_end(suite: PytestProject) -> None:
    """Is told, and changes no exit code."""
    (suite.folder / "gone").mkdir()
    suite.write("other/test_gone.py", "import os\ndef test(): os.rmdir('gone')\n")
    run = suite.run("other/test_gone.py", "--bugcapture-mock-truth=gone/run.json")
    assert run.code == 0
    assert f"{suite.folder / 'gone/run.json'} cannot be written: No such file or directory" in run.stdout


def test_a_source_that_changes_meanwhile(suite: PytestProject) -> None:
    """Has no digest: nobody knows which lines were run."""
    suite.write(
        "other/test_changes.py",
        """
        import os
        from pathlib import Path
        from unittest.mock import MagicMock
        from shop.users import is_ready

        def test():
            file = Path("src/shop/users.py")
            file.write_text(file.read_text() + "# more")
            assert is_ready(MagicMock())
        """,
    )
    old = (suite.folder / USERS).read_bytes()
    try:
        suite.run("other/test_changes.py", "--bugcapture-mock-truth=changes.json", "-p", "no:terminal")
    finally:
        (suite.folder / USERS).write_bytes(old)
    assert read(suite, "changes.json")["files"][USERS] == "changed during the run"
    (suite.folder / "changes.json").unlink()


def test_a_worker_that_crashes(suite: PytestProject) -> None:
    """Takes what it has not sent with it, and nothing else."""
    suite.write(
        "other/test_crash.py",
        """
        import os
        from unittest.mock import MagicMock
        from shop.users import is_ready

        def test_first():
            assert is_ready(MagicMock())

        def test_second():
            is_ready(MagicMock())
            os._exit(3)
        """,
    )
    run = suite.run("other/test_crash.py", "--bugcapture-mock-truth", "-n1", "--max-worker-restart=0")
    assert run.code == 1
    assert "  other/test_crash.py::test_first\n" in run.stdout
    assert "  other/test_crash.py::test_second\n" not in run.stdout
