"""The counts of each refresh, as a file that is checked in and merged."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING

import pytest

from bugcapture.core.errors import SourceError
from bugcapture.project.hazard_counts import (
    FILE,
    HazardCounts,
    append_counts,
    count_risks,
    read_hazard_counts,
    write_hazard_counts,
)

if TYPE_CHECKING:
    from pathlib import Path

AT = datetime(2026, 11, 30, 1, 2, 3, tzinfo=UTC)
COUNTS = {"critical": 1, "high": 0, "medium": 2, "low": 0, "info": 0}
LINE = {"at": "2026-11-30T01:02:03+00:00", "commit": "abc", **COUNTS}


def test_what_is_written_is_read(tmp_path: Path) -> None:
    """With and without the counts of mocks; times are those of UTC."""
    there = AT.astimezone(timezone(timedelta(hours=2)))
    lines = [
        HazardCounts(at=there, commit="abc", counts=COUNTS),
        HazardCounts(at=AT, commit="", counts=COUNTS, mocks=count_risks([])),
    ]
    file = tmp_path / FILE
    file.write_text("".join(map(write_hazard_counts, lines)))

    assert json.loads(file.read_text().splitlines()[0]) == LINE
    assert read_hazard_counts(file) == tuple(lines)


def test_without_a_file_nothing_was_counted(tmp_path: Path) -> None:
    """That is no error."""
    assert read_hazard_counts(tmp_path / FILE) == ()


def test_blank_lines_and_a_time_without_a_zone(tmp_path: Path) -> None:
    """As people and editors leave them."""
    file = tmp_path / FILE
    file.write_bytes(b"\xef\xbb\xbf\r\n" + json.dumps({**LINE, "at": "2026-11-30T01:02:03"}).encode() + b"\r\n\n")

    assert [one.at for one in read_hazard_counts(file)] == [AT]


def test_risks_are_counted() -> None:
    """All of them are there."""
    assert count_risks(["medium", "critical", "medium"]) == COUNTS


@pytest.mark.parametrize(
    ("content", "line", "joined"),
    [(b"", "x\n", b"x\n"), (b"a\n", "x\n", b"a\nx\n"), (b"a", "x\n", b"a\nx\n"), (b"a", "", b"a")],
)
def test_a_line_is_added(content: bytes, line: str, joined: bytes) -> None:
    """Never to another one."""
    assert append_counts(content, line) == joined


@pytest.mark.parametrize(
    "change",
    [
        {"at": "yesterday"},
        {"at": 1},
        {"at": None},
        {"at": "0001-01-01T00:00:00+23:00"},
        {"high": -1},
        {"high": True},
        {"high": "1"},
        {"high": None},
        {"mocks": {}},
        {"mocks": 1},
    ],
)
def test_a_line_that_is_none(tmp_path: Path, change: dict[str, object]) -> None:
    """It is told with its number."""
    file = tmp_path / FILE
    file.write_text(json.dumps(LINE) + "\n" + json.dumps({**LINE, **change}) + "\n")

    with pytest.raises(SourceError, match="is no line of counts") as caught:
        read_hazard_counts(file)
    assert caught.value.where == f"{file}:2"


@pytest.mark.parametrize("text", ["[]", "1", "{}", "{", "[" * 100_000])
def test_other_json(tmp_path: Path, text: str) -> None:
    """Neither."""
    (tmp_path / FILE).write_text(text)
    with pytest.raises(SourceError, match="is no line of counts"):
        read_hazard_counts(tmp_path / FILE)


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    """The reason is told."""
    (tmp_path / FILE).write_bytes(b"\xff")
    with pytest.raises(SourceError, match="cannot be read: it is not UTF-8"):
        read_hazard_counts(tmp_path / FILE)
    with pytest.raises(SourceError, match="cannot be read: Is a directory"):
        read_hazard_counts(tmp_path)
