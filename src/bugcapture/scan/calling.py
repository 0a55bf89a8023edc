"""Which functions a test may come to, in its own module and in the program, by the names that they say."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.scan.body import Body
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.hazard import Span
    from bugcapture.scan.index import ProductionIndex, ProgramFunction
    from bugcapture.scan.mocks import Path
    from bugcapture.scan.module import TestModule

# A name that more functions have says little about which of them is meant.
_FEW: Final = 3
# What runs where a class is named.
_UNNAMED: Final = ("__init__", "__post_init__", "__call__", "__enter__", "__aenter__", "__exit__", "__aexit__")


@dataclass(frozen=True, slots=True)
class Called:
    """What some functions of a test module may come to.

    Attributes:
        program: The functions of the program.
        entered: The names of what blocks of theirs enter, and of the helpers, fixtures and set-ups of the module
            that they may come to, but for what is imported.
    """

    program: tuple[ProgramFunction, ...]
    entered: frozenset[str]


class Calling:
    """Finds what functions of a test module may come to, once for the same functions.

    Args:
        module: The module.
        index: The program.

    Attributes:
        failing: The children that were told an exception as mocks of their own, each with the place of the mock
            whose child it is.
        entered: What `bugcapture.scan.entered` has found, by the place of the mock and the child.
    """

    def __init__(self, module: TestModule, index: ProductionIndex) -> None:
        self._module = module
        self._index = index
        told = [view.mock.parent for view in module.views if () in view.mock.failing]
        self.failing = {(parent.span, path) for parent, path in filter(None, told)}
        self.entered: dict[tuple[Span, Path], bool] = {}
        self._near = frozenset(_imported(module))
        self._said: dict[TestFunction, frozenset[str]] = {}
        self._by_name: dict[str, list[TestFunction]] = {}
        self._saying: dict[str, list[TestFunction]] = {}
        self._meaning: dict[str, list[ProgramFunction]] = {}
        self._imported = dict(module.names.items())
        self._around: dict[ast.ClassDef | None, list[TestFunction]] = {}
        for one in module.outline.functions:
            self._said[one] = frozenset((*_said_in(one), *one.fixtures))
            name = one.fixture_name if one.fixture is not None else one.name
            self._by_name.setdefault(name, []).append(one)
            if one.is_setup or one.is_automatic:
                self._around.setdefault(one.owner, []).append(one)
            for word in self._said[one]:
                self._saying.setdefault(word, []).append(one)
        self._known: dict[frozenset[TestFunction], Called] = {}
        self._reached: dict[frozenset[int], tuple[ProgramFunction, ...]] = {}

    def called_from(self, tests: frozenset[TestFunction]) -> Called:
        """What some functions may come to.

        Args:
            tests: Functions of the module.
        """
        known = self._known.get(tests)
        if known is None:
            inside = self._inside(tests)
            program = self._program({name for one in inside for name in self._said[one]})
            entered = frozenset(name for one in inside for name in _entered_in(one, self._module))
            known = self._known[tests] = Called(program, entered)
        return known

    def _inside(self, tests: Iterable[TestFunction]) -> list[TestFunction]:
        found: dict[TestFunction, None] = {}
        open_ = self._users(tests)
        while open_:
            one = open_.pop()
            if one not in found:
                found[one] = None
                open_ += [other for name in self._said[one] for other in self._by_name.get(name, ())]
                open_ += [*self._around.get(None, ()), *self._around.get(one.owner, ())]
        return list(found)

    def _users(self, functions: Iterable[TestFunction]) -> list[TestFunction]:
        """Functions with those that have what they give: that ask for a fixture, call a helper, or are set up."""
        found: dict[TestFunction, None] = {}
        open_ = [*functions]
        while open_:
            one = open_.pop()
            if one not in found:
                found[one] = None
                if one.is_setup or one.is_automatic:
                    open_ += [other for other in self._said if one.owner in {None, other.owner}]
                elif not one.is_test:
                    open_ += self._saying.get(one.fixture_name if one.fixture is not None else one.name, ())
        return list(found)

    def _program(self, said: Iterable[str]) -> tuple[ProgramFunction, ...]:
        open_ = [one for name in sorted(said) for one in self._meant(name)]
        start = frozenset(map(id, open_))
        known = self._reached.get(start)
        if known is None:
            found: dict[int, ProgramFunction] = {}
            while open_:
                one = open_.pop()
                if id(one) not in found:
                    found[id(one)] = one
                    open_ += _called_by(one, self._index)
            known = self._reached[start] = tuple(found.values())
        return known

    def _meant(self, name: str) -> list[ProgramFunction]:
        known = self._meaning.get(name)
        if known is None:
            real = self._imported.get(name, name).rpartition(".")[2]
            known = self._meaning[name] = _meant(real, self._index, self._near)
        return known


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
            close = [
                one for one in called if one.path == function.path and (own is not None or one is not function)
            ]
            yield from close or (called if len(called) <= _FEW else [])
            yield from _made(name, index)


def _made(name: str, index: ProductionIndex) -> Iterator[ProgramFunction]:
    methods = index.methods.get(name, {})
    yield from (methods[one] for one in _UNNAMED if one in methods)
