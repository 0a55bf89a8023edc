"""A project in git with a past, for the tests of the ledger."""

from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bugcapture.core.evidence import Evidence, encode_record
from command_project import CommandProject

if TYPE_CHECKING:
    from pathlib import Path

BEGIN = datetime(2026, 1, 1, 12, tzinfo=UTC)

FEATURE = """\
Feature: The cart

  @tdd_bug @tdd_bug_{number}{switch}
  Scenario: Item {number} counts
    Fails with: AssertionError: \\d

    Given all is well
"""


class Project(CommandProject):
    """A project whose folder is a repository."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        super().__init__(folder)
        (folder / ".git").rmdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.day = 0

    def git(self, *arguments: str) -> str:
        """Run git, as somebody who has a name, on the day of the story."""
        moment = (BEGIN + timedelta(days=getattr(self, "day", 0))).isoformat()
        who = {
            f"GIT_{role}_{what}": "ann@example.org"
            for role in ("AUTHOR", "COMMITTER")
            for what in ("NAME", "EMAIL")
        }
        dates = {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment, "GIT_CONFIG_GLOBAL": os.devnull}
        done = subprocess.run(
            ["git", *arguments],
            cwd=self.folder,
            env={**os.environ, **who, **dates},
            check=True,
            capture_output=True,
        )
        return done.stdout.decode().strip()

    def commit(self, **files: str | bytes | None) -> str:
        """Write files, or remove them, and commit them a day later; the commit. ``__`` in a name is a slash."""
        self.day += 1
        for key, content in files.items():
            folder, _, name = key.rpartition("__")
            path = f"{folder.replace('__', '/')}/{name}".lstrip("/").replace("_dot_", ".")
            if content is None:
                (self.folder / path).unlink()
            else:
                self.write(path, content)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", f"--message=day {self.day}")
        return self.git("rev-parse", "HEAD")

    def ledger(self, *arguments: str, env: dict[str, str] | None = None) -> Any:
        """What ``report ledger --format json`` tells."""
        done = self.run("report", "ledger", "--format", "json", *arguments, env=env)
        assert (done.code, done.json["schema"]) == (0, "bugcapture.report-ledger/1"), done
        return done.json


def feature(number: int, *, captured: bool = True) -> str:
    """A feature file with one bug."""
    return FEATURE.format(number=number, switch=" @tdd_expected_fail" if captured else "")


def record(number: int, verdict: str, day: int = 1, **changes: Any) -> Evidence:
    """What the test of a feature file said."""
    fields: dict[str, Any] = {
        "ts": (BEGIN + timedelta(days=day)).isoformat(timespec="milliseconds"), "framework": "behave",
        "ids": (number,), "location": f"features/f{number}.feature:4", "name": f"Item {number} counts",
        "verdict": verdict, "raw_status": "failed", "run_id": f"run {day}", "commit": "a" * 40,
    }  # fmt: skip
    if verdict == "expected_failure":
        fields |= {"exc_type": "AssertionError", "message": f"{day} items"}
    return Evidence(**{**fields, **changes})


def lines(*records: Evidence) -> bytes:
    """Records as a file of evidence."""
    return b"".join(map(encode_record, records))
