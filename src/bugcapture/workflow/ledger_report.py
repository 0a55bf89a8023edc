"""All that is known of the bugs, gathered for one page."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.capture import State
from bugcapture.core.errors import BugcaptureError, ConfigurationError
from bugcapture.core.evidence import SEVERITY
from bugcapture.core.text import plural
from bugcapture.core.verdict import Verdict
from bugcapture.project import git
from bugcapture.project.hazard_counts import FILE as HAZARD_COUNTS
from bugcapture.project.hazard_counts import read_hazard_counts
from bugcapture.project.hook_timings import read_timings, timings_file
from bugcapture.tracker.home import find_home
from bugcapture.workflow.burndown import BurndownPoint, read_burndown
from bugcapture.workflow.history import read_past
from bugcapture.workflow.ledger import bug_since, bug_state, read_ledger
from bugcapture.workflow.proofs import DEFAULT as PROOFS
from bugcapture.workflow.proofs import read_proofs
from bugcapture.workflow.sources import read_inventory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bugcapture.core.finding import Finding
    from bugcapture.core.history import BugHistory
    from bugcapture.core.hook_timing import HookProfile
    from bugcapture.project.config import Project
    from bugcapture.project.hazard_counts import HazardCounts
    from bugcapture.workflow.burndown import Burndown
    from bugcapture.workflow.history import Past
    from bugcapture.workflow.ledger import Entry
    from bugcapture.workflow.proofs import KeptProof

# The parts of the page that need something that may not be there.
EVIDENCE: Final = "evidence"
HISTORY: Final = "history"
PROOF: Final = "proofs"
BURNDOWN: Final = "burndown"
HAZARDS: Final = "hazards"
HOOKS: Final = "hooks"

_SHOWN: Final = 10  # Of what is named one by one in a note.


@dataclass(frozen=True, slots=True)
class Missing:
    """Why a part of the page has nothing to show.

    Attributes:
        why: Why, in a sentence.
        run: What to run to get it; empty where no command helps.
    """

    why: str
    run: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerOptions:
    """What to gather.

    Attributes:
        paths: Test files and folders; the working directory without any.
        store: The history; None for the project's.
        proofs: Proofs, and folders with proofs; the usual folder without any.
        issue_page: The address of an issue with ``{number}`` in it; None asks the tracker's settings and git.
        since: How far back the charts go; None for as far as anything is known.
    """

    paths: tuple[str, ...] = ()
    store: str | None = None
    proofs: tuple[Path, ...] = ()
    issue_page: str | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BugReport:
    """What is known of one bug.

    Attributes:
        number: The bug.
        entries: Its tests.
        history: What they said over time; None where no history knows it.
        proofs: The proofs that are about it, the oldest first.
    """

    number: int
    entries: tuple[Entry, ...]
    history: BugHistory | None = None
    proofs: tuple[KeptProof, ...] = ()

    @property
    def state(self) -> State:
        """Whether any of its tests carries the switch."""
        return bug_state(self.entries)

    @property
    def since(self) -> datetime | None:
        """Since when it is in that state; None when nobody knows."""
        return bug_since(self.entries)

    @property
    def title(self) -> str:
        """The name of the first of its tests in its state."""
        return next(entry.capture.name for entry in self.entries if entry.capture.state is self.state)

    @property
    def frameworks(self) -> dict[str, int]:
        """How many tests it has in each framework."""
        return dict(Counter(entry.capture.framework for entry in self.entries))

    @property
    def verdict(self) -> tuple[Verdict, datetime | None] | None:
        """The worst of what its tests said last, and when: of the evidence, or of a newer history."""
        last = [entry.last for entry in self.entries if entry.last]
        worst = max(last, key=lambda record: SEVERITY[record.verdict], default=None)
        moment = max((moment for record in last if (moment := read_moment(record.ts))), default=None)
        if self.history and (worst is None or (moment and self.history.last_seen > moment)):
            return self.history.verdict, self.history.last_seen
        return (Verdict(worst.verdict), moment) if worst else None

    @property
    def proof(self) -> KeptProof | None:
        """The newest proof that is what it says it is; None without one."""
        return next((proof for proof in reversed(self.proofs) if proof.intact), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    """What is known of all bugs.

    Attributes:
        project: The name of the project's folder.
        created: When it was gathered.
        commit: The checked-out revision; empty when unknown.
        dirty: Whether tracked files differ from it; None when unknown.
        issue_page: The address of an issue with ``{number}`` in it; empty for no links.
        bugs: The bugs, by ascending number.
        burndown: How many were captured over time; None where that cannot be told.
        hazards: What the refreshes have counted, the oldest first.
        hooks: How long the hooks take; None where nobody has measured.
        missing: Why parts have nothing to show, by their names.
        notes: What a reader should know besides, in sentences.
        unreadable: Files, and lines of evidence, that cannot be read.
    """

    project: str
    created: datetime
    commit: str
    dirty: bool | None
    issue_page: str
    bugs: tuple[BugReport, ...]
    burndown: Burndown | None
    hazards: tuple[HazardCounts, ...]
    hooks: HookProfile | None
    missing: dict[str, Missing]
    notes: tuple[str, ...]
    unreadable: tuple[Finding, ...]


def gather_ledger(
    project: Project,
    options: LedgerOptions,
    *,
    now: datetime | None = None,
    say: Callable[[str], None] = lambda _: None,
) -> LedgerReport:
    """Gather all that is known of the captured bugs; nothing of the project is run.

    Args:
        project: The project.
        options: What to gather.
        now: The time to name; None for the present.
        say: Told what happens at the moment.

    Raises:
        ConfigurationError: If a path, a history or proofs that were named are not there or cannot be read.
    """
    gathering = _Gathering(project, options, now or datetime.now(UTC), say)
    return gathering.gather()


def _missing_history(error: ConfigurationError) -> Missing:
    """Why there is no history. Its address, and what a database says, are not for everybody who sees the page."""
    if "pip install" in (error.hint or ""):
        return Missing(f"{error.message[:1].upper()}{error.message[1:]}.", "pip install 'bugcapture[history]'")
    if "history import" in (error.hint or ""):
        return Missing("There is no history here yet.", "bugcapture history import")
    return Missing("The history cannot be read.", "bugcapture history show")


def read_moment(text: str) -> datetime | None:
    """A moment of a record, in UTC; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


@dataclass(slots=True)
class _Gathering:
    project: Project
    options: LedgerOptions
    now: datetime
    say: Callable[[str], None]
    missing: dict[str, Missing] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    unreadable: list[Finding] = field(default_factory=list)

    @property
    def since(self) -> datetime | None:
        """How far back the charts go; not to a day that is still to come."""
        return min(self.options.since, self.now) if self.options.since else None

    def gather(self) -> LedgerReport:
        self.say("reading the tests")
        inventory = read_inventory(self.options.paths)
        self.unreadable += inventory.unreadable
        self.unreadable += (finding for _, source in inventory.sources if not source.readable for finding in
                            source.check(self.project.settings.policy))  # fmt: skip
        past = self._past()
        self.say("reading the evidence")
        ledger = read_ledger(self.project, inventory.captures, past.failures if past else ())
        self.unreadable += ledger.unreadable
        histories = {bug.number: bug for bug in past.bugs} if past else {}
        proofs = self._proofs()
        bugs = tuple(
            BugReport(
                number=number,
                entries=tuple(entries),
                history=histories.get(number),
                proofs=tuple(proof for proof in proofs if proof.is_about(number)),
            )
            for number, entries in ledger.bugs.items()
        )
        self._note_evidence(bugs)
        self._note_gone(sorted(set(histories) - set(ledger.bugs)))
        return LedgerReport(
            project=self.project.root.resolve().name,
            created=self.now,
            commit=git.head_commit(self.project.root),
            dirty=git.is_dirty(self.project.root),
            issue_page=self._issue_page(),
            bugs=bugs,
            burndown=self._burndown(bugs),
            hazards=self._hazards(),
            hooks=self._hooks(),
            missing=self.missing,
            notes=tuple(self.notes),
            unreadable=tuple(self.unreadable),
        )

    def _past(self) -> Past | None:
        self.say("reading the history")
        try:
            return read_past(self.project, self.options.store)
        except ConfigurationError as error:
            if self.options.store is not None:
                raise
            self.missing[HISTORY] = _missing_history(error)
            return None

    def _proofs(self) -> tuple[KeptProof, ...]:
        usual = self.project.root / PROOFS
        paths: Sequence[Path] = self.options.proofs or ([usual] if usual.is_dir() else [])
        proofs, findings = read_proofs(paths)
        self.unreadable += findings
        if not proofs:
            self.missing[PROOF] = Missing("No proof was kept.", "bugcapture prove N --keep")
        changed = [proof.path for proof in proofs if not proof.intact]
        self.notes += (
            f"The proof {path} was changed after it was written, and does not count." for path in changed[:_SHOWN]
        )
        if len(changed) > _SHOWN:
            more = plural(len(changed) - _SHOWN, "more proof")
            self.notes.append(f"Changed after they were written, too, and do not count: {more}.")
        return proofs

    def _note_evidence(self, bugs: Iterable[BugReport]) -> None:
        if any(entry.last or entry.failure for bug in bugs for entry in bug.entries):
            return
        named = self.project.evidence_dir is not None
        why = "No record of these tests was found." if named else "No folder for evidence is set."
        run = "bugcapture run" if named else "BUGCAPTURE_EVIDENCE_DIR=build/evidence bugcapture run"
        self.missing[EVIDENCE] = Missing(why, run)

    def _note_gone(self, numbers: Sequence[int]) -> None:
        if numbers:
            shown = ", ".join(f"#{number}" for number in numbers[:_SHOWN])
            more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
            self.notes.append(f"The history knows bugs that have no test here: {shown}{more}.")

    def _issue_page(self) -> str:
        if self.options.issue_page is not None:
            return self.options.issue_page
        settings = self.project.settings.tracker
        try:
            remote = git.remote_url(self.project.root, settings.remote)
            return find_home(settings, dict(os.environ), remote).issue_page
        except BugcaptureError:
            return ""

    def _burndown(self, bugs: Sequence[BugReport]) -> Burndown | None:
        self.say("reading the history of git")
        try:
            found = read_burndown(self.project.root, since=self.since, say=self.say)
        except ConfigurationError as error:
            self.missing[BURNDOWN] = Missing(self._sentence(error))
            return None
        if found.shallow:
            self.notes.append(
                "The clone is shallow, so the chart of open captures begins where it does: "
                "`git fetch --unshallow` brings the rest."
            )
        if not found.points:
            self.missing[BURNDOWN] = Missing("No commit here has captured a bug.", "bugcapture capture N")
            return None
        if self.options.paths or Path.cwd().resolve() != self.project.root.resolve():
            return found  # What was read today is only a part of the project.
        captured = sum(bug.state is State.CAPTURED for bug in bugs)
        # The clock of whoever made the last commit may be ahead.
        moment = max(self.now, found.points[-1].at)
        today = BurndownPoint(at=moment, commit="", captured=captured, guarded=len(bugs) - captured)
        return replace(found, points=(*found.points, today))

    def _hazards(self) -> tuple[HazardCounts, ...]:
        run = "bugcapture report refresh"
        try:
            counted = read_hazard_counts(self.project.report_folder / HAZARD_COUNTS)
        except BugcaptureError as error:
            self.missing[HAZARDS] = Missing(self._sentence(error))  # A refresh would refuse the file, too.
            return ()
        since = self.since
        counted = tuple(one for one in sorted(counted, key=lambda one: one.at) if since is None or one.at >= since)
        if not counted:
            self.missing[HAZARDS] = Missing("No refresh has counted hazards yet.", run)
        return counted

    def _hooks(self) -> HookProfile | None:
        run = "bugcapture hooks profile --save"
        try:
            profile = read_timings(timings_file(self.project))
        except BugcaptureError as error:
            self.missing[HOOKS] = Missing(self._sentence(error), run)
            return None
        if profile is None or not profile.hooks:
            self.missing[HOOKS] = Missing("Nobody has measured the hooks yet.", run)
            return None
        return profile

    def _sentence(self, error: BugcaptureError) -> str:
        """An error as a sentence, without its hint, and without the folders above the project."""
        text = f"{error.where}: {error.message}" if error.where else error.message
        text = text.replace(f"{self.project.root}{os.sep}", "").replace(f"{self.project.root}: ", "")
        return f"{text}." if error.where else f"{text[:1].upper()}{text[1:]}."
