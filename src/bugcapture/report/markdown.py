"""Foreign text inside Markdown: shown as it is, and nothing else."""

from __future__ import annotations

import re
from typing import Final

from bugcapture.core.text import printable

_SPECIAL: Final = re.compile(r"([\\`*_\[\]!|~>])")
# What would make a list of a text that begins with it, or a heading of the line above.
_FIRST: Final = re.compile(r"(?:[-+=](?=[-+=\s]|\Z)|(?<=\d)[.)](?=\s|\Z))")
_NUMBER: Final = re.compile(r"\d{1,9}\Z")
# A sign that would link to an issue, call somebody, set a formula, become a picture or an address.
_SIGNS: Final = re.compile(r"[@#$]|:(?=//)|:(?=[\w+-]+:)|(?<=\bwww)\.", re.IGNORECASE)
_PLAIN: Final = re.compile(r"[^`|\\]+")


def as_text(text: str) -> str:
    """A text in one line that no Markdown renderer takes for anything but text.

    Args:
        text: Any text, such as the title of an issue.
    """
    plain = " ".join(printable(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    plain = _SIGNS.sub(lambda match: f"&#{ord(match[0])};", plain)
    head = _FIRST.search(plain)
    if head is not None and (head.start() == 0 or _NUMBER.match(plain[: head.start()])):
        plain = f"{plain[: head.start()]}&#{ord(head[0])};{plain[head.end() :]}"
    return _SPECIAL.sub(r"\\\1", plain)


def as_code(text: str) -> str:
    """A text in one line as code, also inside a table.

    Args:
        text: Any text, such as a path.
    """
    plain = " ".join(printable(text).split())
    if _PLAIN.fullmatch(plain):
        return f"`{plain}`"
    # Neither backticks nor the bars of a table can be written in a span of code everywhere.
    shown = "".join(char if char.isalnum() or char == " " else f"&#{ord(char)};" for char in plain)
    return f"<code>{shown}</code>"
