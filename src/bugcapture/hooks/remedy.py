"""The command that puts a hook in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.hooks.lefthook import FILES as LEFTHOOK_FILES

if TYPE_CHECKING:
    from bugcapture.hooks.facts import Facts


def install_command(facts: Facts) -> str:
    """The command that installs the hook of the tool that the project is configured for.

    Args:
        facts: What is known.
    """
    top, kind = facts.top, facts.kind
    if kind == "lefthook" or (kind == "none" and any((top / name).is_file() for name in LEFTHOOK_FILES)):
        return "lefthook install"
    if kind == "husky" or (kind == "none" and (top / ".husky").is_dir()):
        return "npx husky"
    tool = "prek" if kind == "prek" or (top / "prek.toml").is_file() else "pre-commit"
    return f"{tool} install -t {facts.hook_type}"
