"""Count the tests of a Python test file from its syntax."""

from __future__ import annotations

import ast
from collections import Counter
from typing import TYPE_CHECKING, Final

from bugcapture.core.suite_count import SuiteCount
from bugcapture.core.text import printable, shorten
from bugcapture.pytest.leaf import ModuleTests
from bugcapture.pytest.settings import find_settings
from bugcapture.pytest.source import decode, parse

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.pytest.marks import Definition, Scope, Use
    from bugcapture.pytest.settings import PytestSettings

_MAX_DEPTH: Final = 20
_MAX_CASES: Final = 10**9  # More than any run has: nobody knows what becomes of those.


def count_functions(content: bytes, file: Path) -> SuiteCount:
    """What a Python test file holds.

    Args:
        content: Its bytes.
        file: The file, whose settings of pytest say what a test is.
    """
    try:
        tree = parse(decode(content)[0])
        tests = _EveryTest(tree, find_settings(file.absolute().parent), conftest=file.name == "conftest.py")
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError) as error:
        told = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        return SuiteCount(problem=f"cannot be parsed: {shorten(printable(told), 200)}")
    tags: Counter[str] = Counter()
    for found in tests.found:
        tags.update({tag for use in found.uses for tag in use.marker.tags} - {"parametrize"})
    return SuiteCount(
        tests=len(tests.found),
        tables=sum(found.table for found in tests.found),
        cases=sum(found.cases for found in tests.found),
        uncertain=sum(found.uncertain for found in tests.found),
        tags=tags,
    )


class _Found:
    """One test with all its marks."""

    def __init__(self, node: Definition, uses: tuple[Use, ...]) -> None:
        sizes = [_count_params(use) for use in uses if use.name == "parametrize"]
        self.uses = uses
        self.table = bool(sizes)
        # The tests of a class that comes from elsewhere are not in this file.
        self.uncertain = None in sizes or isinstance(node, ast.ClassDef)
        self.cases = 1
        for size in sizes:
            self.cases *= max(size or 1, 1)  # Without any set, pytest has one test that it skips.
        if self.cases > _MAX_CASES:
            self.cases, self.uncertain = 1, True


class _EveryTest(ModuleTests):
    """All tests of a module, with and without marks of ours."""

    def __init__(self, tree: ast.Module, settings: PytestSettings, *, conftest: bool) -> None:
        self.found: list[_Found] = []
        super().__init__(tree, settings, conftest=conftest)

    def _add(self, node: Definition, name: str, uses: tuple[Use, ...]) -> None:
        self.found.append(_Found(node, uses))
        super()._add(node, name, uses)


def _count_params(use: Use) -> int | None:
    """How many sets of parameters a mark has; None where only a run knows."""
    call = use.node
    if not isinstance(call, ast.Call):
        return None
    named = (keyword.value for keyword in call.keywords if keyword.arg == "argvalues")
    values = call.args[1] if len(call.args) > 1 else next(named, None)
    return None if values is None else _length(values, use.scope, _MAX_DEPTH)


def _length(node: ast.expr | None, scope: Scope, depth: int) -> int | None:
    if depth == 0:
        return None
    match node:
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return _sum([_starred(element, scope, depth) for element in elements])
        case ast.Dict(keys=keys) if None not in keys:
            return len(keys)
        case ast.Name(id=name):
            return _length(scope.value(name), scope, depth - 1)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _sum([_length(left, scope, depth - 1), _length(right, scope, depth - 1)])
        case ast.Call(func=ast.Name(id="range"), args=bounds, keywords=[]):
            return _range(bounds)
    return None


def _starred(element: ast.expr, scope: Scope, depth: int) -> int | None:
    return _length(element.value, scope, depth - 1) if isinstance(element, ast.Starred) else 1


def _sum(lengths: list[int | None]) -> int | None:
    known = [length for length in lengths if length is not None]
    return sum(known) if len(known) == len(lengths) else None


def _range(bounds: list[ast.expr]) -> int | None:
    numbers = [bound.value for bound in bounds if isinstance(bound, ast.Constant) and type(bound.value) is int]
    try:
        return len(range(*numbers)) if len(numbers) == len(bounds) else None
    except (TypeError, ValueError, OverflowError):
        return None
