"""See whether a run has anything to do with bugs; all that a run without captures pays for."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bugcapture.core.errors import BugcaptureError
from bugcapture.core.tags import TagKind, read_tag
from bugcapture.project.config import find_project
from bugcapture.project.trial import current_trial, is_trial_of_all

if TYPE_CHECKING:
    from collections.abc import Iterable


def prepare(config: pytest.Config) -> None:
    """Read the project's settings and do what they ask for, in the controller of a parallel run as well.

    Raises:
        pytest.UsageError: If the settings cannot be used.
    """
    try:
        project = find_project(Path.cwd())
    except BugcaptureError as error:
        raise pytest.UsageError(f"bugcapture: {error}") from error
    if config.pluginmanager.hasplugin("dsession"):
        from bugcapture.pytest.run import await_workers  # noqa: PLC0415 - only parallel runs pay for it

        await_workers(config, project)
    asked = config.getoption("--bugcapture-leaks")
    if project.settings.leaks and asked is None and current_trial() is None:
        from bugcapture.pytest.leaks import register  # noqa: PLC0415 - only runs that ask for it pay for it

        register(config, project.settings.leaks)


def find_marked(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests with a marker that is ours or looks like it, own or inherited; in a trial, all it asks for."""
    if is_trial_of_all():
        return list(items)
    known: dict[Any, bool] = {None: False}
    return [item for item in items if _is_marked(item, known)]


def _is_marked(node: Any, known: dict[Any, bool]) -> bool:
    """What ``iter_markers`` says of each test, with one look at a module or class for all that is in it."""
    if any(_is_ours(mark.name) for mark in node.own_markers):
        return True
    if node.parent not in known:
        known[node.parent] = _is_marked(node.parent, known)
    return known[node.parent]


@cache
def _is_ours(name: str) -> bool:
    return read_tag(name).kind is not TagKind.OTHER
