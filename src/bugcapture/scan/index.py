"""What the program does with the results of asynchronous calls, so that a mock's answer can be followed into it.

For each function: which awaited calls on its parameters, or on attributes of its object, decide something, and how
much. The file is read like the tests are: nothing is imported.
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bugcapture.scan.functions import parameters_of, read_outline
from bugcapture.scan.mocks import Usage
from bugcapture.scan.names import dotted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bugcapture.scan.reach import Reached

# Names of what grants or denies.
AUTHORIZES: Final = re.compile(
    r"authori[sz]|permission|permit|allow|(?:^|_)can_|has_(?:role|access|scope|right)|is_(?:admin|owner|member)|verif|"
    r"revoked|check_access|acl|grant|den(?:y|ied)|forbid",
    re.IGNORECASE,
)
# What a guard raises or answers.
_FORBIDS: Final = re.compile(
    r"\b40[13]\b|Permission|Forbidden|Unauthori[sz]ed|AccessDenied|HTTP_40[13]|NotAuthorized"
)

_LOGS: Final = frozenset({"log", "logger", "logging", "print", "_log", "_logger", "LOGGER", "LOG"})
_PLAIN_DECORATORS: Final = frozenset({"abstractmethod", "classmethod", "staticmethod", "override"})


@dataclass(frozen=True, slots=True)
class Sink:
    """One awaited call of the program whose result is used.

    Attributes:
        receiver: What it is called on, as written: ``openfga`` or ``self.openfga.client``.
        method: The method.
        usage: What is done with the result.
        authorizes: Whether it guards something.
        line: The line.
        awaited: Whether it is awaited.
        conditional: Whether it may not come to the call: it stands in a branch, or behind a return or a raise.
    """

    receiver: str
    method: str
    usage: Usage
    authorizes: bool
    line: int
    awaited: bool = True
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """One call in the program.

    Attributes:
        callee: What is called, as written.
        given: By parameter the name that is given.
        conditional: Whether it may not come to it.
    """

    callee: str
    given: tuple[tuple[str, str], ...]
    conditional: bool = False


@dataclass(slots=True)
class ProgramFunction:
    """One function of the program.

    Attributes:
        path: Its file.
        name: Its name with that of its class.
        module: Its module, as far as the path tells.
        parameters: The names of its parameters without `self`.
        is_async: Whether it is asynchronous.
        is_coroutine: Whether calling it makes something to await: it does not yield, and nothing decorates it.
        sinks: The calls in it whose results are used.
        calls: The functions that it calls with names of its own.
        attributes: For a constructor: by attribute of the object the parameter that it holds.
        line: Where it begins.
    """

    path: str
    name: str
    module: str
    parameters: tuple[str, ...]
    is_async: bool
    sinks: tuple[Sink, ...] = ()
    calls: tuple[Call, ...] = ()
    attributes: tuple[tuple[str, str], ...] = ()
    line: int = 0
    is_coroutine: bool = False


@dataclass(slots=True)
class ProductionIndex:
    """The functions of the program.

    Attributes:
        functions: By their bare names.
        methods: By class, and in it by method.
        guards: The names of methods whose awaited result guards something, and those whose result decides.
        reached: What `bugcapture.scan.reach` has found, by function, receiver and depth.
    """

    functions: dict[str, list[ProgramFunction]] = field(default_factory=dict)
    methods: dict[str, dict[str, ProgramFunction]] = field(default_factory=dict)
    guards: dict[str, list[tuple[ProgramFunction, Sink]]] = field(default_factory=dict)
    reached: dict[tuple[int, str, int], list[Reached]] = field(default_factory=dict)

    def add(self, found: Iterable[ProgramFunction]) -> None:
        """Take in the functions of a file."""
        for function in found:
            owner, _, name = function.name.rpartition(".")
            self.functions.setdefault(name, []).append(function)
            if owner:
                self.methods.setdefault(owner.rpartition(".")[2], {}).setdefault(name, function)
            for sink in function.sinks:
                if sink.usage is Usage.TRUTH and sink.awaited:
                    self.guards.setdefault(sink.method, []).append((function, sink))


def read_program(path: str, tree: ast.Module) -> list[ProgramFunction]:
    """The functions of one file of the program.

    Args:
        path: The file as reports name it.
        tree: Its syntax.
    """
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    found = []
    for function in read_outline(tree).functions:
        node = function.node
        reader = _Body()
        reader.whole(node.body)
        attributes = tuple(_held(node)) if function.name == "__init__" else ()
        is_async = isinstance(node, ast.AsyncFunctionDef)
        found.append(
            ProgramFunction(
                path=path,
                name=function.qualname,
                module=module,
                parameters=function.parameters,
                is_async=is_async,
                sinks=tuple(reader.sinks),
                calls=tuple(reader.calls),
                attributes=attributes,
                line=node.lineno,
                is_coroutine=is_async and not reader.yields and _is_plain(node),
            )
        )
    return found


def _is_plain(node: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Whether no decorator makes something else of a function."""
    return all(dotted(one).rpartition(".")[2] in _PLAIN_DECORATORS for one in node.decorator_list)


def _held(node: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[tuple[str, str]]:
    """The attributes that a constructor gives its parameters to."""
    names = {one.arg for one in (*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs)}
    for statement in ast.walk(node):
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            value = statement.value
            if isinstance(value, ast.BoolOp):
                value = value.values[0]
            if isinstance(value, ast.Name) and value.id in names:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                for target in targets:
                    if isinstance(target, ast.Attribute) and dotted(target.value) == "self":
                        yield target.attr, value.id


class _Body:
    """Reads the body of a function of the program."""

    def __init__(self) -> None:
        self.sinks: list[Sink] = []
        self.calls: list[Call] = []
        # Names that hold the result of an awaited call, until they are given something else.
        self._held: dict[str, Sink] = {}
        self.yields = False
        # How many branches are around, and whether the function may have been left already.
        self._branches = 0
        self._left = False
        self._inner: dict[str, tuple[_Body, set[str]]] = {}

    def whole(self, body: list[ast.stmt]) -> None:
        """Read a function with those inside of it that it calls."""
        self.read(body)
        called = {call.callee for call in self.calls} if self._inner else set()
        for name, (inner, parameters) in self._inner.items():
            if name in called:
                for sink in inner.sinks:
                    if sink.receiver.partition(".")[0] not in parameters:
                        self.sinks.append(replace(sink, conditional=True))
                self.calls += [replace(call, conditional=True) for call in inner.calls]

    def read(self, body: list[ast.stmt]) -> None:
        for statement in body:
            self._statement(statement)

    def _branch(self, *bodies: list[ast.stmt]) -> None:
        self._branches += 1
        for body in bodies:
            self.read(body)
        self._branches -= 1

    @property
    def _conditional(self) -> bool:
        return self._left or self._branches > 0

    def _statement(self, node: ast.stmt) -> None:
        if isinstance(node, ast.If | ast.While):
            guard = _forbids(node)
            self._test(node.test, guard=guard)
            self._branch(node.body, node.orelse)
        elif isinstance(node, ast.Assert):
            self._test(node.test, guard=True)
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            sink = self._value(node.value, Usage.STORED)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if isinstance(target, ast.Name):
                    if sink is not None:
                        self._held[target.id] = sink
                    else:
                        self._held.pop(target.id, None)
        elif isinstance(node, ast.Return):
            if node.value is not None:
                self._value(node.value, Usage.COMPARED)
            self._left = True
        else:
            self._block(node)

    def _block(self, node: ast.stmt) -> None:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inner = _Body()
            inner.whole(node.body)
            self._inner[node.name] = inner, set(parameters_of(node))
        elif isinstance(node, ast.ClassDef):
            return
        elif isinstance(node, ast.For | ast.AsyncFor):
            self._value(node.iter, Usage.STORED)
            self._branch(node.body, node.orelse)
        elif isinstance(node, ast.Match):
            self._value(node.subject, Usage.STORED)
            self._branch(*(case.body for case in node.cases))
        elif isinstance(node, ast.Try):
            self._attempt(node)
            held = dict(self._held)
            self._branch(*(handler.body for handler in node.handlers))
            self._held |= held  # What a handler says instead is not what the call has answered.
            self.read(node.orelse)
            self.read(node.finalbody)
        else:
            self._parts(node)
            self._left = self._left or isinstance(node, ast.Raise)

    def _attempt(self, node: ast.Try) -> None:
        """The body of a `try`: what stands behind a call that may raise is not sure to be reached."""
        risky = 0
        for statement in node.body:
            self._statement(statement)
            if not risky and node.handlers and _may_raise(statement):
                risky = 1
                self._branches += 1
        self._branches -= risky

    def _parts(self, node: ast.AST) -> None:
        usage = Usage.DISCARDED if isinstance(node, ast.Expr) else Usage.STORED
        for name in node._fields:
            child = getattr(node, name, None)
            items = child if isinstance(child, list) else [child]
            for item in items:
                if isinstance(item, ast.expr):
                    self._value(item, usage)
                elif isinstance(item, ast.stmt):
                    self._statement(item)
                elif isinstance(item, ast.AST):
                    self._parts(item)

    def _test(self, node: ast.expr, *, guard: bool) -> None:
        """An expression that decides."""
        match node:
            case ast.UnaryOp(op=ast.Not(), operand=inner) | ast.NamedExpr(value=inner):
                self._test(inner, guard=guard)
            case ast.BoolOp(values=parts) | ast.Call(func=ast.Name(id="bool" | "any" | "all"), args=parts):
                for one in parts:
                    self._test(one, guard=guard)
            case ast.Name(id=name) if name in self._held:
                self._sink(self._held[name], Usage.TRUTH, guard=guard)
            case ast.Await(value=ast.Call() as call):
                if sink := self._call(call, awaited=True):
                    self._sink(sink, Usage.TRUTH, guard=guard)
            case ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=False)]):
                self._test(left, guard=guard)
            case _:
                self._value(node, Usage.COMPARED)

    def _value(self, node: ast.expr, usage: Usage) -> Sink | None:
        match node:
            case ast.Await(value=ast.Call() as call):
                return self._used(call, usage, awaited=True)
            case ast.Await(value=inner):
                return self._value(inner, usage)
            case ast.Call():
                self._used(node, usage, awaited=False)
            case ast.IfExp(test=test, body=body, orelse=orelse):
                self._test(test, guard=False)
                self._value(body, usage)
                self._value(orelse, usage)
            case ast.BoolOp(values=[*first, last]):
                for one in first:
                    self._test(one, guard=False)
                self._value(last, usage)
            case ast.UnaryOp(op=ast.Not(), operand=inner):
                self._test(inner, guard=False)
            case _:
                self._parts_of(node)
        return None

    def _used(self, node: ast.Call, usage: Usage, *, awaited: bool) -> Sink | None:
        sink = self._call(node, awaited=awaited)
        if sink is not None:
            self._sink(sink, usage, guard=False)
        return sink

    def _parts_of(self, node: ast.expr) -> None:
        inner = Usage.COMPARED if isinstance(node, ast.Compare) else Usage.STORED
        self.yields = self.yields or isinstance(node, ast.Yield)
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self._value(child, inner)
            elif isinstance(child, ast.comprehension):
                self._value(child.iter, Usage.STORED)
                for test in child.ifs:
                    self._test(test, guard=False)

    def _call(self, node: ast.Call, *, awaited: bool) -> Sink | None:
        given = []
        for number, argument in enumerate(node.args):
            self._value(argument, Usage.STORED)
            if name := dotted(argument):
                given.append((str(number), name))
        for keyword in node.keywords:
            self._value(keyword.value, Usage.STORED)
            if keyword.arg and (name := dotted(keyword.value)):
                given.append((keyword.arg, name))
        if not isinstance(node.func, ast.Attribute):
            if isinstance(node.func, ast.Name):
                self.calls.append(Call(node.func.id, tuple(given), self._conditional))
                return Sink(node.func.id, "", Usage.NONE, False, node.lineno, awaited, self._conditional)
            self._value(node.func, Usage.NONE)
            return None
        receiver = dotted(node.func.value)
        if not receiver:
            self._value(node.func.value, Usage.NONE)
            return None
        self.calls.append(Call(f"{receiver}.{node.func.attr}", tuple(given), self._conditional))
        return Sink(receiver, node.func.attr, Usage.NONE, False, node.lineno, awaited, self._conditional)

    def _sink(self, sink: Sink, usage: Usage, *, guard: bool) -> None:
        authorizes = usage is Usage.TRUTH and (guard or bool(AUTHORIZES.search(sink.method or sink.receiver)))
        self.sinks.append(replace(sink, usage=usage, authorizes=authorizes))


def _may_raise(statement: ast.stmt) -> bool:
    """Whether a statement calls something that no mock answers, such as `int(text)` or `uuid.UUID(text)`."""
    nodes = list(ast.walk(statement))
    awaited = {id(node.value) for node in nodes if isinstance(node, ast.Await)}
    calls = [node for node in nodes if isinstance(node, ast.Call) and id(node) not in awaited]
    return any(dotted(call.func).partition(".")[0] not in _LOGS for call in calls)


def _forbids(node: ast.If | ast.While) -> bool:
    """Whether a branch answers 401 or 403, or raises an error that says so."""
    for statement in (*node.body, *node.orelse):
        for child in ast.walk(statement):
            if isinstance(child, ast.Raise | ast.Return):
                for inner in ast.walk(child):
                    text = ""
                    if isinstance(inner, ast.Name):
                        text = inner.id
                    elif isinstance(inner, ast.Attribute):
                        text = inner.attr
                    elif isinstance(inner, ast.Constant):
                        text = str(inner.value)
                    if text and _FORBIDS.search(text):
                        return True
    return False
