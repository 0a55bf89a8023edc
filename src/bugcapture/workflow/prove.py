"""``prove``: red without the change for the right reason, green with it."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.evidence import split_location
from bugcapture.core.fingerprint import find_drift, take_fingerprint
from bugcapture.core.proof import Proof, Side, Transition, Tried
from bugcapture.core.proof import prove as judge
from bugcapture.core.text import plural
from bugcapture.project.config import find_project
from bugcapture.project.lock import read_lock
from bugcapture.project.repository import Repository
from bugcapture.workflow.hunks import find_hunks, unnoticed_hunks
from bugcapture.workflow.matching import Matcher
from bugcapture.workflow.revisions import find_change
from bugcapture.workflow.selection import declared_before, select_bug, select_changed
from bugcapture.workflow.sides import Sides
from bugcapture.workflow.trial import TestKey
from bugcapture.workflow.units import Hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bugcapture.core.capture import Capture
    from bugcapture.project.config import Project
    from bugcapture.project.lock import Recorded
    from bugcapture.project.repository import Revision
    from bugcapture.workflow.hunks import SourceHunk
    from bugcapture.workflow.revisions import Change
    from bugcapture.workflow.selection import Selection
    from bugcapture.workflow.trial import Output, TrialResult, TriedTest

# Without a part of the fix the program may never come to an end. It gets so many times what the tests took with
# all of it, and not less than so many seconds.
_PATIENCE = 10.0
_LEAST_SECONDS = 30.0
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
        venv: Whether each side gets an environment of its own.
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
    venv: bool = False
    hosts: Hosts = field(default_factory=Hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvenTest:
    """One test on both sides of the change.

    Attributes:
        key: The test.
        base: What it did without the change; None when nothing was heard of it.
        head: What it did with it; None as well.
        told: Why nothing was heard of it without the change, and with it.
        capture: The test in the sources, where it belongs to a bug.
        touched: Whether the change touched the test itself.
    """

    key: TestKey
    base: TriedTest | None
    head: TriedTest | None
    told: tuple[str, str] = ("", "")
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
        unproven: The changes of the program that no test notices, and those that could not be taken back alone;
            None when that was not asked.
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
        venv=options.venv,
    )
    changed = repository.changed_files(change.base.commit, change.head.commit)
    tests: tuple[ProvenTest, ...] = ()
    notes = change.notes
    unproven: tuple[SourceHunk, ...] | None = None
    before = after = None
    say("checking out the change")
    with sides.checkout(change.head) as top:
        laid = frozenset(sides.overlay(change.base))
        source = tuple(file.path for file in changed if file.path not in laid)
        with contextlib.chdir(sides.folder(top)):
            if options.number is None:
                selection = select_changed(sides, change.base, changed)
            else:
                selection = select_bug(find_project(sides.folder(top)), options.number, options.hosts.jobs)
        if selection is not None:
            sides.require(selection.frameworks)
            before = _try_without(sides, change.base, selection, say)
            say("running the tests with the change")
            after = sides.run(top, change.head, selection.plan, selection.trial)
            with contextlib.chdir(sides.folder(top)):
                tests = _pair(selection, before, after)
            notes += _tell_drift(tests, read_lock(sides.folder(top)))
            if any(test.tried.head in {Side.ERROR, Side.NONE} for test in tests):
                notes += _tell_missing(sides)
            if options.hunks:
                proving = frozenset(test.key for test in tests if test.tried.transition is Transition.FAIL_TO_PASS)
                found = find_hunks(repository, change, source)
                limit = max(_LEAST_SECONDS, _PATIENCE * after.seconds)
                run = partial(sides.run, top, change.head, selection.plan, selection.trial, timeout=limit)
                unproven = tuple(_ask_hunks(repository, top, found, proving, run, say))
    return ProofReport(
        number=options.number,
        proof=judge(test.tried for test in tests if test.counts),
        tests=tests,
        change=change,
        notes=notes,
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
    repository: Repository,
    top: Path,
    hunks: list[SourceHunk],
    proving: frozenset[TestKey],
    run: Callable[[], TrialResult],
    say: Callable[[str], None],
) -> Iterable[SourceHunk]:
    """The changes of the program without which the tests that prove it pass as well."""
    if not proving:
        return hunks

    def passes() -> bool:
        tests = run().tests
        return all(key in tests and tests[key].side is Side.PASS for key in proving)

    def on_hunk(number: int, total: int) -> None:
        say(f"taking back change {number} of {total}")

    return unnoticed_hunks(repository, top, hunks, passes, on_hunk)


def _pair(selection: Selection, before: TrialResult, after: TrialResult) -> tuple[ProvenTest, ...]:
    """Each test with both of its sides; the project's folder at the head is the working directory."""
    captures = _find_captures(selection, after)
    starts: defaultdict[str, list[int]] = defaultdict(list)
    lost = {TestKey(framework, f"{file}:1", "") for framework, file in after.broken}
    keys = sorted({*before.tests, *after.tests, *lost}, key=_order)
    for key in keys:
        path, line = split_location(key.location)
        starts[path].append(line)
    tests = []
    for key in keys:
        base, head = before.tests.get(key), after.tests.get(key)
        known = head or base
        tests.append(
            ProvenTest(
                key=key,
                base=base,
                head=head,
                told=(_why_silent(key, before), _why_silent(key, after)),
                capture=(known.capture if known else None) or captures.get(key),
                touched=selection.is_touched(key, starts[split_location(key.location)[0]]),
            )
        )
    return tuple(tests)


def _why_silent(key: TestKey, result: TrialResult) -> str:
    """Why nothing was heard of a test; empty when something was."""
    if key in result.tests:
        return result.tests[key].problem
    return result.broken.get((key.framework, split_location(key.location)[0]), "there is no such test")


def _find_captures(selection: Selection, after: TrialResult) -> dict[TestKey, Capture]:
    """The captured tests in the sources, where whole files were run."""
    keys = {test.record: key for key, test in after.tests.items() if test.record and test.capture is None}
    matcher = Matcher(Path.cwd(), keys)
    return {keys[record]: capture for capture in selection.captures for record in matcher.about(capture)}


def _tell_missing(sides: Sides) -> tuple[str, ...]:
    """Files beside the program that git does not know, so that they are in no checkout."""
    files = sides.unknown_files()
    if not files:
        return ()
    shown = ", ".join(files[:3]) + (f" and {len(files) - 3} more" if len(files) > 3 else "")  # noqa: PLR2004
    told = f"git does not know {plural(len(files), 'file')} beside the program, so neither side has {shown}"
    return (f"{told}: --carry PATH copies one into both, --venv installs each side",)


def _tell_drift(tests: Iterable[ProvenTest], lock: Mapping[tuple[str, str, str], Recorded]) -> tuple[str, ...]:
    """The tests that failed without the change in another way than was recorded of their bug."""
    notes = []
    for test in tests:
        recorded = lock.get((test.key.framework, split_location(test.key.location)[0], test.key.name))
        if recorded is not None and test.base is not None and test.base.record and test.tried.base is Side.FAIL:
            drift = find_drift(recorded.failures, take_fingerprint(test.base.record))
            notes += [f"{test.key.shown} {drift}"] if drift else []
    return tuple(notes)


def _order(key: TestKey) -> tuple[str, int, str]:
    return *split_location(key.location), key.name
