"""A fresh project for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from command_project import CommandProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> CommandProject:
    """A project without any file."""
    folder = tmp_path / "project"
    folder.mkdir()
    return CommandProject(folder)
