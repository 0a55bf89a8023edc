"""A Python file as text, with the places that `ast` gives."""

from __future__ import annotations

import io
import re
import tokenize
from itertools import accumulate
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
        # Python does not look at the bytes of comments.
        encoding = "utf-8" if self.mark else self.encoding
        self.text = content.removeprefix(self.mark).decode(encoding, "surrogateescape")
        self._lines = _split(self.text)
        self._starts = [0, *accumulate(map(len, self._lines))]

    def offset(self, line: int, column: int) -> int:
        """The character at a line and a byte of it in UTF-8, as `ast` counts."""
        if line > len(self._lines):
            return len(self.text)
        return self._starts[line - 1] + len(
            _bytes(self._lines[line - 1])[:column].decode("utf-8", "surrogateescape")
        )

    def line(self, number: int) -> str:
        """A line without its end, empty where there is none; what is no text is shown as such."""
        if not 0 < number <= len(self._lines):
            return ""
        return _bytes(self._lines[number - 1].rstrip("\r\n")).decode("utf-8", "replace")

    def start_of(self, line: int) -> int:
        """The first character of a line."""
        return self._starts[min(line, len(self._starts)) - 1]

    def encode(self, text: str) -> bytes:
        """A text as the file has it."""
        return self.mark + text.encode("utf-8" if self.mark else self.encoding, "surrogateescape")


def _split(text: str) -> list[str]:
    """Its lines with their ends, as Python sees them, and not `str.splitlines`."""
    if "\r" in text:
        return _LINE.findall(text)
    *lines, last = text.split("\n")
    return [line + "\n" for line in lines] + ([last] if last else [])


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
