"""Follow a mock that a patch puts in the place of a name of the program, to the calls of that name."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bugcapture.scan.calling import Calling, is_of_module
from bugcapture.scan.hazard import Step
from bugcapture.scan.mocks import Kind, Way
from bugcapture.scan.reach import Reached
from bugcapture.scan.walk import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.index import ProductionIndex, ProgramFunction, Sink
    from bugcapture.scan.mocks import Escape, Mock, Path
    from bugcapture.scan.module import TestModule, View


def reached_by_patch(view: View, module: TestModule, index: ProductionIndex) -> Iterator[Reached]:
    """The calls of the program that a mock answers because a patch has put it there.

    It is sure to come to them only where the test itself calls the function with the call.

    Args:
        view: The mock, as one function has it.
        module: The test module.
        index: The program.
    """
    patches = [one for one in view.mock.escapes if one.way is Way.PATCHED and "." in one.target]
    if not patches or view.function is None:
        return
    calling = module.calling = module.calling or Calling(module, index)
    called = calling.called_from(frozenset([view.function])).program
    expects = module.mentions(view.function, b"raises(", b"assertRaises")
    for escape in patches:
        name = escape.target.rpartition(".")[2]
        for function in called:
            if name in (*function.imports, *function.parameters) or not is_of_module(function, escape.target):
                continue
            direct = _calls(view.function, function, module)
            for sink in function.sinks:
                path = _path_to(sink, escape.target, function)
                if path is not None:
                    certain = direct and not sink.conditional
                    steps = _steps(escape, module, function.path, sink.line, ".".join((name, *path)))
                    yield Reached(path, sink, function, certain, steps, expects)


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
