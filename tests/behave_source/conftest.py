"""A fresh project of feature files for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from source_project import Project, can_obey_modes

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with the adapter installed and no feature yet."""
    return Project(tmp_path)


@pytest.fixture(scope="session")
def file_modes() -> None:
    """Skip where no process can be made to obey file modes."""
    if not can_obey_modes():
        pytest.skip("this system does not let a process give up the superuser's rights")
