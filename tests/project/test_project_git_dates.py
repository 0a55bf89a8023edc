"""When a line was committed, asked of real repositories."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime

import pytest

from bugcapture.project import git


@pytest.fixture(autouse=True)
def nothing_above(tmp_path, monkeypatch):
    """No repository around the temporary folder can answer."""
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path))


def commit(folder, date):
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false")
    for arguments in (["add", "."], ["commit", "--quiet", "-m", "x", f"--date={date}"]):
        subprocess.run(["git", *identity, *arguments], cwd=folder, env=git.clean_environment(), check=True)


def test_each_line_has_the_time_of_its_own_commit(tmp_path):
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    file = tmp_path / "a b\u00fc.txt"
    file.write_text("one\ntwo\n", encoding="utf-8")
    commit(tmp_path, "2026-01-02T03:04:05+00:00")
    file.write_text("one\nnew\ntwo\n", encoding="utf-8")
    commit(tmp_path, "2026-02-03T04:05:06+02:00")
    file.write_text("one\nnew\ntwo\nopen\n", encoding="utf-8")

    assert git.line_dates(file, [3, 1, 2, 4, 1]) == {
        1: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        2: datetime(2026, 2, 3, 2, 5, 6, tzinfo=UTC),
        3: datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    }


def test_a_line_that_looks_like_a_header_is_content(tmp_path):
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    file = tmp_path / "a.txt"
    file.write_text("author-time 5\n" + "a" * 40 + " 1 7 1\n", encoding="utf-8")
    commit(tmp_path, "2026-01-02T03:04:05+00:00")

    assert git.line_dates(file, [1, 2]) == dict.fromkeys((1, 2), datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC))


@pytest.mark.parametrize("state", ["no repository", "untracked", "no such line", "gone"])
def test_nobody_knows(tmp_path, state):
    file = tmp_path / "a.txt"
    file.write_text("one\n", encoding="utf-8")
    if state != "no repository":
        subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    if state in {"no such line", "gone"}:
        commit(tmp_path, "2026-01-02T03:04:05+00:00")
    if state == "gone":
        file.unlink()

    assert git.line_dates(file, [2 if state == "no such line" else 1]) == {}


@pytest.mark.tdd_bug(994)
def test_a_date_that_no_calendar_has_is_known_by_nobody(tmp_path):
    """#994: an author's clock may say anything."""
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    file = tmp_path / "a.txt"
    file.write_text("one\n", encoding="utf-8")
    commit(tmp_path, "2026-01-02T03:04:05+00:00")
    strange = re.sub(rb"> \d+ ", b"> 99999999999999 ", ask(tmp_path, "cat-file", "commit", "HEAD"))
    name = ask(tmp_path, "hash-object", "-t", "commit", "-w", "--literally", "--stdin", given=strange)
    ask(tmp_path, "reset", "--soft", name.decode().strip())

    assert git.line_dates(file, [1]) == {}


def ask(folder, *arguments, given=None):
    done = subprocess.run(["git", *arguments], cwd=folder, input=given, capture_output=True, check=True)
    return done.stdout
