"""What observations say about bugs, without any database."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bugcapture.core.capture import State
from bugcapture.core.history import (
    BugHistory,
    Observation,
    Period,
    Rate,
    TrendPoint,
    bug_histories,
    bug_trend,
)
from bugcapture.core.statistics import wilson_interval
from bugcapture.core.verdict import Verdict

START = datetime(2026, 11, 19, 10, tzinfo=UTC)  # A Thursday.
FAILED, PASSED = Verdict.EXPECTED_FAILURE, Verdict.PASSED
FIXED, WRONG, BACK = Verdict.UNEXPECTED_PASS, Verdict.WRONG_FAILURE, Verdict.REGRESSED


def see(verdict: Verdict, day: float = 0, **changes: Any) -> Observation:
    """One test of bug 7, in a run and on a revision of its day."""
    usual = {
        "number": 7,
        "run_id": f"run {day}",
        "commit": f"c{day}",
        "framework": "behave",
        "location": "features/a.feature:3",
        "name": "One",
        "attempt": 1,
    }
    return Observation(verdict=verdict, at=START + timedelta(days=day), **{**usual, **changes})


def fold(*seen: Observation) -> BugHistory:
    """The only bug, whatever the order in which its observations come."""
    shuffled = list(seen)
    random.Random(1).shuffle(shuffled)  # noqa: S311 - an order, no secret
    (bug,) = bug_histories(seen)
    assert bug_histories(shuffled) == (bug,)
    return bug


def steps(bug: BugHistory) -> list[tuple[str, str, Verdict | None, Verdict]]:
    """The changes of a bug in short."""
    return [(change.commit, change.name, change.before, change.after) for change in bug.changes]


def points(seen: list[Observation], period: Period = Period.DAY, **options: Any) -> list[tuple[str, int, int]]:
    """A trend in short: period, runs, open bugs."""
    return [(point.label, point.runs, point.open) for point in bug_trend(seen, period, **options)]


def test_the_life_of_a_bug() -> None:
    """Captured, seen to be fixed, graduated, and back again."""
    bug = fold(see(FAILED, 0), see(FAILED, 1), see(FIXED, 2), see(PASSED, 3), see(BACK, 4))

    assert (bug.number, bug.first_seen, bug.last_seen, bug.runs) == (7, START, START + timedelta(4), 5)
    assert (bug.state, bug.verdict) == (State.GUARDED, BACK)
    assert steps(bug) == [
        ("c0", "One", None, FAILED),
        ("c2", "One", FAILED, FIXED),
        ("c3", "One", FIXED, PASSED),
        ("c4", "One", PASSED, BACK),
    ]
    assert bug.changes[1].at == START + timedelta(2)
    assert bug.changes[1].run_id == "run 2"
    assert bug.verdicts == {FAILED: 2, FIXED: 1, PASSED: 1, BACK: 1}
    assert bug.rate == Rate(2, 3)
    assert bug.rate.interval == wilson_interval(2, 3)


@pytest.mark.parametrize(
    ("verdict", "rate"),
    [(FAILED, Rate(1, 1)), (FIXED, Rate(0, 1)), (WRONG, Rate(0, 1)), (PASSED, Rate(0, 0)), (BACK, Rate(0, 0))],
)
def test_only_runs_with_the_switch_could_show_the_bug(verdict: Verdict, rate: Rate) -> None:
    """As for `verify`, a failure for another reason is a run in which the bug was not seen."""
    bug = fold(see(verdict))

    assert bug.rate == bug.tests[0].rate == rate
    assert (rate.interval is None) == (rate.runs == 0)
    assert bug.state is (State.CAPTURED if rate.runs else State.GUARDED)


def test_the_last_attempt_of_a_run_counts() -> None:
    """Retries are one run, and make no change of their own."""
    bug = fold(see(FIXED, attempt=1), see(WRONG, attempt=3), see(FAILED, attempt=2), see(FAILED, 1))

    assert bug.rate == Rate(1, 2)
    assert steps(bug) == [("c0", "One", None, WRONG), ("c1", "One", WRONG, FAILED)]


def test_what_did_not_run_says_nothing() -> None:
    """A record without a verdict makes no bug known."""
    assert bug_histories([see(Verdict.NOT_RUN)]) == ()
    assert fold(see(FAILED), see(Verdict.NOT_RUN, 1)).last_seen == START


def test_a_test_is_its_file_and_its_name() -> None:
    """Its line moves; another name, file or framework is another test."""
    bug = fold(
        see(FAILED),
        see(PASSED, 1, location="features/a.feature:9"),
        see(PASSED, 1, name="Two"),
        see(PASSED, 1, location="features/b.feature:3"),
        see(PASSED, 1, framework="pytest"),
    )

    assert [(test.framework, test.location, test.name, test.runs) for test in bug.tests] == [
        ("behave", "features/a.feature:9", "One", 2),
        ("behave", "features/a.feature:3", "Two", 1),
        ("behave", "features/b.feature:3", "One", 1),
        ("pytest", "features/a.feature:3", "One", 1),
    ]


def test_two_tests_with_one_name_in_one_run_say_the_worse() -> None:
    """Both ran, and neither hides the other."""
    bug = fold(see(FAILED), see(FIXED, location="features/a.feature:9"))

    assert (bug.tests[0].verdict, bug.tests[0].verdicts) == (FIXED, {FAILED: 1, FIXED: 1})
    assert steps(bug) == [("c0", "One", None, FIXED)]


def test_the_verdict_is_that_of_the_newest_revision() -> None:
    """A test that is not there any more says nothing now; the parts of one revision belong together."""
    bug = fold(
        see(FAILED, 0, name="Removed"),
        see(PASSED, 1, name="Kept", run_id="shard 1"),
        see(FIXED, 1.1, name="Late", run_id="shard 2", commit="c1"),
    )

    assert (bug.verdict, bug.state, bug.runs) == (FIXED, State.CAPTURED, 3)
    assert {test.name: test.current for test in bug.tests} == {"Removed": False, "Kept": True, "Late": True}


def test_revisions_whose_runs_overlap_stay_apart() -> None:
    """A second run on a revision adds to what the first one said there."""
    seen = [
        see(PASSED, 0, commit="a", name="One"),
        see(FAILED, 1, commit="b", name="Other"),
        see(PASSED, 2, commit="a", name="Two"),
    ]
    bug = fold(*seen)

    assert (bug.verdict, bug.state) == (PASSED, State.GUARDED)
    assert {test.name: test.current for test in bug.tests} == {"One": True, "Other": False, "Two": True}


def test_a_run_without_a_revision_stands_for_itself() -> None:
    """Two of them are two revisions."""
    bug = fold(see(FAILED, 0, commit="", name="Old"), see(PASSED, 1, commit="", name="New"))

    assert (bug.verdict, bug.runs) == (PASSED, 2)
    assert [test.current for test in bug.tests] == [True, False]


def test_bugs_are_told_apart_and_by_number() -> None:
    """One record may be about several."""
    bugs = bug_histories([see(FAILED), see(FAILED, number=12), see(PASSED, number=3)])

    assert [(bug.number, bug.verdict) for bug in bugs] == [(3, PASSED), (7, FAILED), (12, FAILED)]


def test_a_trend_says_what_was_open_at_the_end_of_each_day() -> None:
    """Days without a run have no point; what was open before still counts."""
    seen = [
        see(FAILED, 0),
        see(FAILED, 0, number=8),
        see(FIXED, 0.1, number=8, run_id="later"),
        see(PASSED, 3, number=8),
        see(BACK, 4, number=8),
        see(PASSED, 4),
    ]
    trend = bug_trend(seen, Period.DAY)

    assert trend[0] == TrendPoint(
        label="2026-11-19",
        first=START,
        last=START + timedelta(0.1),
        runs=2,
        open=2,
        verdicts={FAILED: 1, FIXED: 1},
        rate=Rate(2, 3),
    )
    assert [(point.label, point.open, point.verdicts, point.rate) for point in trend[1:]] == [
        ("2026-11-22", 1, {FAILED: 1, PASSED: 1}, Rate(0, 0)),
        ("2026-11-23", 0, {PASSED: 1, BACK: 1}, Rate(0, 0)),
    ]
    assert points(seen, since=START + timedelta(2)) == [("2026-11-22", 1, 1), ("2026-11-23", 1, 0)]
    assert points(seen, since=START + timedelta(0.1)) == points(seen)
    assert points(seen, since=START + timedelta(5)) == []


def test_weeks_are_those_of_the_calendar() -> None:
    """ISO 8601: they begin on Monday and belong to the year of their Thursday."""
    seen = [see(FAILED, 3.5), see(FAILED, 4), see(PASSED, 43)]

    assert points(seen, Period.WEEK) == [("2026-W47", 1, 1), ("2026-W48", 1, 1), ("2026-W53", 1, 0)]


def test_revisions_come_in_the_order_of_their_first_test() -> None:
    """All runs of a revision are one point, also those that came later."""
    seen = [
        see(FAILED, 0, commit="b"),
        see(PASSED, 1, commit="a"),
        see(FAILED, 2, commit="b", number=8),
        see(FAILED, 3, commit=""),
    ]

    assert points(seen, Period.COMMIT) == [("b", 2, 2), ("a", 1, 1), ("", 1, 2)]


def test_the_order_of_the_observations_does_not_matter() -> None:
    """Machines import when they are done, and not in the order of their runs."""
    seen = [
        replace(see(verdict, day), number=number, name=name)
        for day, verdict in enumerate([FAILED, WRONG, FAILED, FIXED, PASSED])
        for number in (7, 8)
        for name in ("One", "Two")
    ]
    trends = {period: bug_trend(seen, period) for period in Period}
    bugs = bug_histories(seen)
    for number in range(5):
        random.Random(number).shuffle(seen)  # noqa: S311 - an order, no secret

        assert bug_histories(iter(seen)) == bugs
        assert {period: bug_trend(iter(seen), period) for period in Period} == trends


def test_a_change_says_which_test_changed() -> None:
    """With its framework and its place in that run."""
    bug = fold(see(FAILED), see(PASSED, 1, location="features/a.feature:9"))
    assert [
        (change.framework, change.location, change.name, change.run_id, change.at) for change in bug.changes
    ] == [
        ("behave", "features/a.feature:3", "One", "run 0", START),
        ("behave", "features/a.feature:9", "One", "run 1", START + timedelta(days=1)),
    ]


def test_the_worst_of_its_tests_is_the_verdict_of_a_bug() -> None:
    """One that passes hides none that still fails as expected, and one that came back hides both."""
    assert fold(see(FAILED), see(PASSED, name="Two")).verdict is FAILED
    assert fold(see(FAILED), see(BACK, name="Two"), see(FIXED, name="Three")).verdict is BACK
    assert fold(see(FAILED), see(PASSED, location="features/a.feature:9")).verdict is FAILED
