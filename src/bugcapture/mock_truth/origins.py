"""Where each mock comes from: made on purpose at some place, or by another mock that was told nothing."""

from __future__ import annotations

import weakref
from collections import deque
from dataclasses import dataclass
from enum import Enum
from types import FunctionType, GeneratorType
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

CALLED: Final = "()"
# What magic methods answer when nobody told them anything.
_DEFAULTS: Final[dict[str, Any]] = {
    "__bool__": True, "__contains__": False, "__exit__": False, "__aexit__": False, "__len__": 0, "__int__": 1,
    "__float__": 1.0, "__complex__": 1j, "__index__": 1, "__lt__": NotImplemented, "__gt__": NotImplemented,
    "__le__": NotImplemented, "__ge__": NotImplemented,
}  # fmt: skip
# These have an answer of their own for each mock.
_CALCULATED: Final = frozenset({"__hash__", "__str__", "__sizeof__", "__fspath__"})
_SIDE_EFFECTS: Final = frozenset({"__eq__", "__ne__", "__iter__", "__aiter__"})
_NUMBERS: Final = frozenset({"__len__", "__int__", "__float__", "__complex__", "__index__"})
# Those that make mocks: the standard library's, and its backport.
MODULES: Final = ("unittest.mock", "mock.mock")
_ABSENT: Final = object()


class Birth(Enum):
    """What made a mock."""

    PURPOSE = "a call of its class, a patch or an autospec"
    ATTRIBUTE = "another mock that was asked for an attribute"
    RESULT = "another mock that was called"


class Origin(weakref.ref[Any]):
    """What is known of one mock, kept as long as it lives.

    Attributes:
        key: Its identity.
        birth: What made it.
        place: Where it was made on purpose; empty where that is not known.
        stands_for_class: Whether it was patched over a class, so that its results stand for objects of it.
        asked: Where the program called it last; empty for nowhere.
    """

    __slots__ = ("asked", "birth", "key", "place", "stands_for_class")

    key: int
    birth: Birth
    place: str
    stands_for_class: bool
    asked: str


@dataclass(frozen=True, slots=True)
class Trail:
    """The way from a mock that was made on purpose to an answer that nobody chose.

    Attributes:
        made: Where the mock was made.
        name: The answer as it would be written, such as ``mock.check_permission()``.
        asked: Where the program called for it.
    """

    made: str
    name: str
    asked: str


class Origins:
    """What is known of the mocks of a process.

    Attributes:
        unset: What stands for an answer that nobody told, in each module that makes mocks.
    """

    def __init__(self) -> None:
        self._known: dict[int, Origin] = {}
        # Python code that runs when a mock dies would lose the exception of a signal handler; this runs none.
        self._dead: deque[Any] = deque()
        self.unset: list[Any] = [_ABSENT]

    def add(self, mock: Any, place: str) -> Origin:
        """Note a new mock.

        Args:
            mock: The mock, ready made.
            place: Where that was.
        """
        self._forget_dead()
        origin = Origin(mock, self._dead.append)
        origin.key = id(mock)
        origin.birth = _birth(mock.__dict__)
        origin.place = place if origin.birth is Birth.PURPOSE else ""
        origin.stands_for_class = False
        origin.asked = ""
        self._known[id(mock)] = origin
        return origin

    def get(self, mock: Any) -> Origin | None:
        """What is known of a mock; None for nothing."""
        origin = self._known.get(id(mock))
        return origin if origin is not None and origin() is mock else None

    def places(self, mock: Any) -> Iterator[str]:
        """Where a mock, and those above it, were made on purpose.

        Args:
            mock: The mock.
        """
        for one in _upwards(mock):
            origin = self.get(one)
            if origin is not None and origin.place:
                yield origin.place

    def trail(self, mock: Any) -> Trail | None:
        """The way to an answer that nobody chose.

        Args:
            mock: Anything that may be one.

        Returns:
            None where the mock was made on purpose, is no result of a call, or was told something.
        """
        asked = ""
        is_answer = False
        for one in _upwards(mock):
            origin = self.get(one)
            if origin is None:
                return None
            if origin.birth is Birth.PURPOSE:
                chosen = not is_answer or not origin.place or self._is_told(mock, set())
                return None if chosen else Trail(origin.place, written(mock), asked)
            if origin.birth is Birth.RESULT:
                callee = self.get(one.__dict__["_mock_new_parent"])
                if callee is not None and not callee.stands_for_class:
                    asked = asked if is_answer else callee.asked
                    is_answer = True
        return None

    def made(self, mock: Any) -> str:
        """Where a mock, or the one that it comes from, was made on purpose; empty where that is not known.

        Args:
            mock: The mock.
        """
        for one in _upwards(mock):
            origin = self.get(one)
            if origin is None or origin.birth is Birth.PURPOSE:
                return origin.place if origin is not None else ""
        return ""

    def cannot_be_awaited(self, mock: Any) -> bool:
        """Whether awaiting what calling a mock gives is sure to fail.

        Args:
            mock: The mock.
        """
        names = mock.__dict__
        delegate = _delegate(names)
        effect = delegate.get("side_effect", names.get("_mock_side_effect"))
        # An asynchronous mock counts what is awaited.
        if "_mock_await_count" in names or effect is not None or names.get("_mock_wraps") is not None:
            return False
        value = delegate.get("return_value", names.get("_mock_return_value", _ABSENT))
        return not _is_awaitable(mock if self._is_unset(value) else value)

    def _is_told(self, mock: Any, seen: set[int]) -> bool:
        """Whether somebody told a mock, or a child of it, anything: an attribute, an answer, an effect."""
        mock = _behind(mock)
        if id(mock) in seen:
            return False
        seen.add(id(mock))
        origin = self.get(mock)
        if origin is None or origin.birth is Birth.PURPOSE:
            return True
        names = mock.__dict__
        if any(not name.startswith("_") and name != "method_calls" for name in names):
            return True
        if self._is_told_itself(mock) or self._is_result_told(names, seen):
            return True
        children = list(names["_mock_children"].values())
        return any(type(child).__name__ != "_SpecState" and self._is_told(child, seen) for child in children)

    def _is_result_told(self, names: dict[str, Any], seen: set[int]) -> bool:
        value = _delegate(names).get("return_value", names.get("_mock_return_value", _ABSENT))
        return self._is_result(value) and self._is_told(value, seen)

    def _is_told_itself(self, mock: Any) -> bool:
        """Whether a mock was told what calling it does."""
        names = mock.__dict__
        delegate = _delegate(names)
        name = names.get("_mock_new_name")
        effect = delegate.get("side_effect", names.get("_mock_side_effect"))
        if effect is not None and not (name in _SIDE_EFFECTS and getattr(effect, "__module__", "") in MODULES):
            return True
        value = delegate.get("return_value", names.get("_mock_return_value", _ABSENT))
        if self._is_unset(value) or self._is_result(value):
            return names.get("_mock_wraps") is not None
        if name in _DEFAULTS:
            return value is not _DEFAULTS[name] and not (name in _NUMBERS and value == _DEFAULTS[name])
        return name not in _CALCULATED

    def _is_unset(self, value: Any) -> bool:
        return any(value is one for one in self.unset)

    def _is_result(self, value: Any) -> bool:
        """Whether it is what a mock answers that was told nothing."""
        origin = self.get(value)
        return origin is not None and origin.birth is Birth.RESULT

    def _forget_dead(self) -> None:
        while self._dead:
            origin = self._dead.pop()
            key: int = origin.key
            if self._known.get(key) is origin:
                del self._known[key]


def _birth(names: dict[str, Any]) -> Birth:
    name = names.get("_mock_new_name")
    if not name or names.get("_mock_new_parent") is None:
        return Birth.PURPOSE
    # What an autospec makes for the objects of a class is called like a result, and has a name besides.
    return Birth.RESULT if name == CALLED and names.get("_mock_name") is None else Birth.ATTRIBUTE


def _upwards(mock: Any) -> Iterator[Any]:
    """A mock, the one that made it, and so on."""
    seen: set[int] = set()
    while mock is not None and id(mock) not in seen:
        seen.add(id(mock))
        yield mock
        mock = mock.__dict__.get("_mock_new_parent")


def written(mock: Any) -> str:
    """A mock as it would be written: the name of the one that all others hang on, and the way from there.

    Args:
        mock: The mock.
    """
    *way, root = _upwards(mock)
    name = root.__dict__.get("_mock_name")
    steps = [step if (step := one.__dict__["_mock_new_name"]) == CALLED else f".{step}" for one in reversed(way)]
    return "".join([name if isinstance(name, str) and name else "mock", *steps])


def _is_awaitable(value: Any) -> bool:
    """Whether ``await`` takes it: it asks the type, and what a mock says that it is does not count."""
    kind = type(value)
    return hasattr(kind, "__await__") or issubclass(kind, GeneratorType)


def _behind(mock: Any) -> Any:
    """The mock behind the function that an autospec makes."""
    return mock.__dict__.get("mock", mock) if isinstance(mock, FunctionType) else mock


def _delegate(names: dict[str, Any]) -> dict[str, Any]:
    """What the function of an autospec was told instead of its mock."""
    delegate = names.get("_mock_delegate")
    return delegate.__dict__ if isinstance(delegate, FunctionType) else {}
