"""What ``history show`` and ``trend`` print, from the same records in both databases."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from history_project import Project, record
from jsonschema import Draft202012Validator

from bugcapture.core.history import Period, Rate
from bugcapture.core.verdict import Verdict
from bugcapture.project.config import find_project
from bugcapture.workflow.history import show_bugs, show_trend

if TYPE_CHECKING:
    from bugcapture.core.evidence import Evidence

A, B, C = ("a" * 40, "b" * 40, "c" * 40)
STEPS = [
    ("2026-11-01T10:00:00Z", A, {7: "expected_failure", 8: "expected_failure"}),
    ("2026-11-01T12:00:00+01:00", A, {7: "unexpected_pass", 8: "expected_failure"}),
    ("2026-11-10T10:00:00Z", B, {7: "passed", 8: "expected_failure"}),
    ("2026-11-11T10:00:00Z", C, {8: "wrong_failure"}),
]


def life() -> list[Evidence]:
    """Two bugs in four runs on three revisions."""
    return [
        record(ts=ts, commit=commit, run_id=f"run {number}", ids=(bug,), name=f"Bug {bug}", verdict=verdict)
        for number, (ts, commit, verdicts) in enumerate(STEPS)
        for bug, verdict in verdicts.items()
    ]


@pytest.fixture
def told(filled: Project) -> Project:
    """A project with their history."""
    assert filled.counts(filled.evidence(life())) == (7, 0, 0)
    return filled


def test_show_and_trend_for_people(told: Project) -> None:
    """A table of all bugs, one bug in detail, and a table over time."""
    done = told.history("show")
    assert (done.code, done.err) == (0, "bugcapture: 2 bugs in the history\n")
    assert done.out.splitlines() == [
        "BUG  STATE     VERDICT        REPRODUCED  95 % INTERVAL   RUNS  TESTS  FIRST SEEN  LAST SEEN",
        "#7   guarded   passed         1/2         9.5 to 90.5 %   3     1      2026-11-01  2026-11-10",
        "#8   captured  wrong_failure  3/4         30.1 to 95.4 %  4     1      2026-11-01  2026-11-11",
    ]

    done = told.history("show", "#7", "-q")
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "#7 guarded, passed",
        "  first seen 2026-11-01 10:00, last seen 2026-11-10 10:00, 3 runs",
        "  reproduced 1/2, 50.0 %; 95 % interval 9.5 to 90.5 %",
        "  tests",
        "    behave features/a.feature:3 Bug 7: passed, reproduced 1/2",
        "  changes",
        "    2026-11-01 10:00  aaaaaaaaaaaa  expected_failure  features/a.feature:3 Bug 7",
        "    2026-11-01 11:00  aaaaaaaaaaaa  expected_failure → unexpected_pass  features/a.feature:3 Bug 7",
        "    2026-11-10 10:00  bbbbbbbbbbbb  unexpected_pass → passed  features/a.feature:3 Bug 7",
    ]

    done = told.history("trend")
    assert (done.code, done.err) == (0, "bugcapture: 3 days, 1 open capture at the end\n")
    assert done.out.splitlines() == [
        "open █▄▄",
        "",
        "DAY         RUNS  OPEN  PASSED  EXPECTED_FAILURE  UNEXPECTED_PASS  WRONG_FAILURE  REPRODUCED",
        "2026-11-01  2     2     -       1                 1                -              3/4",
        "2026-11-10  1     1     1       1                 -                -              1/1",
        "2026-11-11  1     1     1       -                 -                1              0/1",
    ]


def test_show_and_trend_for_programs(told: Project) -> None:
    """JSON with all of it."""
    seven, eight = told.show()
    assert (seven["id"], seven["state"], seven["verdict"], seven["runs"]) == (7, "guarded", "passed", 3)
    assert seven["verdicts"] == {"passed": 1, "expected_failure": 1, "unexpected_pass": 1}
    assert seven["reproduced"] == {"count": 1, "of": 2, "interval": pytest.approx([0.0945, 0.9055], abs=1e-4)}
    assert seven["changes"][1] == {
        "at": "2026-11-01T11:00:00+00:00",
        "commit": A,
        "run_id": "run 1",
        "framework": "behave",
        "location": "features/a.feature:3",
        "name": "Bug 7",
        "before": "expected_failure",
        "after": "unexpected_pass",
    }
    assert seven["changes"][0]["before"] is None
    assert eight["tests"][0] == {
        "framework": "behave",
        "location": "features/a.feature:3",
        "name": "Bug 8",
        "verdict": "wrong_failure",
        "current": True,
        "first_seen": "2026-11-01T10:00:00+00:00",
        "last_seen": "2026-11-11T10:00:00+00:00",
        "runs": 4,
        "verdicts": {"expected_failure": 3, "wrong_failure": 1},
        "reproduced": {"count": 3, "of": 4, "interval": pytest.approx([0.3006, 0.9544], abs=1e-4)},
    }
    assert told.show("8") == [eight]

    done = told.history("trend", "7", "--by", "commit", "--format", "json")
    assert done.json["schema"] == "bugcapture.history-trend/1"
    assert [(point["commit"], point["runs"], point["open"]) for point in done.json["points"]] == [
        (A, 2, 1),
        (B, 1, 0),
    ]
    done = told.history("trend", "--by", "week", "--since", "2026-11-05", "--format", "json")
    assert done.json["by"] == "week"
    assert done.json["points"] == [
        {
            "week": "2026-W46",
            "first": "2026-11-10T10:00:00+00:00",
            "last": "2026-11-11T10:00:00+00:00",
            "runs": 2,
            "open": 1,
            "verdicts": {"passed": 1, "wrong_failure": 1},
            "reproduced": {"count": 1, "of": 2, "interval": pytest.approx([0.0945, 0.9055], abs=1e-4)},
        }
    ]


def test_show_and_trend_for_other_programs(told: Project) -> None:
    """Markdown for the summary of a job, CSV for a table."""
    done = told.history("show", "7", "--format", "markdown")
    assert done.out.splitlines()[:3] == [
        "| Bug | State | Verdict | Reproduced | 95 % interval | Runs | Tests | First seen | Last seen |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
        "| #7 | guarded | passed | 1/2 | 9.5 to 90.5 % | 3 | 1 | 2026-11-01 | 2026-11-10 |",
    ]
    last = "| #7 | 2026-11-10 10:00 | `bbbbbbbbbbbb` | `features/a.feature:3 Bug 7` | unexpected_pass → passed |"
    assert done.out.splitlines()[-1] == last

    done = told.history("trend", "--by", "commit", "--format", "markdown")
    assert done.out.splitlines()[2] == "| `aaaaaaaaaaaa` | 2 | 2 | - | 1 | 1 | - | 3/4 |"

    done = told.history("trend", "--format", "csv")
    first, *_ = csv.DictReader(io.StringIO(done.out))
    assert (first["day"], first["runs"], first["open"], first["reproduced"], first["of"]) == (
        "2026-11-01",
        "2",
        "2",
        "3",
        "4",
    )
    assert first["last"] == "2026-11-01T11:00:00+00:00"


def test_the_same_answers_as_values(told: Project, store: str) -> None:
    """What a report takes instead of text."""
    project = find_project(told.folder)
    seven, eight = show_bugs(project, store=store)
    assert (seven.number, seven.rate, eight.rate) == (7, Rate(1, 2), Rate(3, 4))
    assert eight.tests[0].changes == eight.changes
    assert eight.changes[-1].after is Verdict.WRONG_FAILURE
    assert show_bugs(project, (8,), store) == (eight,)

    (last,) = show_trend(project, Period.DAY, since=datetime(2026, 11, 11, tzinfo=UTC), store=store)
    assert (last.label, last.open, last.rate) == ("2026-11-11", 1, Rate(0, 1))


@pytest.mark.parametrize("command", ["show", "trend"])
def test_a_bug_that_the_history_does_not_know(told: Project, command: str) -> None:
    """It may be mistyped, so it is no empty answer; a test that never ran says nothing about it."""
    assert told.counts(told.evidence([record(ids=(9,), name="Bug 9", verdict="not_run")])) == (1, 0, 0)
    done = told.history(command, "7", "9", "12")

    assert (done.code, done.out) == (2, "")
    assert ": no test of bugs #9, #12 is in the history\n" in done.err


def test_runs_without_a_revision(project: Project) -> None:
    """They are told as such."""
    project.counts(project.evidence([record(commit="")]))

    last = "    2026-11-20 10:00  no revision  expected_failure  features/a.feature:3 One"
    assert project.history("show", "7").out.splitlines()[-1] == last
    assert project.history("trend", "--by", "commit").out.splitlines()[-1].split() == [
        "unknown",
        "1",
        "1",
        "1",
        "1/1",
    ]


def test_nothing_was_tested_since_then(told: Project) -> None:
    """That is an answer."""
    done = told.history("trend", "--since", "2026-12-01")
    assert (done.code, done.out, done.err) == (0, "", "bugcapture: 0 days with tests of bugs\n")
    assert told.history("trend", "--since", "soon").code == 2


@pytest.mark.parametrize("command", [("show",), ("show", "7"), ("trend", "--by", "commit")])
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_nothing_steers_a_terminal(project: Project, command: tuple[str, ...], form: str) -> None:
    """Evidence is written by others: what it holds is shown and not obeyed."""
    evil = "\x1b[2J\u202e|`<b>\n"
    seen = [record(**{**dict.fromkeys(("commit", "name", "framework", "run_id"), evil), "location": f"{evil}:1"})]
    project.counts(project.evidence(seen))
    done = project.history(*command, "--format", form)

    assert done.code == 0
    assert all(line.isprintable() for line in done.out.splitlines())
    assert form == "text" or "<b>" not in done.out


def test_import_tells_programs_what_it_did(filled: Project) -> None:
    """All counts, and where it went."""
    done = filled.history("import", filled.evidence(life()), "--format", "json", "-q")
    document: Any = json.loads(done.out)
    shape = {
        "properties": {"schema": {"const": "bugcapture.history-import/1"}, "store": {"type": "string"}},
        "required": ["schema", "store", "files", "records", "new", "replaced", "known", "refused"],
    }
    Draft202012Validator(shape).validate(document)
    assert (done.code, done.err, document["files"], document["records"], document["new"]) == (0, "", 1, 7, 7)


def test_the_group_alone_shows_its_help(project: Project) -> None:
    """As a usage error, like all groups."""
    done = project.history()
    assert (done.code, done.out) == (2, "")
    assert "bugcapture history import" in done.err
