"""Which hooks can run at the same time, by what they were seen to write."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.core.hook_timing import HookTiming


def judge_parallel(timings: Sequence[HookTiming]) -> tuple[HookTiming, ...]:
    """The hooks of one stage, each with whether others of them can run at the same time, and why.

    Only files of the checkout are known here: not those elsewhere, nor ports, nor databases.

    Args:
        timings: The hooks with what they wrote.
    """
    writers = Counter(name for timing in timings for name in timing.wrote_ignored)
    return tuple(_judge(timing, {name for name, count in writers.items() if count > 1}) for timing in timings)


def _judge(timing: HookTiming, shared: set[str]) -> HookTiming:
    reason = _why_not(timing, [name for name in timing.wrote_ignored if name in shared])
    return replace(timing, parallel_safe=not reason, reason=reason or _why(timing))


def _why_not(timing: HookTiming, common: Sequence[str]) -> str:
    if not timing.seconds:
        return "was not seen: there was no file for it"
    if timing.timed_out:
        return "was stopped before its end"
    if timing.wrote:
        return f"writes {_list(timing.wrote)}"
    if timing.exit_code:
        return "fails, so what it would write else is not known"
    return f"writes {_list(common)}, as another hook does" if common else ""


def _why(timing: HookTiming) -> str:
    wrote = f"alone writes {_list(timing.wrote_ignored)}" if timing.wrote_ignored else "writes nothing"
    if not timing.pass_filenames:
        return f"{wrote}; one process for all files"
    if timing.require_serial:
        return f"{wrote}; require_serial: one process at a time"
    return f"{wrote}; the tool may share its files among processes"


def _list(names: Sequence[str]) -> str:
    first, *others = names
    return f"{first} and {len(others)} more" if others else first
