"""The result of ``bugcapture verify`` in each of its formats."""

from __future__ import annotations

from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bugcapture.cli.options import style
from bugcapture.core.proof import Side
from bugcapture.core.text import plural, printable, shorten
from bugcapture.report.json import capture_fields, write_json
from bugcapture.report.markdown import as_code, as_text
from bugcapture.workflow.stress import EXPLAINED

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.workflow.verify import Rate, VerifyReport

_DID: Final = {Side.FAIL: "failed as expected", Side.PASS: "passed"}


def _render_text(report: VerifyReport) -> str:
    parts = [_tell_rate(rate) for rate in report.rates]
    if report.stopped:
        parts.append(f"stopped: {report.require:g} % of {plural(report.runs, 'run')} cannot be reached any more\n")
    if report.rates:
        parts.append(_tell_limits(report) + "\n")
    return "\n".join(parts)


def _tell_rate(rate: Rate) -> str:
    good = rate.successes == rate.runs
    count = style(f"{rate.successes}/{rate.runs}", fg="green" if good else "red", bold=True)
    where = printable(rate.capture.shown)
    lines = [
        f"{where} {shorten(printable(rate.name), 120)}",
        f"  {EXPLAINED[rate.axis]}: {count} {_DID[rate.wanted]} (95 % interval {_interval(rate)})",
    ]
    lines += [f"  {count:5} x {failure}" for failure, count in rate.failures]
    if rate.wanted is Side.FAIL and (passed := rate.sides.get(Side.PASS, 0)):
        lines.append(f"  {passed:5} x passed: the bug did not show itself")
    lines += [f"  {count:5} x said nothing about the bug: {printable(why)}" for why, count in rate.others]
    if len(rate.failures) > 1 and rate.wanted is Side.FAIL:
        lines.append(f"  it fails in {len(rate.failures)} ways: let one assertion decide")
    if rate.drift:
        lines.append(f"  {style(printable(rate.drift), fg='yellow')}")
    return "\n".join(lines) + "\n"


def _tell_limits(report: VerifyReport) -> str:
    """What this number of runs can and cannot show."""
    worst = min(report.rates, key=lambda rate: rate.interval[0])
    low, _ = worst.interval
    if worst.successes < worst.runs:
        missed = worst.runs - worst.successes
        often = round(worst.runs / missed)
        every = f"every {often}{_ordinal(often)}" if often > 1 else "nearly every"
        they = "it" if missed == 1 else "they"
        return (
            f"{missed} of {plural(worst.runs, 'run')} did not do what {they} should: {every} CI run would be red"
        )
    show = "shows" if worst.runs == 1 else "show"
    told = f"{plural(worst.runs, 'run')} without an exception {show} a rate of at least {100 * low:.1f} %"
    unseen = round(1 / (1 - low))
    seldom = (
        f"; what goes wrong in fewer than one of {unseen} runs may not have shown itself" if unseen > 1 else ""
    )
    return f"{told}, with 95 % confidence{seldom}"


def _ordinal(number: int) -> str:
    return "th" if number % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _interval(rate: Rate) -> str:
    low, high = rate.interval
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def _render_markdown(report: VerifyReport) -> str:
    lines = [
        f"### bug {report.number}: {'verified' if report.holds else 'not verified'}",
        "",
        "| test | condition | as expected | 95 % interval |",
        "|---|---|---|---|",
    ]
    for rate in report.rates:
        test = as_code(f"{rate.capture.shown} {shorten(rate.name, 120)}")
        lines.append(f"| {test} | {EXPLAINED[rate.axis]} | {rate.successes}/{rate.runs} | {_interval(rate)} |")
    lines.append("")
    for rate in report.rates:
        lines += [f"- {count} x {as_text(str(failure))}" for failure, count in rate.failures]
        lines += [f"- {count} x said nothing: {as_text(why)}" for why, count in rate.others]
        lines += [f"- {as_text(rate.drift)}"] if rate.drift else []
    lines += ["", f"{_tell_limits(report)}."] if report.rates else []
    return "\n".join(lines) + "\n"


def _render_json(report: VerifyReport) -> str:
    fields = {
        "bug": report.number,
        "runs": report.runs,
        "require": report.require,
        "holds": report.holds,
        "stopped": report.stopped,
        "skipped": [{"condition": axis.value, "why": why} for axis, why in report.skipped],
        "recorded": report.recorded.name if report.recorded else None,
        "tests": [
            {
                **capture_fields([rate.capture])[0],
                "name": rate.name,
                "condition": rate.axis.value,
                "wanted": rate.wanted.value,
                "runs": rate.runs,
                "as_expected": rate.successes,
                "interval": list(rate.interval),
                "outcomes": {side.value: count for side, count in sorted(rate.sides.items())},
                "failures": [{**asdict(failure), "count": count} for failure, count in rate.failures],
                "others": [{"reason": why, "count": count} for why, count in rate.others],
                "drift": rate.drift,
            }
            for rate in report.rates
        ],
    }
    return write_json("verify", fields)


RENDERERS: Final[Mapping[str, Callable[[VerifyReport], str]]] = MappingProxyType(
    {"text": _render_text, "markdown": _render_markdown, "json": _render_json}
)
