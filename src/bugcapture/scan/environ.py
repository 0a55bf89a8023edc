"""Who changes ``os.environ``, and who puts it back."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import printable
from bugcapture.scan.flow import span_of
from bugcapture.scan.names import dotted
from bugcapture.scan.walk import walk

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
_PATCHES: Final = frozenset({"dict", "object", "setattr"})


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
        kept: For a fixture or a set-up, the variables that something it calls puts back after the test.
        saved: Whether it keeps the environment, or a variable, to put it back.
        copied: The variables whose values it keeps before it changes them.
        undone: Whether it hands a function that puts it back to the framework.
    """

    function: TestFunction | None
    changes: list[Change] = field(default_factory=list)
    patched: bool = False
    kept: set[str] = field(default_factory=set)
    saved: bool = False
    copied: set[str] = field(default_factory=set)
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
        if function.owner is not None and function.is_test:
            for decorator in function.owner.decorator_list:
                reader.decorator(decorator)
        reader.block(function.node.body, restores=function.is_teardown)
        if reader.use.changes or reader.use.saved or reader.use.undone or reader.use.kept:
            yield reader.use


class _Reader:
    """Reads statements in their order."""

    def __init__(self, names: Names, use: EnvironmentUse) -> None:
        self._names = names
        self.use = use
        self._yielded = False
        self._aliases: set[str] = set()

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
            if inside and any(isinstance(child, ast.Yield) for child in walk(node)):
                self.use.kept.add(ALL)
            self.block(node.body, restores=restores, patched=inside)
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
            self.block(node.body, restores=True, patched=patched)
        elif isinstance(node, ast.ClassDef):
            self.block(node.body, restores=restores, patched=patched)
        else:
            self._simple(node, restores=restores, patched=patched)

    def _simple(self, node: ast.stmt, *, restores: bool, patched: bool) -> None:
        if not patched:
            for change in self._changes(node, restores=restores):
                if ALL not in self.use.kept and not change.keys <= self.use.kept:
                    self.use.changes.append(change)
        if isinstance(node, ast.Assign):
            self._copy(node)
        for child in walk(node):
            if isinstance(child, ast.Yield | ast.YieldFrom):
                self._yielded = True
            elif isinstance(child, ast.Call):
                self._call(child)

    def _copy(self, node: ast.Assign) -> None:
        """Note what is kept of the environment."""
        value, target = node.value, node.targets[0]
        if isinstance(target, ast.Name) and self._is_environ(value):
            self._aliases.add(target.id)
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
        if self._is_patch(node):
            self.use.kept.add(ALL)
        elif last in {"setenv", "delenv"} and node.args:
            self.use.kept |= _key(node.args[0])
        elif (base in ENVIRON and last in {"copy", "get"}) or (
            last in {"dict", "deepcopy"} and any(map(self._is_environ, node.args))
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
            if last == "clear":
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


def restored_around(module: TestModule, use: EnvironmentUse) -> frozenset[str]:
    """The variables that are put back after a function, by itself or by what the framework calls after it.

    Args:
        module: The module.
        use: What the function does.

    Returns:
        The names; with ``*`` for all of them.
    """
    if module.restored is None:
        module.restored = _restored(module)
    function = use.function
    found = _put_back(use)
    found |= module.restored.get(None, frozenset())
    if function is not None:
        found |= module.restored.get(function.owner, frozenset())
        for name in function.parameters:
            found |= module.restored.get(name, frozenset())
    return frozenset(found)


def _restored(module: TestModule) -> dict[ast.ClassDef | str | None, frozenset[str]]:
    """What is put back after the tests of a class, of the module, or those that ask for a fixture."""
    found: dict[ast.ClassDef | str | None, frozenset[str]] = {}
    for use in module.environment:
        function = use.function
        if function is None or not (function.fixture is not None or function.is_teardown or function.is_setup):
            continue
        keys = frozenset({ALL} if use.undone else _put_back(use))
        found[function.owner] = found.get(function.owner, frozenset()) | keys
        place = function.owner if function.fixture is None or is_automatic(function) else function.name
        found[place] = found.get(place, frozenset()) | use.kept
    return found


def _put_back(use: EnvironmentUse) -> set[str]:
    found: set[str] = set()
    for change in use.changes:
        if change.restores:
            found |= change.keys
            if any(key.startswith("<") for key in change.keys):
                found.add(ALL)  # A loop over what was kept.
    return found


def is_automatic(function: TestFunction) -> bool:
    """Whether a fixture is used by tests that do not ask for it."""
    decorator = function.fixture
    return isinstance(decorator, ast.Call) and any(one.arg == "autouse" for one in decorator.keywords)


def changed_again(use: EnvironmentUse) -> dict[Change, bool | None]:
    """Changes of a variable that a function changes several times, which is told once.

    Args:
        use: What the function does.

    Returns:
        The first change of each variable, with whether a later one puts it back where nothing fails before; and
        None for the later ones.
    """
    changes = [change for change in use.changes if not change.restores]
    found: dict[Change, bool | None] = {}
    if ALL in use.copied and any(ALL in change.keys for change in changes[1:]):
        return {change: True if number == 0 else None for number, change in enumerate(changes)}
    for key in {key for change in changes for key in change.keys} - {ALL}:
        same = [change for change in changes if key in change.keys]
        removed = same[0].how == "set" and same[-1].how == "remove"
        if len(same) > 1:
            found[same[0]] = removed or key in use.copied
            found |= dict.fromkeys(same[1:])
    return found


def names_of(keys: Iterable[str]) -> str:
    """Variables as a message names them.

    Args:
        keys: Their names; ``*`` for any.
    """
    names = sorted(set(keys) - {ALL})
    return printable(", ".join(names)) if names else "a variable"
