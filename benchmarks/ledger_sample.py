"""A project with captured bugs and a past: what a team has after some months, for pictures and measurements.

Everything lies where `bugcapture` itself leaves it: tests in git with a history, evidence, the history of runs,
kept proofs, the counts of the refreshes, and hook timings. The same seed makes the same project.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from bugcapture.core.evidence import Evidence, encode_record
from bugcapture.core.hook_timing import HookProfile, HookTiming
from bugcapture.project.config import find_project
from bugcapture.project.hazard_counts import HazardCounts, write_hazard_counts
from bugcapture.project.hook_timings import timings_file, write_timings
from bugcapture.workflow.attest import digest
from bugcapture.workflow.history import import_evidence

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NOW = datetime(2026, 11, 30, 9, 0, tzinfo=UTC)

_SETTINGS = """\
[tool.bugcapture]
evidence = "build/evidence"

[tool.bugcapture.tracker]
kind = "forgejo"
url = "https://git.example.org/api/v1"
repository = "shop/checkout"
"""
_SUBJECTS = (
    ("cart", "An emptied cart keeps its discount", "AssertionError", "the total is -4.00, expected 0.00"),
    ("cart", "Two tabs add the same item once", "AssertionError", "1 line in the cart, expected 2"),
    ("invoice", "The invoice of a refund names the wrong customer", "AssertionError", "customer 17, expected 71"),
    ("invoice", "Rounding loses a cent when three share", "AssertionError", "the sum is 99.99, expected 100.00"),
    ("login", "A session survives the change of the password", "AssertionError", "status 200, expected 401"),
    ("login", "Concurrent first logins create one account", "LookupError", "2 accounts for ann@example.org"),
    ("search", "A search for two words finds either of them", "AssertionError", "120 hits, expected 7"),
    ("search", "Accents are told apart in names of cities", "KeyError", "'Orléans'"),
    ("export", "The export ends at the first empty row", "AssertionError", "12 rows, expected 4096"),
    ("export", "Dates of the last century lose their year", "ValueError", "time data '31.12.99' does not match"),
    ("stock", "The last item is sold twice", "AssertionError", "stock is -1, expected 0"),
    ("stock", "A cancelled order gives nothing back", "AssertionError", "stock is 3, expected 4"),
    ("audit", "Concurrent first use creates one engine", "AssertionError", "2 engines were created, expected 1"),
    ("audit", "The audit chain has no gap after a restart", "AssertionError", "entry 1043 follows 1041"),
    ("mail", "A bounced message is sent again and again", "ConnectionError", "the 4th attempt was refused"),
    ("mail", "Attachments keep the names that people gave them", "LookupError", "no file 'r\u00e9sum\u00e9.pdf'"),
)  # fmt: skip
_FRAMEWORKS = ("behave", "pytest", "robot")
_HOOKS = (
    ("pytest-integration", 41.2), ("mypy", 18.6), ("pytest-unit", 12.9), ("behave", 9.4), ("sphinx", 7.3),
    ("pylint-meta", 5.8), ("bandit", 2.9), ("ruff-format", 0.31), ("ruff", 0.24), ("bugcapture-check", 0.52),
)  # fmt: skip


@dataclass(frozen=True)
class Bug:
    """One bug of the sample.

    Attributes:
        number: Its number.
        area: The part of the shop.
        title: What its tests are called.
        error: What they fail with.
        message: The message of that.
        frameworks: The frameworks that it has a test in.
        born: How many days ago it was captured.
        fixed: How many days ago its switch was removed; None while it is open.
        rate: How often it shows itself.
    """

    number: int
    area: str
    title: str
    error: str
    message: str
    frameworks: tuple[str, ...]
    born: int
    fixed: int | None
    rate: float

    def path(self, framework: str) -> str:
        """The file of one of its tests."""
        group = f"{self.area}_{self.number // 10}"
        return {
            "behave": f"features/{self.area}/{group}.feature",
            "pytest": f"tests/{self.area}/test_{group}.py",
            "robot": f"robot/{self.area}/{group}.robot",
        }[framework]

    def name(self, framework: str) -> str:
        """The name of one of its tests."""
        if framework != "pytest":
            return self.title
        words = re.sub(r"[^a-z0-9]+", "_", self.title.lower()).strip("_")
        return f"test_{words}"


def make_bugs(count: int, days: int, seed: int = 991) -> list[Bug]:
    """Bugs over so many days; two of three are fixed."""
    chance = random.Random(seed)
    bugs = []
    for position in range(count):
        area, title, error, message = _SUBJECTS[position % len(_SUBJECTS)]
        # Many at the beginning, and then fewer.
        born = max(1, round(days - days * 0.95 * (position / count) ** 1.5) - chance.randrange(4))
        fixed = born - 20 - chance.randrange(130) if chance.random() < 0.85 else None
        fixed = None if fixed is not None and fixed < 1 else fixed
        suffix = "" if position < len(_SUBJECTS) else f" ({position // len(_SUBJECTS) + 1})"
        number = 900 + position * (7 if count < 100 else 1) + chance.randrange(1 if count >= 100 else 7)
        frameworks = tuple(sorted(chance.sample(_FRAMEWORKS, chance.choice((1, 1, 1, 2, 3)))))
        rate = chance.choice((1.0, 1.0, 1.0, 0.93, 0.61))
        if count >= 100:
            message += f"\nassert shop.{area}.check({number}) == expected"
            message += f"\n  where expected = {chance.randbytes(30).hex()}"
        bugs.append(Bug(number, area, title + suffix, error, message, frameworks, born, fixed, rate))
    return bugs


def make_project(folder: Path, bugs: Sequence[Bug], days: int, every: int = 1) -> None:
    """Write the project into an empty folder.

    Args:
        folder: The folder.
        bugs: Its bugs.
        days: How many days ago it began.
        every: How many days a commit stands for.
    """
    _git(folder, NOW, "init", "--quiet", "--initial-branch=main")
    _write(folder, "pyproject.toml", _SETTINGS)
    _write(folder, ".gitignore", "build/\n")
    commits = {}
    for day in range(days, -1, -every):
        _write_tests(folder, bugs, day)
        _git(folder, NOW - timedelta(days=day), "add", "--all")
        done = _git(folder, NOW - timedelta(days=day), "commit", "--quiet", "--message", f"day {days - day}")
        if not done.returncode:
            commits[day] = _git(folder, NOW, "rev-parse", "HEAD").stdout.strip()
    revisions = {
        day: commits[min((one for one in commits if one >= day), default=days)] for day in range(days + 1)
    }
    _write_evidence(folder, bugs, days, revisions)
    _write_proofs(folder, bugs, revisions)
    _write_hazards(folder, days, revisions)
    _write_timings(folder, revisions[0])


def _write_tests(folder: Path, bugs: Sequence[Bug], day: int) -> None:
    files: dict[str, list[tuple[Bug, str]]] = {}
    for bug in bugs:
        if bug.born >= day:
            for framework in bug.frameworks:
                files.setdefault(bug.path(framework), []).append((bug, framework))
    for path, tests in files.items():
        framework, area = tests[0][1], tests[0][0].area
        head = {"behave": f"Feature: {area}\n", "pytest": "import pytest\n", "robot": "*** Test Cases ***\n"}[
            framework
        ]
        body = "\n".join(_test(bug, framework, is_open=bug.fixed is None or bug.fixed < day) for bug, _ in tests)
        _write(folder, path, f"{head}\n{body}")


def _test(bug: Bug, framework: str, *, is_open: bool) -> str:
    declared = f"Fails with: {bug.error}"
    if framework == "behave":
        switch = " @tdd_expected_fail" if is_open else ""
        tags = f"  @tdd_bug @tdd_bug_{bug.number}{switch}\n"
        return (
            f"{tags}  Scenario: {bug.title}\n    {declared}\n\n    Given the shop is open\n    Then all is well\n"
        )
    if framework == "robot":
        switch = "    tdd_expected_fail" if is_open else ""
        tags = f"    [Tags]    tdd_bug    tdd_bug_{bug.number}{switch}\n"
        return f"{bug.title}\n    [Documentation]    {declared}\n{tags}    Log    all is well\n"
    switch = f"@pytest.mark.tdd_expected_fail(raises={bug.error})\n" if is_open else ""
    return f"\n@pytest.mark.tdd_bug({bug.number})\n{switch}def {bug.name(framework)}():\n    raise {bug.error}\n"


def _write_evidence(folder: Path, bugs: Sequence[Bug], days: int, revisions: dict[int, str]) -> None:
    chance = random.Random(7)
    lines = {}
    for bug in bugs:
        for framework in bug.frameworks:
            lines[bug, framework] = _line(folder, bug, framework)
    for day in range(days, -1, -3 if len(bugs) < 100 else -21):
        records = [
            _record(bug, framework, lines[bug, framework], day, revisions[day], chance.random())
            for bug in bugs
            if bug.born >= day
            for framework in bug.frameworks
        ]
        target = "build/evidence/run.jsonl" if day < 3 or day - 21 < 0 <= len(bugs) - 100 else "past/run.jsonl"
        _write(folder, target, b"".join(map(encode_record, records)).decode())
        import_evidence(find_project(folder), [folder / target])
    (folder / "past" / "run.jsonl").unlink()
    (folder / "past").rmdir()


def _record(bug: Bug, framework: str, line: int, day: int, commit: str, dice: float) -> Evidence:
    is_open = bug.fixed is None or bug.fixed < day
    if is_open:
        verdict = "expected_failure" if dice < bug.rate else "unexpected_pass"
    else:
        verdict = "regressed" if dice > 0.997 else "passed"
    failed = verdict in {"expected_failure", "regressed"}
    return Evidence(
        ts=(NOW - timedelta(days=day, minutes=bug.number % 50)).isoformat(timespec="milliseconds"),
        framework=framework,
        ids=(bug.number,),
        location=f"{bug.path(framework)}:{line}",
        name=bug.name(framework),
        verdict=verdict,
        raw_status="failed" if failed else "passed",
        reason=f"bug {bug.number} shows itself as declared" if verdict == "expected_failure" else verdict,
        exc_type=bug.error if failed else "",
        message=bug.message if failed else "",
        step="Then all is well" if failed and framework == "behave" else "",
        duration=0.1,
        commit=commit,
        dirty=False,
        run_id=f"ci-{day}",
    )


def _line(folder: Path, bug: Bug, framework: str) -> int:
    mark = f"@pytest.mark.tdd_bug({bug.number})"
    wanted = {"behave": f"  Scenario: {bug.title}", "robot": bug.title, "pytest": mark}
    lines = (folder / bug.path(framework)).read_text("utf-8").split("\n")
    return lines.index(wanted[framework]) + 1


def _write_proofs(folder: Path, bugs: Sequence[Bug], revisions: dict[int, str]) -> None:
    chance = random.Random(3)
    for bug in bugs:
        if bug.fixed is not None and chance.random() < 0.8:
            _write(folder, f".bugcapture/proofs/{bug.number}.json", json.dumps(_proof(bug, revisions)))


def _proof(bug: Bug, revisions: dict[int, str]) -> dict[str, Any]:
    fixed = bug.fixed or 0
    side = {"outcome": "pass", "reason": "it passed", "exc_type": "", "message": ""}
    tests = [
        {
            "id": f"{bug.path(framework)}::{bug.name(framework)}", "bugs": [bug.number],
            "transition": "FAIL_TO_PASS",
            "base": {**side, "outcome": "fail", "exc_type": bug.error, "message": bug.message}, "head": side,
        }
        for framework in bug.frameworks
    ]  # fmt: skip
    fields: dict[str, Any] = {
        "bug": bug.number,
        "proof": "PROVEN",
        "says": "red without the change, green with it",
        "created": (NOW - timedelta(days=fixed)).isoformat(),
        "base": {"commit": revisions[fixed + 1], "subject": "Merge branch 'main'"},
        "head": {"commit": revisions[fixed], "subject": f"fix({bug.area}): #{bug.number}"},
        "tests": tests,
    }
    return {"schema": "bugcapture.prove/1", **fields, "digest": digest(fields)}


def _write_hazards(folder: Path, days: int, revisions: dict[int, str]) -> None:
    lines = []
    for day in range(days, -1, -7):
        left = day / days
        counts = {
            "critical": round(4 * left), "high": round(18 * left + 2), "medium": round(31 * left + 9),
            "low": round(22 + 6 * left), "info": 11,
        }  # fmt: skip
        at = NOW - timedelta(days=day)
        lines.append(write_hazard_counts(HazardCounts(at=at, commit=revisions[day], counts=counts)))
    _write(folder, "docs/reports/hazard-counts.jsonl", "".join(lines))


def _write_timings(folder: Path, commit: str) -> None:
    hooks = tuple(
        HookTiming(id=name, name=name, stage="pre-push", seconds=(median * 0.96, median, median * 1.08))
        for name, median in _HOOKS
    )
    profile = HookProfile(tool="prek", tool_version="0.3.9", recorded_at=NOW, commit=commit, hooks=hooks)
    write_timings(timings_file(find_project(folder)), profile)


def _write(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())


def _git(folder: Path, at: datetime, *arguments: str) -> subprocess.CompletedProcess[str]:
    moment = at.isoformat()
    who = {"GIT_AUTHOR_NAME": "Ann", "GIT_AUTHOR_EMAIL": "ann@example.org",
           "GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.org"}  # fmt: skip
    environment = os.environ | who | {"GIT_AUTHOR_DATE": moment, "GIT_COMMITTER_DATE": moment}
    return subprocess.run(
        ["git", *arguments], cwd=folder, env=environment, check=False, capture_output=True, encoding="utf-8"
    )
