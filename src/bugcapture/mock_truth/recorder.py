"""Records, while it is active, what the program does with answers of mocks that nobody chose."""

from __future__ import annotations

import contextlib
import dis
import functools
import os
import sys
import threading
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from bugcapture.mock_truth.instructions import Instructions
from bugcapture.mock_truth.instrument import COMPARISONS, instrument, watch_unawaited
from bugcapture.mock_truth.origins import MODULES, Birth, Origins, Trail, written
from bugcapture.mock_truth.patches import Patches
from bugcapture.mock_truth.run import (
    COMPARISON,
    NEVER_AWAITED,
    SWALLOW,
    SYNC_AWAITED,
    TRUTH,
    Observation,
    Run,
)
from bugcapture.mock_truth.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import FrameType

_HERE: Final = (os.path.join(os.path.dirname(__file__), ""), dis.__file__)  # noqa: PTH118, PTH120
_COMPARISONS: Final = frozenset({*COMPARISONS, "__contains__"})


class Recorder:
    """Records what happens to the mocks of this process.

    Args:
        root: The project's folder: what lies below it, is no test and is not installed is the program.
    """

    def __init__(self, root: Path) -> None:
        self._sources = Sources(root)
        self._instructions = Instructions()
        self._patches = Patches()
        self._watcher = _Watcher(self._sources, self._instructions)
        self._watched: set[str] = set()

    def start(self) -> None:
        """Watch the mocks that are made from now on."""
        import_module(MODULES[0])
        watch_unawaited(self._watcher.unawaited, self._patches)
        self._watch_modules()

    def begin(self, test: str) -> None:
        """A test begins, its fixtures included.

        Args:
            test: What it is called.
        """
        self._watch_modules()
        self._watcher.test = test

    def end(self) -> None:
        """The test has ended, its fixtures included."""
        self._watcher.test = ""

    def take(self) -> Run:
        """What was observed since the last time, for another process; it is not told again."""
        return self._watcher.take()

    def stop(self) -> Run:
        """Watch no more.

        Returns:
            What was observed and not taken.
        """
        self._patches.undo()
        self._watched.clear()
        return self.take()

    def _watch_modules(self) -> None:
        """The backport is watched once somebody has imported it."""
        for name in MODULES:
            module = sys.modules.get(name)
            if module is not None and name not in self._watched:
                self._watched.add(name)
                self._watcher.origins.unset.append(module.DEFAULT)
                instrument(module, self._watcher, self._patches, self._instructions)


def _quiet(note: Callable[..., None]) -> Callable[..., None]:
    """A note that never raises: whatever a mock makes of being looked at, its test goes on."""

    @functools.wraps(note)
    def noted(*args: Any) -> None:
        try:
            note(*args)
        except Exception as error:
            if not _is_our_own(error):
                raise

    return noted


def _is_our_own(error: Exception) -> bool:
    """Whether it was raised here, and not by a signal handler that happened to run meanwhile: a time limit."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    return last is None or last.tb_frame.f_code.co_filename.startswith(_HERE)


def _is_answer_of_autospec(frame: FrameType) -> bool:
    """Whether a mock is made as what a method of an autospec answers, where that is not left to the method."""
    maker: FrameType | None = frame
    while maker is not None and maker.f_code.co_name == "__init__":
        maker = maker.f_back
    return maker is not None and maker.f_code.co_name == "create_autospec" and "child_klass" in maker.f_locals


class _Watcher:
    """Makes observations of what happens to mocks.

    Attributes:
        test: The test that runs.
        origins: What is known of the mocks.
    """

    def __init__(self, sources: Sources, instructions: Instructions) -> None:
        self.test = ""
        self.origins = Origins()
        self._sources = sources
        self._instructions = instructions
        self._run = Run()
        # Notes come from several threads, and from finalizers in the middle of another note.
        self._lock = threading.RLock()
        self._entering = threading.local()
        self._patch_places: dict[int, str] = {}
        self._promises: dict[int, Observation] = {}

    def take(self) -> Run:
        with self._lock:
            run, self._run = self._run, Run()
            self._run.started = run.started
            return run

    @_quiet
    def made(self, mock: Any, frame: FrameType) -> None:
        names = mock.__dict__
        if names.get("_mock_new_parent") is not None:
            self.origins.add(mock, "")
            return
        if "co_flags" in (names.get("_mock_methods") or ()):
            return  # The code object that every AsyncMock makes for itself.
        if _is_answer_of_autospec(frame):
            self.origins.add(mock, "").birth = Birth.RESULT
            return
        patches: list[tuple[Any, list[Any]]] = getattr(self._entering, "patches", [])
        place = self._patch_places.get(id(patches[-1][0]), "") if patches else ""
        place = place or self._sources.place(frame)
        origin = self.origins.add(mock, place)
        if patches:
            patches[-1][1].append(origin)
        if place:
            with self._lock:
                self._run.made[place] += 1

    @_quiet
    def patched(self, patch: Any, frame: FrameType) -> None:
        self._patch_places[id(patch)] = self._sources.place(frame)

    @_quiet
    def entering(self, patch: Any) -> None:
        if not hasattr(self._entering, "patches"):
            self._entering.patches = []
        self._entering.patches.append((patch, []))

    @_quiet
    def entered(self, patch: Any) -> None:
        _, origins = self._entering.patches.pop()
        # Not isinstance: a mock may say that it is a class.
        if issubclass(type(getattr(patch, "temp_original", None)), type):
            for origin in (*origins, self.origins.get(patch.new)):
                if origin is not None:
                    origin.stands_for_class = True

    @_quiet
    def called(self, mock: Any, frame: FrameType) -> None:
        method = mock.__dict__["_mock_new_name"]
        if method == "__bool__" or method in _COMPARISONS:
            self._note(COMPARISON if method in _COMPARISONS else TRUTH, mock._mock_new_parent, frame)  # noqa: SLF001
            return
        name = self._sources.program_name(frame.f_code.co_filename)
        if not name:
            return
        place = f"{name}:{frame.f_lineno}"
        origin = self.origins.get(mock)
        if origin is not None and origin.asked != place:
            origin.asked = place
            with self._lock:
                for made in self.origins.places(mock):
                    self._run.asked.setdefault(made, set()).add(place)
        if self._instructions.awaits(frame) and self.origins.cannot_be_awaited(mock):
            made = self.origins.made(mock)
            if made:
                self._add(SYNC_AWAITED, Trail(made, f"{written(mock)}()", place), frame, place)

    @_quiet
    def promised(self, mock: Any, coroutine: Any, frame: FrameType) -> None:
        self._promises.pop(id(coroutine), None)
        name = self._sources.program_name(frame.f_code.co_filename)
        # By the time that nobody awaits it, the mock may be gone.
        made = self.origins.made(mock) if name else ""
        if made:
            place = f"{name}:{frame.f_lineno}"
            function = frame.f_code.co_qualname
            self._promises[id(coroutine)] = Observation(
                place, function, NEVER_AWAITED, f"{written(mock)}()", made, place, self.test
            )

    @_quiet
    def unawaited(self, coroutine: Any) -> None:
        promise = self._promises.pop(id(coroutine), None)
        if promise is not None:
            self._count(promise)

    @_quiet
    def tested(self, mock: Any, frame: FrameType) -> None:
        self._note(TRUTH, mock, frame)

    @_quiet
    def compared(self, mock: Any, frame: FrameType) -> None:
        self._note(COMPARISON, mock, frame)

    def _note(self, kind: str, mock: Any, frame: FrameType) -> None:
        """Note the use of an answer, where it is one that nobody chose and the program uses it."""
        user = self._user(frame)
        name = self._sources.program_name(user.f_code.co_filename) if user is not None else ""
        trail = self.origins.trail(mock) if name else None
        if user is None or trail is None:
            return
        swallows = kind == TRUTH and (user is not frame or self._instructions.leaves_with(frame))
        self._add(SWALLOW if swallows else kind, trail, user, f"{name}:{user.f_lineno}")

    def _user(self, frame: FrameType) -> FrameType | None:
        """The frame itself; for an exit stack, which asks only whether to swallow, the one that has made it."""
        user: FrameType | None = frame
        while user is not None and user.f_code.co_filename == contextlib.__file__:
            user = user.f_back
        return user

    def _add(self, kind: str, trail: Trail, frame: FrameType, guard: str) -> None:
        function = frame.f_code.co_qualname
        self._count(Observation(guard, function, kind, trail.name, trail.made, trail.asked, self.test))

    def _count(self, observation: Observation) -> None:
        with self._lock:
            self._run.observations[observation] += 1
