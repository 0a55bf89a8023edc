"""Whether a block is seen to enter a mock: a `with` of the program, or of the test itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.body import AWAITED
from bugcapture.scan.calling import Calling, is_of_module
from bugcapture.scan.mocks import CALLED, ENTERS, EXITS, Kind, Path, Spec, Usage, Way

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.index import ProductionIndex
    from bugcapture.scan.mocks import Escape, Mock
    from bugcapture.scan.module import TestModule


def is_entered(manager: Mock, path: Path, module: TestModule, index: ProductionIndex) -> bool:
    """Whether some block enters what goes by the name of a mock, or of one of its children.

    What a call of an `AsyncMock` returns is a coroutine, and only what comes of awaiting it can be entered.

    Args:
        manager: The mock.
        path: The child; empty for the mock itself.
        module: The test module that it is of.
        index: The program.
    """
    calling = module.calling = module.calling or Calling(module, index)
    if any(
        (*path, enter) in manager.failing or (manager.span, (*path, enter)) in calling.failing for enter in ENTERS
    ):
        return False  # It was told an exception there.
    known = calling.entered.get((manager.span, path))
    if known is None:
        known = calling.entered[manager.span, path] = _is_entered(
            _follow(manager, path, module), module, calling, index
        )
    return known


def _is_entered(
    mocks: list[tuple[Mock, Path, str]], module: TestModule, calling: Calling, index: ProductionIndex
) -> bool:
    """Whether a block enters one of some mocks, in what those that have them come to."""
    spans = {one.span: one for one, *_ in mocks}
    tests = {view.function for one in spans.values() for view in module.views_of(one)}
    called = calling.called_from(frozenset(one for one in tests if one is not None))
    if any(before + (_last(way) or one.place.rpartition(".")[2]) in called.entered for one, way, before in mocks):
        return True
    entering = {
        id(function)
        for one, way, before in mocks
        for name, target in _names(one, way, index)
        for function in index.entered.get(before + name, ())
        if not (target.rpartition(".")[2] in function.own and is_of_module(function, target))
    }
    dropped = (sink for one in called.program for sink in one.sinks if sink.method in EXITS)
    if any(sink.usage is Usage.DISCARDED for sink in dropped):
        return False  # What they call by name, and drop the answer of, may be this one.
    return any(id(one) in entering for one in called.program)


def _before(mock: Mock, path: Path) -> str:
    is_coroutine = mock.kind is Kind.ASYNC and mock.spec is Spec.NONE and path[-1:] == (CALLED,)
    return AWAITED if is_coroutine else ""


def _follow(mock: Mock, path: Path, module: TestModule) -> list[tuple[Mock, Path, str]]:
    """A mock with all that it is the answer or the child of, as all functions of the module have them.

    The third of each says what has to stand before its name where it is entered.
    """
    found: list[tuple[Mock, Path, str]] = []
    open_ = [(mock, path, _before(mock, path))]
    while open_:
        one, way, word = open_.pop()
        if any(one is known for known, *_ in found):
            continue
        for same in (one, *(view.mock for view in module.views_of(one))):
            found.append((same, way, word))
            if not _last(way):
                above = (*same.answer_of, *([same.parent] if same.parent is not None else []))
                open_ += [(up, (*steps, *way), word if way else _before(up, steps)) for up, steps in above]
    return [one for one in found if _last(one[1]) not in ENTERS]


def _last(path: Path) -> str:
    """The last name in a path; empty where it is only called."""
    return next((word for word in reversed(path) if word != CALLED), "")


def _names(mock: Mock, path: Path, index: ProductionIndex) -> Iterator[tuple[str, str]]:
    """What the program may call a mock, or a child, and the target of a patch that says where."""
    if last := _last(path):
        yield last, mock.patched
        return
    if mock.patched:
        yield mock.patched.rpartition(".")[2], mock.patched
    for escape in mock.escapes:
        if not _last(escape.path):
            target = escape.target if escape.way is Way.PATCHED else ""
            yield from ((name, target) for name in _taken_as(escape, index))


def _taken_as(escape: Escape, index: ProductionIndex) -> Iterator[str]:
    """The names under which something is taken by what it is given to."""
    name = escape.target.rpartition(".")[2]
    if escape.way is not Way.ARGUMENT:
        yield name
        return
    constructor = index.methods.get(name, {}).get("__init__")
    for function in (*index.functions.get(name, ()), *([constructor] if constructor is not None else [])):
        number = int(escape.parameter) if escape.parameter.isdigit() else -1
        named = function.parameters[number : number + 1] if number >= 0 else (escape.parameter,)
        yield from named
        yield from (attribute for attribute, given in function.attributes if given in named)
