"""Make text from untrusted places safe to print and short enough to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

_ELLIPSIS = "…"


def printable(text: str) -> str:
    r"""Escape every character that could steer a terminal or hide text.

    Control characters, terminal escapes, bidirectional overrides, zero-width characters and lone
    surrogates become visible backslash escapes; line breaks and tabs become ``\\n`` and ``\\t``.

    Args:
        text: Any text.

    Returns:
        One line of printable characters.
    """
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else _escape(char) for char in text)


def shorten(text: str, limit: int = 200) -> str:
    """Cut text to at most ``limit`` characters, the last of them an ellipsis when something was cut."""
    return text if len(text) <= limit else text[: limit - 1] + _ELLIPSIS


def well_formed(value: Any) -> Any:
    r"""A value for JSON without lone surrogates, which strict readers refuse; ``\udc80`` becomes visible text.

    Args:
        value: Text, a number, None, or a list, tuple or dictionary of these.
    """
    if isinstance(value, str):
        return value.encode("utf-8", "backslashreplace").decode()
    if isinstance(value, dict):
        return {key: well_formed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [well_formed(inner) for inner in value]
    return value


def plural(count: int, noun: str) -> str:
    """The count with its noun: ``1 test``, ``2 tests``."""
    if count == 1:
        return f"{count} {noun}"
    return f"{count} {noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{count} {noun}s"


def bug_list(ids: Iterable[int]) -> str:
    """Bug numbers as people write them: ``#1, #2``."""
    return ", ".join(f"#{number}" for number in ids)


def _escape(char: str) -> str:
    return char.encode("unicode_escape").decode("ascii")
