"""A fresh project of Robot files for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from robot_files import RobotProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def robot_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> RobotProject:
    """An empty project, in whose folder the test runs."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ROBOT_OPTIONS", raising=False)
    return RobotProject(tmp_path)
