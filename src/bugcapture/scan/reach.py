"""Follow a mock from where it leaves a test into the program, to the calls whose results decide something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bugcapture.scan.hazard import Confidence, Step
from bugcapture.scan.mocks import Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.index import ProductionIndex, ProgramFunction, Sink
    from bugcapture.scan.mocks import Escape, Mock, Path

# From the function that a test calls to the one that asks the mock.
_DEEPEST: Final = 3


@dataclass(frozen=True, slots=True)
class Reached:
    """One call of the program that a mock answers.

    Attributes:
        path: The child that is called.
        sink: The call.
        function: The function with the call.
        confidence: How sure it is that the mock gets there.
        steps: The way.
    """

    path: Path
    sink: Sink
    function: ProgramFunction
    confidence: Confidence
    steps: tuple[Step, ...]


def reached(mock: Mock, index: ProductionIndex, test_path: str) -> Iterator[Reached]:
    """The calls of the program that a mock answers, as far as they can be followed.

    Args:
        mock: The mock, as one test has it.
        index: The program.
        test_path: The file of the test.
    """
    for escape in mock.escapes:
        if escape.way is Way.ARGUMENT:
            yield from _from_argument(escape, index, test_path)


def _from_argument(escape: Escape, index: ProductionIndex, test_path: str) -> Iterator[Reached]:
    name = escape.target.rpartition(".")[2]
    for function in _candidates(escape.target, name, index):
        parameter = _parameter(function, escape.parameter)
        if parameter:
            first = Step(test_path, escape.span.line, f"{name}(… {parameter}=…)")
            yield from _found(function, parameter, escape, index, (first,))
    methods = index.methods.get(name)
    if methods and escape.made is not None:
        constructor = methods.get("__init__")
        if constructor is None:
            return
        parameter = _parameter(constructor, escape.parameter)
        held = [attribute for attribute, given in constructor.attributes if given == parameter]
        for method, span in escape.made.calls:
            called = methods.get(method)
            if called is not None:
                for attribute in held:
                    start = (
                        Step(test_path, escape.span.line, f"{name}(… {parameter}=…)"),
                        Step(test_path, span.line, f".{method}()"),
                    )
                    yield from _found(called, f"self.{attribute}", escape, index, start)


def _candidates(target: str, name: str, index: ProductionIndex) -> list[ProgramFunction]:
    """The functions of the program that a call in a test may mean: those of the module that it names."""
    found = [function for function in index.functions.get(name, ()) if "." not in function.name]
    module = target.rpartition(".")[0]
    if module:
        near = [function for function in found if f".{function.module}".endswith(f".{module}")]
        return near or [function for function in found if module.endswith(function.module.rpartition(".")[2])]
    return found if len(found) == 1 else []


def _parameter(function: ProgramFunction, given: str) -> str:
    if given.isdigit():
        number = int(given)
        return function.parameters[number] if number < len(function.parameters) else ""
    return given if given in function.parameters else ""


def _found(
    function: ProgramFunction, receiver: str, escape: Escape, index: ProductionIndex, start: tuple[Step, ...]
) -> Iterator[Reached]:
    for one in _inside(function, receiver, index, _DEEPEST):
        yield replace(one, path=(*escape.path, *one.path), steps=(*start, *one.steps))


def _inside(function: ProgramFunction, receiver: str, index: ProductionIndex, depth: int) -> list[Reached]:
    """The calls on a receiver in a function, and in what it hands it on to; asked again for many tests."""
    key = (id(function), receiver, depth)
    known = index.reached.get(key)
    if known is None:
        known = index.reached[key] = list(_look(function, receiver, index, depth))
    return known


def _look(function: ProgramFunction, receiver: str, index: ProductionIndex, depth: int) -> Iterator[Reached]:
    for sink in function.sinks:
        if sink.receiver == receiver or sink.receiver.startswith(f"{receiver}."):
            below = [part for part in sink.receiver.removeprefix(receiver).split(".") if part]
            path = (*below, *([sink.method] if sink.method else []))
            step = Step(function.path, sink.line, f"await {sink.receiver}.{sink.method}(…)")
            yield Reached(path, sink, function, Confidence.HIGH, (step,))
    if depth:
        for target, inner, text in _handed_on(function, receiver, index):
            step = Step(function.path, function.line, text)
            for one in _inside(target, inner, index, depth - 1):
                yield replace(one, steps=(step, *one.steps))


def _handed_on(
    function: ProgramFunction, receiver: str, index: ProductionIndex
) -> Iterator[tuple[ProgramFunction, str, str]]:
    """The functions that get a receiver, what they call it, and how that looks."""
    owner = function.name.rpartition(".")[0].rpartition(".")[2]
    for callee, given in function.calls:
        targets = [target for target in _called(callee, owner, index) if target is not function]
        for target in targets:
            for parameter, name in given:
                inner = _parameter(target, parameter) if name == receiver else ""
                if inner:
                    yield target, inner, f"{callee}(… {inner}=…)"
            if receiver.startswith("self.") and callee.startswith("self."):
                yield target, receiver, f"{callee}(…)"


def _called(callee: str, owner: str, index: ProductionIndex) -> list[ProgramFunction]:
    if callee.startswith("self.") and owner:
        method = index.methods.get(owner, {}).get(callee.removeprefix("self."))
        return [method] if method else []
    if "." in callee:
        return []
    found = [function for function in index.functions.get(callee, ()) if "." not in function.name]
    return found if len(found) == 1 else []
