"""``capture``: a new test for a bug, tagged and ready to be filled in."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.naming import clean_title
from bugcapture.core.scaffold import NewTest
from bugcapture.core.text import printable
from bugcapture.core.wire import probe
from bugcapture.project.draft import Draft
from bugcapture.project.files import is_passed_over
from bugcapture.project.paths import relative_path
from bugcapture.workflow.commit import name_branch, write_message
from bugcapture.workflow.detect import find_usages
from bugcapture.workflow.news import find_fragment, write_fragment
from bugcapture.workflow.sources import DIALECTS, captures_by_bug, read_inventory

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bugcapture.core.finding import Finding
    from bugcapture.core.scaffold import RaceCall, Scaffold, Skeleton
    from bugcapture.project.config import Project
    from bugcapture.project.draft import Change
    from bugcapture.workflow.detect import Usage
    from bugcapture.workflow.sources import Inventory


@dataclass(frozen=True, slots=True, kw_only=True)
class CaptureRequest:
    """What is asked for.

    Attributes:
        number: The bug.
        title: Its title, written by anybody.
        link: Where it is described; empty when nobody knows.
        framework: The framework; None for that of the file, or the one with the most tests.
        file: The test file; None for a name made of the title, where the other tests are.
        race: The race that shows the bug; None for a test that is to be filled in.
        branch: The name of the branch; None for one made of the title.
        closes: The issue that asks for the test.
        another: Whether a bug that has a test already gets one more.
    """

    number: int
    title: str = ""
    link: str = ""
    framework: str | None = None
    file: str | None = None
    race: RaceCall | None = None
    branch: str | None = None
    closes: int | None = None
    another: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CapturePlan:
    """What ``capture`` would write, and what it tells.

    Attributes:
        test: The test.
        framework: Its framework.
        path: Its file as reports name it.
        skeleton: The file.
        draft: All files.
        branch: The name of the branch.
        message: The commit message.
        steps: What is left to do, in order.
        notes: What else to know.
    """

    test: NewTest
    framework: str
    path: str
    skeleton: Skeleton
    draft: Draft
    branch: str
    message: str
    steps: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The files that would be made."""
        return self.draft.changes

    @property
    def where(self) -> str:
        """The test as ``path:line``."""
        return f"{self.path}:{self.skeleton.line}"


def plan_capture(project: Project, request: CaptureRequest) -> CapturePlan:
    """Work out a new test; nothing is written.

    Args:
        project: The project.
        request: What is asked for.

    Raises:
        ConfigurationError: If nobody knows the framework, or a name cannot be used.
        RefusedError: If the bug has a test already, or the file is there already.
    """
    root = project.root
    inventory = read_inventory([root])
    if not request.another:
        _require_new(request.number, inventory)
    test = NewTest(
        number=request.number,
        title=clean_title(request.title),
        families=tuple(dict.fromkeys(project.settings.require)) or ("bug",),
        link=request.link,
        race=request.race,
    )
    usages = find_usages(root)
    usage, notes = _choose_framework(usages, request)
    scaffold = usage.scaffold
    file = _require_free(request.file, scaffold, root) if request.file else _choose_file(test, usage, root)
    path = relative_path(file)
    branch = name_branch(test, project.settings.gate, request.branch)
    message = write_message(test, project.settings.gate, relative_path(file, root), request.closes)
    skeleton = scaffold.write_test(test, file, root)
    draft = Draft()
    draft.put(file, skeleton.text.encode(), f"the test of bug {test.number}")
    for support in scaffold.write_support(test, file, root):
        draft.put(support.file, support.text.encode(), support.reason)
    notes += _tell_unread(inventory)
    notes += _add_fragment(draft, project, test, relative_path(file, root))
    notes += _tell_wiring(project, scaffold.name, file, test.number)
    return CapturePlan(
        test=test,
        framework=scaffold.name,
        path=path,
        skeleton=skeleton,
        draft=draft,
        branch=branch,
        message=message,
        steps=(f"`git switch -c {branch}`", *scaffold.tell_next(test, path), "`bugcapture check`, then commit"),
        notes=tuple(notes),
    )


def _require_new(number: int, inventory: Inventory) -> None:
    tests = captures_by_bug(inventory.captures).get(number)
    if tests:
        first, *others = tests
        more = "".join(f", and {test.shown}" for test in others)
        does = "captures" if first.tags.expected_fail else "guards"
        raise RefusedError(
            f"this test {does} bug {number} already{more}",
            where=printable(first.shown),
            hint=f"`bugcapture show {number}` tells more; --another writes one more test",
        )


def _tell_unread(inventory: Inventory) -> Iterator[str]:
    """A file that nobody can read may hold a test of the bug."""
    unread = [source.path for _, source in inventory.sources if not source.readable]
    for path in [*(finding.path for finding in inventory.unreadable), *unread]:
        yield f"{printable(path)}: cannot be read; `bugcapture check` says why"


def _choose_framework(usages: Mapping[str, Usage], request: CaptureRequest) -> tuple[Usage, list[str]]:
    suffix = Path(request.file).suffix if request.file else ""
    named = next((name for name, usage in usages.items() if usage.scaffold.suffix == suffix), None)
    if request.framework or named:
        return usages[request.framework or str(named)], []
    used = [usage for usage in usages.values() if usage.used]
    if not used:
        raise ConfigurationError(
            "there are no tests of Behave, Robot Framework or pytest here",
            hint="name the framework: --framework behave",
        )
    chosen = max(used, key=lambda usage: usage.tests)
    if len(used) == 1:
        return chosen, []
    counts = ", ".join(f"{usage.scaffold.name} {usage.tests}" for usage in used)
    return chosen, [f"{chosen.scaffold.name} is taken (tests here: {counts}); --framework chooses another"]


def _choose_file(test: NewTest, usage: Usage, root: Path) -> Path:
    folder = usage.scaffold.choose_folder(usage.files, root)
    # Also in other folders: pytest and Robot Framework name modules and suites by their files alone.
    taken = {file.name.casefold() for file in usage.files}
    names = usage.scaffold.file_names(test, folder)
    for name in names:
        if name.casefold() not in taken and not os.path.lexists(folder / name):
            return folder / name
    raise RefusedError(
        "is there already", where=relative_path(folder / names[-1]), hint="name another: --file PATH"
    )


def _require_free(name: str, scaffold: Scaffold, root: Path) -> Path:
    """The file that the user has named."""
    file = Path(os.path.abspath(name))  # noqa: PTH100 - symbolic links stay as the user wrote them
    where = relative_path(file)
    if reason := scaffold.why_not(file):
        raise ConfigurationError(f"cannot hold the test: {reason}", where=where)
    real, top = file.parent.resolve(), root.resolve()
    if not (file.is_relative_to(root) and real.is_relative_to(top)):
        raise ConfigurationError("lies outside the project", where=where)
    for folder, base in ((file.parent, root), (real, top)):
        around = (one for one in (folder, *folder.parents) if one != base and one.is_relative_to(base))
        if passed := next(filter(is_passed_over, around), None):
            told = printable(passed.relative_to(base).as_posix())
            raise ConfigurationError(f"lies in {told}, where no tests are looked for", where=where)
    if os.path.lexists(file):
        hint = "name another file; --dry-run shows what to paste into this one"
        raise RefusedError("is there already", where=where, hint=hint)
    return file


def _add_fragment(draft: Draft, project: Project, test: NewTest, path: str) -> Iterable[str]:
    fragment = find_fragment(project, test.number)
    if fragment is None:
        return ()
    if draft.read(fragment) is not None:
        return (f"{relative_path(fragment)} is there already and stays as it is",)
    text = write_fragment(test.title, test.number, path)
    draft.put(fragment, text.encode(), "the news fragment")
    return ()


def _tell_wiring(project: Project, framework: str, file: Path, number: int) -> Iterator[str]:
    dialect = next(dialect for dialect in DIALECTS if dialect.name == framework)
    assumed = framework in project.settings.assume_wired
    try:
        captures = [probe(framework, file, number)]
        findings: Sequence[Finding] = dialect.check_wiring(captures, project.root, assume_installed=assumed)
    except ImportError:  # The framework is not installed here; `bugcapture check` says so.
        return
    for finding in findings:
        yield f"{finding.where}: {finding.message}"
        if finding.rule == "W1":
            yield "`bugcapture init` wires it in"
