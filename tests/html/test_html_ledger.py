"""What `bugcapture report ledger` gathers, from a real project."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from ledger_project import BEGIN, Project, feature, lines, record

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.hook_timing import HookProfile, HookTiming
from bugcapture.project.config import find_project
from bugcapture.project.hazard_counts import HazardCounts, write_hazard_counts
from bugcapture.project.hook_timings import timings_file, write_timings
from bugcapture.workflow.attest import digest
from bugcapture.workflow.proofs import keep_proof

if TYPE_CHECKING:
    from pathlib import Path

EVIDENCE = {"BUGCAPTURE_EVIDENCE_DIR": "ev"}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two bugs, of which one is guarded."""
    made = Project(tmp_path / "project")
    made.commit(features__f1_dot_feature=feature(1))
    made.commit(features__f2_dot_feature=feature(2, captured=False))
    return made


def proof(number: int | None = 2, **changes: Any) -> dict[str, Any]:
    side = {
        "outcome": "pass",
        "reason": "",
        "exc_type": "",
        "message": "",
        "step": "",
        "frame": "",
        "seconds": 0.1,
    }
    test = {
        "framework": "behave", "id": "features/f2.feature:4", "location": "", "name": "", "bugs": [2],
        "touched": True, "transition": "FAIL_TO_PASS", "base": {**side, "outcome": "fail"}, "head": side,
    }  # fmt: skip
    fields: dict[str, Any] = {
        "bug": number, "proof": "PROVEN", "says": "red, then green", "created": "2026-01-03T00:00:00+00:00",
        "tool": {"name": "bugcapture", "version": "1"}, "base": {"commit": "a" * 40, "tree": "", "subject": "x"},
        "head": {"commit": "b" * 40, "tree": "", "subject": "fix"}, "target": "main", "source": [], "overlay": [],
        "tests": [test], "unproven": None, "notes": [], **changes,
    }  # fmt: skip
    return {"schema": "bugcapture.prove/1", **fields, "digest": digest(fields)}


def test_what_is_missing_says_what_to_run(project: Project) -> None:
    """A project that has only its tests gets a page that tells how to get the rest."""
    told = project.ledger()
    assert {name: one["run"] for name, one in told["missing"].items()} == {
        "evidence": "BUGCAPTURE_EVIDENCE_DIR=build/evidence bugcapture run",
        "history": "bugcapture history import",
        "proofs": "bugcapture prove N --keep",
        "hazards": "bugcapture report refresh",
        "hooks": "bugcapture hooks profile --save",
    }
    assert str(project.folder) not in json.dumps(told)
    assert [(bug["id"], bug["state"], bug["title"]) for bug in told["bugs"]] == [
        (1, "captured", "Item 1 counts"),
        (2, "guarded", "Item 2 counts"),
    ]
    assert [(point["captured"], point["guarded"]) for point in told["burndown"]["points"]] == [
        (1, 0),
        (1, 1),
        (1, 1),
    ]
    done = project.run("report", "ledger", "--format", "json", env=EVIDENCE)
    assert "evidence: No record of these tests was found. `bugcapture run`" in done.err


def test_evidence_tells_the_first_failure_and_the_last_verdict(project: Project) -> None:
    """The text is that of the oldest failure, also when the test stood on another line then."""
    records = [
        record(1, "expected_failure", 3),
        record(1, "expected_failure", 1, location="features/f1.feature:9"),
        record(1, "wrong_failure", 2),
        record(1, "unexpected_pass", 5),
        record(7, "expected_failure", 1, location="features/f1.feature:9"),
    ]
    project.write("ev/a.jsonl", lines(*records) + b"torn")
    told = project.ledger(env=EVIDENCE)
    (test,) = told["bugs"][0]["tests"]
    assert test["failure"]["message"] == "1 items"
    assert test["declared"] == "AssertionError: \\d"
    assert (test["last"]["verdict"], told["bugs"][0]["verdict"]["name"]) == ("unexpected_pass", "unexpected_pass")
    assert told["bugs"][1]["verdict"] is None
    assert [one["path"] for one in told["unreadable"]] == ["ev/a.jsonl"]
    assert "evidence" not in told["missing"]


def test_the_history_tells_rates_changes_and_older_failures(project: Project) -> None:
    """What was imported counts, also when the evidence of the last run is all that is left in the folder."""
    days = ("expected_failure", "unexpected_pass", "expected_failure", "expected_failure")
    records = [record(1, verdict, day) for day, verdict in enumerate(days, start=1)]
    project.write("old/a.jsonl", lines(*records, record(5, "passed", 1)))
    assert project.run("history", "import", "old").code == 0
    project.write("ev/a.jsonl", lines(records[2]))
    told = project.ledger(env=EVIDENCE)
    first = told["bugs"][0]
    assert (first["reproduced"]["count"], first["reproduced"]["of"]) == (3, 4)
    assert [change["after"] for change in first["changes"]] == [
        "expected_failure",
        "unexpected_pass",
        "expected_failure",
    ]
    assert first["tests"][0]["failure"]["message"] == "1 items"
    # The history is newer than the folder.
    assert first["verdict"] == {"name": "expected_failure", "at": "2026-01-05T12:00:00+00:00"}
    assert told["bugs"][1]["history"] is None
    assert told["notes"] == ["The history knows bugs that have no test here: #5."]


def test_a_time_that_is_none_is_left_out(project: Project) -> None:
    """Evidence of whoever wrote it by hand; times of all zones are told in UTC."""
    project.write("ev/a.jsonl", lines(record(1, "expected_failure", ts="soon")))
    test = project.ledger(env=EVIDENCE)["bugs"][0]["tests"][0]
    assert (test["last"]["at"], test["failure"]["at"]) == (None, None)
    project.write("ev/a.jsonl", lines(record(1, "expected_failure", ts="2026-01-02T01:00:00+02:00")))
    test = project.ledger(env=EVIDENCE)["bugs"][0]["tests"][0]
    assert test["last"]["at"] == "2026-01-01T23:00:00+00:00"


def test_a_history_that_does_not_answer_keeps_its_secrets(project: Project) -> None:
    """The page says that it cannot be read, and not where it is and who asks."""
    env = {"BUGCAPTURE_HISTORY": "postgresql://ann:secret@127.0.0.1:1/bugs"}
    told = project.ledger(env=env)
    assert told["missing"]["history"] == {"why": "The history cannot be read.", "run": "bugcapture history show"}
    assert not [secret for secret in ("127.0.0.1", "ann:", "ann@", "secret") if secret in json.dumps(told)]


def test_a_part_of_the_project_has_no_last_point(project: Project) -> None:
    """The line is that of the whole project, so what was read of a part is not its end."""
    points = project.ledger("features/f2.feature")["burndown"]["points"]
    assert [(point["captured"], point["guarded"]) for point in points] == [(1, 0), (1, 1)]
    done = project.run("report", "ledger", "--format", "json", where="features")
    assert len(done.json["burndown"]["points"]) == 2


def test_clocks_may_be_ahead(project: Project) -> None:
    """Of the last commit, and of whoever asks for what is still to come."""
    project.day = 9000
    project.commit(features__f3_dot_feature=feature(3))
    points = project.ledger()["burndown"]["points"]
    assert [point["at"] for point in points] == sorted(point["at"] for point in points)
    points = project.ledger("--since", "2090-01-01")["burndown"]["points"]
    assert [point["captured"] for point in points] == [1, 2, 2]
    assert project.run("report", "ledger", "--since", "2090-01-01").code == 0


def test_bugs_without_tests_are_not_all_named(project: Project) -> None:
    """Ten are enough."""
    project.write("old/a.jsonl", lines(*(record(number, "passed") for number in range(10, 22))))
    assert project.run("history", "import", "old").code == 0
    (note,) = project.ledger()["notes"]
    assert note.endswith("#18, #19 and 2 more.")


def test_a_history_that_was_named_has_to_be_there(project: Project) -> None:
    """What is asked for is not passed over."""
    done = project.run("report", "ledger", "--store", "nowhere.sqlite")
    assert done.code == 2
    assert "there is no history here yet" in done.err


def test_without_its_extra_the_history_says_what_to_install(project: Project) -> None:
    """The page is written, and its section tells."""
    gone = ConfigurationError(
        "the history needs sqlalchemy", hint="run `python -m pip install 'bugcapture[history]'`"
    )
    with mock.patch("bugcapture.workflow.ledger_report.read_past", side_effect=gone):
        told = project.ledger()
    assert told["missing"]["history"] == {
        "why": "The history needs sqlalchemy.", "run": "pip install 'bugcapture[history]'"
    }  # fmt: skip


def test_kept_proofs_are_shown_with_their_bug(project: Project) -> None:
    """The newest one that is as it was written counts; one of a branch is about the bugs of its tests."""
    kept = keep_proof(find_project(project.folder), 2, "b" * 40, json.dumps(proof()))
    assert kept == project.folder / ".bugcapture" / "proofs" / "2-bbbbbbbbbb.json"
    assert project.git("status", "--porcelain") == ""
    project.write(
        ".bugcapture/proofs/branch.json", json.dumps(proof(None, proof="INCOMPLETE", created="2026-01-01"))
    )
    project.write(".bugcapture/proofs/other.json", '{"schema": "something.else/1"}')
    project.write(
        ".bugcapture/proofs/forged.json", json.dumps({**proof(), "proof": "INCOMPLETE", "created": "2027"})
    )
    project.write(".bugcapture/proofs/newer.json", '{"schema": "bugcapture.prove/2"}')
    project.write(".bugcapture/proofs/broken.json", '{"schema": "bugcapture.prove/1", "bug": "x"}')
    told = project.ledger()
    one, two = told["bugs"]
    assert (one["proof"], one["proofs"]) == (None, [])
    assert two["proof"] == "PROVEN"
    assert [(one["proof"], one["whole_branch"], one["intact"]) for one in two["proofs"]] == [
        ("INCOMPLETE", True, True), ("PROVEN", False, True), ("INCOMPLETE", False, False)
    ]  # fmt: skip
    assert [one["path"].rpartition("/")[2] for one in told["unreadable"]] == ["broken.json", "newer.json"]
    assert told["notes"] == [
        "The proof .bugcapture/proofs/forged.json was changed after it was written, and does not count."
    ]


def test_a_proof_that_cannot_be_kept_is_told(project: Project) -> None:
    """Where a file is in the way of the folder."""
    project.write(".bugcapture", "")
    with pytest.raises(ConfigurationError, match="cannot be made"):
        keep_proof(find_project(project.folder), None, "b" * 40, "{}")
    (project.folder / ".bugcapture").unlink()
    project.write(".bugcapture/.gitignore", "mine")
    assert keep_proof(find_project(project.folder), None, "b" * 40, "{}").name == "branch-bbbbbbbbbb.json"
    assert project.read(".bugcapture/.gitignore") == "mine"


def test_proofs_may_lie_anywhere(project: Project) -> None:
    """A file, or a folder; what was named has to be there."""
    project.write("build/p.json", json.dumps(proof()))
    assert project.ledger("--proofs", "build")["bugs"][1]["proof"] == "PROVEN"
    assert project.ledger("--proofs", "build/p.json")["bugs"][1]["proof"] == "PROVEN"
    done = project.run("report", "ledger", "--proofs", "nowhere")
    assert (done.code, "no such file or folder: nowhere" in done.err) == (2, True)


def test_counts_and_timings_come_from_their_files(project: Project) -> None:
    """Ordered by time; `since` leaves out what is older; hooks by stage, the slowest first."""
    risks = dict.fromkeys(("critical", "high", "medium", "low", "info"), 1)
    counted = [HazardCounts(at=BEGIN.replace(month=month), commit="", counts=risks) for month in (3, 1, 2)]
    project.write("docs/reports/hazard-counts.jsonl", "".join(map(write_hazard_counts, counted)))
    hooks = tuple(
        HookTiming(id=name, stage=stage, seconds=seconds)
        for name, stage, seconds in (("a", "pre-push", (1.0, 3.0)), ("b", "pre-push", (9.0,)), ("c", "manual", ()))
    )
    profile = HookProfile(tool="prek", tool_version="1", recorded_at=BEGIN, hooks=hooks)
    write_timings(timings_file(find_project(project.folder)), profile)
    told = project.ledger()
    assert [one["at"][:7] for one in told["hazards"]] == ["2026-01", "2026-02", "2026-03"]
    assert [(stage["stage"], stage["total"]) for stage in told["hooks"]["stages"]] == [
        ("pre-push", 11.0),
        ("manual", 0),
    ]
    assert [(hook["label"], hook["median"]) for hook in told["hooks"]["stages"][0]["hooks"]] == [
        ("b", 9.0),
        ("a", 2.0),
    ]
    told = project.ledger("--since", "2026-02-15")
    assert [one["at"][:7] for one in told["hazards"]] == ["2026-03"]
    assert len(told["burndown"]["points"]) == 2


def test_files_that_cannot_be_read_are_told_in_their_sections(project: Project) -> None:
    """The page is written all the same."""
    project.write("docs/reports/hazard-counts.jsonl", "{}\n")
    project.write(".bugcapture/hook-timings.json", "{}")
    project.write("features/broken.feature", "@tdd_bug @tdd_bug_3\nScenario without a feature\n")
    told = project.ledger()
    assert told["missing"]["hazards"]["why"] == "docs/reports/hazard-counts.jsonl:1: is no line of counts."
    assert told["missing"]["hazards"]["run"] is None  # A refresh refuses the file.
    assert "holds no hook timings" in told["missing"]["hooks"]["why"]
    assert told["unreadable"][0]["path"] == "features/broken.feature"
    project.write(".bugcapture/hook-timings.json", '{"schema": 1, "tool": "prek", "tool_version": "1", '
                  '"recorded_at": "2026-01-01T00:00:00Z"}')  # fmt: skip
    assert project.ledger()["missing"]["hooks"]["why"] == "Nobody has measured the hooks yet."


@pytest.mark.parametrize(
    ("recorded_at", "seconds"),
    [("0001-01-01T00:00:00+14:00", 1), ("9999-12-31T23:59:59-14:00", 1), ("2026-01-01T00:00:00Z", 1e308)],
)
def test_hook_timings_beyond_all_times_are_told(project: Project, recorded_at: str, seconds: float) -> None:
    """No moment that UTC does not have, and no sum that is no number and would spoil the JSON."""
    hooks = [{"id": name, "stage": "pre-push", "seconds": [seconds]} for name in ("a", "b")]
    fields = {"schema": 1, "tool": "prek", "tool_version": "1", "recorded_at": recorded_at, "hooks": hooks}
    project.write(".bugcapture/hook-timings.json", json.dumps(fields))
    told = project.ledger()
    assert told["hooks"] is None
    assert told["missing"]["hooks"]["why"].startswith(".bugcapture/hook-timings.json: holds no hook timings: ")
    assert told["missing"]["hooks"]["run"] == "bugcapture hooks profile --save"


def test_copies_of_a_proof_are_one_and_changed_ones_are_counted(project: Project) -> None:
    """The proof of CI may lie beside the one that was kept; a thousand broken ones do not fill the page."""
    for name in ("a", "ci/a"):
        project.write(f".bugcapture/proofs/{name}.json", json.dumps(proof()))
    for number in range(12):
        project.write(f".bugcapture/proofs/x{number:02}.json", json.dumps(proof() | {"says": str(number)}))
    told = project.ledger()
    assert [one["intact"] for one in told["bugs"][1]["proofs"]].count(True) == 1
    assert len(told["bugs"][1]["proofs"]) == 13
    assert len(told["notes"]) == 11
    assert told["notes"][-1] == "Changed after they were written, too, and do not count: 2 more proofs."


@pytest.mark.parametrize(
    ("arguments", "url"),
    [
        ((), None),
        (("--issue-url", "https://git.example.org/i/{number}?x=1"), "https://git.example.org/i/1?x=1"),
        (("--issue-url", ""), None),
    ],
)
def test_links_lead_to_the_tracker(project: Project, arguments: tuple[str, ...], url: str | None) -> None:
    """Where nothing tells where the issues are there are none."""
    assert project.ledger(*arguments)["bugs"][0]["url"] == url


def test_the_remote_tells_where_the_issues_are(project: Project) -> None:
    """No secret of the remote's address is in the page."""
    project.git("remote", "add", "origin", "https://ann:secret@github.com/shop/checkout.git")
    told = project.ledger()
    assert told["bugs"][0]["url"] == "https://github.com/shop/checkout/issues/1"
    assert "secret" not in json.dumps(told)
    assert project.ledger("--issue-url", "")["bugs"][0]["url"] is None


@pytest.mark.parametrize(
    "address",
    [
        "https://git.example.org/i/1", "javascript:{number}", "https://u:p@git.example.org/{number}",
        "https://git.example.org/{number} x", "https://[/{number}", "https://git.example.org/\x1b{number}",
    ],
)  # fmt: skip
def test_only_web_addresses_are_taken(project: Project, address: str) -> None:
    """Whatever else is a wrong call."""
    done = project.run("report", "ledger", "--issue-url", address)
    assert done.code == 2
    assert "\x1b" not in done.err


def test_a_shallow_clone_and_no_repository_are_told(project: Project, tmp_path: Path) -> None:
    """The chart says what it cannot show."""
    project.git("clone", "--quiet", "--depth=1", project.folder.as_uri(), str(tmp_path / "clone"))
    (tmp_path / "clone" / ".git" / "keep").touch()
    done = project.run("report", "ledger", "--format", "json", where="../clone")
    assert "The clone is shallow" in done.json["notes"][0]
    (tmp_path / "bare" / "features").mkdir(parents=True)
    (tmp_path / "bare" / "features" / "f1.feature").write_text(feature(1))
    (tmp_path / "bare" / "pyproject.toml").write_text("[tool.bugcapture]\n")
    done = project.run("report", "ledger", "--format", "json", where="../bare")
    assert "needs a git repository" in done.json["missing"]["burndown"]["why"]
    assert str(tmp_path) not in json.dumps(done.json["missing"])
    assert done.json["burndown"] is None


def test_without_a_capture_the_page_says_how_to_begin(tmp_path: Path) -> None:
    """A project that has no bugs yet."""
    project = Project(tmp_path / "project")
    project.commit(README=" ")
    told = project.ledger()
    assert told["bugs"] == []
    assert told["missing"]["burndown"] == {
        "why": "No commit here has captured a bug.",
        "run": "bugcapture capture N",
    }


def test_the_page_is_written_to_a_file(project: Project) -> None:
    """Whole, in UTF-8, and the closing line says where; many unreadable places are not all named."""
    for number in range(10, 18):
        project.write(f"features/f{number}.feature", b"@tdd_bug_1 \xff")
    done = project.run("report", "ledger", "--output", "page.html")
    assert (done.code, done.out) == (0, "")
    page = project.read("page.html")
    assert page.startswith("<!DOCTYPE html>")
    assert page.rstrip().endswith("</html>")
    assert "id=bug-1>" in page
    assert "… and 3 more places that cannot be read" in done.err
    assert done.err.endswith("bugcapture: 2 bugs in page.html\n")
    quiet = project.run("report", "ledger", "-q", "--output", "page.html", "features/f1.feature")
    assert (quiet.code, quiet.err) == (0, "")
