"""The rules S1 to S4 as a truth table, pure and at every kind of forge."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from stale_project import SWITCH

from bugcapture.core.capture import Capture, TagSite
from bugcapture.core.evidence import Evidence
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.tags import TestTags
from bugcapture.core.verdict import Verdict
from bugcapture.tracker.issue import ClosedAs, Issue
from bugcapture.workflow.ledger import Entry
from bugcapture.workflow.stale_rules import judge_bugs, judge_closed

if TYPE_CHECKING:
    from fake_forge import FakeForge
    from stale_project import Project

REASONS = ["fixed", "not_planned", "duplicate", "unknown"]


def entry(number: int = 7, line: int = 3, *, switch: bool = True, last: str = "", **options: Any) -> Entry:
    sites = (TagSite("a.feature", line - 1, "tdd_expected_fail"),) if switch else ()
    capture = Capture(
        framework="behave", path="a.feature", line=line, name="x", tags=TestTags((number,), switch),
        switches=options.pop("switches", sites), **options,
    )  # fmt: skip
    record = Evidence(
        ts="2026-01-01", framework="behave", ids=(number,), location=f"a.feature:{line}", name="x", verdict=last,
        raw_status="passed",
    )  # fmt: skip
    return Entry(capture=capture, last=record if last else None)


def judge(issue: Issue | None, *entries: Entry) -> list[tuple[str, str, Severity]]:
    found = judge_bugs({7: entries}, {7: issue})
    return [(one.finding.where, one.finding.rule, one.finding.severity) for one in found]


def open_issue(**changes: Any) -> Issue:
    return Issue(number=7, title="x", **changes)


def closed_issue(reason: ClosedAs = ClosedAs.FIXED, **changes: Any) -> Issue:
    return open_issue(is_open=False, closed_as=reason, **changes)


@pytest.mark.parametrize("reason", [reason for reason in ClosedAs if reason is not ClosedAs.MOVED])
def test_s1_a_test_that_expects_a_closed_bug(reason: ClosedAs) -> None:
    """Whatever it was closed as; shown where the switch stands, once for all tests below it."""
    issue = closed_issue(reason)
    assert judge(issue, entry()) == [("a.feature:2", "S1", Severity.ERROR)]
    shared = (TagSite("a.feature", 1, "tdd_expected_fail"),)
    inherited = [entry(line=line, switches=shared) for line in (3, 6, 9)]
    assert judge(issue, *inherited, entry(line=12)) == [
        ("a.feature:1", "S1", Severity.ERROR), ("a.feature:11", "S1", Severity.ERROR),
    ]  # fmt: skip
    assert judge(issue, entry(switches=())) == [("a.feature:3", "S1", Severity.ERROR)]
    assert judge(issue, entry(), entry(switch=False, line=9)) == [("a.feature:2", "S1", Severity.ERROR)]
    assert judge(issue, entry(switch=False)) == []


def test_s1_says_what_to_do() -> None:
    """Another thing for every reason, with the day, the title and the page."""

    def told(reason: ClosedAs, **changes: Any) -> str:
        (one,) = judge_bugs({7: [entry()]}, {7: closed_issue(reason, **changes)})
        return one.finding.message

    day = datetime(2026, 1, 2, tzinfo=UTC)
    assert told(ClosedAs.FIXED, closed_at=day, url="https://x.org/7") == (
        'issue 7 "x" was closed as fixed on 2026-01-02, and this test still expects the bug: if '
        "`bugcapture run 7` says that it looks fixed, `bugcapture graduate 7`, else reopen it (https://x.org/7)"
    )
    assert told(ClosedAs.UNKNOWN).startswith('issue 7 "x" was closed, and')
    assert told(ClosedAs.NOT_PLANNED).endswith("was closed as not planned, and this test still expects the bug: "
                                               "remove the test, or reopen it")  # fmt: skip
    assert told(ClosedAs.DUPLICATE).endswith("give the test the number of the other issue")


@pytest.mark.parametrize("switch", [True, False])
@pytest.mark.parametrize(
    "issue",
    [None, open_issue(is_pull_request=True), closed_issue(is_pull_request=True), closed_issue(ClosedAs.MOVED)],
)
def test_s3_a_number_that_is_no_issue(issue: Issue | None, switch: bool) -> None:
    """It does not exist, has moved away, or is a pull request, open or closed: shown at every test."""
    tests = [entry(switch=switch), entry(line=6, switch=switch), entry(line=6, switch=switch, last="passed")]
    assert judge(issue, *tests) == [("a.feature:3", "S3", Severity.ERROR), ("a.feature:6", "S3", Severity.ERROR)]
    assert judge(issue, entry(case_line=9)) == [("a.feature:9", "S3", Severity.ERROR)]


@pytest.mark.parametrize("verdict", [*Verdict, ""])
def test_s4_an_open_issue_whose_test_passes(verdict: str) -> None:
    """Passed: ready to be closed. Regressed: no. Anything else is from another time, and says nothing."""
    found = list(judge_bugs({7: [entry(switch=False, last=verdict)]}, {7: open_issue()}))
    assert len(found) == (verdict != Verdict.REGRESSED)
    for one in found:
        check_ready(one.finding, verdict)


def check_ready(finding: Finding, verdict: str) -> None:
    assert (finding.where, finding.rule, finding.severity) == ("a.feature:3", "S4", Severity.WARNING)
    assert ("it is ready to be closed" in finding.message) is (verdict == Verdict.PASSED)
    assert ("not known" in finding.message) is (verdict != Verdict.PASSED)


def test_s4_asks_all_tests_of_the_issue() -> None:
    """One that still expects the bug, or fails, or was not run, keeps the issue open."""

    def told(*entries: Entry) -> list[str]:
        return [one.finding.message for one in judge_bugs({7: entries}, {7: open_issue()})]

    passed = [entry(line=line, switch=False, last="passed") for line in (3, 6)]
    assert told(*passed) == [
        'issue 7 "x" is open, and its 2 tests passed without the switch: it is ready to be closed'
    ]
    assert told(*passed, entry(line=9)) == []
    assert told(*passed, entry(line=9, switch=False, last="regressed")) == []
    (message,) = told(*passed, entry(line=9, switch=False))
    assert message.endswith("there is no evidence that 1 of its 3 tests passed since then")
    (message,) = told(entry(switch=False, last="unexpected_pass"))
    assert message.endswith("there is no evidence that its test passed since then")


def test_an_open_issue_whose_test_expects_the_bug_is_as_it_should_be() -> None:
    """And so is a closed one whose test guards it."""
    assert judge(open_issue(), entry()) == []
    assert judge(open_issue(), entry(last="unexpected_pass")) == []
    assert judge(closed_issue(), entry(switch=False, last="passed")) == []


def test_a_number_that_nobody_could_answer_for_is_not_judged() -> None:
    """It is not the same as an issue that does not exist."""
    assert list(judge_bugs({7: [entry()], 8: [entry(8)]}, {8: open_issue()})) == []


@pytest.mark.parametrize("reason", list(ClosedAs))
def test_s2_a_bug_that_was_closed_without_a_test(reason: ClosedAs) -> None:
    """As fixed, or for no reason that is known; a duplicate or what nobody will fix needs none."""
    found = list(judge_closed([closed_issue(reason)], [1, 2], "pyproject.toml"))
    expected = reason in {ClosedAs.FIXED, ClosedAs.UNKNOWN}
    assert [(one.finding.where, one.finding.rule, one.finding.severity) for one in found] == (
        [("pyproject.toml", "S2", Severity.ERROR)] if expected else []
    )
    assert list(judge_closed([closed_issue(reason)], [7], "pyproject.toml")) == []


def test_s2_says_which_tag_is_missing() -> None:
    """In the order of the numbers."""
    issues = [Issue(number=number, title="", is_open=False, closed_as=ClosedAs.FIXED) for number in (9, 8)]
    assert [one.finding.message for one in judge_closed(issues, [], "x")] == [
        f"issue {number} was closed as fixed, and no test carries its number: tag the test that guards it "
        f"@tdd_bug @tdd_bug_{number}"
        for number in (8, 9)
    ]


@pytest.mark.parametrize("closed_as", REASONS)
def test_closed_issues_at_each_forge(project: Project, forge: FakeForge, closed_as: str) -> None:
    """S1 for every reason; S2 only where the forge or its labels do not say that nothing was fixed."""
    project.test(1)
    project.test(2, switch=False)
    for number in (1, 2, 3):
        forge.open(number)
        forge.close(number, closed_as, "bug")
    s2 = [("S2", "error", 3)] if closed_as in {"fixed", "unknown"} else []
    done = project.json()
    assert sorted(done.found) == [("S1", "error", 1), *s2]
    assert done.code == 1
    forge.issues[1].state = "open"
    assert project.json("--rule=S1").found == []


def test_missing_moved_and_pulled_numbers_at_each_forge(project: Project, forge: FakeForge) -> None:
    """S3, whether the numbers are asked for singly or in a list."""
    forge.open(1), forge.pull(2), forge.open(4)
    forge.close(3, "moved")
    moved = [("S3", "error", 3)] if forge.kind != "forgejo" else [("S1", "error", 3)]  # Forgejo moves nothing.
    for number in (2, 3):
        project.test(number)
    assert sorted(project.json().found) == sorted([("S3", "error", 2), *moved])
    for number in (1, 4, 5):
        project.test(number)
    assert sorted(project.json().found) == sorted([("S3", "error", 2), *moved, ("S3", "error", 5)])


def test_issues_that_can_be_closed_at_each_forge(project: Project, forge: FakeForge) -> None:
    """S4 by the last record of the project's evidence folder; a warning is no failure."""
    for number in (1, 2, 3, 4):
        forge.open(number)
    passed, failed, unknown = (project.test(number, switch=False) for number in (1, 2, 3))
    project.test(4)
    project.evidence(passed, "regressed", 1)
    project.evidence(passed, "passed", 1, ts="2026-02-02T10:00:00+00:00")
    project.evidence(failed, "passed", 2)
    project.evidence(failed, "regressed", 2, ts="2026-02-02T10:00:00+00:00")
    done = project.json()
    assert done.code == 0
    assert done.found == [("S4", "warning", 1), ("S4", "warning", 3)]
    assert [f"{item['path']}:{item['line']}" for item in done.json["findings"]] == [passed, unknown]
    first, second = (item["message"] for item in done.json["findings"])
    assert "ready to be closed" in first
    assert "not known" in second


def test_a_test_of_two_bugs_is_judged_by_both(project: Project, forge: FakeForge) -> None:
    """Each number has its own issue."""
    project.test(1, 2)
    forge.open(1), forge.close(2)
    assert project.json().found == [("S1", "error", 2)]


def test_all_is_as_it_should_be(project: Project, forge: FakeForge) -> None:
    """Open and expected, closed and guarded: nothing to say."""
    project.test(1)
    project.test(2, switch=False)
    forge.open(1, "open", "bug")
    forge.close(2, "fixed", "bug")
    done = project.stale()
    assert (done.code, done.out) == (0, "")
    assert (
        done.err == "bugcapture: 2 bugs compared with octo/shop at 127.0.0.1 (2 requests): 0 errors, 0 warnings\n"
    )
    assert SWITCH in (project.folder / "features/a.feature").read_text()
