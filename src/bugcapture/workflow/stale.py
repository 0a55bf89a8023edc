"""``stale``: do the tags still say what the issue tracker says?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from bugcapture.core.finding import Finding, Severity
from bugcapture.project.paths import relative_path
from bugcapture.tracker import TrackerError, find_tracker
from bugcapture.workflow.ledger import read_ledger
from bugcapture.workflow.sources import read_inventory
from bugcapture.workflow.stale_rules import RULES, Stale, judge_bugs, judge_closed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from bugcapture.project.config import Project
    from bugcapture.tracker import Issue, Tracker
    from bugcapture.tracker.home import Home
    from bugcapture.workflow.ledger import Ledger
    from bugcapture.workflow.sources import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleOptions:
    """What is compared, and how.

    Attributes:
        rules: The rules that are asked; None for all that the paths allow.
        ignored: Rules that are not asked.
        since: Closed issues count from then on (rule S2); None for all.
        policy: Whether a tracker that does not answer is an error; None for what the project sets.
        offline: Whether to answer from what was asked before.
        refresh: Whether to pass over what was asked before.
        on_progress: Called with a line of text before each request and each wait.
    """

    rules: frozenset[str] | None = None
    ignored: frozenset[str] = frozenset()
    since: datetime | None = None
    policy: Literal["strict", "warn"] | None = None
    offline: bool = False
    refresh: bool = False
    on_progress: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaleResult:
    """What the comparison found.

    Attributes:
        home: Where the issues are.
        stale: All disagreements, in the order of their places.
        issues: What the tracker has under the numbers that were asked for.
        bugs: How many bugs have tests.
        rules: The rules that were asked.
        not_asked: Why a rule was left out, by the rule.
        requests: How many requests were sent.
        asked_at: When the oldest answer was given that was used; None without any.
        withheld: A variable with a token that was not sent, because it belongs to another host; may be empty.
        unread: Test files that could not be read.
        unreadable: Lines of evidence files that are no records.
    """

    home: Home
    stale: tuple[Stale, ...]
    issues: Mapping[int, Issue | None]
    bugs: int
    rules: tuple[str, ...]
    not_asked: Mapping[str, str]
    requests: int
    asked_at: datetime | None
    withheld: str
    unread: tuple[str, ...]
    unreadable: tuple[Finding, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The disagreements as findings."""
        return tuple(one.finding for one in self.stale)

    @property
    def answered(self) -> bool:
        """Whether the tracker has answered everything."""
        return not any(finding.rule == "S0" for finding in self.findings)

    @property
    def failed(self) -> bool:
        """Whether any finding is an error."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def find_stale(project: Project, paths: Sequence[str | Path], options: StaleOptions) -> StaleResult:
    """Compare the captured tests with the issue tracker.

    Args:
        project: The project; its settings say where the issues are.
        paths: Test files and folders; the working directory when there are none.
        options: What is compared, and how.

    Raises:
        ConfigurationError: If a path does not exist, nothing tells where the issues are, or a setting cannot
            be used.
    """
    inventory = read_inventory(paths)
    ledger = read_ledger(project, inventory.captures)
    question, not_asked = _ask(project, paths, options)
    issues: dict[int, Issue | None] = {}
    with find_tracker(
        project, offline=options.offline, refresh=options.refresh, on_progress=options.on_progress
    ) as tracker:
        try:
            stale = [
                one for one in _compare(tracker, ledger, question, issues) if one.finding.rule in question.all
            ]
        except TrackerError as error:
            told = f"{error.message}; {error.hint}" if error.hint else error.message
            stale = [question.unanswered(f"nothing was compared: {told}")]
            issues = {}
    return StaleResult(
        home=tracker.home,
        stale=tuple(sorted(stale, key=lambda one: (one.finding, one.number))),
        issues=issues,
        bugs=len(ledger.bugs),
        rules=tuple(sorted(question.rules)),
        not_asked=not_asked,
        requests=tracker.requests,
        asked_at=tracker.asked_at,
        withheld=tracker.access.withheld,
        unread=_unread(inventory),
        unreadable=ledger.unreadable,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    rules: frozenset[str]
    labels: tuple[str, ...]
    since: datetime | None
    place: str
    severity: Severity

    @property
    def all(self) -> frozenset[str]:
        return self.rules | {"S0"}

    def unanswered(self, message: str, number: int = 0, at: tuple[str, int] | None = None) -> Stale:
        path, line = at or (self.place, 0)
        return Stale(number, Finding(path, line, "S0", message, self.severity), None)


def _ask(project: Project, paths: Sequence[str | Path], options: StaleOptions) -> tuple[_Question, dict[str, str]]:
    """The question, and the rules that are left out of it, with the reasons."""
    settings = project.settings.tracker
    rules, not_asked = (options.rules or frozenset(RULES)) - options.ignored, {}
    if "S2" in rules and not settings.labels:
        not_asked["S2"] = "[tool.bugcapture.tracker] labels is empty"
    elif (
        "S2" in rules
        and options.rules is None
        and (paths or not project.root.resolve().is_relative_to(Path.cwd().resolve()))
    ):
        # That no test guards a bug can only be said by who has read them all.
        not_asked["S2"] = "only a part of the project was read; `--rule S2` asks for it all the same"
    question = _Question(
        rules=rules - set(not_asked),
        labels=settings.labels,
        since=options.since,
        place=_settings_file(project),
        severity=Severity.ERROR if (options.policy or settings.policy) == "strict" else Severity.WARNING,
    )
    return question, not_asked


def _compare(
    tracker: Tracker, ledger: Ledger, question: _Question, issues: dict[int, Issue | None]
) -> Iterator[Stale]:
    if "S2" in question.rules:
        closed = list(tracker.closed_issues(question.labels, question.since))
        issues |= {issue.number: issue for issue in closed}
        yield from judge_closed(closed, ledger.bugs, question.place)
    if question.rules - {"S2"}:
        issues |= tracker.get_issues(set(ledger.bugs) - set(issues))
        yield from judge_bugs(ledger.bugs, issues)
        for number, (entry, *_) in ledger.bugs.items():
            if number not in issues:
                message = f"nothing is known of issue {number} offline: ask without `--offline`"
                yield question.unanswered(message, number, (entry.capture.path, entry.capture.line))
    for gap in tracker.gaps:
        yield question.unanswered(f"{gap}: ask without `--offline`")


def _settings_file(project: Project) -> str:
    file = project.root / "pyproject.toml"
    return relative_path(file if file.exists() else project.root)


def _unread(inventory: Inventory) -> tuple[str, ...]:
    unparsed = [source.path for _, source in inventory.sources if not source.readable]
    return tuple([finding.path for finding in inventory.unreadable] + unparsed)
