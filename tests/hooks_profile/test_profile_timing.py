"""Medians, spreads and shares; and what counts as slower."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from profile_timings import profile, timing

from bugcapture.core.hook_comparison import Change, HookChange, Limits, compare_profiles, merge_profiles

if TYPE_CHECKING:
    from bugcapture.core.hook_timing import HookProfile

LIMITS = Limits(ratio=1.25, seconds=0.2)


def changes(old: HookProfile, new: HookProfile, *, is_complete: bool = True) -> dict[str, Change]:
    """What has become of each hook; the whole is called `all`."""
    found = compare_profiles(old, new, LIMITS, is_complete=is_complete)
    return {one.label or "all": one.change for one in found}


def test_the_middle_run_counts() -> None:
    """One slow run moves the spread and not the median."""
    hook = timing("unit", 1.0, 9.0, 2.0)

    assert (hook.median, hook.spread) == (2.0, (1.0, 9.0))


def test_a_hook_without_a_run_takes_no_time() -> None:
    """There was no file for it."""
    hook = timing("unit")

    assert (hook.median, hook.spread) == (0.0, (0.0, 0.0))


@pytest.mark.parametrize(
    ("more", "label"),
    [
        ({}, "unit"),
        ({"alias": "quick"}, "quick"),
        ({"number": 2}, "unit #2"),
        ({"folder": "api", "number": 3}, "api:unit #3"),
    ],
)
def test_a_label_tells_hooks_apart(more: dict[str, Any], label: str) -> None:
    """The alias wins; the folder and the number are told where they are needed."""
    assert timing("unit", **more).label == label


def test_a_stage_is_the_sum_of_its_hooks() -> None:
    """Each has its share of its own stage, and stages are in their order."""
    one, other = timing("one", 1.0), timing("other", 3.0)
    early = timing("early", 5.0, stage="pre-commit")
    whole = profile(one, other, early)

    assert whole.stages == ("pre-push", "pre-commit")
    assert whole.total("pre-push") == 4.0
    assert [whole.share(hook) for hook in (one, other, early)] == [0.25, 0.75, 1.0]


def test_no_time_has_no_shares() -> None:
    """Nothing is divided by nothing."""
    hook = timing("unit", 0.0)

    assert profile(hook).share(hook) == 0.0


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ((1.0, 1.0, 1.0), (2.0, 2.0, 2.0), Change.SLOWER),
        ((2.0, 2.0, 2.0), (1.0, 1.0, 1.0), Change.QUICKER),
        ((9.0, 9.0, 9.0), (9.9, 9.9, 9.9), Change.SAME),  # Not 1.25 times as long.
        ((0.1, 0.1, 0.1), (0.3, 0.3, 0.3), Change.SAME),  # Not 0.2 s longer: 0.3 - 0.1 is less in binary.
        ((1.0, 1.0, 2.1), (2.0, 2.0, 2.0), Change.SAME),  # As slow as the slowest one before.
        ((0.0,), (0.3,), Change.SLOWER),
        ((0.0,), (0.0,), Change.SAME),
        ((), (), Change.SAME),
        ((), (9.0,), Change.NOT_COMPARED),
        ((9.0,), (), Change.NOT_COMPARED),
    ],
)
def test_slower_is_beyond_ratio_seconds_and_spread(
    old: tuple[float, ...], new: tuple[float, ...], change: Change
) -> None:
    """All three have to be exceeded, so that noise fails nothing."""
    found = changes(profile(timing("unit", *old)), profile(timing("unit", *new)))

    assert found["unit"] is change


def test_many_hooks_can_be_slower_together() -> None:
    """None of them is beyond the seconds, all together are."""
    old = profile(*(timing(f"h{number}", 0.1) for number in range(5)))
    new = profile(*(timing(f"h{number}", 0.2) for number in range(5)))

    found = changes(old, new)

    assert found.pop("all") is Change.SLOWER
    assert set(found.values()) == {Change.SAME}


def test_a_new_hook_makes_the_whole_slower() -> None:
    """What a push has to wait for counts, whoever brought it."""
    found = changes(profile(timing("unit", 1.0)), profile(timing("unit", 1.0), timing("slow", 5.0)))

    assert found == {"unit": Change.SAME, "slow": Change.NEW, "all": Change.SLOWER}


def test_a_removed_hook_is_told() -> None:
    """It makes the whole quicker."""
    found = changes(profile(timing("unit", 1.0), timing("slow", 5.0)), profile(timing("unit", 1.0)))

    assert found == {"unit": Change.SAME, "slow": Change.REMOVED, "all": Change.QUICKER}


def test_a_part_is_compared_with_the_same_part() -> None:
    """Hooks that were not asked for are not removed, and the whole is that of the hooks in both."""
    old = profile(timing("unit", 1.0), timing("slow", 5.0))

    found = changes(old, profile(timing("unit", 1.0), timing("new", 9.0)), is_complete=False)

    assert found == {"unit": Change.SAME, "new": Change.NEW, "all": Change.SAME}


def test_another_stage_is_not_compared() -> None:
    """Nothing is said about stages that were not measured, and nothing about a whole that is all new."""
    old = profile(timing("unit", 1.0))

    assert changes(old, profile(timing("unit", 9.0, stage="pre-commit"))) == {"unit": Change.NEW}


def test_two_clocks_are_not_compared() -> None:
    """One has the start of the tool in it, and the other has not."""
    old = profile(timing("unit", 1.0))
    found = compare_profiles(old, profile(timing("unit", 9.0, clock="wall")), LIMITS, is_complete=True)

    assert [one.change for one in found] == [Change.NOT_COMPARED] * 2
    assert {one.why for one in found} == {"one was measured with the start of the tool, and one without"}


def test_a_stopped_run_is_compared_all_the_same() -> None:
    """It took at least as long as is said, whatever the clock."""
    new = profile(timing("unit", 9.0, clock="wall", timed_out=True))

    assert changes(profile(timing("unit", 1.0)), new) == {"unit": Change.SLOWER, "all": Change.SLOWER}


def test_a_ratio_needs_two_numbers() -> None:
    """There is none for what is new, and none of nothing."""
    old = profile(timing("zero", 0.0), timing("unit", 2.0))
    new = profile(timing("zero", 1.0), timing("unit", 3.0), timing("new", 1.0))

    found = {one.label: one.ratio for one in compare_profiles(old, new, LIMITS, is_complete=True)}

    assert found == {"zero": None, "unit": 1.5, "new": None, "": 2.5}


def test_merging_keeps_what_was_not_measured() -> None:
    """A whole stage takes the place of the old one; a part only that of its own hooks."""
    old = profile(timing("unit", 1.0), timing("gone", 1.0), timing("early", 1.0, stage="pre-commit"))
    new = profile(timing("unit", 2.0))

    whole, part = (merge_profiles(old, new, is_complete=is_complete) for is_complete in (True, False))

    assert [(hook.id, hook.median) for hook in whole.hooks] == [("unit", 2.0), ("early", 1.0)]
    assert [(hook.id, hook.median) for hook in part.hooks] == [("unit", 2.0), ("gone", 1.0), ("early", 1.0)]


def test_each_change_says_what_was_and_what_is() -> None:
    """The hooks of each stage in their order, then those that are gone, then the whole."""
    old = profile(timing("unit", 1.0), timing("gone", 2.0), timing("early", 1.0, stage="pre-commit"))
    new = profile(
        timing("unit", 4.0), timing("slow", 5.0), timing("early", 1.0, stage="pre-commit", alias=""),
        timing("first", 1.0, stage="commit-msg"),
    )  # fmt: skip

    push, commit = "pre-push", "pre-commit"
    assert compare_profiles(old, new, LIMITS, is_complete=True) == (
        HookChange(stage=push, label="unit", old=1.0, new=4.0, change=Change.SLOWER),
        HookChange(stage=push, label="slow", old=None, new=5.0, change=Change.NEW),
        HookChange(stage=push, label="gone", old=2.0, new=None, change=Change.REMOVED),
        HookChange(stage=push, label="", old=3.0, new=9.0, change=Change.SLOWER),
        HookChange(stage=commit, label="early", old=1.0, new=1.0, change=Change.SAME),
        HookChange(stage=commit, label="", old=1.0, new=1.0, change=Change.SAME),
        HookChange(stage="commit-msg", label="first", old=None, new=1.0, change=Change.NEW),
    )


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ((1.0,), (), "there is no file for it now"),
        ((), (3.0,), "there was no file for it before"),
    ],
)
def test_a_hook_that_had_no_file_once_is_not_compared(
    old: tuple[float, ...], new: tuple[float, ...], why: str
) -> None:
    """The whole is, because a push waits as long as it says."""
    before, after = timing("unit", *old), timing("unit", *new, clock="wall")

    hook, whole = compare_profiles(profile(before), profile(after), LIMITS, is_complete=True)

    assert hook == HookChange(
        stage="pre-push", label="unit", old=before.median, new=after.median, change=Change.NOT_COMPARED, why=why
    )
    assert whole == HookChange(
        stage="pre-push", label="", old=before.median, new=after.median,
        change=Change.SLOWER if new else Change.QUICKER,
    )  # fmt: skip


def test_two_clocks_are_told() -> None:
    """With both medians."""
    why = "one was measured with the start of the tool, and one without"
    old, new = profile(timing("unit", 1.0)), profile(timing("unit", 9.0, clock="wall"))

    assert compare_profiles(old, new, LIMITS, is_complete=True) == tuple(
        HookChange(stage="pre-push", label=label, old=1.0, new=9.0, change=Change.NOT_COMPARED, why=why)
        for label in ("unit", "")
    )


@pytest.mark.parametrize(
    ("old", "new", "change"),
    [
        ((4.0,), (5.0,), Change.SAME),
        ((4.0,), (5.1,), Change.SLOWER),
        ((0.25,), (0.5,), Change.SLOWER),
        ((0.5,), (1.0,), Change.SLOWER),
        ((1.0, 1.0, 2.0), (2.0, 2.0, 2.0), Change.SAME),
        ((1.0, 1.0, 2.0), (2.5, 2.5, 2.5), Change.SLOWER),
        ((1.0, 1.0, 3.0), (2.0, 4.0, 9.0), Change.SAME),
    ],
)
def test_the_bounds_themselves_are_no_change(
    old: tuple[float, ...], new: tuple[float, ...], change: Change
) -> None:
    """Neither the ratio, nor the slowest run of before; the quickest run has to be beyond it."""
    assert changes(profile(timing("unit", *old)), profile(timing("unit", *new))) == {"unit": change, "all": change}


def test_the_seconds_themselves_are_no_change() -> None:
    """What is exactly as many seconds slower as it may be is not slower."""
    old, new = profile(timing("unit", 0.25)), profile(timing("unit", 0.75))

    for seconds, change in ((0.5, Change.SAME), (0.4, Change.SLOWER)):
        found = compare_profiles(old, new, Limits(ratio=1.25, seconds=seconds), is_complete=True)
        assert [one.change for one in found] == [change, change]
