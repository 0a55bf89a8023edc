"""The ratchet: how many bugs may be captured, and not fixed, at a time."""

from __future__ import annotations

import posixpath
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.capture import State
from bugcapture.core.errors import ConfigurationError
from bugcapture.core.finding import Finding, Severity
from bugcapture.core.text import bug_list, plural, printable
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bugcapture.core.capture import Capture
    from bugcapture.project.config import Project

_SHOWN = 20


def check_ratchet(project: Project, captures: Iterable[Capture]) -> list[Finding]:
    """Compare the open captures with what the project allows.

    A bug counts once, however many tests it has; for a path, if any of its open tests lies there. Rule R1 is the
    limit of the whole project, R2 that of a path. A limit that could be lowered is a warning, so that the number
    only ever goes down.

    Args:
        project: The project with its limits.
        captures: All captured tests of the project.

    Raises:
        ConfigurationError: If the project sets no limit, or one that can never be kept or never counts anything.
    """
    settings = project.settings
    if settings.max_captured is None and not settings.budgets:
        raise ConfigurationError(
            "the project sets no limit for --ratchet",
            where=relative_path(project.root / "pyproject.toml"),
            hint="set [tool.bugcapture] max_captured = N, or budgets for paths",
        )
    where = relative_path(project.root / "pyproject.toml")
    if settings.max_captured is not None:
        _require_limit(where, "max_captured", settings.max_captured)
    places = [
        (relative_path(capture.path, project.root, seen_from=Path.cwd()), capture.tags.ids)
        for capture in captures
        if capture.state is State.CAPTURED
    ]
    findings: list[Finding] = []
    if settings.max_captured is not None:
        bugs = {number for _, ids in places for number in ids}
        findings += _compare(where, "R1", "max_captured", "", bugs, settings.max_captured)
    for path, limit in settings.budgets.items():
        _require_limit(where, f'budgets."{path}"', limit)
        place = _require_place(where, project.root, path)
        bugs = {number for file, ids in places if f"{file}/".startswith(f"{place}/") for number in ids}
        findings += _compare(where, "R2", f'budgets."{path}"', f" below {path}", bugs, limit)
    return findings


def _require_limit(where: str, key: str, limit: int) -> None:
    if limit < 0:
        raise ConfigurationError(f"[tool.bugcapture] {printable(key)} = {limit}: no limit is below 0", where=where)


def _require_place(where: str, root: Path, path: str) -> str:
    """The path of a budget, seen from the project, in the spelling that reports use."""
    place = posixpath.normpath(path)
    if place == ".":
        why, hint = "is the whole project", "max_captured limits that"
    elif place.startswith(("/", "../")) or place == "..":
        why, hint = "is no path in the project", None
    elif not (root / place).exists():
        why, hint = "is not there", "a budget is a folder or a file, seen from the project's folder"
    else:
        return place
    raise ConfigurationError(f"[tool.bugcapture] budgets: {printable(repr(path))} {why}", where=where, hint=hint)


def _compare(where: str, rule: str, key: str, place: str, bugs: set[int], limit: int) -> Iterator[Finding]:
    count = plural(len(bugs), "bug")
    verb = "is" if len(bugs) == 1 else "are"
    if len(bugs) > limit:
        listed = bug_list(sorted(bugs)[:_SHOWN]) + (", …" if len(bugs) > _SHOWN else "")
        message = f"{count} {verb} captured{place} and not fixed ({listed}), and {printable(key)} allows {limit}"
        yield Finding(where, 0, rule, f"{message}: fix one before you capture the next")
    elif len(bugs) < limit:
        message = f"{count} {verb} captured{place}: lower {printable(key)} from {limit} to {len(bugs)}"
        yield Finding(where, 0, rule, message, Severity.WARNING)
