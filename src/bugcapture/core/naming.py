"""Turn the title of a bug, which anybody may have written, into names for a test, a file and a branch."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from bugcapture.core.text import shorten

LONGEST_TITLE: Final = 80

_LONGEST_SLUG = 50
# Colours and other orders to a terminal, which would leave their letters behind.
_ESCAPE_CODE = re.compile(
    "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\\\|\x9c)?|\x1b[ -/]*[0-~]"
)
_WORD = re.compile(r"[a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])\Z")


def clean_title(text: str) -> str:
    """A title as one short line that shows what it holds.

    Args:
        text: Any text.

    Returns:
        The text without control characters, terminal codes, bidirectional marks and other invisible
        characters, with single spaces, at most `LONGEST_TITLE` characters long; it may be empty.
    """
    spaced = "".join(" " if char.isspace() else char for char in _ESCAPE_CODE.sub("", text))
    shown = "".join(char for char in unicodedata.normalize("NFC", spaced) if char.isprintable())
    title = " ".join(shown.split())
    if len(title) <= LONGEST_TITLE:
        return title
    head, space, _ = title[: LONGEST_TITLE - 1].rpartition(" ")
    return f"{head} …" if space and len(head) > LONGEST_TITLE // 2 else shorten(title, LONGEST_TITLE)


def slug(title: str, separator: str, fallback: str) -> str:
    """A title as a name for files, functions and branches on every system.

    Args:
        title: Any text.
        separator: What joins the words: ``_`` or ``-``.
        fallback: The name where the title leaves none, or one that Windows keeps for itself.

    Returns:
        Words of ``a`` to ``z`` and digits, not more than a file name should have.
    """
    # Capital letters inside a word begin a word: `AuditService` reads `audit_service`.
    apart = _CAMEL.sub(" ", title)
    plain = unicodedata.normalize("NFKD", apart.casefold()).encode("ascii", "ignore").decode()
    name = ""
    for word in _WORD.findall(plain):
        longer = f"{name}{separator}{word}" if name else word[:_LONGEST_SLUG]
        if len(longer) > _LONGEST_SLUG:
            break
        name = longer
    return fallback if not name or _RESERVED.match(name) else name
