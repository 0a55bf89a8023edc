"""How long a push would take, from what each hook takes now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bugcapture.core.hook_timing import HookProfile, HookTiming
    from bugcapture.hooks.consolidate.equivalence import Comparison
    from bugcapture.hooks.consolidate.hook import Hook
    from bugcapture.hooks.consolidate.proposal import Group, Proposal

GUESSED = "the quickest hook of a group does nothing but to start"
MEASURED = "what starting and collecting took was measured"


@dataclass(frozen=True, slots=True)
class Estimate:
    """Seconds before and after.

    Attributes:
        before: What it takes now.
        after: What it would take.
    """

    before: float
    after: float

    @property
    def ratio(self) -> float:
        """What is left, between 0 and 1; 1 where it takes no time now."""
        return self.after / self.before if self.before else 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """What the proposal would save when every hook of the stage runs.

    Attributes:
        groups: Each group by its id; without those of which a timing is missing.
        whole: The stage.
        assumption: What is assumed.
        unmeasured: Hooks without a timing.
        serial: Each hook that says something else of ``require_serial``, by its index.
        processors: How many processors these have been predicted for.
    """

    groups: Mapping[str, Estimate]
    whole: Estimate
    assumption: str
    unmeasured: tuple[str, ...]
    serial: Mapping[int, Estimate]
    processors: int


def match_timings(profile: HookProfile, stage: str, hooks: Sequence[Hook]) -> dict[int, HookTiming]:
    """What each hook was seen to do, by its index; without those that were not seen.

    Args:
        profile: How long each hook takes.
        stage: The stage.
        hooks: Its hooks.
    """
    known = {timing.key: timing for timing in profile.at_stage(stage) if timing.seconds}
    found = {hook.index: known.get(_key(stage, hook)) for hook in hooks}
    return {index: timing for index, timing in found.items() if timing is not None}


def predict(
    proposal: Proposal, profile: HookProfile, comparisons: Sequence[Comparison] = (), *, processors: int = 1
) -> Prediction | None:
    """What a proposal would save.

    Args:
        proposal: The proposal.
        profile: How long each hook takes.
        comparisons: What was measured of the merged sessions; empty where nothing was.
        processors: How many processes the tool starts at once.

    Returns:
        None where the profile knows none of the hooks.
    """
    timings = match_timings(profile, proposal.stage, proposal.hooks)
    if not any(timing.median for timing in timings.values()):
        return None
    known = {index: timing.median for index, timing in timings.items()}
    started = [(one.proposed, saving) for one in comparisons if (saving := _measured(one)) is not None]
    groups = {}
    for group in proposal.groups:
        seconds = [known[hook.index] for hook in group.members if hook.index in known]
        if len(seconds) == len(group.members):
            saving = next((saved for one, saved in started if one == group), None)
            groups[group.id] = _estimate(group, seconds, saving)
    serial = {
        one.hook.index: _deal(known[one.hook.index], processors, together=one.value)
        for one in proposal.serial.changes
        if one.hook.index in known
    }
    before = sum(known.values())
    saved = sum(one.before - one.after for one in (*groups.values(), *serial.values()))
    return Prediction(
        groups=groups,
        whole=Estimate(before, before - saved),
        assumption=MEASURED if any(one in proposal.groups for one, _ in started) else GUESSED,
        unmeasured=tuple(hook.id for hook in proposal.hooks if hook.index not in known),
        serial=serial,
        processors=processors,
    )


def _deal(taken: float, processors: int, *, together: bool) -> Estimate:
    """What a hook takes with other processes: at least that where they share its files, and else at most that."""
    return Estimate(taken, taken * processors if together else taken / processors)


def _key(stage: str, hook: Hook) -> tuple[str, str, str, str, int]:
    return (stage, "", hook.id, hook.configured.alias, hook.number)


def _estimate(group: Group, seconds: Sequence[float], saving: float | None) -> Estimate:
    total, longest = sum(seconds), max(seconds)
    if group.runner is None:
        return Estimate(total, longest)
    if saving is None:
        saving = (len(seconds) - 1) * min(seconds)
    return Estimate(total, max(longest, total - saving))


def _measured(one: Comparison) -> float | None:
    """How much less starting and collecting takes once."""
    before = [listing.seconds for listing in one.before if listing.seconds is not None]
    if one.after.seconds is None or len(before) != len(one.before):
        return None
    return max(0.0, sum(before) - one.after.seconds)
