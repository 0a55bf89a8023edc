"""The result of ``bugcapture hooks profile`` in each of its formats."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bugcapture.cli.options import style
from bugcapture.core.hook_comparison import Change
from bugcapture.core.text import plural, printable, shorten
from bugcapture.report.json import write_json
from bugcapture.report.junit import JUnitCase, write_junit
from bugcapture.report.markdown import as_code, as_text
from bugcapture.report.markdown_table import write_markdown_table
from bugcapture.report.table import write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from bugcapture.core.hook_comparison import HookChange, Limits
    from bugcapture.core.hook_timing import HookTiming
    from bugcapture.workflow.profile_hooks import MeasuredHooks

_HEADING: Final = ("HOOK", "MEDIAN", "SPREAD", "SHARE", "EXIT", "PARALLEL")
_LABEL: Final = 60
_REASON: Final = 100
_COLORS: Final = {Change.SLOWER: "red", Change.QUICKER: "green"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileReport:
    """What is reported.

    Attributes:
        measured: The timings.
        changes: What has changed; None where nothing was compared.
        limits: What counts as slower.
    """

    measured: MeasuredHooks
    changes: tuple[HookChange, ...] | None
    limits: Limits


def tell_seconds(seconds: float) -> str:
    """A number of seconds for people."""
    return f"{seconds:.2f} s"


def _render_text(report: ProfileReport) -> str:
    profile = report.measured.profile
    parts = []
    for stage in profile.stages:
        title = style(f"{stage}: {_tell_stage(report, stage)}", bold=True)
        rows = [
            (printable(shorten(hook.label, _LABEL)), *_cells(hook, profile.share(hook)), _tell_parallel(hook))
            for hook in _slowest_first(report, stage)
        ]
        parts.append(f"{title}\n{write_table(_HEADING, rows)}")
    parts.append(f"{_tell_clock(report)}\n")
    told = [one for one in report.changes or () if one.change is not Change.SAME]
    if told:
        lines = [style(_tell_change(one), fg=_COLORS.get(one.change)) for one in told]
        parts.append("".join(f"{line}\n" for line in lines))
    return "\n".join(parts)


def _render_markdown(report: ProfileReport) -> str:
    profile = report.measured.profile
    parts = []
    for stage in profile.stages:
        rows = [
            (
                as_code(shorten(hook.label, _LABEL)),
                *_cells(hook, profile.share(hook)),
                as_text(_tell_parallel(hook)),
            )
            for hook in _slowest_first(report, stage)
        ]
        title = f"### {stage}: {as_text(_tell_stage(report, stage))}"
        heading = [name.capitalize() for name in _HEADING]
        parts.append(f"{title}\n\n{write_markdown_table(heading, rows)}")
    parts.append(f"{as_text(_tell_clock(report))}\n")
    told = [one for one in report.changes or () if one.change is not Change.SAME]
    if told:
        parts.append("".join(f"- {as_text(_tell_change(one))}\n" for one in told))
    return "\n".join(parts)


def _render_json(report: ProfileReport) -> str:
    measured = report.measured
    profile = measured.profile
    fields: dict[str, Any] = {
        "tool": profile.tool,
        "tool_version": profile.tool_version,
        "recorded_at": profile.recorded_at.isoformat(),
        "commit": profile.commit,
        "has_uncommitted": measured.has_uncommitted,
        "files": profile.files,
        "stages": [
            {
                "stage": stage,
                "total": round(profile.total(stage), 3),
                "hooks": [_fields(hook, profile.share(hook)) for hook in profile.at_stage(stage)],
            }
            for stage in profile.stages
        ],
        "left_out": [{"stage": stage, "hook": label, "reason": why} for stage, label, why in measured.left_out],
        "comparison": None,
    }
    if report.changes is not None:
        fields["comparison"] = {
            "max_ratio": report.limits.ratio,
            "min_seconds": report.limits.seconds,
            "slower": any(one.change is Change.SLOWER for one in report.changes),
            "changes": [
                {**asdict(one), "label": one.label or None, "change": one.change.value, "ratio": one.ratio}
                for one in report.changes
            ],
        }
    return write_json("hooks-profile", fields)


def _render_junit(report: ProfileReport) -> str:
    profile = report.measured.profile
    properties = {
        "tool": f"{profile.tool} {profile.tool_version}",
        "files": profile.files,
        "recorded_at": profile.recorded_at.isoformat(),
    }
    return write_junit("bugcapture hooks profile", list(_cases(report)), properties)


def _cases(report: ProfileReport) -> Iterator[JUnitCase]:
    profile = report.measured.profile
    changes = {(one.stage, one.label): one for one in report.changes or ()}
    for hook in profile.hooks:
        change = changes.get((hook.stage, hook.label))
        low, high = hook.spread
        case = JUnitCase(
            suite=hook.stage,
            name=hook.label,
            classname=f"hooks.{hook.stage}",
            seconds=hook.median,
            properties=(
                ("runs", str(len(hook.seconds))),
                ("min", f"{low:.3f}"),
                ("max", f"{high:.3f}"),
                ("share", f"{profile.share(hook):.4f}"),
                ("clock", hook.clock),
                ("exit_code", str(hook.exit_code)),
                ("timed_out", str(hook.timed_out).lower()),
                ("parallel_safe", str(hook.parallel_safe).lower()),
                ("parallel_reason", hook.reason),
            ),
        )
        yield _judged(case, change) if hook.seconds else replace(case, element="skipped", message=hook.reason)
    for stage in profile.stages if report.changes is not None else ():
        # Without seconds, so that those of the hooks add up to those of the suite.
        case = JUnitCase(suite=stage, name="all hooks together", classname=f"hooks.{stage}")
        yield _judged(case, changes.get((stage, "")))


def _judged(case: JUnitCase, change: HookChange | None) -> JUnitCase:
    if change is None or change.change is not Change.SLOWER:
        return case
    told = _tell_change(change)
    return replace(case, element="failure", kind="slower", message=told, text=told)


def _slowest_first(report: ProfileReport, stage: str) -> list[HookTiming]:
    return sorted(report.measured.profile.at_stage(stage), key=lambda hook: -hook.median)


def _tell_stage(report: ProfileReport, stage: str) -> str:
    profile = report.measured.profile
    hooks = profile.at_stage(stage)
    low, high = (sum(hook.spread[end] for hook in hooks) for end in (0, 1))
    spread = f"{low:.2f}..{high:.2f}"
    files = printable(profile.files)
    return f"{plural(len(hooks), 'hook')}, {tell_seconds(profile.total(stage))} ({spread}), {files}"


def _cells(hook: HookTiming, share: float) -> tuple[str, str, str, str]:
    if not hook.seconds:
        return ("-", "-", "-", "-")
    low, high = hook.spread
    end = "timed out" if hook.timed_out else str(hook.exit_code)
    return (tell_seconds(hook.median), f"{low:.2f}..{high:.2f}", f"{100 * share:.1f} %", end)


def _tell_parallel(hook: HookTiming) -> str:
    return printable(shorten(f"{'yes' if hook.parallel_safe else 'no'}: {hook.reason}", _REASON))


def _tell_clock(report: ProfileReport) -> str:
    profile = report.measured.profile
    whole = [hook.label for hook in profile.hooks if hook.clock == "wall"]
    tool = f"{profile.tool} {profile.tool_version}".strip()
    told = f"Seconds are those that {tool} tells of its hooks, without its own start"
    if not whole:
        return f"{printable(told)}."
    if len(whole) == len(profile.hooks):
        return printable(f"Seconds are those of the whole process of {tool}, with its own start.")
    return printable(f"{told}; those of {', '.join(whole)} are with it, as it told none.")


def _tell_change(change: HookChange) -> str:
    label = printable(shorten(change.label, _LABEL)) if change.label else "all hooks together"
    words = [f"{change.stage}: {change.change.value}: {label}"]
    words += [f"{tell_seconds(change.old)} before"] if change.old is not None else []
    words += [f"{tell_seconds(change.new)} now"] if change.new is not None else []
    words += [f"{change.ratio:.2f} times"] if change.ratio is not None else []
    return ", ".join([*words, *([change.why] if change.why else [])])


def _fields(hook: HookTiming, share: float) -> dict[str, Any]:
    low, high = hook.spread
    timed = {
        "label": hook.label,
        "median": round(hook.median, 3),
        "min": low,
        "max": high,
        "share": round(share, 4),
    }
    return {**asdict(hook), **timed}


RENDERERS: Final[Mapping[str, Callable[[ProfileReport], str]]] = MappingProxyType(
    {"text": _render_text, "markdown": _render_markdown, "json": _render_json, "junit": _render_junit}
)
