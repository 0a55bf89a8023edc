"""Say ``true`` or ``false`` in an item in block style, or say nothing any more; all other bytes stay."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.edit import TextEdit

if TYPE_CHECKING:
    from collections.abc import Iterator

# Behind which keys of a hook a new one is put; where there is none of them, behind the last one.
_NEIGHBOURS: Final = ("pass_filenames", "language")
_REST: Final = re.compile(r"[ \t]*(#[^\r\n]*)?(\r\n|\r|\n|\Z)")
_COMMENT_LINE: Final = re.compile(r"[ \t]*#")
_WORDS: Final = {True: "true", False: "false"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What one hook has to say.

    Attributes:
        index: Which one it is of all hooks, from 0.
        key: The key.
        value: The value.
        may_go: Whether the key can go, because this is the value without it.
    """

    index: int
    key: str
    value: bool
    may_go: bool = False


def why_not(text: str, item: Any, key: str) -> str:
    """Why a key of an item cannot be set; empty where it can.

    Args:
        text: The file.
        item: PyYAML's node of the item.
        key: The key.
    """
    if item.id != "mapping" or item.flow_style:
        return "it is written in flow style"
    pairs = [pair for pair in item.value if pair[0].value == key]
    if not pairs:
        return "" if _neighbour(text, item) else "no key ends with its line"
    if len(pairs) > 1 or not _is_whole(text, pairs[0]):
        return f"`{key}` is not written in a line of its own"
    return f"a comment stands beside `{key}`" if _is_noted(text, pairs[0]) else ""


def edit_setting(text: str, item: Any, setting: Setting) -> tuple[TextEdit, Any]:
    """The edit that sets a key of an item, and PyYAML's node of what the item says then.

    Args:
        text: The file.
        item: PyYAML's node of the item; `why_not` has found nothing against it.
        setting: What it has to say.
    """
    pair = next((pair for pair in item.value if pair[0].value == setting.key), None)
    if pair is None:
        return _insertion(text, item, setting)
    rest = [other for other in item.value if other is not pair]
    line = _line_start(text, pair[0].start_mark.index)
    if setting.may_go and not text[line : pair[0].start_mark.index].strip():
        return _removal(text, line, pair[1].end_mark.index), _mapping(item, rest)
    edit = TextEdit(pair[1].start_mark.index, pair[1].end_mark.index, _WORDS[setting.value])
    pairs = [(name, _boolean(setting.value)) if name is pair[0] else (name, value) for name, value in item.value]
    return edit, _mapping(item, pairs)


def _insertion(text: str, item: Any, setting: Setting) -> tuple[TextEdit, Any]:
    import yaml  # noqa: PLC0415 - only where there is a YAML file

    before = _neighbour(text, item)
    rest = _REST.match(text, before[1].end_mark.index)
    if rest is None:
        raise AssertionError("unreachable")
    line = f"{' ' * item.start_mark.column}{setting.key}: {_WORDS[setting.value]}"
    first = re.search(r"\r\n|\r|\n", text)
    new = f"{line}{rest[2]}" if rest[2] else f"{first[0] if first else ''}{line}"
    name = yaml.ScalarNode("tag:yaml.org,2002:str", setting.key)
    at = item.value.index(before) + 1
    pairs = [*item.value[:at], (name, _boolean(setting.value)), *item.value[at:]]
    return TextEdit(rest.end(), rest.end(), new), _mapping(item, pairs)


def _removal(text: str, line: int, end: int) -> TextEdit:
    rest = _REST.match(text, end)
    if rest is None:
        raise AssertionError("unreachable")
    if rest[2]:
        return TextEdit(line, rest.end())
    # Without a line end at the end of the file there is none afterwards either.
    return TextEdit(line - (2 if text.endswith("\r\n", 0, line) else 1), rest.end())


def _neighbour(text: str, item: Any) -> Any:
    """The key and the value behind which a new key is put; None where no line is free."""
    whole = [pair for pair in item.value if _is_whole(text, pair)]
    named: Iterator[Any] = (pair for key in _NEIGHBOURS for pair in whole if pair[0].value == key)
    return next(named, whole[-1] if whole else None)


def _is_whole(text: str, pair: Any) -> bool:
    """Whether a value stands behind its key, and nothing but a comment between its end and that of the line.

    Where lists and mappings in block style, and block scalars, end is not told by their marks.
    """
    name, value = pair
    is_block = value.style in {"|", ">"} if value.id == "scalar" else not value.flow_style
    is_here = value.start_mark.index >= name.end_mark.index
    return is_here and not is_block and _REST.match(text, value.end_mark.index) is not None


def _is_noted(text: str, pair: Any) -> bool:
    """Whether a comment stands behind a value, or in the line above: it may say why."""
    rest = _REST.match(text, pair[1].end_mark.index)
    line = _line_start(text, pair[0].start_mark.index)
    above = text[:line].rstrip("\r\n")
    is_first = text[line : pair[0].start_mark.index].strip()
    is_below = not is_first and _COMMENT_LINE.match(text, _line_start(text, len(above)))
    return bool((rest and rest[1]) or is_below)


def _line_start(text: str, index: int) -> int:
    return max(text.rfind("\n", 0, index), text.rfind("\r", 0, index)) + 1


def _mapping(item: Any, pairs: list[Any]) -> Any:
    import yaml  # noqa: PLC0415 - as above

    return yaml.MappingNode(item.tag, pairs)


def _boolean(value: bool) -> Any:
    import yaml  # noqa: PLC0415 - as above

    return yaml.ScalarNode("tag:yaml.org,2002:bool", _WORDS[value])
