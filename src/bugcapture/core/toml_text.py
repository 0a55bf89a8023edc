"""Write TOML: what `tomllib` has read, as a text that says the same; comments and layout are not kept."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def write_toml(document: Mapping[str, Any]) -> str:
    """A document as text.

    Args:
        document: What `tomllib` gives: tables, arrays, text, numbers, booleans, dates and times.
    """
    return "\n".join(_lines(document, ())) + "\n"


def _lines(table: Mapping[str, Any], above: tuple[str, ...]) -> Iterator[str]:
    tables = {key: value for key, value in table.items() if isinstance(value, dict)}
    if above and (len(tables) < len(table) or not table):
        yield f"[{'.'.join(map(_quote, above))}]"
    for key, value in table.items():
        if key not in tables:
            yield f"{_quote(key)} = {_value(value)}"
    for key, inner in tables.items():
        yield from _lines(inner, (*above, key))


def _value(value: Any) -> str:
    if isinstance(value, str):
        return _quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{_quote(key)} = {_value(inner)}' for key, inner in value.items())}}}"
    return str(value)  # Dates and times are written as ISO 8601, which is TOML's way as well.


def _quote(text: str) -> str:
    # JSON leaves the delete character as it is, and TOML wants it escaped.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
