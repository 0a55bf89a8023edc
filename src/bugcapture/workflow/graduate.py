"""``graduate``: a bug is fixed, so its tests lose the switch and keep everything else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bugcapture.behave.source import SUFFIXES
from bugcapture.core.diff import unified_diff
from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.tags import SWITCH, TagPolicy
from bugcapture.core.text import bug_list
from bugcapture.project.files import replace_files
from bugcapture.project.paths import relative_path
from bugcapture.workflow.sources import captures_by_bug, read_inventory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture, TagSite
    from bugcapture.core.dialect import Source

# `@tdd_bug_991`, `Tdd Bug 991` and `tdd_bug(7, 991)`.
_NAMES_BUG = rb"(?i)tdd[\s_]*(?:bug|issue)(?:[\s_]*|\s*\([^)]*\b)%d(?!\d)"


@dataclass(frozen=True, slots=True)
class Change:
    """The new content of one file.

    Attributes:
        path: The file as reports name it.
        file: The file.
        old: Its content.
        new: Its content without the switch.
        lines: The lines on which the switch stood.
    """

    path: str
    file: Path
    old: bytes
    new: bytes
    lines: tuple[int, ...]

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        return unified_diff(self.path, self.old, self.new)


@dataclass(frozen=True, slots=True)
class Graduation:
    """What graduating some bugs changes.

    Attributes:
        ids: The bugs.
        changes: The files that change; empty when the bugs are graduated already.
        tests: The tests that guard the bugs.
    """

    ids: tuple[int, ...]
    changes: tuple[Change, ...]
    tests: tuple[Capture, ...]


def plan_graduation(
    ids: Sequence[int], paths: Sequence[str | Path], policy: TagPolicy | None = None
) -> Graduation:
    """Work out what graduating some bugs changes; nothing is written.

    Args:
        ids: Bug numbers.
        paths: Files and folders; the working directory when there are none.
        policy: What the project asks of its tags; None for the defaults.

    Raises:
        ConfigurationError: If a bug has no test, or a path does not exist.
        RefusedError: If a switch also covers another open bug, cannot be cut out, or may stand where it cannot
            be read.
    """
    wanted = set(ids)
    inventory = read_inventory(paths)
    bugs = captures_by_bug(inventory.captures)
    for number in ids:
        if number not in bugs:
            raise ConfigurationError(_tell_unknown(number, bugs), hint="`bugcapture list` shows the captured bugs")
    changes: dict[Path, Change] = {}
    lines_of = _lines_by_file(inventory.captures, wanted)
    _require_given(lines_of, {source.path for _, source in inventory.sources})
    for _, source in inventory.sources:
        lines = lines_of.get(source.path, ())
        _require_read(source, wanted, policy or TagPolicy())
        if lines:
            # The file behind a link is what changes, and once, however many links lead to it.
            target = source.file.resolve()
            path = relative_path(target) if source.file.is_symlink() else source.path
            changes[target] = Change(path, source.file, source.content, source.remove_switch(lines), lines)
    tests = tuple(dict.fromkeys(test for number in ids for test in bugs[number]))
    return Graduation(tuple(sorted(wanted)), tuple(changes.values()), tests)


def write_graduation(graduation: Graduation) -> None:
    """Write the planned changes, all or none.

    Raises:
        RefusedError: If a file is read-only or was changed meanwhile.
        SourceError: If writing fails.
    """
    replace_files({change.file: (change.old, change.new) for change in graduation.changes})


def _require_read(source: Source, wanted: set[int], policy: TagPolicy) -> None:
    """A file that cannot be parsed, or marks that cannot be read, may hold a switch that has to go."""
    if source.readable and source.path.endswith(SUFFIXES):
        return  # Of a feature file all tags are read, or none.
    held = {number for capture in source.captures for number in capture.tags.ids}
    for number in sorted(wanted):
        if number in held or re.search(_NAMES_BUG % number, source.content):
            problem = next((problem for problem in source.check(policy) if problem.rule == "P1"), None)
            if problem is not None:
                hint = "mend the file, or leave it out with --path"
                message = f"the file names bug {number}, but {problem.message}"
                raise RefusedError(message, where=problem.where, hint=hint)


def _lines_by_file(captures: Iterable[Capture], wanted: set[int]) -> dict[str, tuple[int, ...]]:
    """The lines that lose the switch; a suite initialisation file loses it for tests of other files."""
    lines: dict[str, set[int]] = {}
    for site in _sites(captures, wanted):
        lines.setdefault(site.path, set()).add(site.line)
    return {path: tuple(sorted(numbers)) for path, numbers in lines.items()}


def _require_given(lines_of: Mapping[str, tuple[int, ...]], given: set[str]) -> None:
    for path, lines in lines_of.items():
        if path not in given:
            raise RefusedError(
                "the switch stands outside the given paths, and may cover more tests there",
                where=f"{path}:{lines[0]}",
                hint="give the folder of that file too",
            )


def _sites(captures: Iterable[Capture], wanted: set[int]) -> Iterator[TagSite]:
    """The switches that go; each may cover tests of the wanted bugs only."""
    covered_by: dict[TagSite, list[Capture]] = {}
    for capture in captures:
        for site in capture.switches:
            covered_by.setdefault(site, []).append(capture)
    for site, covered in covered_by.items():
        if not any(wanted & set(capture.tags.ids) for capture in covered):
            continue
        for capture in covered:
            others = sorted(set(capture.tags.ids) - wanted)
            if others or not capture.tags.ids:
                _refuse(site, capture, others, wanted)
        if site.name != SWITCH:
            raise RefusedError(
                f"@{SWITCH} comes out of the placeholder tag @{site.name}",
                where=f"{site.path}:{site.line}",
                hint="remove it from the table by hand",
            )
        yield site


def _refuse(site: TagSite, capture: Capture, others: Sequence[int], wanted: set[int]) -> None:
    if not others:
        raise RefusedError(
            f"the switch at line {site.line} also covers a test without a bug number",
            where=capture.where,
            hint="run `bugcapture check` first",
        )
    own = sorted(set(capture.tags.ids) & wanted)
    carries = f"carries {bug_list(own)} and also" if own else "has the same switch, and it belongs to"
    everything = " ".join(str(number) for number in sorted(wanted | set(others)))
    raise RefusedError(
        f"this test {carries} {bug_list(others)}, still open (switch at line {site.line})",
        where=capture.where,
        hint=f"if all are fixed, run `bugcapture graduate {everything}`; else give each bug a switch of its own",
    )


def _tell_unknown(number: int, bugs: dict[int, list[Capture]]) -> str:
    known = f"; bugs with tests: {bug_list(list(bugs)[:10])}{', …' if len(bugs) > 10 else ''}" if bugs else ""  # noqa: PLR2004
    return f"bug {number} has no test here" + (known or "; no test here has a bug number")
