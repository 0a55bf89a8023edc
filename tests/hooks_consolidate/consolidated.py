"""A configuration as text, and what is proposed for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import yaml

from bugcapture.hooks.configuration import read_configuration
from bugcapture.hooks.consolidate.estimate import match_timings
from bugcapture.hooks.consolidate.hook import read_hooks
from bugcapture.hooks.consolidate.propose import Surroundings, Wishes, propose
from bugcapture.hooks.consolidate.rewrite import Layout, Replacement
from bugcapture.hooks.consolidate.serial import KEY, propose_serial, setting_of
from bugcapture.hooks.raw import read_raw
from bugcapture.project.yaml import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.core.hook_timing import HookProfile
    from bugcapture.hooks.consolidate.call import Call
    from bugcapture.hooks.consolidate.proposal import Proposal, SerialProposal

PATH = ".pre-commit-config.yaml"
LOCAL = "repos:\n  - repo: local\n    hooks:\n"


def hook(name: str, entry: str, *more: str) -> str:
    """A hook at pre-push that is not told any files."""
    keys = {line.partition(":")[0] for line in more}
    usual = ["language: system", "pass_filenames: false", "stages: [pre-push]", "files: ^src/"]
    lines = [f"id: {name}", f"name: {name.upper()}", f"entry: {entry}"]
    lines += [line for line in usual if line.partition(":")[0] not in keys]
    lines += [line for line in more if not line.endswith(": -")]
    return "".join(f"{'      - ' if at == 0 else '        '}{line}\n" for at, line in enumerate(lines))


def suggest(
    content: str | bytes,
    wishes: Wishes | None = None,
    *,
    tracked: tuple[str, ...] = (),
    settings: Callable[[str], str] = lambda _target: "",
) -> Proposal:
    """What is proposed."""
    encoded = content.encode() if isinstance(content, str) else content
    raw = read_raw(encoded, PATH)
    configuration = read_configuration(raw, lambda _repo, _revision: None)
    assert not configuration.problems
    layout = Layout(read_yaml(encoded, PATH))
    hooks = read_hooks(raw, configuration, layout.unmovable)
    ids = {one.id for one in configuration.hooks}
    around = Surroundings(tracked=tracked, place=_place(settings), ids=ids)
    return propose("pre-push", hooks, wishes or Wishes(), around)


def _place(settings: Callable[[str], str]) -> Callable[[Call], list[str]]:
    """What is around all targets; Behave looks at the first alone."""

    def find(call: Call) -> list[str]:
        targets = call.targets[:1] if call.runner == "behave" else call.targets
        return sorted({settings(target) for target in targets or ("",)})

    return find


def suggest_serial(
    content: str | bytes, profile: HookProfile | None = None, manifest: Mapping[str, Any] | None = None
) -> tuple[SerialProposal, bytes]:
    """What is proposed for ``require_serial``, and the configuration with it."""
    encoded = content.encode() if isinstance(content, str) else content
    raw = read_raw(encoded, PATH)
    configuration = read_configuration(raw, lambda _repo, _revision: manifest)
    assert not configuration.problems
    layout = Layout(read_yaml(encoded, PATH))
    hooks = read_hooks(raw, configuration, layout.unmovable)
    timings = match_timings(profile, "pre-push", hooks) if profile is not None else {}
    proposal = propose_serial(hooks, timings, layout.why_fixed(KEY))
    return proposal, layout.replace([], [setting_of(change) for change in proposal.changes])


def merged(proposal: Proposal) -> list[list[str]]:
    """The ids of the hooks that become one."""
    return [[one.id for one in group.members] for group in proposal.groups]


def reasons(proposal: Proposal) -> dict[str, str]:
    """Why others stay, by their ids."""
    return {one.id: proposal.reasons[one.index] for one in proposal.hooks if one.index in proposal.reasons}


def rewrite(content: str | bytes, wishes: Wishes | None = None) -> bytes:
    """The configuration with what is proposed."""
    encoded = content.encode() if isinstance(content, str) else content
    layout = Layout(read_yaml(encoded, PATH))
    groups = suggest(encoded, wishes).groups
    return layout.replace(
        [
            Replacement(
                indexes=tuple(one.index for one in group.members),
                values=group.values,
                titles=tuple(one.id for one in group.members),
            )
            for group in groups
        ]
    )


def said(content: str | bytes) -> Any:
    """What a configuration says."""
    return yaml.safe_load(content)
