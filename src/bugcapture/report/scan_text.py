"""Findings of a scan for people: the place, what is wrong, the line, and the way to the code that is deceived."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bugcapture.scan.hazard import Hazard

_COLOURS: Final = {"critical": "magenta", "high": "red", "medium": "yellow", "low": "cyan", "info": "blue"}
_WIDTH: Final = 100


def write_scan_text(
    hazards: Iterable[Hazard], line_of: Callable[[str, int], str], style: Callable[..., str]
) -> str:
    """Each finding with its line.

    Args:
        hazards: The findings.
        line_of: The text of a line of a file, by path and number; empty where it cannot be read.
        style: Colours a text, like ``click.style``.
    """
    return "\n".join(_entry(hazard, line_of, style) for hazard in hazards)


def _entry(hazard: Hazard, line_of: Callable[[str, int], str], style: Callable[..., str]) -> str:
    span = hazard.span
    source = line_of(hazard.path, span.line)
    place = f"{printable(hazard.path)}:{span.line}:{characters(source, span.column) + 1}"
    notes = ["confirmed"] if hazard.verified else []
    if hazard.confidence != "high" and not hazard.verified:
        notes.append(f"{hazard.confidence} confidence")
    if hazard.observed is not None:
        notes.append(f"{hazard.observed} in the run")
    told = f" ({', '.join(notes)})" if notes else ""
    lines = [
        (
            f"{style(place, bold=True)}: {style(hazard.rule, fg=_COLOURS[hazard.level])} "
            f"{hazard.level}{told}: {printable(hazard.message)}"
        )
    ]
    if source:
        gutter = f"{span.line:>6} | "
        indent = len(source) - len(source.lstrip())
        shown = printable(source.expandtabs(4).strip())
        lines.append(f"{style(gutter, dim=True)}{shorten(shown, _WIDTH)}")
        if "\t" not in source and source.isascii() and span.column >= indent and len(shown) <= _WIDTH:
            width = (
                span.end_column - span.column if span.end_line == span.line else len(shown) - span.column + indent
            )
            lines.append(f"{' ' * 6} {style('|', dim=True)} {' ' * (span.column - indent)}{'^' * max(width, 1)}")
    lines += [f"{' ' * 8}{printable(step.path)}:{step.line}: {printable(step.text)}" for step in hazard.trace]
    return "\n".join(lines) + "\n"


def characters(line: str, column: int) -> int:
    """How many characters stand before a byte of a line in UTF-8, as `ast` counts.

    Args:
        line: The line; empty where it cannot be read.
        column: The byte.
    """
    return len(line.encode()[:column].decode("utf-8", "replace")) if line and not line.isascii() else column
