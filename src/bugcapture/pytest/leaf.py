"""One judged test of pytest: a function, a marked parameter set, or a class whose tests are elsewhere."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.core.capture import Capture, TagSite
from bugcapture.core.expectation import Expectation, merge_expectations
from bugcapture.core.tags import SWITCH, read_tags
from bugcapture.pytest.marks import (
    Definition,
    Function,
    Scope,
    Use,
    decorator_uses,
    dotted_name,
    find_params,
    first_line,
    imported_names,
    scope_uses,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.pytest.settings import PytestSettings

# Bases that bring no tests, by their full name.
_HARMLESS: Final = frozenset(
    {"object", "abc.ABC", "typing.Generic", "typing.Protocol", "typing_extensions.Protocol", "unittest.mock.Mock"}
)
_TEST_CASES: Final = frozenset(
    {
        "unittest.TestCase",
        "unittest.IsolatedAsyncioTestCase",
        "unittest.case.TestCase",
        "unittest.async_case.IsolatedAsyncioTestCase",
    }
)


@dataclass(frozen=True, slots=True)
class Leaf:
    """One test before any run.

    Attributes:
        name: The node id behind the file, without parameters.
        line: The line of the first decorator, or of ``def`` or ``class``.
        uses: All marks in effect, nearest first.
        case_line: Where the marks of a single parameter set stand; 0 for a whole test.
    """

    name: str
    line: int
    uses: tuple[Use, ...]
    case_line: int = 0

    @property
    def tag_names(self) -> tuple[str, ...]:
        """All marks in effect, ours as plain tags."""
        return tuple(dict.fromkeys(tag for use in self.uses for tag in use.marker.tags))

    @property
    def switches(self) -> tuple[Use, ...]:
        """The switches in effect."""
        return tuple(use for use in self.uses if use.name == SWITCH)

    @property
    def expectation(self) -> Expectation:
        """The declared failure; the nearest declaration wins."""
        return merge_expectations(use.marker.expectation for use in self.uses)

    @property
    def marked(self) -> bool:
        """Whether any mark is ours, or looks like it."""
        return any(use.ours for use in self.uses)


@dataclass(slots=True, eq=False)
class _Class:
    """A class of the module with what it inherits inside the module."""

    node: ast.ClassDef
    scope: Scope
    outer: Scope
    bases: list[_Class] = field(default_factory=list)
    test_case: bool = False
    elsewhere: bool = False

    def lineage(self, order: dict[int, _Class] | None = None) -> list[_Class]:
        """The class and its bases, nearest first, each after all that derive from it."""
        order = {} if order is None else order
        for base in reversed(self.bases):
            if id(base) not in order:
                base.lineage(order)
        order[id(self)] = self
        return list(order.values())[::-1]


class ModuleTests:
    """The tests of one module that carry marks of ours.

    Attributes:
        scope: The names of the module.
        leaves: The tests, in the order of the file.
        cases: Parameter sets of these that have marks, and none of ours; they are no tests of their own.
        collected: Ids of all definitions that hold or are a test, and of the module that does.
    """

    def __init__(self, tree: ast.Module, settings: PytestSettings, *, conftest: bool) -> None:
        self.scope = Scope(tree, imported_names(tree))
        self.leaves: list[Leaf] = []
        self.cases: list[Leaf] = []
        self.collected: set[int] = set()
        self._settings = settings
        self._classes: dict[int, _Class] = {}
        self._own: dict[int, tuple[Use, ...]] = {}
        self._params: dict[int, list[list[Use]]] = {}
        self._tests = 0
        if not conftest and not _is_off(self.scope):
            around = tuple(scope_uses(self.scope))
            for definitions in self.scope.definitions.values():
                for node in definitions:
                    self._collect(node, self.scope, "", around)
            self.leaves.sort(key=lambda leaf: leaf.line)

    def _collect(self, node: Definition, scope: Scope, prefix: str, around: tuple[Use, ...]) -> None:
        if isinstance(node, ast.ClassDef):
            self._collect_class(node, scope, prefix, around)
        elif self._settings.is_test_function(node.name) and not _is_fixture(node, scope):
            self._add(node, f"{prefix}{node.name}", (*self._uses(node, scope), *around))

    def _collect_class(self, node: ast.ClassDef, scope: Scope, prefix: str, around: tuple[Use, ...]) -> None:
        lineage = self._class(node, scope).lineage()
        test_case = any(one.test_case for one in lineage)
        elsewhere = any(one.elsewhere for one in lineage)
        if not self._is_collected(node.name, lineage, sure=test_case or elsewhere):
            return
        uses = (*(use for one in lineage for use in self._class_uses(one)), *around)
        before = self._tests
        inside = f"{prefix}{node.name}::"
        for member, owner in _members(lineage):
            if isinstance(member, ast.ClassDef):
                if not test_case:
                    self._collect_class(member, owner.scope, inside, uses)
            elif self._is_method(member, owner.scope, test_case=test_case, elsewhere=elsewhere):
                self._add(member, f"{inside}{member.name}", (*self._uses(member, owner.scope), *uses))
        if elsewhere and self._tests == before:
            self._add(node, f"{prefix}{node.name}", uses)
        if self._tests > before:
            self.collected.update(id(one.node) for one in lineage)

    def _is_method(self, node: Function, scope: Scope, *, test_case: bool, elsewhere: bool) -> bool:
        if _is_fixture(node, scope):
            return False
        by_unittest = (test_case or elsewhere) and node.name.startswith("test")
        return by_unittest or (not test_case and self._settings.is_test_function(node.name))

    def _is_collected(self, name: str, lineage: Sequence[_Class], *, sure: bool) -> bool:
        for one in lineage:
            value = one.scope.values.get("__test__")
            if isinstance(value, ast.Constant):
                if not value.value:
                    return False
                break
        else:
            if not sure and not self._settings.is_test_class(name):
                return False
        if any(one.test_case for one in lineage):
            return True
        # pytest does not make instances of classes that want to be made in their own way.
        return not any({"__init__", "__new__"} & one.scope.definitions.keys() for one in lineage)

    def _class(self, node: ast.ClassDef, scope: Scope) -> _Class:
        known = self._classes.get(id(node))
        if known is not None:
            return known
        found = _Class(node, Scope(node, scope.imports, self.scope), scope)
        self._classes[id(node)] = found
        for base in node.bases:
            target = base.value if isinstance(base, ast.Subscript) else base
            name = dotted_name(target, scope)
            local = scope.definition(name)
            # A base stands above; what stands below is another class of the same name.
            if isinstance(local, ast.ClassDef) and local.lineno < node.lineno:
                found.bases.append(self._class(local, scope))
            elif name in _TEST_CASES:
                found.test_case = True
            elif name not in _HARMLESS:
                found.elsewhere = True
        return found

    def _class_uses(self, one: _Class) -> tuple[Use, ...]:
        if id(one.node) not in self._own:
            self._own[id(one.node)] = (*scope_uses(one.scope), *decorator_uses(one.node, one.outer))
        return self._own[id(one.node)]

    def _uses(self, node: Function, scope: Scope) -> tuple[Use, ...]:
        if id(node) not in self._own:
            self._own[id(node)] = tuple(decorator_uses(node, scope))
        return self._own[id(node)]

    def _add(self, node: Definition, name: str, uses: tuple[Use, ...]) -> None:
        self._tests += 1
        self.collected |= {id(node), id(self.scope.node)}
        leaf = Leaf(name, first_line(node), uses)
        if leaf.marked:
            self.leaves.append(leaf)
        for use in uses:
            for own in self._marked_params(use) if use.name == "parametrize" else ():
                case = Leaf(name, leaf.line, (*own, *uses), own[0].slot.line)
                if any(mark.ours for mark in own):
                    self.leaves.append(case)
                elif leaf.marked:
                    self.cases.append(case)

    def _marked_params(self, use: Use) -> list[list[Use]]:
        if id(use) not in self._params:
            self._params[id(use)] = [own for own in find_params(use) if own]
        return self._params[id(use)]

    def captures(self, path: str) -> list[Capture]:
        """The tests that carry bug numbers or the switch.

        Args:
            path: The file as reports shall name it.
        """
        sites: dict[int, TagSite] = {}
        return [capture for leaf in self.leaves if (capture := _capture(leaf, path, sites)).tags.captured]


def _capture(leaf: Leaf, path: str, sites: dict[int, TagSite]) -> Capture:
    for use in leaf.switches:
        slot = use.slot
        # Switches on one line go together, whatever carries them.
        sites.setdefault(slot.line, TagSite(path, slot.line, SWITCH, slot.owner, slot.owner_line))
    return Capture(
        framework="pytest",
        path=path,
        line=leaf.line,
        case_line=leaf.case_line,
        name=leaf.name,
        tags=read_tags(leaf.tag_names),
        all_tags=leaf.tag_names,
        expectation=leaf.expectation,
        switches=tuple(dict.fromkeys(sites[use.slot.line] for use in leaf.switches)),
    )


def _members(lineage: Iterable[_Class]) -> Iterator[tuple[Definition, _Class]]:
    """The functions and classes that a class holds or inherits; the nearest of a name hides the others."""
    hidden: set[str] = set()
    for one in lineage:
        for name, definitions in one.scope.definitions.items():
            if name not in hidden:
                for definition in definitions:
                    yield definition, one
        hidden.update(one.scope.definitions)
        hidden.update(one.scope.values)


def _is_fixture(node: Function, scope: Scope) -> bool:
    names = (
        dotted_name(decorator.func if isinstance(decorator, ast.Call) else decorator, scope)
        for decorator in node.decorator_list
    )
    return any(name.rpartition(".")[2] in {"fixture", "property", "cached_property"} for name in names)


def _is_off(scope: Scope) -> bool:
    value = scope.values.get("__test__")
    return isinstance(value, ast.Constant) and not value.value
