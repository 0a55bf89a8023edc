"""One line on a terminal that says how far a command is."""

from __future__ import annotations

import sys
from typing import Final

from bugcapture.core.text import printable, shorten

_WIDTH: Final = 79


class Progress:
    """A line that takes the place of the one before; nothing where there is no terminal, or it is gone.

    Args:
        quiet: Whether to show nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        terminal = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._stream = sys.stderr if terminal else None

    def show(self, line: str) -> None:
        """Put the line in place of the last one."""
        self._write(f"\r\x1b[K{shorten(printable(line), _WIDTH)}")

    def clear(self) -> None:
        """Take the line away."""
        self._write("\r\x1b[K")

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            self._stream.write(text)
            self._stream.flush()
        except (OSError, ValueError):  # Its window was closed, or its connection was cut: nobody looks any more.
            self._stream = None
