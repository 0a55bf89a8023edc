"""Who changes ``os.environ``, and who puts it back."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import printable
from bugcapture.scan.flow import span_of
from bugcapture.scan.names import dotted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.hazard import Span
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.names import Names

ENVIRON: Final = frozenset({"os.environ", "os.environb"})
_CHANGES: Final = frozenset({"update", "pop", "clear", "setdefault", "popitem", "__setitem__", "__delitem__"})
_CALLS: Final = frozenset({"os.putenv", "os.unsetenv"})
_HOW: Final = {
    "clear": "all",
    "pop": "remove",
    "popitem": "remove",
    "__delitem__": "remove",
    "setdefault": "default",
}
ALL: Final = "*"


@dataclass(frozen=True, slots=True)
class Change:
    """One change of the environment.

    Attributes:
        keys: The variables, as written; ``*`` for any.
        span: Where.
        how: ``set``, ``remove``, ``default`` or ``all``.
        restores: Whether it looks like putting something back: it is in a `finally`, behind a `yield`, or in what
            is called after tests.
        value: The value as it is written.
    """

    keys: frozenset[str]
    span: Span
    how: str
    restores: bool
    value: ast.expr | None = None


@dataclass(slots=True)
class EnvironmentUse:
    """What one function does with the environment.

    Attributes:
        function: The function; None for the top of the module.
        changes: Its changes, in order.
        patched: Whether `patch.dict` stands around all of it.
        saved: Whether it keeps the environment, or a variable, to put it back.
        undone: Whether it hands a function that puts it back to the framework.
    """

    function: TestFunction | None
    changes: list[Change] = field(default_factory=list)
    patched: bool = False
    saved: bool = False
    undone: bool = False


def read_environment(
    statements: Iterable[ast.stmt],
    names_in: Callable[[TestFunction | None], Names],
    functions: Iterable[TestFunction],
) -> Iterator[EnvironmentUse]:
    """What functions, and the top of the module, do with the environment; those that do nothing are left out.

    Args:
        statements: Statements at the top of the module.
        names_in: What names stand for in a function, or in the module.
        functions: The functions to look at.
    """
    top = _Reader(names_in(None), EnvironmentUse(None))
    top.block(statements, restores=False)
    if top.use.changes:
        yield top.use
    for function in functions:
        reader = _Reader(names_in(function), EnvironmentUse(function))
        for decorator in function.node.decorator_list:
            reader.decorator(decorator)
        if function.owner is not None:
            for decorator in function.owner.decorator_list:
                reader.decorator(decorator)
        reader.block(function.node.body, restores=function.is_teardown)
        if reader.use.changes or reader.use.saved or reader.use.undone:
            yield reader.use


class _Reader:
    """Reads statements in their order."""

    def __init__(self, names: Names, use: EnvironmentUse) -> None:
        self._names = names
        self.use = use
        self._yielded = False

    def decorator(self, node: ast.expr) -> None:
        if isinstance(node, ast.Call) and self._is_patch(node):
            self.use.patched = True

    def block(self, body: Iterable[ast.stmt], *, restores: bool, patched: bool = False) -> None:
        for node in body:
            self._statement(node, restores=restores or self._yielded, patched=patched)

    def _statement(self, node: ast.stmt, *, restores: bool, patched: bool) -> None:
        if isinstance(node, ast.With | ast.AsyncWith):
            inside = patched or any(
                isinstance(item.context_expr, ast.Call) and self._is_patch(item.context_expr)
                for item in node.items
            )
            self.block(node.body, restores=restores, patched=inside)
        elif isinstance(node, ast.Try):
            self.block(node.body, restores=restores, patched=patched)
            for handler in node.handlers:
                self.block(handler.body, restores=restores, patched=patched)
            self.block(node.orelse, restores=restores, patched=patched)
            self.block(node.finalbody, restores=True, patched=patched)
        elif isinstance(node, ast.If | ast.While | ast.For | ast.AsyncFor):
            self.block(node.body, restores=restores, patched=patched)
            self.block(node.orelse, restores=restores, patched=patched)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # A function inside is usually the one that puts things back, or a part of the program under test.
            self.block(node.body, restores=True, patched=patched)
        elif isinstance(node, ast.ClassDef):
            self.block(node.body, restores=restores, patched=patched)
        else:
            self._simple(node, restores=restores, patched=patched)

    def _simple(self, node: ast.stmt, *, restores: bool, patched: bool) -> None:
        if not patched:
            for change in self._changes(node, restores=restores):
                self.use.changes.append(change)
        for child in ast.walk(node):
            if isinstance(child, ast.Yield | ast.YieldFrom):
                self._yielded = True
            elif isinstance(child, ast.Call):
                self._call(child)

    def _call(self, node: ast.Call) -> None:
        name = self._names.resolve(node.func)
        last = name.rpartition(".")[2]
        base = name.rpartition(".")[0]
        if (base in ENVIRON and last in {"copy", "get"}) or (
            last in {"dict", "deepcopy"} and any(self._names.resolve(one) in ENVIRON for one in node.args)
        ):
            self.use.saved = True
        elif last in {"addCleanup", "addfinalizer", "callback", "register", "addClassCleanup", "addModuleCleanup"}:
            self.use.undone = True

    def _changes(self, node: ast.stmt, *, restores: bool) -> Iterator[Change]:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from self._assigned(target, node, restores=restores)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and self._is_environ(target.value):
                    yield Change(_key(target.slice), span_of(node), "remove", restores)
        for child in ast.walk(node):
            if isinstance(child, ast.Call):
                yield from self._called(child, restores=restores)

    def _assigned(
        self, target: ast.expr, node: ast.Assign | ast.AnnAssign | ast.AugAssign, *, restores: bool
    ) -> Iterator[Change]:
        if isinstance(target, ast.Subscript) and self._is_environ(target.value):
            yield Change(_key(target.slice), span_of(node), "set", restores, node.value)
        elif isinstance(node, ast.AugAssign) and self._is_environ(target):
            yield Change(_keys(node.value), span_of(node), "set", restores)
        elif isinstance(node, ast.Assign) and self._is_environ(target):
            yield Change(frozenset({ALL}), span_of(node), "all", restores)

    def _called(self, node: ast.Call, *, restores: bool) -> Iterator[Change]:
        name = self._names.resolve(node.func)
        base, _, last = name.rpartition(".")
        first = _key(node.args[0]) if node.args else frozenset({ALL})
        if name in _CALLS:
            yield Change(first, span_of(node), "remove" if last == "unsetenv" else "set", restores)
        elif base in ENVIRON and last in _CHANGES:
            if last == "clear":
                first = frozenset({ALL})
            elif last == "update":
                first = frozenset().union(*(map(_keys, node.args)), {one.arg or ALL for one in node.keywords})
            yield Change(first, span_of(node), _HOW.get(last, "set"), restores)

    def _is_environ(self, node: ast.expr) -> bool:
        return self._names.resolve(node) in ENVIRON

    def _is_patch(self, node: ast.Call) -> bool:
        name = self._names.resolve(node.func)
        if not name.endswith("patch.dict") or not node.args:
            return False
        first = node.args[0]
        return self._is_environ(first) or (isinstance(first, ast.Constant) and first.value in ENVIRON)


def _key(node: ast.expr) -> frozenset[str]:
    if isinstance(node, ast.Constant):
        return frozenset({str(node.value)})
    return frozenset({f"<{dotted(node)}>" if dotted(node) else ALL})


def _keys(node: ast.expr) -> frozenset[str]:
    if isinstance(node, ast.Dict):
        return frozenset().union(*(_key(key) if key is not None else {ALL} for key in node.keys))
    return frozenset({ALL})


def restored_around(module: TestModule, use: EnvironmentUse) -> frozenset[str]:
    """The variables that are put back after a function, by itself or by what the framework calls after it.

    Args:
        module: The module.
        use: What the function does.

    Returns:
        The names; with ``*`` for all of them.
    """
    function = use.function
    owner = function.owner if function is not None else None
    around = [use]
    for other in module.environment:
        if other is not use and other.function is not None and other.function.owner in {owner, None}:
            automatic = other.function.fixture is not None or other.function.is_teardown or other.function.is_setup
            if automatic:
                around.append(other)
    found: set[str] = set()
    for one in around:
        if one.undone and one is not use:
            found.add(ALL)
        found.update(*(change.keys for change in one.changes if change.restores))
    return frozenset(found)


def names_of(keys: Iterable[str]) -> str:
    """Variables as a message names them.

    Args:
        keys: Their names; ``*`` for any.
    """
    names = sorted(set(keys) - {ALL})
    return printable(", ".join(names)) if names else "a variable"
