"""A fresh project for each test."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from command_project import CommandProject

# The forge that the tests of the tracker ask.
sys.path.append(str(Path(__file__).resolve().parents[1] / "tracker"))

from fake_forge import ROOTS, FakeForge

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def project(tmp_path: Path) -> CommandProject:
    """A project without any file."""
    folder = tmp_path / "project"
    folder.mkdir()
    return CommandProject(folder)


@pytest.fixture(params=sorted(ROOTS))
def forge(request: pytest.FixtureRequest) -> Iterator[FakeForge]:
    """One forge of each kind in turn, without issues."""
    with FakeForge(request.param) as running:
        yield running
