"""How long the hooks of a project take."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from datetime import datetime  # noqa: TC003 - whoever reads a profile asks for the types of its fields
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class HookTiming:
    """How long one hook takes at one stage.

    Attributes:
        id: Its id.
        alias: Its alias; empty without one.
        name: What the tool calls it.
        folder: The folder of its configuration, seen from the top of the checkout; empty for the top.
        number: Which one it is of the hooks of its configuration with the same id and alias, from 1.
        stage: The stage.
        seconds: What each run took; empty where there was no file for it.
        clock: Whether these are the seconds that the tool told (``tool``), or those of the whole process of the
            tool (``wall``).
        exit_code: The exit code of the hook: that of the first run that was not 0; the negative number of a
            signal that ended it.
        timed_out: Whether a run was stopped for taking too long.
        wrote: Files that it changed, made or removed, and that git does not ignore; seen from the top.
        wrote_ignored: The same for files that git ignores, without caches.
        require_serial: Whether its configuration forbids the tool to run it several times at once.
        pass_filenames: Whether it is told the files.
        parallel_safe: Whether other hooks can run at the same time.
        reason: Why, or why not.
    """

    id: str
    alias: str = ""
    name: str = ""
    folder: str = ""
    number: int = 1
    stage: str
    seconds: tuple[float, ...]
    clock: Literal["tool", "wall"] = "wall"
    exit_code: int = 0
    timed_out: bool = False
    wrote: tuple[str, ...] = ()
    wrote_ignored: tuple[str, ...] = ()
    require_serial: bool = False
    pass_filenames: bool = True
    parallel_safe: bool = True
    reason: str = ""

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What tells it from all others, also after the configuration was changed elsewhere."""
        return (self.stage, self.folder, self.id, self.alias, self.number)

    @property
    def label(self) -> str:
        """What people call it: the alias or the id, with the folder and the number where they are needed."""
        folder = f"{self.folder}:" if self.folder else ""
        number = f" #{self.number}" if self.number > 1 else ""
        return f"{folder}{self.alias or self.id}{number}"

    @property
    def median(self) -> float:
        """The middle one of its runs; 0 without any."""
        return statistics.median(self.seconds) if self.seconds else 0.0

    @property
    def spread(self) -> tuple[float, float]:
        """The quickest and the slowest run; zeros without any."""
        return (min(self.seconds), max(self.seconds)) if self.seconds else (0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class HookProfile:
    """How long the hooks of a project take, on one machine.

    Attributes:
        tool: ``pre-commit`` or ``prek``.
        tool_version: Its version.
        recorded_at: When the measuring began.
        commit: The revision that was measured; empty where nobody knows.
        files: Which files the hooks were given, such as ``all files``.
        hooks: The hooks, in the order of the stages and of the configuration.
    """

    tool: str
    tool_version: str
    recorded_at: datetime
    commit: str = ""
    files: str = "all files"
    hooks: tuple[HookTiming, ...] = ()

    @property
    def stages(self) -> tuple[str, ...]:
        """The stages that were measured."""
        return tuple(dict.fromkeys(hook.stage for hook in self.hooks))

    def at_stage(self, stage: str) -> tuple[HookTiming, ...]:
        """The hooks of a stage."""
        return tuple(hook for hook in self.hooks if hook.stage == stage)

    def total(self, stage: str) -> float:
        """How long the hooks of a stage take together: the sum of their medians."""
        return sum(hook.median for hook in self.at_stage(stage))

    def share(self, hook: HookTiming) -> float:
        """The part of its stage that a hook takes, between 0 and 1; 0 where the stage takes no time."""
        total = self.total(hook.stage)
        return hook.median / total if total else 0.0
