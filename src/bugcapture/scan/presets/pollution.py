"""The checker behind the pollution report: test classes with mocks need `xdist_group` and a `teardown_method`.

It looked at the text of decorators and at names only. Of the report's other kinds no checker was published.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Final, TypeGuard

from bugcapture.scan.names import dotted
from bugcapture.scan.presets.report import Reported
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bugcapture.scan.hazard import Hazard

_MOCKS: Final = frozenset({"AsyncMock", "MagicMock"})
_NO_GROUP: Final = "pytest-xdist reads the marker with --dist loadgroup only, and a class alone needs none (XD501)"
_NO_COLLECT: Final = "Python frees mocks without gc.collect(); it costs time and saves no memory (GC601)"
_NO_SKIP: Final = "a time that depends on the machine belongs into a benchmark"


def report(path: str, tree: ast.Module, hazards: Sequence[Hazard]) -> list[Reported]:
    """What the checker reported in a file; the rules drop it, each for its reason, but what they find.

    Args:
        path: The file as reports name it.
        tree: Its syntax.
        hazards: What the rules find in it.
    """
    return list(_visit(path, tree, {(one.rule, one.span.line) for one in hazards}))


def _visit(path: str, tree: ast.Module, found: set[tuple[str, int]]) -> Iterator[Reported]:
    for node in walk(tree):
        if not isinstance(node, ast.ClassDef) or not node.name.startswith("Test"):
            continue
        marks = {_mark(decorator) for decorator in node.decorator_list}
        places = [node.lineno, *(one.lineno for one in node.decorator_list)]
        methods = [one for one in node.body if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef)]
        if any(_uses_mocks(one) for one in node.body):
            if "xdist_group" not in marks:
                message = f"class {node.name} uses AsyncMock/MagicMock but missing @pytest.mark.xdist_group"
                kept = ("XD501",) if any(("XD501", line) in found for line in places) else ()
                yield Reported(path, node.lineno, message, kept, _NO_GROUP)
            if all(one.name != "teardown_method" for one in methods):
                message = f"class {node.name} missing teardown_method() with gc.collect()"
                kept = ("GC601",) if any(("GC601", line) in found for line in places) else ()
                yield Reported(path, node.lineno, message, kept, _NO_COLLECT)
        if any(_mark(one) == "performance" and not isinstance(one, ast.Call) for one in node.decorator_list):
            for one in filter(_is_unguarded_test, walk(node)):
                name = f"{node.name}.{one.name}"
                message = f"Performance test {name} missing @pytest.mark.skipif for xdist"
                yield Reported(path, one.lineno, message, (), _NO_SKIP)


def _is_unguarded_test(node: ast.AST) -> TypeGuard[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (
        isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not any(map(_asks_for_worker, node.decorator_list))
    )


def _mark(decorator: ast.expr) -> str:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    name = dotted(called)
    return name.removeprefix("pytest.mark.") if name.startswith("pytest.mark.") else ""


def _uses_mocks(node: ast.stmt) -> bool:
    looked_at = ast.FunctionDef | ast.AsyncFunctionDef | ast.Assign | ast.AnnAssign
    return isinstance(node, looked_at) and any(
        isinstance(one, ast.Name) and one.id in _MOCKS for one in walk(node)
    )


def _asks_for_worker(decorator: ast.expr) -> bool:
    if not isinstance(decorator, ast.Call) or _mark(decorator) != "skipif":
        return False
    return any(
        isinstance(one, ast.Compare)
        and isinstance(one.left, ast.Call)
        and dotted(one.left.func) == "os.getenv"
        and bool(one.left.args)
        and isinstance(one.left.args[0], ast.Constant)
        and one.left.args[0].value == "PYTEST_XDIST_WORKER"
        for one in decorator.args
    )
