"""See whether a run has anything to do with bugs; all that a run without captures pays for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from bugcapture.core.errors import BugcaptureError
from bugcapture.core.tags import TagKind, read_tag
from bugcapture.project.config import find_project
from bugcapture.project.trial import is_trial_of_all

if TYPE_CHECKING:
    from collections.abc import Iterable

# Most marks of most suites; they need not be looked at.
_HARMLESS: Final = frozenset({"parametrize", "skip", "skipif", "usefixtures", "filterwarnings", "xfail"})


def prepare(config: pytest.Config) -> None:
    """Read the project's settings; in the controller of a parallel run, get ready for its workers.

    Raises:
        pytest.UsageError: If the settings cannot be used.
    """
    if hasattr(config, "workerinput"):
        return
    try:
        project = find_project(Path.cwd())
    except BugcaptureError as error:
        raise pytest.UsageError(f"bugcapture: {error}") from error
    if config.pluginmanager.hasplugin("dsession"):
        from bugcapture.pytest.run import await_workers  # noqa: PLC0415 - only parallel runs pay for it

        await_workers(config, project)


def find_marked(items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """The tests with a marker that is ours or looks like it, of their own or inherited; in a trial, all it asks for."""
    if is_trial_of_all():
        return list(items)
    ours = dict.fromkeys(_HARMLESS, False)
    carriers: dict[int, bool] = {}

    def carries(node: Any) -> bool:
        for mark in node.own_markers:
            name = mark.name
            known = ours.get(name)
            if known is None:
                known = ours[name] = read_tag(name).kind is not TagKind.OTHER
            if known:
                return True
        return False

    def inherits(node: Any) -> bool:
        known = carriers.get(id(node))
        if known is None:
            known = carriers[id(node)] = carries(node) or (node.parent is not None and inherits(node.parent))
        return known

    return [item for item in items if carries(item) or (item.parent is not None and inherits(item.parent))]
