"""Add the two lines that install the adapter to an environment file; every other byte stays."""

from __future__ import annotations

import ast
import re
import warnings
from typing import TYPE_CHECKING, Final

from bugcapture.behave.environment import imported_names, why_not_in
from bugcapture.core.errors import RefusedError
from bugcapture.core.layout import BOM, insert_lines, is_blank, split_lines
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

IMPORT: Final = "from bugcapture.behave import install"
NEW_FILE: Final = f"{IMPORT}\n\ninstall()\n"

_STYLES: Final = ((IMPORT, "", "install()"), ("import bugcapture.behave", "", "bugcapture.behave.install()"))
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=]")
_DEFINITION = re.compile(rb"(?:async\s|def\s|class\s|@)")


def add_install(content: bytes, where: str) -> bytes:
    """An environment file that installs the adapter at its top level.

    The lines stand behind the imports at the beginning of the file. Where the name ``install`` is taken, the
    adapter is called by its full name.

    Args:
        content: The file's content.
        where: The file as messages name it.

    Raises:
        RefusedError: If the file is no Python, or would not install the adapter whatever is added.
    """
    tree = _parse(content, where)
    reasons: list[tuple[int, str]] = []
    for place, added, new in _tries(content, tree):
        try:
            after = _parse(new, where)
        except RefusedError:
            continue
        problem = why_not_in(after)
        if problem is None:
            return new
        line, reason = problem
        reasons.append((line - added if line > place + added else line, reason))
    line, reason = next(iter(reasons), (1, "the lines fit in nowhere"))
    raise RefusedError(
        f"bugcapture cannot be installed by adding lines: {reason}",
        where=f"{where}:{line}",
        hint=f"see to it that `{IMPORT}` and `install()` run at the top level of the file",
    )


def _parse(content: bytes, where: str) -> ast.Module:
    try:
        with warnings.catch_warnings():  # About the project's own code, which is not the question here.
            warnings.simplefilter("ignore")
            return ast.parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = getattr(error, "lineno", None) or 1
        told = error.msg if isinstance(error, SyntaxError) else str(error)
        raise RefusedError(
            f"cannot be parsed, so nobody knows where lines can be added: {printable(told)}",
            where=f"{where}:{line}",
            hint="mend it and run the command again",
        ) from error


def _tries(content: bytes, tree: ast.Module) -> Iterator[tuple[int, int, bytes]]:
    """Behind which line how many lines are added, and the outcome; the best first."""
    lines = split_lines(content.removeprefix(BOM))
    head = list(_head(tree.body))
    after = _whole_lines(tree.body, head[-1]) if head else _comment_lines(lines)
    # What is imported already needs only its call.
    plain = [node for node in head if isinstance(node, ast.Import | ast.ImportFrom)]
    named = imported_names(ast.Module([*plain], []), "install")
    styles: list[Sequence[str]] = [[f"{name}()"] for name in named] + list(_STYLES)
    follows_import = bool(head) and isinstance(head[-1], ast.Import | ast.ImportFrom) and not _is_future(head[-1])
    for style in styles:
        for place in (after, len(lines)):
            apart = place > 0 and not is_blank(lines[place - 1])
            joins = place == after and follows_import and len(style) > 1
            gap = [""] if apart and not joins else []
            added = [*gap, *style, *_gap_behind(lines, place)]
            yield place, len(added), insert_lines(content, place, added)


def _head(body: Sequence[ast.stmt]) -> Iterator[ast.stmt]:
    """The docstring and the imports at the beginning."""
    for index, node in enumerate(body):
        docstring = index == 0 and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not docstring and not _imports_only(node):
            return
        yield node


def _imports_only(node: ast.stmt) -> bool:
    if isinstance(node, ast.If):
        return all(map(_imports_only, (*node.body, *node.orelse)))
    if isinstance(node, ast.Try):
        inner = [*node.body, *node.orelse, *(part for handler in node.handlers for part in handler.body)]
        return not node.finalbody and all(map(_imports_only, inner))
    return isinstance(node, ast.Import | ast.ImportFrom | ast.Pass)


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _whole_lines(body: Iterable[ast.stmt], last: ast.stmt) -> int:
    """How many lines there are up to the end of a statement, and of what begins on its last line."""
    end = last.end_lineno or last.lineno
    for node in body:
        if node.lineno <= end:
            end = max(end, node.end_lineno or node.lineno)
    return end


def _comment_lines(lines: Sequence[bytes]) -> int:
    """How many lines the comment at the beginning of a file has, when it belongs to nothing below it."""
    count = next((n for n, line in enumerate(lines) if not line.startswith(b"#")), len(lines))
    if count == len(lines) or is_blank(lines[count]):
        return count
    fixed = [n for n, line in enumerate(lines[:2], start=1) if line.startswith(b"#!") or _COOKIE.match(line)]
    return max(fixed, default=0)


def _gap_behind(lines: Sequence[bytes], place: int) -> list[str]:
    if place == len(lines) or is_blank(lines[place]):
        return []
    return ["", ""] if _DEFINITION.match(lines[place]) else [""]
