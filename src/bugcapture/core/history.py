"""What evidence over time says: how often a bug shows itself, and when its tests changed their verdicts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TYPE_CHECKING, Final, TypeAlias

from bugcapture.core.capture import State
from bugcapture.core.evidence import SEVERITY, split_location
from bugcapture.core.statistics import wilson_interval
from bugcapture.core.verdict import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

# What only a test with the switch can say.
_SWITCHED: Final = frozenset({Verdict.EXPECTED_FAILURE, Verdict.UNEXPECTED_PASS, Verdict.WRONG_FAILURE})

_Test: TypeAlias = "tuple[str, str, str]"
_Revision: TypeAlias = "tuple[str, str]"


class Period(StrEnum):
    """What a point of a trend stands for."""

    DAY = "day"
    WEEK = "week"
    COMMIT = "commit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What one test said about one bug in one attempt.

    Attributes:
        number: The bug.
        run_id: The run.
        commit: The revision under test; empty when unknown.
        framework: ``behave``, ``robot`` or ``pytest``.
        location: ``path:line`` of the test.
        name: The test's name.
        attempt: 1 for the first, 2 for the first retry, …
        verdict: What it said.
        at: When it ended, in UTC.
    """

    number: int
    run_id: str
    commit: str
    framework: str
    location: str
    name: str
    attempt: int
    verdict: Verdict
    at: datetime


@dataclass(frozen=True, slots=True)
class Rate:
    """How often a bug showed itself.

    Attributes:
        reproduced: How often a test failed as expected.
        runs: How often a test with the switch ran: each could have.
    """

    reproduced: int = 0
    runs: int = 0

    @property
    def interval(self) -> tuple[float, float] | None:
        """The 95 % interval of the rate; None without a run."""
        return wilson_interval(self.reproduced, self.runs) if self.runs else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A test said something else than in the run before.

    Attributes:
        at: When.
        commit: The revision under test; empty when unknown.
        run_id: The run.
        framework: ``behave``, ``robot`` or ``pytest``.
        location: ``path:line`` of the test in that run.
        name: The test's name.
        before: What it had said; None for the first time.
        after: What it said now.
    """

    at: datetime
    commit: str
    run_id: str
    framework: str
    location: str
    name: str
    before: Verdict | None
    after: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TestHistory:
    """One test over time. A test is its file and its name: lines move.

    Attributes:
        framework: ``behave``, ``robot`` or ``pytest``.
        location: ``path:line`` in its last run.
        name: Its name.
        first_seen: When it first ran.
        last_seen: When it last ran.
        verdict: What it said last.
        verdicts: How often it said what.
        current: Whether it ran on the newest revision on which the bug was tested.
        changes: Its verdict changes, the first verdict among them.
    """

    __test__ = False

    framework: str
    location: str
    name: str
    first_seen: datetime
    last_seen: datetime
    verdict: Verdict
    verdicts: Mapping[Verdict, int]
    current: bool
    changes: tuple[Change, ...]

    @property
    def runs(self) -> int:
        """How often it ran; the attempts of one run are one."""
        return sum(self.verdicts.values())

    @property
    def rate(self) -> Rate:
        """How often it failed as expected."""
        return _rate(self.verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class BugHistory:
    """One bug over time.

    Attributes:
        number: The bug.
        first_seen: When a test of it first ran.
        last_seen: When a test of it last ran.
        runs: In how many runs it was tested.
        verdict: The worst of what its tests said last, on the newest revision on which it was tested.
        state: ``captured`` when any of them carried the switch there.
        tests: Its tests, by framework, place and name.
        changes: The verdict changes of all its tests, the oldest first.
    """

    number: int
    first_seen: datetime
    last_seen: datetime
    runs: int
    verdict: Verdict
    state: State
    tests: tuple[TestHistory, ...]
    changes: tuple[Change, ...]

    @property
    def verdicts(self) -> Mapping[Verdict, int]:
        """How often its tests said what."""
        total: Counter[Verdict] = Counter()
        for test in self.tests:
            total.update(test.verdicts)
        return total

    @property
    def rate(self) -> Rate:
        """How often its tests failed as expected."""
        return _rate(self.verdicts)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """A period in which tests of bugs ran.

    Attributes:
        label: The day, the week or the revision; empty for runs without a revision.
        first: When the first of its tests ended.
        last: When the last of them ended.
        runs: How many runs it had.
        open: How many bugs were captured at its end.
        verdicts: How many bugs had which verdict at its end; see `BugHistory.verdict`.
        rate: How often tests failed as expected in it.
    """

    label: str
    first: datetime
    last: datetime
    runs: int
    open: int
    verdicts: Mapping[Verdict, int]
    rate: Rate


def bug_histories(observations: Iterable[Observation]) -> tuple[BugHistory, ...]:
    """What is known of each bug.

    Args:
        observations: Whatever was observed, in any order. `Verdict.NOT_RUN` is passed over.

    Returns:
        The bugs by ascending number.
    """
    visits: dict[int, list[_Visit]] = {}
    for visit in _visits(observations):
        visits.setdefault(visit.number, []).append(visit)
    return tuple(_tell_bug(number, visits[number]) for number in sorted(visits))


def bug_trend(
    observations: Iterable[Observation], period: Period, *, since: datetime | None = None
) -> tuple[TrendPoint, ...]:
    """How bugs fared from period to period.

    Args:
        observations: Whatever was observed, in any order. `Verdict.NOT_RUN` is passed over.
        period: What a point stands for. Days and weeks begin in UTC.
        since: Only periods that ended then or later; what was before still says which bugs were open.

    Returns:
        The periods in which a test of a bug ran, the oldest first; revisions in the order in which they were
        first tested.
    """
    visits = _visits(observations)
    if period is Period.COMMIT:
        first: dict[str, int] = {}
        for visit in visits:
            first.setdefault(visit.commit, len(first))
        visits.sort(key=lambda visit: first[visit.commit])
    bugs: dict[int, _Bug] = {}
    points = []
    for label, inside in groupby(visits, _LABELS[period]):
        met = list(inside)
        for visit in met:
            bugs.setdefault(visit.number, _Bug()).meet(visit)
        points.append(_tell_period(label, met, bugs.values()))
    return tuple(point for point in points if since is None or point.last >= since)


@dataclass(frozen=True, slots=True)
class _Visit:
    """What one run said about one bug: the last attempt of each test."""

    at: datetime
    number: int
    commit: str
    run_id: str
    results: Sequence[Observation]

    @property
    def revision(self) -> _Revision:
        """The revision; a run whose revision is unknown stands for itself."""
        return (self.commit, "") if self.commit else ("", self.run_id)

    def tests(self) -> dict[_Test, list[Observation]]:
        found: dict[_Test, list[Observation]] = {}
        for result in self.results:
            test = (result.framework, split_location(result.location)[0], result.name)
            found.setdefault(test, []).append(result)
        return found


class _Bug:
    """What is known of a bug so far.

    Runs of several revisions may overlap, so what was said about each of them is kept apart.
    """

    def __init__(self) -> None:
        self._revisions: dict[_Revision, dict[_Test, Verdict]] = {}
        self.tests: dict[_Test, Verdict] = {}

    def meet(self, visit: _Visit) -> None:
        self.tests = self._revisions.setdefault(visit.revision, {})
        for test, results in visit.tests().items():
            self.tests[test] = _worst(result.verdict for result in results)

    @property
    def verdict(self) -> Verdict:
        return _worst(self.tests.values())

    @property
    def state(self) -> State:
        return State.GUARDED if _SWITCHED.isdisjoint(self.tests.values()) else State.CAPTURED


def _visits(observations: Iterable[Observation]) -> list[_Visit]:
    """What each run said about each bug, in the order in which the runs were done with it."""
    last: dict[tuple[object, ...], Observation] = {}
    for one in observations:
        if one.verdict is not Verdict.NOT_RUN:
            key = (one.number, one.run_id, one.commit, one.framework, one.location, one.name)
            rival = last.get(key)
            if rival is None or one.attempt > rival.attempt:
                last[key] = one
    groups: dict[tuple[int, str, str], list[Observation]] = {}
    for one in sorted(last.values(), key=lambda one: (one.at, one.location)):
        groups.setdefault((one.number, one.commit, one.run_id), []).append(one)
    visits = [_Visit(results[-1].at, *key, results) for key, results in groups.items()]
    return sorted(visits, key=lambda visit: (visit.at, visit.commit, visit.run_id, visit.number))


def _tell_bug(number: int, visits: Sequence[_Visit]) -> BugHistory:
    bug = _Bug()
    said: dict[_Test, list[list[Observation]]] = {}
    for visit in visits:
        bug.meet(visit)
        for test, results in visit.tests().items():
            said.setdefault(test, []).append(results)
    tests = [_tell_test(runs, current=test in bug.tests) for test, runs in sorted(said.items())]
    return BugHistory(
        number=number,
        first_seen=min(test.first_seen for test in tests),
        last_seen=max(test.last_seen for test in tests),
        runs=len(visits),
        verdict=bug.verdict,
        state=bug.state,
        tests=tuple(tests),
        changes=tuple(sorted((change for test in tests for change in test.changes), key=lambda change: change.at)),
    )


def _tell_test(runs: Sequence[Sequence[Observation]], *, current: bool) -> TestHistory:
    before: Verdict | None = None
    changes = []
    for results in runs:
        worst = max(results, key=lambda result: SEVERITY[result.verdict])
        if worst.verdict is not before:
            changes.append(_tell_change(worst, before))
            before = worst.verdict
    every = [result for results in runs for result in results]
    last = runs[-1][-1]
    return TestHistory(
        framework=last.framework,
        location=last.location,
        name=last.name,
        first_seen=min(result.at for result in every),
        last_seen=max(result.at for result in every),
        verdict=_worst(result.verdict for result in runs[-1]),
        verdicts=Counter(result.verdict for result in every),
        current=current,
        changes=tuple(changes),
    )


def _tell_change(result: Observation, before: Verdict | None) -> Change:
    return Change(
        at=result.at,
        commit=result.commit,
        run_id=result.run_id,
        framework=result.framework,
        location=result.location,
        name=result.name,
        before=before,
        after=result.verdict,
    )


def _tell_period(label: str, visits: Sequence[_Visit], bugs: Iterable[_Bug]) -> TrendPoint:
    bugs = list(bugs)
    results = [result for visit in visits for result in visit.results]
    return TrendPoint(
        label=label,
        first=min(result.at for result in results),
        last=max(result.at for result in results),
        runs=len({(visit.commit, visit.run_id) for visit in visits}),
        open=sum(bug.state is State.CAPTURED for bug in bugs),
        verdicts=Counter(bug.verdict for bug in bugs),
        rate=_rate(Counter(result.verdict for result in results)),
    )


def _rate(verdicts: Mapping[Verdict, int]) -> Rate:
    return Rate(verdicts.get(Verdict.EXPECTED_FAILURE, 0), sum(verdicts.get(one, 0) for one in _SWITCHED))


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    return max(verdicts, key=lambda verdict: SEVERITY[verdict])


def _label_week(visit: _Visit) -> str:
    year, week, _ = visit.at.isocalendar()
    return f"{year:04}-W{week:02}"


_LABELS: Final[Mapping[Period, Callable[[_Visit], str]]] = {
    Period.DAY: lambda visit: visit.at.date().isoformat(),
    Period.WEEK: _label_week,
    Period.COMMIT: lambda visit: visit.commit,
}
