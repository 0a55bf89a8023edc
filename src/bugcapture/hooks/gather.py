"""Find out what git would run, without running it."""

from __future__ import annotations

import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError, SourceError
from bugcapture.core.text import printable
from bugcapture.hooks import lefthook
from bugcapture.hooks.categories import compile_categories, find_categories
from bugcapture.hooks.configuration import read_configuration
from bugcapture.hooks.facts import PHASES, Facts, Legacy, MissingConfiguration
from bugcapture.hooks.hook_file import find_place, read_script, shown_path
from bugcapture.hooks.lefthook_search import search_lefthook
from bugcapture.hooks.manifest import read_manifest
from bugcapture.hooks.program import find_programs
from bugcapture.hooks.raw import read_raw
from bugcapture.hooks.shell.tokens import ShellError
from bugcapture.hooks.shell.walk import Run, find_refusal, walk_script
from bugcapture.hooks.step import Step, make_steps
from bugcapture.hooks.wrapper import DEFAULT_CONFIG, PREK_FILES, FrameworkCall, find_calls, find_python_call
from bugcapture.project import git
from bugcapture.project.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.hooks.configuration import ConfiguredHook
    from bugcapture.hooks.hook_file import HookPlace, Script
    from bugcapture.project.config import HooksSettings

_DEEPEST: Final = 4
_HUSKY_CALL: Final = re.compile(r"(?:.*/)?(?:h|husky\.sh)\Z", re.DOTALL)


def gather_facts(folder: Path, hook_type: str, settings: HooksSettings, *, config_only: bool = False) -> Facts:
    """All that is known of a hook.

    Args:
        folder: A folder of the checkout.
        hook_type: The hook, such as ``pre-push``.
        settings: What the project asks for.
        config_only: Whether to look at the configuration alone, as if its hook were installed.

    Raises:
        ConfigurationError: If there is no checkout, or nothing that configures hooks.
    """
    place = find_place(folder, hook_type)
    facts = _make_facts(place, hook_type, settings)
    gatherer = _Gatherer(facts)
    if config_only:
        gatherer.add_configured()
        return facts
    facts.place = place
    facts.script = read_script(place.file, place.top)
    if not place.is_usual:
        facts.usual = read_script(place.usual, place.top)
    if facts.script is not None:
        gatherer.add_hook(facts.script)
    return facts


def gather_call(folder: Path, call: FrameworkCall, settings: HooksSettings) -> Facts:
    """All that is known of what a call of pre-commit or prek runs, whether or not any hook is installed.

    Args:
        folder: A folder of the checkout.
        call: The call.
        settings: What the project asks for.

    Raises:
        ConfigurationError: If there is no checkout.
    """
    facts = _make_facts(find_place(folder, call.stage), call.stage, settings)
    facts.kind = call.tool
    _Gatherer(facts).add_call(call, "")
    return facts


def _make_facts(place: HookPlace, hook_type: str, settings: HooksSettings) -> Facts:
    return Facts(
        hook_type=hook_type,
        top=place.top,
        required=PHASES if settings.required is None else settings.required,
        is_required_set=settings.required is not None,
        patterns=compile_categories(settings.categories),
        tracked=git.tracked_files(place.top),
    )


class _Gatherer:
    """Fills in the facts."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._seen: set[Path] = set()

    def add_configured(self) -> None:
        """What would run if the hook of the configuration that is there were installed."""
        facts, top = self._facts, self._facts.top
        tool = "prek" if (top / PREK_FILES[0]).is_file() or not (top / DEFAULT_CONFIG).is_file() else "pre-commit"
        if any((top / name).is_file() for name in PREK_FILES):
            facts.kind = tool
            config = DEFAULT_CONFIG if tool == "pre-commit" else None
            self.add_call(FrameworkCall(tool=tool, line=0, is_hook=True, stage=facts.hook_type, config=config), "")
        elif any((top / name).is_file() for name in lefthook.FILES):
            facts.kind = "lefthook"
            self._add_lefthook("", 0)
        elif script := read_script(top / ".husky" / facts.hook_type, top):
            facts.kind = "husky"
            facts.by_sh.append(script)
            self._add_script(script, options=("-e",))
        else:
            raise ConfigurationError(
                "nothing here configures hooks",
                where=shown_path(top, top),
                hint=f"there is neither {DEFAULT_CONFIG}, prek.toml, lefthook.yml nor .husky/{facts.hook_type}",
            )

    def add_hook(self, script: Script) -> None:
        """What the hook runs."""
        facts = self._facts
        if script.language == "python" and (call := find_python_call(script.text)):
            facts.kind = call.tool
            self.add_call(call, script.path)
            self._add_legacy(script)
            return
        runs = self._read(script)
        if runs is None:
            facts.kind = "program"
            return
        if any(_is_husky(run) for run in runs):
            self._add_husky(script)
        elif found := lefthook.find_lefthook(runs):
            facts.kind, facts.named_type = "lefthook", found
            facts.search = search_lefthook(runs, facts.top)
            self._add_lefthook(script.path, found[0])
        elif hook := next((call for call in find_calls(runs) if call.is_hook), None):
            facts.kind = hook.tool
            self.add_call(hook, script.path)
            self._add_legacy(script)
        else:
            facts.kind = "script"
            self._add_runs(runs, script.path, 0)

    def _add_script(self, script: Script, *, options: Sequence[str] = (), depth: int = 0, lost: str = "") -> None:
        runs = self._read(script, options)
        if runs is not None:
            self._add_runs([replace(run, lost=lost or run.lost) for run in runs], script.path, depth)

    def _read(self, script: Script, options: Sequence[str] = ()) -> tuple[Run, ...] | None:
        """What a script runs; None where it cannot be read, which is noted."""
        self._seen.add(script.file.resolve())
        told = script.trouble
        if not told and script.language != "sh":
            told = f"is a program for {printable(script.language)}" if script.language else "is no script"
        if told:
            self._facts.unread.append((script.path, 0, told))
            return None
        self._facts.scripts.append(script)
        try:
            return walk_script(script.text, options=options or script.options)
        except ShellError as error:
            self._facts.unread.append((script.path, error.line, f"is no shell script: {error}"))
            return None

    def _add_runs(self, runs: Sequence[Run], path: str, depth: int) -> None:
        """The commands of a script, and of the scripts of the project that it calls, in their order."""
        has_sourced = any(run.words[0] in {".", "source"} for run in runs)
        for run in runs:
            calls = find_calls([run])
            if calls:
                self._facts.calls += calls
                for call in calls:
                    self._add_configurations(call, path)
                continue
            inner = self._called_script(run) if depth < _DEEPEST else None
            programs = find_programs(run.words, run.line, run.lost)
            steps = list(make_steps(programs, path, self._facts.patterns))
            if has_sourced:
                steps = [replace(step, is_open=step.is_open or _may_be_function(step)) for step in steps]
            if inner is None or any(step.categories for step in steps):
                self._facts.steps += steps
            else:
                # What is sourced obeys options that were set before, and is not judged.
                options = ("-e",) if run.words[0] in {".", "source"} else ()
                self._add_script(inner, options=options, depth=depth + 1, lost=run.lost)

    def _called_script(self, run: Run) -> Script | None:
        """The shell script of the project that a command is."""
        words = run.words[1:] if run.words[0] in {".", "source"} else run.words
        programs = find_programs(words)
        name = programs[0].words[0] if programs else ""
        if "/" not in name and not name.endswith(".sh"):
            return None
        file = self._facts.top / name
        try:
            inside = file.resolve().is_relative_to(self._facts.top)
            if not inside or not file.is_file() or file.resolve() in self._seen:
                return None
        except (OSError, ValueError):
            return None
        script = read_script(file, self._facts.top)
        return script if script is not None and script.language == "sh" else None

    def _add_husky(self, script: Script) -> None:
        """Of husky 9 the file lies in a folder ``_`` and calls the one above; before, it is the user's own."""
        facts = self._facts
        facts.kind = "husky"
        if script.file.parent.name == "_":
            own = read_script(script.file.parent.parent / facts.hook_type, facts.top)
            if own is not None:
                facts.by_sh.append(own)
                self._add_script(own, options=("-e",))
            return
        facts.by_sh.append(script)
        self._add_script(script, options=("-e",))

    def _add_legacy(self, script: Script) -> None:
        legacy = read_script(script.file.with_name(f"{script.file.name}.legacy"), self._facts.top)
        if legacy is None:
            return
        calls: tuple[FrameworkCall, ...] = ()
        if legacy.executable:
            if legacy.language == "python" and (call := find_python_call(legacy.text)):
                calls = (call,)
            elif (runs := self._read(legacy)) is not None:
                calls = find_calls(runs)
                if not any(call.is_hook for call in calls):
                    self._add_runs(runs, legacy.path, 0)
        line, refusal = _find_refusal(legacy) if legacy.executable else (0, "")
        self._facts.legacy = Legacy(script=legacy, calls=calls, refusal=refusal, refusal_line=line)

    def add_call(self, call: FrameworkCall, path: str) -> None:
        """What a call of pre-commit or prek runs, which stands in a file."""
        self._facts.calls.append(call)
        self._add_configurations(call, path)

    def _add_configurations(self, call: FrameworkCall, path: str) -> None:
        folder = self._facts.top / call.folder
        if call.config is not None:
            files = [folder / call.config]
        else:
            there = [folder / name for name in PREK_FILES if (folder / name).is_file()]
            files = there[:1] or [folder / PREK_FILES[1]]
        if not files[0].is_file():
            missing = MissingConfiguration(
                path=path or shown_path(files[0], self._facts.top),
                line=call.line,
                name=printable(call.config or PREK_FILES[1]),
                is_allowed=call.allows_no_config,
            )
            self._facts.missing.append(missing)
            return
        if call.config is None:
            files += self._nested(folder, files[0])
        for file in files:
            self._add_configuration(file, call)

    def _nested(self, folder: Path, first: Path) -> list[Path]:
        """The configurations below, which prek obeys as well."""
        found: dict[Path, list[str]] = {}
        for name in self._facts.tracked or ():
            path = PurePosixPath(name)
            if path.name in PREK_FILES and not any(part.startswith((".", "{{")) for part in path.parts[:-1]):
                found.setdefault(self._facts.top / path.parent, []).append(path.name)
        return [
            inner / next(name for name in PREK_FILES if name in names)
            for inner, names in sorted(found.items())
            if inner != first.parent and inner.is_relative_to(folder)
        ]

    def _add_configuration(self, file: Path, call: FrameworkCall) -> None:
        facts, path = self._facts, shown_path(file, self._facts.top)
        known = next((one for one in facts.configurations if one.path == path), None)
        if known is None:
            try:
                content = read_bytes(file)
            except SourceError as error:
                facts.unread.append((path, 0, error.message))
                return
            folder = file.parent.relative_to(facts.top).as_posix() if file.is_relative_to(facts.top) else "."
            known = read_configuration(read_raw(content, path, "" if folder == "." else folder), read_manifest)
            facts.configurations.append(known)
        for hook in known.at_stage(call.stage):
            facts.steps += self._hook_steps(hook, call)

    def _hook_steps(self, hook: ConfiguredHook, call: FrameworkCall) -> list[Step]:
        try:
            words = [*shlex.split(hook.entry or ""), *hook.arguments]
        except ValueError:
            words = [hook.entry or ""]
        runs = find_programs(words, lost=call.lost) if words else ()
        steps = list(make_steps(runs, hook.path, self._facts.patterns, name=hook.id, line=hook.line))
        if steps or hook.entry is not None:
            return steps
        known = find_categories((hook.id,), self._facts.patterns)
        return [Step(path=hook.path, line=hook.line, id=hook.id, command="", categories=known, lost=call.lost)]

    def _add_lefthook(self, path: str, line: int) -> None:
        facts = self._facts
        files = [facts.top / name for name in lefthook.FILES if (facts.top / name).is_file()]
        if not files:
            missing = MissingConfiguration(path=path, line=line, name=lefthook.FILES[0], is_allowed=False)
            facts.missing.append(missing)
            return
        local = files[0].with_name(f"{files[0].stem}-local{files[0].suffix}")
        for file in [files[0], *([local] if local.is_file() else [])]:
            shown = shown_path(file, facts.top)
            try:
                jobs = lefthook.read_jobs(read_bytes(file), file.name, facts.hook_type)
            except SourceError as error:
                facts.unread.append((shown, 0, error.message))
                continue
            facts.problems += [(shown, problem) for problem in jobs.problems]
            if jobs.has_more:
                facts.unread.append((shown, 0, "takes more from files that are not read here"))
            for job in jobs.jobs:
                runs = find_programs(["sh", "-ec", job.command])
                facts.steps += make_steps(runs, shown, facts.patterns, name=job.name, line=job.line)


def _find_refusal(legacy: Script) -> tuple[int, str]:
    """Why a hook of former times fails at every push, with the line; empty where it may succeed."""
    if not legacy.is_file:
        return 0, "is no file"
    if not (legacy.interpreter or legacy.trouble or b"\0" in legacy.content):
        # Git would have `sh` run it, but these tools start it themselves.
        return 1, "has no first line with `#!`"
    if legacy.is_interpreter_dead:
        return 1, f"has an interpreter that is not there ({printable(legacy.interpreter[0])})"
    try:
        line = find_refusal(legacy.text) if legacy.language == "sh" else 0
    except ShellError:
        line = 0
    return (line, "always ends with an error") if line else (0, "")


def _may_be_function(step: Step) -> bool:
    """Whether a command can only be a function of a file that was sourced before, whose text is read by itself."""
    name = step.command.split(" ")[0]
    return not step.categories and "/" not in name and shutil.which(name) is None


def _is_husky(run: Run) -> bool:
    return run.words[0] in {".", "source"} and len(run.words) > 1 and bool(_HUSKY_CALL.match(run.words[1]))
