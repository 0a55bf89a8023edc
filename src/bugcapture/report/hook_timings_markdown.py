"""How long the hooks of a project take, in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.text import plural
from bugcapture.report.markdown import as_code, as_text
from bugcapture.report.markdown_table import write_markdown_table

if TYPE_CHECKING:
    from bugcapture.core.hook_timing import HookProfile, HookTiming


def write_hook_timings(profile: HookProfile) -> str:
    """The hook timings of one machine, the slowest hook first.

    Args:
        profile: The timings.
    """
    at = f" at {as_code(profile.commit[:12])}" if profile.commit else ""
    told = (
        f"{plural(len(profile.hooks), 'hook')}, measured with {as_text(profile.tool)} "
        f"{as_text(profile.tool_version)} on {profile.recorded_at:%Y-%m-%d}{at}, for {as_text(profile.files)}.\n"
    )
    parts = ["# Hook timings\n", told]
    for stage in profile.stages:
        hooks = sorted(profile.at_stage(stage), key=lambda hook: (-hook.median, hook.key))
        table = write_markdown_table(
            ["hook", "median", "fastest", "slowest", "share", "runs", "beside others", "exit code"],
            [_row(profile, hook) for hook in hooks],
        )
        parts += [f"## {as_text(stage)}: {_seconds(profile.total(stage))}\n", table]
    return "\n".join(parts)


def _row(profile: HookProfile, hook: HookTiming) -> list[str]:
    fastest, slowest = hook.spread
    beside = "yes" if hook.parallel_safe else "no"
    return [
        as_code(hook.label),
        _seconds(hook.median),
        _seconds(fastest),
        _seconds(slowest),
        f"{profile.share(hook):.0%}",
        str(len(hook.seconds)),
        f"{beside}: {as_text(hook.reason)}" if hook.reason else beside,
        "timed out" if hook.timed_out else str(hook.exit_code),
    ]


def _seconds(number: float) -> str:
    return f"{number:.2f} s"
