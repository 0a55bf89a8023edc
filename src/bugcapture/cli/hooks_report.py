"""What ``bugcapture hooks check`` knows, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bugcapture.report.json import finding_fields, write_json

if TYPE_CHECKING:
    from bugcapture.hooks.check import HookCheck
    from bugcapture.hooks.facts import Facts


def render_json(result: HookCheck, *, strict: bool) -> str:
    """The check as one document.

    Args:
        result: The check.
        strict: Whether every finding fails it.
    """
    facts = result.facts
    fields = {
        "failed": result.failed(strict=strict),
        "findings": finding_fields(result.findings),
        "hook": _hook_fields(facts),
        "required": list(facts.required) if facts.is_required_set else [],
        "categories": {
            name: sorted({step.shown for step in facts.steps if name in step.categories})
            for name in facts.patterns
        },
        "commands": [
            {
                "path": step.path,
                "line": step.line,
                "id": step.id or None,
                "command": step.command or None,
                "categories": list(step.categories),
                "stops_the_push": not step.lost,
            }
            for step in facts.steps
        ],
        "configured": [
            {
                "path": hook.path,
                "line": hook.line,
                "id": hook.id,
                "repo": hook.repo,
                "entry": hook.entry,
                "args": list(hook.arguments),
                "language": hook.language or None,
                "stages": list(hook.stages),
                "files": hook.files,
                "exclude": hook.exclude,
                "always_run": hook.always_run,
                "pass_filenames": hook.pass_filenames,
                "runs": hook in facts.configured(),
            }
            for one in facts.configurations
            for hook in one.hooks
        ],
    }
    return write_json("hooks-check", fields)


def _hook_fields(facts: Facts) -> dict[str, Any]:
    setting = facts.place.setting if facts.place else None
    return {
        "type": facts.hook_type,
        "path": facts.place.path if facts.place else None,
        "exists": facts.script is not None,
        "kind": facts.kind,
        "hooks_path": {"value": setting.value, "scope": setting.scope} if setting else None,
    }
