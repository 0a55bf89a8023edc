# ruff: noqa: ARG001 - Behave calls every step with the context
"""The steps of every project that these tests write; each step does the one thing that its text says."""

from __future__ import annotations

import asyncio
import builtins
import contextlib
import json
import sys
from pathlib import Path

from behave import step
from behave.api.async_step import async_run_until_complete
from behave.api.pending_step import StepNotImplementedError

_attempts: dict[str, int] = {}


class OrderError(Exception):
    """An error of the program under test."""


class LateOrderError(OrderError):
    """A special case of it."""


class MuteError(Exception):
    """An error that cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class MuteAssertionError(AssertionError):
    """An assertion that cannot say what it is."""

    def __str__(self) -> str:
        raise RuntimeError("no words")


class FadingError(Exception):
    """An error that can say what it is until somebody sets ``faded``."""

    faded = False

    def __str__(self) -> str:
        if self.faded:
            raise RuntimeError("the session is closed")
        return "still here"


class FadingAssertionError(FadingError, AssertionError):
    """The same as an assertion."""


@step("it passes")
def it_passes(context):
    pass


@step("it is printed")
def it_is_printed(context):
    print("printed by the step")


@step('it asserts "{message}"')
def it_asserts(context, message):
    raise AssertionError(message)


@step('it asserts in a table "{message}"')
@step('it asserts in a table "{message}":')
def it_asserts_in_a_table(context, message):
    raise AssertionError(message)


@step("it uses the assert statement")
def it_uses_the_assert_statement(context):
    assert [] == [1], "the lists differ"


@step('it raises {name} "{message}"')
def it_raises(context, name, message):
    raise (getattr(builtins, name, None) or globals()[name])(message)


@step("it raises {name} with message {number:d}")
def it_raises_message(context, name, number):
    messages = json.loads(Path("messages.json").read_text("utf-8"))
    raise getattr(builtins, name)(messages[number])


@step("it is pending")
def it_is_pending(context):
    raise StepNotImplementedError("later")


@step("it is skipped")
def it_is_skipped(context):
    context.scenario.skip("not here")


@step("it is interrupted")
def it_is_interrupted(context):
    raise KeyboardInterrupt


@step("it leaves the interpreter")
def it_leaves_the_interpreter(context):
    sys.exit(0)


@step("it runs the step: {text}")
def it_runs_the_step(context, text):
    context.execute_steps(text)


@step("it runs a step and goes on: {text}")
def it_runs_a_step_and_goes_on(context, text):
    with contextlib.suppress(AssertionError):
        context.execute_steps(text)
    raise AssertionError("the bug itself")


@step("it runs steps that cannot be parsed")
def it_runs_steps_that_cannot_be_parsed(context):
    context.execute_steps("no keyword here")


@step("a cleanup will fail")
def a_cleanup_will_fail(context):
    def clean() -> None:
        raise OSError("cannot clean up")

    context.add_cleanup(clean)


@step('it asserts later "{message}"')
@async_run_until_complete
async def it_asserts_later(context, message):
    await asyncio.sleep(0)
    raise AssertionError(message)


@step("it takes too long")
@async_run_until_complete(timeout=0.02)
async def it_takes_too_long(context):
    await asyncio.sleep(30)


@step("it follows the plan {plan}")
def it_follows_the_plan(context, plan):
    """Do what the plan says for this attempt: ``f`` fails, ``p`` passes, ``e`` raises, ``s`` skips."""
    attempt = _attempts[plan] = _attempts.get(plan, 0) + 1
    deed = plan[min(attempt, len(plan)) - 1]
    if deed == "f":
        raise AssertionError(f"attempt {attempt}")
    if deed == "e":
        raise RuntimeError(f"attempt {attempt}")
    if deed == "s":
        context.scenario.skip(f"attempt {attempt}")


@step("it leaves the interpreter with {code:d}")
def it_leaves_the_interpreter_with(context, code):
    sys.exit(code)


@step("it raises what is no error")
def it_raises_what_is_no_error(context):
    raise GeneratorExit
