"""Where an answer that nobody chose decides something: the common ground of the rules about truthy mocks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.scan.hazard import Confidence, Step
from bugcapture.scan.mocks import CALLED, NOTED, Kind, Mock, Path, Spec, Usage, Way
from bugcapture.scan.patched import is_made_async, reached_by_patch
from bugcapture.scan.reach import reached

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.index import ProductionIndex
    from bugcapture.scan.module import TestModule, View
    from bugcapture.scan.reach import Reached


@dataclass(frozen=True, slots=True)
class Answer:
    """One awaited answer of a child that was told none.

    Attributes:
        mock: The mock, as one function has it.
        function: That function; None at the top.
        path: The child.
        usage: What is done with the answer.
        found: The call of the program; None where the test itself uses the answer.
        steps: The way to the place where it is used.
        fails: Whether the test expects an exception there.
    """

    mock: Mock
    function: TestFunction | None
    path: Path
    usage: Usage
    found: Reached | None
    steps: tuple[Step, ...]
    fails: bool = False

    @property
    def symbol(self) -> str:
        """The name of that function, as findings say it; empty for none."""
        return self.function.qualname if self.function is not None else ""

    @property
    def authorizes(self) -> bool:
        """Whether it guards something."""
        return self.found is not None and self.found.sink.authorizes

    @property
    def confidence(self) -> Confidence:
        """How sure it is that the answer gets there."""
        return self.found.confidence if self.found is not None else Confidence.HIGH

    @property
    def subject(self) -> str:
        """The child as the test would call it."""
        return child_name(self.mock, self.path)


def unchosen_answers(module: TestModule, index: ProductionIndex) -> list[Answer]:
    """All awaited answers of asynchronous children that were told none.

    Args:
        module: The test module.
        index: The program.
    """
    if module.answers is None:
        module.answers = list(_find(module, index))
    return module.answers


def _find(module: TestModule, index: ProductionIndex) -> Iterator[Answer]:
    patched = {(one.function, one.target.rpartition(".")[2]) for one in module.seen.patches}
    for view in module.views:
        mock = view.mock
        for use in mock.uses:
            if use.awaited and use.called and _answers(mock, use.path, index):
                step = Step(module.path, use.span.line, f"await {child_name(mock, use.path)}(…)")
                yield Answer(mock, view.function, use.path, use.usage, None, (step,), use.fails)
        for found in reached(mock, index, module.path):
            if (view.function, found.function.name.rpartition(".")[2]) in patched:
                continue  # The test puts something else in the place of what asks.
            if found.sink.awaited and _answers(mock, found.path, index):
                yield Answer(mock, view.function, found.path, found.sink.usage, found, found.steps, found.fails)
        if mock.escapes and mock.escapes[0].way is Way.PATCHED:
            yield from _patched(view, module, index)


def _patched(view: View, module: TestModule, index: ProductionIndex) -> Iterator[Answer]:
    mock = view.mock
    if is_made_async(mock, index):
        mock = mock.view()
        mock.kind = Kind.ASYNC
    if mock.kind is Kind.ASYNC or mock.spec is Spec.CLASS:
        for found in reached_by_patch(view, module, index, lambda path: _answers(mock, path, index)):
            yield Answer(mock, view.function, found.path, found.sink.usage, found, found.steps, found.fails)


def _answers(mock: Mock, path: Path, index: ProductionIndex) -> bool:
    """Whether a child is asynchronous and answers with another mock, because nobody told it what to say."""
    if mock.tells(path) or CALLED in path or not NOTED.isdisjoint(path):
        return False
    if any(name.startswith("__") for name in path):
        return False
    if mock.kind is Kind.ASYNC:
        # What a list of names names is synchronous.
        return mock.spec in {Spec.NONE, Spec.UNKNOWN} or (
            mock.spec is Spec.CLASS and is_async_member(mock, path, index)
        )
    return bool(path) and mock.spec is Spec.CLASS and is_async_member(mock, path, index)


def is_async_member(mock: Mock, path: Path, index: ProductionIndex) -> bool:
    """Whether the class that a mock is told to look like has an asynchronous method of this name.

    Args:
        mock: The mock.
        path: The child.
        index: The program, which may hold the class; a class that it does not hold is taken to have it.
    """
    if not path:
        return True
    methods = index.methods.get(mock.spec_name.rpartition(".")[2])
    if methods is None:
        return mock.kind is Kind.ASYNC
    method = methods.get(path[0])
    return method is None or method.is_async


def child_name(mock: Mock, path: Path) -> str:
    """A child as the test would call it."""
    return ".".join([mock.place or mock.kind.value, *path]).replace(f".{CALLED}", CALLED)
