"""Write a hook anew, as an item of a list in block style."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

# What may stand without quotes, also in a list in flow style, when YAML reads it as the text that it is.
_PLAIN: Final = re.compile(r"[A-Za-z0-9_./^(\\][^,\[\]{}]*\Z")


def write_item(values: Mapping[str, Any]) -> list[str]:
    """An item of a list in block style: lines without indentation.

    Args:
        values: What it says, in this order.
    """
    lines = [line for key, value in values.items() for line in _write_pair(key, value)]
    return [f"{'- ' if number == 0 else '  '}{line}" for number, line in enumerate(lines)]


def _write_pair(key: str, value: Any) -> list[str]:
    name = _scalar(key)
    if isinstance(value, str) and "\n" in value and _is_block(value):
        mark = "|" if value.endswith("\n") else "|-"
        return [f"{name}: {mark}", *(f"  {line}".rstrip() for line in value.removesuffix("\n").split("\n"))]
    if isinstance(value, list) and key == "args":
        return [f"{name}:", *(f"  - {_scalar(one)}" for one in value)]
    if isinstance(value, list | tuple):
        return [f"{name}: [{', '.join(map(_scalar, value))}]"]
    return [f"{name}: {_scalar(value)}"]


def _is_block(text: str) -> bool:
    """Whether a literal block can hold a text."""
    lines = text.split("\n")
    return (
        all(line.isprintable() and line == line.rstrip() for line in lines)
        and not text.startswith((" ", "\n"))
        and not text.endswith("\n\n")
    )


def _scalar(value: Any) -> str:
    """A value in one line."""
    if not isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if value.isprintable() and _PLAIN.match(value) and _is_read_as(value):
        return value
    if value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return json.dumps(value)


def _is_read_as(text: str) -> bool:
    """Whether YAML reads a text without quotes as itself."""
    import yaml  # noqa: PLC0415 - only where there is a YAML file

    try:
        return bool(yaml.safe_load(text) == text)
    except yaml.YAMLError:
        return False


def write_heading(titles: Sequence[str], noted: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The old hooks as comments, with what was noted of them.

    Args:
        titles: What each of them is called.
        noted: The comments of each.
    """
    yield f"# Instead of {len(titles)} hooks:"
    told = {""}
    for title, comments in zip(titles, noted, strict=True):
        yield f"# - {printable(title)}"
        new = [text for line in comments if (text := printable(line.lstrip("#").strip())) not in told]
        yield from (f"#   {text}" for text in dict.fromkeys(new))
        told.update(new)
