"""``bisect``: which commit brought the bug in? The captured test of today is asked about the past."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bugcapture import __version__
from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.proof import Side
from bugcapture.core.search import Answer, Found, find_first_bad
from bugcapture.core.text import printable, shorten
from bugcapture.project import git
from bugcapture.project.config import find_project
from bugcapture.project.repository import Repository
from bugcapture.project.trial_cache import TrialCache
from bugcapture.workflow.selection import select_bug
from bugcapture.workflow.sides import Sides
from bugcapture.workflow.units import Hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bugcapture.project.config import Project
    from bugcapture.project.repository import Revision
    from bugcapture.workflow.selection import Selection

_ANSWERS = {Side.FAIL: Answer.BAD, Side.PASS: Answer.GOOD}


@dataclass(frozen=True, slots=True, kw_only=True)
class BisectOptions:
    """Where to look, and how.

    Attributes:
        number: The bug.
        good: A revision without the bug; empty looks for one.
        bad: A revision with it.
        tests: The revision whose tests are asked.
        added: Files and folders that belong to the tests though they do not look like it.
        excluded: Files and folders that do not, though they do.
        carried: Files and folders that git does not know and the tests need.
        cached: Whether answers of earlier searches count.
        venv: Whether each revision is installed in an environment of its own.
        hosts: How the frameworks are started.
    """

    number: int
    good: str = ""
    bad: str = "HEAD"
    tests: str = "HEAD"
    added: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    carried: tuple[str, ...] = ()
    cached: bool = True
    venv: bool = False
    hosts: Hosts = field(default_factory=Hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """One revision that was asked.

    Attributes:
        revision: The revision.
        answer: Whether the bug is in it.
        reason: Why, as far as there is something to say.
        cached: Whether the answer was known.
    """

    revision: Revision
    answer: Answer
    reason: str
    cached: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BisectReport:
    """What was found.

    Attributes:
        number: The bug.
        culprit: The first revision that has the bug, as far as it could be told.
        before: The last one that has it not; None when there is none.
        doubtful: Revisions between them that could not be tried.
        tested: All that were asked, in this order.
        notes: What a reader should know besides, in sentences.
    """

    number: int
    culprit: Revision
    before: Revision | None
    doubtful: tuple[Revision, ...]
    tested: tuple[Tested, ...]
    notes: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether it is this revision for sure."""
        return self.before is not None and not self.doubtful


def bisect(project: Project, options: BisectOptions, say: Callable[[str], None]) -> BisectReport:
    """Look for the commit that brought a bug in.

    Args:
        project: The project.
        options: Where to look, and how.
        say: Told what happens at the moment.

    Raises:
        ConfigurationError: If a revision, the test or a framework is not there.
        RefusedError: If the bug does not show itself where it should, or shows itself where it should not.
        KeyboardInterrupt: If it was interrupted; nothing is left behind.
    """
    repository = Repository.find(project.root)
    bad = _resolve(repository, options.bad, "--bad")
    good = _resolve(repository, options.good, "--good") if options.good else None
    sides = Sides(
        repository,
        project,
        _resolve(repository, options.tests, "--tests"),
        options.hosts,
        added=options.added,
        excluded=options.excluded,
        carried=options.carried,
        venv=options.venv,
    )
    say("checking out")
    with sides.checkout(sides.head) as top:
        with contextlib.chdir(sides.folder(top)):
            checked_out = find_project(sides.folder(top))
            selection = select_bug(checked_out, options.number, options.hosts.jobs)
        sides.require(selection.frameworks)
        trials = _Trials(sides, top, selection, options, say)
        return _search(trials, bad, good)


def _search(trials: _Trials, bad: Revision, good: Revision | None) -> BisectReport:
    repository = trials.sides.repository
    newest = trials.ask(bad.commit)
    if newest.answer is not Answer.BAD:
        raise RefusedError(_tell_not_bad(newest))
    history = repository.first_parents(bad.commit)
    if good is not None:
        if good.commit not in history:
            raise ConfigurationError(
                f"{good.short} is not in the line of first parents of {bad.short}",
                where="--good",
                hint="name a commit of the branch itself",
            )
        oldest = trials.ask(good.commit)
        if oldest.answer is not Answer.GOOD:
            word = "the bug is there as well" if oldest.answer is Answer.BAD else "the test could not be run there"
            raise RefusedError(f"{good.short} is not good: {word}: {oldest.reason}")
    notes: list[str] = []
    while True:
        found = _find(trials, history, good)
        inner = _side_history(repository, history[found.first_bad])
        if found.last_good is None or found.doubtful or not inner:
            break
        if trials.ask(inner[0]).answer is not Answer.BAD or trials.ask(inner[-1]).answer is not Answer.GOOD:
            break
        merge = repository.revision(history[found.first_bad])
        notes.append(f"it came with the merge {merge.short} ({shorten(printable(merge.subject), 80)})")
        history, good = inner, repository.revision(inner[-1])
    if found.last_good is None and repository.is_shallow():
        notes.append("the clone is shallow: older commits are not here (`git fetch --unshallow`)")
    return BisectReport(
        number=trials.number,
        culprit=repository.revision(history[found.first_bad]),
        before=None if found.last_good is None else repository.revision(history[found.last_good]),
        doubtful=tuple(repository.revision(history[position]) for position in found.doubtful),
        tested=tuple(trials.tested.values()),
        notes=tuple(notes),
    )


def _find(trials: _Trials, history: Sequence[str], good: Revision | None) -> Found:
    end = None if good is None else history.index(good.commit)
    return find_first_bad(len(history), lambda position: trials.ask(history[position]).answer, good=end)


class _Trials:
    """Asks the captured tests about revisions, in one checkout."""

    def __init__(
        self, sides: Sides, top: Path, selection: Selection, options: BisectOptions, say: Callable[[str], None]
    ) -> None:
        self.sides = sides
        self.number = options.number
        self.tested: dict[str, Tested] = {}
        self._top = top
        self._selection = selection
        self._say = say
        self._host = _tell_host(sides, options)
        common = git.common_folder(sides.repository.top)
        self._cache = None if common is None else TrialCache(common)
        self._cached = options.cached

    def ask(self, commit: str) -> Tested:
        """Whether the bug is in a revision."""
        if commit not in self.tested:
            revision = self.sides.repository.revision(commit)
            key = self._key(revision)
            known = self._cache.get(key) if self._cache and self._cached else None
            self._say(f"trial {len(self.tested) + 1}: {revision.short} {shorten(printable(revision.subject), 60)}")
            if known:
                side, reason = Side(known["side"]), known["reason"]
            else:
                side, reason, stopped = self._try(revision)
                if self._cache and not stopped:
                    self._cache.put(key, {"side": side.value, "reason": reason})
            answer = _ANSWERS.get(side, Answer.UNKNOWN)
            self.tested[commit] = Tested(revision=revision, answer=answer, reason=reason, cached=known is not None)
        return self.tested[commit]

    def _try(self, revision: Revision) -> tuple[Side, str, bool]:
        """What the tests do there, why, and whether a process was stopped on the way.

        One that fails as expected shows the bug, whatever the others do.
        """
        try:
            self.sides.switch(self._top, revision)
            self.sides.lay_over(self._top, revision)
            result = self.sides.run(self._top, revision, self._selection.plan, self._selection.trial)
        except ConfigurationError as error:
            return Side.NONE, error.message, False
        tests = list(result.tests.values())
        for side in (Side.FAIL, Side.ERROR, Side.NONE, Side.SKIP):
            for test in tests:
                if test.side is side:
                    return side, test.reason, result.stopped
        return (*((Side.PASS, "") if tests else (Side.NONE, "no test was found")), result.stopped)

    def _key(self, revision: Revision) -> str:
        """All that decides about the answer: what lies in the checkout, the tests, and who runs them how."""
        content = self.sides.content(revision)
        ids = sorted(f"{capture.framework} {capture.where} {capture.name}" for capture in self._selection.captures)
        parts = (__version__, sys.version, self._host, str(self.number), *ids, *content)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _tell_host(sides: Sides, options: BisectOptions) -> str:
    """Who runs the tests, and how, in one text."""
    hosts = options.hosts
    install = sides.project.settings.install if options.venv else None
    arguments = {name: added for name, added in hosts.arguments.items() if added}
    return json.dumps((hosts.python or sys.executable, install, hosts.timeout, arguments), sort_keys=True)


def _side_history(repository: Repository, commit: str) -> list[str]:
    """What a merge brought in, newest first, down to where the histories part; nothing for any other commit."""
    parents = repository.parents(commit)
    if len(parents) != 2:  # noqa: PLR2004 - of an octopus nobody knows which arm to follow
        return []
    common = repository.merge_base(parents[0], parents[1])
    history = repository.first_parents(parents[1])
    return history[: history.index(common) + 1] if common in history else []


def _resolve(repository: Repository, name: str, where: str) -> Revision:
    found = repository.resolve(name)
    if found is None:
        raise ConfigurationError(f"there is no revision {shorten(printable(name), 80)}", where=where)
    return found


def _tell_not_bad(newest: Tested) -> str:
    if newest.answer is Answer.GOOD:
        return (
            f"the bug does not show itself in {newest.revision.short}: the test passes there\n"
            "  name a revision that has it: --bad REV, such as the commit before the fix"
        )
    return f"the test could not be run in {newest.revision.short}: {printable(newest.reason)}"
