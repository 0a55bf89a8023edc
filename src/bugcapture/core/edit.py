"""Text edits that leave every other byte alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True, order=True)
class TextEdit:
    """Replace a part of a text.

    Attributes:
        start: Offset of the first character to replace, from 0.
        end: Offset behind the last one.
        text: What stands there afterwards.
    """

    start: int
    end: int
    text: str = ""


def apply_edits(source: str, edits: Iterable[TextEdit]) -> str:
    """Apply edits to a text; all offsets are those of the text before.

    Args:
        source: The text.
        edits: Edits in any order; the same edit twice counts once.

    Returns:
        The new text.

    Raises:
        ValueError: If two edits overlap, or one does not lie inside the text.
    """
    pieces = []
    position = start = 0
    for edit in sorted(set(edits)):
        if not 0 <= edit.start <= edit.end <= len(source):
            raise ValueError(f"edit from {edit.start} to {edit.end} does not lie inside the text")
        if edit.start < position:
            raise ValueError(f"edits overlap at offset {start}")
        pieces += [source[position : edit.start], edit.text]
        start, position = edit.start, edit.end
    return "".join([*pieces, source[position:]])
