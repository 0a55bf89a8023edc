"""Which functions a test may come to, in its own module and in the program, by the names that they say."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.scan.body import Body
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.index import ProductionIndex, ProgramFunction
    from bugcapture.scan.module import TestModule

# A name that more functions have says little about which of them is meant.
_FEW: Final = 3
# What runs where a class is named.
_UNNAMED: Final = ("__init__", "__post_init__", "__call__", "__enter__", "__aenter__", "__exit__", "__aexit__")


@dataclass(frozen=True, slots=True)
class Called:
    """What some functions of a test module may come to.

    Attributes:
        tests: They, and the helpers, fixtures and set-ups of their module.
        program: The functions of the program.
        entered: The names of what blocks in these tests enter, but for what they import.
    """

    tests: tuple[TestFunction, ...]
    program: tuple[ProgramFunction, ...]
    entered: frozenset[str]


def called_from(tests: frozenset[TestFunction], module: TestModule, index: ProductionIndex) -> Called:
    """What functions of a test module may come to; it is found once for the same functions.

    Args:
        tests: The functions.
        module: The module.
        index: The program.
    """
    known = module.called.get(tests)
    if known is None:
        said = {one: frozenset((*_said_in(one), *one.fixtures)) for one in module.outline.functions}
        inside = _inside(tests, module, said)
        program = _program({name for one in inside for name in said[one]}, module, index)
        entered = {name for one in inside for name in _entered_in(one, module)}
        known = module.called[tests] = Called(tuple(inside), tuple(program), frozenset(entered))
    return known


def _inside(
    tests: Iterable[TestFunction], module: TestModule, said: Mapping[TestFunction, frozenset[str]]
) -> list[TestFunction]:
    by_name: dict[str, list[TestFunction]] = {}
    around: dict[ast.ClassDef | None, list[TestFunction]] = {}
    for one in module.outline.functions:
        by_name.setdefault(one.fixture_name if one.fixture is not None else one.name, []).append(one)
        if one.is_setup or one.is_automatic:
            around.setdefault(one.owner, []).append(one)
    found: dict[TestFunction, None] = {}
    open_ = [*tests]
    while open_:
        one = open_.pop()
        if one not in found:
            found[one] = None
            open_ += [other for name in said[one] for other in by_name.get(name, ())]
            open_ += [*around.get(None, ()), *around.get(one.owner, ())]
    return list(found)


def _program(said: Iterable[str], module: TestModule, index: ProductionIndex) -> list[ProgramFunction]:
    near = frozenset(_imported(module))
    found: dict[int, ProgramFunction] = {}
    open_ = [one for name in sorted(said) for one in _meant(name, index, near)]
    while open_:
        one = open_.pop()
        if id(one) not in found:
            found[id(one)] = one
            open_ += _called_by(one, index)
    return list(found.values())


def _entered_in(function: TestFunction, module: TestModule) -> list[str]:
    if not module.mentions(function, b"with"):
        return []
    body = Body(foreign=frozenset(name for name, _ in module.names_in(function).items()))
    body.whole(function.node.body)
    return body.entered


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
