"""Changes as people and ``git apply`` read them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bugcapture.cli.options import style
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_COLOURS = {"+": "green", "-": "red", "@": "cyan"}


def render_diff(diffs: Iterable[str]) -> str:
    """Unified diffs for standard output: byte for byte, but safe and in colour on a terminal."""
    text = "".join(diffs)
    if sys.stdout is None or not sys.stdout.isatty():
        return text
    return "".join(style(printable(line), fg=_COLOURS.get(line[:1])) + "\n" for line in text.splitlines())
