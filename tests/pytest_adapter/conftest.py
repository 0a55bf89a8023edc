"""A fresh pytest project for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pytest_project import PytestProject

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> PytestProject:
    """A project with strict markers and without tests."""
    return PytestProject(tmp_path)
