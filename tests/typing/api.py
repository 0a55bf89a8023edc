"""The public API as a type checker sees it; checked by pyright and mypy, never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, assert_type

import bugcapture
import bugcapture.behave
import bugcapture.robot
from bugcapture.behave import Runner, install, uninstall
from bugcapture.core.errors import (
    EXIT_BUG,
    EXIT_FINDINGS,
    EXIT_INTERRUPTED,
    EXIT_OK,
    EXIT_USAGE,
    BugcaptureError,
    ConfigurationError,
    RaceError,
    RefusedError,
    SourceError,
)
from bugcapture.race import RAISED, Entry, RaceResult, WorkerError, race
from bugcapture.race import RaceError as RaceErrorOfRace

if TYPE_CHECKING:
    from collections.abc import Callable

version: str = bugcapture.__version__
names: list[str] = bugcapture.__all__

# bugcapture.behave: two functions without arguments, and a runner class that Behave makes.
installer: Callable[[], None] = install
uninstaller: Callable[[], None] = uninstall
make_runner: Callable[[object], Runner] = Runner
same_runner: type[Runner] = bugcapture.behave.Runner

# bugcapture.robot: two classes that Robot Framework makes by their names.
listener: type[object] = bugcapture.robot.Listener
assert_type(bugcapture.robot.Race().race_object("shop.audit:new_service"), object)

# bugcapture.core.errors: one base, its parts, and the exit codes of the contract.
codes: tuple[Literal[0], Literal[1], Literal[2], Literal[3], Literal[130]] = (
    EXIT_OK,
    EXIT_FINDINGS,
    EXIT_USAGE,
    EXIT_BUG,
    EXIT_INTERRUPTED,
)
kinds: tuple[type[BugcaptureError], ...] = (
    ConfigurationError,
    RaceError,
    RefusedError,
    SourceError,
    RaceErrorOfRace,
)
error = BugcaptureError("wrong", where="pyproject.toml:3", hint="run `bugcapture init`")
assert_type(error.message, str)
assert_type(error.where, str | None)
assert_type(error.hint, str | None)
assert_type(error.exit_code, int)
exception: Exception = error
BugcaptureError("wrong", "pyproject.toml:3")  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
BugcaptureError()  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]

# bugcapture.race: one function, its result, and the one assertion on it.
result = race(lambda: 5, meet_at="shop.audit.create_engine")
assert_type(result, RaceResult)
assert_type(race(print, meet_at="a:b", threads=4, wait=0.5, timeout=5), RaceResult)
assert_type(result.expect(), RaceResult)
assert_type(result.expect(1, 0, True), RaceResult)
assert_type(result.expect(entries=1, errors=0, same_result=True), RaceResult)
assert_type(result.meet_at, str)
assert_type(result.threads, int)
assert_type(result.entries, int)
assert_type(result.together, int)
assert_type(result.met, bool)
assert_type(result.results, tuple[object, ...])
assert_type(result.errors, tuple[WorkerError, ...])
assert_type(result.order, tuple[Entry, ...])
assert_type(result.errors[0].exception, BaseException)
assert_type(result.errors[0].traceback, str)
assert_type(result.errors[0].thread, str)
assert_type(result.order[0].seconds, float)
raised: bool = RAISED in result.results
race(lambda: 5)  # type: ignore[call-arg] # pyright: ignore[reportCallIssue]
race(len, meet_at="a:b")  # type: ignore[arg-type] # pyright: ignore[reportArgumentType]
result.entries = 5  # type: ignore[misc] # pyright: ignore[reportAttributeAccessIssue]
