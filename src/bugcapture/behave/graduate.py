"""Remove the switch from feature files, and nothing else."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bugcapture.behave.parse import parse_text
from bugcapture.core.edit import TextEdit, apply_edits
from bugcapture.core.errors import RefusedError
from bugcapture.core.tags import SWITCH
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORD = re.compile(r"\S+")


def cut_switch(feature: Any, text: str, path: str, lines: Iterable[int]) -> str:
    """The text of a feature file without the switch tag on some of its lines.

    Args:
        feature: The parsed ``behave.model.Feature``.
        text: The text that it was parsed from.
        path: The file as errors shall name it.
        lines: The lines, from 1, on which the switch goes.

    Returns:
        The new text. Line ends, indentation, comments and all other tags stay; a tag line that becomes
        empty goes.

    Raises:
        RefusedError: If a line does not hold the tag as a word of its own, or if Behave would read
            anything but the tag differently afterwards.
    """
    wanted = set(lines)
    edits = []
    offset = 0
    for number, line in enumerate(text.splitlines(keepends=True), start=1):
        if number in wanted:
            edits += [_shift(edit, offset) for edit in _cut_line(line, f"{path}:{number}")]
        offset += len(line)
    after = apply_edits(text, edits)
    _require_same(feature, after, path, wanted)
    return after


def _cut_line(line: str, where: str) -> list[TextEdit]:
    words = list(_WORD.finditer(line))
    comment = next((index for index, word in enumerate(words) if word.group().startswith("#")), len(words))
    tags = words[:comment]
    switches = [index for index, word in enumerate(tags) if word.group() == f"@{SWITCH}"]
    if not switches:
        raise RefusedError(f"@{SWITCH} is not written out here", where=where, hint="remove it by hand")
    if len(switches) == len(words):
        return [TextEdit(0, len(line))]
    edits = []
    for index in switches:
        start, end = words[index].span()
        before = words[index - 1].end() if index else None
        if before is not None and not all(left in switches for left in range(index)):
            start = before
        else:
            end = words[index + 1].start()
        edits.append(TextEdit(start, end))
    return edits


def _shift(edit: TextEdit, offset: int) -> TextEdit:
    return TextEdit(edit.start + offset, edit.end + offset, edit.text)


def _require_same(feature: Any, text: str, path: str, lines: set[int]) -> None:
    after, problem = parse_text(text, path)
    if problem is not None or _shape(after, set()) != _shape(feature, lines):
        told = f": {problem.message}" if problem else ""
        message = f"the file would mean something else without the tag{told}"
        raise RefusedError(printable(message), where=path, hint="remove the tag by hand")


def _shape(element: Any, lines: set[int]) -> Any:
    """Everything that Behave reads from a file except the switch on some lines, and line numbers."""
    if element is None:
        return None
    return (
        element.type,
        element.keyword,
        element.name,
        [str(tag) for tag in getattr(element, "tags", ()) if tag != SWITCH or tag.line not in lines],
        list(getattr(element, "description", None) or ()),
        _shape(getattr(element, "background", None), lines) if element.type in {"feature", "rule"} else None,
        [_step_shape(step) for step in getattr(element, "steps", ())],
        [_shape(item, lines) for item in getattr(element, "run_items", ())],
        [(_shape_examples(examples, lines)) for examples in getattr(element, "examples", ())],
    )


def _shape_examples(examples: Any, lines: set[int]) -> Any:
    tags = [str(tag) for tag in examples.tags if tag != SWITCH or tag.line not in lines]
    return (examples.keyword, examples.name, tags, _table_shape(examples.table))


def _step_shape(step: Any) -> Any:
    return (step.keyword, step.step_type, step.name, step.text and str(step.text), _table_shape(step.table))


def _table_shape(table: Any) -> Any:
    return None if table is None else (list(table.headings), [list(row.cells) for row in table.rows])
