"""What pre-commit and prek would make of a configuration: which hooks run at which stage.

See https://pre-commit.com/#confining-hooks-to-run-at-certain-stages.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.text import printable, shorten
from bugcapture.hooks.raw import Problem
from bugcapture.hooks.wrapper import OLD_STAGES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bugcapture.hooks.raw import RawConfiguration, RawHook

    # The hooks that a repository offers at a revision, by their ids; None where that is not known.
    Manifests = Callable[[str, str], Mapping[str, Mapping[str, Any]] | None]

STAGES: Final = (
    "commit-msg", "post-checkout", "post-commit", "post-merge", "post-rewrite", "pre-commit", "pre-merge-commit",
    "pre-push", "pre-rebase", "prepare-commit-msg", "manual",
)  # fmt: skip

_NEEDED: Final = ("name", "entry", "language")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfiguredHook:
    """One hook of a configuration, with all defaults.

    Attributes:
        path: The configuration as reports name it.
        line: Where the hook stands.
        repo: Its repository, ``local`` or ``meta``.
        id: Its id.
        alias: Its alias; empty without one.
        name: What the tool calls it; empty where only its repository knows it.
        entry: The command; None where only its repository knows it.
        arguments: What the command is given besides files.
        language: How it is installed; empty where only its repository knows it.
        stages: The stages at which it runs.
        old_names: Those of them that are written with names of the past.
        stages_line: Where they stand; that of the hook where it has none of its own.
        has_stages: Whether the configuration or the repository says when it runs.
        files: A pattern of files that it is for; None where it is more than a regular expression.
        exclude: The same for files that it is not for.
        always_run: Whether it runs without any file.
        pass_filenames: Whether it is told the files.
        require_serial: Whether the tool may not run it several times at once.
    """

    path: str
    line: int
    repo: str
    id: str
    alias: str
    name: str
    entry: str | None
    arguments: tuple[str, ...]
    language: str
    stages: tuple[str, ...]
    old_names: tuple[str, ...]
    stages_line: int
    has_stages: bool
    files: str | None
    exclude: str | None
    always_run: bool
    pass_filenames: bool
    require_serial: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Configuration:
    """One configuration.

    Attributes:
        path: The file as reports name it.
        folder: Its folder, seen from the top of the checkout; empty for the top.
        hooks: Its hooks.
        problems: What the tool would refuse.
        has_default_stages: Whether it says when hooks run that do not.
        default_stages_line: Where it does; 0 where that is not known.
        old_default_names: Names of the past in it.
        install_types: The hooks that a plain ``install`` installs.
        files: The pattern of all files that are looked at.
        exclude: The pattern of all that are not.
        commented: Hooks that are commented out: line and id.
    """

    path: str
    folder: str
    hooks: tuple[ConfiguredHook, ...]
    problems: tuple[Problem, ...]
    has_default_stages: bool
    default_stages_line: int
    old_default_names: tuple[str, ...]
    install_types: tuple[str, ...]
    files: str | None
    exclude: str | None
    commented: tuple[tuple[int, str], ...]

    def at_stage(self, stage: str) -> tuple[ConfiguredHook, ...]:
        """The hooks that run at a stage; none where the tool refuses the configuration."""
        return () if self.problems else tuple(hook for hook in self.hooks if stage in hook.stages)


def read_configuration(raw: RawConfiguration, manifests: Manifests) -> Configuration:
    """A configuration with all defaults.

    Args:
        raw: What its file says.
        manifests: What repositories say of their hooks.
    """
    problems = list(raw.problems)
    values = raw.values
    listed, old = _read_stages(values, "default_stages", raw.line_of("default_stages"), problems)
    default = STAGES if listed is None else listed
    hooks = []
    for hook in raw.hooks:
        known = None if hook.repo in {"local", "meta"} else manifests(hook.repo, hook.revision)
        told = _hook(hook, raw.path, default, (known or {}).get(str(hook.values.get("id"))), problems)
        if told is not None:
            hooks.append(told)
    files = _pattern(values, "files", raw.line_of("files"), "", problems)
    exclude = _pattern(values, "exclude", raw.line_of("exclude"), "^$", problems)
    types = values.get("default_install_hook_types")
    return Configuration(
        path=raw.path,
        folder=raw.folder,
        hooks=tuple(hooks),
        problems=tuple(problems),
        has_default_stages=listed is not None,
        default_stages_line=raw.line_of("default_stages"),
        old_default_names=old,
        install_types=tuple(map(str, types)) if isinstance(types, list) and types else ("pre-commit",),
        files=files,
        exclude=exclude,
        commented=raw.commented,
    )


def _hook(
    hook: RawHook,
    path: str,
    default: tuple[str, ...],
    manifest: Mapping[str, Any] | None,
    problems: list[Problem],
) -> ConfiguredHook | None:
    own = hook.values
    if not isinstance(own.get("id"), str):
        problems.append(Problem(hook.line, "a hook has no `id`"))
        return None
    shown = _show(own["id"])
    missing = [key for key in _NEEDED if not isinstance(own.get(key), str)] if hook.repo == "local" else []
    if missing:
        problems.append(Problem(hook.line, f"the local hook {shown} has no `{missing[0]}`"))
    values = {**(manifest or {}), **own}
    line = hook.line_of("stages")
    stages, old = _read_stages(own, "stages", line, problems)
    if stages is None:
        stages, _ = _read_stages(manifest or {}, "stages", hook.line, [])
    files = _pattern(values, "files", hook.line_of("files"), "", problems)
    exclude = _pattern(values, "exclude", hook.line_of("exclude"), "^$", problems)
    if hook.repo == "meta" and "files" not in own and own["id"] != "identity":
        files = r"^\.pre-commit-config\.yaml$"
    arguments = values.get("args")
    return ConfiguredHook(
        path=path,
        line=hook.line,
        repo=hook.repo,
        id=own["id"],
        alias=_text(values.get("alias")) or "",
        name=_text(values.get("name")) or "",
        entry=_text(values.get("entry")),
        arguments=tuple(map(str, arguments)) if isinstance(arguments, list) else (),
        language=_text(values.get("language")) or "",
        # An empty list is as good as none.
        stages=stages or default,
        old_names=old,
        stages_line=line or hook.line,
        has_stages=bool(stages),
        files=files,
        exclude=exclude,
        always_run=values.get("always_run") is True,
        pass_filenames=values.get("pass_filenames") is not False,
        require_serial=values.get("require_serial") is True,
    )


def _read_stages(
    values: Mapping[str, Any], key: str, line: int, problems: list[Problem]
) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """The stages with their names of today, and those of the past among them; None where there are none."""
    listed = values.get(key)
    if key not in values:
        return None, ()
    if not isinstance(listed, list):
        problems.append(Problem(line, f"`{key}` is no list"))
        return None, ()
    names = [str(name) for name in listed]
    current = [OLD_STAGES.get(name, name) for name in names]
    problems += [
        Problem(line, f"there is no stage {_show(name)}; there are {', '.join(STAGES)}")
        for name in current
        if name not in STAGES
    ]
    return tuple(current), tuple(name for name in names if name in OLD_STAGES)


def _pattern(values: Mapping[str, Any], key: str, line: int, default: str, problems: list[Problem]) -> str | None:
    found = values.get(key, default)
    if not isinstance(found, str):
        return None
    try:
        re.compile(found)
    except (re.error, RecursionError, OverflowError) as error:
        problems.append(Problem(line, f"`{key}` is no regular expression: {printable(str(error))}"))
        return None
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _show(text: str) -> str:
    return printable(shorten(text, 80))
