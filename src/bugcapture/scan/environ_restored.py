"""Who puts back what was changed in ``os.environ``."""

from __future__ import annotations

import ast
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from bugcapture.scan.environ import ALL, MAYBE, Change, EnvironmentUse
from bugcapture.scan.environ_reader import cleans_environment
from bugcapture.scan.names import dotted
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.module import TestModule

# The name of fixtures that nobody has to ask for.
AUTOMATIC: Final = ""
# What is called before each test, and not once for several.
_BEFORE_EACH: Final = frozenset({"setUp", "asyncSetUp", "setup_method", "setup", "setup_function"})


def restored_around(module: TestModule, use: EnvironmentUse) -> frozenset[str]:
    """The variables that are put back after a function, by itself or by what the framework calls after it.

    Args:
        module: The module.
        use: What the function does.

    Returns:
        The names; with ``*`` for all of them, with ``?`` where something from elsewhere may put back any.
    """
    if module.restored is None:
        module.restored = _restored(module)
    function = use.function
    found = _put_back(use) | (use.kept & {MAYBE})
    found |= module.restored.get(None, frozenset()) | module.restored_around.get(AUTOMATIC, frozenset())
    if function is not None:
        found |= module.restored.get(function.owner, frozenset())
        for name in function.fixtures:
            found |= module.restored.get(name, frozenset()) | module.restored_around.get(name, frozenset())
    return frozenset(found)


def follow_helpers(environment: list[EnvironmentUse]) -> None:
    """Note what functions put back by calling others of their module, which is what those others are for.

    A set-up or a fixture keeps what those that it calls keep: they start a patch, and hand its end over.

    Args:
        environment: What the functions of a module do with the environment.
    """
    uses = [use for use in environment if use.function is not None and not use.function.is_called]
    helpers = {use.function.name: use for use in uses if use.function is not None}
    for use in environment:
        for name in use.helpers & helpers.keys():
            helper = helpers[name]
            use.helped |= _with_loops(key for change in helper.changes for key in change.keys)
            helper.undone = True
        for name in use.called & helpers.keys():
            use.kept |= helpers[name].kept


def prepared_around(module: TestModule, use: EnvironmentUse) -> frozenset[str]:
    """The variables that are set before each test that a function is, so that it takes back what it removes.

    Args:
        module: The module.
        use: What the function does.
    """
    function = use.function
    if function is None or not function.is_test:
        return frozenset()
    if module.prepared is None:
        module.prepared = _prepared(module)
    places = (None, function.owner, *function.fixtures)
    return frozenset().union(*(module.prepared.get(place, frozenset()) for place in places))


def _prepared(module: TestModule) -> dict[ast.ClassDef | str | None, frozenset[str]]:
    found: dict[ast.ClassDef | str | None, frozenset[str]] = {}
    for use in module.environment:
        function = use.function
        if function is None:
            continue
        narrow = function.fixture is not None and not _is_wide(function.fixture)
        if narrow or function.name in _BEFORE_EACH:
            place = function.owner if function.fixture is None or function.is_automatic else function.fixture_name
            keys = {
                key for change in use.changes if change.how == "set" and not change.restores for key in change.keys
            } - {ALL}
            found[place] = found.get(place, frozenset()) | keys
    return found


def restored_by_fixtures(module: TestModule) -> dict[str, frozenset[str]]:
    """The variables that the fixtures of a conftest file, and those that these ask for, put back after a test.

    Args:
        module: The conftest file.

    Returns:
        The variables by fixture; under `AUTOMATIC`, those of the fixtures that every test has. What such a fixture
        removes before each test counts too: no test finds what another one has left.
    """
    direct = {use.function: _put_back_after_test(use) for use in module.environment if use.function is not None}
    fixtures = {one.fixture_name: one for one in module.outline.functions if one.fixture is not None}
    found: dict[str, frozenset[str]] = {}
    for function in fixtures.values():
        asked = [function]
        for one in asked:
            asked += [fixtures[name] for name in one.fixtures if name in fixtures and fixtures[name] not in asked]
        keys = frozenset().union(*(direct.get(one, frozenset()) for one in asked))
        if keys:
            name = AUTOMATIC if function.is_automatic else function.fixture_name
            found[name] = found.get(name, frozenset()) | keys
    if _imports_cleaner(module) or _cleans_around_each(module):
        found[AUTOMATIC] = found.get(AUTOMATIC, frozenset()) | {MAYBE}
    return found


def _cleans_around_each(module: TestModule) -> bool:
    """Whether a hook that pytest calls around each test, or what it calls, changes the environment."""
    changing = {use.function.name for use in module.environment if use.function is not None and use.changes}
    return any(
        function.name in changing or not changing.isdisjoint(_called_by(function))
        for function in module.outline.functions
        if function.name.startswith("pytest_runtest_")
    )


def _called_by(function: TestFunction) -> Iterator[str]:
    return (dotted(node.func) for node in walk(function.node) if isinstance(node, ast.Call))


def _imports_cleaner(module: TestModule) -> bool:
    """Whether something that cleans the environment by its name is imported and not called: a fixture."""
    return any(
        cleans_environment(name) and not module.lines.mention(f"{name}(".encode(), f"@{name}".encode())
        for name, _ in module.names.items()
    )


def _put_back_after_test(use: EnvironmentUse) -> frozenset[str]:
    function = use.function
    if function is None or function.fixture is None or _is_wide(function.fixture):
        return frozenset()
    restored = {key for change in use.changes if change.restores for key in change.keys} | use.helped
    in_loop = any(key.startswith("<") for key in restored)  # Over all of the environment, or over a few names.
    keys = restored | use.kept | ({ALL} if use.undone or (in_loop and ALL in use.copied) else set())
    keys |= _removed_before_each(use)
    if _says_so(use):
        keys |= {MAYBE}
    return frozenset(keys)


def _removed_before_each(use: EnvironmentUse) -> frozenset[str]:
    """What a fixture that every test has removes, so that no test finds what another one has left."""
    function = use.function
    if function is None or function.fixture is None or not function.is_automatic or _is_wide(function.fixture):
        return frozenset()
    return frozenset(key for change in use.changes if change.how == "remove" for key in change.keys)


def _says_so(use: EnvironmentUse) -> bool:
    """Whether a fixture that is called after cleaning the environment does more to it than setting something."""
    function = use.function
    if function is None or function.fixture is None or not cleans_environment(function.name):
        return False
    return bool(use.kept) or any(change.how != "set" for change in use.changes)


def _is_wide(decorator: ast.expr) -> bool:
    """Whether a fixture stands around the tests of a module, or more of them."""
    scopes = [one.value for one in getattr(decorator, "keywords", ()) if one.arg == "scope"]
    return any(not isinstance(one, ast.Constant) or one.value not in {"function", "class"} for one in scopes)


def _restored(module: TestModule) -> dict[ast.ClassDef | str | None, frozenset[str]]:
    """What is put back after the tests of a class, of the module, or those that ask for a fixture."""
    found: dict[ast.ClassDef | str | None, frozenset[str]] = {}
    for use in module.environment:
        function = use.function
        if function is None or not (function.fixture is not None or function.is_teardown or function.is_setup):
            continue
        keys = frozenset({ALL} if use.undone else _put_back(use)) | _removed_before_each(use)
        found[function.owner] = found.get(function.owner, frozenset()) | keys
        place = function.owner if function.fixture is None or function.is_automatic else function.fixture_name
        found[place] = found.get(place, frozenset()) | use.kept | ({MAYBE} if _says_so(use) else frozenset())
    if _imports_cleaner(module):
        found[None] = found.get(None, frozenset()) | {MAYBE}
    return found


def _put_back(use: EnvironmentUse) -> set[str]:
    return use.helped | _with_loops(key for change in use.changes if change.restores for key in change.keys)


def _with_loops(keys: Iterable[str]) -> set[str]:
    """Variables that are put back, and all of them where that is done in a loop over what was kept."""
    found = set(keys)
    return found | {ALL} if any(key.startswith("<") for key in found) else found


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


def cleans_up(change: Change, function: TestFunction) -> bool:
    """Whether a test removes a variable where nothing is left to be tested: the program has set it.

    Args:
        change: The change.
        function: The function.
    """
    if change.how != "remove" or not function.is_test:
        return False
    last = list(takewhile(_only_changes, reversed(function.node.body)))
    return 0 < len(last) < len(function.node.body) and change.span.line >= last[-1].lineno


def _only_changes(node: ast.stmt) -> bool:
    """Whether a statement removes something, or does so in a loop or under a condition, and nothing else."""
    if isinstance(node, ast.If | ast.For):
        return all(map(_only_changes, [*node.body, *node.orelse]))
    call = node.value if isinstance(node, ast.Expr) else None
    pops = isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "pop"
    return pops or isinstance(node, ast.Delete)
