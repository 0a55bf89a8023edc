"""Rows of text in aligned columns."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def write_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table with two spaces between its columns and none at the end of a line.

    Args:
        heading: The columns' names.
        rows: The cells, already printable; each row as long as the heading.
    """
    lines = [heading, *rows]
    widths = [max(_width(line[column]) for line in lines) for column in range(len(heading))]
    return "".join(
        "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()
        + "\n"
        for line in lines
    )


def _width(text: str) -> int:
    """Columns that a text takes on a terminal: wide East Asian characters take two, combining ones none."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
