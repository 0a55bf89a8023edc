"""Robot keywords for deterministic thread races: ``Library    bugcapture.robot.Race``."""

from __future__ import annotations

# Robot reads the types of arguments at run time.
from datetime import timedelta  # noqa: TC003
from typing import Any, Final

from robot.api.deco import keyword, library

from bugcapture.core.errors import RaceError
from bugcapture.race import RaceResult
from bugcapture.race import race as run_race
from bugcapture.race.seam import find_object
from bugcapture.robot.apply import make_wrong
from bugcapture.robot.classify import CLOSE_FAILED

_WAIT: Final = 0.25
_TIMEOUT: Final = 10.0


@library(scope="TEST", doc_format="ROBOT")
class Race:
    """Keywords for deterministic thread races.

    A race that fails only now and then cannot be captured. Here all threads meet inside one function that the
    racing code calls between its check and its act, the *meeting point*, so buggy code fails in every run:

    | *** Settings ***
    | Library    bugcapture.robot.Race
    |
    | *** Test Cases ***
    | Concurrent first use opens one engine
    |     [Tags]    tdd_bug    tdd_bug_991    tdd_expected_fail
    |     Race Object    tests.fixtures:new_audit_service
    |     Race Threads    2    through=_ensure_session    meeting_at=shop.audit.create_engine
    |     Only One Thread Should Have Gone Through
    |     All Threads Should Have Got The Same Result

    Objects are named ``package.module:name``, or ``package.module.name``, and have to be importable: start Robot
    with ``--pythonpath .`` when they lie in the working directory.

    A thread that hangs, or a meeting point that nobody reaches, is an error and never an expected failure.
    """

    def __init__(self) -> None:
        self.ROBOT_LIBRARY_LISTENER = self
        self._object: Any = None
        self._made = False
        self._result: RaceResult | None = None

    @keyword
    def race_object(self, factory: str) -> object:
        """Calls the named factory without arguments, and keeps what it makes as the object of the race.

        When the object has a method ``close``, that is called at the end of the test.

        Examples:
        | Race Object    tests.fixtures:new_audit_service
        | ${service} =    Race Object    shop.audit.AuditService
        """
        make = find_object(factory)
        if not callable(make):
            raise RaceError(f"{factory!r} makes no object: it is of type {type(make).__name__}, not a factory")
        self._close()
        self._object = make()
        self._made = True
        return self._object

    @keyword
    def race_threads(
        self,
        count: int,
        through: str,
        meeting_at: str,
        wait: timedelta | None = None,
        timeout: timedelta | None = None,
    ) -> RaceResult:
        """Calls a method of the race object in several threads that meet at one point inside it.

        ``through`` is the method's name. ``meeting_at`` is the meeting point, by the name under which it is
        *looked up*, like a target of ``unittest.mock.patch``. Each call of it is held until all threads are
        inside, or until ``wait`` has passed (0.25 seconds by default). All threads have to be back after
        ``timeout`` (10 seconds by default).

        What the threads raise is kept, so that the keywords that follow decide.

        Examples:
        | Race Threads    2    through=_ensure_session    meeting_at=shop.audit.create_engine
        | Race Threads    8    through=transfer    meeting_at=shop.bank:Account.read    wait=500 ms
        """
        if not self._made:
            raise RaceError("there is no race object", hint="write before: Race Object    package.module:factory")
        function = getattr(self._object, through, None)
        if not callable(function):
            raise RaceError(f"{type(self._object).__name__} has no method {through!r}")
        self._result = run_race(
            function,
            meet_at=meeting_at,
            threads=count,
            wait=_WAIT if wait is None else wait.total_seconds(),
            timeout=_TIMEOUT if timeout is None else timeout.total_seconds(),
        )
        return self._result

    @keyword
    def only_one_thread_should_have_gone_through(self) -> None:
        """Fails unless the meeting point was called exactly once.

        A call that came after the others had left counts as well, so a lock without a second check is caught.
        """
        self._needed().expect(entries=1)

    @keyword
    def calls_of_the_meeting_point_should_be(self, count: int) -> None:
        """Fails unless the meeting point was called exactly ``count`` times.

        Examples:
        | Calls Of The Meeting Point Should Be    2
        """
        self._needed().expect(entries=count)

    @keyword
    def all_threads_should_have_got_the_same_result(self) -> None:
        """Fails when a thread raised, or when they did not all get the very same object."""
        self._needed().expect(errors=0, same_result=True)

    @keyword
    def no_thread_should_have_raised(self) -> None:
        """Fails when at least one thread raised; the message holds the tracebacks."""
        self._needed().expect(errors=0)

    def _end_test(self, data: Any, result: Any) -> None:  # noqa: ARG002 - Robot's signature
        try:
            self._close()
        except Exception as error:  # noqa: BLE001 - Robot would only log what a listener raises
            make_wrong(result, f"{CLOSE_FAILED}: {type(error).__name__}: {error}")

    def _close(self) -> None:
        made, self._object, self._made = self._object, None, False
        close = getattr(made, "close", None)
        if callable(close):
            close()

    def _needed(self) -> RaceResult:
        if self._result is None:
            example = "Race Threads    2    through=method    meeting_at=package.module.name"
            raise RaceError("no threads have raced", hint=f"write before: {example}")
        return self._result
