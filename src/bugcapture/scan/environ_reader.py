"""Read what functions do with ``os.environ``."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bugcapture.scan.environ import ALL, ENVIRON, MAYBE, Change, EnvironmentUse
from bugcapture.scan.hazard import span_of
from bugcapture.scan.names import dotted
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.names import Names

_CHANGES: Final = frozenset(
    {"update", "pop", "clear", "setdefault", "popitem", "__setitem__", "__delitem__", "__exit__"}
)
_CALLS: Final = frozenset({"os.putenv", "os.unsetenv"})
_HOW: Final = {
    "clear": "all",
    "__exit__": "all",  # Of something that stands for the environment, and puts it back.
    "pop": "remove",
    "popitem": "remove",
    "__delitem__": "remove",
    "setdefault": "default",
}
# What decorators and fixtures say that clean up; others only need the environment.
_CLEANS: Final = re.compile("clea[nr]|isolat|keep|mock|overrid|patch|preserv|purg|re(?:set|stor)|sav|temp")
# What stands around parts of a test and does nothing to the environment.
_HARMLESS: Final = re.compile(
    "assert.*|captur.*|catch_warnings|closing|freeze_time|.*lock|.*(?:patch|mock|mocker).*|multiple|nullcontext|object"
    "|.*open|raises|redirect_.*|session|subtest|suppress|.*temp.*|timeout|use_cassette|warns"
)
_PATCHES: Final = frozenset({"dict", "object", "setattr"})


def read_environment(
    statements: Iterable[ast.stmt],
    names_in: Callable[[TestFunction | None], Names],
    functions: Iterable[TestFunction],
    classes: Iterable[ast.ClassDef] = (),
) -> Iterator[EnvironmentUse]:
    """What functions, and the top of the module, do with the environment; those that do nothing are left out.

    Args:
        statements: Statements at the top of the module.
        names_in: What names stand for in a function, or in the module.
        functions: The functions to look at.
        classes: The classes of the module; what decorates one stands around the tests of its heirs.
    """
    bases = {one.name: one for one in classes}
    top = _Reader(names_in(None), EnvironmentUse(None), set())
    top.block(statements, restores=False)
    if top.use.changes:
        yield top.use
    for function in functions:
        reader = _Reader(names_in(function), EnvironmentUse(function), top.patchers)
        for decorator in function.node.decorator_list:
            reader.decorator(decorator)
        if function.owner is not None and function.is_test:
            for one in _with_bases(function.owner, bases):
                for decorator in one.decorator_list:
                    reader.decorator(decorator)
        reader.block(function.node.body, restores=function.is_teardown)
        use = reader.use
        if use.changes or use.saved or use.undone or use.kept or use.helpers or use.called:
            yield use


class _Reader:
    """Reads statements in their order."""

    def __init__(self, names: Names, use: EnvironmentUse, patchers: set[str]) -> None:
        self._names = names
        self.use = use
        # The names of patches of the environment that the module makes and functions start.
        self.patchers = patchers
        self._is_before = use.function is not None and (use.function.is_setup or use.function.fixture is not None)
        self._yielded = False
        self._guards = 0
        self._inside = 0
        self._aliases: set[str] = set()

    def decorator(self, node: ast.expr) -> None:
        if isinstance(node, ast.Call) and self._is_patch(node):
            self.use.patched = True
        elif not self._names.resolve(node.func if isinstance(node, ast.Call) else node).startswith("pytest."):
            self._guards += cleans_environment(_called(node))

    def block(self, body: Iterable[ast.stmt], *, restores: bool, patched: bool = False) -> None:
        for node in body:
            self._statement(node, restores=restores or self._yielded, patched=patched)

    def _statement(self, node: ast.stmt, *, restores: bool, patched: bool) -> None:
        if isinstance(node, ast.With | ast.AsyncWith):
            inside = patched or any(
                isinstance(item.context_expr, ast.Call) and self._is_patch(item.context_expr)
                for item in node.items
            )
            named = any(_is_of_environment(item.context_expr) for item in node.items)
            if (inside or named) and any(isinstance(child, ast.Yield) for child in walk(node)):
                self.use.kept.add(ALL if inside else MAYBE)
            guards = named or any(_may_put_back(item.context_expr) for item in node.items)
            self._guards += guards
            self.block(node.body, restores=restores, patched=inside)
            self._guards -= guards
        elif isinstance(node, ast.Try):
            self.block(node.body, restores=restores, patched=patched)
            for handler in node.handlers:
                self.block(handler.body, restores=restores, patched=patched)
            self.block(node.orelse, restores=restores, patched=patched)
            self.block(node.finalbody, restores=True, patched=patched)
        elif isinstance(node, ast.If) and _is_script(node.test):
            self.block(node.orelse, restores=restores, patched=patched)
        elif isinstance(node, ast.If | ast.While | ast.For | ast.AsyncFor):
            self.block(node.body, restores=restores, patched=patched)
            self.block(node.orelse, restores=restores, patched=patched)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            # A function inside is usually the one that puts things back, or a part of the program under test.
            self._inside += 1
            self.block(node.body, restores=True, patched=patched)
            self._inside -= 1
        elif isinstance(node, ast.ClassDef):
            self.block(node.body, restores=restores, patched=patched)
        else:
            self._simple(node, restores=restores, patched=patched)

    def _simple(self, node: ast.stmt, *, restores: bool, patched: bool) -> None:
        if not patched:
            for change in self._changes(node, restores=restores):
                if ALL not in self.use.kept and not change.keys <= self.use.kept:
                    self.use.changes.append(replace(change, guarded=self._guards > 0))
        if isinstance(node, ast.Assign):
            self._copy(node)
        for child in walk(node):
            if isinstance(child, ast.Yield | ast.YieldFrom):
                self._yielded = True
            elif isinstance(child, ast.Call):
                self._call(child)
                name = dotted(child.func).removeprefix("self.").removeprefix("cls.")
                if restores and not self._inside:
                    self.use.helpers.add(name)
                elif self._is_before:
                    self.use.called.add(name)

    def _copy(self, node: ast.Assign) -> None:
        """Note what is kept of the environment."""
        value, target = node.value, node.targets[0]
        if isinstance(target, ast.Name):
            if self._is_environ(value):
                self._aliases.add(target.id)
            elif self.use.function is None and isinstance(value, ast.Call) and self._is_patch(value):
                self.patchers.add(target.id)
        for child in walk(value):
            if isinstance(child, ast.Subscript) and self._is_environ(child.value):
                self.use.copied |= _key(child.slice)
            elif isinstance(child, ast.Compare) and any(map(self._is_environ, child.comparators)):
                self.use.copied |= _key(child.left)
            elif isinstance(child, ast.Call):
                base, _, last = self._resolve(child.func).rpartition(".")
                if last == "getenv" or (base in ENVIRON and last in {"get", "pop"}):
                    self.use.copied |= _key(child.args[0]) if child.args else set()
                elif (base in ENVIRON and last == "copy") or any(map(self._is_environ, child.args)):
                    self.use.copied.add(ALL)

    def _call(self, node: ast.Call) -> None:
        name = self._resolve(node.func)
        last = name.rpartition(".")[2]
        base = name.rpartition(".")[0]
        if self._is_patch(node) or (last == "start" and base in self.patchers):
            self.use.kept.add(ALL)
        elif last in {"setenv", "delenv"} and node.args:
            self.use.kept |= _key(node.args[0])
        elif (base in ENVIRON and last in {"copy", "get"}) or (
            last in {"dict", "deepcopy"} and any(map(self._is_environ, node.args))
        ):
            self.use.saved = True
        elif last in {"addCleanup", "addfinalizer", "callback", "register", "addClassCleanup", "addModuleCleanup"}:
            self.use.undone = True
        elif cleans_environment(last) and self._names.is_imported(dotted(node.func).partition(".")[0]):
            self.use.kept.add(MAYBE)

    def _changes(self, node: ast.stmt, *, restores: bool) -> Iterator[Change]:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                yield from self._assigned(target, node, restores=restores)
        elif isinstance(node, ast.Delete):
            for target in node.targets:
                if isinstance(target, ast.Subscript) and self._is_environ(target.value):
                    yield Change(_key(target.slice), span_of(node), "remove", restores)
        for child in walk(node):
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
        name = self._resolve(node.func)
        base, _, last = name.rpartition(".")
        first = _key(node.args[0]) if node.args else frozenset({ALL})
        if name in _CALLS:
            yield Change(first, span_of(node), "remove" if last == "unsetenv" else "set", restores)
        elif base in ENVIRON and last in _CHANGES:
            if _HOW.get(last) == "all":
                first = frozenset({ALL})
            elif last == "update":
                first = frozenset().union(*(map(_keys, node.args)), {one.arg or ALL for one in node.keywords})
            yield Change(first, span_of(node), _HOW.get(last, "set"), restores)

    def _is_environ(self, node: ast.expr) -> bool:
        return self._resolve(node) in ENVIRON

    def _resolve(self, node: ast.expr) -> str:
        """A full name, where a name of the function may stand for the environment."""
        root, dot, rest = dotted(node).partition(".")
        if root in self._aliases:
            return f"os.environ{dot}{rest}"
        name = self._names.resolve(node)
        function = self.use.function
        if name.startswith("os.") and function is not None and function.binds(root):
            return ""  # Something else has the name of the module here.
        return name

    def _is_patch(self, node: ast.Call) -> bool:
        """Whether a call lets somebody put back the environment: `patch` and its kinds, `monkeypatch.setattr`."""
        base, _, last = self._names.resolve(node.func).rpartition(".")
        if not node.args or (last != "patch" and not (last in _PATCHES and base)):
            return False
        first = node.args[0]
        if self._is_environ(first) or (isinstance(first, ast.Constant) and first.value in ENVIRON):
            return True
        second = node.args[1] if len(node.args) > 1 else None
        environ = isinstance(second, ast.Constant) and second.value == "environ"
        return environ and self._names.resolve(first) == "os"


def _with_bases(owner: ast.ClassDef, classes: Mapping[str, ast.ClassDef]) -> Iterator[ast.ClassDef]:
    """A class, and those of the module that it inherits from."""
    found = [owner]
    for one in found:
        yield one
        above = [classes[base.id] for base in one.bases if isinstance(base, ast.Name) and base.id in classes]
        found += [base for base in above if base not in found]


def _is_of_environment(node: ast.expr) -> bool:
    """Whether a context manager or a decorator is called after the environment, as those are that put it back."""
    return "env" in _called(node)


def _may_put_back(node: ast.expr) -> bool:
    """Whether a context manager is none of those that are known to leave the environment alone."""
    return isinstance(node, ast.Call) and _HARMLESS.fullmatch(_called(node)) is None


def cleans_environment(name: str) -> bool:
    """Whether a function, a decorator or a fixture says by its name that it puts the environment back.

    Args:
        name: Its name.
    """
    return "env" in name.lower() and _CLEANS.search(name.lower()) is not None


def _called(node: ast.expr) -> str:
    """What a context manager or a decorator is called."""
    name = dotted(node.func if isinstance(node, ast.Call) else node)
    return name.rpartition(".")[2].lower()


def _is_script(node: ast.expr) -> bool:
    """Whether a condition is true only where the file is run as a script."""
    return isinstance(node, ast.Compare) and dotted(node.left) == "__name__"


def _key(node: ast.expr) -> frozenset[str]:
    if isinstance(node, ast.Constant):
        return frozenset({str(node.value)})
    return frozenset({f"<{dotted(node)}>" if dotted(node) else ALL})


def _keys(node: ast.expr) -> frozenset[str]:
    if isinstance(node, ast.Dict):
        return frozenset().union(*(_key(key) if key is not None else {ALL} for key in node.keys))
    return frozenset({ALL})
