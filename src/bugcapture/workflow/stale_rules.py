"""The rules S1 to S4: what captured tests say of bugs, against what a tracker says. Nothing is asked here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.core.capture import State
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import plural
from bugcapture.core.verdict import Verdict
from bugcapture.tracker.issue import ClosedAs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.tracker.issue import Issue
    from bugcapture.workflow.ledger import Entry

RULES: Final = ("S1", "S2", "S3", "S4")

_CLOSED: Final = {
    ClosedAs.FIXED: "was closed as fixed",
    ClosedAs.NOT_PLANNED: "was closed as not planned",
    ClosedAs.DUPLICATE: "was closed as a duplicate",
    ClosedAs.UNKNOWN: "was closed",
}
_ADVICE: Final = {
    ClosedAs.FIXED: "if `bugcapture run {n}` says that it looks fixed, `bugcapture graduate {n}`, else reopen it",
    ClosedAs.NOT_PLANNED: "remove the test, or reopen it",
    ClosedAs.DUPLICATE: "give the test the number of the other issue",
}
_ADVICE[ClosedAs.UNKNOWN] = _ADVICE[ClosedAs.FIXED]


@dataclass(frozen=True, slots=True)
class Stale:
    """Where the tests and the tracker do not agree.

    Attributes:
        number: The bug.
        finding: What is wrong.
        issue: What the tracker has under the number; None for nothing.
    """

    number: int
    finding: Finding
    issue: Issue | None


def judge_bugs(bugs: Mapping[int, Sequence[Entry]], issues: Mapping[int, Issue | None]) -> Iterator[Stale]:
    """The rules S1, S3 and S4: every bug that has tests.

    Args:
        bugs: The tests of each bug.
        issues: What the tracker has under the numbers; a number that is left out is not judged.
    """
    for number, entries in bugs.items():
        if number not in issues:
            continue
        issue = issues[number]
        if issue is None or issue.is_pull_request or issue.closed_as is ClosedAs.MOVED:
            found = _no_issue(number, entries, issue)
        elif not issue.is_open:
            found = _closed(number, entries, issue)
        else:
            found = _open(entries, issue)
        yield from (Stale(number, finding, issue) for finding in found)


def judge_closed(closed: Iterable[Issue], guarded: Iterable[int], path: str) -> Iterator[Stale]:
    """The rule S2: every issue that was closed as fixed.

    Args:
        closed: Closed issues that ask for a regression test.
        guarded: The bugs that have tests.
        path: The file that such a finding is shown at: the test that would be the place does not exist.
    """
    known = set(guarded)
    for issue in sorted(closed, key=lambda issue: issue.number):
        if issue.number not in known and issue.closed_as is not None and issue.closed_as.may_be_fixed:
            message = (
                f"{_name(issue)} {_CLOSED[issue.closed_as]}{_on(issue)}, and no test carries its number: "
                f"tag the test that guards it @tdd_bug @tdd_bug_{issue.number}{_link(issue)}"
            )
            yield Stale(issue.number, Finding(path, 0, "S2", message), issue)


def _closed(number: int, entries: Sequence[Entry], issue: Issue) -> Iterator[Finding]:
    reason = issue.closed_as or ClosedAs.UNKNOWN
    message = (
        f"{_name(issue)} {_CLOSED[reason]}{_on(issue)}, and this test still expects the bug: "
        f"{_ADVICE[reason].format(n=number)}{_link(issue)}"
    )
    captured = [entry.capture for entry in entries if entry.capture.state is State.CAPTURED]
    for path, line in dict.fromkeys(place for capture in captured for place in _switches(capture)):
        yield Finding(path, line, "S1", message)


def _no_issue(number: int, entries: Sequence[Entry], issue: Issue | None) -> Iterator[Finding]:
    if issue is None:
        told = f"there is no issue {number}: it was deleted, it may not be seen, or the number is wrong"
    elif issue.is_pull_request:
        told = f"{number} is no issue but a pull or merge request{_title(issue)}: the test needs the bug's number"
    else:
        told = f"{_name(issue)} was moved to another repository, where it has another number"
    told += _link(issue)
    for path, line in dict.fromkeys(_place(entry.capture) for entry in entries):
        yield Finding(path, line, "S3", told)


def _open(entries: Sequence[Entry], issue: Issue) -> Iterator[Finding]:
    if any(entry.capture.state is State.CAPTURED for entry in entries):
        return
    verdicts = [entry.last.verdict if entry.last is not None else "" for entry in entries]
    if Verdict.REGRESSED in verdicts:
        return
    known = verdicts.count(Verdict.PASSED)
    tests = plural(len(entries), "test")
    if known == len(entries):
        told = f"{_name(issue)} is open, and its {tests} passed without the switch: it is ready to be closed"
    else:
        # Records of the time when the switch was on, or of a run that left the test out, say nothing.
        unknown = "its test" if len(entries) == 1 else f"{len(entries) - known} of its {tests}"
        told = (
            f"{_name(issue)} is open, and none of its tests carries the switch; whether it can be closed is not "
            f"known, because there is no evidence that {unknown} passed since then"
        )
    path, line = _place(entries[0].capture)
    yield Finding(path, line, "S4", told + _link(issue), Severity.WARNING)


def _switches(capture: Capture) -> Iterator[tuple[str, int]]:
    if not capture.switches:
        yield _place(capture)
    for site in capture.switches:
        yield site.path, site.line


def _place(capture: Capture) -> tuple[str, int]:
    return capture.path, capture.case_line or capture.line


def _on(issue: Issue) -> str:
    return f" on {issue.closed_at:%Y-%m-%d}" if issue.closed_at is not None else ""


def _name(issue: Issue) -> str:
    return f"issue {issue.number}{_title(issue)}"


def _title(issue: Issue) -> str:
    return f' "{issue.title}"' if issue.title else ""


def _link(issue: Issue | None) -> str:
    return f" ({issue.url})" if issue is not None and issue.url else ""
