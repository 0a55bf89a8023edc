"""Processes of the frameworks: which are needed, how they are started, and what they leave behind."""

from __future__ import annotations

import os
import sys
from collections import defaultdict, deque
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bugcapture.project.config import EVIDENCE_DIR_VARIABLE, find_project
from bugcapture.project.evidence_files import read_evidence
from bugcapture.project.process import Task, run_tasks
from bugcapture.workflow.shard import distribute
from bugcapture.workflow.sources import DIALECTS, dialect_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Dialect, Launch
    from bugcapture.core.evidence import Evidence
    from bugcapture.project.config import Project
    from bugcapture.project.process import Ended

# Bytes that a command may have. Windows takes 32,767 characters, macOS 1 MiB with the environment.
_LONGEST_COMMAND: Final = 30_000 if sys.platform == "win32" else 500_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosts:
    """How the frameworks are started.

    Attributes:
        python: The interpreter that runs them; None for the one of this process.
        arguments: More arguments for each framework's command.
        jobs: How many processes may run at a time.
        timeout: Seconds that each may take; None for no limit.
        environment: Variables that they get besides those of this process; None removes one.
    """

    python: str | None = None
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    jobs: int = 1
    timeout: float | None = None
    environment: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Unit:
    """One process to run, with a folder of its own for what it writes.

    Attributes:
        launch: What it runs.
        command: Its command.
        scratch: Its folder.
        root: The folder of the project from which its records name their files.
        environment: Variables that it gets besides those of all others; None removes one.
    """

    launch: Launch
    command: tuple[str, ...]
    scratch: Path
    root: Path
    environment: Mapping[str, str | None] = field(default_factory=dict)

    @property
    def evidence(self) -> Path:
        """The folder of its records."""
        return self.scratch / "evidence"

    @property
    def output(self) -> Path:
        """The file with what it says."""
        return self.scratch / "output.txt"

    @property
    def records(self) -> tuple[Evidence, ...]:
        """The records that it left."""
        return read_evidence([self.evidence]).records if self.evidence.is_dir() else ()


def plan_launches(captures: Sequence[Capture], root: Path, jobs: int = 1) -> list[Launch]:
    """What runs captured tests: as many launches as may run at a time, each of whole files.

    Args:
        captures: The tests.
        root: The project's folder.
        jobs: How many processes may run at a time.
    """
    launches = []
    for dialect in DIALECTS:
        own = [capture for capture in captures if capture.framework == dialect.name]
        planned = dialect.plan_launches(own, root) if own else []
        launches += [launch for whole in planned for launch in _split_launch(whole, jobs)]
    return launches


def make_units(launches: Iterable[Launch], project: Project, hosts: Hosts, scratch: Path) -> list[Unit]:
    """The processes of some launches; one whose command would be too long for the system becomes several.

    Args:
        launches: What to run.
        project: The project; its arguments for the frameworks apply.
        hosts: How the frameworks are started.
        scratch: A folder for whatever they write.
    """
    python = sys.executable if hosts.python is None else hosts.python
    units: list[Unit] = []
    waiting = deque(launches)
    while waiting:
        launch = waiting.popleft()
        dialect = dialect_named(launch.framework)
        folder = scratch / f"{len(units) + 1:03}-{dialect.name}"
        folder.mkdir(exist_ok=True)
        # Without buffering, so that a killed process has said what it could.
        command = (python, "-u", *_write_command(dialect, launch, folder, project, hosts))
        too_long = sum(len(os.fsencode(part)) + 1 for part in command) > _LONGEST_COMMAND
        if too_long and len(launch.captures or launch.files) > 1:
            waiting.extendleft(reversed(_halve_launch(launch)))
            continue
        units.append(Unit(launch, command, folder, find_project(launch.folder).root))
    return units


def run_units(
    units: Sequence[Unit], hosts: Hosts, on_end: Callable[[int, Ended], bool] | None = None
) -> list[Ended | None]:
    """Run the processes.

    Args:
        units: The processes.
        hosts: How they are started.
        on_end: Called with the position and the end of each; when it says true, no further one is started.

    Returns:
        How each ended; None for those that were not started.

    Raises:
        ConfigurationError: If one cannot be started.
        KeyboardInterrupt: If this process was interrupted; no process is left behind.
    """
    tasks = [
        Task(
            command=unit.command,
            folder=unit.launch.folder,
            environment=_environment(unit, hosts),
            output=unit.output,
        )
        for unit in units
    ]
    return run_tasks(tasks, jobs=hosts.jobs, timeout=hosts.timeout, on_end=on_end)


def _environment(unit: Unit, hosts: Hosts) -> dict[str, str]:
    merged = {**os.environ, **hosts.environment, **unit.environment, EVIDENCE_DIR_VARIABLE: str(unit.evidence)}
    return {name: value for name, value in merged.items() if value is not None}


def _write_command(dialect: Dialect, launch: Launch, scratch: Path, project: Project, hosts: Hosts) -> list[str]:
    command = dialect.write_command(launch, scratch)
    at = 2  # Behind `-m <host>`, so that what the user adds comes first and cannot take a test away.
    added = (*project.settings.arguments(dialect.name), *hosts.arguments.get(dialect.name, ()))
    return [*command[:at], *added, *command[at:]]


def _split_launch(launch: Launch, jobs: int) -> list[Launch]:
    """As many launches as may run at a time, of whole files."""
    files: defaultdict[str, list[Capture]] = defaultdict(list)
    for capture in launch.captures:
        files[capture.path].append(capture)
    parts = distribute({file: len(tests) for file, tests in files.items()}, min(jobs, len(files)))
    return [
        replace(launch, captures=tuple(capture for file in sorted(part) for capture in files[file]))
        for part in parts
    ]


def _halve_launch(launch: Launch) -> list[Launch]:
    """Two launches for one whose command no system would take, of whole files where there are several."""
    if launch.files:
        middle = len(launch.files) // 2
        return [replace(launch, files=part) for part in (launch.files[:middle], launch.files[middle:])]
    if len(launch.paths) > 1:
        return _split_launch(launch, 2)
    middle = len(launch.captures) // 2
    return [replace(launch, captures=part) for part in (launch.captures[:middle], launch.captures[middle:])]
