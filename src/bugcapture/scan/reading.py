"""Read a test module: its mocks, in the order in which what is made is there for others."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace

from bugcapture.scan.environ import ENVIRON
from bugcapture.scan.environ_reader import read_environment
from bugcapture.scan.environ_restored import follow_helpers
from bugcapture.scan.flow import Flow
from bugcapture.scan.functions import Outline, TestFunction, read_outline
from bugcapture.scan.hazard import Span, span_of
from bugcapture.scan.lines import Lines
from bugcapture.scan.makers import maker_of
from bugcapture.scan.mocks import Made, Mock, Usage, Way
from bugcapture.scan.module import TestModule, View
from bugcapture.scan.names import Names, dotted
from bugcapture.scan.parse import parse
from bugcapture.scan.values import Patch, Ref, Seen
from bugcapture.scan.words import is_of_mocks, words_with

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.scan.values import Environment, Value

_OWN: Final = ("self.", "cls.")
_PLAIN_DECORATORS: Final = frozenset(
    {
        "staticmethod", "classmethod", "skip", "skipIf", "skipUnless", "expectedFailure", "freeze_time", "dict",
        "override_settings", "async_test", "asyncio", "anyio", "override",
    }
)  # fmt: skip
# What names the environment.
_ENVIRON: Final = (b"environ", b"putenv", b"unsetenv")


def read_module(path: str, content: bytes, around: Mapping[str, Mock]) -> TestModule:
    """Read a module.

    Args:
        path: The file as reports name it.
        content: What it holds.
        around: The mocks that fixtures of the conftest files around it give.

    Raises:
        SyntaxError: If it is no Python.
        ValueError: If it holds null bytes.
        RecursionError: If it is nested too deeply, as `MemoryError` may say as well.
    """
    outline = read_outline(parse(content))
    lines = Lines(content)
    names = Names(outline.top_imports)
    aliases = _take_makers(outline, names)
    module = TestModule(path, outline, names, lines)
    imported = [alias for node in outline.imports for alias in node.names if alias.asname]
    aliases += [alias.asname for alias in imported if alias.asname and is_of_mocks(alias.name)]
    words = words_with(alias.encode() for alias in aliases)
    taken = {alias.asname or alias.name for node in outline.top_imports for alias in node.names}
    given = {} if "*" in taken else {name: mock for name, mock in around.items() if name not in taken}
    _Reader(module, given, lambda function: lines.match(function.node, words)).read()
    if lines.mention(*_ENVIRON):
        environ = [name.encode() for name, full in Names(outline.imports).items() if full in ENVIRON]
        top = [one for one in outline.statements if lines.hold(one, *_ENVIRON, *environ)]
        users = _users(module, *_ENVIRON, *environ)
        module.environment = list(read_environment(top, module.names_in, users, outline.classes))
        follow_helpers(module.environment)
    return module


def _take_makers(outline: Outline, names: Names) -> list[str]:
    """Other names that a module gives to what makes mocks: ``AM = AsyncMock``."""
    found = []
    for node in outline.statements:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            full = names.resolve(node.value) if isinstance(node.value, ast.Name | ast.Attribute) else ""
            if full and maker_of(full) is not None:
                names.add(node.targets[0].id, full)
                found.append(node.targets[0].id)
    return found


def _users(module: TestModule, *words: bytes) -> list[TestFunction]:
    """The functions that name the environment, and those that put things back by calling one of them."""
    functions = module.outline.functions
    users = {function for function in functions if module.mentions(function, *words)}
    helpers = [one.name.encode() for one in users if not one.is_called]
    if helpers:
        after = [one for one in functions if one.is_teardown or one.fixture is not None]
        users |= {one for one in after if one not in users and module.mentions(one, *helpers)}
    around = [one for one in functions if one.is_setup or one.fixture is not None]
    users |= {one for one in around if one not in users and module.mentions(one, b"env")}
    return [function for function in functions if function in users]


class _Reader:
    """Reads the functions of a module in the order in which what they make is there for others."""

    def __init__(
        self, module: TestModule, around: dict[str, Mock], wanted: Callable[[TestFunction], bool]
    ) -> None:
        self._module = module
        self._given = around
        self._given_by: dict[TestFunction, Mock] = {}
        self._wanted = wanted
        self._wrappers: dict[str, Callable[[ast.Call], Mock]] = {}
        self._top: Environment = {}
        self._methods = {(one.owner, one.name): one for one in module.outline.functions if one.owner is not None}
        self._classes: dict[ast.ClassDef, Environment] = {}
        self._words: tuple[bytes, ...] = ()
        self._told: set[str] = set()

    def read(self) -> None:
        """Read everything."""
        outline = self._module.outline
        self._read_top(outline)
        for function in outline.functions:
            if not (function.is_test or function.is_setup or function.fixture) and self._wanted(function):
                self._find_wrapper(function)
        words = tuple(name.encode() for name in self._wrappers)
        for function in outline.functions if words else ():
            named = self._wrappers.get(function.name) is None and not function.is_called
            if named and self._module.mentions(function, *words):
                self._find_wrapper(function)
        held = [name for name, value in self._top.items() if isinstance(value, Ref | Patch)]
        self._words = tuple(name.rpartition(".")[2].encode() for name in (*held, *self._wrappers))
        fixtures = [function for function in outline.functions if function.fixture is not None]
        names = {function.fixture_name for function in fixtures}
        # Those that ask for others come last: they may tell them something.
        for function in sorted(fixtures, key=lambda one: not names.isdisjoint(one.parameters)):
            self._read_fixture(function)
        self._module.fixtures |= {name: mock for name, mock in self._given.items() if name in self._told}
        for function in outline.functions:
            if function.is_setup and self._concerns(function):
                self._read_setup(function)
        for function in outline.functions:
            stops = function.is_teardown and bool(self._module.seen.patches)
            if function.fixture is None and not function.is_setup and (stops or self._concerns(function)):
                self._read_function(function)

    def _concerns(self, function: TestFunction) -> bool:
        """Whether a function names something of ours, or is given a mock."""
        if self._wanted(function) or any(name in self._given for name in function.parameters):
            return True
        if function.owner is not None and self._class(function.owner):
            return True
        return bool(self._words) and self._module.mentions(function, *self._words)

    def _read_top(self, outline: Outline) -> None:
        before = len(self._module.seen.mocks)
        flow = Flow(self._module.names, self._module.seen, None, self._top, self._wrappers)
        flow.read(outline.statements)
        for owner, statement in outline.class_statements:
            environment: Environment = {}
            Flow(self._module.names, self._module.seen, None, environment, self._wrappers).read([statement])
            known = self._class(owner)
            known |= _of_object(environment)
        self._view(None, self._module.seen.mocks[before:])

    def _class(self, owner: ast.ClassDef) -> Environment:
        return self._classes.setdefault(owner, {})

    def _find_wrapper(self, function: TestFunction) -> None:
        """A helper that only makes a mock: what calls it makes one."""
        environment = dict(self._top)
        scratch = Seen()
        flow = Flow(self._module.names_in(function), scratch, function, environment, self._wrappers)
        keywords = function.node.args.kwarg
        flow.handed_on = keywords.arg if keywords is not None else ""
        flow.read(function.node.body)
        mock = next((value.mock for value in flow.returned if isinstance(value, Ref) and not value.path), None)
        if mock is not None and mock in scratch.mocks:
            # What else is given it may tell it something.
            mock.unknown = mock.unknown or any(escape.way is not Way.RETURNED for escape in mock.escapes)

            def make(call: ast.Call, made: Mock = mock) -> Mock:
                view = made.view()
                view.span = span_of(call)
                # What the helper is given may be what it tells the mock.
                view.unknown = view.unknown or bool(call.args or call.keywords)
                view.uses.clear()
                view.escapes.clear()
                view.place = ""
                return view

            owner = f"{function.owner.name}." if function.owner is not None else ""
            self._wrappers[f"{owner}{function.name}"] = make

    def _read_fixture(self, function: TestFunction) -> None:
        if self._concerns(function):
            self._follow_fixture(function)
        if function.owner is None and function not in self._given_by:
            self._given.pop(function.fixture_name, None)  # It gives something else.

    def _follow_fixture(self, function: TestFunction) -> None:
        environment = self._environment(function)
        before = {name: environment[name] for name in function.parameters}
        flow = self._flow(function, environment)
        self._keep_told(function, before)
        value = next((value for value in flow.returned if isinstance(value, Ref)), None)
        if value is not None and not value.path:
            name = function.fixture_name
            value.mock.place = value.mock.place or name
            self._given[name] = self._module.fixtures[name] = self._given_by[function] = value.mock

    def _fixture_of_class(self, function: TestFunction, name: str) -> TestFunction | None:
        """The fixture of its class that a function asks for, which hides others of that name."""
        found = self._methods.get((function.owner, name)) if function.owner is not None else None
        return found if found is not None and found is not function and found.fixture is not None else None

    def _given_to(self, function: TestFunction, name: str) -> Mock | None:
        """The mock that a fixture gives to a function."""
        own = self._fixture_of_class(function, name)
        given = self._given.get(name) if own is None else self._given_by.get(own)
        return None if given is None or name in function.parametrized else given

    def _keep_told(self, function: TestFunction, before: Environment) -> None:
        """What a fixture tells the mock of another one, those find who ask for it."""
        for name, held in before.items():
            given = self._given_to(function, name)
            if given is None or not isinstance(held, Ref):
                continue
            if held.mock.children.keys() - given.children.keys() or held.mock.own:
                told = given.view()
                told.children |= held.mock.children
                told.own, told.unknown = held.mock.own, held.mock.unknown
                own = self._fixture_of_class(function, name)
                if own is not None:
                    self._given_by[own] = told
                if own is None or self._given.get(name) is given:
                    self._given[name] = told
                    self._told.add(name)

    def _read_setup(self, function: TestFunction) -> None:
        environment = self._environment(function)
        self._flow(function, environment)
        held = {name.partition(".")[2]: value for name, value in environment.items() if name.startswith(_OWN)}
        if function.owner is not None:
            known = self._class(function.owner)
            known |= _of_object(held)

    def _read_function(self, function: TestFunction) -> None:
        self._flow(function)

    def _environment(self, function: TestFunction) -> Environment:
        """What names stand for at the beginning of a function, with mocks of its own to be told things."""
        views: dict[int, Mock] = {}
        made: dict[int, Made] = {}

        def own(value: Value) -> Value:
            if isinstance(value, Made):
                return own_made(value)
            if not isinstance(value, Ref):
                return value
            view = views.get(id(value.mock))
            if view is None:
                view = views[id(value.mock)] = value.mock.view()
                view.escapes = [
                    replace(escape, made=own_made(escape.made)) if escape.made is not None else escape
                    for escape in view.escapes
                ]
            return Ref(view, value.path)

        def own_made(value: Made) -> Made:
            return made.setdefault(id(value), Made(value.target, list(value.calls), value.changed))

        environment: Environment = {name: own(value) for name, value in self._top.items()}
        if function.owner is not None:
            environment |= {name: own(value) for name, value in self._class(function.owner).items()}
        for name in function.parameters:
            given = self._given_to(function, name)
            environment[name] = own(Ref(given)) if given is not None else None
            if given is not None and given.made is not None:
                views[id(given)].span = _parameter_span(function, name)
        self._module.views += [View(function, view) for view in views.values()]
        return environment

    def _flow(self, function: TestFunction, environment: Environment | None = None) -> Flow:
        environment = self._environment(function) if environment is None else environment
        before = len(self._module.seen.mocks)
        names = self._module.names_in(function)
        flow = Flow(names, self._module.seen, function, environment, self._wrappers, self._names_it(function))
        self._read_decorators(function, flow, environment)
        flow.read(function.node.body)
        self._view(function, self._module.seen.mocks[before:])
        return flow

    def _names_it(self, function: TestFunction) -> Callable[[str, str], bool]:
        owner = function.owner

        def names_it(method: str, place: str) -> bool:
            if owner is None:
                return False
            found = self._methods.get((owner, method))
            if found is None:
                return self._module.inherits(function) and not method.startswith("assert")
            return found is not function and self._module.mentions(found, place.encode())

        return names_it

    def _read_decorators(self, function: TestFunction, flow: Flow, environment: Environment) -> None:
        """`@patch` hands its mocks over in the order from the function outwards; the class comes last."""
        patches: list[Patch] = []
        owner = function.owner
        around = owner.decorator_list if owner is not None and function.is_test else []
        foreign = False
        for decorator in (*reversed(function.node.decorator_list), *reversed(around)):
            value = flow.value(decorator, Usage.NONE) if isinstance(decorator, ast.Call) else None
            if isinstance(value, Patch):
                value.how = "decorator"
                patches.append(value)
            else:
                foreign = foreign or not _hands_nothing_over(decorator)
        if foreign:  # It may hand something over as well, and nobody knows in which place.
            for patch in patches:
                if patch.mock is not None:
                    patch.mock.own = patch.mock.unknown = True
            return
        given = [patch for patch in patches if patch.gives]
        for name, patch in zip(function.parameters, given, strict=False):
            environment[name] = Ref(patch.mock) if patch.mock is not None else None
            if patch.mock is not None:
                patch.mock.place = name

    def _view(self, function: TestFunction | None, mocks: list[Mock]) -> None:
        self._module.views += [View(function, mock) for mock in mocks]


def _parameter_span(function: TestFunction, name: str) -> Span:
    """Where a function asks for a fixture."""
    arguments = function.node.args
    every = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    node = next(one for one in every if one.arg == name)
    return Span(node.lineno, node.col_offset, node.end_lineno or node.lineno, node.end_col_offset or 0)


def _of_object(environment: Mapping[str, Value]) -> Environment:
    """Attributes as the methods of a class write them."""
    return {f"{own}{name}": value for own in _OWN for name, value in environment.items()}


def _hands_nothing_over(decorator: ast.expr) -> bool:
    """Whether a decorator is known to give the function no argument of its own."""
    name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
    root, _, _ = name.partition(".")
    last = name.rpartition(".")[2]
    return root in {"pytest", "unittest", "mark"} or last in _PLAIN_DECORATORS or last.endswith("fixture")
