"""Fill in the page. Everything that is not ours is escaped, twice: for eyes, and for HTML."""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bugcapture.core.text import plural, printable, shorten
from bugcapture.report.html.chart import HEIGHT, WIDTH, draw_chart

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FOLDER: Final = Path(__file__).parent
_RIGHT_TO_LEFT: Final = frozenset({"R", "AL", "AN", "RLE", "RLO", "RLI"})
_NAME: Final = 300
_RISKS: Final = ("critical", "high", "medium", "low", "info")
_BUG_SERIES: Final = ("captured", "guarded")


@dataclass(frozen=True, slots=True)
class Room:
    """How much of each text is shown, so that a page of many bugs stays small enough for every browser.

    Attributes:
        failure: Characters of a failure.
        other: Characters of a reason, a step, a declaration, and of a failure that a proof repeats.
        changes: Verdict changes of a bug.
        proofs: Proofs of a bug.
    """

    failure: int
    other: int
    changes: int
    proofs: int

    @classmethod
    def share(cls, bugs: int, tests: int) -> Room:
        """The room that so many bugs and tests leave each other."""
        return cls(
            failure=_between(120, 200_000 // max(1, tests), 2000),
            other=_between(80, 120_000 // max(1, tests), 400),
            changes=_between(3, 3000 // max(1, bugs), 12),
            proofs=_between(1, 2000 // max(1, bugs), 5),
        )


class Page:
    """The page; its parts are read once."""

    def __init__(self) -> None:
        environment = Environment(
            loader=FileSystemLoader(_FOLDER),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_show,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters.update(
            day=_day,
            minute=_minute,
            short=_short,
            percent=_percent,
            seconds=_seconds,
            web=_web,
            plural=plural,
            cut=shorten,
            isolate=_isolate,
        )
        self._template = environment.get_template("ledger.html.j2")
        self._style = (_FOLDER / "style.css").read_text("utf-8")
        self._script = (_FOLDER / "script.js").read_text("utf-8")

    def write(self, fields: Mapping[str, Any]) -> str:
        """The page.

        Args:
            fields: What is known, as in ``bugcapture.report-ledger/1``.
        """
        burndown, hazards = fields["burndown"], fields["hazards"]
        tests = sum(len(bug["tests"]) for bug in fields["bugs"])
        return self._template.render(
            fields,
            style=Markup(self._style),  # noqa: S704 - our own file
            script=Markup(self._script),  # noqa: S704 - our own file
            style_hash=_hash(self._style),
            script_hash=_hash(self._script),
            burndown_chart=_chart(burndown["points"], _BUG_SERIES) if burndown else None,
            burndown_rows=_steps(burndown["points"], _BUG_SERIES) if burndown else [],
            hazard_chart=_chart(hazards, _RISKS) if hazards else None,
            hazard_rows=_steps(hazards, _RISKS),
            risks=_RISKS,
            frameworks=sorted({name for bug in fields["bugs"] for name in bug["frameworks"]}),
            verdicts=sorted({bug["verdict"]["name"] for bug in fields["bugs"] if bug["verdict"]}),
            proof_words=sorted({bug["proof"] for bug in fields["bugs"] if bug["proof"]}),
            tiles=_tiles(fields["bugs"]),
            slowest=_slowest(fields["hooks"]),
            room=Room.share(len(fields["bugs"]), tests),
            name_length=_NAME,
            width=WIDTH,
            height=HEIGHT,
        )


def _show(value: Any) -> Any:
    """Whatever stands between our words: a text loses what would hide or turn round what is written."""
    if isinstance(value, str) and not isinstance(value, Markup):
        lines = value.replace("\r\n", "\n").replace("\t", "    ").split("\n")
        return "\n".join(map(printable, lines))
    return value


def _isolate(text: str) -> Any:
    """A text whose words from right to left do not turn round what stands beside it."""
    if text.isascii() or not any(unicodedata.bidirectional(char) in _RIGHT_TO_LEFT for char in text):
        return text
    return Markup("<bdi>{}</bdi>").format(_show(text))


def _hash(text: str) -> str:
    """What the page's policy says of the one style and the one script that may be used."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _chart(points: Sequence[Mapping[str, Any]], names: Sequence[str]) -> Any:
    moments = [datetime.fromisoformat(point["at"]) for point in points]
    return draw_chart(moments, [(name, [point[name] for point in points]) for name in names])


def _steps(points: Sequence[Mapping[str, Any]], names: Sequence[str]) -> list[Mapping[str, Any]]:
    """The points at which a number has changed, and the last one, the newest first."""
    changed = [after for before, after in pairwise(points) if any(before[name] != after[name] for name in names)]
    rows = [*points[:1], *changed]
    if points and rows[-1] is not points[-1]:
        rows.append(points[-1])
    return rows[::-1]


def _tiles(bugs: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    captured = [bug for bug in bugs if bug["state"] == "captured"]
    verdicts = [bug["verdict"]["name"] for bug in bugs if bug["verdict"]]
    return {
        "captured": len(captured),
        "guarded": len(bugs) - len(captured),
        "fixed": verdicts.count("unexpected_pass"),
        "red": verdicts.count("wrong_failure") + verdicts.count("regressed"),
        "proven": sum(bug["proof"] == "PROVEN" for bug in bugs),
        "oldest": max((bug["age_days"] for bug in captured if bug["age_days"] is not None), default=0),
    }


def _slowest(hooks: Mapping[str, Any] | None) -> float:
    medians = [hook["median"] for stage in (hooks or {"stages": ()})["stages"] for hook in stage["hooks"]]
    return max(medians, default=0.0) or 1.0


def _between(least: int, wanted: int, most: int) -> int:
    return max(least, min(wanted, most))


def _day(moment: str | None) -> str:
    return (moment or "")[:10]


def _minute(moment: str | None) -> str:
    return (moment or "")[:16].replace("T", " ")


def _short(commit: str | None) -> str:
    return (commit or "")[:10]


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")


def _seconds(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds >= 1 else f"{1000 * seconds:.0f} ms"


def _web(address: str | None) -> str:
    """An address that a browser may be sent to; empty for all others, such as ``javascript:``."""
    try:
        parts = urlsplit(address or "")
    except ValueError:
        return ""
    return address or "" if parts.scheme in {"http", "https"} and parts.netloc else ""
