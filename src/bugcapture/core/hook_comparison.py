"""Which hooks have become slower since they were measured before."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bugcapture.core.hook_timing import HookProfile, HookTiming

    _Key = tuple[str, str, str, str, int]

_MIXED = "one was measured with the start of the tool, and one without"


class Change(StrEnum):
    """What has become of a hook."""

    SAME = "same"
    SLOWER = "slower"
    QUICKER = "quicker"
    NEW = "new"
    REMOVED = "removed"
    NOT_COMPARED = "not compared"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a run has to be beyond, all three, to be slower: noise is not.

    Attributes:
        ratio: How many times the old median, at least 1.
        seconds: How much more than the old median.
    """

    ratio: float = 1.25
    seconds: float = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class HookChange:
    """One hook, or all hooks of a stage, in both profiles.

    Attributes:
        stage: The stage.
        label: The hook; empty for all of them.
        old: Its median before; None where it is new.
        new: Its median now; None where it is removed.
        change: What has become of it.
        why: What else there is to say.
    """

    stage: str
    label: str
    old: float | None
    new: float | None
    change: Change
    why: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the old median the new one is; None without both."""
        return self.new / self.old if self.old and self.new is not None else None


def compare_profiles(
    old: HookProfile, new: HookProfile, limits: Limits, *, is_complete: bool
) -> tuple[HookChange, ...]:
    """Compare the hooks of two profiles, stage by stage, and then the stage as a whole.

    A median counts as slower where it is beyond the ratio and the seconds, and where the quickest run of today
    takes longer than the slowest one of before.

    Args:
        old: The profile of before.
        new: The one of now; stages that it has not are not compared.
        limits: What is slower.
        is_complete: Whether it holds all hooks of its stages; else those that are missing are not removed, and
            the whole is that of the hooks in both.
    """
    changes: list[HookChange] = []
    for stage in new.stages:
        before = {hook.key: hook for hook in old.at_stage(stage)}
        now = {hook.key: hook for hook in new.at_stage(stage)}
        changes += [_compare(before.get(key), hook, limits) for key, hook in now.items()]
        if is_complete:
            gone = [hook for key, hook in before.items() if key not in now]
            changes += [_change(hook, hook.median, None, Change.REMOVED) for hook in gone]
        if before:
            if not is_complete:
                both = before.keys() & now.keys()
                before = {key: hook for key, hook in before.items() if key in both}
                now = {key: hook for key, hook in now.items() if key in both}
            changes.append(_compare_totals(stage, before, now, limits))
    return tuple(changes)


def merge_profiles(old: HookProfile, new: HookProfile, *, is_complete: bool) -> HookProfile:
    """The new profile with those hooks of the old one that it does not say anything about.

    Args:
        old: The profile of before.
        new: The one of now.
        is_complete: Whether it holds all hooks of its stages.
    """
    known = {hook.key for hook in new.hooks}
    measured = set(new.stages) if is_complete else set()
    kept = [hook for hook in old.hooks if hook.key not in known and hook.stage not in measured]
    return replace(new, hooks=(*new.hooks, *kept))


def _compare(old: HookTiming | None, new: HookTiming, limits: Limits) -> HookChange:
    if old is None:
        return _change(new, None, new.median, Change.NEW)
    why = _why_not(old, new)
    if why:
        return _change(new, old.median, new.median, Change.NOT_COMPARED, why)
    return _change(new, old.median, new.median, _judge([old], [new], limits))


def _why_not(old: HookTiming, new: HookTiming) -> str:
    if bool(old.seconds) != bool(new.seconds):
        return "there is no file for it now" if old.seconds else "there was no file for it before"
    return _MIXED if _is_mixed(old, new) else ""


def _is_mixed(old: HookTiming, new: HookTiming) -> bool:
    return bool(old.seconds and new.seconds) and old.clock != new.clock and not new.timed_out


def _compare_totals(
    stage: str, before: Mapping[_Key, HookTiming], now: Mapping[_Key, HookTiming], limits: Limits
) -> HookChange:
    old, new = list(before.values()), list(now.values())
    mixed = any(_is_mixed(before[key], now[key]) for key in before.keys() & now.keys())
    change = Change.NOT_COMPARED if mixed else _judge(old, new, limits)
    return HookChange(
        stage=stage, label="", old=_total(old), new=_total(new), change=change, why=_MIXED if mixed else ""
    )


def _judge(old: Sequence[HookTiming], new: Sequence[HookTiming], limits: Limits) -> Change:
    if _is_beyond(old, new, limits):
        return Change.SLOWER
    return Change.QUICKER if _is_beyond(new, old, limits) else Change.SAME


def _is_beyond(low: Sequence[HookTiming], high: Sequence[HookTiming], limits: Limits) -> bool:
    before, after = _total(low), _total(high)
    outside = sum(hook.spread[0] for hook in high) > sum(hook.spread[1] for hook in low)
    return outside and after > before * limits.ratio and after - before > limits.seconds


def _total(hooks: Iterable[HookTiming]) -> float:
    return sum(hook.median for hook in hooks)


def _change(hook: HookTiming, old: float | None, new: float | None, change: Change, why: str = "") -> HookChange:
    return HookChange(stage=hook.stage, label=hook.label, old=old, new=new, change=change, why=why)
