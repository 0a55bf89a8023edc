"""A fresh repository for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from push_repository import PushProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> PushProject:
    """A repository without any file."""
    folder = tmp_path / "project"
    folder.mkdir()
    return PushProject(folder, tmp_path / "home")
