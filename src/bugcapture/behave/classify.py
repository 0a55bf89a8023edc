"""Translate a Behave scenario that has run into the outcome that every framework shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from behave.model_type import Status as BehaveStatus
from behave.runner import Context

from bugcapture.behave.policy import step_names
from bugcapture.core.outcome import Failure, Kind, Outcome, Phase, Status, exception_names
from bugcapture.project.frames import project_frame
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_PHASES = {"given": Phase.SETUP, "when": Phase.ACTION, "then": Phase.VERIFICATION}
_HARMLESS = frozenset({BehaveStatus.passed, BehaveStatus.skipped, BehaveStatus.untested})
_PENDING = frozenset({BehaveStatus.pending, BehaveStatus.pending_warn, BehaveStatus.untested_pending})
_UNDEFINED = frozenset({BehaveStatus.undefined, BehaveStatus.untested_undefined})
_UNWRITTEN = frozenset({Kind.UNDEFINED, Kind.PENDING})
# Behave's own wording when the time of an async step is up; it raises it as an AssertionError.
_TIMEOUT_TEXT = "TIMEOUT-OCCURRED:"
_EXECUTE_STEPS = Context.execute_steps.__code__


def read_outcome(
    scenario: Any,
    start: Path,
    *,
    undefined: Sequence[Any] = (),
    hook_failed: bool = False,
    leak: Failure | None = None,
) -> Outcome:
    """The outcome of a scenario, before any inversion.

    Args:
        scenario: A ``behave.model.Scenario`` whose ``run`` has returned.
        start: The folder in which the run was started.
        undefined: The undefined steps that Behave met meanwhile, nested ones included; they fail the run
            even when the step that asked for them swallowed the error.
        hook_failed: Whether any hook failed meanwhile; it fails the run as well.
        leak: What it left behind, when that makes it fail.
    """
    raw = scenario.status
    background = tuple(scenario.background_steps)
    failures = [
        *(failure for step in background if (failure := _read_step(step, Phase.SETUP, start))),
        *(failure for step in scenario.steps if (failure := _read_step(step, _phase(step), start))),
        *_read_frame(scenario),
    ]
    if not any(failure.kind is Kind.UNDEFINED for failure in failures):
        failures += [
            Failure(phase=Phase.ACTION, kind=Kind.UNDEFINED, place=step_names(step)[0]) for step in undefined
        ]
    if hook_failed and not any(failure.kind is Kind.HOOK for failure in failures):
        failures.append(Failure(phase=Phase.SETUP, kind=Kind.HOOK, detail="a hook of a nested step"))
    if leak is not None:
        failures.append(leak)
    if scenario.was_dry_run:
        return Outcome(status=Status.NOT_RUN, raw_status=raw.name, reason="dry run")
    if raw.has_failed():
        status = Status.FAILED
    elif raw.is_passed():
        status = Status.PASSED
    else:
        status = Status.NOT_RUN
    return Outcome(status=status, raw_status=raw.name, failures=tuple(failures), reason=_skip_reason(scenario))


def read_abort(error: BaseException) -> Outcome:
    """The outcome of a scenario that took the whole run down.

    Args:
        error: What came out of ``Scenario.run``, such as the ``SystemExit`` of a step.
    """
    detail = f"the run ended here with {type(error).__name__}"
    failure = Failure(
        phase=Phase.ACTION,
        kind=Kind.UNKNOWN,
        exc_types=exception_names(type(error)),
        message=_message(error),
        detail=detail,
    )
    return Outcome(status=Status.FAILED, raw_status="aborted", failures=(failure,), reason=detail)


def failing_steps(scenario: Any) -> list[Any]:
    """The steps that hold an exception."""
    return [step for step in scenario.all_steps if step.exception is not None]


def _read_step(step: Any, phase: Phase, start: Path) -> Failure | None:
    if step.status in _HARMLESS and not step.hook_failed:
        return None
    innermost = _innermost(step)
    exception = innermost.exception
    kind = _kind(step, innermost)
    return Failure(
        phase=phase,
        kind=kind,
        exc_types=exception_names(type(exception)) if exception is not None else (),
        message=_message(exception),
        place=step_names(innermost if kind in _UNWRITTEN else step)[0],
        aliases=step_names(step)[1:],
        location=f"{relative_path(step.filename, seen_from=start)}:{step.line}",
        detail=f"a hook of the step {step.name!r}" if step.hook_failed else "",
        frame=project_frame(innermost.exc_traceback, start),
    )


def _read_frame(scenario: Any) -> Iterator[Failure]:
    """What failed around the steps: the hooks, then the cleanups."""
    told = ""
    if scenario.exception is not None:
        told = f" ({type(scenario.exception).__name__}: {_message(scenario.exception)})"
    if scenario.hook_failed or scenario.status is BehaveStatus.hook_error:
        yield Failure(phase=Phase.SETUP, kind=Kind.HOOK, detail=f"a hook of the scenario{told}")
    if scenario.status is BehaveStatus.cleanup_error:
        yield Failure(phase=Phase.TEARDOWN, kind=Kind.CLEANUP, detail=f"a cleanup of the scenario{told}")


def _phase(step: Any) -> Phase:
    return _PHASES.get(step.step_type, Phase.SETUP)


def _kind(step: Any, innermost: Any) -> Kind:
    status = innermost.status
    if step.hook_failed or innermost.hook_failed or status is BehaveStatus.hook_error:
        return Kind.HOOK
    if status in _UNDEFINED:
        return Kind.UNDEFINED
    if status in _PENDING:
        return Kind.PENDING
    exception = innermost.exception
    if isinstance(exception, KeyboardInterrupt):
        return Kind.INTERRUPT
    if exception is None:
        return Kind.UNKNOWN
    if status is not BehaveStatus.failed or not issubclass(type(exception), AssertionError):
        return Kind.EXCEPTION
    if _message(exception).startswith(_TIMEOUT_TEXT):
        return Kind.TIMEOUT
    return Kind.ASSERTION


def _innermost(step: Any) -> Any:
    """The nested step that really failed: ``execute_steps`` turns every failure into an AssertionError."""
    traceback = step.exc_traceback
    while traceback is not None:
        if traceback.tb_frame.f_code is _EXECUTE_STEPS:
            nested = traceback.tb_frame.f_locals.get("step")
            if nested is not None and nested is not step:
                return _innermost(nested)
        traceback = traceback.tb_next
    return step


def _message(exception: BaseException | None) -> str:
    if exception is None:
        return ""
    try:
        return str.__str__(str(exception))  # Never a subclass with methods of its own.
    except Exception as error:  # noqa: BLE001 - a user's __str__ may do anything
        return f"<no message: __str__ raised {type(error).__name__}>"


def _skip_reason(scenario: Any) -> str:
    return f"skipped: {scenario.skip_reason}" if scenario.skip_reason else str(scenario.status.name)
