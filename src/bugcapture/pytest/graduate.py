"""Remove the switch from Python files, and nothing else."""

from __future__ import annotations

import ast
import bisect
import io
import re
import tokenize
from typing import TYPE_CHECKING, NamedTuple

from bugcapture.core.edit import TextEdit, apply_edits
from bugcapture.core.errors import RefusedError
from bugcapture.core.tags import SWITCH
from bugcapture.pytest.marks import MARKS, Slot
from bugcapture.pytest.source import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.pytest.source import PythonSource

_LINE_END = re.compile(r"\r\n|\r|\n")
_OPEN = frozenset("([{")
_CLOSED = frozenset(")]}")
_IGNORED = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER})
_BY_HAND = "remove it by hand"


def remove_switch(source: PythonSource, lines: Iterable[int]) -> bytes:
    """The content of a Python file without the switch on some of its lines.

    Args:
        source: The file.
        lines: The lines, from 1, on which the switch goes.

    Returns:
        The new content. Line ends, indentation, encoding, comments on lines of their own and all other
        marks stay. The definition of an alias stays; its uses go.

    Raises:
        RefusedError: If a line does not hold the switch, or if Python would read anything but the mark
            differently afterwards.
    """
    if source.tree is None or source.tests is None or source.text.encode(source.codec) != source.content:
        raise RefusedError("the file cannot be written as it was read", where=source.path, hint=_BY_HAND)
    wanted = set(lines)
    slots = {
        id(use.slot.node): use.slot
        for leaf in source.tests.leaves
        for use in leaf.switches
        if use.slot.line in wanted
    }
    missing = sorted(wanted - {slot.line for slot in slots.values()})
    if missing:
        where = f"{source.path}:{missing[0]}"
        raise RefusedError(f"{SWITCH} is not written out here", where=where, hint=_BY_HAND)
    try:
        after = apply_edits(source.text, _edits(source.text, source.tree, list(slots.values())))
        same = ast.dump(parse(after)) == ast.dump(_expected(source.text, source.tree, slots.values()))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        same = False
    if not same:
        message = "the file would mean something else without the mark"
        raise RefusedError(message, where=f"{source.path}:{min(wanted)}", hint=_BY_HAND)
    return after.encode(source.codec)


def _edits(text: str, tree: ast.Module, slots: Sequence[Slot]) -> Iterator[TextEdit]:
    layout = _Layout(text)
    going: dict[int, list[Slot]] = {}
    for slot in slots:
        going.setdefault(id(slot.holder), []).append(slot)
    for group in going.values():
        holder = group[0].holder
        nodes = {id(slot.node) for slot in group}
        if isinstance(holder, ast.List | ast.Tuple):
            yield from layout.cut_elements(holder, nodes)
        elif isinstance(holder, ast.Call):
            yield from layout.cut_keywords(holder, nodes)
        elif isinstance(holder, ast.Assign | ast.AnnAssign):
            node = group[0].node
            yield layout.cut_statement(holder, node) if _may_go(holder, tree) else layout.cut_value(node)
        else:
            yield from (layout.cut_decorator(slot.node) for slot in group)


def _may_go(statement: ast.Assign | ast.AnnAssign, tree: ast.Module) -> bool:
    """Whether a file means the same without the assignment of an empty list."""
    target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
    read = any(
        isinstance(node, ast.Name | ast.Attribute) and isinstance(node.ctx, ast.Load) and _last_name(node) == MARKS
        for node in ast.walk(tree)
    )
    body = _body_of(statement, tree)
    return _is_marks(target) and not read and (len(body) > 1 or body is tree.body)


def _last_name(node: ast.Name | ast.Attribute) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr


def _is_marks(node: ast.expr) -> bool:
    return isinstance(node, ast.Name) and node.id == MARKS


def _body_of(statement: ast.AST, tree: ast.Module) -> list[ast.stmt]:
    bodies = (getattr(node, "body", None) for node in ast.walk(tree))
    return next(body for body in bodies if isinstance(body, list) and any(one is statement for one in body))


def _expected(text: str, tree: ast.Module, slots: Iterable[Slot]) -> ast.Module:
    """The syntax tree as it has to be afterwards."""
    copy = parse(text)
    twin = {id(old): new for old, new in zip(ast.walk(tree), ast.walk(copy), strict=True)}
    for slot in slots:
        holder: ast.AST = twin[id(slot.holder)]
        node = twin[id(slot.node)]
        match holder:
            case ast.List() | ast.Tuple():
                holder.elts = [element for element in holder.elts if element is not node]
            case ast.Call():
                holder.keywords = [keyword for keyword in holder.keywords if keyword.value is not node]
            case ast.Assign() | ast.AnnAssign():
                if isinstance(slot.holder, ast.Assign | ast.AnnAssign) and _may_go(slot.holder, tree):
                    body = _body_of(holder, copy)
                    body[:] = [statement for statement in body if statement is not holder]
                else:
                    holder.value = ast.List(elts=[], ctx=ast.Load())
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():  # pragma: no branch - all there is
                holder.decorator_list = [mark for mark in holder.decorator_list if mark is not node]
    return copy


class _Token(NamedTuple):
    """A token that means something, with its place in the text."""

    start: int
    end: int
    text: str
    newline: bool


class _Layout:
    """Where everything stands in a text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = [0, *(match.end() for match in _LINE_END.finditer(text))]
        plain = _LINE_END.sub("\n", text)
        self._tokens = [
            self._token(token)
            for token in tokenize.generate_tokens(io.StringIO(plain).readline)
            if token.type not in _IGNORED
        ]
        self._starts = [token.start for token in self._tokens]
        self._partner: dict[int, int] = {}
        opened: list[int] = []
        for index, token in enumerate(self._tokens):
            if token.text in _OPEN:
                opened.append(index)
            elif token.text in _CLOSED:
                self._partner[opened.pop()] = index

    def cut_decorator(self, node: ast.expr) -> TextEdit:
        """Remove a decorator with its line, or lines."""
        first, last = self._span(node)
        return self._cut_lines(self._tokens[first - 1].start, self._tokens[last + 1].end)

    def cut_elements(self, holder: ast.List | ast.Tuple, going: set[int]) -> Iterator[TextEdit]:
        """Remove elements of a list or tuple."""
        first, last = self._inside(holder)
        own = self._partner.get(first) == last
        spans = [self._span(element, inside=first if own else -1) for element in holder.elts]
        goes = [id(element) in going for element in holder.elts]
        left = goes.count(False)
        if isinstance(holder, ast.Tuple) and not own and not left:
            yield TextEdit(self._tokens[first].start, self._tokens[last].end, "()")
            return
        single = isinstance(holder, ast.Tuple) and left == 1
        for index, span in enumerate(spans):
            if goes[index]:
                yield from self._cut_item(*span, comma=not single, alone=index == 0 or not goes[index - 1])
        if single and not goes[-1] and self._tokens[spans[-1][1] + 1].text != ",":
            end = self._tokens[spans[-1][1]].end
            yield TextEdit(end, end, ",")

    def cut_keywords(self, call: ast.Call, going: set[int]) -> Iterator[TextEdit]:
        """Remove keyword arguments of a call."""
        for keyword in call.keywords:
            if id(keyword.value) in going:
                start = self._offset(keyword.lineno, keyword.col_offset)
                first = bisect.bisect_left(self._starts, start)
                _, last = self._span(keyword.value, inside=first - 1)
                yield from self._cut_item(first, last)

    def cut_value(self, node: ast.expr) -> TextEdit:
        """Replace the value of an assignment by an empty list."""
        first, last = self._span(node)
        return TextEdit(self._tokens[first].start, self._tokens[last].end, "[]")

    def cut_statement(self, statement: ast.stmt, value: ast.expr) -> TextEdit:
        """Remove an assignment, with its line when nothing else stands there."""
        start = self._offset(statement.lineno, statement.col_offset)
        first = bisect.bisect_left(self._starts, start)
        last = self._span(value)[1]
        before = self._tokens[first - 1] if first else None
        after = self._tokens[last + 1]
        if after.text == ";" and not self._tokens[last + 2].newline:
            return TextEdit(start, self._tokens[last + 2].start)
        if before is not None and before.text == ";":
            return TextEdit(before.start, self._tokens[last].end)
        end = self._tokens[last + 2].end if after.text == ";" else after.end
        return self._cut_lines(start, end)

    def _cut_item(self, first: int, last: int, *, comma: bool = True, alone: bool = True) -> Iterator[TextEdit]:
        """Remove one item of a row with a comma: the one behind it, else the one before it.

        Args:
            first: Its first token.
            last: Its last token.
            comma: Whether the comma before it may go.
            alone: Whether the item before it stays.
        """
        start, end = self._tokens[first].start, self._tokens[last].end
        before, after = self._tokens[first - 1], self._tokens[last + 1]
        followed = after.text == ","
        if followed and "#" in self._text[end : after.start]:
            yield TextEdit(start, end)
            yield TextEdit(after.start, after.end)
            return
        end = after.end if followed else end
        line, next_line = self._line_around(start, end)
        left_blank = not self._text[line:start].strip()
        rest = self._text[end:next_line].strip()
        right_blank = not rest or rest.startswith("#")
        if left_blank and right_blank:
            yield TextEdit(line, next_line)
        elif followed and not right_blank:
            yield TextEdit(start, end + self._blanks(end, next_line))
        elif left_blank or not alone:
            yield TextEdit(start, end)
        elif not followed and comma and before.text == ",":
            yield TextEdit(before.start, end)
        else:
            yield TextEdit(before.end, end)

    def _cut_lines(self, start: int, end: int) -> TextEdit:
        line, next_line = self._line_around(start, end - 1)
        return TextEdit(line, next_line)

    def _blanks(self, start: int, end: int) -> int:
        part = self._text[start:end]
        return len(part) - len(part.lstrip(" \t"))

    def _line_around(self, start: int, end: int) -> tuple[int, int]:
        """Where the line of one offset begins, and the line after that of another."""
        line = self._lines[bisect.bisect_right(self._lines, start) - 1]
        following = bisect.bisect_right(self._lines, end)
        return line, self._lines[following] if following < len(self._lines) else len(self._text)

    def _span(self, node: ast.expr, inside: int = -1) -> tuple[int, int]:
        """The first and last token of an expression, round brackets around it included.

        Args:
            node: The expression.
            inside: A bracket that belongs to what holds the expression.
        """
        first, last = self._inside(node)
        while (
            first - 1 != inside
            and first > 0
            and self._tokens[first - 1].text == "("
            and self._partner.get(first - 1) == last + 1
        ):
            first, last = first - 1, last + 1
        return first, last

    def _inside(self, node: ast.expr) -> tuple[int, int]:
        first = bisect.bisect_left(self._starts, self._offset(node.lineno, node.col_offset))
        last = (
            bisect.bisect_left(
                self._starts, self._offset(node.end_lineno or node.lineno, node.end_col_offset or 0)
            )
            - 1
        )
        return first, last

    def _offset(self, line: int, column: int) -> int:
        """The offset of a place in a syntax tree, whose columns are bytes of UTF-8."""
        start = self._lines[line - 1]
        end = self._lines[line] if line < len(self._lines) else len(self._text)
        return start + len(self._text[start:end].encode()[:column].decode())

    def _token(self, token: tokenize.TokenInfo) -> _Token:
        (row, column), (end_row, end_column) = token.start, token.end
        start = min(self._lines[row - 1] + column if row <= len(self._lines) else len(self._text), len(self._text))
        newline = token.type == tokenize.NEWLINE
        if newline:
            end = self._lines[row] if row < len(self._lines) else len(self._text)
        else:
            end = self._lines[end_row - 1] + end_column
        return _Token(start, end, token.string, newline)
