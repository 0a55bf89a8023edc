"""How each test failed first, from a history in SQLite and in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

from history_project import Project, record

from bugcapture.project.config import find_project
from bugcapture.workflow.history import read_past

if TYPE_CHECKING:
    from bugcapture.core.evidence import Evidence


def moment(day: int) -> str:
    return f"2026-11-{day:02}T10:00:00.000+00:00"


def failures(project: Project, store: str) -> list[Evidence]:
    past = read_past(find_project(project.folder), store)
    assert "secret" not in past.store
    return sorted(past.failures, key=lambda one: (one.location, one.ts))


def test_the_oldest_expected_failure_of_each_test_stays(filled: Project, store: str) -> None:
    """Its whole text, its revision and all its bugs; what failed otherwise does not count."""
    first = record(
        ts=moment(2), ids=(7, 9), exc_type="AssertionError", message="2 engines\nexpected 1", step="Then one",
        step_location="features/a.feature:9", run_id="r2", commit="b" * 40, duration=0.5, dirty=False,
    )  # fmt: skip
    filled.evidence(
        [
            record(ts=moment(1), run_id="r1", verdict="wrong_failure", message="no engine"),
            first,
            record(ts=moment(3), run_id="r3", message="3 engines"),
            record(ts=moment(4), run_id="r4", location="features/a.feature:8", message="the line has moved"),
            record(ts=moment(1), run_id="r1", location="features/b.feature:3", verdict="passed"),
        ]
    )
    filled.counts("ev")
    assert failures(filled, store) == [
        first,
        record(ts=moment(4), run_id="r4", location="features/a.feature:8", message="the line has moved"),
    ]


def test_a_history_without_failures_has_none(filled: Project, store: str) -> None:
    """Bugs that were never seen to fail."""
    filled.evidence([record(verdict="passed")])
    filled.counts("ev")
    assert failures(filled, store) == []
