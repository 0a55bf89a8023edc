"""A project of its own for each test, and no cache of the user's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from scan_project import OPEN_DOOR, PROGRAM, ScanProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def cache_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the scans of this test keep their results."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    return folder


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ScanProject:
    """A project whose program guards something, without tests."""
    project = ScanProject(tmp_path / "shop")
    project.write("pyproject.toml", "[tool.bugcapture]\n")
    project.write("src/shop/users.py", PROGRAM)
    monkeypatch.chdir(project.root)
    return project


@pytest.fixture
def open_door(project: ScanProject) -> ScanProject:
    """The same, with a test whose mock lets everybody pass."""
    project.write("tests/test_users.py", OPEN_DOOR)
    return project
