"""Make a module of mocks tell what happens to them; what they do, and what they are, stays the same.

A mock has a class of its own, made from `unittest.mock.NonCallableMock` and others. Four places are watched: a
mock is made, a mock is called, the coroutine of a mock is made, and a patch makes mocks. Truth values and
comparisons of a ``MagicMock`` are calls of its magic methods; a ``Mock`` has none, so its base class gets them for
a while, and they do what `object` does.
"""

from __future__ import annotations

import functools
import sys
import types
import warnings
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType, FrameType

    from bugcapture.mock_truth.instructions import Instructions
    from bugcapture.mock_truth.patches import Patches

COMPARISONS: Final = ("__eq__", "__ne__", "__lt__", "__le__", "__gt__", "__ge__")
# `object` makes `__ne__` of `__eq__`.
_OWN_COMPARISONS: Final = tuple(name for name in COMPARISONS if name != "__ne__")


class Watcher(Protocol):
    """Gets to know what happens to mocks; it must neither raise nor change anything."""

    def made(self, mock: Any, frame: FrameType) -> None:
        """A mock was made, inside a frame."""

    def patched(self, patch: Any, frame: FrameType) -> None:
        """A patch was made, which is not entered yet."""

    def entering(self, patch: Any) -> None:
        """A patch is entered, and makes mocks in this thread until `entered`."""

    def entered(self, patch: Any) -> None:
        """A patch was entered, or has failed."""

    def called(self, mock: Any, frame: FrameType) -> None:
        """A mock is called by a frame."""

    def promised(self, mock: Any, coroutine: Any, frame: FrameType) -> None:
        """A frame has called an asynchronous mock, and got a coroutine."""

    def tested(self, mock: Any, frame: FrameType) -> None:
        """A frame asks for the truth of a mock without a method for that."""

    def compared(self, mock: Any, frame: FrameType) -> None:
        """A frame compares a mock without a method for that."""


def instrument(module: Any, watcher: Watcher, patches: Patches, instructions: Instructions) -> None:
    """Make the mocks of a module tell what happens to them.

    Args:
        module: `unittest.mock`, or its backport.
        watcher: Gets to know it.
        patches: Takes note of what has to be put back.
        instructions: Reads the callers.
    """
    base, caller = module.NonCallableMock, _Caller(module)
    _watch_birth(base, watcher, patches)
    _watch_patches(module._patch, watcher, patches)  # noqa: SLF001 - nothing public knows them
    _watch_calls(module, watcher, patches, caller)
    patches.replace(base, "__bool__", _Truth(base, watcher, instructions))
    for name in _OWN_COMPARISONS:
        patches.replace(base, name, _comparison(base, name, watcher))


def watch_unawaited(note: Callable[[Any], None], patches: Patches) -> None:
    """Get to know coroutines that end without ever having been awaited, just before Python warns of them.

    Args:
        note: Gets each of them.
        patches: Takes note of what has to be put back.
    """
    original = getattr(warnings, "_warn_unawaited_coroutine", None)
    if not isinstance(original, types.FunctionType):
        return
    # A function around it, or one that it calls, would be shown in the traceback where the warning is an error.
    names = _Names(original.__globals__, note)
    copy = types.FunctionType(
        original.__code__, names, original.__name__, original.__defaults__, original.__closure__
    )
    patches.replace(warnings, "_warn_unawaited_coroutine", copy)


class _Names(dict[str, Any]):
    """The global names of what warns of a coroutine; notes it when the kind of warning is looked up."""

    def __init__(self, names: dict[str, Any], note: Callable[[Any], None]) -> None:
        super().__init__(names)
        self._names = names
        self._note = note

    def __getitem__(self, name: str) -> Any:
        if name == "RuntimeWarning":
            self._note(sys._getframe(1).f_locals.get("coro"))  # noqa: SLF001
        # The names as they are now: a test may have replaced `warnings.warn`.
        return self._names[name]


class _Caller:
    """Finds the frame that calls a mock, behind those by which mocks call themselves."""

    def __init__(self, module: Any) -> None:
        methods = [
            function
            for kind in (
                getattr(module, name, None) for name in ("CallableMixin", "AsyncMockMixin", "ThreadingMixin")
            )
            for function in vars(kind or object).values()
            if isinstance(function, types.FunctionType)
        ]
        self._passed: frozenset[CodeType] = frozenset(function.__code__ for function in methods)

    def __call__(self, frame: FrameType) -> FrameType:
        found = frame
        while found.f_back is not None and (found.f_code in self._passed or _is_autospec(found)):
            found = found.f_back
        return found


def _is_autospec(frame: FrameType) -> bool:
    """Whether it is the function by which an autospec stands for another one."""
    return frame.f_code.co_filename == "<string>" and "_checksig_" in frame.f_globals


def _watch_birth(base: Any, watcher: Watcher, patches: Patches) -> None:
    original = base.__init__

    @functools.wraps(original)
    def __init__(self: Any, /, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        __tracebackhide__ = True
        original(self, *args, **kwargs)
        watcher.made(self, sys._getframe(1))  # noqa: SLF001

    patches.replace(base, "__init__", __init__)


def _watch_patches(patch: Any, watcher: Watcher, patches: Patches) -> None:
    made, enter = patch.__init__, patch.__enter__

    @functools.wraps(made)
    def __init__(self: Any, /, *args: Any, **kwargs: Any) -> None:  # noqa: N807
        __tracebackhide__ = True
        made(self, *args, **kwargs)
        watcher.patched(self, sys._getframe(1))  # noqa: SLF001

    @functools.wraps(enter)
    def __enter__(self: Any) -> Any:  # noqa: N807
        __tracebackhide__ = True
        watcher.entering(self)
        try:
            return enter(self)
        finally:
            watcher.entered(self)

    patches.replace(patch, "__init__", __init__)
    patches.replace(patch, "__enter__", __enter__)


def _watch_calls(module: Any, watcher: Watcher, patches: Patches, caller: _Caller) -> None:
    counted = module.CallableMixin._increment_mock_call  # noqa: SLF001
    executed = module.AsyncMockMixin._execute_mock_call  # noqa: SLF001

    # What counts the calls returns before anything is answered or raised: no traceback shows it.
    @functools.wraps(counted)
    def _increment_mock_call(self: Any, /, *args: Any, **kwargs: Any) -> None:
        watcher.called(self, caller(sys._getframe(1)))  # noqa: SLF001
        counted(self, *args, **kwargs)

    @functools.wraps(executed)
    def _execute_mock_call(self: Any, /, *args: Any, **kwargs: Any) -> Any:
        coroutine = executed(self, *args, **kwargs)
        watcher.promised(self, coroutine, caller(sys._getframe(1)))  # noqa: SLF001
        return coroutine

    patches.replace(module.CallableMixin, "_increment_mock_call", _increment_mock_call)
    patches.replace(module.AsyncMockMixin, "_execute_mock_call", _execute_mock_call)


class _Truth:
    """The ``__bool__`` of mocks that have none: tells, and answers as if it were not there."""

    def __init__(self, base: Any, watcher: Watcher, instructions: Instructions) -> None:
        self._base = base
        self._watcher = watcher
        self._instructions = instructions

    def __get__(self, mock: Any, owner: Any = None) -> Any:
        inherited = getattr(super(self._base, owner if mock is None else mock), "__bool__", None)
        if inherited is not None:
            return inherited
        frame = sys._getframe(1)  # noqa: SLF001
        if mock is None or self._instructions.asks_for("__bool__", frame):
            raise AttributeError("__bool__")
        self._watcher.tested(mock, frame)
        if any("__len__" in vars(kind) for kind in type(mock).__mro__):
            return lambda: len(mock) > 0
        return _yes


def _yes() -> bool:
    return True


def _comparison(base: Any, name: str, watcher: Watcher) -> Any:
    def compare(self: Any, other: Any) -> Any:
        watcher.compared(self, sys._getframe(1))  # noqa: SLF001
        return getattr(super(base, self), name)(other)

    compare.__name__ = name
    compare.__qualname__ = f"object.{name}"
    return compare
