"""A change of a file as a unified diff that ``git apply`` and ``patch`` take."""

from __future__ import annotations

import difflib
import re

_NO_NEWLINE = "\n\\ No newline at end of file\n"
_LINE = re.compile(r"[^\n]*\n|[^\n]+\Z")


def unified_diff(path: str, old: bytes | None, new: bytes) -> str:
    """The change of one file.

    Args:
        path: The file as reports name it.
        old: Its content before; None for a new file.
        new: Its content afterwards.
    """
    before, after = (_LINE.findall((text or b"").decode("utf-8", "replace")) for text in (old, new))
    source = "/dev/null" if old is None else _quote(f"a/{path}")
    lines = difflib.unified_diff(before, after, source, _quote(f"b/{path}"))
    return "".join(line if line.endswith("\n") else line + _NO_NEWLINE for line in lines)


def _quote(path: str) -> str:
    """A path as git writes it in a patch."""
    if not any(char < " " or char in '"\\\x7f' for char in path):
        return path
    escaped = "".join(
        f"\\{char}" if char in '"\\' else f"\\{ord(char):03o}" if char < " " or char == "\x7f" else char
        for char in path
    )
    return f'"{escaped}"'
