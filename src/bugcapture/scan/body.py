"""Read one function of the program: which calls have results that are used, and how much they decide."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, ClassVar, Final

from bugcapture.scan.functions import parameters_of
from bugcapture.scan.guards import authorizes, forbids, may_raise
from bugcapture.scan.index import Call, Sink
from bugcapture.scan.mocks import Usage
from bugcapture.scan.names import dotted
from bugcapture.scan.walk import FIELDS, walk

if TYPE_CHECKING:
    from collections.abc import Callable

# What stands before the name of what is entered when a call of it is awaited first.
AWAITED: Final = "await "
# How a context is entered on a stack of them.
_ENTER_LATER: Final = frozenset({"enter_context", "enter_async_context"})
# What runs a coroutine beside the others.
_TASKS: Final = frozenset({"create_task", "ensure_future"})
# What asks whether things are true, and what gives the answer of what it awaits.
_TRUTHS: Final = frozenset({"bool", "any", "all", "filter"})
_WAITS: Final = frozenset({"wait_for", "shield", "asyncio.wait_for", "asyncio.shield"})
_ITEMS: Final = (ast.List, ast.Tuple, ast.Set, ast.ListComp, ast.SetComp, ast.GeneratorExp)
# What may be a dotted name.
_DOTTED: Final = (ast.Name, ast.Attribute)
# The branch that an answer decides about; None where there is none.
_Guard = ast.If | ast.While | None


class Body:
    """Reads the body of a function of the program.

    Args:
        foreign: Names; what blocks enter of them is left out.
    """

    def __init__(self, foreign: frozenset[str] = frozenset()) -> None:
        self._foreign = foreign
        self.sinks: list[Sink] = []
        self.calls: list[Call] = []
        # Names that hold the result of an awaited call, until they are given something else.
        self._held: dict[str, Sink] = {}
        # The names of what blocks enter, and of what makes that; what is awaited is named with that word, too.
        self.entered: list[str] = []
        self._made: dict[str, str] = {}
        # The names that it gives something to.
        self.own: set[str] = set()
        # What other names stand for.
        self._alias: dict[str, str] = {}
        self._stacks: set[str] = set()
        self.yields = False
        # How many branches are around, and whether the function may have been left already.
        self._branches = 0
        self._left = False
        self._inner: dict[str, tuple[Body, set[str]]] = {}

    def whole(self, body: list[ast.stmt]) -> None:
        """Read a function with those inside of it that it calls."""
        self.read(body)
        called = {call.callee for call in self.calls} if self._inner else set()
        for name, (inner, parameters) in self._inner.items():
            if name in called:
                for one in inner.sinks:
                    if one.receiver.partition(".")[0] not in parameters:
                        self.sinks.append(
                            Sink(one.receiver, one.method, one.usage, one.authorizes, one.line, one.awaited, True)
                        )
                self.calls += [Call(call.callee, call.given, True) for call in inner.calls]
            self.entered += inner.entered

    def read(self, body: list[ast.stmt]) -> None:
        for statement in body:
            reader = self._statements.get(statement.__class__)
            if reader is None:
                self._parts(statement)
            else:
                reader(self, statement)

    def _branch(self, *bodies: list[ast.stmt]) -> None:
        self._branches += 1
        for body in bodies:
            self.read(body)
        self._branches -= 1

    # Statements.

    def _if(self, node: ast.If | ast.While) -> None:
        self._test(node.test, guard=node)
        self._branch(node.body, node.orelse)

    def _assert(self, node: ast.Assert) -> None:
        self._test(node.test, guard=None)

    def _assign(self, node: ast.Assign | ast.AnnAssign) -> None:
        if node.value is None:
            self._parts(node)
            return
        sink = self._value(node.value, Usage.STORED)
        for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
            self._rebind(target)
            if isinstance(target, ast.Name):
                if sink is not None:
                    self._held[target.id] = sink
                else:
                    self._held.pop(target.id, None)
                if name := _made_by(node.value):
                    self._made[target.id] = name
                if isinstance(node.value, ast.Name) and not self._branches:
                    self._alias[target.id] = self._dotted(node.value)

    def _rebind(self, target: ast.expr) -> None:
        """A name stands for something else from here on."""
        for one in walk(target) if not isinstance(target, ast.Name) else (target,):
            if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store):
                self._alias.pop(one.id, None)
                self.own.add(one.id)

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._value(node.value, Usage.COMPARED)
        self._left = True

    def _raise(self, node: ast.Raise) -> None:
        self._parts(node)
        self._left = True

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        inner = Body(self._foreign)
        inner.whole(node.body)
        self._inner[node.name] = inner, set(parameters_of(node))

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        self._value(node.iter, Usage.STORED)
        self._rebind(node.target)
        self._branch(node.body, node.orelse)

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            self._value(item.context_expr, Usage.STORED)
            self._enter(item.context_expr)
            if item.optional_vars is not None:
                self._rebind(item.optional_vars)
            if isinstance(item.optional_vars, ast.Name):
                self._stacks.add(item.optional_vars.id)
        self.read(node.body)

    def _enter(self, node: ast.expr) -> None:
        if self._foreign and _root(node) in self._foreign:
            return
        name = _made_by(node) or dotted(node).rpartition(".")[2]
        for one in filter(None, (name, self._made.get(name, ""))):
            self.entered += dict.fromkeys((one, one.removeprefix(AWAITED)))

    def _match(self, node: ast.Match) -> None:
        self._value(node.subject, Usage.STORED)
        self._branch(*(case.body for case in node.cases))

    def _try(self, node: ast.Try) -> None:
        self._attempt(node)
        held = dict(self._held)
        self._branch(*(handler.body for handler in node.handlers))
        self._held |= held  # What a handler says instead is not what the call has answered.
        self.read(node.orelse)
        self.read(node.finalbody)

    def _attempt(self, node: ast.Try) -> None:
        """The body of a `try`: what stands behind a call that may raise is not sure to be reached."""
        risky = 0
        for statement in node.body:
            self.read([statement])
            if not risky and node.handlers and may_raise(statement):
                risky = 1
                self._branches += 1
        self._branches -= risky

    def _parts(self, node: ast.AST) -> None:
        usage = Usage.DISCARDED if isinstance(node, ast.Expr) else Usage.STORED
        for name in FIELDS[node.__class__]:
            child = getattr(node, name, None)
            for item in child if isinstance(child, list) else [child]:
                if isinstance(item, ast.expr):
                    self._value(item, usage)
                elif isinstance(item, ast.stmt):
                    self.read([item])
                elif isinstance(item, ast.AST):
                    self._parts(item)

    def _skip(self, _node: ast.AST) -> None:
        """Of no interest."""

    # Expressions.

    def _test(self, node: ast.expr, *, guard: _Guard) -> None:
        """An expression that decides."""
        match node:
            case (
                ast.UnaryOp(op=ast.Not(), operand=inner)
                | ast.NamedExpr(value=inner)
                | ast.Call(func=ast.Name(id="bool"), args=[inner])
            ):
                self._test(inner, guard=guard)
            case ast.BoolOp(values=parts) | ast.List(elts=parts) | ast.Tuple(elts=parts) | ast.Set(elts=parts):
                self._test_all(parts, guard=guard, may_stop=isinstance(getattr(node, "op", None), ast.And))
            case ast.Call(func=ast.Name(id=name), args=parts) if name in _TRUTHS:
                self._test_items(parts, guard=guard)
            case ast.ListComp() | ast.SetComp() | ast.GeneratorExp():
                self._loop(node, guard=guard, decides=True)
            case ast.Name(id=name) if name in self._held:
                self._sink(self._held[name], Usage.TRUTH, guard=guard)
            case ast.Await(value=ast.Call() as call):
                if sink := self._call(self._waited_for(call), awaited=True):
                    self._sink(sink, Usage.TRUTH, guard=guard)
            case ast.Compare(left=left, ops=[ast.Is() | ast.Eq()], comparators=[ast.Constant(value=False)]):
                self._test(left, guard=guard)
            case _:
                self._value(node, Usage.COMPARED)

    def _test_items(self, parts: list[ast.expr], *, guard: _Guard) -> None:
        """What `any` and its like ask: the items of what they are given, and an answer that is a mock has none."""
        for one in parts:
            if isinstance(one, _ITEMS):
                self._test(one, guard=guard)
            else:
                self._value(one, Usage.STORED)

    def _test_all(self, parts: list[ast.expr], *, guard: _Guard, may_stop: bool) -> None:
        """Expressions that decide together; behind the first of an ``and`` it may not come to the others."""
        for number, one in enumerate(parts):
            later = may_stop and number > 0
            self._branches += later
            self._test(one, guard=guard)
            self._branches -= later

    def _value(self, node: ast.expr, usage: Usage) -> Sink | None:
        """Read an expression; the awaited call that it is."""
        reader = self._expressions.get(node.__class__)
        if reader is None:
            self._parts_of(node)
            return None
        return reader(self, node, usage)

    def _value_nothing(self, _node: ast.expr, _usage: Usage) -> Sink | None:
        return None

    def _value_await(self, node: ast.Await, usage: Usage) -> Sink | None:
        if isinstance(node.value, ast.Call):
            return self._used(self._waited_for(node.value), usage, awaited=True)
        return self._value(node.value, usage)

    def _waited_for(self, node: ast.Call) -> ast.Call:
        """The call whose answer an awaited one gives: `wait_for` and its like give that of what they are given."""
        if dotted(node.func) in _WAITS and node.args and isinstance(node.args[0], ast.Call):
            for one in (*node.args[1:], *(keyword.value for keyword in node.keywords)):
                self._value(one, Usage.STORED)
            return node.args[0]
        return node

    def _value_call(self, node: ast.Call, usage: Usage) -> Sink | None:
        if isinstance(node.func, ast.Name) and node.func.id in _TRUTHS:
            self._test(node, guard=None)
            return None
        self._used(node, usage, awaited=False)
        return None

    def _value_choice(self, node: ast.IfExp, usage: Usage) -> Sink | None:
        self._test(node.test, guard=None)
        self._value(node.body, usage)
        self._value(node.orelse, usage)
        return None

    def _value_bool(self, node: ast.BoolOp, usage: Usage) -> Sink | None:
        *first, last = node.values
        may_stop = isinstance(node.op, ast.And)
        self._test_all(first, guard=None, may_stop=may_stop)
        self._branches += may_stop
        self._value(last, usage)
        self._branches -= may_stop
        return None

    def _value_not(self, node: ast.UnaryOp, _usage: Usage) -> Sink | None:
        if isinstance(node.op, ast.Not):
            self._test(node.operand, guard=None)
        else:
            self._value(node.operand, Usage.STORED)
        return None

    def _value_loop(self, node: ast.expr, _usage: Usage) -> Sink | None:
        """A comprehension."""
        self._loop(node)
        return None

    def _loop(self, node: ast.expr, *, guard: _Guard = None, decides: bool = False) -> None:
        """What a comprehension loops over first is asked in any case, and may be empty."""
        generators: list[ast.comprehension] = node.generators  # type: ignore[attr-defined]
        self._value(generators[0].iter, Usage.STORED)
        self._branches += 1
        for number, one in enumerate(generators):
            if number:
                self._value(one.iter, Usage.STORED)
            for test in one.ifs:
                self._test(test, guard=None)
        for name in ("key", "value", "elt"):
            if isinstance(part := getattr(node, name, None), ast.expr):
                if decides:
                    self._test(part, guard=guard)
                else:
                    self._value(part, Usage.STORED)
        self._branches -= 1

    def _parts_of(self, node: ast.expr) -> None:
        inner = Usage.COMPARED if isinstance(node, ast.Compare) else Usage.STORED
        self.yields = self.yields or isinstance(node, ast.Yield)
        for name in FIELDS[node.__class__]:
            child = getattr(node, name, None)
            for item in child if isinstance(child, list) else [child]:
                if isinstance(item, ast.expr):
                    self._value(item, inner)

    # Calls.

    def _used(self, node: ast.Call, usage: Usage, *, awaited: bool) -> Sink | None:
        sink = self._call(node, awaited=awaited)
        if sink is not None:
            self._sink(sink, usage, guard=None)
        return sink

    def _call(self, node: ast.Call, *, awaited: bool) -> Sink | None:
        given = self._given(node)
        function = node.func
        receiver, method = "", ""
        if isinstance(function, ast.Name):
            callee = receiver = self._dotted(function)
        elif isinstance(function, ast.Attribute):
            receiver, method = self._dotted(function.value), function.attr
            callee = f"{receiver}.{method}"
        if not receiver:
            self._value(function.value if isinstance(function, ast.Attribute) else function, Usage.NONE)
            if isinstance(function, ast.Attribute):
                self.calls.append(Call(f".{function.attr}", tuple(given), conditional=True))
            return None
        if method in _ENTER_LATER and receiver in self._stacks and node.args:
            self._enter(node.args[0])
        conditional = self._left or self._branches > 0
        self.calls.append(Call(callee, tuple(given), conditional))
        return Sink(receiver, method, Usage.NONE, False, node.lineno, awaited, conditional)

    def _dotted(self, node: ast.expr) -> str:
        """An expression as it is written, with what its name stands for."""
        return self._unaliased(dotted(node)) if self._alias else dotted(node)

    def _unaliased(self, name: str) -> str:
        first, dot, rest = name.partition(".")
        return f"{self._alias.get(first, first)}{dot}{rest}"

    def _given(self, node: ast.Call) -> list[tuple[str, str]]:
        """By parameter the names that a call is given; its arguments are read."""
        given = []
        before = len(self.calls)
        for number, argument in enumerate(node.args):
            self._value(argument, Usage.STORED)
            if isinstance(argument, _DOTTED) and (name := self._dotted(argument)):
                given.append((str(number), name))
        for keyword in node.keywords:
            self._value(keyword.value, Usage.STORED)
            if keyword.arg and isinstance(keyword.value, _DOTTED) and (name := self._dotted(keyword.value)):
                given.append((keyword.arg, name))
        if _made_by(node) in _TASKS:
            self.calls[before:] = [Call(one.callee, one.given, True, True) for one in self.calls[before:]]
        return given

    def _sink(self, sink: Sink, usage: Usage, *, guard: _Guard) -> None:
        decides = usage is Usage.TRUTH and (
            authorizes(sink.method or sink.receiver) or (guard is not None and forbids(guard))
        )
        self.sinks.append(
            Sink(sink.receiver, sink.method, usage, decides, sink.line, sink.awaited, sink.conditional)
        )

    _statements: ClassVar[dict[type, Callable[..., None]]] = {
        ast.If: _if,
        ast.While: _if,
        ast.Assert: _assert,
        ast.Assign: _assign,
        ast.AnnAssign: _assign,
        ast.Return: _return,
        ast.Raise: _raise,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _skip,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Match: _match,
        ast.Try: _try,
        ast.Import: _skip,
        ast.ImportFrom: _skip,
        ast.Pass: _skip,
    }
    _expressions: ClassVar[dict[type, Callable[..., Sink | None]]] = {
        ast.Name: _value_nothing,
        ast.Constant: _value_nothing,
        ast.Await: _value_await,
        ast.Call: _value_call,
        ast.IfExp: _value_choice,
        ast.BoolOp: _value_bool,
        ast.UnaryOp: _value_not,
        ast.ListComp: _value_loop,
        ast.SetComp: _value_loop,
        ast.DictComp: _value_loop,
        ast.GeneratorExp: _value_loop,
    }


def _root(node: ast.expr) -> str:
    """The name that an expression begins with."""
    while not isinstance(node, ast.Name):
        match node:
            case ast.Attribute(value=inner) | ast.Await(value=inner) | ast.Call(func=inner):
                node = inner
            case _:
                return ""
    return node.id


def _made_by(node: ast.expr) -> str:
    """The name of what is called for a value, and whether that is awaited; empty where nothing is."""
    if isinstance(node, ast.Await):
        name = _made_by(node.value)
        return name and AWAITED + name
    if not isinstance(node, ast.Call):
        return ""
    function = node.func
    return function.attr if isinstance(function, ast.Attribute) else dotted(function)
