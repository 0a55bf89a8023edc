"""``hooks install``: have git call ``bugcapture check``, through what the project has for its hooks."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError, RefusedError, SourceError
from bugcapture.core.text import printable
from bugcapture.hooks.block import add_block, has_block, take_block
from bugcapture.hooks.configuration import read_configuration
from bugcapture.hooks.gather import gather_facts
from bugcapture.hooks.lefthook import FILES as LEFTHOOK_FILES
from bugcapture.hooks.raw import read_raw
from bugcapture.hooks.wrapper import PREK_FILES
from bugcapture.project import git
from bugcapture.project.draft import Draft
from bugcapture.project.files import replace_files
from bugcapture.project.origin import find_origin
from bugcapture.project.paths import relative_path
from bugcapture.project.process import Task, run_tasks
from bugcapture.workflow.init.hook import COMMAND, FILE, IDS, add_hook, take_hook

if TYPE_CHECKING:
    from bugcapture.hooks.facts import Facts
    from bugcapture.project.config import Project
    from bugcapture.project.draft import Change

TOOLS: Final = ("pre-commit", "prek", "script")

_CALLED: Final = re.compile(rf"{re.escape(COMMAND)}(?!\S)")


@dataclass(frozen=True, slots=True, kw_only=True)
class HookPlan:
    """What would be done.

    Attributes:
        tool: One of `TOOLS`.
        facts: What is known of the hook.
        draft: Changes of files.
        removed: Files that go, with what they hold.
        command: The call of the tool; empty for none.
        note: What is noted of the installation afterwards; None leaves it as it is.
    """

    tool: str
    facts: Facts
    draft: Draft = field(default_factory=Draft)
    removed: dict[Path, bytes] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    note: str | None = None

    @property
    def changes(self) -> tuple[Change, ...]:
        """The files that would be made or changed."""
        return self.draft.changes

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to do."""
        return not (self.changes or self.removed or self.command)


def plan_install(project: Project, folder: Path, hook_type: str, tool: str | None) -> HookPlan:
    """What has to be done to have git call ``bugcapture check``.

    Args:
        project: The project; its settings apply.
        folder: A folder of the checkout.
        hook_type: The hook, such as ``pre-push``.
        tool: One of `TOOLS`; None for what the project uses.

    Raises:
        ConfigurationError: If there is no checkout, or the tool is not there.
        RefusedError: If the hook belongs to somebody else, or the place for a line cannot be known.
        SourceError: If a file cannot be read.
    """
    facts = gather_facts(folder, hook_type, project.settings.hooks)
    _refuse_foreign(facts)
    chosen = _choose(facts, tool)
    if _is_called(facts):
        return HookPlan(tool=chosen, facts=facts)
    if chosen == "script":
        return _plan_script(facts)
    return _plan_tool(facts, chosen)


def plan_uninstall(project: Project, folder: Path, hook_type: str) -> HookPlan:
    """What has to be done to take away what `plan_install` has added, and nothing else.

    Args:
        project: The project; its settings apply.
        folder: A folder of the checkout.
        hook_type: The hook, such as ``pre-push``.

    Raises:
        ConfigurationError: If there is no checkout.
        RefusedError: If what was added was changed meanwhile.
        SourceError: If a file cannot be read.
    """
    facts = gather_facts(folder, hook_type, project.settings.hooks)
    noted = git.read_note(facts.top, hook_type)
    script = facts.script
    if script is not None and has_block(script.content):
        plan = HookPlan(tool="script", facts=facts)
        rest = take_block(script.content, COMMAND)
        if rest is None:
            told = "the lines of bugcapture were changed"
            raise RefusedError(told, where=script.path, hint="remove them by hand")
        _leave(plan, script.file, script.content, rest)
        return plan
    command: tuple[str, ...] = ()
    if noted and facts.kind == noted:
        command = (_find_tool(noted), "uninstall", "-t", hook_type)
    plan = HookPlan(tool=noted or "pre-commit", facts=facts, command=command, note="" if noted else None)
    file = facts.top / FILE
    content = plan.draft.read(file)
    if content is None or not content.strip():
        return plan
    rest = take_hook(content, relative_path(file), hook_type)
    if rest is not None:
        _leave(plan, file, content, rest)
    return plan


def carry_out(plan: HookPlan) -> None:
    """Do what a plan says, all or nothing.

    Args:
        plan: The plan.

    Raises:
        ConfigurationError: If the tool fails. Nothing is changed then.
        RefusedError: If a file was changed meanwhile. Nothing is changed then.
        SourceError: If a file cannot be written. Nothing is changed then.
    """
    place = plan.facts.place
    hooks = [place.file, place.file.with_name(f"{place.file.name}.legacy")] if place is not None else []
    before = {file: _snapshot(file) for file in hooks}
    plan.draft.write()
    try:
        for file in plan.removed:
            file.unlink()
        for change in plan.changes:
            if change.old is None and change.file in before:
                change.file.chmod(0o755)
        if plan.command:
            _call(plan.command, plan.facts.top)
    except BaseException as error:
        _put_back(plan, before)
        if isinstance(error, OSError):
            raise SourceError(f"cannot be changed: {error.strerror}", where=str(error.filename)) from error
        raise
    if plan.note is not None:
        git.write_note(plan.facts.top, plan.facts.hook_type, plan.note)


def _refuse_foreign(facts: Facts) -> None:
    top, kind = facts.top, facts.kind
    if kind == "lefthook" or (kind == "none" and any((top / name).is_file() for name in LEFTHOOK_FILES)):
        name = next((name for name in LEFTHOOK_FILES if (top / name).is_file()), LEFTHOOK_FILES[0])
        told, hint = (
            "the hooks are those of lefthook",
            f"add `run: {COMMAND}` to the jobs of {facts.hook_type} in {name}",
        )
    elif kind == "husky" or (kind == "none" and (top / ".husky").is_dir()):
        told, hint = "the hooks are those of husky", f"add `{COMMAND}` to .husky/{facts.hook_type}"
    elif kind == "program":
        told, hint = "the hook is no shell script that can be read", f"let it call `{COMMAND}`"
    elif facts.place is not None and facts.place.setting and facts.place.setting.scope in {"global", "system"}:
        told = f"core.hooksPath is set for all repositories ({facts.place.setting.scope})"
        hint = f"run `git config core.hooksPath .git/hooks` here, or let the hooks there call `{COMMAND}`"
    elif facts.script is not None and not facts.script.executable:
        told, hint = "is not executable, so git passes over it", f"run `chmod +x {facts.script.path}` first"
    else:
        return
    raise RefusedError(told, where=facts.path, hint=hint)


def _choose(facts: Facts, tool: str | None) -> str:
    if facts.kind in TOOLS[:2]:
        if tool not in {None, facts.kind}:
            raise RefusedError(f"is the hook of {facts.kind}", where=facts.path, hint=f"use --with {facts.kind}")
        return facts.kind
    if tool is not None:
        return tool
    if not any((facts.top / name).is_file() for name in PREK_FILES):
        return "script"
    return next((name for name in TOOLS[:2] if shutil.which(name)), TOOLS[0])


def _is_called(facts: Facts) -> bool:
    return any(step.id in IDS or _CALLED.match(step.command) for step in facts.steps)


def _plan_script(facts: Facts) -> HookPlan:
    plan = HookPlan(tool="script", facts=facts)
    if facts.place is None:
        return plan
    script = facts.script
    if script is not None and script.windows_lines:
        hint = f"run `dos2unix {script.path}` first"
        raise RefusedError("ends its lines as on Windows", where=script.path, hint=hint)
    content = add_block(script.content if script is not None else None, COMMAND)
    plan.draft.put(facts.place.file, content, f"calls `{COMMAND}`")
    return plan


def _plan_tool(facts: Facts, tool: str) -> HookPlan:
    _require_usual_configuration(facts)
    is_installed = facts.kind == tool
    command: tuple[str, ...] = ()
    if not is_installed:
        if tool == "pre-commit" and facts.place is not None and facts.place.setting is not None:
            told = "pre-commit does not install hooks where core.hooksPath is set"
            hint = "use --with prek, or run `git config --unset-all core.hooksPath`"
            raise RefusedError(told, where=facts.path, hint=hint)
        command = (_find_tool(tool), "install", "-t", facts.hook_type)
    plan = HookPlan(tool=tool, facts=facts, command=command, note=tool if command else None)
    file = facts.top / FILE
    try:
        add_hook(plan.draft, facts.top, find_origin(), facts.hook_type)
    except RefusedError as error:
        hint = (error.hint or "").replace(", or use --no-hook", "")
        raise RefusedError(error.message, where=error.where, hint=hint) from error
    if not plan.changes:
        _require_stage(plan.draft.read(file) or b"", file, facts.hook_type)
    return plan


def _require_usual_configuration(facts: Facts) -> None:
    named = [call.config for call in facts.calls if call.is_hook and call.config not in {None, FILE}]
    others = [name for name in PREK_FILES if name != FILE and (facts.top / name).is_file()]
    if any(call.folder for call in facts.calls):
        named.append(facts.calls[0].folder)
    if named or others:
        told = f"the hooks are configured in {printable(str((named or others)[0]))}"
        raise RefusedError(
            told, where=facts.path, hint=f"add one there that runs `{COMMAND}` at {facts.hook_type}"
        )


def _require_stage(content: bytes, file: Path, hook_type: str) -> None:
    """The hook that is there already has to run at the stage."""
    path = relative_path(file)
    known = read_configuration(read_raw(content, path), lambda _repo, _revision: None)
    own = [hook for hook in known.hooks if hook.id in IDS or _CALLED.search(hook.entry or "")]
    if not any(hook_type in hook.stages for hook in own):
        line = own[0].stages_line if own else 0
        stages = printable(", ".join(own[0].stages)) if own else "no stage"
        told = f"bugcapture is called at {stages} only"
        raise RefusedError(told, where=f"{path}:{line}", hint=f"add {hook_type} to the stages of the hook")


def _find_tool(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        raise ConfigurationError(f"{tool} is not there", hint=f"`pip install {tool}`, or use --with script")
    return found


def _leave(plan: HookPlan, file: Path, content: bytes, rest: bytes) -> None:
    if rest:
        plan.draft.put(file, rest, "without bugcapture")
    else:
        plan.removed[file] = content


def _call(command: tuple[str, ...], folder: Path) -> None:
    with tempfile.TemporaryDirectory(prefix="bugcapture-hook-") as scratch:
        output = Path(scratch) / "output"
        (ended,) = run_tasks([Task(command=command, folder=folder, environment=dict(os.environ), output=output)])
        said = output.read_text("utf-8", "replace").strip()
    if ended is None or ended.exit_code:
        shown = " ".join([Path(command[0]).name, *command[1:]])
        raise ConfigurationError(f"`{shown}` failed, and nothing was changed", hint=printable(said) or None)


def _snapshot(file: Path) -> tuple[bytes, int] | None:
    return (file.read_bytes(), file.stat().st_mode) if file.is_file() else None


def _put_back(plan: HookPlan, hooks: dict[Path, tuple[bytes, int] | None]) -> None:
    for change in plan.changes:
        if change.old is None:
            change.file.unlink(missing_ok=True)
        elif change.file.is_file() and change.file.read_bytes() == change.new:
            replace_files({change.file: (change.new, change.old)})
    for file, content in plan.removed.items():
        if not file.exists():
            file.write_bytes(content)
    for file, old in hooks.items():
        if old is None:
            file.unlink(missing_ok=True)
        elif _snapshot(file) != old:
            file.write_bytes(old[0])
            file.chmod(old[1])
