"""Remove the switch from Robot files, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bugcapture.core.edit import TextEdit, apply_edits
from bugcapture.core.errors import RefusedError
from bugcapture.core.tags import SWITCH
from bugcapture.core.text import printable
from bugcapture.robot.leaf import read_level, tag_uses, walk_leaves
from bugcapture.robot.parse import RobotFile, parse_text, statements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence


def cut_switch(file: RobotFile, lines: Iterable[int]) -> str:
    """The text of a file without the switch tag on some of its lines.

    A continuation line that becomes empty goes, and so does a setting without a tag left, except where an empty
    ``[Tags]`` keeps ``Default Tags`` away. Comments stay.

    Args:
        file: The parsed file.
        lines: The lines, from 1, on which the switch goes.

    Returns:
        The new text; separators, line ends, comments and all other tags stay.

    Raises:
        RefusedError: If a line does not hold the tag, or if Robot would read anything but the tag differently
            afterwards.
    """
    wanted = set(lines)
    settings = [setting for setting in _tag_settings(file) if _switches(setting, file, wanted)]
    missing = wanted - {token.lineno for setting in settings for token in _switches(setting, file, wanted)}
    if missing:
        where = f"{file.path}:{min(missing)}"
        raise RefusedError(f"{SWITCH} is not written out here", where=where, hint="remove it by hand")
    before = _shape(file, wanted)
    starts = _line_starts(file.text)
    for keep in _choices([setting for setting in settings if _is_emptied(setting, file, wanted)]):
        edits = [
            TextEdit(starts[line] + start, starts[line + 1] if end is None else starts[line] + end)
            for setting in settings
            for line, start, end in _cut(setting, _switches(setting, file, wanted), keep=id(setting) in keep)
        ]
        after = apply_edits(file.text, edits)
        parsed, _ = parse_text(after, file.path, file.kind, file.languages)
        if parsed is not None and _shape(parsed, set()) == before:
            return after
    message = "the file would mean something else without the tag"
    raise RefusedError(message, where=f"{printable(file.path)}:{min(wanted)}", hint="remove the tag by hand")


def _choices(emptied: Sequence[Any]) -> Iterator[set[int]]:
    """Which of the settings without a tag left keep their name: none, those of tests, all."""
    from robot.api import Token  # noqa: PLC0415 - loaded with the parser

    yield set()
    tests = {id(setting) for setting in emptied if setting.type == Token.TAGS}
    if tests:
        yield tests
    if len(tests) < len(emptied):
        yield {id(setting) for setting in emptied}


def _tag_settings(file: RobotFile) -> list[Any]:
    from robot.api import Token  # noqa: PLC0415

    kinds = {Token.TEST_TAGS, Token.DEFAULT_TAGS, Token.TAGS}
    return [statement for statement in statements(file.model) if statement.type in kinds]


def _switches(setting: Any, file: RobotFile, wanted: set[int]) -> list[Any]:
    from robot.api import Token  # noqa: PLC0415

    uses = tag_uses(setting, file.path)
    tokens = setting.get_tokens(Token.ARGUMENT)
    return [
        token for token, use in zip(tokens, uses, strict=True) if use.name == SWITCH and token.lineno in wanted
    ]


def _is_emptied(setting: Any, file: RobotFile, wanted: set[int]) -> bool:
    return sum(1 for value in setting.values if value) == len(_switches(setting, file, wanted))


def _cut(setting: Any, switches: Sequence[Any], *, keep: bool) -> Iterator[tuple[int, int, int | None]]:
    """What to cut out of a setting: line, first column, and column behind the last or None for the line's end."""
    from robot.api import Token  # noqa: PLC0415

    emptied = sum(1 for value in setting.values if value) == len(switches)
    for tokens in setting.lines:
        arguments = [token for token in tokens if token.type == Token.ARGUMENT and token.value]
        data = [token for token in tokens if token.type not in _layout()]
        names = [token for token in data if token.type not in {Token.ARGUMENT, Token.CONTINUATION}]
        left = [token for token in arguments if token not in switches]
        whole = not left and (emptied or bool(arguments)) and not (names and (keep or not emptied))
        if whole and data:
            yield _cut_line(tokens, data)
        else:
            for token in arguments:
                if token in switches:
                    separator = tokens[tokens.index(token) - 1]
                    yield token.lineno, separator.col_offset, token.end_col_offset


def _cut_line(tokens: Sequence[Any], data: Sequence[Any]) -> tuple[int, int, int | None]:
    """The whole line of a setting; a comment keeps its place, and so does a test's name before the setting."""
    from robot.api import Token  # noqa: PLC0415

    line = tokens[0].lineno
    comment = next((token for token in tokens if token.type == Token.COMMENT), None)
    if comment is not None:
        return line, data[0].col_offset, comment.col_offset
    if tokens[0].col_offset:
        return line, tokens[0].col_offset, data[-1].end_col_offset
    return line, 0, None


def _layout() -> set[str]:
    from robot.api import Token  # noqa: PLC0415

    return {Token.SEPARATOR, Token.EOL, Token.COMMENT}


def _line_starts(text: str) -> dict[int, int]:
    """Where each line of Robot begins: it drops the carriage return of a CRLF, then breaks at every line end."""
    starts = {1: 0}
    position = 0
    for number, line in enumerate(text.replace("\r\n", "\n").splitlines(keepends=True), start=2):
        position += len(line) + text.startswith("\r\n", position + len(line) - 1)
        starts[number] = position
    return starts


def _shape(file: RobotFile, lines: set[int]) -> Any:
    """Everything that Robot reads from a file except the switch on some lines, and line numbers."""
    from robot.api import Token  # noqa: PLC0415

    level = read_level(file)
    said = []
    for statement in statements(file.model):
        tokens = [token for token in statement.tokens if token.type not in {*_layout(), Token.CONTINUATION}]
        if statement.type in {Token.TEST_TAGS, Token.DEFAULT_TAGS, Token.TAGS}:
            cut = _switches(statement, file, lines)
            tokens = [token for token in tokens if token.value and token not in cut]
            if len(tokens) == 1:  # Whether an empty setting counts shows in the tests.
                continue
        if tokens:
            said.append((statement.type, [(token.type, token.value) for token in tokens]))
    tests = [
        (leaf.name, [use.written for use in leaf.uses if use.name != SWITCH or use.site.line not in lines])
        for leaf in walk_leaves(file, (level,))
    ]
    return (
        said,
        [use.written for use in level.test_tags if use.name != SWITCH or use.site.line not in lines],
        tests,
    )
