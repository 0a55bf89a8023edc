"""``verify``: how often does a captured bug show itself, and always in the same way?"""

from __future__ import annotations

import tempfile
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.fingerprint import Fingerprint, find_drift, take_fingerprint
from bugcapture.core.proof import Side
from bugcapture.core.statistics import wilson_interval
from bugcapture.project.lock import Recorded, read_lock, write_lock
from bugcapture.project.paths import relative_path
from bugcapture.project.trial import Trial
from bugcapture.workflow.hosts import require_hosts
from bugcapture.workflow.selection import select_bug
from bugcapture.workflow.sources import dialect_named
from bugcapture.workflow.stress import Axis, conditions, under, why_impossible
from bugcapture.workflow.trial import TestKey, TriedTest, read_tests, trial_units
from bugcapture.workflow.units import Hosts, run_units

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Launch
    from bugcapture.project.config import Project
    from bugcapture.project.process import Ended
    from bugcapture.workflow.units import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyOptions:
    """What to verify, and how.

    Attributes:
        number: The bug.
        runs: How often each of its tests runs under each condition.
        require: The share of runs, in percent, that has to go as expected; None asks for all of them, and does not
            stop early.
        axes: The conditions.
        hosts: How the frameworks are started.
    """

    number: int
    runs: int = 50
    require: float | None = None
    axes: tuple[Axis, ...] = (Axis.CALM,)
    hosts: Hosts = field(default_factory=Hosts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How one test did under one condition.

    Attributes:
        capture: The test.
        name: Its name in the run.
        axis: The condition.
        wanted: What it should do: fail while it carries the switch, else pass.
        sides: How often it did what.
        failures: The failures that count, the most frequent first, with how often each was seen.
        others: Why the other runs say nothing about the bug, with how often.
        drift: How the most frequent failure differs from the recorded one; empty when it does not.
    """

    capture: Capture
    name: str
    axis: Axis
    wanted: Side
    sides: dict[Side, int]
    failures: tuple[tuple[Fingerprint, int], ...]
    others: tuple[tuple[str, int], ...]
    drift: str = ""

    @property
    def runs(self) -> int:
        """How often it ran."""
        return sum(self.sides.values())

    @property
    def successes(self) -> int:
        """How often it did what it should."""
        return self.sides.get(self.wanted, 0)

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of its rate."""
        return wilson_interval(self.successes, self.runs) if self.runs else (0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyReport:
    """What the runs showed.

    Attributes:
        number: The bug.
        runs: How many runs of each test were asked for under each condition.
        require: The share that was asked for, in percent.
        rates: How the tests did.
        skipped: Conditions that this machine has not the means for, and why.
        stopped: Whether it stopped before all runs, because the share cannot be reached any more.
        recorded: The lock file, when the failures were recorded.
    """

    number: int
    runs: int
    require: float
    rates: tuple[Rate, ...]
    skipped: tuple[tuple[Axis, str], ...] = ()
    stopped: bool = False
    recorded: Path | None = None

    @property
    def holds(self) -> bool:
        """Whether each test did what it should, often enough and in the recorded way."""
        enough = all(rate.runs and 100 * rate.successes >= self.require * rate.runs for rate in self.rates)
        return enough and not any(rate.drift for rate in self.rates)


def verify(project: Project, options: VerifyOptions, on_run: Callable[[int, int, int], None]) -> VerifyReport:
    """Run the tests of a bug many times, each time in a process of their own.

    Args:
        project: The project, in whose folder the working directory lies.
        options: What to verify, and how.
        on_run: Told how many processes have ended, of how many, and how many of them did not do what they should.

    Raises:
        ConfigurationError: If the bug has no test, a framework is not there, or the lock file is unusable.
        RefusedError: If tags or declarations in its files are wrong.
        KeyboardInterrupt: If it was interrupted; no process is left behind.
    """
    selection = select_bug(project, options.number, 1)
    require_hosts(selection.frameworks, options.hosts.python)
    lock = read_lock(project.root)
    impossible = [(axis, why) for axis in options.axes if (why := why_impossible(axis))]
    axes = [axis for axis in options.axes if not why_impossible(axis)]
    groups = _group(selection.captures)
    tally = _Tally(len(axes) * len(groups) * options.runs, options, on_run)
    with tempfile.TemporaryDirectory(prefix="bugcapture-verify-", ignore_cleanup_errors=True) as scratch:
        for axis in axes:
            if not tally.stopped:
                _run_axis(project, axis, groups, options, Path(scratch) / axis.value, tally)
    rates = tuple(_rate(seen, lock, project.root) for seen in tally.seen.values())
    return VerifyReport(
        number=options.number,
        runs=options.runs,
        require=100.0 if options.require is None else options.require,
        rates=rates,
        skipped=tuple(impossible),
        stopped=tally.stopped,
    )


def record(project: Project, report: VerifyReport) -> VerifyReport:
    """Write down how the captured tests of a report fail.

    Args:
        project: The project; the lock file lies beside its pyproject.toml.
        report: The report.

    Returns:
        The report with the file, and without what differs from what was recorded before.

    Raises:
        ConfigurationError: If the file cannot be read or written.
    """
    lock = read_lock(project.root)
    for rate in report.rates:
        if rate.wanted is Side.FAIL and rate.axis is report.rates[0].axis and rate.failures:
            entry = Recorded(
                framework=rate.capture.framework,
                path=_path(rate.capture, project.root),
                name=rate.name,
                ids=rate.capture.tags.ids,
                runs=rate.runs,
                reproduced=rate.successes,
                failures=tuple(failure for failure, _ in rate.failures),
            )
            lock[entry.key] = entry
    file = write_lock(project.root, lock)
    return replace(report, recorded=file, rates=tuple(replace(rate, drift="") for rate in report.rates))


@dataclass(slots=True)
class _Seen:
    """What one test did so far under one condition."""

    capture: Capture
    name: str
    axis: Axis
    tests: list[TriedTest] = field(default_factory=list)

    @property
    def wanted(self) -> Side:
        return Side.FAIL if self.capture.tags.expected_fail else Side.PASS


class _Tally:
    """Counts what the runs show, and knows when it is enough."""

    def __init__(self, total: int, options: VerifyOptions, on_run: Callable[[int, int, int], None]) -> None:
        self.seen: dict[tuple[str, int, str, Axis], _Seen] = {}
        self.stopped = False
        self._total = total
        self._options = options
        self._on_run = on_run
        self._done = self._bad = 0

    def add(self, axis: Axis, group: Sequence[Capture], tests: Sequence[TriedTest]) -> bool:
        """Count the end of a process; tell whether no further one is needed."""
        good = bool(tests)
        for test in tests:
            key = (group[0].path, group[0].line, test.key.name, axis)
            own = test.capture or _capture_of(test, group)
            seen = self.seen.setdefault(key, _Seen(own, test.key.name, axis))
            seen.tests.append(test)
            good = good and test.side is seen.wanted
            self.stopped = self.stopped or self._is_lost(seen)
        self._done += 1
        self._bad += not good
        self._on_run(self._done, self._total, self._bad)
        return self.stopped

    def _is_lost(self, seen: _Seen) -> bool:
        """Whether the share that is asked for cannot be reached any more."""
        if self._options.require is None:
            return False
        missed = sum(test.side is not seen.wanted for test in seen.tests)
        return 100 * (self._options.runs - missed) < self._options.require * self._options.runs


def _run_axis(
    project: Project,
    axis: Axis,
    groups: Sequence[tuple[Capture, ...]],
    options: VerifyOptions,
    scratch: Path,
    tally: _Tally,
) -> None:
    planned: list[tuple[Sequence[Capture], Unit]] = []
    for run in range(1, options.runs + 1):
        condition = under(axis, run, options.hosts, Trial())
        for number, group in enumerate(groups, start=1):
            folder = scratch / f"{run:04}-{number}"
            folder.mkdir(parents=True)
            launches = list(_plan(group, project.root, whole_file=condition.trial.everything))
            for unit in trial_units(launches, project, condition.hosts, condition.trial, folder):
                environment = {**condition.hosts.environment, **unit.environment}
                planned.append((group, replace(unit, environment=environment)))

    def on_end(index: int, ended: Ended) -> bool:
        group, unit = planned[index]
        found = list(read_tests(unit, ended, options.hosts.timeout))
        own = [test for test in found if not unit.launch.files or _is_about(test, options.number)]
        return tally.add(axis, group, own or [_lost(group[0], ended)])

    with conditions(axis, options.hosts) as hosts:
        run_units([unit for _, unit in planned], hosts, on_end)


def _plan(group: Sequence[Capture], root: Path, *, whole_file: bool) -> Iterator[Launch]:
    dialect = dialect_named(group[0].framework)
    if whole_file:
        yield from dialect.plan_files([group[0].path], root)
    else:
        yield from dialect.plan_launches(group, root)


def _group(captures: Sequence[Capture]) -> list[tuple[Capture, ...]]:
    """The captures by test: several parameters of one pytest function run together."""
    groups: dict[tuple[str, str, int, str], list[Capture]] = {}
    for capture in captures:
        groups.setdefault((capture.framework, capture.path, capture.line, capture.name), []).append(capture)
    return [tuple(group) for group in groups.values()]


def _is_about(test: TriedTest, number: int) -> bool:
    return test.record is not None and number in test.record.ids


def _capture_of(test: TriedTest, group: Sequence[Capture]) -> Capture:
    """Which parameters of a function a record is about, as far as it says."""
    state = test.record.state if test.record else ""
    return next((capture for capture in group if capture.state == state), group[0])


def _lost(capture: Capture, ended: Ended) -> TriedTest:
    """A test of which nothing was heard."""
    key = TestKey(capture.framework, capture.where, capture.name)
    return TriedTest(key=key, record=None, problem=f"no record of it; the process exited {ended.exit_code}")


def _rate(seen: _Seen, lock: dict[tuple[str, str, str], Recorded], root: Path) -> Rate:
    counted = [test for test in seen.tests if test.side is Side.FAIL and test.record is not None]
    failures = Counter(take_fingerprint(test.record) for test in counted if test.record is not None)
    others = Counter(test.reason for test in seen.tests if test.side not in {Side.FAIL, Side.PASS})
    common = tuple(failures.most_common())
    recorded = lock.get((seen.capture.framework, _path(seen.capture, root), seen.name))
    compared = recorded is not None and common and seen.wanted is Side.FAIL
    drift = find_drift(recorded.failures, common[0][0]) if recorded is not None and compared else ""
    return Rate(
        capture=seen.capture,
        name=seen.name,
        axis=seen.axis,
        wanted=seen.wanted,
        sides=dict(Counter(test.side for test in seen.tests)),
        failures=common,
        others=tuple(others.most_common()),
        drift=drift,
    )


def _path(capture: Capture, root: Path) -> str:
    return relative_path(capture.path, root, seen_from=Path.cwd())
