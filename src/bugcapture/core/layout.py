"""Insert lines into the bytes of a text file; every other byte stays."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

BOM: Final = b"\xef\xbb\xbf"

_LINE = re.compile(rb"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_END = re.compile(rb"\r\n|\r|\n")


def split_lines(content: bytes) -> list[bytes]:
    """The lines of a text with their ends, as Python, TOML and YAML count them."""
    return _LINE.findall(content)


def line_end(content: bytes) -> bytes:
    """How the first line of a text ends; a line feed where none does."""
    found = _END.search(content)
    return found[0] if found else b"\n"


def insert_lines(content: bytes, after: int, lines: Sequence[str]) -> bytes:
    """Insert whole lines.

    The new lines end as the first line of the text does. A text without a line end at its end has none
    afterwards either.

    Args:
        content: The text in an encoding that holds ASCII as it is; it may start with a byte order mark.
        after: How many of its lines stand before the new ones.
        lines: The new lines without their ends, ASCII.
    """
    mark = BOM if content.startswith(BOM) else b""
    old = split_lines(content.removeprefix(mark))
    before, behind = b"".join(old[:after]), b"".join(old[after:])
    end = line_end(content)
    new = end.join(line.encode("ascii") for line in lines)
    if before and not before.endswith((b"\r", b"\n")):
        return mark + before + end + new
    return mark + before + new + end + behind


def append_lines(content: bytes, lines: Sequence[str]) -> bytes:
    """Put whole lines at the end of a text.

    Args:
        content: The text, see `insert_lines`.
        lines: The new lines without their ends, ASCII.
    """
    return insert_lines(content, len(split_lines(content)), lines)


def is_blank(line: bytes) -> bool:
    """Whether a line holds white space only."""
    return not line.strip()
