"""The tables and their versions."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy
from history_project import RECORD, query, record
from sqlalchemy import inspect, make_url

from bugcapture.project.config import find_project
from bugcapture.project.history import migrations
from bugcapture.project.history.schema import TABLES
from bugcapture.workflow.history import import_evidence

if TYPE_CHECKING:
    from history_project import Project

INDEX = "bugcapture_bugs_number"


def describe(url: str) -> dict[str, Any]:
    """What the database says about the tables: columns, keys and indexes."""
    engine = sqlalchemy.create_engine(make_url(url))
    found = inspect(engine)
    described = {
        table: (
            {column["name"]: (str(column["type"]), column["nullable"]) for column in found.get_columns(table)},
            found.get_pk_constraint(table)["constrained_columns"],
            {index["name"]: index["column_names"] for index in found.get_indexes(table)},
            [(key["constrained_columns"], key["referred_table"]) for key in found.get_foreign_keys(table)],
        )
        for table in found.get_table_names()
    }
    engine.dispose()
    return described


def test_the_migrations_make_the_tables_that_the_code_expects(filled: Project, store: str) -> None:
    """Step by step or at once from the definitions: the same tables."""
    filled.counts(filled.evidence([RECORD]))
    migrated = describe(store)
    for table in reversed(TABLES.sorted_tables):
        query(store, f"DROP TABLE {table.name}")
    engine = sqlalchemy.create_engine(make_url(store))
    TABLES.create_all(engine)
    engine.dispose()

    assert describe(store) == migrated
    assert len(migrated) == 4


def test_a_history_of_the_first_version_is_brought_to_the_newest(
    filled: Project, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was imported stays, what is missing comes, whoever opens it: here the command that only reads."""
    with monkeypatch.context() as patch:
        for module in ("migrations", "store"):
            patch.setattr(f"bugcapture.project.history.{module}.MIGRATIONS", migrations.MIGRATIONS[:1])
        filled.counts(filled.evidence([RECORD, record(name="Two")]))
        assert query(store, "SELECT version FROM bugcapture_schema") == [(1,)]
        assert INDEX not in describe(store)["bugcapture_bugs"][2]
        before = filled.show()

    assert filled.show() == before
    assert [len(bug["tests"]) for bug in before] == [2]
    assert query(store, "SELECT version FROM bugcapture_schema ORDER BY version") == [(1,), (2,)]
    assert describe(store)["bugcapture_bugs"][2] == {INDEX: ["number"]}
    assert filled.counts("ev/a.jsonl") == (0, 0, 2)


@pytest.mark.parametrize("arguments", [("import", "ev"), ("show",), ("trend",)])
def test_a_newer_history_is_refused(filled: Project, store: str, arguments: tuple[str, ...]) -> None:
    """Nobody knows what its tables mean, so nothing is read and nothing written."""
    filled.counts(filled.evidence([RECORD]))
    query(store, "INSERT INTO bugcapture_schema VALUES (3)")
    filled.evidence([RECORD, record(name="Two")])
    done = filled.history(*arguments)

    assert (done.code, done.out) == (2, "")
    assert ": the history has version 3, and this bugcapture knows 2\n" in done.err
    assert "use the newest bugcapture on every machine" in done.err
    assert query(store, "SELECT count(*) FROM bugcapture_records") == [(1,)]


def test_a_step_that_fails_leaves_the_version_before(
    filled: Project, store: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All or nothing: the next try begins where the last whole version ended."""
    filled.counts(filled.evidence([RECORD]))
    broken = ("CREATE TABLE half_done (x INTEGER)", "CREATE TABLE bugcapture_runs (x INTEGER)")
    with monkeypatch.context() as patch:
        for module in ("migrations", "store"):
            patch.setattr(f"bugcapture.project.history.{module}.MIGRATIONS", (*migrations.MIGRATIONS, broken))
        done = filled.history("show")
        assert done.code == 2
        assert "already exists" in done.err

    assert "half_done" not in describe(store)
    assert query(store, "SELECT max(version) FROM bugcapture_schema") == [(2,)]
    assert len(filled.show()) == 1


@pytest.mark.postgres
@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_who_comes_second_waits_until_the_tables_are_there(filled: Project, store: str) -> None:
    """Two that made them at once would both fail."""
    filled.evidence([RECORD])
    engine = sqlalchemy.create_engine(make_url(store))
    with engine.connect() as first, ThreadPoolExecutor(1) as threads:
        migrations.upgrade(first)
        second = threads.submit(import_evidence, find_project(filled.folder), [filled.folder / "ev"], store)
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not second.done() and query(store, waiting) == [(0,)]:
            pass
        first.commit()
        assert second.result().new == 1
    engine.dispose()

    assert query(store, "SELECT version FROM bugcapture_schema ORDER BY version") == [(1,), (2,)]
