"""A fresh project for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from workflow_project import FEATURE, GitProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A repository with a wrong program, and no test yet."""
    folder = tmp_path / "project"
    folder.mkdir()
    return GitProject(folder)


@pytest.fixture
def behave_project(project: GitProject) -> GitProject:
    """The same with bug 7 captured in Behave; nothing is committed."""
    project.add_behave()
    project.write("features/cart.feature", FEATURE)
    return project
