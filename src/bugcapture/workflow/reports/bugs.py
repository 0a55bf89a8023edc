"""The captured bugs of a project, for a document that is checked in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import bug_list
from bugcapture.workflow.ledger import bug_since, bug_state, read_ledger
from bugcapture.workflow.reports.document import digest
from bugcapture.workflow.reports.suite import bound_input

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from bugcapture.core.capture import Capture, State
    from bugcapture.core.finding import Finding
    from bugcapture.project.config import Project
    from bugcapture.workflow.sources import Inventory

_VERDICT: Final = "last verdict of "


@dataclass(frozen=True, slots=True, kw_only=True)
class BugTest:
    """A captured test.

    Attributes:
        capture: The test.
        since: When it came into its state; None when nobody knows.
        verdict: What it said last; empty when nobody knows.
    """

    capture: Capture
    since: datetime | None
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bug:
    """A bug with its tests.

    Attributes:
        number: The bug.
        state: Its state.
        since: When it came into its state; None when nobody knows.
        tests: Its tests.
    """

    number: int
    state: State
    since: datetime | None
    tests: tuple[BugTest, ...]


@dataclass(frozen=True, slots=True)
class BugList:
    """The bugs of a project.

    Attributes:
        bugs: The bugs, by ascending number.
        inputs: What all of this was read from.
        unreadable: Test files that say nothing.
        bad_evidence: Lines of evidence that say nothing; they are on this machine alone.
    """

    bugs: tuple[Bug, ...]
    inputs: Mapping[str, str]
    unreadable: tuple[Finding, ...]
    bad_evidence: tuple[Finding, ...]


def list_bugs(project: Project, inventory: Inventory, known: Mapping[str, str], today: datetime | None) -> BugList:
    """The bugs of a project with all that is known of them; nothing is run.

    Evidence is on the machine that has run the tests. Where there is none of a test, the verdict stays that the
    last document has told, so that a machine without evidence does not take it away.

    Args:
        project: The project.
        inventory: Its test files.
        known: What the last document was made from.
        today: The day for tests that are not committed yet, because a document is committed together with them;
            None outside of a repository.
    """
    ledger = read_ledger(project, inventory.captures)
    inputs = {
        source.path: digest(source.content)
        for dialect, source in inventory.sources
        if source.captures or not source.readable or _is_init(dialect.name, source.file.name)
    }
    inputs |= {finding.path: "" for finding in inventory.unreadable}
    inputs |= bound_input(
        source.path
        for dialect, source in inventory.sources
        if source.captures and dialect.name == "pytest" and source.path.endswith(".feature")
    )
    bugs = []
    for number, listed in ledger.bugs.items():
        entries = [replace(entry, since=entry.since or today) for entry in listed]
        tests = []
        for entry in entries:
            key = _key(entry.capture)
            verdict = entry.last.verdict if entry.last is not None else known.get(key, "")
            inputs |= {key: verdict} if verdict else {}
            tests.append(BugTest(capture=entry.capture, since=entry.since, verdict=verdict))
        bugs.append(Bug(number=number, state=bug_state(entries), since=bug_since(entries), tests=tuple(tests)))
    broken = tuple(
        one
        for _, source in inventory.sources
        if not source.readable
        for one in source.check(project.settings.policy)
    )
    return BugList(tuple(bugs), inputs, (*inventory.unreadable, *broken), ledger.unreadable)


def _is_init(framework: str, name: str) -> bool:
    # It holds no test, and its tags are those of the tests below.
    return framework == "robot" and name == "__init__.robot"


def _key(capture: Capture) -> str:
    # What a test has said before its switch was removed is not what it says now.
    return f"{_VERDICT}{capture.path}: {capture.name} ({bug_list(capture.tags.ids)} {capture.state.value})"
