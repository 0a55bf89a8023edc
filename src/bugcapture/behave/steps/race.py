"""Behave steps for deterministic thread races.

Load them with one line in a steps file:

    from bugcapture.behave.steps import race  # noqa: F401

    Given an object from "tests.fixtures:new_audit_service"
    When 2 threads race through "_ensure_session" meeting at "shop.audit.create_engine"
    Then only 1 thread went through the meeting point
    And every thread got the same result and none raised
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import behave
from behave.matchers import get_step_matcher_factory
from behave.runner import the_step_registry

from bugcapture.core.errors import RaceError
from bugcapture.race import RaceResult
from bugcapture.race import race as run_race
from bugcapture.race.seam import find_object

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_WAIT: Final = 0.25


def make_object(context: Any, factory: str) -> None:
    """Call the named factory without arguments; what it makes is closed after the scenario."""
    make = find_object(factory)
    if not callable(make):
        raise RaceError(f"{factory!r} makes no object: it is of type {type(make).__name__}, not a factory")
    made = make()
    close = getattr(made, "close", None)
    if callable(close):
        context.add_cleanup(close)
    context.race_object = made


def run_threads(context: Any, count: int, method: str, seam: str, wait: float = DEFAULT_WAIT) -> None:
    """Race the method of the object; the `RaceResult` is in ``context.race``."""
    racer = _needed(context, "race_object", 'Given an object from "package.module:factory"')
    function = getattr(racer, method, None)
    if not callable(function):
        raise RaceError(f"{type(racer).__name__} has no method {method!r}")
    context.race = run_race(function, meet_at=seam, threads=count, wait=wait)


def check_entries(context: Any, count: int) -> None:
    """Every call of the meeting point counts, also one that came after the others had left."""
    _result(context).expect(entries=count)


def check_same_result(context: Any) -> None:
    """It has to be the very same object, not an equal one."""
    _result(context).expect(errors=0, same_result=True)


def check_errors(context: Any) -> None:
    """What the threads returned does not matter."""
    _result(context).expect(errors=0)


_RACE: Final = '{count:d} threads race through "{method}" meeting at "{seam}"'
_STEPS: Final[tuple[tuple[str, str, Callable[..., None]], ...]] = (
    ("given", 'an object from "{factory}"', make_object),
    ("when", _RACE, run_threads),
    ("when", _RACE + " within {wait:g} seconds", run_threads),
    ("then", "only {count:d} thread went through the meeting point", check_entries),
    ("then", "only {count:d} threads went through the meeting point", check_entries),
    ("then", "every thread got the same result and none raised", check_same_result),
    ("then", "no thread raised", check_errors),
)


def register() -> None:
    """Register the steps with Behave, whatever step matcher the caller uses; a second call does nothing.

    Raises:
        behave.step_registry.AmbiguousStep: The project has a step of its own that one of these texts matches.
    """
    matchers = get_step_matcher_factory()
    in_use = matchers.current_matcher
    name_in_use = next(name for name, known in matchers.step_matcher_class_mapping.items() if known is in_use)
    matchers.use_step_matcher("parse")
    try:
        for kind, text, function in _STEPS:
            if not _is_registered(kind, text):
                getattr(behave, kind)(text)(function)
    finally:
        matchers.use_step_matcher(name_in_use)


def _is_registered(kind: str, text: str) -> bool:
    # Behave would compare file locations, which are relative to the working directory of the moment.
    return any(known.pattern == text and known.func in _FUNCTIONS for known in the_step_registry.steps[kind])


_FUNCTIONS: Final = frozenset(function for _, _, function in _STEPS)


def _result(context: Any) -> RaceResult:
    result = _needed(context, "race", 'When 2 threads race through "method" meeting at "package.module.name"')
    if not isinstance(result, RaceResult):
        raise RaceError(f"context.race holds a {type(result).__name__}, not the result of the race step")
    return result


def _needed(context: Any, name: str, step: str) -> Any:
    if not hasattr(context, name):
        raise RaceError(f"context.{name} is not set", hint=f"write this step before: {step}")
    return getattr(context, name)


register()
