"""The functions of a module, without a look inside their expressions."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.scan.names import dotted
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

Function = ast.FunctionDef | ast.AsyncFunctionDef

_NAMED: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_IMPORTS: Final = (ast.Import, ast.ImportFrom)

_SETUPS: Final = frozenset(
    {
        "setUp", "asyncSetUp", "setup_method", "setup", "setUpClass", "setup_class", "setup_function",
        "setup_module", "setUpModule",
    }
)  # fmt: skip
# Calls that skip.
_SKIPS: Final = frozenset({"pytest.skip", "self.skipTest"})
_TEARDOWNS: Final = frozenset(
    {
        "tearDown", "asyncTearDown", "teardown_method", "teardown", "tearDownClass", "teardown_class",
        "teardown_function", "teardown_module", "tearDownModule",
    }
)  # fmt: skip
_HOLDERS: Final[list[type[ast.AST]]] = [*ast.stmt.__subclasses__(), ast.ExceptHandler, ast.match_case]
# What holds statements, and where.
_BLOCKS: Final = {
    kind: tuple(name for name in ("body", "orelse", "finalbody", "handlers", "cases") if name in kind._fields)
    for kind in _HOLDERS
}


@dataclass(slots=True, eq=False)
class TestFunction:
    """One function of a test module.

    Attributes:
        node: Its syntax.
        qualname: Its name with those of its classes.
        owner: The class around it; None at the top of the module.
        parameters: The names of its parameters, `self` and `cls` left out.
        imports: The import statements inside.
        held: The names that it binds without importing them, once somebody has asked.
    """

    __test__ = False

    node: Function
    qualname: str
    owner: ast.ClassDef | None = None
    parameters: tuple[str, ...] = ()
    imports: tuple[ast.Import | ast.ImportFrom, ...] = ()
    held: frozenset[str] | None = None

    def binds(self, name: str) -> bool:
        """Whether a name is one of its own: a parameter, or one that it gives something to.

        Args:
            name: The name.
        """
        if name in self.parameters:
            return True
        if self.held is None:
            self.held = frozenset(_bound(self.node))
        return name in self.held

    @property
    def name(self) -> str:
        """Its bare name."""
        return self.node.name

    @property
    def is_setup(self) -> bool:
        """Whether a framework calls it before tests."""
        return self.node.name in _SETUPS

    @property
    def is_teardown(self) -> bool:
        """Whether a framework calls it after tests."""
        return self.node.name in _TEARDOWNS

    @property
    def is_test(self) -> bool:
        """Whether it is called like a test."""
        return self.node.name.startswith("test")

    @property
    def is_called(self) -> bool:
        """Whether a framework calls it, and not another function."""
        return self.is_test or self.is_setup or self.is_teardown or self.fixture is not None

    @property
    def fixtures(self) -> tuple[str, ...]:
        """The names that it asks for by its parameters, and it and its class by `usefixtures`."""
        owner = self.owner.decorator_list if self.owner is not None else []
        calls = [one for one in (*self.node.decorator_list, *owner) if isinstance(one, ast.Call)]
        asked = [one for call in calls if _last_name(call) == "usefixtures" for one in call.args]
        return (*self.parameters, *(str(one.value) for one in asked if isinstance(one, ast.Constant)))

    @property
    def parametrized(self) -> frozenset[str]:
        """The names of the parameters that it gets from `parametrize`, and not from fixtures."""
        calls = [one for one in self.node.decorator_list if isinstance(one, ast.Call)]
        direct = [one for one in calls if not any(word.arg == "indirect" for word in one.keywords)]
        named = [one.args[0] for one in direct if _last_name(one) == "parametrize" and one.args]
        texts = [part for one in named for part in (one.elts if isinstance(one, ast.Tuple | ast.List) else [one])]
        words = [str(one.value) for one in texts if isinstance(one, ast.Constant)]
        return frozenset(name.strip() for word in words for name in word.split(","))

    @property
    def is_skipped(self) -> bool:
        """Whether it, or its class, is marked to be skipped without a condition, or it begins by doing so."""
        owner = self.owner.decorator_list if self.owner is not None else []
        begins = [one.value for one in self.node.body[:2] if isinstance(one, ast.Expr)]
        if any(isinstance(one, ast.Call) and dotted(one.func) in _SKIPS for one in begins):
            return True
        return any(_last_name(one) == "skip" for one in (*self.node.decorator_list, *owner))

    @property
    def fixture(self) -> ast.expr | None:
        """The decorator that makes it a fixture of pytest; None for other functions."""
        for decorator in self.node.decorator_list:
            name = _last_name(decorator)
            if name == "fixture" or name.endswith("_fixture"):
                return decorator
        return None

    @property
    def fixture_name(self) -> str:
        """The name by which tests ask for it, where it is a fixture."""
        for keyword in getattr(self.fixture, "keywords", ()):
            if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                return str(keyword.value.value)
        return self.node.name

    @property
    def is_automatic(self) -> bool:
        """Whether it is a fixture that tests have which do not ask for it."""
        decorator = self.fixture
        words = decorator.keywords if isinstance(decorator, ast.Call) else ()
        chosen = [one.value for one in words if one.arg == "autouse"]
        return any(not isinstance(one, ast.Constant) or bool(one.value) for one in chosen)


@dataclass(slots=True)
class Outline:
    """What a module is made of.

    Attributes:
        functions: Its functions and methods, in order; those inside of functions belong to these.
        imports: All import statements, wherever they stand.
        top_imports: Those outside of functions.
        statements: The statements at its top that are neither functions, classes nor imports.
        classes: Its classes, nested ones too.
        class_statements: The statements of classes that are neither functions nor classes.
    """

    functions: list[TestFunction] = field(default_factory=list)
    imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    top_imports: list[ast.Import | ast.ImportFrom] = field(default_factory=list)
    statements: list[ast.stmt] = field(default_factory=list)
    classes: list[ast.ClassDef] = field(default_factory=list)
    class_statements: list[tuple[ast.ClassDef, ast.stmt]] = field(default_factory=list)


def read_outline(tree: ast.Module) -> Outline:
    """Read what a module is made of; its expressions are not looked at."""
    outline = Outline()
    _read_block(tree.body, None, "", outline)
    return outline


def _read_block(body: list[ast.stmt], owner: ast.ClassDef | None, prefix: str, outline: Outline) -> None:
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            names = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            parameters = tuple(one.arg for one in names)
            if owner is not None and parameters[:1] in {("self",), ("cls",), ("mcs",)}:
                parameters = parameters[1:]
            imports = tuple(_imports_inside(node.body))
            outline.functions.append(TestFunction(node, f"{prefix}{node.name}", owner, parameters, imports))
            outline.imports += imports
        elif isinstance(node, ast.ClassDef):
            outline.classes.append(node)
            _read_block(node.body, node, f"{prefix}{node.name}.", outline)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            outline.imports.append(node)
            outline.top_imports.append(node)
        else:
            if owner is None:
                outline.statements.append(node)
            else:
                outline.class_statements.append((owner, node))
            # `if TYPE_CHECKING:` and `try: import …` hold more of everything.
            for part in _BLOCKS[node.__class__]:
                _read_nested(getattr(node, part), owner, prefix, outline)


def _read_nested(items: list[ast.AST], owner: ast.ClassDef | None, prefix: str, outline: Outline) -> None:
    for item in items:
        if isinstance(item, ast.stmt):
            if isinstance(item, (*_NAMED, *_IMPORTS)):
                _read_block([item], owner, prefix, outline)
            else:
                for part in _BLOCKS[item.__class__]:
                    _read_nested(getattr(item, part), owner, prefix, outline)
        else:  # An exception handler, or a case.
            _read_nested(item.body, owner, prefix, outline)  # type: ignore[attr-defined]


def _last_name(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")


def parameters_of(node: Function | ast.Lambda) -> list[str]:
    """The names of all parameters of a function."""
    given = node.args
    every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
    return [one.arg for one in every if one is not None]


def _bound(function: Function) -> Iterator[str]:
    """Names that a function gives something to, but for imports and what it declares as not its own."""
    foreign: set[str] = set()
    found: set[str] = set()
    for node in walk(function):
        if isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Store):
                found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.Global):
            foreign.update(node.names)
        elif isinstance(node, _NAMED) and node is not function:
            found.add(node.name)
    yield from found - foreign


def _imports_inside(body: list[ast.stmt]) -> Iterator[ast.Import | ast.ImportFrom]:
    """Import statements of a function, at any depth of its blocks."""
    stack: list[ast.AST] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, _IMPORTS):
            yield node
        else:
            for part in _BLOCKS[node.__class__]:
                stack += getattr(node, part)
