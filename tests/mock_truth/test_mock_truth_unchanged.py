"""Mocks are, and do, what they are and do without a recorder."""

from __future__ import annotations

import copy
import gc
import inspect
import itertools
import pickle
import subprocess
import sys
import traceback
import unittest.mock
import warnings
from functools import partial
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import pytest

from bugcapture import mock_truth
from bugcapture.mock_truth import Recorder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from mock_truth_sample import Sample

mock = unittest.mock
OURS = mock_truth.__path__[0]
WATCHED = ("NonCallableMock", "CallableMixin", "AsyncMockMixin", "_patch")


class Sized:
    """Has a length, and methods of both kinds."""

    def __len__(self) -> int:
        return 0

    async def fetch(self, key: str) -> str:
        return key


class Proud(mock.Mock):
    """A mock with a truth of its own."""

    def __bool__(self) -> bool:
        return False


class Late:
    """Comes behind `Mock` in the order of bases."""

    def __bool__(self) -> bool:
        return False

    def __eq__(self, other: object) -> bool:
        return other == "late"

    __hash__ = None  # type: ignore[assignment]


class Mixed(mock.Mock, Late):
    """Takes its truth from behind."""


def told(**answers: Any) -> Any:
    made = mock.MagicMock()
    made.configure_mock(**answers)
    return made


def failure(action: Callable[[], Any]) -> str:
    try:
        return f"no error: {action()!r}"
    except Exception as error:  # noqa: BLE001 - what is raised is compared
        return f"{type(error).__name__}: {error}"


def called() -> Any:
    parent = mock.MagicMock()
    if parent.get(1) == 3 or not parent.get(2) or parent.get(3) in [1, 2]:
        raise AssertionError("unreachable")
    with parent.lock() as lock:
        lock.acquire()
    return parent.mock_calls, parent.method_calls, parent.get.call_count, parent.get.call_args_list


def with_length(length: Any) -> Any:
    plain = mock.Mock()
    plain.__len__ = lambda _: length
    return plain


def deleted() -> Any:
    plain = mock.Mock()
    plain.__bool__ = lambda _: False
    before = bool(plain)
    del plain.__bool__
    return before, bool(plain), hasattr(plain, "__bool__")


def raising() -> str:
    client = mock.MagicMock(side_effect=KeyError("x"))
    try:
        client()
    except KeyError as error:
        return "".join(frame.name for frame in traceback.extract_tb(error.__traceback__))
    raise AssertionError("unreachable")


def unfiltered() -> Any:
    old, mock.FILTER_DIR = mock.FILTER_DIR, False
    try:
        return sorted(set(dir(mock.MagicMock())) - {"__bool__"})
    finally:
        mock.FILTER_DIR = old


async def awaited() -> Any:
    client = mock.AsyncMock()
    client.get.return_value = 3
    got = [await client.get(), await client.get(1)]
    return got, client.get.await_count, client.get.await_args_list, inspect.iscoroutinefunction(client.get)


def run(coroutine: Any) -> Any:
    try:
        coroutine.send(None)
    except StopIteration as stop:
        return stop.value
    raise AssertionError("unreachable")


# Each gives something that can be compared, with and without a recorder.
PROBES: dict[str, Callable[[], Any]] = {
    "truth": lambda: [bool(kind()) for kind in (mock.Mock, mock.MagicMock, mock.AsyncMock, mock.NonCallableMock)],
    "truth of a subclass": lambda: [bool(Proud()), bool(Mixed()), bool(Proud().get())],
    "truth with a length": lambda: [bool(with_length(0)), bool(with_length(2)), bool(mock.MagicMock(spec=Sized))],
    "truth with a wrong length": lambda: [failure(partial(bool, with_length(it))) for it in ("x", -1, 1.0)],
    "truth told": lambda: [bool(told(**{"__bool__.return_value": it})) for it in (True, False)],
    "truth told wrongly": lambda: failure(lambda: bool(told(**{"__bool__.return_value": 3}))),
    "truth deleted": deleted,
    "truth as an attribute": lambda: [
        hasattr(mock.Mock(), "__bool__"),
        hasattr(mock.Mock, "__bool__"),
        [hasattr(mock.Mock, name) for name in ("__bool__", "__eq__")],
        getattr(mock.Mock(), "__bool__", None),
        failure(lambda: mock.Mock().__bool__()),
        hasattr(mock.MagicMock(), "__bool__"),
        mock.MagicMock().__bool__(),
    ],
    "equality": lambda: [
        mock.Mock() == 3,
        mock.Mock() != 3,
        mock.Mock() == mock.ANY,
        Mixed() == "late",
        (one := mock.Mock()) == one,
        one not in [one, 1],
        one in [mock.Mock(), 1],
        mock.MagicMock() == 3,
        mock.MagicMock() != 3,
        mock.call(one) == mock.call(one),
    ],
    "order": lambda: [failure(lambda: mock.Mock() < 3), failure(lambda: mock.MagicMock() <= 3)],
    "hash": lambda: len({mock.Mock(), mock.Mock(), mock.MagicMock()}),
    "membership": lambda: [failure(lambda: 1 in mock.Mock()), 1 in mock.MagicMock()],
    "calls": called,
    "dir": lambda: [dir(mock.Mock()), dir(mock.MagicMock(spec=Sized)), unfiltered()],
    "spec": lambda: [
        failure(lambda: mock.MagicMock(spec=Sized).other),
        failure(lambda: mock.MagicMock(spec_set=Sized).__bool__),
        isinstance(mock.MagicMock(spec=Sized), Sized),
        type(mock.MagicMock(spec=Sized).fetch).__name__,
        failure(lambda: mock.create_autospec(Sized)().fetch()),
    ],
    "seal": lambda: failure(lambda: (sealed := mock.MagicMock(), mock.seal(sealed), sealed.get)),
    "signature": lambda: [
        str(inspect.signature(it)) for it in (mock.Mock, mock.create_autospec(run), mock._patch)
    ],
    "awaits": lambda: run(awaited()),
    "await of a mock": lambda: failure(lambda: run(_await(mock.MagicMock()))),
    "awaitable": lambda: [inspect.isawaitable(kind()) for kind in (mock.Mock, mock.MagicMock, mock.AsyncMock)],
    "copies": lambda: [
        bool(copy.copy(mock.Mock())),
        failure(lambda: type(copy.deepcopy(mock.MagicMock(name="x"))).__name__),
        failure(lambda: pickle.dumps(mock.Mock()))[:20],
    ],
    "traceback": raising,
    "types": lambda: [
        [base.__name__ for base in type(kind()).__mro__] for kind in (mock.Mock, mock.MagicMock, mock.AsyncMock)
    ],
    "attributes": lambda: [
        sorted(vars(mock.Mock())),
        sorted(vars(type(mock.Mock()))),
        sorted(vars(type(mock.MagicMock()))),
    ],
}


async def _await(value: Any) -> Any:
    return await value


@pytest.mark.parametrize("probe", PROBES.values(), ids=PROBES)
def test_nothing_changes(probe: Callable[[], Any], tmp_path: Path) -> None:
    """While it is recorded, whoever looks."""
    before = probe()
    for root in (tmp_path, find_root()):
        recorder = Recorder(root)
        recorder.start()
        try:
            recorder.begin("test")
            during = probe()
            recorder.end()
        finally:
            recorder.stop()
        assert during == before
    assert probe() == before


def find_root() -> Path:
    """A folder whose program is this file."""
    from pathlib import Path

    return Path(__file__).parent


def test_everything_is_put_back(tmp_path: Path) -> None:
    """Also when recorders are nested, or stopped twice."""
    state = {name: dict(vars(getattr(mock, name))) for name in WATCHED}
    unawaited = warnings._warn_unawaited_coroutine  # type: ignore[attr-defined]
    outer, inner = Recorder(tmp_path), Recorder(tmp_path)
    outer.start()
    inner.start()
    inner.stop()
    assert "__bool__" in vars(mock.NonCallableMock)
    outer.stop()
    outer.stop()
    assert {name: dict(vars(getattr(mock, name))) for name in WATCHED} == state
    assert warnings._warn_unawaited_coroutine is unawaited  # type: ignore[attr-defined]


def test_python_warns_where_it_did(sample: Sample) -> None:
    """Of a coroutine that nobody awaits: the same text, the same line."""
    sample.program("def add(session):\n    session.add(1)\n    return 3\n")
    sample.names["warnings"] = warnings
    suite = """\
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            add(AsyncMock())
        """
    told = []
    for recorded in (False, True):
        if recorded:
            assert len(sample.suite(suite).observations) == 1
        else:
            sample.program(suite, "tests/test_shop.py")
        (warning,) = sample.names["told"]
        told.append((str(warning.message), warning.category, warning.filename, warning.lineno))
    assert told[0] == told[1]
    assert told[0][2:] == (str(sample.root / "src/shop.py"), 2)


def test_the_error_that_a_warning_becomes(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its traceback shows what it shows without us, to whoever prints it: pytest 8.0 hides no frame of it."""
    lost: list[str] = []

    def lose(it: sys.UnraisableHookArgs) -> None:
        lost.extend(frame.f_globals.get("__name__", "") for frame, _ in traceback.walk_tb(it.exc_traceback))
        lost.extend(traceback.format_exception(it.exc_value))

    monkeypatch.setattr(sys, "unraisablehook", lose)
    sample.program("def add(session):\n    session.add(1)\n    return 3\n")
    sample.names["warnings"] = warnings
    suite = """\
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            add(AsyncMock())
        """
    sample.program(suite, "tests/test_shop.py")
    plain, lost[:] = lost[:], []
    assert len(sample.suite(suite).observations) == 1
    assert "never awaited" in plain[-1]
    assert lost == plain


def test_a_replaced_warn_is_asked(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """When Python warns of a coroutine, also when it was replaced after the recorder has started."""
    warn = mock.Mock()
    sample.names |= {"monkeypatch": monkeypatch, "warnings": warnings, "warn": warn}
    run = sample.suite("monkeypatch.setattr(warnings, 'warn', warn)\nAsyncMock().add(1)\n")
    assert not run.observations
    ((message,), options) = warn.call_args
    assert message == "coroutine 'AsyncMockMixin._execute_mock_call' was never awaited"
    assert (options["category"], options["stacklevel"]) == (RuntimeWarning, 2)


def test_what_goes_wrong_while_recording(sample: Sample, monkeypatch: pytest.MonkeyPatch) -> None:
    """Stays there."""
    monkeypatch.delattr("bugcapture.mock_truth.origins.Origins.trail")
    monkeypatch.delattr("bugcapture.mock_truth.sources.Sources.place")
    sample.program("def ask(client):\n    return bool(client.get())\n")
    run = sample.suite("assert ask(MagicMock()) is True\nassert ask(Mock()) is True\n")
    assert not run


# CPython's own tests of its mocks, in a process of their own; not every Python brings them along.
CPYTHON = "test.test_unittest.testmock" if sys.version_info >= (3, 12) else "unittest.test.testmock"
RUN_THEM = f"""
import importlib, sys, unittest
from pathlib import Path
from bugcapture import mock_truth
from bugcapture.mock_truth import Recorder
folder = Path(importlib.import_module({CPYTHON!r}).__file__).parent
recorder = Recorder(Path(unittest.__file__).parent)
recorder.start()
names = [f"{CPYTHON}.{{file.stem}}" for file in sorted(folder.glob("test*.py"))]
result = unittest.TextTestRunner().run(unittest.defaultTestLoader.loadTestsFromNames(names))
recorder.stop()
assert result.testsRun > 400
sys.exit(not result.wasSuccessful())
"""


def has_tests() -> bool:
    """Whether this Python brings its tests along."""
    try:
        return find_spec(CPYTHON) is not None
    except ModuleNotFoundError:
        return False


@pytest.mark.skipif(not has_tests(), reason="this Python comes without its tests")
def test_the_tests_of_python_itself() -> None:
    """Are as green as ever."""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", RUN_THEM], capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


class TooLateError(Exception):
    """What a time limit raises."""


class Limit:
    """A time limit that ends at a line of ours where none has: what the handler of a signal does.

    Real signals would arrive in the middle of ``unittest.mock`` as well, where Python itself loses exceptions:
    while it looks up a special method for the first time.

    Args:
        reached: Where limits have ended: the line, and the lines of ours that led there.
    """

    def __init__(self, reached: set[tuple[str, ...]]) -> None:
        self._reached = reached
        self._start = sys._getframe(1)
        self.place: tuple[str, ...] = ()
        """Where it ended; empty where there is no such line."""

    def __call__(self, frame: FrameType, event: str, _: object) -> Limit | None:
        if not frame.f_code.co_filename.startswith(OURS):
            return None
        if event == "line":
            stack = itertools.takewhile(lambda it: it[0] is not self._start, traceback.walk_stack(frame))
            place = tuple(
                f"{one.f_code.co_qualname}:{line}"
                for one, line in stack
                if one.f_code.co_filename.startswith(OURS)
            )
            if place not in self._reached:
                self.place = place
                self._reached.add(place)
                raise TooLateError
        return self


def test_a_time_limit_stops_what_it_did(sample: Sample) -> None:
    """Its exception gets out of every line of a note."""
    sample.program("""\
        def work(client):
            if client.get() == 3: ...
            return client.get() or 4
        """)
    sample.names |= {"TooLateError": TooLateError, "Limit": Limit, "sys": sys}
    run = sample.suite("""\
        lost, reached = [], set()
        clients = [MagicMock(), Mock()]
        for client in clients:
            work(client)
        while True:
            limit = Limit(reached)
            before = sys.gettrace()
            sys.settrace(limit)
            try:
                MagicMock()
                for client in clients:
                    work(client)
                late = False
            except TooLateError:
                late = True
            finally:
                sys.settrace(before)
            if not limit.place:
                break
            if not late:
                lost.append(limit.place)
        """)
    assert sample.names["lost"] == []
    notes = {line.split(":")[0] for line, *_ in sample.names["reached"]}
    assert {"_Watcher.made", "_Watcher.called", "_Watcher.tested", "_Watcher._note", "Origins.trail"} <= notes
    assert run.observations


@pytest.fixture
def lone_collector() -> Iterator[None]:
    """A garbage collector that calls nobody: Hypothesis asks it to, and an exception would be lost there too."""
    callbacks = gc.callbacks[:]
    gc.callbacks.clear()
    yield
    gc.callbacks[:] = callbacks


@pytest.mark.usefixtures("lone_collector")
def test_no_python_runs_when_a_mock_dies(tmp_path: Path) -> None:
    """An exception of a signal handler would be lost there."""
    recorder = Recorder(tmp_path)
    recorder.start()
    seen: list[str] = []
    try:
        doomed = [mock.MagicMock() for _ in range(10)]
        gc.collect()
        sys.setprofile(lambda frame, event, _: seen.append(frame.f_code.co_name) if event == "call" else None)
        doomed.clear()
        gc.collect()
    finally:
        sys.setprofile(None)
        recorder.stop()
    assert seen == []
