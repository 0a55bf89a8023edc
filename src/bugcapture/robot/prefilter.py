"""Tell from its text alone whether a Robot file may concern us; what reads it in earnest is not even loaded."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

from bugcapture.core.tags import TagKind, read_tag
from bugcapture.robot.tags import canonical_tag

if TYPE_CHECKING:
    from pathlib import Path

SUFFIXES = (".robot", ".resource")

_PREFIX = re.compile(r"(?<![^\W_])t[\W_]{0,8}d[\W_]{0,8}d", re.IGNORECASE)
# Robot's escapes for the letters of the prefix: `\x74dd_bug` is `tdd_bug`.
_ESCAPED = re.compile(r"\\(?:x|u00|U000000)[4-7]4")
# A misspelt prefix before a whole word of ours, to the end of its cell.
_TYPO = re.compile(
    r"(?<![^\W_])[td][^\W_]{0,3}[\W_]{0,4}(?:bug|issue|expected|fail)(?:[^\s|]| (?!\s|\|))*", re.IGNORECASE
)


def may_hold_tags(text: str) -> bool:
    """Whether a text may hold a tag of ours or one that looks like it; wrong only in favour of yes."""
    if not text.isascii():
        from bugcapture.core.spelling import fold  # noqa: PLC0415 - few files need it

        text = fold(text)
    if _PREFIX.search(text) or _ESCAPED.search(text):
        return True
    found = map(canonical_tag, dict.fromkeys(_TYPO.findall(text)))
    return any(read_tag(tag).kind is not TagKind.OTHER for tag in found)


def init_in(folder: Path) -> Path | None:
    """The suite initialisation file of a folder; None of a folder without one, or that cannot be entered."""
    init = folder / "__init__.robot"
    return init if os.path.isfile(init) else None  # noqa: PTH113 - a folder that cannot be entered has none
