"""A fresh project for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from run_project import Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with steps and no captured test yet."""
    return Project(tmp_path)
