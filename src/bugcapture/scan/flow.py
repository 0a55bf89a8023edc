"""Follow the mocks of one function: what they are told, what is done with them, and where they go.

The statements are read once, in their order; branches and loops are read as if all of them ran. That is enough
to know whether a mock was told something anywhere, and errs on the side of silence.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, ClassVar

from bugcapture.scan.calls import Calls
from bugcapture.scan.functions import parameters_of
from bugcapture.scan.mocks import CALLED, Made, Usage, Way
from bugcapture.scan.names import dotted
from bugcapture.scan.values import Gives, Patch, Ref
from bugcapture.scan.walk import FIELDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from bugcapture.scan.values import Value


class Flow(Calls):
    """Reads one function, or the top of a module or class.

    Args:
        names: What the module's names stand for.
        seen: Takes what is seen.
        function: The function; None for the top.
        environment: What names stand for at its beginning; changed on the way.
        wrappers: Functions of the module that return a mock, by name.
        names_it: Whether a method of the class names an attribute.
    """

    def read(self, body: list[ast.stmt]) -> None:
        """Read statements."""
        for statement in body:
            reader = self._statements.get(type(statement))
            if reader is None:
                self._read_any(statement)
            else:
                reader(self, statement)

    # Statements.

    def _read_any(self, node: ast.AST) -> None:
        """A statement of no special kind: look into its expressions and blocks."""
        for name in FIELDS[node.__class__]:
            child = getattr(node, name, None)
            if isinstance(child, list):
                for item in child:
                    if isinstance(item, ast.expr):
                        self.value(item, Usage.STORED)
                    elif isinstance(item, ast.stmt):
                        self.read([item])
                    elif isinstance(item, ast.AST):
                        self._read_any(item)
            elif isinstance(child, ast.expr):
                self.value(child, Usage.STORED)
            elif isinstance(child, ast.AST):
                self._read_any(child)

    def _read_expression(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.value(node.value, Usage.DISCARDED)

    def _read_assign(self, node: ast.Assign) -> None:
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Tuple) and isinstance(node.value, ast.Tuple):
            targets, values = node.targets[0].elts, node.value.elts
            if len(targets) == len(values):
                for target, one in zip(targets, values, strict=True):
                    self._bind(target, self.value(one, Usage.STORED), one)
                return
        value = self.value(node.value, Usage.STORED)
        for target in node.targets:
            self._bind(target, value, node.value)

    def _read_annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self._bind(node.target, self.value(node.value, Usage.STORED), node.value)

    def _read_delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            base = self.value(target.value, Usage.NONE) if isinstance(target, ast.Attribute) else None
            if isinstance(base, Ref) and isinstance(target, ast.Attribute):
                base.mock.tell((*base.path, target.attr))

    def _read_if(self, node: ast.If | ast.While) -> None:
        self.value(node.test, Usage.TRUTH)
        self.read(node.body)
        self.read(node.orelse)

    def _read_assert(self, node: ast.Assert) -> None:
        self.value(node.test, Usage.TRUTH)

    def _read_for(self, node: ast.For | ast.AsyncFor) -> None:
        value = self.value(node.iter, Usage.STORED)
        if isinstance(value, Ref):
            self._use(value, node.iter, awaited=False, called=False, usage=Usage.STORED)
        if isinstance(node.iter, ast.List | ast.Tuple):
            for item in node.iter.elts:
                one = self.value(item, Usage.NONE)
                if isinstance(one, Ref):
                    one.mock.unknown = True  # The loop may tell it something.
        self._bind(node.target, None, node.iter)
        self.read(node.body)
        self.read(node.orelse)

    def _read_with(self, node: ast.With | ast.AsyncWith) -> None:
        fails = any(_expects_exception(item.context_expr) for item in node.items)
        for item in node.items:
            value = self.value(item.context_expr, Usage.STORED)
            inner: Value = None
            if isinstance(value, Patch):
                value.how = "context"
                inner = Ref(value.mock) if value.mock is not None else None
            elif isinstance(value, Ref):
                word = "__aenter__" if isinstance(node, ast.AsyncWith) else "__enter__"
                inner = Ref(value.mock, (*value.path, word, CALLED))
            if item.optional_vars is not None:
                self._bind(item.optional_vars, inner, item.context_expr)
        self._failing += fails
        self.read(node.body)
        self._failing -= fails

    def _read_return(self, node: ast.Return) -> None:
        if node.value is not None:
            self._leave(self.value(node.value, Usage.STORED), node.value)

    def _leave(self, value: Value, node: ast.expr) -> None:
        self.returned.append(value)
        if isinstance(value, Patch):
            value.how = "handed"
        if isinstance(value, Ref):
            self._escape(value, Way.RETURNED, "", "", node)

    def _read_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """A function inside: its mocks are those of the function around it, its names are its own."""
        for decorator in node.decorator_list:
            self.value(decorator, Usage.STORED)
        outer = self.returned, self._known, self._yields
        self.returned, self._known, self._yields = [], dict(self._known), False
        for parameter in parameters_of(node):
            self._known[parameter] = None
        self.read(node.body)
        plain = isinstance(node, ast.FunctionDef) and not node.decorator_list and not self._yields
        given = next((one for one in self.returned if isinstance(one, Ref)), None) if plain else None
        self.returned, self._known, self._yields = outer
        self._known[node.name] = Gives(given) if given is not None else None

    def _read_class(self, node: ast.ClassDef) -> None:
        for decorator in node.decorator_list:
            self.value(decorator, Usage.STORED)
        self.read(node.body)

    def _read_try(self, node: ast.Try) -> None:
        self.read(node.body)
        for handler in node.handlers:
            self.read(handler.body)
        self.read(node.orelse)
        self.read(node.finalbody)

    # Expressions.

    def value(self, node: ast.expr, usage: Usage) -> Value:
        """What an expression stands for, as far as mocks are concerned.

        Args:
            node: The expression.
            usage: What is done with it.
        """
        reader = self._expressions.get(type(node))
        if reader is not None:
            return reader(self, node, usage)
        for name in FIELDS[node.__class__]:
            child = getattr(node, name, None)
            if isinstance(child, ast.expr):
                self.value(child, Usage.STORED)
            elif isinstance(child, list):
                for item in child:
                    if isinstance(item, ast.expr):
                        self.value(item, Usage.STORED)
                    elif isinstance(item, ast.comprehension):
                        self.value(item.iter, Usage.STORED)
                        for test in item.ifs:
                            self.value(test, Usage.TRUTH)
        return None

    def _value_skip(self, _node: ast.expr, _usage: Usage) -> Value:
        return None

    def _value_name(self, node: ast.Name, usage: Usage) -> Value:
        value = self._known.get(node.id)
        if (
            usage is Usage.TRUTH
            and isinstance(value, Ref)
            and value.path[-1:] == (CALLED,)
            and value.mock.is_async
        ):
            asked = Ref(value.mock, value.path[:-1])
            self._use(asked, node, awaited=True, called=True, usage=usage)
        return value

    def _value_attribute(self, node: ast.Attribute, _usage: Usage) -> Value:
        place = dotted(node)
        if place and place in self._known:
            return self._known[place]
        base = self.value(node.value, Usage.NONE)
        if isinstance(base, Ref):
            if node.attr == "return_value":
                return Ref(base.mock, (*base.path, CALLED))
            return Ref(base.mock, (*base.path, node.attr))
        return base if isinstance(base, Made) and node.attr == "return_value" else None

    def _value_await(self, node: ast.Await, usage: Usage) -> Value:
        inner = node.value
        if isinstance(inner, ast.Call):
            return self._call(inner, usage, awaited=True)
        value = self.value(inner, usage)
        if isinstance(value, Ref):
            self._use(value, node, awaited=True, called=False, usage=usage)
        return None

    def _value_call(self, node: ast.Call, usage: Usage) -> Value:
        return self._call(node, usage, awaited=False)

    def _value_not(self, node: ast.UnaryOp, _usage: Usage) -> Value:
        self.value(node.operand, Usage.TRUTH if isinstance(node.op, ast.Not) else Usage.COMPARED)
        return None

    def _value_bool(self, node: ast.BoolOp, usage: Usage) -> Value:
        *first, last = node.values
        for one in first:
            self.value(one, Usage.TRUTH)
        self.value(last, usage)
        return None

    def _value_compare(self, node: ast.Compare, _usage: Usage) -> Value:
        for one in (node.left, *node.comparators):
            self.value(one, Usage.COMPARED)
        return None

    def _value_choice(self, node: ast.IfExp, usage: Usage) -> Value:
        self.value(node.test, Usage.TRUTH)
        return self.value(node.body, usage) or self.value(node.orelse, usage)

    def _value_walrus(self, node: ast.NamedExpr, usage: Usage) -> Value:
        value = self.value(node.value, usage)
        self._bind(node.target, value, node.value)
        return value

    def _value_lambda(self, node: ast.Lambda, _usage: Usage) -> Value:
        outer = self._known
        self._known = {**outer, **dict.fromkeys(parameters_of(node))}
        value = self.value(node.body, Usage.STORED)
        self._known = outer
        return Gives(value) if isinstance(value, Ref) else None

    def _value_yield(self, node: ast.Yield, _usage: Usage) -> Value:
        self._yields = True
        if node.value is not None:
            self._leave(self.value(node.value, Usage.STORED), node.value)
        return None

    def _value_items(self, node: ast.List | ast.Tuple | ast.Set | ast.Dict, _usage: Usage) -> Value:
        items = node.values if isinstance(node, ast.Dict) else node.elts
        for item in items:
            value = self.value(item, Usage.STORED)
            if isinstance(value, Patch) and value.how == "start":
                value.how = "handed"
            if isinstance(value, Ref):
                self._escape(value, Way.CONTAINER, "", "", item)
        return None

    def _skip(self, _node: ast.stmt) -> None:
        """Of no interest."""

    _statements: ClassVar[dict[type, Callable[..., None]]] = {
        ast.Expr: _read_expression,
        ast.Assign: _read_assign,
        ast.AnnAssign: _read_annotated,
        ast.Delete: _read_delete,
        ast.If: _read_if,
        ast.While: _read_if,
        ast.Assert: _read_assert,
        ast.For: _read_for,
        ast.AsyncFor: _read_for,
        ast.With: _read_with,
        ast.AsyncWith: _read_with,
        ast.Return: _read_return,
        ast.FunctionDef: _read_function,
        ast.AsyncFunctionDef: _read_function,
        ast.ClassDef: _read_class,
        ast.Try: _read_try,
        ast.Import: _skip,
        ast.ImportFrom: _skip,
        ast.Pass: _skip,
        ast.Global: _skip,
        ast.Nonlocal: _skip,
    }
    _expressions: ClassVar[dict[type, Callable[..., Value]]] = {
        ast.Constant: _value_skip,
        ast.Name: _value_name,
        ast.Attribute: _value_attribute,
        ast.Await: _value_await,
        ast.Call: _value_call,
        ast.UnaryOp: _value_not,
        ast.BoolOp: _value_bool,
        ast.Compare: _value_compare,
        ast.IfExp: _value_choice,
        ast.NamedExpr: _value_walrus,
        ast.Lambda: _value_lambda,
        ast.Yield: _value_yield,
        ast.List: _value_items,
        ast.Tuple: _value_items,
        ast.Set: _value_items,
        ast.Dict: _value_items,
    }


def _expects_exception(node: ast.expr) -> bool:
    """Whether a context is `pytest.raises`, or `assertRaises` of a test case."""
    if not isinstance(node, ast.Call):
        return False
    last = dotted(node.func).rpartition(".")[2]
    return last == "raises" or last.startswith("assertRaises")
