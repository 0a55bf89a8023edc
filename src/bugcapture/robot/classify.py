"""Translate a Robot test that has run into the outcome that every framework shares."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

from robot.errors import DataError, RemoteError
from robot.errors import TimeoutError as RobotTimeout  # Its name in all versions.

from bugcapture.core.outcome import Failure, Kind, Outcome, Phase, Status, exception_names
from bugcapture.core.text import printable, shorten
from bugcapture.project.frames import project_frame
from bugcapture.robot.attempt import CallKind, in_setup_or_teardown
from bugcapture.robot.declare import BDD_PREFIXES, keyword_names, same_keyword
from bugcapture.robot.remote import remote_names

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bugcapture.project.session import Session
    from bugcapture.robot.attempt import Attempt, Call, Raised

HTML: Final = "*HTML*"
CLOSE_FAILED: Final = "the race object could not be closed"

_PHASES = {"SETUP": Phase.SETUP, "TEARDOWN": Phase.TEARDOWN, "": Phase.VERIFICATION}
_STATUS = {"PASS": Status.PASSED, "FAIL": Status.FAILED}
# What Robot puts before the message of a test that `--skiponfailure` skipped, in its newer and its older words.
_SKIPPED_FOR_ITS_FAILURE = re.compile(
    r"\A(?:Failed (?:test|task) skipped using |(?:Test|Task) failed but skip-on-failure mode ).*?"
    r"\n\nOriginal failure:\n",
    re.DOTALL,
)


def read_outcome(
    attempt: Attempt,
    result: Any,
    run: Session,
    declared: str,
    prefixes: Iterable[str] = BDD_PREFIXES,
) -> Outcome:
    """The outcome of a test, before any inversion.

    Args:
        attempt: What failed in it.
        result: The ``robot.result.TestCase``, at its end.
        run: The run, which knows from where places are seen.
        declared: What the test's ``Fails at:`` says; empty for none.
        prefixes: The words that Robot strips from the beginning of a call, in the run's languages.
    """
    raised = attempt.raised
    failures = tuple(_read(one, run, declared, prefixes) for one in raised if not one.skips)
    if not raised:
        failures = tuple(islice(_failed_setups(result), 1))
    raw = str(result.status)
    message = plain_message(result.message)
    skipped = len(failures) < len(raised) or not failures
    if raw not in _STATUS and skipped and not _SKIPPED_FOR_ITS_FAILURE.match(message):
        return Outcome(status=Status.NOT_RUN, raw_status=raw, reason=message)
    if raw != "PASS" and not failures:
        if "robot:exit" in result.tags:
            return Outcome(status=Status.NOT_RUN, raw_status=raw, reason=message)
        failures = (_read_message(failure_message(result)),)
    if CLOSE_FAILED in result.message:  # Said at the test's end by the keyword library, which cannot raise there.
        failures += (Failure(phase=Phase.TEARDOWN, kind=Kind.CLEANUP, detail="closing the race object"),)
    # `--skiponfailure` calls a failed test skipped.
    status = _STATUS.get(raw, Status.FAILED)
    return Outcome(status=status, raw_status=raw, failures=failures)


def suite_teardown_failure(message: str) -> Failure:
    """The failure of a suite's teardown, which makes all its tests fail.

    Args:
        message: The teardown's message.
    """
    return Failure(
        phase=Phase.TEARDOWN,
        kind=Kind.CLEANUP,
        message=plain_message(message),
        detail=_with_message("the suite teardown", message),
    )


def plain_message(message: str) -> str:
    """A message without Robot's mark for HTML, so that it is shown as the text that it is."""
    while message.startswith(HTML):
        message = message[len(HTML) :].lstrip()
    return message


def failure_message(result: Any) -> str:
    """The message of a test that failed, as plain text, whether or not ``--skiponfailure`` skipped it.

    Args:
        result: The ``robot.result.TestCase``.
    """
    return plain_message(_SKIPPED_FOR_ITS_FAILURE.sub("", plain_message(result.message)))


def _read(raised: Raised, run: Session, declared: str, prefixes: Iterable[str]) -> Failure:
    calls = raised.calls
    original = raised.original
    keywords = [call for call in calls if call.is_keyword]
    names = _names(keywords, prefixes) or (str(calls[0].result.type),)
    kind, detail = _kind(raised)
    if same_keyword(declared, names):
        names = (*names, declared)
    return Failure(
        phase=_PHASES[in_setup_or_teardown(calls)],
        kind=kind,
        exc_types=_exc_types(original),
        message=_message(original or raised.error),
        place=names[0] if kind is not Kind.UNDEFINED else calls[-1].data.name,
        aliases=names[1:],
        location=_location(calls, run.place),
        detail=detail,
        frame=project_frame(original.__traceback__ if original else None, run.start),
    )


def _kind(raised: Raised) -> tuple[Kind, str]:
    """What sort of failure it was, and what to call it where that alone does not tell."""
    error, original = raised.error, raised.original
    said = _message(error)
    if isinstance(original, RobotTimeout) or getattr(error, "timeout", False):
        return Kind.TIMEOUT, ""
    if raised.ends_run:
        return Kind.UNKNOWN, _with_message("a fatal error ended the run here", said)
    if original is None:
        if "keyword teardown failed:\n" in said.lower():
            return Kind.CLEANUP, "the teardown of a keyword"
        return Kind.UNKNOWN, _with_message("Robot did not say what failed", said)
    innermost = raised.calls[-1]
    if innermost.kind is CallKind.INVALID and innermost.data.name:
        return Kind.UNDEFINED, ""
    if isinstance(original, DataError):
        return Kind.UNKNOWN, _with_message("Robot could not run it", said)
    if isinstance(original, RemoteError):
        assertion = "builtins.AssertionError" in remote_names(original)
    else:
        assertion = isinstance(original, AssertionError)
    return (Kind.ASSERTION if assertion else Kind.EXCEPTION), "a set-up"  # Of other phases nobody asks.


def _exc_types(original: BaseException | None) -> tuple[str, ...]:
    if original is None:
        return ()
    remote = remote_names(original) if isinstance(original, RemoteError) else ()
    return (*remote, *exception_names(type(original)))


def _names(keywords: Sequence[Call], prefixes: Iterable[str]) -> tuple[str, ...]:
    """The names of the call in the test's body, and of what it runs itself, as ``Run Keyword If`` does."""
    names: dict[str, None] = {}
    for call in keywords:
        spelled = keyword_names(
            str(call.data.name), call.result.owner, [str(arg) for arg in call.data.args], prefixes
        )
        names.update(dict.fromkeys(spelled))
        if call.kind is CallKind.USER:
            break
    return tuple(names)


def _location(calls: Sequence[Call], place: Callable[[str, int], str]) -> str:
    for call in calls:
        source, line = getattr(call.data, "source", None), getattr(call.data, "lineno", None)
        if call.is_keyword and source and line:
            return place(str(source), line)
    return ""


def _failed_setups(result: Any) -> Iterator[Failure]:
    """The failed set-ups of the suites around a test, nearest first."""
    suite = result.parent
    while suite is not None:
        if suite.has_setup and suite.setup.failed:
            message = plain_message(suite.setup.message)
            detail = _with_message("the suite setup", message)
            yield Failure(phase=Phase.SETUP, kind=Kind.HOOK, message=message, detail=detail)
        suite = suite.parent


def _read_message(message: str) -> Failure:
    """A failure that no item of the test brought about."""
    if message.startswith(("Test timeout ", "Task timeout ")):
        return Failure(phase=Phase.ACTION, kind=Kind.TIMEOUT, message=message)
    detail = _with_message("no keyword failed", message)
    return Failure(phase=Phase.ACTION, kind=Kind.UNKNOWN, message=message, detail=detail)


def _with_message(detail: str, message: str) -> str:
    first = next((line.strip() for line in plain_message(message).splitlines() if line.strip()), "")
    return detail + (f" ({shorten(printable(first), 120)})" if first else "")


def _message(error: BaseException | None) -> str:
    return plain_message("" if error is None else str(error))
