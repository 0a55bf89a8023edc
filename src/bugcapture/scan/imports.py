"""Imports at the top of a file."""

from __future__ import annotations

import ast
from typing import Final

from bugcapture.core.edit import TextEdit, apply_edits
from bugcapture.core.layout import line_end
from bugcapture.scan.parse import parse
from bugcapture.scan.source_text import SourceText
from bugcapture.scan.walk import walk

# What gives a name to something and holds it as a text.
_NAMING: Final = (
    ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.ExceptHandler, ast.MatchAs, ast.MatchStar,
    ast.MatchMapping,
)  # fmt: skip


def is_taken(tree: ast.Module, module: str, name: str) -> bool:
    """Whether a name stands for something else, anywhere in a file.

    Args:
        tree: The file.
        module: The module that it shall be imported from.
        name: The name.
    """
    for node in walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            source = node.module if isinstance(node, ast.ImportFrom) and not node.level else None
            for alias in node.names:
                called = alias.asname or alias.name.partition(".")[0]
                if called == name and (source != module or alias.name != name):
                    return True
        elif isinstance(node, _NAMING):
            if name in {getattr(node, "name", None), getattr(node, "rest", None)}:
                return True
        elif (isinstance(node, ast.arg) and node.arg == name) or (
            isinstance(node, ast.Name) and node.id == name and not isinstance(node.ctx, ast.Load)
        ):
            return True
    return False


def add_import(content: bytes, module: str, name: str) -> bytes:
    """Add an import below the docstring and the imports at the top of a file, unless it is there.

    Args:
        content: A Python file.
        module: The module.
        name: What is imported from it.

    Returns:
        The file with one more line; every other byte stays.

    Raises:
        ValueError: If no line below the docstring and ``from __future__`` ends where a statement ends.
    """
    body = parse(content).body
    if any(_imports(node, module, name) for node in body):
        return content
    text = SourceText(content)
    end = line_end(content).decode("ascii")
    line = f"from {module} import {name}{end}"
    after = _end_of_imports(body)
    while after and after < len(body) and body[after].lineno == body[after - 1].end_lineno:
        after -= 1  # Something else begins on that line, and may go on below it.
    if after < _first_possible(body):
        raise ValueError("there is no line for the import")
    if after:
        last = body[after - 1]
        at = text.start_of((last.end_lineno or 0) + 1)
        if not text.text[:at].endswith(("\n", "\r")):
            line = f"{end}{line.removesuffix(end)}"
        gap = "" if isinstance(last, ast.Import | ast.ImportFrom) else end
        return text.encode(apply_edits(text.text, [TextEdit(at, at, gap + line)]))
    lines = [node.lineno for node in (*body[:1], *(getattr(body[0], "decorator_list", []) if body else []))]
    at = text.start_of(min(lines, default=1))
    return text.encode(apply_edits(text.text, [TextEdit(at, at, line + end)]))


def _first_possible(body: list[ast.stmt]) -> int:
    """How many statements have to stand before any other import: the docstring, and what is of the future."""
    future = [number for number, node in enumerate(body, start=1) if getattr(node, "module", "") == "__future__"]
    return max(future, default=int(bool(body) and _is_docstring(body[0])))


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _imports(node: ast.stmt, module: str, name: str) -> bool:
    return (
        isinstance(node, ast.ImportFrom)
        and node.module == module
        and not node.level
        and any(alias.name == name and alias.asname is None for alias in node.names)
    )


def _end_of_imports(body: list[ast.stmt]) -> int:
    """How many statements at the top are a docstring or imports."""
    count = 0
    for number, node in enumerate(body):
        if not (number == 0 and _is_docstring(node)) and not isinstance(node, ast.Import | ast.ImportFrom):
            break
        count = number + 1
    return count
