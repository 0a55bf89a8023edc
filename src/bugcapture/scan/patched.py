"""Follow a mock that a patch puts in the place of a name of the program, to the calls of that name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bugcapture.scan.calling import is_of_module
from bugcapture.scan.hazard import Step
from bugcapture.scan.mocks import Kind, Way
from bugcapture.scan.reach import Reached
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.index import ProductionIndex, ProgramFunction, Sink
    from bugcapture.scan.mocks import Escape, Mock, Path
    from bugcapture.scan.module import TestModule, View


def reached_by_patch(
    view: View, module: TestModule, index: ProductionIndex, answers: Callable[[Path], bool]
) -> Iterator[Reached]:
    """The calls of the program that a mock answers because a patch has put it there.

    Only functions are looked at that the test itself calls.

    Args:
        view: The mock, as one function has it.
        module: The test module.
        index: The program.
        answers: Whether a child is of interest; asked before what takes time.
    """
    test = view.function
    expects = test is not None and module.mentions(test, b"raises(", b"assertRaises")
    for escape in view.mock.escapes:
        if test is None or escape.way is not Way.PATCHED or "." not in escape.target:
            continue
        for function in _asking(escape.target, index):
            name = escape.target.rpartition(".")[2]
            asked = [(sink, _path_to(sink, escape.target, function)) for sink in function.sinks if sink.awaited]
            found = [(sink, path) for sink, path in asked if path is not None and answers(path)]
            for sink, path in found if found and _calls(test, function, module) else ():
                steps = _steps(escape, module, function.path, sink.line, ".".join((name, *path)))
                yield Reached(path, sink, function, not sink.conditional, steps, expects)


def _asking(target: str, index: ProductionIndex) -> list[ProgramFunction]:
    """The functions that await what a patch replaces."""
    name = target.rpartition(".")[2]
    return [
        function
        for function in (*index.asking.get(name, ()), *index.asking.get(f"self.{name}", ()))
        if name not in (*function.imports, *function.parameters) and is_of_module(function, target)
    ]


def _calls(test: TestFunction, function: ProgramFunction, module: TestModule) -> bool:
    """Whether a test itself calls a function, or a method that is called so."""
    names = module.names_in(test)
    owner, _, name = function.name.rpartition(".")
    for node in walk(test.node):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name | ast.Attribute):
            full = names.resolve(node.func)
            if owner and isinstance(node.func, ast.Attribute) and node.func.attr == name:
                return True
            plain = isinstance(node.func, ast.Name) or is_of_module(function, full)
            if not owner and plain and full.rpartition(".")[2] == name:
                return True
    return False


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
