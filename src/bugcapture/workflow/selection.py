"""Which tests a proof asks: those of a bug, or those that a branch has changed or added."""

from __future__ import annotations

import contextlib
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import split_location
from bugcapture.core.expectation import Expectation
from bugcapture.core.patch import read_patch
from bugcapture.core.text import bug_list
from bugcapture.project.trial import Trial
from bugcapture.workflow.overlay import is_named_as_test
from bugcapture.workflow.refuse import refuse_errors
from bugcapture.workflow.sources import DIALECTS, framework_of, read_inventory
from bugcapture.workflow.units import plan_launches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Launch
    from bugcapture.core.patch import Hunk
    from bugcapture.project.config import Project
    from bugcapture.project.repository import ChangedFile, Repository, Revision
    from bugcapture.workflow.sides import Sides
    from bugcapture.workflow.trial import TestKey

# Without a declaration any failure of a test's own may be the bug's: nobody has said what it is.
_ANYTHING: Final = Expectation("BaseException")


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The tests to ask.

    Attributes:
        frameworks: The frameworks that run them.
        plan: Says what is run in a checkout.
        trial: What the processes record.
        captures: The captured tests among them.
        touched: The lines that the change touched, by test file; of captured tests all count.
    """

    frameworks: frozenset[str]
    plan: Callable[[Project], Sequence[Launch]]
    trial: Trial
    captures: tuple[Capture, ...] = ()
    touched: dict[str, tuple[Hunk, ...]] | None = None

    def is_touched(self, key: TestKey, starts: Iterable[int]) -> bool:
        """Whether the change touched a test; the project's folder at the head is the working directory.

        Args:
            key: The test.
            starts: The lines on which the tests of its file begin.
        """
        if self.touched is None:
            return True
        path, line = split_location(key.location)
        hunks = self.touched.get(path, ())
        spans = _spans(starts, Path(path))
        if not any(hunk.touches(*span) for hunk in hunks for span in spans.values()):
            return True  # It touched what they have in common.
        return any(hunk.touches(*spans[line]) for hunk in hunks)


def select_bug(project: Project, number: int, jobs: int) -> Selection:
    """The tests of one bug.

    Args:
        project: The project in a checkout, whose folder is the working directory.
        number: The bug.
        jobs: How many processes may run at a time.

    Raises:
        ConfigurationError: If no test belongs to it.
        RefusedError: If tags or declarations in its files are wrong.
    """
    inventory = read_inventory([])
    captures = tuple(capture for capture in inventory.captures if number in capture.tags.ids)
    if not captures:
        raise ConfigurationError(
            f"no test of this revision belongs to bug {bug_list([number])}",
            hint="`bugcapture list` shows the bugs that have tests; commit the test first",
        )
    paths = {capture.path for capture in captures}
    policy = project.settings.policy
    refuse_errors(
        finding for _, source in inventory.sources if source.path in paths for finding in source.check(policy)
    )
    return Selection(
        frameworks=frozenset(capture.framework for capture in captures),
        plan=lambda checked_out: plan_launches(captures, checked_out.root, jobs),
        trial=Trial(),
        captures=captures,
    )


def select_changed(sides: Sides, base: Revision, changes: Iterable[ChangedFile]) -> Selection | None:
    """The tests in all test files that a change touched or added; None when there is no such file.

    Args:
        sides: The change; the project's folder in a checkout of it is the working directory.
        base: The revision without it.
        changes: The files that it changed.
    """
    found: defaultdict[str, list[str]] = defaultdict(list)
    touched: dict[str, tuple[Hunk, ...]] = {}
    for change in changes:
        path = sides.seen_from_project(change.path)
        if change.status == "D" or not sides.is_test(change):
            continue
        if framework := framework_of(Path(path)) or ("pytest" if is_named_as_test(path) else ""):
            found[framework].append(path)
            touched[path] = _hunks(sides.repository, base, sides.head, change.path)
    if not found:
        return None
    frameworks = dict(found)
    return Selection(
        frameworks=frozenset(frameworks),
        plan=lambda checked_out: [
            launch
            for dialect in DIALECTS
            if dialect.name in frameworks
            for launch in dialect.plan_files(frameworks[dialect.name], checked_out.root)
        ],
        trial=Trial(everything=True, default=_ANYTHING),
        captures=read_inventory(list(touched)).captures,
        touched=touched,
    )


def declared_before(selection: Selection) -> dict[str, Expectation]:
    """What the captured tests were declared to fail with in an older revision, by their names.

    pytest's marker goes with the switch, and takes the declaration along.

    Args:
        selection: The tests of the newer revision; the project's folder in a checkout of the older one is the
            working directory.
    """
    ids = {number for capture in selection.captures for number in capture.tags.ids}
    paths = [
        path for path in dict.fromkeys(capture.path for capture in selection.captures) if Path(path).is_file()
    ]
    declared: dict[str, Expectation] = {}
    with contextlib.suppress(ConfigurationError):
        for capture in read_inventory(paths).captures if paths else ():
            if capture.expectation.declared and ids.intersection(capture.tags.ids):
                declared.setdefault(capture.name, capture.expectation)
    return declared


def _hunks(repository: Repository, base: Revision, head: Revision, path: str) -> tuple[Hunk, ...]:
    return read_patch(repository.diff(base.commit, head.commit, [path], context=0)).hunks


def _spans(starts: Iterable[int], file: Path) -> dict[int, tuple[int, int]]:
    """The first and the last line of each test of a file, by the line that it is known by.

    Each begins with the tags, decorators and comments above it, and ends where the next begins.
    """
    try:
        text = file.read_bytes().split(b"\n")
    except OSError:
        text = []
    lines = sorted(set(starts))
    firsts = []
    for line in lines:
        first = line
        while 1 < first <= len(text) and text[first - 2].strip()[:1] in {b"", b"@", b"#"}:
            first -= 1
        firsts.append(first)
    ends = [first - 1 for first in firsts[1:]]
    return dict(zip(lines, zip(firsts, [*ends, 1 << 31], strict=True), strict=True)) if lines else {}
