"""Translate what pytest knows of a failure into the words that every framework shares."""

from __future__ import annotations

import inspect
import unittest
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.outcome import Failure, Kind, Outcome, Phase, Status, exception_names
from bugcapture.core.text import shorten
from bugcapture.core.verdict import never_expected
from bugcapture.project.frames import project_frame
from bugcapture.pytest.scenario import step_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from bugcapture.pytest.captured import Captured
    from bugcapture.pytest.scenario import ScenarioRun

    Place = Callable[[str, int], str]

_UNITTEST: Final = frozenset({"unittest.case", "unittest.async_case"})
_UNITTEST_PARTS: Final = {
    "_callSetUp": Phase.SETUP,
    "_callTearDown": Phase.TEARDOWN,
    "_callCleanup": Phase.TEARDOWN,
    "_tearDownAsyncioRunner": Phase.TEARDOWN,
}
# Plugins whose soft assertions come as an exception that they make themselves, after the test.
_SOFT: Final = ("pytest_check",)
_FIXTURE: Final = "pytest_fixture_setup"
_CALL: Final = "pytest_pyfunc_call"
_SHOWN: Final = 200


def read_outcome(item: Any, captured: Captured, call: Any, report: Any, place: Place) -> Outcome:
    """The outcome of one phase of a test, before any inversion.

    Args:
        item: The test.
        captured: What is known of it in this attempt.
        call: pytest's ``CallInfo`` of the phase.
        report: pytest's report of the phase.
        place: How a path and a line are shown.
    """
    failures = (*captured.failures, *read_failures(item, captured, call, report, place))
    if is_skip(call) or (not captured.test.tags.expected_fail and _holds_xfail(report)):
        reason = _why_skipped(call, report)
        return Outcome(status=Status.NOT_RUN, raw_status="skipped", failures=failures, reason=reason)
    if not failures:
        return Outcome(status=Status.PASSED, raw_status="passed")
    raw = "failed" if call.when == "call" else "error"
    return Outcome(status=Status.FAILED, raw_status=raw, failures=failures)


def is_skip(call: Any) -> bool:
    """Whether a phase ended with a skip."""
    return call.excinfo is not None and isinstance(call.excinfo.value, pytest.skip.Exception)


def read_failures(item: Any, captured: Captured, call: Any, report: Any, place: Place) -> Iterator[Failure]:
    """What failed in one phase, in the order in which it happened.

    Without the switch, what another plugin forgives is no failure.

    Args:
        item: The test.
        captured: What is known of it in this attempt.
        call: pytest's ``CallInfo`` of the phase.
        report: pytest's report of the phase.
        place: How a path and a line are shown.
    """
    if is_skip(call) or not (report.failed or captured.test.tags.expected_fail) or _passed_strictly(report):
        return
    error = call.excinfo.value if call.excinfo is not None else None
    location = _location(report, item, place)
    step = captured.run.failed_step if captured.run is not None and call.when == "call" else None
    if step is not None and captured.scenario is not None:
        location = place(captured.scenario.path, step.line_number)
    # Soft assertions of before come together with what ended the test.
    errors = {id(one): one for one in (error, captured.own_error) if one is not None}
    for one in errors.values():
        frame = project_frame(one.__traceback__, item.config.rootpath)
        yield replace(_read(one, item, captured, call.when, location), frame=frame)
    if report.failed and not errors:
        text = shorten(str(report.longrepr).strip().partition("\n")[0], _SHOWN)
        detail = f"another plugin made it fail, without an exception: {text}"
        yield Failure(phase=Phase.ACTION, kind=Kind.UNKNOWN, detail=detail)


def read_abort(error: BaseException) -> Outcome:
    """The outcome of a test that took the whole run down, as `pytest.exit` and Ctrl-C do."""
    failure = Failure(
        phase=Phase.ACTION,
        kind=Kind.INTERRUPT,
        exc_types=exception_names(type(error)),
        message=message_of(error),
    )
    return Outcome(status=Status.FAILED, raw_status="interrupted", failures=(failure,))


def message_of(error: BaseException) -> str:
    """The message of an exception, whatever its ``__str__`` does."""
    try:
        return str(error)
    except KeyboardInterrupt:
        raise
    except BaseException as broken:  # noqa: BLE001 - the project's own code
        return f"<{type(broken).__name__} in __str__>"


def _read(error: BaseException, item: Any, captured: Captured, when: str, location: str) -> Failure:
    if isinstance(error, pytest.xfail.Exception):
        detail = "pytest.xfail() was called: two mechanisms would judge one failure"
        return _failure(error, Phase.ACTION, Kind.UNKNOWN, location, detail=detail)
    if when == "setup":
        return _failure(error, Phase.SETUP, Kind.HOOK, location, detail="the set-up of the test")
    if when == "teardown":
        return _failure(error, Phase.TEARDOWN, Kind.CLEANUP, location, detail="the teardown of the test")
    frames = list(_frames(error))
    if any(frame.f_code.co_name == "addUnexpectedSuccess" for frame in frames):
        detail = "unittest.expectedFailure was given: two mechanisms would judge one failure"
        return _failure(error, Phase.ACTION, Kind.UNKNOWN, location, detail=detail)
    kind = _kind(error, item)
    if around := _around_test(frames, captured):
        phase, kind, detail = around
        return _failure(error, phase, kind, location, detail=detail)
    if captured.run is not None:
        return _read_step(error, kind, captured.run, location)
    return _own_failure(error, Phase.VERIFICATION, kind, location)


def _around_test(frames: list[FrameType], captured: Captured) -> tuple[Phase, Kind, str] | None:
    """What failed in the call phase without being the test's own body."""
    if any(frame.f_code.co_name == _FIXTURE for frame in frames):
        return Phase.SETUP, Kind.HOOK, "a fixture"
    if _never_entered(frames):
        return Phase.ACTION, Kind.HOOK, "a hook that calls the test function"
    own = [_UNITTEST_PARTS.get(frame.f_code.co_name) for frame in frames if _module(frame) in _UNITTEST]
    if Phase.SETUP in own:
        return Phase.SETUP, Kind.HOOK, "setUp"
    if Phase.TEARDOWN in own:
        return Phase.TEARDOWN, Kind.CLEANUP, "tearDown or a cleanup"
    soft = any(_module(frame).startswith(_SOFT) for frame in frames[:1])
    if own or soft or captured.calling or any(frame.f_code.co_name == "runtest" for frame in frames):
        return None
    return Phase.ACTION, Kind.HOOK, "a hook around the test"


def _never_entered(frames: list[FrameType]) -> bool:
    """Whether what calls the test function failed itself: pytest refuses some, and hooks may stand around it."""
    calls = [index for index, frame in enumerate(frames) if _is_call(frame)]
    if not calls:
        return False
    hook, *inside = frames[calls[-1] + 1 :] or [frames[-1]]
    around = hook.f_code.co_flags & inspect.CO_GENERATOR
    return bool(around) or not inside or _module(inside[0]).startswith("_pytest.")


def _is_call(frame: FrameType) -> bool:
    """Whether this is pluggy's frame around what calls the test function."""
    return _module(frame).startswith("pluggy.") and frame.f_locals.get("hook_name") == _CALL


def _read_step(error: BaseException, kind: Kind, run: ScenarioRun, location: str) -> Failure:
    if run.undefined is not None:
        return _failure(error, Phase.ACTION, Kind.UNDEFINED, location, step=run.undefined)
    if run.ended:
        return _own_failure(error, Phase.VERIFICATION, kind, location)
    if run.error is not None and run.error is not error:
        return _failure(error, Phase.SETUP, Kind.HOOK, location, detail="a hook of the scenario")
    if run.current is None:
        detail = "a hook of the scenario" if run.error is None else "what a step takes"
        return _failure(error, Phase.SETUP, Kind.HOOK, location, detail=detail)
    return _own_failure(error, run.phase_of(run.current), kind, location, step=run.current)


def _own_failure(error: BaseException, phase: Phase, kind: Kind, location: str, step: Any = None) -> Failure:
    """The failure of the test itself, or the one inside a group that can never be the expected one."""
    for part in _leaves(error):
        if any(frame.f_code.co_name == _FIXTURE for frame in _frames(part)):
            return _failure(part, Phase.SETUP, Kind.HOOK, location, detail="a fixture")
        failure = _failure(part, phase, _kind(part, None), location, step=step)
        if never_expected(failure):
            return failure
    return _failure(error, phase, kind, location, step=step)


def _failure(
    error: BaseException, phase: Phase, kind: Kind, location: str, *, detail: str = "", step: Any = None
) -> Failure:
    names = step_names(step) if step is not None else ("",)
    parts = list(_leaves(error))
    types = [exception_names(type(part)) for part in parts]
    shared = [name for name in types[0] if all(name in one for one in types)]
    return Failure(
        phase=phase,
        kind=kind,
        exc_types=tuple(dict.fromkeys([*exception_names(type(error)), *shared])),
        message="\n".join(dict.fromkeys(map(message_of, [error, *parts]))),
        place=names[0],
        aliases=names[1:],
        location=location,
        detail=detail,
    )


def _kind(error: BaseException, item: Any) -> Kind:
    raised = type(error)  # `isinstance` would believe what the project's own object says of itself.
    if issubclass(raised, KeyboardInterrupt | pytest.exit.Exception):
        return Kind.INTERRUPT
    if _timed_out(error):
        return Kind.TIMEOUT
    if issubclass(raised, (pytest.fail.Exception, *_assertions_of(item))):
        return Kind.ASSERTION
    if isinstance(error, BaseExceptionGroup) and all(_kind(one, item) is Kind.ASSERTION for one in _leaves(error)):
        return Kind.ASSERTION
    return Kind.EXCEPTION


def _timed_out(error: BaseException) -> bool:
    """Whether pytest-timeout stopped the test, also when its body raised something else on the way out."""
    seen: set[int] = set()
    now: BaseException | None = error
    while now is not None and id(now) not in seen:
        seen.add(id(now))
        if isinstance(now, pytest.fail.Exception) and any(
            _module(one) == "pytest_timeout" for one in _frames(now)
        ):
            return True
        now = now.__context__
    return False


def _assertions_of(item: Any) -> tuple[type[BaseException], ...]:
    """What an assertion of a test raises; a ``unittest.TestCase`` may name another class."""
    cls = getattr(item, "cls", None)
    if not (isinstance(cls, type) and issubclass(cls, unittest.TestCase)):
        return (AssertionError,)
    own: object = cls.failureException
    return (AssertionError, own) if isinstance(own, type) else (AssertionError,)


def _leaves(whole: BaseException) -> Iterator[BaseException]:
    """What a group holds, in the groups inside it too; an exception that is no group is its own and only part."""
    waiting = [whole]
    while waiting:
        error = waiting.pop()
        if isinstance(error, BaseExceptionGroup):
            # A class derived from it may give another answer.
            waiting += reversed(BaseExceptionGroup.exceptions.__get__(error))
        else:
            yield error


def _frames(error: BaseException) -> Iterator[FrameType]:
    traceback = error.__traceback__
    while traceback is not None:
        yield traceback.tb_frame
        traceback = traceback.tb_next


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", ""))


def _location(report: Any, item: Any, place: Place) -> str:
    crash = getattr(report.longrepr, "reprcrash", None)
    return place(str(item.config.rootpath / crash.path), crash.lineno) if crash is not None else ""


def _holds_xfail(report: Any) -> bool:
    """Whether pytest's own ``xfail`` holds a test, whatever it makes of it."""
    return report.skipped or _passed_strictly(report)


def _passed_strictly(report: Any) -> bool:
    """Whether a test passed that its ``xfail(strict=True)`` wanted to fail; pytest says it in this text alone."""
    return isinstance(report.longrepr, str) and report.longrepr.startswith("[XPASS(strict)]")


def _why_skipped(call: Any, report: Any) -> str:
    if is_skip(call):
        return message_of(call.excinfo.value)
    if _passed_strictly(report):
        return f"pytest's own xfail: {report.longrepr}"
    return f"pytest's own xfail: {report.wasxfail}" if hasattr(report, "wasxfail") else ""
