"""Projects with reports, each a copy of one that was made once."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from report_project import ReportProject, at

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def _templates(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReportProject, ReportProject]:
    """A project without reports, and the same with reports."""
    plain = tmp_path_factory.mktemp("plain")
    bare = ReportProject(plain)
    bare.fill()
    done = tmp_path_factory.mktemp("done") / "project"
    shutil.copytree(plain, done)
    fresh = at(done)
    fresh.refresh()
    return bare, fresh


@pytest.fixture
def project(tmp_path: Path, _templates: tuple[ReportProject, ReportProject]) -> ReportProject:
    """A project without reports."""
    return _copy(_templates[0], tmp_path)


@pytest.fixture
def fresh(tmp_path: Path, _templates: tuple[ReportProject, ReportProject]) -> ReportProject:
    """A project with fresh reports."""
    return _copy(_templates[1], tmp_path)


def _copy(template: ReportProject, folder: Path) -> ReportProject:
    shutil.copytree(template.folder, folder / "project")
    return at(folder / "project")
