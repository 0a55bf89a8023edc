"""Follow the mocks of one function: what they are told, what is done with them, and where they go.

The statements are read once, in their order; branches and loops are read as if all of them ran. That is enough
to know whether a mock was told something anywhere, and errs on the side of silence.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from bugcapture.scan.functions import parameters_of
from bugcapture.scan.hazard import Span
from bugcapture.scan.mocks import CALLED, Escape, Kind, Made, Mock, Path, Spec, Usage, Use, Way
from bugcapture.scan.names import Names, dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.scan.functions import TestFunction

_MODULES: Final = ("unittest.mock", "mock", "mocker", "asynctest", "asyncmock")
MAKERS: Final[dict[str, Kind]] = {
    "AsyncMock": Kind.ASYNC,
    "CoroutineMock": Kind.ASYNC,
    "MagicMock": Kind.MAGIC,
    "NonCallableMagicMock": Kind.MAGIC,
    "Mock": Kind.MOCK,
    "NonCallableMock": Kind.MOCK,
    "create_autospec": Kind.AUTOSPEC,
}
_ANSWERS: Final = frozenset({"return_value", "side_effect"})
_SETTINGS: Final = frozenset(
    {"spec", "spec_set", "name", "wraps", "unsafe", "new_callable", "autospec", "new", "create"}
)
_ASSERTIONS: Final = frozenset(
    {
        "assert_called", "assert_called_once", "assert_called_with", "assert_called_once_with", "assert_any_call",
        "assert_has_calls", "assert_not_called", "assert_awaited", "assert_awaited_once", "assert_awaited_with",
        "assert_awaited_once_with", "assert_any_await", "assert_has_awaits", "assert_not_awaited", "reset_mock",
        "mock_add_spec", "called", "call_count", "call_args", "call_args_list", "mock_calls", "method_calls",
        "await_count", "await_args", "await_args_list",
    }
)  # fmt: skip
_TRUTH_CALLS: Final = frozenset({"bool", "any", "all", "filter"})
# Methods of a test case that take what it has to call later.
_CLEANUPS: Final = ("addCleanup", "addClassCleanup", "enterContext", "stopall")
_PATCHES: Final = frozenset({"patch", "object", "dict", "multiple"})


@dataclass(frozen=True, slots=True)
class Ref:
    """A mock, or a child of one."""

    mock: Mock
    path: Path = ()


@dataclass(slots=True, eq=False)
class Patch:
    """One call of `patch`.

    Attributes:
        target: What it replaces, as far as it is written there.
        call: The call.
        span: Where.
        how: ``context``, ``decorator``, ``start``, ``enter``, ``handed`` over to who stops it, or empty.
        place: The name that holds the patcher, or what it started.
        function: The function around it.
        mock: What it puts in place; None when that is no mock, or not known.
        gives: Whether it hands a mock over.
        known: Whether what it replaces is named by a text, or begins with something imported.
    """

    target: str
    call: ast.Call
    span: Span
    how: str = ""
    place: str = ""
    function: TestFunction | None = None
    mock: Mock | None = None
    gives: bool = True
    known: bool = True


@dataclass(frozen=True, slots=True)
class Gives:
    """A function that gives a mock to those who call it, and is none itself."""

    value: Ref


Value = Ref | Patch | Made | Gives | None
Environment = dict[str, Value]


@dataclass(slots=True)
class Seen:
    """All that was seen in a module.

    Attributes:
        mocks: The mocks, in the order in which they were made.
        patches: The patches.
        stops: Places that stop patches: names, and ``stopall`` for all of them.
    """

    mocks: list[Mock] = field(default_factory=list)
    patches: list[Patch] = field(default_factory=list)
    stops: list[tuple[TestFunction | None, str]] = field(default_factory=list)


class Flow:
    """Reads one function, or the top of a module or class.

    Args:
        names: What the module's names stand for.
        seen: Takes what is seen.
        function: The function; None for the top.
        environment: What names stand for at its beginning; changed on the way.
        wrappers: Functions of the module that return a mock, by name.
        names_it: Whether a method of the class names an attribute.
    """

    def __init__(
        self,
        names: Names,
        seen: Seen,
        function: TestFunction | None,
        environment: Environment,
        wrappers: Mapping[str, Callable[[ast.Call], Mock]],
        names_it: Callable[[str, str], bool] = lambda _method, _place: False,
    ) -> None:
        self._names = names
        self._seen = seen
        self._function = function
        self._known = environment
        self._wrappers = wrappers
        self._names_it = names_it
        self._yields = False
        self._failing = 0
        self.returned: list[Value] = []

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
        for name in node._fields:
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

    # Targets.

    def _bind(self, target: ast.expr, value: Value, node: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self._hold(target.id, value)
        elif isinstance(target, ast.Attribute):
            self._bind_attribute(target, value, node)
        elif isinstance(target, ast.Subscript):
            self.value(target.value, Usage.STORED)
            if isinstance(value, Gives):
                value = value.value
            if isinstance(value, Ref):
                way = Way.OVERRIDE if dotted(target.value).endswith("dependency_overrides") else Way.CONTAINER
                self._escape(value, way, dotted(target.value), "", node)
        elif isinstance(target, ast.Tuple | ast.List):
            for one in target.elts:
                self._bind(one, None, node)
        elif isinstance(target, ast.Starred):
            self._bind(target.value, None, node)

    def _hold(self, place: str, value: Value) -> None:
        self._known[place] = value
        if isinstance(value, Ref):
            if not value.path and not value.mock.place:
                value.mock.place = place
        elif isinstance(value, Patch):
            value.place = value.place or place

    def _bind_attribute(self, target: ast.Attribute, value: Value, node: ast.expr) -> None:
        base = self.value(target.value, Usage.NONE)
        if isinstance(base, Ref):
            if target.attr in _ANSWERS:
                self._tell(base, target.attr, node)
                if isinstance(value, Ref):
                    self._known[dotted(target)] = value  # What the answer is told is told to this one.
            else:
                base.mock.tell((*base.path, target.attr))
                if isinstance(value, Ref) and not value.path:
                    value.mock.parent = value.mock.parent or (base.mock, (*base.path, target.attr))
                    value.mock.place = value.mock.place or dotted(target)
                    self._known[dotted(target)] = value  # What it is told later is told to this one.
            return
        place = dotted(target)
        if place:
            self._hold(place, value)
        if isinstance(value, Ref):
            owner = self._names.resolve(target.value)
            full = f"{owner}.{target.attr}" if owner else target.attr
            self._escape(value, Way.ATTRIBUTE, full, target.attr, target, written=place)

    def _tell(self, ref: Ref, word: str, value: ast.expr) -> None:
        if word == "side_effect" and isinstance(value, ast.Constant) and value.value is None:
            return
        if word == "side_effect" and _is_exception(value):
            ref.mock.failing.add(ref.path)
        ref.mock.tell(ref.path, value if word == "return_value" else None)

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
        for name in node._fields:
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

    # Calls.

    def _call(self, node: ast.Call, usage: Usage, *, awaited: bool) -> Value:
        function = node.func
        if isinstance(function, ast.Name):
            return self._call_name(function, node, usage, awaited=awaited)
        if isinstance(function, ast.Attribute):
            base = self.value(function.value, Usage.NONE) if function.attr != "dict" else None
            if isinstance(base, Ref):
                return self._call_child(base, function.attr, node, usage, awaited=awaited)
            if isinstance(base, Patch):
                return self._call_patcher(base, function.attr)
            if isinstance(base, Made):
                base.calls.append((function.attr, span_of(node), self._failing > 0))
                self._arguments(node, "")
                return None
            place = dotted(function)
            if place.startswith(("self.", "cls.")) and place.count(".") == 1 and not place.endswith(_CLEANUPS):
                return self._call_own(place, node)
            return self._call_named(self._names.resolve(function), node)
        self.value(function, Usage.NONE)
        self._arguments(node, "")
        return None

    def _call_name(self, function: ast.Name, node: ast.Call, usage: Usage, *, awaited: bool) -> Value:
        if function.id in _TRUTH_CALLS:
            for argument in node.args:
                self.value(argument, Usage.TRUTH)
            return None
        held = self._known.get(function.id)
        if isinstance(held, Ref):
            return self._call_mock(held, node, usage, awaited=awaited)
        if isinstance(held, Gives):
            self._arguments(node, "")
            return held.value
        return self._call_named(self._names.resolve(function), node)

    def _call_named(self, name: str, node: ast.Call) -> Value:
        module, _, last = name.rpartition(".")
        if last in MAKERS and (module in _MODULES or not module):
            return Ref(self._make(MAKERS[last], node))
        if last in self._wrappers and not module:
            self._arguments(node, "")
            mock = self._wrappers[last](node)
            mock.function = self._function
            self._seen.mocks.append(mock)
            return Ref(mock)
        if _is_patch(name):
            patch = self._make_patch(name, node)
            if not name.rpartition("patch")[0].endswith("mocker."):
                return patch
            # The fixture starts it, stops it, and gives the mock.
            patch.how = "enter"
            return Ref(patch.mock) if patch.mock is not None else None
        if last == "setattr" and len(node.args) == 3:  # noqa: PLR2004 - object, name, value
            return self._set_attribute(node)
        if last in {"seal", "getattr"} and node.args:
            return self._look_at(last, node)
        if last == "stopall":
            self._seen.stops.append((self._function, "stopall"))
            return None
        return self._arguments(node, name)

    def _look_at(self, word: str, node: ast.Call) -> Value:
        """`seal`, or `getattr` of a mock."""
        value = self.value(node.args[0], Usage.NONE)
        if not isinstance(value, Ref):
            self._arguments(node, "")
            return None
        if word == "seal":
            value.mock.sealed = True
            return None
        name = node.args[1] if len(node.args) > 1 else None
        if isinstance(name, ast.Constant):
            return Ref(value.mock, (*value.path, str(name.value)))
        value.mock.unknown = True
        return None

    def _call_own(self, place: str, node: ast.Call) -> Value:
        """A method of the test's class, which may tell the mocks that the object holds something."""
        method = place.rpartition(".")[2]
        for name, held in self._known.items():
            if isinstance(held, Ref) and name.startswith(place[:4]) and self._names_it(method, name):
                held.mock.unknown = True
        return self._arguments(node, place)

    def _arguments(self, node: ast.Call, name: str) -> Made | None:
        """Look at the arguments of a call: mocks among them leave the test."""
        made: Made | None = None
        numbered = [(str(number), argument) for number, argument in enumerate(node.args)]
        for parameter, argument in (*numbered, *((one.arg or "", one.value) for one in node.keywords)):
            value = self.value(argument, Usage.STORED)
            if isinstance(value, Gives):
                self._escape(value.value, Way.CONTAINER, "", "", argument)
            elif isinstance(value, Ref):
                made = made or Made(name)
                self._escape(value, Way.ARGUMENT, name, parameter, argument, made=made)
            elif isinstance(value, Patch):
                value.how = value.how or "enter"
            elif parameter == "0" and isinstance(argument, ast.Attribute) and argument.attr in {"stop", "stopall"}:
                place = "stopall" if argument.attr == "stopall" else dotted(argument.value)
                self._seen.stops.append((self._function, place))
        return made

    def _call_mock(self, ref: Ref, node: ast.Call, usage: Usage, *, awaited: bool) -> Value:
        self._use(ref, node, awaited=awaited, called=True, usage=usage)
        self._arguments(node, "")
        return Ref(ref.mock, (*ref.path, CALLED))

    def _call_child(self, base: Ref, word: str, node: ast.Call, usage: Usage, *, awaited: bool) -> Value:
        if word == "configure_mock":
            self._configure(base, node)
            return None
        if word == "attach_mock":
            name = node.args[1] if len(node.args) > 1 else None
            if isinstance(name, ast.Constant):
                base.mock.tell((*base.path, str(name.value)))
            else:
                base.mock.unknown = True
            return None
        if word in _ASSERTIONS:
            self._arguments(node, "")
            return None
        return self._call_mock(Ref(base.mock, (*base.path, word)), node, usage, awaited=awaited)

    def _call_patcher(self, patch: Patch, word: str) -> Value:
        if word == "start":
            patch.how = "start"
            return Ref(patch.mock) if patch.mock is not None else None
        if word == "stop":
            self._seen.stops.append((self._function, patch.place))
        return None

    def _configure(self, ref: Ref, node: ast.Call) -> None:
        for keyword in node.keywords:
            self.value(keyword.value, Usage.STORED)
            if keyword.arg is not None:
                self._tell_dotted(ref, keyword.arg, keyword.value)
            elif isinstance(keyword.value, ast.Dict):
                self._tell_items(ref.mock, keyword.value, ref.path)
            else:
                ref.mock.unknown = True

    def _tell_items(self, mock: Mock, node: ast.Dict, path: Path = ()) -> None:
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and isinstance(key.value, str):
                self._tell_dotted(Ref(mock, path), key.value, value)
            else:
                mock.unknown = True

    def _tell_dotted(self, ref: Ref, name: str, value: ast.expr) -> None:
        *steps, last = name.split(".")
        path = (*ref.path, *(CALLED if step == "return_value" else step for step in steps))
        if last in _ANSWERS:
            self._tell(Ref(ref.mock, path), last, value)
        else:
            ref.mock.tell((*path, last))

    def _set_attribute(self, node: ast.Call) -> Value:
        target, name, value = node.args
        base = self.value(target, Usage.NONE)
        given = self.value(value, Usage.STORED)
        if isinstance(base, Ref):
            if isinstance(name, ast.Constant):
                self._tell_dotted(base, str(name.value), value)
            else:
                base.mock.unknown = True
        elif isinstance(given, Ref):
            word = str(name.value) if isinstance(name, ast.Constant) else ""
            written = f"{dotted(target)}.{word}" if dotted(target) and word else ""
            self._escape(given, Way.ATTRIBUTE, word, word, value, written=written)
        return None

    # Mocks.

    def _make(self, kind: Kind, node: ast.Call) -> Mock:
        mock = Mock(kind=kind, span=span_of(node), function=self._function)
        self._seen.mocks.append(mock)
        if node.args:
            self._read_spec(mock, node.args[0])
        for argument in node.args:
            self.value(argument, Usage.STORED)
        for keyword in node.keywords:
            value = self.value(keyword.value, Usage.STORED)
            self._read_keyword(mock, keyword, value)
        if kind is Kind.AUTOSPEC and mock.spec is Spec.NONE:
            mock.spec = Spec.UNKNOWN
        return mock

    def _read_keyword(self, mock: Mock, keyword: ast.keyword, value: Value) -> None:
        word = keyword.arg
        if word is None:
            if isinstance(keyword.value, ast.Dict):
                self._tell_items(mock, keyword.value)
            else:
                mock.unknown = True
            return
        mock.arguments[word] = keyword.value
        if word in _ANSWERS:
            self._tell(Ref(mock), word, keyword.value)
        elif word in {"spec", "spec_set"} or (word == "autospec" and not isinstance(keyword.value, ast.Constant)):
            self._read_spec(mock, keyword.value)
        elif word == "wraps":
            mock.own = mock.unknown = True
        elif word not in _SETTINGS:
            self._tell_dotted(Ref(mock), word, keyword.value)
            if isinstance(value, Ref) and not value.path:
                value.mock.parent = value.mock.parent or (mock, (word,))

    def _read_spec(self, mock: Mock, node: ast.expr) -> None:
        if isinstance(node, ast.Constant) and node.value is None:
            return
        if isinstance(node, ast.List | ast.Tuple | ast.Set) or (
            isinstance(node, ast.Constant) and isinstance(node.value, str)
        ):
            mock.spec = Spec.NAMES
        elif isinstance(self.value(node, Usage.NONE), Ref):
            mock.spec = Spec.MOCK
        else:
            mock.spec_name = self._names.resolve(node)
            mock.spec = Spec.CLASS if mock.spec_name else Spec.UNKNOWN

    def _make_patch(self, name: str, node: ast.Call) -> Patch:
        patch = Patch(_patch_target(name, node, self._names), node, span_of(node), function=self._function)
        if name.endswith(".object") and node.args:
            patch.known = self._is_imported(dotted(node.args[0]).partition(".")[0])
        self._patch_mock(name, node)
        self._seen.patches.append(patch)
        if name.endswith((".dict", ".multiple")):
            patch.gives = False
            for one in (*node.args, *(keyword.value for keyword in node.keywords)):
                self.value(one, Usage.STORED)
            return patch
        words = {keyword.arg: keyword.value for keyword in node.keywords if keyword.arg}
        position = 2 if name.endswith(".object") else 1
        new = words.get("new") or (node.args[position] if len(node.args) > position else None)
        if new is not None:
            patch.gives = False
            value = self.value(new, Usage.STORED)
            if isinstance(value, Ref):
                self._escape(value, Way.PATCHED, patch.target if patch.known else "", "", new)
                patch.mock = value.mock
            return patch
        patch.mock = self._patched_mock(patch, words, node)
        return patch

    def _patch_mock(self, name: str, node: ast.Call) -> None:
        """A child of a mock may be what is patched: it is told something then."""
        base = self.value(node.args[0], Usage.NONE) if node.args else None
        if not isinstance(base, Ref):
            return
        attribute = node.args[1] if len(node.args) > 1 else None
        if name.endswith(".object") and isinstance(attribute, ast.Constant):
            base.mock.tell((*base.path, str(attribute.value)))
        else:
            base.mock.unknown = True

    def _is_imported(self, name: str) -> bool:
        """Whether a name stands for something imported, here."""
        held = self._function is not None and self._function.binds(name)
        return self._names.is_imported(name) and not held

    def _patched_mock(self, patch: Patch, words: dict[str, ast.expr], node: ast.Call) -> Mock | None:
        callable_ = words.get("new_callable")
        kind = Kind.MAGIC
        if callable_ is not None:
            last = self._names.resolve(callable_).rpartition(".")[2]
            if last not in MAKERS:
                return None
            kind = MAKERS[last]
        mock = Mock(kind=kind, span=span_of(node), function=self._function, patched=patch.target)
        if "autospec" in words or callable_ is None:
            # `patch` looks at what it replaces: an asynchronous function becomes an AsyncMock.
            mock.spec = Spec.UNKNOWN if "autospec" in words else Spec.NONE
        for keyword in node.keywords:
            self._read_keyword(mock, keyword, self.value(keyword.value, Usage.STORED))
        self._seen.mocks.append(mock)
        target = patch.target if patch.known else ""
        mock.escapes.append(Escape(Way.PATCHED, target, "", (), span_of(node)))
        return mock

    def _use(self, ref: Ref, node: ast.expr, *, awaited: bool, called: bool, usage: Usage) -> None:
        ref.mock.uses.append(Use(ref.path, awaited, called, usage, span_of(node), self._failing > 0))

    def _escape(
        self,
        ref: Ref,
        way: Way,
        target: str,
        parameter: str,
        node: ast.expr,
        *,
        made: Made | None = None,
        written: str = "",
    ) -> None:
        fails = self._failing > 0
        ref.mock.escapes.append(Escape(way, target, parameter, ref.path, span_of(node), made, written, fails))

    def _skip(self, _node: ast.stmt) -> None:
        """Of no interest."""

    _statements: ClassVar[dict[type, Callable[..., None]]] = {
        ast.Expr: _read_expression,
        ast.Assign: _read_assign,
        ast.AnnAssign: _read_annotated,
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


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Where a node stands."""
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0)


def _expects_exception(node: ast.expr) -> bool:
    """Whether a context is `pytest.raises`, or `assertRaises` of a test case."""
    if not isinstance(node, ast.Call):
        return False
    last = dotted(node.func).rpartition(".")[2]
    return last == "raises" or last.startswith("assertRaises")


def _is_exception(value: ast.expr) -> bool:
    """Whether a `side_effect` is written like an exception."""
    last = dotted(value.func if isinstance(value, ast.Call) else value).rpartition(".")[2]
    return last.endswith(("Error", "Exception", "Timeout", "Interrupt", "Exit"))


def _is_patch(name: str) -> bool:
    """Whether a full name is `patch`, or one of its kinds, of `unittest.mock` or of pytest-mock."""
    parts = name.split(".")
    if parts[-1] not in _PATCHES or "patch" not in parts:
        return False
    at = parts.index("patch")
    above = ".".join(parts[:at])
    return above in _MODULES or above.endswith("mocker") or not above


def _patch_target(name: str, node: ast.Call, names: Names) -> str:
    if not node.args:
        return ""
    first = node.args[0]
    if name.endswith(".object"):
        owner = names.resolve(first)
        attribute = node.args[1] if len(node.args) > 1 else None
        if isinstance(attribute, ast.Constant) and isinstance(attribute.value, str) and owner:
            return f"{owner}.{attribute.value}"
        return ""
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else ""
