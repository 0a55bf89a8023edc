"""The table ``[tool.bugcapture]`` of pyproject.toml."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.core.tags import FAMILIES, PREFIX
from bugcapture.project.paths import relative_path
from bugcapture.project.toml import add_table, read_toml

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.project.draft import Draft

_COMMENT = '# Families that every test with the switch carries completely: "bug", "issue" or both.'


def add_settings(draft: Draft, root: Path, captures: Iterable[Capture], more: Sequence[str]) -> str:
    """Add the table, where there is none; what is set already stays.

    Args:
        draft: The changes so far.
        root: The project's folder.
        captures: The captured tests that are there.
        more: Further lines of the table.

    Returns:
        What to tell when the table is left out; empty otherwise.

    Raises:
        RefusedError: If pyproject.toml is such that the table cannot be added.
        SourceError: If it cannot be read.
    """
    file = root / "pyproject.toml"
    path = relative_path(file)
    content = draft.read(file)
    if content is None and any((root / name).exists() for name in ("setup.py", "setup.cfg")):
        # pip builds a project with a pyproject.toml in another way.
        return f"{path} is not made, because a build with setup.py would notice it; the default settings apply"
    tool = read_toml(content, path).get("tool") if content else None
    if isinstance(tool, dict) and "bugcapture" in tool:
        return ""
    required = required_families(captures)
    listed = ", ".join(f'"{family}"' for family in required)
    lines = [_COMMENT, f"require = [{listed}]" if required else '# require = ["bug"]', *more]
    draft.put(file, add_table(content or b"", ("tool", "bugcapture"), lines, path), "the settings of bugcapture")
    return ""


def required_families(captures: Iterable[Capture]) -> tuple[str, ...]:
    """The families that all captured tests carry; ``bug`` where there is none yet.

    Args:
        captures: Tests with bug numbers or the switch.
    """
    captured = [capture for capture in captures if capture.tags.expected_fail]
    if not captured:
        return FAMILIES[:1]
    return tuple(family for family in FAMILIES if all(_carries(capture, family) for capture in captured))


def _carries(capture: Capture, family: str) -> bool:
    return PREFIX + family in capture.all_tags
