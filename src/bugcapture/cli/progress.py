"""One line on a terminal that says how far a command is."""

from __future__ import annotations

import sys
from typing import Final

from bugcapture.core.text import printable, shorten

_WIDTH: Final = 79


class Progress:
    """A line that takes the place of the one before; nothing where there is no terminal.

    Args:
        quiet: Whether to show nothing.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        terminal = not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._stream = sys.stderr if terminal else None

    def show(self, line: str) -> None:
        """Put the line in place of the last one."""
        if self._stream is not None:
            self._stream.write(f"\r\x1b[K{shorten(printable(line), _WIDTH)}")
            self._stream.flush()

    def clear(self) -> None:
        """Take the line away."""
        if self._stream is not None:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
