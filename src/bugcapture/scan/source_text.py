"""A Python file as text, with the places that `ast` gives."""

from __future__ import annotations

import io
import re
import tokenize
from typing import Final

from bugcapture.core.layout import BOM

_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")


class SourceText:
    """The text of a file, and where the places of `ast` are in it.

    Args:
        content: A Python file.
    """

    def __init__(self, content: bytes) -> None:
        # Python ends a line at a lone carriage return as well, where `tokenize` goes on.
        first = b"\n".join(_LINE_END.split(content, maxsplit=2)[:2])
        self.encoding, _ = tokenize.detect_encoding(io.BytesIO(first).readline)
        self.mark = BOM if content.startswith(BOM) else b""
        self.text = content.removeprefix(self.mark).decode("utf-8" if self.mark else self.encoding)
        self._starts = [0]
        self._lines = _LINE.findall(self.text)
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line))

    def offset(self, line: int, column: int) -> int:
        """The character at a line and a byte of it in UTF-8, as `ast` counts."""
        if line > len(self._lines):
            return len(self.text)
        return self._starts[line - 1] + len(self._lines[line - 1].encode()[:column].decode())

    @property
    def lines(self) -> list[str]:
        """Its lines, without their ends."""
        return [line.rstrip("\r\n") for line in self._lines]

    def start_of(self, line: int) -> int:
        """The first character of a line."""
        return self._starts[min(line, len(self._starts)) - 1]

    def encode(self, text: str) -> bytes:
        """A text as the file has it."""
        return self.mark + text.encode("utf-8" if self.mark else self.encoding)
