"""``hooks consolidate``: read a configuration, propose fewer hooks, and write them when they run the same."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from bugcapture.core.diff import unified_diff
from bugcapture.core.errors import ConfigurationError, RefusedError
from bugcapture.core.text import plural, printable, shorten
from bugcapture.hooks.configuration import read_configuration
from bugcapture.hooks.consolidate.behave_steps import steps_finder
from bugcapture.hooks.consolidate.equivalence import find_untriggered
from bugcapture.hooks.consolidate.estimate import match_timings
from bugcapture.hooks.consolidate.hook import read_hooks
from bugcapture.hooks.consolidate.propose import Surroundings, propose
from bugcapture.hooks.consolidate.pytest_settings import settings_finder
from bugcapture.hooks.consolidate.rewrite import Layout, Replacement
from bugcapture.hooks.consolidate.serial import KEY, propose_serial, setting_of
from bugcapture.hooks.manifest import read_manifest
from bugcapture.hooks.raw import read_raw
from bugcapture.project import git
from bugcapture.project.draft import Draft
from bugcapture.project.paths import relative_path
from bugcapture.project.yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bugcapture.core.hook_timing import HookProfile
    from bugcapture.hooks.configuration import Configuration
    from bugcapture.hooks.consolidate.call import Call
    from bugcapture.hooks.consolidate.proposal import Group, Proposal
    from bugcapture.hooks.consolidate.propose import Wishes
    from bugcapture.hooks.raw import RawConfiguration
    from bugcapture.project.draft import Change

DEFAULT: Final = ".pre-commit-config.yaml"

_TOML: Final = ("prek.toml",)
_PROJECT_FILES: Final = ("pyproject.toml", "uv.lock", "poetry.lock", "pdm.lock", "setup.cfg", "tox.ini")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsolidationPlan:
    """Fewer hooks for a configuration.

    Attributes:
        top: The top of the checkout, where hooks run.
        file: The configuration.
        raw: What it says.
        proposal: What is proposed.
        draft: The change of the file; nothing where there is nothing to propose.
    """

    top: Path
    file: Path
    raw: RawConfiguration
    proposal: Proposal
    draft: Draft

    @property
    def change(self) -> Change | None:
        """The change of the file; None where there is nothing to propose."""
        return self.draft.changes[0] if self.draft.changes else None

    @property
    def diff(self) -> str:
        """The change as a unified diff, for the top of the checkout; empty where there is nothing to propose."""
        if self.change is None:
            return ""
        file = self.file.parent.resolve() / self.file.name
        return unified_diff(relative_path(file, self.top.resolve()), self.change.old, self.change.new)


def plan_consolidation(
    folder: Path, config: Path | None, stage: str, wishes: Wishes, profile: HookProfile | None = None
) -> ConsolidationPlan:
    """What is proposed for the hooks of a stage.

    Args:
        folder: A folder of the checkout.
        config: The configuration; None for the usual one at the top.
        stage: The stage, such as ``pre-push``.
        wishes: What is asked for.
        profile: What each hook was seen to do; None where nobody has looked.

    Raises:
        ConfigurationError: If there is no checkout, no configuration, or one that the tool would refuse.
        RefusedError: If the place of the hooks in the file cannot be known.
        SourceError: If the file cannot be read.
    """
    top = git.top_folder(folder)
    if top is None:
        raise ConfigurationError("hooks belong to a git repository, and there is none here", hint="run `git init`")
    file = _find(top, config)
    shown, draft = relative_path(file), Draft()
    content = draft.read(file) or b""
    raw = read_raw(content, shown)
    configuration = read_configuration(raw, read_manifest)
    _refuse_faulty(configuration, shown)
    layout = Layout(read_yaml(content, shown))
    tracked = git.tracked_files(top) or []
    around = Surroundings(tracked=tracked, place=_place_finder(top), ids={hook.id for hook in configuration.hooks})
    everything = read_hooks(raw, configuration, layout.unmovable)
    hooks = [hook for hook in everything if hook.runs_at({stage})]
    timings = match_timings(profile, stage, hooks) if profile is not None else {}
    serial = propose_serial(hooks, timings, layout.why_fixed(KEY))
    proposal = replace(propose(stage, everything, wishes, around), serial=serial)
    for group in proposal.groups:
        _require_same_files(group, tracked, shown)
    if not proposal.is_empty:
        settings = [setting_of(change) for change in serial.changes]
        new = layout.replace([_replacement(group) for group in proposal.groups], settings)
        draft.put(file, new, "fewer, faster hooks")
    return ConsolidationPlan(top=top, file=file, raw=raw, proposal=proposal, draft=draft)


def require_committed(plan: ConsolidationPlan) -> None:
    """Make sure that git can bring back the configuration.

    Raises:
        RefusedError: If it differs from the checked-out revision.
    """
    if not git.is_committed(plan.file):
        raise RefusedError(
            "has changes that are not committed, which nobody could tell from the new ones",
            where=relative_path(plan.file),
            hint="commit it first, or use `--diff | git apply` at the top",
        )


def has_xdist(top: Path) -> bool:
    """Whether a project names pytest-xdist among what it installs."""
    for file in (*(top / name for name in _PROJECT_FILES), *sorted(top.glob("requirements*.txt"))):
        try:
            if b"pytest-xdist" in file.read_bytes():
                return True
        except OSError:
            continue
    return False


def _place_finder(top: Path) -> Callable[[Call], object]:
    """What runners find around the targets of a call: Behave looks at the first alone."""
    settings, steps = settings_finder(top), steps_finder(top)

    def find(call: Call) -> object:
        if call.runner == "behave":
            return steps(call.targets[0]) if call.targets else ""
        return sorted({settings(target) for target in call.targets or ("",)})

    return find


def _find(top: Path, config: Path | None) -> Path:
    if config is not None:
        file = config.absolute()
    elif (top / DEFAULT).exists() or not any((top / name).exists() for name in _TOML):
        file = top / DEFAULT
    else:
        file = top / _TOML[0]
    if not file.exists():
        raise ConfigurationError("is not there", where=relative_path(file), hint="--config names another file")
    if file.suffix == ".toml":
        raise ConfigurationError(
            "is TOML, and this command writes YAML alone", where=relative_path(file), hint=f"use {DEFAULT}"
        )
    return file


def _refuse_faulty(configuration: Configuration, shown: str) -> None:
    if configuration.problems:
        problem = configuration.problems[0]
        raise ConfigurationError(
            f"the tool would refuse this: {problem.message}",
            where=f"{shown}:{problem.line}" if problem.line else shown,
            hint="`bugcapture hooks check --config-only` names all that is wrong",
        )


def _require_same_files(group: Group, tracked: list[str], shown: str) -> None:
    wrong = find_untriggered(group, tracked)
    if wrong:
        raise RefusedError(
            f"the merged hook {printable(group.id)} would run for other files than its members: "
            f"{plural(len(wrong), 'file')}, such as {printable(shorten(wrong[0], _SHOWN))}",
            where=shown,
            hint="use --merge same",
        )


def _replacement(group: Group) -> Replacement:
    return Replacement(
        indexes=tuple(hook.index for hook in group.members),
        values=group.values,
        titles=tuple(f"{hook.id}: {hook.configured.name}" for hook in group.members),
    )
