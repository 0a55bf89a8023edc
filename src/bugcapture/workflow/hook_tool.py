"""The tool that runs the hooks of a project, pre-commit or prek: which one, and where it is."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.hooks.gather import gather_facts
from bugcapture.hooks.wrapper import DEFAULT_CONFIG, PREK_FILES, FrameworkCall

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.hooks.facts import Facts
    from bugcapture.project.config import Project

TOOLS: Final = ("pre-commit", "prek")

_INSTALLED_AT: Final = ("pre-push", "pre-commit")


@dataclass(frozen=True, slots=True, kw_only=True)
class HookTool:
    """The tool.

    Attributes:
        name: One of `TOOLS`.
        command: How it is started.
        config: The configuration that it is told to read; None where it looks for one.
        folder: The folder that it starts in, seen from the top of the checkout; empty for the top.
    """

    name: str
    command: tuple[str, ...]
    config: str | None
    folder: str = ""

    @property
    def options(self) -> tuple[str, ...]:
        """What it has to be told to read the right configuration."""
        return () if self.config in {None, DEFAULT_CONFIG} else ("--config", str(self.config))

    def call(self, stage: str) -> FrameworkCall:
        """The call of its hook at a stage."""
        return FrameworkCall(
            tool=self.name, line=0, is_hook=True, stage=stage, config=self.config, folder=self.folder
        )


def find_tool(project: Project, folder: Path, wanted: str | None, stages: Iterable[str]) -> HookTool:
    """The tool that runs the hooks of a project.

    It is the one whose hook is installed, else the one that the configuration is for, else one that is there.

    Args:
        project: The project; its settings apply.
        folder: A folder of the checkout.
        wanted: One of `TOOLS`; None for that of the project.
        stages: The stages; the first one with an installed hook decides.

    Raises:
        ConfigurationError: If there is no checkout, or the tool is not there.
    """
    # Git has a hook for each of these stages, and pre-commit installs one of its own for some of them only.
    types = dict.fromkeys([*(stage for stage in stages if stage in _INSTALLED_AT), *_INSTALLED_AT])
    known = [gather_facts(folder, hook_type, project.settings.hooks) for hook_type in types]
    installed = next((call for facts in known for call in facts.calls if call.is_hook), None)
    name = wanted or (installed.tool if installed is not None else _guess(known[0]))
    own = installed if installed is not None and installed.tool == name else None
    command = _locate(name, own.program if own is not None else "")
    if command is None:
        hint = f"install it, such as with `pip install {name}` or `uv tool install {name}`"
        raise ConfigurationError(f"{name} is not there: neither on PATH nor beside bugcapture", hint=hint)
    if own is not None:
        return HookTool(name=name, command=command, config=own.config, folder=own.folder)
    return HookTool(name=name, command=command, config=DEFAULT_CONFIG if name == TOOLS[0] else None)


def _guess(facts: Facts) -> str:
    if not (facts.top / DEFAULT_CONFIG).is_file() and any((facts.top / name).is_file() for name in PREK_FILES):
        return TOOLS[1]
    return next((name for name in TOOLS if _locate(name, "")), TOOLS[0])


def _locate(name: str, program: str) -> tuple[str, ...] | None:
    """How a tool is started: as its installed hook does it, from ``PATH``, or from where bugcapture is."""
    if program and Path(program).is_absolute() and os.access(program, os.X_OK):
        return (program, "-mpre_commit") if name == TOOLS[0] else (program,)
    found = shutil.which(name) or shutil.which(name, path=str(Path(sys.executable).parent))
    return (str(Path(found).absolute()),) if found else None
