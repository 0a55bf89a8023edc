"""A forge of each kind, and a project whose issues are there."""

from __future__ import annotations

import functools
import ssl
from typing import TYPE_CHECKING
from unittest import mock

import pytest
from fake_forge import ROOTS, FakeForge
from stale_project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session", autouse=True)
def certificates() -> Iterator[None]:
    """Load the certificates once: it takes longer than most tests, and nothing here is encrypted."""
    with mock.patch("ssl.create_default_context", functools.cache(ssl.create_default_context)):
        yield


@pytest.fixture(params=sorted(ROOTS))
def forge(request: pytest.FixtureRequest) -> Iterator[FakeForge]:
    """One forge of each kind in turn, without issues."""
    with FakeForge(request.param) as running:
        yield running


@pytest.fixture
def github() -> Iterator[FakeForge]:
    """A GitHub without issues."""
    with FakeForge("github") as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, forge: FakeForge) -> Project:
    """A project at each kind of forge in turn, without tests."""
    return Project(tmp_path, forge)


@pytest.fixture
def shop(tmp_path: Path, github: FakeForge) -> Project:
    """A project at GitHub, without tests."""
    return Project(tmp_path, github)
