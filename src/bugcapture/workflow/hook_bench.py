"""The place where hooks are measured: they run one by one in a copy of the checkout, and are watched."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.hook_timing import HookTiming
from bugcapture.core.text import printable, shorten
from bugcapture.hooks.raw import read_raw
from bugcapture.hooks.single import find_name, read_answer, run_arguments, single_configuration
from bugcapture.project.files import read_bytes
from bugcapture.project.process import Task, run_tasks
from bugcapture.project.repository import own_environment

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bugcapture.hooks.configuration import Configuration, ConfiguredHook
    from bugcapture.hooks.single import Told
    from bugcapture.project.isolated import IsolatedCopy
    from bugcapture.project.process import Ended
    from bugcapture.workflow.hook_tool import HookTool

# What the user leaves out of his own runs, and what changes the form of the answers.
_FORGOTTEN: Final = frozenset({"SKIP", "PREK_SKIP", "PREK_QUIET", "PREK_COLOR", "PRE_COMMIT_COLOR"})
_HEAD: Final = 1 << 20
_LAST_LINES: Final = 12
# The tool's clock and ours are read one after the other.
_SLACK: Final = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class StagedHook:
    """A hook at one of its stages.

    Attributes:
        configuration: Its configuration.
        position: Its place in that, from 0.
        stage: The stage.
        number: Which one it is of those with the same id and alias, from 1.
        folder: The folder of its project, seen from where the tool starts; empty for that folder itself.
    """

    configuration: Configuration
    position: int
    stage: str
    number: int
    folder: str

    @property
    def hook(self) -> ConfiguredHook:
        """The hook."""
        return self.configuration.hooks[self.position]

    @property
    def where(self) -> str:
        """Where it stands."""
        return f"{printable(self.hook.path)}:{self.hook.line}"

    @property
    def timing(self) -> HookTiming:
        """What is known of it before it has run."""
        hook = self.hook
        return HookTiming(
            id=hook.id,
            alias=hook.alias,
            name=hook.name,
            folder=self.folder,
            number=self.number,
            stage=self.stage,
            seconds=(),
            require_serial=hook.require_serial,
            pass_filenames=hook.pass_filenames,
        )


@dataclass(slots=True)
class _Seen:
    """What the runs of one hook showed."""

    told: list[float | None] = field(default_factory=list)
    wall: list[float] = field(default_factory=list)
    exit_code: int = 0
    timed_out: bool = False
    wrote: set[str] = field(default_factory=set)

    def add(self, ended: Ended, told: Told, *, counts: bool) -> None:
        """Take in one run."""
        self.timed_out = ended.timed_out
        self.exit_code = self.exit_code or _exit_code(ended, told)
        if counts or ended.timed_out:
            # The process cannot have ended before its hook.
            is_sound = told.seconds is not None and told.seconds <= ended.seconds + _SLACK
            self.told.append(told.seconds if is_sound and not ended.timed_out else None)
            self.wall.append(round(ended.seconds, 3))

    def fill(self, timing: HookTiming) -> HookTiming:
        """The timing with what was seen."""
        told = [seconds for seconds in self.told if seconds is not None]
        is_told = len(told) == len(self.told)
        return replace(
            timing,
            seconds=tuple(told if is_told else self.wall),
            clock="tool" if is_told else "wall",
            exit_code=self.exit_code,
            timed_out=self.timed_out,
            wrote=tuple(sorted(self.wrote)),
        )


class HookBench:
    """Runs hooks.

    Args:
        tool: The tool that runs them.
        copy: The copy in which they run.
        selection: The options that say which files they are given.
        timeout: Seconds that one run may take; None for any.
    """

    def __init__(
        self, tool: HookTool, copy: IsolatedCopy, selection: Sequence[str], timeout: float | None
    ) -> None:
        self._tool = tool
        self._copy = copy
        self._selection = selection
        self._timeout = timeout
        kept = {name: value for name, value in own_environment().items() if name not in _FORGOTTEN}
        self._environment = kept | copy.variables
        self._ignored: dict[str, tuple[int, int]] = {}

    def version(self) -> str:
        """The version of the tool; empty where it does not say."""
        ended, text = self._run(("--version",), None)
        words = text.split()
        return shorten(words[1], 40) if not ended.exit_code and len(words) > 1 else ""

    def install(self) -> None:
        """Have the tool install what the hooks need.

        Raises:
            ConfigurationError: If it cannot; its last lines are in the hint.
        """
        ended, text = self._run(("install-hooks", *self._tool.options), None)
        if ended.exit_code:
            said = "\n  ".join(printable(line) for line in text.strip().splitlines()[-_LAST_LINES:])
            raise ConfigurationError(f"`{self._tool.name} install-hooks` failed", hint=said or None)
        self._ignored = self._copy.ignored()

    def measure(
        self,
        staged: StagedHook,
        *,
        warmups: int,
        runs: int,
        on_run: Callable[[int], None],
    ) -> HookTiming | str:
        """How long a hook takes, and what it writes.

        Args:
            staged: The hook.
            warmups: How often it runs before it is measured.
            runs: How often it is measured.
            on_run: Called with the number of each run, from 0, before it.

        Returns:
            The timing; a text that says why there is none.
        """
        arguments = self._arguments(staged)
        if arguments is None:
            return "it shares its id with another hook of a folder below: give it an `alias`"
        seen = _Seen()
        for number in range(warmups + runs):
            on_run(number)
            ended, text = self._run(arguments, self._timeout)
            told = read_answer(text, ended.exit_code)
            if told.is_absent and not ended.timed_out:
                hidden = ", or its `hide_status` hides that" if self._tool.name == "prek" else ""
                return f"{self._tool.name} does not run it at this stage{hidden}"
            changed = self._copy.changes()
            if changed:
                seen.wrote.update(changed)
                self._copy.restore()
            if told.is_skipped:
                break
            seen.add(ended, told, counts=number >= warmups)
            if ended.timed_out:
                break
        before, self._ignored = self._ignored, self._copy.ignored()
        touched = (name for name, state in self._ignored.items() if before.get(name) != state)
        removed = before.keys() - self._ignored.keys()
        return replace(seen.fill(staged.timing), wrote_ignored=tuple(sorted({*touched, *removed})))

    def _arguments(self, staged: StagedHook) -> tuple[str, ...] | None:
        options = self._tool.options
        name = find_name(staged.hook, staged.configuration.at_stage(staged.stage))
        if name is None:
            if staged.folder:
                return None
            options = ("--config", str(self._write_single(staged)))
        files = (*options, *self._selection)
        return run_arguments(self._tool.name, staged.stage, name, staged.folder, files)

    def _write_single(self, staged: StagedHook) -> Path:
        """A configuration with this hook alone, apart from the files that hooks are given."""
        configuration = staged.configuration
        name = PurePosixPath(configuration.path).name
        content = read_bytes(self._copy.folder / configuration.folder / name)
        file = self._copy.scratch / "single.yaml"
        file.write_bytes(single_configuration(read_raw(content, name), staged.position))
        return file

    def _run(self, arguments: Sequence[str], timeout: float | None) -> tuple[Ended, str]:
        output = self._copy.scratch / "output"
        task = Task(
            command=(*self._tool.command, *arguments),
            folder=self._copy.folder / self._tool.folder,
            environment=self._environment,
            output=output,
        )
        (ended,) = run_tasks([task], timeout=timeout)
        assert ended is not None  # noqa: S101 - a task without another before it is started
        try:
            with output.open("rb") as stream:
                return ended, stream.read(_HEAD).decode("utf-8", "replace")
        except OSError as error:
            told = f"a hook has taken away what {self._tool.name} said: {error.strerror}"
            raise ConfigurationError(told, where=printable(str(output))) from error


def _exit_code(ended: Ended, told: Told) -> int:
    """The code of the hook; that of the tool where it said nothing of the hook."""
    if told.exit_code is not None:
        return told.exit_code
    return 0 if told.seconds is not None else ended.exit_code
