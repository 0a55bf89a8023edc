"""Look at a branch from both sides, and ask all rules about each bug that it captures or fixes."""

from __future__ import annotations

import contextlib
import os
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.finding import Severity
from bugcapture.core.text import printable
from bugcapture.project import git
from bugcapture.project.config import find_project
from bugcapture.project.lock import FILE_NAME as LOCK
from bugcapture.project.paths import relative_path
from bugcapture.project.repository import Repository
from bugcapture.project.trial import Trial
from bugcapture.workflow.gate.closing import find_closed, repository_names
from bugcapture.workflow.gate.facts import Commit, Facts, Kind, Status, find_kinds, open_tests, tests_of
from bugcapture.workflow.gate.rules import RULES, apply_rules
from bugcapture.workflow.hosts import require_hosts
from bugcapture.workflow.news import find_fragment
from bugcapture.workflow.prove import ProveOptions, prove
from bugcapture.workflow.revisions import find_change
from bugcapture.workflow.sides import Sides
from bugcapture.workflow.sources import read_inventory
from bugcapture.workflow.units import Hosts, plan_launches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.core.finding import Finding
    from bugcapture.project.config import GateSettings, Project
    from bugcapture.project.repository import ChangedFile, Revision
    from bugcapture.workflow.gate.facts import Answer
    from bugcapture.workflow.prove import ProofReport
    from bugcapture.workflow.revisions import Change
    from bugcapture.workflow.sources import Inventory
    from bugcapture.workflow.trial import TriedTest

# By which CIs name the branch of a pull request; they check out its merge result, or no branch at all.
_BRANCH_VARIABLES: Final = ("GITHUB_HEAD_REF", "CI_MERGE_REQUEST_SOURCE_BRANCH_NAME", "CHANGE_BRANCH")


@dataclass(frozen=True, slots=True, kw_only=True)
class GateOptions:
    """What to look at, and how.

    Attributes:
        base: The branch or commit that the change goes to; empty looks for it.
        head: The change.
        branch: The name of the branch; empty looks for it.
        closes: Bugs that the change fixes, besides those that its commits name.
        off: Rules that are not asked, besides those of the project.
        hosts: How the frameworks are started.
    """

    base: str = ""
    head: str = "HEAD"
    branch: str = ""
    closes: tuple[int, ...] = ()
    off: tuple[str, ...] = ()
    hosts: Hosts = field(default_factory=Hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One bug and what the rules say.

    Attributes:
        number: The bug; 0 where that is unclear.
        kind: What the branch does about it.
        answers: What the rules say.
        proof: The proof, when one was asked for.
    """

    number: int
    kind: Kind
    answers: tuple[Answer, ...]
    proof: ProofReport | None = None

    @property
    def passed(self) -> bool:
        """Whether no rule fails."""
        return not any(answer.status is Status.FAIL for answer in self.answers)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateReport:
    """What a branch shows.

    Attributes:
        change: The revisions.
        bugs: The bugs that it captures or fixes. Where none is known, and test files that it changed are wrong,
            there is one without a number.
    """

    change: Change
    bugs: tuple[Checked, ...]

    @property
    def passed(self) -> bool:
        """Whether no rule fails."""
        return all(bug.passed for bug in self.bugs)


def gate(project: Project, options: GateOptions, say: Callable[[str], None]) -> GateReport:
    """Ask all rules about a branch.

    Args:
        project: The project.
        options: What to look at, and how.
        say: Told what happens at the moment.

    Raises:
        ConfigurationError: If a revision or a framework is not there, or a rule has no such name.
        RefusedError: If the program was imported from elsewhere than the checkouts.
        KeyboardInterrupt: If it was interrupted; nothing is left behind.
    """
    settings = replace(project.settings.gate, off=(*project.settings.gate.off, *options.off))
    _require_rules(settings.off)
    repository = Repository.find(project.root)
    change = find_change(repository, base=options.base, head=options.head, configured=settings.base)
    sides = Sides(repository, project, change.head, options.hosts)
    commits = tuple(
        Commit(commit=commit, message=message)
        for commit, message in repository.messages(change.base.commit, change.head.commit)
    )
    say("reading the tests on both sides")
    with sides.checkout(change.base) as top, contextlib.chdir(sides.folder(top)):
        before = read_inventory([]).captures
    with sides.checkout(change.head) as top, contextlib.chdir(sides.folder(top)):
        look = _Look(
            project=replace(find_project(sides.folder(top)), root=sides.folder(top)),
            sides=sides,
            top=top,
            change=change,
            changed=tuple(repository.changed_files(change.base.commit, change.head.commit)),
            before=before,
            inventory=read_inventory([]),
            commits=commits,
            closes=_find_closed(project, commits) | frozenset(options.closes),
            options=options,
            say=say,
        )
        kinds = find_kinds(before, look.inventory.captures, look.closes)
        kinds |= dict.fromkeys(set(options.closes) - kinds.keys(), Kind.FIX)
        if not kinds and any(finding.severity is Severity.ERROR for finding in look.findings([])):
            kinds = {0: Kind.UNCLEAR}
        bugs = tuple(look.ask(number, kind, settings, project) for number, kind in sorted(kinds.items()))
    return GateReport(change=change, bugs=bugs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    """Both sides of a branch; the project's folder at its head is the working directory."""

    project: Project
    sides: Sides
    top: Path
    change: Change
    changed: tuple[ChangedFile, ...]
    before: tuple[Capture, ...]
    inventory: Inventory
    commits: tuple[Commit, ...]
    closes: frozenset[int]
    options: GateOptions
    say: Callable[[str], None]

    def ask(self, number: int, kind: Kind, settings: GateSettings, original: Project) -> Checked:
        """Ask all rules about one bug."""
        after = tests_of(self.inventory.captures, number)
        paths = {capture.path for capture in after}
        proofs: list[ProofReport] = []

        def prove_fix() -> ProofReport:
            self.say(f"proving the fix of bug {number}")
            wanted = ProveOptions(
                number=number, base=self.change.base.commit, head=self.options.head, hosts=self.options.hosts
            )
            proofs.append(prove(original, wanted, self.say))
            return proofs[0]

        fragments = self._fragments(number)
        sources = [source for _, source in self.inventory.sources if source.path in paths]
        facts = Facts(
            number=number,
            kind=kind,
            before=tests_of(self.before, number),
            after=after,
            findings=self.findings(paths),
            comments={source.path: names_bug(source.content, number) for source in sources},
            beside=self._beside(fragments or ()),
            fragments=fragments,
            commits=self.commits,
            closes=self.closes,
            branch=self.options.branch or _find_branch(self.sides.repository, self.options.head),
            settings=settings,
            run=lambda: self._run(open_tests(after)),
            prove=prove_fix,
            switched=lambda: self._find_switched(number),
            off=self.options.off,
        )
        answers = tuple(apply_rules(facts))
        return Checked(number=number, kind=kind, answers=answers, proof=proofs[0] if proofs else None)

    def findings(self, paths: Iterable[str]) -> tuple[Finding, ...]:
        """What is wrong with some test files, and with all that the branch changed.

        Args:
            paths: The files, seen from the project.
        """
        asked = {*paths, *(self.sides.seen_from_project(change.path) for change in self.changed)}
        policy = self.project.settings.policy
        found = {finding for finding in self.inventory.unreadable if finding.path in asked}
        for _, source in self.inventory.sources:
            found.update(source.check(policy) if source.path in asked else ())
        return tuple(sorted(found))

    def _run(self, tests: tuple[Capture, ...]) -> tuple[TriedTest, ...]:
        self.say("running the test with inversion off")
        return self._try(self.top, self.change.head, tests)

    def _find_switched(self, number: int) -> tuple[Capture, ...]:
        """The tests of a bug that carried the switch where the branch began, one for each set of parameters."""
        tests = open_tests(tests_of(self.before, number))
        functions = tuple(capture for capture in tests if capture.path.endswith(".py"))
        others = tuple(capture for capture in tests if capture not in functions)
        if not functions:
            return others
        self.say("counting the sets of parameters before the change")
        with self.sides.checkout(self.change.base) as top, contextlib.chdir(self.sides.folder(top)):
            tried = self._try(top, self.change.base, functions)
        return (*others, *(test.capture for test in tried if test.capture is not None))

    def _try(self, top: Path, revision: Revision, tests: tuple[Capture, ...]) -> tuple[TriedTest, ...]:
        require_hosts({capture.framework for capture in tests}, self.options.hosts.python)
        jobs = self.options.hosts.jobs
        result = self.sides.run(top, revision, lambda project: plan_launches(tests, project.root, jobs), Trial())
        return tuple(result.tests.values())

    def _fragments(self, number: int) -> tuple[str, ...] | None:
        """The changed files that tell of the bug in the changelog; None where the project keeps no fragments."""
        wanted = find_fragment(self.project, number)
        if wanted is None:
            return None
        place = relative_path(wanted, self.project.root)
        folder = place.rpartition("/")[0]
        found = []
        for change in self.changed:
            path = self.sides.seen_from_project(change.path)
            inside, _, name = path.rpartition("/")
            # Without a number in its name it is one file for all, such as CHANGELOG.md.
            numbered = wanted.name.startswith(f"{number}.") and inside == folder and name.startswith(f"{number}.")
            if change.status != "D" and (path == place or numbered):
                found.append(path)
        return tuple(found)

    def _beside(self, fragments: Sequence[str]) -> tuple[str, ...]:
        """Changed files that are neither tests, nor what belongs to tests, nor a fragment, nor the lock file."""
        laid = set(self.sides.overlay(self.change.base))
        paths = (change.path for change in self.changed if change.path not in laid)
        seen = (self.sides.seen_from_project(path) for path in paths)
        return tuple(path for path in seen if path not in fragments and path != LOCK)


def names_bug(content: bytes, number: int) -> bool:
    """Whether a test file names a bug in words, as ``#991`` or ``bug 991``; its tags do not count.

    Args:
        content: The file.
        number: The bug.
    """
    return re.search(rb"(?i)(?:#|\b(?:bug|issue) )%d\b" % number, content) is not None


def _find_closed(project: Project, commits: Iterable[Commit]) -> frozenset[int]:
    tracker = project.settings.tracker
    names = repository_names(tracker.repository, git.remote_url(project.root, tracker.remote), os.environ)
    return frozenset(number for commit in commits for number in find_closed(commit.message, names))


def _require_rules(off: Iterable[str]) -> None:
    if unknown := sorted(set(off) - set(RULES)):
        raise ConfigurationError(
            f"the gate has no rule {printable(unknown[0])!r}", hint=f"its rules are {', '.join(RULES)}"
        )


def _find_branch(repository: Repository, head: str) -> str:
    for variable in _BRANCH_VARIABLES:
        if name := os.environ.get(variable):
            return name
    return repository.branch() if head == "HEAD" else head
