"""One pytest run: check the markers of everything that was collected, then judge what is captured."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.errors import BugcaptureError
from bugcapture.core.tags import SWITCH
from bugcapture.core.text import plural, printable
from bugcapture.core.wording import PYTEST
from bugcapture.project.config import find_project, is_raw
from bugcapture.project.paths import relative_path
from bugcapture.project.session import Session
from bugcapture.project.trial import current_trial
from bugcapture.pytest.captured import CAPTURED, capture, read_item
from bugcapture.pytest.judging import Judging
from bugcapture.pytest.summary import REFUSED, UNREPORTED, Summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bugcapture.core.tags import TagPolicy
    from bugcapture.project.config import Project

_SUMMARY: Final = pytest.StashKey[Summary]()
_JUDGING: Final = "bugcapture-judging"


def await_workers(config: pytest.Config, project: Project) -> None:
    """Get ready for the worker processes of a parallel run.

    Args:
        config: pytest's configuration.
        project: The project.
    """
    _summary(config)
    if project.evidence_dir is not None:
        from bugcapture.project.evidence import run_context  # noqa: PLC0415 - seldom

        run_context(project.root)  # The workers inherit what it finds out.


def check(config: pytest.Config, items: list[pytest.Item], marked: list[pytest.Item]) -> None:
    """Check the markers of all collected tests, whatever will be selected of them.

    Args:
        config: pytest's configuration.
        items: All collected tests.
        marked: Those with markers that concern us.

    Raises:
        pytest.UsageError: With all problems at once, each with its place; nothing is run then. A worker of a
            parallel run leaves that to its controller.
    """
    with _refusals(config, items):
        if _read_all(marked, find_project(Path.cwd()).settings.policy):
            _check_run(config)
        if (trial := current_trial()) is not None:
            trial.reorder(items)


def get_ready(config: pytest.Config, items: list[pytest.Item], marked: list[pytest.Item]) -> None:
    """Prepare to judge the captured tests, also those that got the switch after the check, from other plugins.

    Args:
        config: pytest's configuration.
        items: The tests that will run.
        marked: Those with markers that concern us.

    Raises:
        pytest.UsageError: If there can be no evidence; see `check`.
    """
    with _refusals(config, items):
        policy = find_project(Path.cwd()).settings.policy
        for item in marked:
            if CAPTURED not in item.stash:
                capture(item, read_item(item, policy), late=True)
        if any(CAPTURED in item.stash for item in marked) and not config.getoption("collectonly"):
            _judge(config)


def finish(session: pytest.Session, marked: list[pytest.Item]) -> None:
    """Refuse the tests that got the switch while they ran and that nobody has judged."""
    config = session.config
    late = [item for item in marked if CAPTURED not in item.stash and item.get_closest_marker(SWITCH)]
    if not late or config.getoption("collectonly"):
        return
    with _refusals(config, session.items):
        judging = _judge(config)
        for item in late:
            judging.refuse(item)
    if not _worker_of(config):
        _summary(config).settle(session)  # It may have come too late for its own hook.


class _RefusedError(Exception):
    """The collected tests cannot be run as they are."""


def _read_all(items: Iterable[pytest.Item], policy: TagPolicy) -> bool:
    """Read the markers of all tests; tell whether any of them carries the switch."""
    readings = {item: read_item(item, policy) for item in items}
    for item, reading in readings.items():
        capture(item, reading)
    problems = {problem for reading in readings.values() for problem in reading.problems}
    if problems:
        from bugcapture.pytest.place import find_line  # noqa: PLC0415 - seldom

        found = {
            (relative_path(problem.path), find_line(problem, policy), f"{problem.rule} {problem.message}")
            for problem in problems
        }
        lines = [f"  {path}:{line}: {told}" for path, line, told in sorted(found)]
        listing = "\n".join(map(printable, lines))
        raise _RefusedError(f"{plural(len(lines), 'invalid tdd marker')}, nothing was run:\n{listing}")
    return any(SWITCH in reading.tags for reading in readings.values())


def _check_run(config: pytest.Config) -> None:
    """Refuse a run that cannot tell an expected failure from anything else."""
    if not __debug__:
        raise _RefusedError(
            "python -O removes asserts, so captured bugs would look fixed; nothing was run:\n"
            "  run pytest without -O and without PYTHONOPTIMIZE"
        )
    if not config.pluginmanager.hasplugin("skipping"):
        raise _RefusedError(
            "-p no:skipping takes away how pytest shows expected failures; nothing was run:\n"
            "  run pytest without -p no:skipping"
        )


def _judge(config: pytest.Config) -> Judging:
    """The hooks around each test, registered once."""
    judging: Judging | None = config.pluginmanager.get_plugin(_JUDGING)
    if judging is None:
        session = Session("pytest", PYTEST, worker=_worker_of(config))
        session.raw = session.raw or _runs_xfail(config)
        judging = Judging(session, _reporter(config))
        config.pluginmanager.register(judging, _JUDGING)
    return judging


def _runs_xfail(config: pytest.Config) -> bool:
    """Whether ``--runxfail`` is given; nobody knows the option under ``-p no:skipping``."""
    return bool(config.getoption("runxfail", default=False))


def _reporter(config: pytest.Config) -> Any:
    """What takes the results that no report carries."""
    if not _worker_of(config):
        return _summary(config).add
    unreported: list[dict[str, Any]] = config.workeroutput.setdefault(UNREPORTED, [])  # type: ignore[attr-defined]
    return unreported.append


def _summary(config: pytest.Config) -> Summary:
    summary = config.stash.get(_SUMMARY, None)
    if summary is None:
        raw = "BUGCAPTURE_RAW is set" if is_raw() else "--runxfail is given" if _runs_xfail(config) else ""
        summary = config.stash[_SUMMARY] = Summary(raw)
        config.pluginmanager.register(summary, "bugcapture-summary")
    return summary


@contextlib.contextmanager
def _refusals(config: pytest.Config, items: list[pytest.Item]) -> Iterator[None]:
    """Let a refusal end the run before any of its tests is run."""
    try:
        yield
    except (BugcaptureError, _RefusedError) as error:
        text = f"bugcapture: {error}"
        if not _worker_of(config):
            raise pytest.UsageError(text) from error
        config.workeroutput[REFUSED] = text  # type: ignore[attr-defined] # pytest-xdist adds it
        items.clear()


def _worker_of(config: pytest.Config) -> str:
    return str(getattr(config, "workerinput", {}).get("workerid", ""))
