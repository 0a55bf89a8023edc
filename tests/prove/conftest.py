"""Fresh repositories for each test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from prove_project import FRAMEWORKS, GitProject, Shop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of its own for temporary files, in which nothing may be left at the end."""
    import tempfile

    folder = tmp_path / "tmp"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(folder))
    yield folder
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert not list(folder.glob("bugcapture-*"))


@pytest.fixture(params=FRAMEWORKS)
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    """A shop tested in each framework in turn."""
    return Shop(tmp_path / "shop", request.param)


@pytest.fixture
def plain_shop(tmp_path: Path) -> Shop:
    """A shop tested with pytest."""
    return Shop(tmp_path / "shop")


@pytest.fixture
def project(tmp_path: Path) -> GitProject:
    """A repository with nothing in it."""
    return GitProject(tmp_path / "project")
