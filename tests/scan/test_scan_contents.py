"""A file that was not touched is not read again, and one that may have been is."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

import pytest
from scan_project import PROGRAM, ScanProject

from bugcapture.scan.contents import Contents, Stamp

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files are always read there")

TOLD = 'AsyncMock(**{"check_permission.return_value": False})'
FIXTURE = """\
from unittest.mock import AsyncMock
import pytest


@pytest.fixture
def door():
    return AsyncMock()
"""
TEST = """\
from shop.users import delete_user


async def test_delete(door):
    assert await delete_user("alice", openfga=door) == "deleted"
"""


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some time has gone by since all files were written."""
    now = time.time_ns
    monkeypatch.setattr(time, "time_ns", lambda: now() + 60_000_000_000)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A file."""
    file = tmp_path / "test_shop.py"
    file.write_bytes(b"one")
    return file


def look(file: Path, known: dict[str, Stamp] | None = None) -> Contents:
    contents = Contents({file.name: file}, known or {})
    contents.digest(file.name)
    return contents


def test_a_file_of_this_moment_is_read_again(file: Path) -> None:
    """Its time may stay the same when it changes once more."""
    assert look(file).stamps == {}


@pytest.mark.usefixtures("later")
def test_an_old_file_is_not_read_again(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless somebody asks for what it holds."""
    known = look(file).stamps
    assert list(known) == [file.name]
    monkeypatch.setattr("bugcapture.scan.contents.read_bytes", lambda _file: b"read")
    contents = look(file, known)
    assert contents.digest(file.name) == known[file.name].digest
    assert contents.read(file.name) == b"read"
    assert contents.digest(file.name) != known[file.name].digest


@pytest.mark.usefixtures("later")
def test_a_change_that_hides_is_seen(file: Path) -> None:
    """With the same size and the same time of writing: the system notes the change all the same."""
    known = look(file).stamps
    status = file.stat()
    while file.stat().st_ctime_ns == status.st_ctime_ns:
        file.write_bytes(b"two")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert look(file, known).digest(file.name) != known[file.name].digest


@pytest.mark.usefixtures("later")
def test_a_file_that_is_gone_is_told(file: Path) -> None:
    """Once, and nothing is kept of it."""
    known = look(file).stamps
    file.unlink()
    contents = look(file, known)
    assert contents.read(file.name) == b""
    assert contents.stamps == {}
    assert {(one.path, one.rule) for one in contents.problems} == {(file.name, "P1")}


@pytest.mark.usefixtures("later")
def test_what_a_result_depends_on_is_noticed(project: ScanProject) -> None:
    """A fixture of a conftest file, and a function of the program."""
    project.write("tests/conftest.py", FIXTURE)
    project.write("tests/test_users.py", TEST)
    for _ in range(2):
        assert project.json().rules == ["MK101"]
    project.write("tests/conftest.py", FIXTURE.replace("AsyncMock()", TOLD))
    assert project.json().rules == []
    project.write("tests/conftest.py", FIXTURE)
    assert project.json("tests/test_users.py").rules == ["MK101"]
    project.write(
        "src/shop/users.py", PROGRAM.replace("if not await openfga.check_permission(user=user):", "if not user:")
    )
    assert project.json().rules == []
    project.write("src/shop/users.py", PROGRAM)
    assert project.json().rules == ["MK101"]
