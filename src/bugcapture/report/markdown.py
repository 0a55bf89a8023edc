"""Foreign text inside Markdown: shown as it is, and nothing else."""

from __future__ import annotations

import re
from typing import Final

from bugcapture.core.text import printable

_SPECIAL: Final = re.compile(r"([\\`*_\[\]#!|~>@])")
_BACKTICKS: Final = re.compile(r"`+")


def as_text(text: str) -> str:
    """A text in one line that no Markdown renderer takes for anything but text.

    Args:
        text: Any text, such as the title of an issue.
    """
    plain = " ".join(printable(text).split()).replace("&", "&amp;").replace("<", "&lt;")
    # A number sign or an at sign would link to another issue, or call somebody.
    return _SPECIAL.sub(r"\\\1", plain).replace("\\@", "&#64;").replace("\\#", "&#35;")


def as_code(text: str) -> str:
    """A text in one line as code, also inside a table.

    Args:
        text: Any text, such as a path.
    """
    plain = " ".join(printable(text).split()).replace("|", "\\|")
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(plain)), default=0) + 1)
    pad = " " if plain.startswith("`") or plain.endswith("`") or not plain else ""
    return f"{fence}{pad}{plain}{pad}{fence}"
