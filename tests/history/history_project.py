"""A project with evidence, and ``bugcapture history`` in this process or in one of its own."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import sqlalchemy
from sqlalchemy import make_url

from bugcapture.core.evidence import Evidence, encode_record
from command_project import CommandProject, Done

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

RECORD = Evidence(
    ts="2026-11-20T10:00:00.000+00:00",
    framework="behave",
    ids=(7,),
    location="features/a.feature:3",
    name="One",
    verdict="expected_failure",
    raw_status="failed",
    run_id="run",
    commit="a" * 40,
)


def record(**changes: Any) -> Evidence:
    """The usual record with other values."""
    return replace(RECORD, **changes)


class Project(CommandProject):
    """A project in a folder that is made."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        super().__init__(folder)
        self.variables: dict[str, str] = {}

    def evidence(self, records: Iterable[Evidence], name: str = "ev/a.jsonl") -> str:
        """Write an evidence file; its name."""
        self.write(name, b"".join(map(encode_record, records)))
        return name

    def history(self, *arguments: str) -> Done:
        """Run ``bugcapture history`` in this process."""
        return self.run("history", *arguments, env=self.variables)

    def counts(self, *paths: str) -> tuple[int, int, int]:
        """Import; how many records were new, replaced another, and were known."""
        done = self.history("import", *paths, "--format", "json")
        assert done.code == 0, done
        return done.json["new"], done.json["replaced"], done.json["known"]

    def show(self, *arguments: str) -> list[dict[str, Any]]:
        """The bugs that ``history show`` tells."""
        done = self.history("show", *arguments, "--format", "json")
        assert (done.code, done.json["schema"]) == (0, "bugcapture.history-show/1"), done
        bugs: list[dict[str, Any]] = done.json["bugs"]
        return bugs


def query(url: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows that a statement finds, past all code under test; it is committed."""
    engine = sqlalchemy.create_engine(make_url(url), isolation_level="AUTOCOMMIT")
    with closing(engine.connect()) as connection:
        result = connection.exec_driver_sql(statement)
        rows = [tuple(row) for row in result] if result.returns_rows else []
    engine.dispose()
    return rows
