"""Follow a mock from where it leaves a test into the program, to the calls whose results decide something."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bugcapture.scan.hazard import Confidence, Level, Step
from bugcapture.scan.mocks import Way

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bugcapture.scan.index import Call, ProductionIndex, ProgramFunction, Sink
    from bugcapture.scan.mocks import Escape, Made, Mock, Path

# From the function that a test calls to the one that asks the mock.
_DEEPEST: Final = 3


@dataclass(frozen=True, slots=True)
class Reached:
    """One call of the program that a mock answers.

    Attributes:
        path: The child that is called.
        sink: The call.
        function: The function with the call.
        certain: Whether it comes to the call, as far as can be read: no branch around, no return before it.
        fails: Whether the test expects an exception there.
        steps: The way.
    """

    path: Path
    sink: Sink
    function: ProgramFunction
    certain: bool
    steps: tuple[Step, ...]
    fails: bool = False

    @property
    def confidence(self) -> Confidence:
        """How sure it is that the mock is asked."""
        if not self.certain:
            return Confidence.LOW
        return Confidence.MEDIUM if self.fails else Confidence.HIGH

    def level(self, whole: Level, uncertain: Level = Level.MEDIUM) -> Level:
        """How bad a finding about it is.

        Args:
            whole: How bad it is where it surely comes to the call.
            uncertain: How bad it is at most where it may not.
        """
        level = whole if self.certain else max(whole, uncertain, key=lambda one: one.rank)
        return next((one for one in Level if one.rank == level.rank + 1), level) if self.fails else level


def reached(mock: Mock, index: ProductionIndex, test_path: str) -> list[Reached]:
    """The calls of the program that a mock answers, as far as they can be followed.

    Args:
        mock: The mock, as one test has it; what is found is kept there, because several rules ask.
        index: The program.
        test_path: The file of the test.
    """
    if mock.reached is None:
        leaves = bool(mock.escapes) or mock.parent is not None
        mock.reached = list(_reach(mock, index, test_path)) if leaves else []
    return mock.reached


def _reach(mock: Mock, index: ProductionIndex, test_path: str) -> Iterator[Reached]:
    for escape in mock.escapes:
        if escape.way is Way.ARGUMENT:
            for found in _from_argument(escape, index, test_path):
                yield found
                if found.path in mock.failing:
                    break  # The test lets this call raise: what follows it is not reached.
        elif escape.way is Way.ATTRIBUTE and escape.made is not None:
            yield from _from_object(escape, escape.made, [escape.parameter], index, test_path)
        elif escape.way is Way.OVERRIDE:
            yield from _from_override(escape, index, test_path)
    if mock.parent is not None:
        parent, way = mock.parent
        length = len(way)
        for found in reached(parent, index, test_path):
            if found.path[:length] == way:
                yield replace(found, path=found.path[length:])


def _from_argument(escape: Escape, index: ProductionIndex, test_path: str) -> Iterator[Reached]:
    name = escape.target.rpartition(".")[2]
    for function in _candidates(escape.target, name, index):
        parameter = _parameter(function, escape.parameter)
        if parameter:
            first = Step(test_path, escape.span.line, f"{name}(… {parameter}=…)")
            for one in _found(function, parameter, escape, index, (first,)):
                yield replace(one, fails=True) if escape.fails else one
    constructor = index.methods_of(escape.target).get("__init__")
    if constructor is not None and escape.made is not None:
        parameter = _parameter(constructor, escape.parameter)
        held = [attribute for attribute, given in constructor.attributes if given == parameter]
        yield from _from_object(escape, escape.made, held, index, test_path)


def _from_object(
    escape: Escape, made: Made, attributes: Iterable[str], index: ProductionIndex, test_path: str
) -> Iterator[Reached]:
    """The calls in the methods that a test calls on an object which holds the mock."""
    name = made.target.rpartition(".")[2]
    methods = index.methods_of(made.target)
    for method, span, fails in made.calls:
        called = methods.get(method)
        if called is None or span < escape.span:
            continue
        for attribute in attributes:
            start = (
                Step(test_path, escape.span.line, f"{name}(…).{attribute}"),
                Step(test_path, span.line, f".{method}()"),
            )
            for one in (
                *_found(called, f"self.{attribute}", escape, index, start),
                *_own(called, attribute, start),
            ):
                yield replace(one, fails=fails, certain=one.certain and not made.changed)


def _own(function: ProgramFunction, method: str, start: tuple[Step, ...]) -> Iterator[Reached]:
    """The calls of a method of its own object."""
    for sink in function.sinks:
        if (sink.receiver, sink.method) == ("self", method):
            step = Step(function.path, sink.line, f"await self.{method}(…)")
            yield Reached((), sink, function, not sink.conditional, (*start, step))


def _from_override(escape: Escape, index: ProductionIndex, test_path: str) -> Iterator[Reached]:
    """The calls in what is given a dependency that the test overrides; whether a test comes there is not known."""
    start = (Step(test_path, escape.span.line, f"{escape.target}[{escape.parameter}]"),)
    for function, parameter in index.depending.get(escape.parameter, ()):
        for one in _found(function, parameter, escape, index, start):
            yield replace(one, certain=False)


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
            yield Reached(path, sink, function, not sink.conditional, (step,))
    if depth:
        for call, target, inner in _handed_on(function, receiver, index):
            text = f"{call.callee}(…)" if inner == receiver else f"{call.callee}(… {inner}=…)"
            step = Step(function.path, function.line, text)
            for one in _inside(target, inner, index, depth - 1):
                yield replace(one, steps=(step, *one.steps), certain=one.certain and not call.conditional)


def _handed_on(
    function: ProgramFunction, receiver: str, index: ProductionIndex
) -> Iterator[tuple[Call, ProgramFunction, str]]:
    """The calls that hand a receiver on, the functions that get it, and what they call it."""
    owner = function.name.rpartition(".")[0].rpartition(".")[2]
    for call in function.calls:
        targets = [target for target in _called(call.callee, owner, index) if target is not function]
        for target in targets:
            for parameter, name in call.given:
                inner = _parameter(target, parameter) if name == receiver else ""
                if inner:
                    yield call, target, inner
            if receiver.startswith("self.") and call.callee.startswith("self."):
                yield call, target, receiver


def _called(callee: str, owner: str, index: ProductionIndex) -> list[ProgramFunction]:
    if callee.startswith("self.") and owner:
        method = index.methods.get(owner, {}).get(callee.removeprefix("self."))
        return [method] if method else []
    if "." in callee:
        return []
    found = [function for function in index.functions.get(callee, ()) if "." not in function.name]
    return found if len(found) == 1 else []
