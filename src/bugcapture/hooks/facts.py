"""All that is known of a hook: where it is, what it calls, and which commands run in the end."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path
    from re import Pattern

    from bugcapture.hooks.configuration import Configuration, ConfiguredHook
    from bugcapture.hooks.hook_file import HookPlace, Script
    from bugcapture.hooks.lefthook_search import Search
    from bugcapture.hooks.raw import Problem
    from bugcapture.hooks.step import Step
    from bugcapture.hooks.wrapper import FrameworkCall

PHASES: Final = ("lint", "types", "unit", "meta")


@dataclass(frozen=True, slots=True, kw_only=True)
class Legacy:
    """A hook of former times that pre-commit and prek run as well.

    Attributes:
        script: Its file.
        calls: The calls of pre-commit and prek in it.
        refusal: Why it fails at every push; empty where it may succeed.
        refusal_line: Where that stands; 0 for the whole file.
    """

    script: Script
    calls: tuple[FrameworkCall, ...]
    refusal: str = ""
    refusal_line: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class MissingConfiguration:
    """A configuration that a call needs and that is not there.

    Attributes:
        path: Where it would be, or the file that calls for it.
        line: The line of the call.
        name: The configuration, printable.
        is_allowed: Whether the call then does nothing, and succeeds.
    """

    path: str
    line: int
    name: str
    is_allowed: bool


@dataclass(slots=True, kw_only=True)
class Facts:
    """What the rules are asked about.

    Attributes:
        hook_type: The hook, such as ``pre-push``.
        top: The top of the checkout.
        required: The categories that have to be there, the quickest first.
        is_required_set: Whether the project says so itself.
        patterns: The patterns of each category.
        place: Where git looks for the hook; None where only the configuration is looked at.
        script: The file that git runs; None where there is none, or only the configuration is looked at.
        usual: The file in the usual place, where git does not look because of ``core.hooksPath``.
        kind: ``pre-commit``, ``prek``, ``husky``, ``lefthook``, ``script``, ``program`` or ``none``.
        calls: The calls of pre-commit and prek.
        named_type: The hook that lefthook is called for, with its line.
        search: Whether the hook finds lefthook; None for other hooks.
        configurations: The configurations that are read.
        missing: Those that are not there.
        problems: Why other configurations cannot be read, with their paths.
        legacy: The hook of former times beside the one of pre-commit or prek.
        steps: The commands that run, in their order.
        scripts: The shell scripts that run, and can be read.
        by_sh: Those of them that ``sh`` runs, whatever their first line says.
        unread: Scripts that cannot be read: path, line, and why.
        tracked: The files that git tracks; None where nobody knows.
    """

    hook_type: str
    top: Path
    required: tuple[str, ...] = PHASES
    is_required_set: bool = False
    patterns: Mapping[str, Sequence[Pattern[str]]] = field(default_factory=dict)
    place: HookPlace | None = None
    script: Script | None = None
    usual: Script | None = None
    kind: str = "none"
    calls: list[FrameworkCall] = field(default_factory=list)
    named_type: tuple[int, str] | None = None
    search: Search | None = None
    configurations: list[Configuration] = field(default_factory=list)
    missing: list[MissingConfiguration] = field(default_factory=list)
    problems: list[tuple[str, Problem]] = field(default_factory=list)
    legacy: Legacy | None = None
    steps: list[Step] = field(default_factory=list)
    scripts: list[Script] = field(default_factory=list)
    by_sh: list[Script] = field(default_factory=list)
    unread: list[tuple[str, int, str]] = field(default_factory=list)
    tracked: list[str] | None = None

    @property
    def path(self) -> str:
        """The file that a finding about the whole is told at."""
        if self.place is not None:
            return self.place.path
        return self.configurations[0].path if self.configurations else ""

    @property
    def is_known(self) -> bool:
        """Whether every command that runs is known."""
        return not (self.unread or self.problems or any(one.problems for one in self.configurations))

    def configured(self) -> list[ConfiguredHook]:
        """The hooks of pre-commit or prek that run."""
        stages = {call.stage for call in self.calls} or {self.hook_type}
        return [
            hook
            for configuration in self.configurations
            for hook in configuration.hooks
            if not configuration.problems and stages & set(hook.stages)
        ]
