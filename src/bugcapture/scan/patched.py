"""Follow a mock that a patch puts in the place of a name of the program, to the calls of that name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bugcapture.scan.calling import is_of_module
from bugcapture.scan.hazard import Span, Step, span_of
from bugcapture.scan.mocks import Kind, Way
from bugcapture.scan.names import dotted
from bugcapture.scan.reach import Reached
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.index import ProductionIndex, ProgramFunction, Sink
    from bugcapture.scan.mocks import Escape, Mock, Path
    from bugcapture.scan.module import TestModule, View

# What ends a patch that no block and no decorator holds.
_ENDS = (b"undo", b"stopall", b".stop(", b".context(")


def reached_by_patch(
    view: View, module: TestModule, index: ProductionIndex, answers: Callable[[Path], bool]
) -> Iterator[Reached]:
    """The calls of the program that a mock answers because a patch has put it there.

    Only what the test itself calls while it is there is looked at, and only where nothing else is given the mock,
    patches the same name, or names it in another way.

    Args:
        view: The mock, as one function has it.
        module: The test module.
        index: The program.
        answers: Whether a child is of interest; asked before what takes time.
    """
    test = view.function
    if test is None or view.mock.function is not test:
        return
    if any(escape.way is not Way.PATCHED for escape in view.mock.escapes):
        return
    for escape in view.mock.escapes:
        name = escape.target.rpartition(".")[2]
        for function in _asking(escape.target, index):
            asked = [(sink, _path_to(sink, escape.target, function)) for sink in function.sinks if sink.awaited]
            found = [(sink, path) for sink, path in asked if path is not None and answers(path)]
            if not found or _is_replaced(function, test, module) or not _is_alone(escape, test, module):
                continue
            if any(_means(call, function, test, module) for call in _calls_under(escape.span, test, module)):
                expects = module.mentions(test, b"raises(", b"assertRaises")
                for sink, path in found:
                    steps = _steps(escape, module, function.path, sink.line, ".".join((name, *path)))
                    yield Reached(path, sink, function, not sink.conditional, steps, expects)


def _is_replaced(function: ProgramFunction, test: TestFunction, module: TestModule) -> bool:
    """Whether a test patches a function that asks."""
    name = function.name.rpartition(".")[2]
    return any(one.function is test and one.target.rpartition(".")[2] == name for one in module.seen.patches)


def _asking(target: str, index: ProductionIndex) -> list[ProgramFunction]:
    """The functions that await what a patch replaces."""
    name = target.rpartition(".")[2]
    if name == target:
        return []
    plain, own = index.asking.get(name), index.asking.get(f"self.{name}")
    if plain is None and own is None:
        return []
    return [
        function
        for function in (*(plain or ()), *(own or ()))
        if name not in (*function.own, *function.parameters) and is_of_module(function, target)
    ]


def _is_alone(escape: Escape, test: TestFunction, module: TestModule) -> bool:
    """Whether nothing else in a test is about what a patch replaces."""
    same = [
        one
        for view in module.views
        if view.function is test
        for one in view.mock.escapes
        if one.way is Way.PATCHED and one.target == escape.target
    ]
    return len(same) == 1 and not module.mentions(test, f"{escape.target.rpartition('.')[2]}.".encode())


def _calls_under(span: Span, test: TestFunction, module: TestModule) -> list[ast.Call]:
    """The calls in a test that are made while a patch is there; none where that cannot be known."""
    if span.line < test.node.lineno:
        return _calls(test.node.body)
    for node in walk(test.node):
        if isinstance(node, ast.With | ast.AsyncWith):
            if any(_covers(item.context_expr, span) for item in node.items):
                return _calls(node.body)
        elif isinstance(node, ast.Call) and _covers(node, span):
            holder = dotted(node.func).partition(".")[0]
            if holder.endswith(("mocker", "monkeypatch")) and not module.mentions(test, *_ENDS):
                return [call for call in _calls(test.node.body) if call.lineno > span.line]
    return []


def _calls(body: list[ast.stmt]) -> list[ast.Call]:
    return [node for statement in body for node in walk(statement) if isinstance(node, ast.Call)]


def _covers(node: ast.expr, span: Span) -> bool:
    whole = span_of(node)
    start, end = (span.line, span.column), (span.end_line, span.end_column)
    return (whole.line, whole.column) <= start and end <= (whole.end_line, whole.end_column)


def _means(call: ast.Call, function: ProgramFunction, test: TestFunction, module: TestModule) -> bool:
    """Whether a call in a test is one of a function of the program: a method where its class is named, too."""
    owner, _, name = function.name.rpartition(".")
    if owner:
        named = isinstance(call.func, ast.Attribute) and call.func.attr == name
        return named and module.mentions(test, owner.rpartition(".")[2].encode())
    full = module.names_in(test).resolve(call.func)
    return "." in full and full.rpartition(".")[2] == name and is_of_module(function, full)


def _path_to(sink: Sink, target: str, function: ProgramFunction) -> Path | None:
    """The child of what a patch replaces that a call is of; None where it is none of it."""
    owner, _, name = target.rpartition(".")
    if sink.receiver == name or sink.receiver.startswith(f"{name}."):
        below = [part for part in sink.receiver.removeprefix(name).split(".") if part]
        return (*below, *([sink.method] if sink.method else []))
    of_class = function.name.rpartition(".")[0].rpartition(".")[2]
    is_own = (sink.receiver, sink.method) == ("self", name) and owner.rpartition(".")[2] == of_class
    return () if is_own else None


def _steps(escape: Escape, module: TestModule, path: str, line: int, asked: str) -> tuple[Step, ...]:
    first = Step(module.path, escape.span.line, f"patch({escape.target!r})")
    return first, Step(path, line, f"await {asked}(…)")


def is_made_async(mock: Mock, index: ProductionIndex) -> bool:
    """Whether `patch` makes an `AsyncMock` by itself: what it replaces is an asynchronous function of the program.

    Args:
        mock: The mock.
        index: The program.
    """
    if not mock.patched or mock.kind is not Kind.MAGIC or "new_callable" in mock.arguments:
        return False
    found = index.functions.get(mock.patched.rpartition(".")[2], [])
    return bool(found) and all(function.is_async for function in found)
