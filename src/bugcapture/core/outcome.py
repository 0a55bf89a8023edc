"""What happened to one test, in words that every test framework shares."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How the host judged the test before any inversion."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"


class Phase(StrEnum):
    """The part of the test that failed."""

    SETUP = "setup"
    ACTION = "action"
    VERIFICATION = "verification"
    TEARDOWN = "teardown"


class Kind(StrEnum):
    """What sort of failure it was."""

    ASSERTION = "assertion"
    EXCEPTION = "exception"
    HOOK = "hook"
    CLEANUP = "cleanup"
    UNDEFINED = "undefined"
    PENDING = "pending"
    TIMEOUT = "timeout"
    INTERRUPT = "interrupt"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """One failure inside a test.

    Attributes:
        phase: Where in the life of the test it happened.
        kind: What sort of failure it was; only assertions and exceptions can ever be expected.
        exc_types: Names of the exception's class and its bases, nearest first, each bare
            (``KeyError``) and dotted (``builtins.KeyError``); empty when there was no exception.
        message: The exception's message.
        place: The step or keyword as people read it, such as ``Then only 1 engine was created``.
        aliases: Other spellings of the place that a ``Fails at:`` line may use.
        location: ``path:line`` of the place; empty when unknown.
        detail: What the host said where the kind alone does not tell, such as the hook's name.
        frame: ``path:function`` of the innermost call that stands in the project; empty when unknown.
    """

    phase: Phase
    kind: Kind
    exc_types: tuple[str, ...] = ()
    message: str = ""
    place: str = ""
    aliases: tuple[str, ...] = ()
    location: str = ""
    detail: str = ""
    frame: str = ""

    @property
    def exc_type(self) -> str:
        """The bare name of the exception's class; empty when there was no exception."""
        return self.exc_types[0] if self.exc_types else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The result of one test before any inversion.

    Attributes:
        status: The host's judgement.
        raw_status: The host's own word for it, such as ``hook_error``.
        failures: All failures in the order in which they happened.
        reason: Why the test was not run, when it was not.
    """

    status: Status
    raw_status: str = ""
    failures: tuple[Failure, ...] = ()
    reason: str = ""


def exception_names(exc_type: type[BaseException]) -> tuple[str, ...]:
    """The names by which an expectation may call an exception.

    Args:
        exc_type: The class that was raised.

    Returns:
        For the class and each of its bases, nearest first: the bare, the qualified and the dotted
        name. ``object`` is left out.
    """
    names: dict[str, None] = {}
    for cls in exc_type.__mro__[:-1]:
        names.update(dict.fromkeys((cls.__name__, cls.__qualname__, f"{cls.__module__}.{cls.__qualname__}")))
    return tuple(names)
