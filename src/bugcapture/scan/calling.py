"""Which functions a test may come to, in its own module and in the program, by the names that they say."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.index import ProductionIndex, ProgramFunction
    from bugcapture.scan.module import TestModule

# A name that more functions have says little about which of them is meant.
_FEW: Final = 3
# What runs where a class is named.
_UNNAMED: Final = ("__init__", "__post_init__", "__call__", "__enter__", "__aenter__", "__exit__", "__aexit__")


def helpers_of(tests: Iterable[TestFunction], module: TestModule) -> list[TestFunction]:
    """Some functions of a test module, with its helpers, fixtures and set-ups that they may come to.

    Args:
        tests: Functions of the module.
        module: The module.
    """
    found: list[TestFunction] = []
    open_ = list(tests)
    while open_:
        one = open_.pop()
        if one not in found:
            found.append(one)
            said = {*_said_in(one), *one.fixtures}
            owner = one.owner
            open_ += [
                other
                for other in module.outline.functions
                if (other.fixture_name if other.fixture is not None else other.name) in said
                or ((other.is_setup or other.is_automatic) and other.owner in {None, owner})
            ]
    return found


def functions_called(
    tests: Iterable[TestFunction], module: TestModule, index: ProductionIndex
) -> list[ProgramFunction]:
    """The functions of the program that functions of a test module may come to.

    Args:
        tests: The functions, with all their helpers.
        module: The module.
        index: The program.
    """
    near = frozenset(_imported(module))
    said = {name for function in tests for name in _said_in(function)}
    found: dict[int, ProgramFunction] = {}
    open_ = [one for name in sorted(said) for one in _meant(name, index, near)]
    while open_:
        one = open_.pop()
        if id(one) not in found:
            found[id(one)] = one
            open_ += _called_by(one, index)
    return list(found.values())


def is_of_module(function: ProgramFunction, name: str) -> bool:
    """Whether a function stands in a module that a dotted name begins with, wherever the sources begin.

    Args:
        function: The function.
        name: Such as ``shop.till.connect``.
    """
    parts = function.module.split(".")
    return any(f"{name}.".startswith(f"{'.'.join(parts[start:])}.") for start in range(len(parts)))


def _said_in(function: TestFunction) -> Iterator[str]:
    for node in walk(function.node):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr


def _imported(module: TestModule) -> Iterator[str]:
    for node in module.outline.imports:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        else:
            yield from (f"{node.module or ''}.{alias.name}".strip(".") for alias in node.names)
            yield node.module or ""


def _meant(name: str, index: ProductionIndex, near: Collection[str]) -> list[ProgramFunction]:
    """The functions that a name in a test may mean: those of the modules that it imports, or the only ones."""
    called = index.functions.get(name, [])
    close = [one for one in called if any(is_of_module(one, other) for other in near)]
    return [*(close or (called if len(called) <= _FEW else [])), *_made(name, index)]


def _called_by(function: ProgramFunction, index: ProductionIndex) -> Iterator[ProgramFunction]:
    methods = index.methods.get(function.name.rpartition(".")[0].rpartition(".")[2], {})
    for call in function.calls:
        if call.later:
            continue
        for written in (call.callee, *(name for _, name in call.given)):
            owner, _, name = written.rpartition(".")
            own = methods.get(name) if owner in {"self", "cls"} else None
            called = [own] if own is not None else index.functions.get(name, [])
            close = [one for one in called if one.path == function.path]
            yield from close or (called if len(called) <= _FEW else [])
            yield from _made(name, index)


def _made(name: str, index: ProductionIndex) -> Iterator[ProgramFunction]:
    methods = index.methods.get(name, {})
    yield from (methods[one] for one in _UNNAMED if one in methods)
