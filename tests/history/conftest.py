"""A history for each test: in a file of SQLite, and in a PostgreSQL database of its own."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
import sqlalchemy
from history_project import Project
from sqlalchemy import make_url

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a history that is not there yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store' / 'history.sqlite'}"
        return
    server = make_url(request.getfixturevalue("postgres_url"))
    name = f"history_{uuid.uuid4().hex}"
    engine = sqlalchemy.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    yield server.set(database=name).render_as_string(hide_password=False)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A folder whose settings bugcapture does not look for further up."""
    return Project(tmp_path / "project")


@pytest.fixture
def filled(project: Project, store: str) -> Project:
    """A project whose history is the store."""
    project.variables["BUGCAPTURE_HISTORY"] = store
    return project
