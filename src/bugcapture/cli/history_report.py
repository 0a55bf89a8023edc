"""The results of ``bugcapture history`` in each of their formats."""

from __future__ import annotations

import csv
import io
from dataclasses import asdict
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final, Protocol

from bugcapture.cli.options import style
from bugcapture.core.evidence import SEVERITY
from bugcapture.core.text import plural, printable, shorten
from bugcapture.core.verdict import Verdict
from bugcapture.report.json import finding_fields, write_json
from bugcapture.report.markdown import as_code
from bugcapture.report.markdown_table import write_markdown_table
from bugcapture.report.table import write_table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime

    from bugcapture.core.history import BugHistory, Change, Period, Rate, TestHistory, TrendPoint
    from bugcapture.workflow.history import ImportResult

_HASH: Final = 12
_VERDICTS: Final = tuple(Verdict(name) for name in SEVERITY if name != Verdict.NOT_RUN)
_BARS: Final = "▁▂▃▄▅▆▇█"


class ShowRenderer(Protocol):
    """Writes bugs; with their tests and changes when asked."""

    def __call__(self, bugs: Sequence[BugHistory], *, in_detail: bool) -> str: ...


def _import_json(result: ImportResult) -> str:
    fields = {
        "store": result.store,
        "files": result.files,
        "records": result.records,
        "new": result.new,
        "replaced": result.replaced,
        "known": result.known,
        "refused": finding_fields(result.refused),
    }
    return write_json("history-import", fields)


def _show_text(bugs: Sequence[BugHistory], *, in_detail: bool) -> str:
    if in_detail:
        return "\n".join(map(_tell_bug, bugs))
    return write_table(*_overview(bugs)) if bugs else ""


def _show_markdown(bugs: Sequence[BugHistory], *, in_detail: bool) -> str:
    heading, rows = _overview(bugs)
    parts = [write_markdown_table([name.capitalize() for name in heading], rows)]
    if in_detail:
        changes = [(bug.number, change) for bug in bugs for change in bug.changes]
        cells = [
            (
                f"#{number}",
                _tell_time(change.at),
                as_code(change.commit[:_HASH]) if change.commit else "",
                as_code(f"{change.location} {shorten(change.name, 120)}"),
                _tell_step(change),
            )
            for number, change in changes
        ]
        parts.append(write_markdown_table(("Bug", "When", "Revision", "Test", "Verdict"), cells))
    return "\n".join(parts)


def _show_json(bugs: Sequence[BugHistory], *, in_detail: bool) -> str:
    del in_detail
    return write_json("history-show", {"bugs": [_bug_fields(bug) for bug in bugs]})


def _overview(bugs: Sequence[BugHistory]) -> tuple[Sequence[str], list[Sequence[str]]]:
    counted = ("REPRODUCED", "95 % INTERVAL", "RUNS", "TESTS")
    rows: list[Sequence[str]] = [
        (
            f"#{bug.number}",
            bug.state.value,
            bug.verdict.value,
            _tell_rate(bug.rate),
            _tell_interval(bug.rate),
            str(bug.runs),
            str(sum(test.current for test in bug.tests)),
            f"{bug.first_seen:%Y-%m-%d}",
            f"{bug.last_seen:%Y-%m-%d}",
        )
        for bug in bugs
    ]
    return ("BUG", "STATE", "VERDICT", *counted, "FIRST SEEN", "LAST SEEN"), rows


def _tell_bug(bug: BugHistory) -> str:
    rate = bug.rate
    share = 100 * rate.reproduced / max(rate.runs, 1)
    often = f", {share:.1f} %; 95 % interval {_tell_interval(rate)}" if rate.runs else ""
    seen = f"first seen {_tell_time(bug.first_seen)}, last seen {_tell_time(bug.last_seen)}"
    lines = [
        f"{style(f'#{bug.number}', bold=True)} {bug.state.value}, {bug.verdict.value}",
        f"  {seen}, {plural(bug.runs, 'run')}",
        f"  reproduced {_tell_rate(rate)}{often}",
        "  tests",
        *(f"    {line}" for line in map(_tell_test, bug.tests)),
        "  changes",
        *(f"    {line}" for line in map(_tell_change, bug.changes)),
    ]
    return "\n".join(lines) + "\n"


def _tell_test(test: TestHistory) -> str:
    name = shorten(printable(test.name), 120)
    gone = "" if test.current else ", not on the newest revision"
    return (
        f"{printable(test.framework)} {printable(test.location)} {name}: {test.verdict.value}, "
        f"reproduced {_tell_rate(test.rate)}{gone}"
    )


def _tell_change(change: Change) -> str:
    name = shorten(printable(change.name), 120)
    commit = printable(change.commit[:_HASH]) or "no revision"
    return f"{_tell_time(change.at)}  {commit}  {_tell_step(change)}  {printable(change.location)} {name}"


def _tell_step(change: Change) -> str:
    return change.after.value if change.before is None else f"{change.before.value} → {change.after.value}"


def _tell_rate(rate: Rate) -> str:
    return f"{rate.reproduced}/{rate.runs}" if rate.runs else "-"


def _tell_interval(rate: Rate) -> str:
    if rate.interval is None:
        return "-"
    low, high = rate.interval
    return f"{100 * low:.1f} to {100 * high:.1f} %"


def _tell_time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _bug_fields(bug: BugHistory) -> dict[str, Any]:
    return {
        "id": bug.number,
        "state": bug.state.value,
        "verdict": bug.verdict.value,
        "first_seen": bug.first_seen.isoformat(),
        "last_seen": bug.last_seen.isoformat(),
        "runs": bug.runs,
        **_count_fields(bug.verdicts, bug.rate),
        "tests": [_test_fields(test) for test in bug.tests],
        "changes": [_change_fields(change) for change in bug.changes],
    }


def _test_fields(test: TestHistory) -> dict[str, Any]:
    return {
        "framework": test.framework,
        "location": test.location,
        "name": test.name,
        "verdict": test.verdict.value,
        "current": test.current,
        "first_seen": test.first_seen.isoformat(),
        "last_seen": test.last_seen.isoformat(),
        "runs": test.runs,
        **_count_fields(test.verdicts, test.rate),
    }


def _change_fields(change: Change) -> dict[str, Any]:
    return {**asdict(change), "at": change.at.isoformat()}


def _count_fields(verdicts: Mapping[Verdict, int], rate: Rate) -> dict[str, Any]:
    return {"verdicts": _by_verdict(verdicts), **_rate_fields(rate)}


def _rate_fields(rate: Rate) -> dict[str, Any]:
    interval = list(rate.interval) if rate.interval else None
    return {"reproduced": {"count": rate.reproduced, "of": rate.runs, "interval": interval}}


def _by_verdict(verdicts: Mapping[Verdict, int]) -> dict[str, int]:
    return {verdict.value: verdicts[verdict] for verdict in _VERDICTS if verdicts.get(verdict)}


def _trend_text(points: Sequence[TrendPoint], period: Period) -> str:
    if not points:
        return ""
    heading, rows = _trend_table(points, period)
    return f"open {_sparkline([point.open for point in points])}\n\n{write_table(heading, rows)}"


def _trend_markdown(points: Sequence[TrendPoint], period: Period) -> str:
    heading, rows = _trend_table(points, period)
    marked = [(as_code(row[0]), *row[1:]) for row in rows] if period == "commit" else rows
    return write_markdown_table([name.capitalize().replace("_", " ") for name in heading], marked)


def _trend_json(points: Sequence[TrendPoint], period: Period) -> str:
    listed = [
        {
            period.value: point.label,
            "first": point.first.isoformat(),
            "last": point.last.isoformat(),
            "runs": point.runs,
            "open": point.open,
            "verdicts": _by_verdict(point.verdicts),
            **_rate_fields(point.rate),
        }
        for point in points
    ]
    return write_json("history-trend", {"by": period.value, "points": listed})


def _trend_csv(points: Sequence[TrendPoint], period: Period) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    verdicts = [verdict.value for verdict in _VERDICTS]
    writer.writerow((period.value, "first", "last", "runs", "open", *verdicts, "reproduced", "of"))
    for point in points:
        times = (point.first.isoformat(), point.last.isoformat())
        counts = (point.verdicts.get(verdict, 0) for verdict in _VERDICTS)
        rate = (point.rate.reproduced, point.rate.runs)
        writer.writerow((printable(point.label), *times, point.runs, point.open, *counts, *rate))
    return text.getvalue()


def _trend_table(points: Sequence[TrendPoint], period: Period) -> tuple[Sequence[str], list[Sequence[str]]]:
    seen = [verdict for verdict in _VERDICTS if any(point.verdicts.get(verdict) for point in points)]
    heading = (period.value.upper(), "RUNS", "OPEN", *(verdict.upper() for verdict in seen), "REPRODUCED")
    rows: list[Sequence[str]] = [
        (
            printable(point.label[:_HASH]) or "unknown",
            str(point.runs),
            str(point.open),
            *(str(point.verdicts.get(verdict) or "-") for verdict in seen),
            _tell_rate(point.rate),
        )
        for point in points
    ]
    return heading, rows


def _sparkline(values: Sequence[int]) -> str:
    """The values as bars from zero to the largest."""
    top = max(*values, 1)
    return "".join(_BARS[value * (len(_BARS) - 1) // top] for value in values)


IMPORT_RENDERERS: Final[Mapping[str, Callable[[ImportResult], str]]] = MappingProxyType(
    {"text": lambda _: "", "json": _import_json}
)
SHOW_RENDERERS: Final[Mapping[str, ShowRenderer]] = MappingProxyType(
    {"text": _show_text, "markdown": _show_markdown, "json": _show_json}
)
TREND_RENDERERS: Final[Mapping[str, Callable[[Sequence[TrendPoint], Period], str]]] = MappingProxyType(
    {"text": _trend_text, "markdown": _trend_markdown, "json": _trend_json, "csv": _trend_csv}
)
