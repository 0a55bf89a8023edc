"""Every test that asks for `url` runs on SQLite and on PostgreSQL, each time on a database of its own."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
import sqlalchemy
from sqlalchemy import make_url, text

from audit_service import AuditService

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from sqlalchemy import Connection

_numbers = itertools.count(1)
_DROP_GUARD = {
    "sqlite": [f"DROP TRIGGER audit_log_no_{name}" for name in ("update", "delete", "replace")],
    "postgresql": ["DROP TRIGGER audit_log_append_only ON audit_log"],
}


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of an empty database."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'audit.db'}"
        return
    server = request.getfixturevalue("postgres_url")
    name = f"audit_{next(_numbers)}"
    _administer(server, f"CREATE DATABASE {name}")
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def service(url: str) -> Iterator[AuditService]:
    """A service on an empty log."""
    service = AuditService(url)
    yield service
    service.close()


@pytest.fixture
def raw(url: str) -> Callable[[], AbstractContextManager[Connection]]:
    """Open a transaction past the service, as an intruder or a careless script does."""

    @contextmanager
    def connect() -> Iterator[Connection]:
        engine = sqlalchemy.create_engine(url)
        try:
            with engine.begin() as connection:
                yield connection
        finally:
            engine.dispose()

    return connect


@pytest.fixture
def tamper(raw: Callable[[], AbstractContextManager[Connection]]) -> Callable[..., None]:
    """Run SQL against the log with its guard taken away."""

    def run(*statements: str, **values: object) -> None:
        with raw() as connection:
            if _guarded(connection):
                for statement in _DROP_GUARD[connection.dialect.name]:
                    connection.execute(text(statement))
            for statement in statements:
                connection.execute(text(statement), values)

    return run


def _guarded(connection: Connection) -> bool:
    """Whether the log has its triggers."""
    query = {
        "sqlite": "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'",
        "postgresql": "SELECT count(*) FROM pg_trigger WHERE tgname LIKE 'audit_log%'",
    }
    return bool(connection.scalar(text(query[connection.dialect.name])))


def _administer(url: str, statement: str) -> None:
    engine = sqlalchemy.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()
