"""Read a project's test files in all frameworks."""

from __future__ import annotations

import contextlib
import io
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.behave.dialect import BehaveDialect
from bugcapture.behave.source import FeatureSource
from bugcapture.core.errors import ConfigurationError, SourceError
from bugcapture.core.finding import Finding
from bugcapture.core.tags import TagKind, check_single_tag, read_tag
from bugcapture.project.files import find_files
from bugcapture.project.paths import relative_path
from bugcapture.pytest.dialect import PytestDialect
from bugcapture.robot.dialect import RobotDialect

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Dialect, Source
    from bugcapture.core.tags import TagPolicy

_BEHAVE = BehaveDialect()
_PYTEST = PytestDialect()
DIALECTS: tuple[Dialect, ...] = (_BEHAVE, RobotDialect(), _PYTEST)


@dataclass(frozen=True, slots=True)
class Inventory:
    """What the test files say.

    Attributes:
        sources: Files that hold captures, or could not be parsed, with their dialect.
        unreadable: Findings for files that could not be read at all.
        files: How many test files were looked at.
    """

    sources: tuple[tuple[Dialect, Source], ...]
    unreadable: tuple[Finding, ...]
    files: int

    @property
    def captures(self) -> tuple[Capture, ...]:
        """All captured tests, in the order of their files and lines."""
        return tuple(capture for _, source in self.sources for capture in source.captures)


@dataclass(frozen=True, slots=True)
class BoundFeature:
    """A feature file that pytest-bdd runs: written as for Behave, run as for pytest.

    Attributes:
        source: The file as Behave reads it.
    """

    source: FeatureSource

    @property
    def file(self) -> Path:
        """The file."""
        return self.source.file

    @property
    def path(self) -> str:
        """The file as reports name it."""
        return self.source.path

    @property
    def content(self) -> bytes:
        """Its bytes."""
        return self.source.content

    @property
    def readable(self) -> bool:
        """Whether it can be parsed."""
        return self.source.readable

    @property
    def captures(self) -> list[Capture]:
        """The tests that carry bug numbers or the switch."""
        return [replace(capture, framework=_PYTEST.name) for capture in self.source.captures]

    def check(self, policy: TagPolicy) -> list[Finding]:
        """All problems of the file."""
        findings = self.source.check(policy)
        told = {(finding.line, finding.rule) for finding in findings}
        own = (one for one in self._check_placeholders(policy) if (one.line, one.rule) not in told)
        return sorted({*findings, *own})

    def _check_placeholders(self, policy: TagPolicy) -> Iterator[Finding]:
        """Tags that only Behave fills in from the rows of an outline."""
        from bugcapture.behave.leaf import walk_leaves  # noqa: PLC0415 - only for features that pytest-bdd runs

        with contextlib.redirect_stdout(io.StringIO()):  # Behave prints about outlines without a table.
            leaves = list(walk_leaves(self.source.feature)) if self.readable else []
        for use in (use for leaf in leaves for use in leaf.uses if "<" in use.site.name):
            written, filled = read_tag(use.site.name), read_tag(use.name)
            problem = check_single_tag(written.text, policy)
            if problem is not None and written.kind is TagKind.MALFORMED:
                told = "has no number: pytest-bdd fills in no tags, so write the number out"
            elif problem is not None or filled.kind is not TagKind.OTHER:
                told = "is no bugcapture tag: pytest-bdd fills in no tags, so write it out"
            else:
                continue
            if not policy.allow_tags.intersection({written.text, filled.text}):
                rule = problem.rule if problem is not None else "T4"
                yield Finding(self.path, use.site.line, rule, f"{written.shown} {told}")

    def remove_switch(self, lines: Iterable[int]) -> bytes:
        """The content without the switch on some lines, every other byte as it was."""
        return self.source.remove_switch(lines)


def read_inventory(paths: Sequence[str | Path]) -> Inventory:
    """Read test files.

    Args:
        paths: Files and folders; the working directory when there are none.

    Raises:
        ConfigurationError: If a path does not exist or is no test file.
    """
    suffixes = tuple(suffix for dialect in DIALECTS for suffix in dialect.suffixes)
    if "" in paths:  # An unset variable of a script, which `Path` takes for the working directory.
        raise ConfigurationError("a path is empty")
    files = find_files([Path(path) for path in paths] or [Path()], suffixes)
    sources: list[tuple[Dialect, Source]] = []
    unreadable: list[Finding] = []
    count = 0
    for file in files:
        dialect = next(dialect for dialect in DIALECTS if file.name.endswith(dialect.suffixes))
        path = relative_path(file)
        try:
            source = dialect.read_source(file, path)
        except SourceError as error:
            if dialect.is_test_file(file):  # Any other Python file holds no tests.
                unreadable.append(Finding(path, 0, "P1", error.message))
                count += 1
            continue
        count += source is not None or dialect.is_test_file(file)
        if source is not None:
            sources.append((dialect, source))
    return Inventory(tuple(_give_to_pytest(sources, files)), tuple(unreadable), count)


def _give_to_pytest(
    sources: Sequence[tuple[Dialect, Source]], files: Sequence[Path]
) -> Iterable[tuple[Dialect, Source]]:
    """Feature files that test modules of the project bind with pytest-bdd are pytest's and not Behave's."""
    if not any(isinstance(source, FeatureSource) for _, source in sources):
        return sources
    bound = _bound_features(files)

    def owner(dialect: Dialect, source: Source) -> tuple[Dialect, Source]:
        if isinstance(source, FeatureSource) and source.file.resolve() in bound:
            return _PYTEST, BoundFeature(source)
        return dialect, source

    return [owner(dialect, source) for dialect, source in sources]


def _bound_features(files: Iterable[Path] = ()) -> set[Path]:
    """The feature files that pytest-bdd runs, because test modules bind them.

    Args:
        files: Where to look for modules, besides all files below the working directory.
    """
    from bugcapture.pytest.bdd_source import bound_features  # noqa: PLC0415 - only where there are feature files

    # The modules may lie outside the files that were asked for.
    around = find_files([Path()], _PYTEST.suffixes)
    modules = [file for file in (*files, *around) if file.name.endswith(_PYTEST.suffixes)]
    return {file.resolve() for file in bound_features(filter(_PYTEST.is_test_file, dict.fromkeys(modules)))}


def dialect_named(name: str) -> Dialect:
    """The dialect of a framework."""
    return next(dialect for dialect in DIALECTS if dialect.name == name)


def framework_of(file: Path) -> str:
    """The framework that runs a test file as a whole; empty for what it only reads beside its tests.

    Args:
        file: The file, seen from the project's folder, which is the working directory.
    """
    dialect = next((dialect for dialect in DIALECTS if file.name.endswith(dialect.suffixes)), None)
    if dialect is None or not dialect.is_test_file(file) or file.stem in {"conftest", "__init__"}:
        return ""
    if dialect is _BEHAVE:
        return _PYTEST.name if file.resolve() in _bound_features() else dialect.name
    return "" if file.suffix == ".resource" else dialect.name


def captures_by_bug(captures: Iterable[Capture]) -> dict[int, list[Capture]]:
    """The tests of each bug, by ascending number."""
    bugs: dict[int, list[Capture]] = {}
    for capture in captures:
        for number in capture.tags.ids:
            bugs.setdefault(number, []).append(capture)
    return dict(sorted(bugs.items()))
