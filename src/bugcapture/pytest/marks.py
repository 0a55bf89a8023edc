"""Marks as they stand in the source of a test module, read from its syntax tree."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

from bugcapture.core.tags import SWITCH
from bugcapture.core.text import printable, shorten
from bugcapture.pytest.markers import DECLARED, Marker, MarkerProblem, is_ours, read_marker

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Definition: TypeAlias = Function | ast.ClassDef
Assignment: TypeAlias = ast.Assign | ast.AnnAssign | ast.AugAssign

MARKS: Final = "pytestmark"
_NAMESPACE: Final = "pytest.mark"
_PARAM: Final = "pytest.param"
_MANY: Final = (ast.List, ast.Tuple, ast.BinOp)
_DEFINITIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_BLOCKS: Final = ("body", "orelse", "finalbody", "handlers", "cases")
# Aliases of aliases; nobody writes more, and a module can be hostile.
_MAX_DEPTH: Final = 20
_WRITTEN: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """What has to go from a file for a mark to go.

    Attributes:
        kind: ``decorator``, ``element`` (of a list or tuple), ``value`` (of ``pytestmark``) or ``keyword``.
        node: The expression that goes.
        holder: The definition, list, tuple, assignment or call that holds it.
        owner: What carries the mark: ``function``, ``class``, ``module`` or ``param``.
        owner_line: The line of that owner, from 1.
    """

    kind: str
    node: ast.expr
    holder: ast.AST
    owner: str
    owner_line: int

    @property
    def line(self) -> int:
        """The line that a report points at."""
        return self.node.lineno


@dataclass(frozen=True, slots=True, eq=False)
class Use:
    """One mark in effect.

    Attributes:
        name: The mark's name.
        node: The mark as it is written, at the definition of an alias.
        slot: Where it is applied.
        scope: The scope in which it is written.
        marker: What it says.
        trail: Every expression that was followed to the mark.
    """

    name: str
    node: ast.expr
    slot: Slot
    scope: Scope
    marker: Marker
    trail: tuple[ast.expr, ...]

    @property
    def ours(self) -> bool:
        """Whether the mark is one of ours, or looks like one."""
        return is_ours(self.name)


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a module or of a class body.

    Attributes:
        node: The module or class.
        imports: Imported names of the whole file with what they stand for.
        parent: The module's scope; None for the module itself.
        values: Names that are bound exactly once, by an assignment.
        definitions: Functions and classes by name; several where a branch decides.
        marks: The assignments of ``pytestmark`` in effect, with their values.
    """

    node: ast.Module | ast.ClassDef
    imports: dict[str, str]
    parent: Scope | None = None
    values: dict[str, ast.expr] = field(default_factory=dict)
    definitions: dict[str, list[Definition]] = field(default_factory=dict)
    marks: list[tuple[Assignment, ast.expr]] = field(default_factory=list)

    def __post_init__(self) -> None:
        bound: dict[str, int] = {}
        for statement, sure in walk_statements(self.node.body):
            if isinstance(statement, _DEFINITIONS):
                known = self.definitions.setdefault(statement.name, [])
                if sure:
                    known.clear()
                known.append(statement)
            for name, value in bindings(statement):
                bound[name] = bound.get(name, 0) + 1
                if value is not None:
                    self.values[name] = value
            if sure:
                self._read_marks(statement)
        self.values = {name: value for name, value in self.values.items() if bound[name] == 1}

    def _read_marks(self, statement: ast.stmt) -> None:
        match statement:
            case ast.Assign(targets=[ast.Name(id="pytestmark")], value=value):
                self.marks = [(statement, value)]
            case ast.AnnAssign(target=ast.Name(id="pytestmark"), value=ast.expr() as value):
                self.marks = [(statement, value)]
            # In a class that has none of its own it would change the module's list.
            case ast.AugAssign(target=ast.Name(id="pytestmark"), op=ast.Add(), value=value) if self.marks:
                self.marks.append((statement, value))

    @property
    def kind(self) -> str:
        """``module`` or ``class``."""
        return "module" if isinstance(self.node, ast.Module) else "class"

    def value(self, name: str) -> ast.expr | None:
        """The expression that a name is bound to, here or in the module; None when it cannot be known."""
        if name in self.values:
            return self.values[name]
        return self.parent.value(name) if self.parent else None

    def definition(self, name: str) -> Definition | None:
        """The one function or class of a name, here or in the module."""
        found = self.definitions.get(name, ())
        if len(found) == 1:
            return found[0]
        return self.parent.definition(name) if self.parent else None


def imported_names(tree: ast.Module) -> dict[str, str]:
    """What the imported names of a file stand for, wherever in the file they are imported."""
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names.setdefault(alias.asname or top, alias.name if alias.asname else top)
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                home = "." * node.level + (node.module or "")
                names.setdefault(alias.asname or alias.name, f"{home}.{alias.name}")
    return names


def walk_statements(body: Iterable[ast.AST], *, sure: bool = True) -> Iterator[tuple[ast.stmt, bool]]:
    """The statements of a body and of the blocks in it, but of no function or class in it.

    Yields:
        Each statement, and whether it surely runs.
    """
    waiting = [(node, sure) for node in body][::-1]
    while waiting:
        node, runs = waiting.pop()
        if isinstance(node, ast.stmt):
            yield node, runs
        if not isinstance(node, _DEFINITIONS):
            inside = runs and isinstance(node, ast.With)
            inner = [child for name in _BLOCKS for child in getattr(node, name, ())]
            waiting += [(child, inside) for child in reversed(inner)]


def dotted_name(node: ast.expr, scope: Scope, trail: list[ast.expr] | None = None) -> str:
    """The full name of ``a.b.c`` with imports and plain aliases followed; empty for any other expression.

    Args:
        node: The expression.
        scope: Where it stands.
        trail: Collects the expressions that were followed.
    """
    tail = ""
    for _ in range(_MAX_DEPTH):
        if trail is not None:
            trail.append(node)
        parts = []
        while isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name):
            return ""
        tail = ".".join([*reversed(parts), tail]).strip(".")
        if node.id in scope.imports:
            return f"{scope.imports[node.id]}.{tail}".rstrip(".")
        value = scope.value(node.id)
        if not isinstance(value, ast.Name | ast.Attribute):
            return f"{node.id}.{tail}".rstrip(".")
        node = value
    return ""


def find_uses(
    expression: ast.expr, scope: Scope, slot: Slot | None, seen: set[int] | None = None
) -> Iterator[Use]:
    """The marks that an expression stands for; what cannot be read is passed over.

    Args:
        expression: A mark, a list, tuple or sum of lists of marks, or a name for one of these.
        scope: Where it stands.
        slot: What goes when a single mark goes; None where a single mark could not stand.
        seen: The aliases that were followed; a list that comes twice says nothing new.
    """
    seen = set() if seen is None else seen
    trail: list[ast.expr] = []
    called = expression.func if isinstance(expression, ast.Call) else expression
    name = dotted_name(called, scope, trail)
    if slot is not None and name.startswith(f"{_NAMESPACE}."):
        name = name.rpartition(".")[2]
        call = expression if isinstance(expression, ast.Call) else None
        yield Use(name, resolve(expression, scope), slot, scope, _read(name, call, scope), tuple(trail))
        return
    match expression:
        case ast.Name():
            value = resolve(expression, scope)
            if id(value) not in seen:
                followed = seen if isinstance(value, _MANY) else set(seen)
                followed.add(id(value))
                yield from find_uses(value, scope, slot, followed)
        case ast.List() | ast.Tuple():
            for element in expression.elts:
                yield from find_uses(element, scope, _element(expression, element, slot, scope), seen)
        case ast.Starred():
            yield from find_uses(expression.value, scope, None, seen)
        case ast.BinOp(op=ast.Add()):
            yield from find_uses(expression.left, scope, None, seen)
            yield from find_uses(expression.right, scope, None, seen)


def _element(holder: ast.expr, element: ast.expr, slot: Slot | None, scope: Scope) -> Slot:
    owner = (slot.owner, slot.owner_line) if slot else (scope.kind, holder.lineno)
    return Slot("element", element, holder, *owner)


def decorator_uses(definition: Definition, scope: Scope) -> Iterator[Use]:
    """The marks of a function's or class's decorators, nearest first, as pytest orders them."""
    owner = "class" if isinstance(definition, ast.ClassDef) else "function"
    for decorator in reversed(definition.decorator_list):
        slot = Slot("decorator", decorator, definition, owner, first_line(definition))
        yield from find_uses(decorator, scope, slot)


def scope_uses(scope: Scope) -> Iterator[Use]:
    """The marks of a module's or class's ``pytestmark``."""
    line = 1 if isinstance(scope.node, ast.Module) else first_line(scope.node)
    for statement, value in scope.marks:
        # Adding needs a list: a mark alone cannot stand there.
        plain = not isinstance(statement, ast.AugAssign)
        slot = Slot("value", value, statement, scope.kind, line) if plain else None
        yield from find_uses(value, scope, slot)


def find_params(use: Use) -> Iterator[list[Use]]:
    """The marks of each parameter set of a ``parametrize`` mark."""
    call = use.node
    if not isinstance(call, ast.Call):
        return
    named = (keyword.value for keyword in call.keywords if keyword.arg == "argvalues")
    values = call.args[1] if len(call.args) > 1 else next(named, None)
    if values is not None:
        for param in _walk_params(values, use.scope):
            for keyword in param.keywords:
                if keyword.arg == "marks":
                    slot = Slot("keyword", keyword.value, param, "param", param.lineno)
                    yield list(find_uses(keyword.value, use.scope, slot))


def _walk_params(expression: ast.expr, scope: Scope) -> Iterator[ast.Call]:
    seen: set[int] = set()
    waiting: list[ast.expr | None] = [expression]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        match node:
            case ast.Call() if dotted_name(node.func, scope) == _PARAM:
                yield node
            case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
                waiting += reversed(elements)
            case ast.Name(id=name):
                waiting.append(scope.value(name))
            case ast.Starred(value=value) | ast.ListComp(elt=value) | ast.GeneratorExp(elt=value):
                waiting.append(value)
            case ast.BinOp(left=left, op=ast.Add(), right=right):
                waiting += [right, left]


def first_line(definition: Definition) -> int:
    """The line at which Python lets a function or class begin: that of its first decorator."""
    return min(node.lineno for node in (definition, *definition.decorator_list))


def find_mentions(tree: ast.Module, scope: Scope) -> Iterator[tuple[ast.expr, str]]:
    """Every expression of a file that names a mark of ours, or could.

    Yields:
        The expression and the name; the name is empty when only a run could tell it.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=value, attr=name) if is_ours(name):
                if name == SWITCH or dotted_name(value, scope) == _NAMESPACE:
                    yield node, name
            case ast.Call(func=ast.Name(id="getattr"), args=[space, attribute, *_]):
                if dotted_name(space, scope) == _NAMESPACE:
                    named = constant(attribute, scope)
                    if not isinstance(named, str):
                        yield node, ""
                    elif is_ours(named):
                        yield node, named
            case ast.Call(func=ast.Attribute(attr="add_marker" | "applymarker"), args=[marker, *_]):
                named = constant(marker, scope)
                if isinstance(named, str) and is_ours(named):
                    yield node, named


@dataclass(frozen=True, slots=True)
class _Unreadable:
    """A value that only a run could tell."""

    text: str


def _read(name: str, call: ast.Call | None, scope: Scope) -> Marker:
    if not is_ours(name):
        return Marker((name,))
    args: list[object] = []
    kwargs: dict[str, object] = {}
    if call is not None:
        args = [constant(argument, scope) for argument in call.args]
        for index, keyword in enumerate(call.keywords):
            read = _types if keyword.arg == "raises" else _pattern
            value = read(keyword.value, scope) if keyword.arg else _Unreadable(f"**{_written(keyword.value)}")
            kwargs[keyword.arg or f"**{index}"] = value
    if name == SWITCH:  # Of an argument that the switch does not take, the name says enough.
        kwargs |= {key: None for key in kwargs.keys() - DECLARED if not key.startswith("**")}
    unreadable = [value for value in (*args, *kwargs.values()) if isinstance(value, _Unreadable)]
    if not unreadable:
        return read_marker(name, tuple(args), kwargs)
    known = tuple(value for value in args if not isinstance(value, _Unreadable))
    marker = read_marker(
        name, known, {key: value for key, value in kwargs.items() if not isinstance(value, _Unreadable)}
    )
    rule = "F1" if name == SWITCH else "T5"
    problems = [problem for problem in marker.problems if problem.rule != "T2"]
    problems += [
        MarkerProblem(rule, f"{name}: {value.text} cannot be read from the source: write it out")
        for value in unreadable
    ]
    return Marker(marker.tags, problems=tuple(problems))


def constant(node: ast.expr, scope: Scope) -> object:
    """The value of a literal, or of a name for one; an object of no other use when only a run could tell it."""
    value = resolve(node, scope)
    if isinstance(value, ast.Constant):
        return value.value
    if isinstance(value, ast.UnaryOp):
        try:
            return ast.literal_eval(value)
        except (ValueError, TypeError):
            pass
    return _Unreadable(_written(node))


def resolve(node: ast.expr, scope: Scope) -> ast.expr:
    """What a name, or a name for a name, stands for; anything else stands for itself."""
    for _ in range(_MAX_DEPTH):
        if isinstance(node, ast.Name):
            node = scope.value(node.id) or node
    return node


def _pattern(node: ast.expr, scope: Scope) -> object:
    """A literal, or the text in ``re.escape(...)`` or ``re.compile(...)``."""
    match resolve(node, scope):
        case ast.Call(func=func, args=[argument], keywords=[]):
            text = _pattern(argument, scope) if isinstance(argument, ast.Call) else constant(argument, scope)
            name = dotted_name(func, scope)
            if isinstance(text, str) and name in {"re.escape", "re.compile"}:
                return re.escape(text) if name == "re.escape" else text
            return _Unreadable(_written(node))
        case _:
            return constant(node, scope)


def _types(node: ast.expr, scope: Scope) -> object:
    """The names of exception classes; a text stands for itself."""
    written = node
    if isinstance(node, ast.Name) and node.id not in scope.imports:
        node = scope.value(node.id) or node
    if isinstance(node, ast.Constant):
        return node.value
    names = []
    for element in node.elts if isinstance(node, ast.Tuple) else (node,):
        name = constant(element, scope) if isinstance(element, ast.Constant) else dotted_name(element, scope)
        if not isinstance(name, str) or not name:
            return _Unreadable(_written(written))
        names.append("Failed" if name == "pytest.fail.Exception" else name.lstrip("."))
    return tuple(names)


def _written(node: ast.AST) -> str:
    return shorten(printable(ast.unparse(node)), _WRITTEN)


def bindings(statement: ast.stmt) -> Iterator[tuple[str, ast.expr | None]]:
    """The names that a statement binds, with the value where it is plain."""
    match statement:
        case ast.Assign(targets=targets, value=value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield target.id, value
                else:
                    yield from ((node.id, None) for node in ast.walk(target) if isinstance(node, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            if value is not None:
                yield name, value
        case ast.AugAssign(target=ast.Name(id=name)):
            yield name, None
        case ast.For(target=target) | ast.AsyncFor(target=target):
            yield from ((node.id, None) for node in ast.walk(target) if isinstance(node, ast.Name))
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield name, None
