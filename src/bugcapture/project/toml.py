"""Add to TOML files; what stands there stays byte for byte."""

from __future__ import annotations

import json
import re
import tomllib
from typing import TYPE_CHECKING, Any

from bugcapture.core.errors import RefusedError
from bugcapture.core.layout import BOM, insert_lines, is_blank, split_lines
from bugcapture.core.text import printable
from bugcapture.project.draft import require_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ERROR_LINE = re.compile(r"\(at line (\d+),")


def read_toml(content: bytes, where: str) -> dict[str, Any]:
    """A TOML document.

    Args:
        content: The file's content.
        where: The file as reports name it.

    Raises:
        RefusedError: If it is no TOML.
        SourceError: If it is not UTF-8.
    """
    try:
        return tomllib.loads(require_text(content, where))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        found = _ERROR_LINE.search(str(error))
        line = int(found[1]) if found else len(split_lines(content))
        raise RefusedError(
            f"is no valid TOML: {printable(str(error))}",
            where=f"{where}:{line}",
            hint="mend it and run the command again",
        ) from error


def add_table(content: bytes, keys: Sequence[str], lines: Sequence[str], where: str) -> bytes:
    """Add a table at the end of a document, or its lines to the table that is there.

    Args:
        content: The document.
        keys: The table's name, one part each; bare keys.
        lines: The lines below its header, which set something.
        where: The file as reports name it.

    Raises:
        RefusedError: If the document is no TOML, or takes the table at no place that can be known.
        SourceError: If it is not UTF-8.
    """
    before = read_toml(content, where)
    wanted = _merge(before, keys, tomllib.loads("\n".join(lines)))
    old = split_lines(content.removeprefix(BOM))
    header = re.compile(rb"\s*\[\s*" + rb"\s*\.\s*".join(key.encode() for key in keys) + rb"\s*\]\s*(#.*)?\Z")
    gap = [""] if old and not is_blank(old[-1]) else []
    tries = [insert_lines(content, n, lines) for n, line in enumerate(old, start=1) if header.match(line.rstrip())]
    tries.append(insert_lines(content, len(old), [*gap, f"[{'.'.join(keys)}]", *lines]))
    for new in tries:
        try:
            if _text(tomllib.loads(new.decode("utf-8-sig"))) == _text(wanted):
                return new
        except tomllib.TOMLDecodeError:
            continue
    text = "; ".join(line for line in lines if not line.startswith("#"))
    raise RefusedError(
        f"[{'.'.join(keys)}] cannot be added without changing what is there",
        where=_place(content, keys, where),
        hint=f"add it by hand: {text}",
    )


def _merge(table: Mapping[str, Any], keys: Sequence[str], values: Mapping[str, Any]) -> dict[str, Any]:
    if not keys:
        return {**table, **values}
    inner = table.get(keys[0], {})
    return {**table, keys[0]: _merge(inner if isinstance(inner, dict) else {}, keys[1:], values)}


def _text(table: Mapping[str, Any]) -> str:
    """A document to compare: as values, NaN would differ from itself, and 1 would be true."""
    return json.dumps(table, sort_keys=True, default=repr)


def _place(content: bytes, keys: Sequence[str], where: str) -> str:
    named = re.compile(rb"\s*\[{0,2}\s*[\"']?" + keys[0].encode() + rb"\b")
    line = next((n for n, text in enumerate(split_lines(content), start=1) if named.match(text)), 0)
    return f"{where}:{line}" if line else where
