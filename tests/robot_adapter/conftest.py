"""A fresh Robot project for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from robot_project import RobotProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> RobotProject:
    """A project without any test."""
    return RobotProject(tmp_path)
