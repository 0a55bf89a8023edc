"""A fresh Behave project for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from behave_project import BehaveProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> BehaveProject:
    """A project with the adapter installed, the common steps, and no feature yet."""
    return BehaveProject(tmp_path)
