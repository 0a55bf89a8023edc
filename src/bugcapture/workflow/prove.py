"""``prove``: red without the change for the right reason, green with it."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bugcapture.core.proof import Proof, Side, Transition, Tried
from bugcapture.core.proof import prove as judge
from bugcapture.project.config import find_project
from bugcapture.project.repository import Repository
from bugcapture.workflow.hosts import require_hosts
from bugcapture.workflow.hunks import find_hunks, unnoticed_hunks
from bugcapture.workflow.revisions import find_change
from bugcapture.workflow.selection import declared_before, select_bug, select_changed
from bugcapture.workflow.sides import Sides
from bugcapture.workflow.units import Hosts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.project.config import Project
    from bugcapture.project.repository import Revision
    from bugcapture.workflow.hunks import SourceHunk
    from bugcapture.workflow.revisions import Change
    from bugcapture.workflow.selection import Selection
    from bugcapture.workflow.trial import Output, TestKey, TrialResult, TriedTest

_ASKED = frozenset({Transition.FAIL_TO_PASS, Transition.PASS_TO_FAIL})


@dataclass(frozen=True, slots=True, kw_only=True)
class ProveOptions:
    """What to prove, and how.

    Attributes:
        number: The bug; None asks all tests that the branch has changed or added.
        base: The branch or commit that the change goes to; empty looks for it.
        head: The change.
        include_dirty: Whether what is not committed belongs to it.
        added: Files and folders that belong to the tests though they do not look like it.
        excluded: Files and folders that do not, though they do.
        carried: Files and folders that git does not know and the tests need.
        hunks: Whether to ask which parts of the fix no test notices.
        hosts: How the frameworks are started.
    """

    number: int | None = None
    base: str = ""
    head: str = "HEAD"
    include_dirty: bool = False
    added: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    hunks: bool = False
    hosts: Hosts = field(default_factory=Hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenTest:
    """One test on both sides of the change.

    Attributes:
        key: The test.
        base: What it did without the change; None when nothing was heard of it.
        head: What it did with it; None as well.
        capture: The test in the sources, where it belongs to a bug.
        touched: Whether the change touched the test itself.
    """

    key: TestKey
    base: TriedTest | None
    head: TriedTest | None
    capture: Capture | None = None
    touched: bool = True

    @property
    def tried(self) -> Tried:
        """Both sides in one word each."""
        return Tried(
            base=self.base.side if self.base else Side.NONE,
            head=self.head.side if self.head else Side.NONE,
            switched=self.capture is not None and self.capture.tags.expected_fail,
        )

    @property
    def counts(self) -> bool:
        """Whether it has a say: it was touched, or the change made a difference to it."""
        return self.touched or self.tried.transition in _ASKED


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofReport:
    """What was proven.

    Attributes:
        number: The bug; None when the branch was asked.
        proof: What follows.
        tests: The tests, in the order of their places.
        change: The revisions.
        notes: What a reader should know besides, in sentences.
        outputs: What the processes said without the change, then with it.
        laid: Changed files that are the same on both sides: tests, and what they need.
        source: Changed files that are not.
        unproven: The changes of the program that no test notices; None when that was not asked.
    """

    number: int | None
    proof: Proof
    tests: tuple[ProvenTest, ...]
    change: Change
    notes: tuple[str, ...]
    outputs: tuple[tuple[Output, ...], tuple[Output, ...]]
    laid: tuple[str, ...]
    source: tuple[str, ...]
    unproven: tuple[SourceHunk, ...] | None = None

    def named(self, transition: Transition) -> list[ProvenTest]:
        """The tests that did one thing."""
        return [test for test in self.tests if test.tried.transition is transition]


def prove(project: Project, options: ProveOptions, say: Callable[[str], None]) -> ProofReport:
    """Try tests without a change and with it, each time in a checkout of its own.

    Args:
        project: The project.
        options: What to prove, and how.
        say: Told what happens at the moment.

    Raises:
        ConfigurationError: If a revision, a test or a framework is not there.
        RefusedError: If tags are wrong, or the program was imported from elsewhere than the checkouts.
        KeyboardInterrupt: If it was interrupted; nothing is left behind.
    """
    repository = Repository.find(project.root)
    change = find_change(
        repository,
        base=options.base,
        head=options.head,
        configured=project.settings.gate.base,
        include_dirty=options.include_dirty,
    )
    sides = Sides(
        repository,
        project,
        change.head,
        options.hosts,
        added=options.added,
        excluded=options.excluded,
        carried=options.carried,
    )
    changed = repository.changed_files(change.base.commit, change.head.commit)
    laid = frozenset(sides.overlay(change.base))
    source = tuple(file.path for file in changed if file.path not in laid)
    tests: tuple[ProvenTest, ...] = ()
    unproven: tuple[SourceHunk, ...] | None = None
    before = after = None
    say("checking out the change")
    with sides.checkout(change.head) as top:
        with contextlib.chdir(sides.folder(top)):
            if options.number is None:
                selection = select_changed(sides, change.base, changed)
            else:
                selection = select_bug(find_project(sides.folder(top)), options.number, options.hosts.jobs)
        if selection is not None:
            require_hosts(selection.frameworks, options.hosts.python)
            before = _try_without(sides, change.base, selection, say)
            say("running the tests with the change")
            after = sides.run(top, change.head, selection.plan, selection.trial)
            tests = _pair(selection, before, after)
            if options.hunks:
                proving = frozenset(test.key for test in tests if test.tried.transition is Transition.FAIL_TO_PASS)
                found = find_hunks(repository, change, source)
                unproven = _ask_hunks(sides, top, selection, found, proving, say)
    return ProofReport(
        number=options.number,
        proof=judge(test.tried for test in tests if test.counts),
        tests=tests,
        change=change,
        notes=change.notes,
        outputs=(before.outputs if before else (), after.outputs if after else ()),
        laid=tuple(file.path for file in changed if file.path in laid),
        source=source,
        unproven=unproven,
    )


def _try_without(sides: Sides, base: Revision, selection: Selection, say: Callable[[str], None]) -> TrialResult:
    say("checking out what it goes to")
    with sides.checkout(base) as top:
        with contextlib.chdir(sides.folder(top)):
            declared = declared_before(selection)
        sides.lay_over(top, base)
        say("running the tests without the change")
        return sides.run(top, base, selection.plan, replace(selection.trial, declared=declared))


def _ask_hunks(
    sides: Sides,
    top: Path,
    selection: Selection,
    hunks: list[SourceHunk],
    proving: frozenset[TestKey],
    say: Callable[[str], None],
) -> tuple[SourceHunk, ...]:
    """The changes of the program without which the tests that prove it pass as well."""
    if not proving:
        return tuple(hunks)

    def passes() -> bool:
        result = sides.run(top, sides.head, selection.plan, selection.trial)
        return all(key in result.tests and result.tests[key].side is Side.PASS for key in proving)

    def on_hunk(number: int, total: int) -> None:
        say(f"taking back change {number} of {total}")

    return tuple(unnoticed_hunks(sides.repository, top, hunks, passes, on_hunk))


def _pair(selection: Selection, before: TrialResult, after: TrialResult) -> tuple[ProvenTest, ...]:
    starts: defaultdict[str, list[int]] = defaultdict(list)
    keys = sorted({*before.tests, *after.tests}, key=_order)
    for key in keys:
        path, _, line = key.location.rpartition(":")
        starts[path].append(int(line))
    tests = []
    for key in keys:
        base, head = before.tests.get(key), after.tests.get(key)
        known = head or base
        tests.append(
            ProvenTest(
                key=key,
                base=base,
                head=head,
                capture=known.capture if known else None,
                touched=selection.is_touched(key, starts[key.location.rpartition(":")[0]]),
            )
        )
    return tuple(tests)


def _order(key: TestKey) -> tuple[str, int, str]:
    path, _, line = key.location.rpartition(":")
    return path, int(line), key.name
