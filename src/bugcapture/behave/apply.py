"""Apply a verdict to a Behave scenario, so that exit code and every report agree with it."""

from __future__ import annotations

from typing import Any

from behave.model_type import Status

from bugcapture.behave.classify import failing_steps


class UnexpectedPass(AssertionError):  # noqa: N818 - the name stands in JUnit reports
    """A captured test passed although it carries the switch."""


class WrongFailure(AssertionError):  # noqa: N818 - the name stands in JUnit reports
    """A test of a bug did not do what it should, and Behave took it for passed."""


def make_green(scenario: Any, root: dict[str, Any], *, failed_before: bool) -> None:
    """Report an expected failure as passed.

    Args:
        scenario: The scenario that failed.
        root: The root frame of Behave's context; hooks and behavex read its ``failed`` flag.
        failed_before: What that flag was before the scenario ran.
    """
    scenario.set_status(Status.passed)
    root["failed"] = failed_before
    # behavex writes a failure for every step that holds an exception, whatever the scenario's status is.
    for step in failing_steps(scenario):
        step.exception = step.exc_traceback = None


def make_red(scenario: Any, root: dict[str, Any], problem: AssertionError) -> None:
    """Report a capture that passed, or failed in the wrong way, as failed.

    A scenario that failed by itself keeps its own status and message.

    Args:
        scenario: The scenario.
        root: The root frame of Behave's context.
        problem: What reports shall show when Behave itself saw no failure.
    """
    root["failed"] = True
    if scenario.status.has_failed():
        return
    scenario.set_status(Status.failed)
    scenario.exception = problem
    scenario.error_message = str(problem)
    steps = list(scenario.all_steps)
    if steps:
        steps[-1].exception = problem  # behavex takes the message of its report from there.
