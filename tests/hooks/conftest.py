"""A fresh repository for each test, and nothing of the user's own git."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from hook_project import BIN, HookProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def _nothing_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No settings of his, no hooks of his, no store of his; the tools that we test with are on PATH."""
    home = tmp_path / "home"
    home.mkdir()
    for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "PRE_COMMIT_HOME", "PREK_HOME"):
        monkeypatch.setenv(name, str(home))
    monkeypatch.setenv("PATH", f"{BIN}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def project(tmp_path: Path) -> HookProject:
    """A repository without any file."""
    folder = tmp_path / "project"
    folder.mkdir()
    return HookProject(folder)
