"""Work out what ``init`` adds to a project; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.behave.wire import wire as wire_behave
from bugcapture.core.errors import BugcaptureError, ConfigurationError, RefusedError, SourceError
from bugcapture.project.draft import Draft
from bugcapture.project.origin import find_origin, write_requirement
from bugcapture.project.paths import relative_path
from bugcapture.pytest.wire import wire as wire_pytest
from bugcapture.robot.wire import NEW_FILE as ROBOT_FILE
from bugcapture.robot.wire import wire as wire_robot
from bugcapture.workflow.detect import find_usages
from bugcapture.workflow.init.ci import add_job, find_forges
from bugcapture.workflow.init.hook import FILE as HOOK_FILE
from bugcapture.workflow.init.hook import add_hook
from bugcapture.workflow.init.settings import add_settings
from bugcapture.workflow.init.weekly import add_weekly_job
from bugcapture.workflow.sources import read_inventory

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from bugcapture.core.wire import Reader, Wiring
    from bugcapture.project.config import Project
    from bugcapture.project.draft import Change

    Wire = Callable[[Sequence[Path], Path, Reader], Iterable[Wiring]]

_WIRES: Final[Mapping[str, Wire]] = {"behave": wire_behave, "robot": wire_robot, "pytest": wire_pytest}


@dataclass(frozen=True, slots=True, kw_only=True)
class InitRequest:
    """What is asked for.

    Attributes:
        frameworks: The frameworks; empty for those that the project uses.
        forges: The forges that get a job; None for those that the project has files for.
        hook: Whether there shall be a hook of pre-commit; None where the project has a configuration of it.
        weekly_reports: Whether the forges get a job as well that refreshes the generated documents.
    """

    frameworks: tuple[str, ...] = ()
    forges: tuple[str, ...] | None = None
    hook: bool | None = None
    weekly_reports: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class InitPlan:
    """What ``init`` would do.

    Attributes:
        draft: The changes.
        frameworks: The frameworks that are looked at.
        forges: The forges that are looked at.
        problems: What cannot be done, and why; while there is any, nothing is written.
        notes: What else to know.
    """

    draft: Draft
    frameworks: tuple[str, ...]
    forges: tuple[str, ...]
    problems: tuple[BugcaptureError, ...]
    notes: tuple[str, ...]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The files that would be made or changed."""
        return self.draft.changes


def plan_init(project: Project, request: InitRequest) -> InitPlan:
    """Work out what is missing in a project.

    Args:
        project: The project.
        request: What is asked for.

    Raises:
        ConfigurationError: If the project uses none of the frameworks, or one is needed to read it and not
            installed.
    """
    root = project.root
    usages = find_usages(root)
    frameworks = request.frameworks or tuple(name for name, usage in usages.items() if usage.used)
    if not frameworks:
        raise ConfigurationError(
            "there are no tests of Behave, Robot Framework or pytest here",
            hint="name what you will use: --framework behave",
        )
    steps = _Steps()
    forges = find_forges(root) if request.forges is None else request.forges
    repository = next((place for place in (root, *root.parents) if (place / ".git").exists()), root)
    if request.weekly_reports and not forges:
        raise ConfigurationError("no forge has files here for a weekly job", hint="name one: --ci github")
    if repository != root and (forges or request.hook):
        told = "a hook and a job of the CI belong into the folder of the repository"
        raise ConfigurationError(told, where=relative_path(repository), hint="use --no-hook and --ci none here")
    for name in frameworks:
        if name not in project.settings.assume_wired:
            steps.wire(_WIRES[name], usages[name].files, root)
    steps.do(lambda: _add_settings(steps, root))
    origin = find_origin()
    hook = (root / HOOK_FILE).exists() if request.hook is None else request.hook
    if hook:
        steps.do(lambda: add_hook(steps.draft, root, origin))
    requirement = write_requirement([name for name in usages if name in frameworks], origin)
    # The reports count the tests of frameworks that the project does not run, too.
    everything = write_requirement([name for name, usage in usages.items() if usage.files], origin)
    for forge in forges:
        known = len(steps.draft.changes)
        steps.do(lambda forge=forge: add_job(steps.draft, root, forge, requirement))  # type: ignore[misc]
        if request.weekly_reports:
            steps.do(lambda forge=forge: steps.add_weekly_job(project, forge, everything))  # type: ignore[misc]
        if origin is None and len(steps.draft.changes) > known:
            steps.notes.append(f"the job of {forge} installs `{requirement}` from the package index")
    return InitPlan(
        draft=steps.draft,
        frameworks=tuple(frameworks),
        forges=tuple(forges),
        problems=tuple(steps.problems),
        notes=tuple(steps.notes),
    )


class _Steps:
    """Takes one step after the other, also after one that cannot be taken: all problems are told at once."""

    def __init__(self) -> None:
        self.draft = Draft()
        self.problems: list[BugcaptureError] = []
        self.notes: list[str] = []

    def do(self, step: Callable[[], None]) -> None:
        try:
            step()
        except (RefusedError, SourceError) as error:
            self.problems.append(error)

    def add_weekly_job(self, project: Project, forge: str, requirement: str) -> None:
        if note := add_weekly_job(self.draft, project, forge, requirement):
            self.notes.append(note)

    def wire(self, wire: Wire, tests: Sequence[Path], root: Path) -> None:
        def step() -> None:
            for wiring in wire(tests, root, self.draft.read):
                self.draft.put(wiring.file, wiring.content, wiring.reason)
                if wiring.file == root / ROBOT_FILE and self.draft.is_new(wiring.file):
                    self.notes.append(f"run Robot Framework with `robot --argumentfile {ROBOT_FILE} ...`")

        self.do(step)


def _add_settings(steps: _Steps, root: Path) -> None:
    made = steps.draft.is_new(root / ROBOT_FILE)
    more = [f'robot_args = ["--argumentfile", "{ROBOT_FILE}"]'] if made else []
    if note := add_settings(steps.draft, root, read_inventory([root]).captures, more):
        steps.notes.append(note)
