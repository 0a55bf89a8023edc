"""How long a push would take, from what each hook takes now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bugcapture.core.hook_timing import HookProfile
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
        serial: Hooks that are kept from running several times at once, and were not seen to write anything.
    """

    groups: Mapping[str, Estimate]
    whole: Estimate
    assumption: str
    unmeasured: tuple[str, ...]
    serial: tuple[str, ...]


def predict(proposal: Proposal, profile: HookProfile, comparisons: Sequence[Comparison] = ()) -> Prediction | None:
    """What a proposal would save.

    Args:
        proposal: The proposal.
        profile: How long each hook takes.
        comparisons: What was measured of the merged sessions; empty where nothing was.

    Returns:
        None where the profile knows none of the hooks.
    """
    medians = {timing.key: timing.median for timing in profile.at_stage(proposal.stage) if timing.seconds}
    known = {hook.index: medians.get(_key(proposal.stage, hook)) for hook in proposal.hooks}
    if not any(known.values()):
        return None
    started = {one.group.id: saving for one in comparisons if (saving := _measured(one)) is not None}
    groups = {}
    for group in proposal.groups:
        seconds = [taken for hook in group.members if (taken := known[hook.index]) is not None]
        if len(seconds) == len(group.members):
            groups[group.id] = _estimate(group, seconds, started.get(group.id))
    before = sum(taken for taken in known.values() if taken is not None)
    saved = sum(one.before - one.after for one in groups.values())
    return Prediction(
        groups=groups,
        whole=Estimate(before, before - saved),
        assumption=MEASURED if started else GUESSED,
        unmeasured=tuple(hook.id for hook in proposal.hooks if known[hook.index] is None),
        serial=tuple(
            timing.label
            for timing in profile.at_stage(proposal.stage)
            if timing.require_serial and timing.pass_filenames and timing.parallel_safe and timing.seconds
        ),
    )


def _key(stage: str, hook: Hook) -> tuple[str, str, str, str, int]:
    return (stage, "", hook.id, hook.configured.alias, hook.number)


def _estimate(group: Group, seconds: Sequence[float], saving: float | None) -> Estimate:
    total, longest = sum(seconds), max(seconds)
    if group.kind == "duplicate":
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
