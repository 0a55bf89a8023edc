"""What is known of one mock: how it was made, what it was told, and what is done with it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING, Any, Final

import msgspec

if TYPE_CHECKING:
    import ast

    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.hazard import Span, Step
    from bugcapture.scan.reach import Reached

Path = tuple[str, ...]
# A step of a path: the result of a call.
CALLED: Final = "()"
# How a block begins and ends.
ENTERS: Final = frozenset({"__enter__", "__aenter__"})
EXITS: Final = frozenset({"__exit__", "__aexit__"})
# What a mock has noted of its calls: no children, and what they hold are no mocks.
NOTED: Final = frozenset(
    {
        "called", "call_count", "call_args", "call_args_list", "mock_calls", "method_calls", "await_count",
        "await_args", "await_args_list",
    }
)  # fmt: skip


class Kind(StrEnum):
    """What makes a mock."""

    ASYNC = "AsyncMock"
    MAGIC = "MagicMock"
    MOCK = "Mock"
    AUTOSPEC = "create_autospec"


class Spec(StrEnum):
    """What a mock is told to look like."""

    NONE = "none"
    CLASS = "class"
    NAMES = "names"
    MOCK = "mock"
    UNKNOWN = "unknown"


class Usage(IntEnum):
    """What is done with a value, from nothing to what decides most."""

    NONE = 0
    DISCARDED = 1
    STORED = 2
    COMPARED = 3
    TRUTH = 4


class Use(msgspec.Struct, frozen=True):
    """One use of a mock, or of a child, in the test itself.

    Attributes:
        path: The child; empty for the mock itself.
        awaited: Whether the result of a call was awaited.
        called: Whether it was called.
        usage: What is done with the result.
        span: Where.
        fails: Whether the test expects an exception there.
    """

    path: Path
    awaited: bool
    called: bool
    usage: Usage
    span: Span
    fails: bool = False


class Way(StrEnum):
    """How a mock leaves the test."""

    ARGUMENT = "argument"
    ATTRIBUTE = "attribute"
    RETURNED = "returned"
    PATCHED = "patched"
    OVERRIDE = "override"
    CONTAINER = "container"


class Escape(msgspec.Struct, frozen=True):
    """One place at which a mock leaves the test.

    Attributes:
        way: How.
        target: What takes it: the full name of a function or class, of an attribute, or the target of a patch.
        parameter: The keyword, or the number of the position as text; empty where there is none.
        path: The child that leaves; empty for the mock itself.
        span: Where.
        made: What the call makes, when its result is kept.
        written: The attribute as it is written, where it is given to one.
        fails: Whether the test expects an exception there.
    """

    way: Way
    target: str
    parameter: str
    path: Path
    span: Span
    made: Made | None = None
    written: str = ""
    fails: bool = False


@dataclass(slots=True, eq=False)
class Made:
    """An object that a test makes with mocks inside.

    Attributes:
        target: The full name of its class or of the function that makes it.
        calls: The methods that the test calls on it, with the places, and whether it expects an exception there.
        changed: Whether something else may change what it holds: it was handed on, or told something inside.
    """

    target: str
    calls: list[tuple[str, Span, bool]] = field(default_factory=list)
    changed: bool = False


@dataclass(slots=True, eq=False)
class Mock:
    """One mock.

    Attributes:
        kind: What made it.
        span: The call that made it.
        function: The function in which it was made; None at the top of the module or of a class.
        place: How the test calls it.
        spec: What it is told to look like.
        spec_name: The full name of a class that it is told to look like.
        arguments: The keyword arguments of the call.
        own: Whether it was told an answer for being called itself.
        tellings: How often.
        own_values: The answers that it was told, as far as they are written there.
        children: What the children were told: by path, the answers; an empty list for a thing of its own.
        unknown: Whether it may be told more than can be read: by a loop, by `**`, or elsewhere.
        sealed: Whether it has no children but those that it was told.
        failing: The children that were told an exception.
        uses: What the test does with it.
        escapes: Where it leaves the test.
        parent: The mock whose child it is, and the path.
        answer_of: The mocks that were told to answer with it, each with the path of the call.
        patched: The target of the patch that made it; empty for none.
        made: Where it was made, when that is another file; its span is then that of the parameter that gets it.
        reached: What `bugcapture.scan.reach` has found, once it was asked.
    """

    kind: Kind
    span: Span
    function: TestFunction | None
    place: str = ""
    spec: Spec = Spec.NONE
    spec_name: str = ""
    arguments: dict[str, ast.expr] = field(default_factory=dict)
    own: bool = False
    tellings: int = 0
    own_values: list[ast.expr] = field(default_factory=list)
    children: dict[Path, list[Any]] = field(default_factory=dict)
    unknown: bool = False
    sealed: bool = False
    failing: set[Path] = field(default_factory=set)
    uses: list[Use] = field(default_factory=list)
    escapes: list[Escape] = field(default_factory=list)
    parent: tuple[Mock, Path] | None = None
    answer_of: list[tuple[Mock, Path]] = field(default_factory=list)
    patched: str = ""
    made: Step | None = None
    reached: list[Reached] | None = None

    def tells(self, path: Path) -> bool:
        """Whether a child, or the mock itself, was told what to answer.

        Args:
            path: The child; empty for the mock itself.
        """
        if not path:
            return self.own
        if self.unknown or self.sealed:
            return True
        return any(told[: len(path)] == path or path[: len(told)] == told for told in self.children)

    def tell(self, path: Path, value: Any = None) -> None:
        """Note that a child was told something.

        Args:
            path: The child; empty for the mock itself.
            value: The answer as it is written; None for a thing of its own.
        """
        if path:
            self.children.setdefault(path, []).append(value)
        else:
            self.own = True
            self.tellings += 1
            if value is not None:
                self.own_values.append(value)

    def belong_to(self, parent: Mock, path: Path) -> None:
        """Note whose child it is, the first time; what is given to itself is nobody's.

        Args:
            parent: The mock that it is given to.
            path: The child that it is there.
        """
        above: Mock | None = parent
        while above is not None and above is not self:
            above = above.parent[0] if above.parent is not None else None
        if above is None and self.parent is None:
            self.parent = (parent, path)

    @property
    def symbol(self) -> str:
        """The name of that function, as findings say it; empty for none."""
        return self.function.qualname if self.function is not None else ""

    @property
    def is_async(self) -> bool:
        """Whether its children are asynchronous, whatever they are called."""
        return self.kind is Kind.ASYNC

    def view(self) -> Mock:
        """The same mock as another function gets it: what is told and done there stays there."""
        return Mock(
            kind=self.kind,
            span=self.span,
            function=self.function,
            place=self.place,
            spec=self.spec,
            spec_name=self.spec_name,
            arguments=self.arguments,
            own=self.own,
            tellings=self.tellings,
            own_values=list(self.own_values),
            children={path: list(values) for path, values in self.children.items()},
            unknown=self.unknown,
            sealed=self.sealed,
            failing=set(self.failing),
            uses=list(self.uses),
            escapes=list(self.escapes),
            parent=self.parent,
            answer_of=list(self.answer_of),
            patched=self.patched,
            made=self.made,
        )
