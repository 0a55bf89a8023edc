"""One process at a time, where the file system knows how."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from bugcapture.project.exclusive import exclusive

if TYPE_CHECKING:
    from pathlib import Path

fcntl = pytest.importorskip("fcntl", reason="this system has no such locks")


@pytest.fixture
def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file system that knows no locks."""

    def refuse(handle: int, operation: int) -> None:
        del handle, operation
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)


def test_another_process_waits(tmp_path: Path) -> None:
    """While one has the folder another cannot have it, and nothing is left in it."""
    with exclusive(tmp_path):
        handle = os.open(tmp_path, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.close(handle)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("without_locks")
def test_a_file_system_without_locks(tmp_path: Path) -> None:
    """Is an error where losing something would be silent, and nothing elsewhere."""
    with pytest.raises(OSError, match="No locks"), exclusive(tmp_path):
        pytest.fail("it was entered")
    entered = []
    with exclusive(tmp_path, required=False):
        entered.append(1)
    assert entered == [1]
