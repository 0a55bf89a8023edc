"""``hooks profile``: run each hook by itself, some times over, in a copy of the checkout, and time it."""

from __future__ import annotations

import os
import shlex
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.hook_timing import HookProfile, HookTiming
from bugcapture.core.text import printable, shorten
from bugcapture.hooks.gather import gather_call
from bugcapture.hooks.parallel import judge_parallel
from bugcapture.project.isolated import isolated_copy
from bugcapture.project.repository import Repository
from bugcapture.workflow.hook_bench import HookBench, StagedHook
from bugcapture.workflow.hook_tool import find_tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from bugcapture.hooks.facts import Facts
    from bugcapture.project.config import Project
    from bugcapture.workflow.hook_tool import HookTool

    # The number of runs that are done, that of all runs, and what comes now.
    OnRun = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileOptions:
    """What is measured.

    Attributes:
        tool: ``pre-commit`` or ``prek``; None for the one that the project uses.
        stages: The stages.
        hooks: Ids, aliases or labels of hooks; empty for all.
        runs: How often each hook is measured.
        warmups: How often it runs before that.
        timeout: Seconds that one run may take; None for any.
        files: The files that the hooks are given; empty for all.
        from_ref: The revision since which files have changed; None for no such question.
        to_ref: The revision up to which they have.
        links: Files and folders that git does not track, to which the copy leads.
    """

    tool: str | None = None
    stages: tuple[str, ...] = ("pre-push",)
    hooks: tuple[str, ...] = ()
    runs: int = 3
    warmups: int = 1
    timeout: float | None = None
    files: tuple[Path, ...] = ()
    from_ref: str | None = None
    to_ref: str = "HEAD"
    links: tuple[Path, ...] = ()

    @property
    def given(self) -> str:
        """Which files the hooks are given, for people."""
        if self.files:
            return shorten(f"{len(self.files)} of the files: {' '.join(map(str, self.files))}")
        return f"files changed in {self.from_ref}...{self.to_ref}" if self.from_ref is not None else "all files"


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredHooks:
    """What was measured.

    Attributes:
        profile: The timings.
        is_complete: Whether these are all hooks of their stages.
        has_uncommitted: Whether changes that are not committed were measured as well.
        left_out: Hooks that could not be measured: their stage, what they are called, and why.
    """

    profile: HookProfile
    is_complete: bool
    has_uncommitted: bool
    left_out: tuple[tuple[str, str, str], ...]


def profile_hooks(project: Project, folder: Path, options: ProfileOptions, on_run: OnRun) -> MeasuredHooks:
    """Measure the hooks of a project.

    They run in a copy of what git tracks in the checkout, changes that are not committed included, so whatever
    they change is changed there. Before each run the copy is what it was at first, but for ignored files.

    Args:
        project: The project; its settings apply.
        folder: A folder of the checkout.
        options: What is measured.
        on_run: Called before each run.

    Raises:
        ConfigurationError: If there is no checkout, no commit, no tool, no such hook, file or revision, or a
            configuration that the tool refuses.
        KeyboardInterrupt: If this process was interrupted; all programs have ended, and the copy is gone.
    """
    repository = Repository.find(folder)
    head = repository.resolve("HEAD")
    if head is None:
        raise ConfigurationError("nothing is committed here yet", where=printable(str(repository.top)))
    tool = find_tool(project, folder, options.tool, options.stages)
    expected = _choose(project, folder, tool, options)
    selection = _select(repository, options)
    links = [_from_top(repository, path) for path in options.links]
    is_dirty = bool(repository.dirty_files())
    commit = repository.snapshot() if is_dirty else head.commit
    started = datetime.now(UTC).replace(microsecond=0)
    with isolated_copy(repository, commit, links) as copy:
        _require_tracked(repository.top, copy.folder, expected, selection)
        bench = HookBench(tool, copy, selection, options.timeout)
        on_run(0, 0, f"{tool.name} installs what the hooks need")
        bench.install()
        # Only now it is known what other repositories say of their hooks.
        chosen = _choose(project, copy.folder, tool, options)
        timings, left_out = _measure(bench, chosen, options, on_run)
        version = bench.version()
    if not timings:
        told = "; ".join(f"{label}: {why}" for _, label, why in left_out)
        raise ConfigurationError(f"no hook could be measured: {printable(told)}")
    profile = HookProfile(
        tool=tool.name,
        tool_version=version,
        recorded_at=started,
        commit=head.commit,
        files=options.given,
        hooks=timings,
    )
    return MeasuredHooks(
        profile=profile, is_complete=not options.hooks, has_uncommitted=is_dirty, left_out=left_out
    )


def _measure(
    bench: HookBench, chosen: Sequence[StagedHook], options: ProfileOptions, on_run: OnRun
) -> tuple[tuple[HookTiming, ...], tuple[tuple[str, str, str], ...]]:
    rounds = options.warmups + options.runs
    timings: list[HookTiming] = []
    left_out: list[tuple[str, str, str]] = []
    for number, staged in enumerate(chosen):
        label, done, total = staged.timing.label, number * rounds, len(chosen) * rounds

        def tell(run: int, label: str = label, done: int = done, total: int = total) -> None:
            on_run(done + run, total, label)

        measured = bench.measure(staged, warmups=options.warmups, runs=options.runs, on_run=tell)
        if isinstance(measured, HookTiming):
            timings.append(measured)
        else:
            left_out.append((staged.stage, label, measured))
    judged = [
        one
        for stage in options.stages
        for one in judge_parallel([timing for timing in timings if timing.stage == stage])
    ]
    return tuple(judged), tuple(left_out)


def _choose(project: Project, folder: Path, tool: HookTool, options: ProfileOptions) -> list[StagedHook]:
    """The hooks that are asked for, in the order of the stages and of the configuration."""
    found = [
        staged
        for stage in options.stages
        for staged in _staged(gather_call(folder, tool.call(stage), project.settings.hooks), stage, tool)
    ]
    if not found:
        stages = " or ".join(options.stages)
        raise ConfigurationError(f"no hook runs at {stages}", hint="--stage names another stage")
    names = [{staged.hook.id, staged.hook.alias, staged.timing.label} for staged in found]
    unknown = [name for name in options.hooks if not any(name in known for known in names)]
    if unknown:
        listed = ", ".join(dict.fromkeys(printable(staged.timing.label) for staged in found))
        raise ConfigurationError(
            f"no hook {printable(unknown[0])} runs at {' or '.join(options.stages)}",
            hint=f"there are {listed}",
        )
    wanted = set(options.hooks)
    return [staged for staged, known in zip(found, names, strict=True) if not wanted or wanted & known]


def _staged(facts: Facts, stage: str, tool: HookTool) -> Iterator[StagedHook]:
    _require_readable(facts)
    for configuration in facts.configurations:
        # A configuration that the tool is told to read is that of the folder where it starts.
        below = configuration.folder if tool.config is None else ""
        inner = PurePosixPath(below).relative_to(tool.folder if below else "")
        numbers: Counter[tuple[str, str]] = Counter()
        for position, hook in enumerate(configuration.hooks):
            numbers[hook.id, hook.alias] += 1
            if stage in hook.stages:
                yield StagedHook(
                    configuration=configuration,
                    position=position,
                    stage=stage,
                    number=numbers[hook.id, hook.alias],
                    folder=str(inner) if inner.parts else "",
                )


def _require_readable(facts: Facts) -> None:
    for missing in facts.missing:
        hint = "`bugcapture hooks check --config-only` says what is there; --tool takes another tool"
        raise ConfigurationError(f"there is no {missing.name}", where=printable(str(facts.top)), hint=hint)
    for path, line, why in facts.unread:
        raise ConfigurationError(why, where=f"{printable(path)}:{line}" if line else printable(path))
    for configuration in facts.configurations:
        for problem in configuration.problems:
            where = f"{printable(configuration.path)}:{problem.line}" if problem.line else configuration.path
            raise ConfigurationError(f"{facts.kind} would refuse it: {problem.message}", where=printable(where))


def _require_tracked(top: Path, copy: Path, chosen: Sequence[StagedHook], selection: Sequence[str]) -> None:
    """Refuse what the copy lacks, before anything takes time."""
    for staged in chosen:
        inner = PurePosixPath(staged.configuration.folder)
        if not (copy / inner / PurePosixPath(staged.hook.path).name).is_file():
            told = "is not tracked by git, and only what is tracked is measured"
            raise ConfigurationError(told, where=printable(staged.hook.path), hint="`git add` it first")
        program = _program(staged.hook.entry or "")
        place = PurePosixPath(staged.folder, program)
        if "/" in program and (top / place).exists() and not (copy / place).exists():
            lacking = [place, *place.parents][::-1]
            linked = printable(str(next(path for path in lacking if not (copy / path).exists())))
            raise ConfigurationError(
                f"the hook {printable(staged.timing.label)} starts {printable(program)}, which git does not track",
                where=staged.where,
                hint=f"hooks are measured in a copy of what git tracks; let it lead there: --link {linked}",
            )
    for name in selection:
        if name.startswith("./") and not (copy / name).is_file():
            told = "is no file that git tracks"
            raise ConfigurationError(told, where=printable(name.removeprefix("./")), hint="`git add` it first")


def _program(entry: str) -> str:
    try:
        words = shlex.split(entry)
    except ValueError:
        return ""
    return words[0] if words and not os.path.isabs(words[0]) else ""  # noqa: PTH117 - a word, not a path yet


def _select(repository: Repository, options: ProfileOptions) -> tuple[str, ...]:
    """The options of the tool that say which files the hooks are given."""
    if options.files:
        return ("--files", *(f"./{_from_top(repository, path)}" for path in options.files))
    if options.from_ref is None:
        return ("--all-files",)
    commits = []
    for name in (options.from_ref, options.to_ref):
        revision = repository.resolve(name)
        if revision is None:
            raise ConfigurationError(f"there is no revision {printable(name)}")
        commits.append(revision.commit)
    return ("--from-ref", commits[0], "--to-ref", commits[1])


def _from_top(repository: Repository, path: Path) -> str:
    top = repository.top.resolve()
    # The last part stays as it is: it may be a link itself.
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - as above
    absolute = absolute.parent.resolve() / absolute.name
    if not absolute.is_relative_to(top) or absolute == top:
        raise ConfigurationError("does not lie in the checkout", where=printable(str(path)))
    return absolute.relative_to(top).as_posix()
