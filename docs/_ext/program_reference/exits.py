"""Exit codes: what each means, and what each command says about its own."""

from __future__ import annotations

import inspect
import re
from typing import TYPE_CHECKING, Final

from bugcapture.cli.main import root
from bugcapture.core import errors
from program_reference.commands import make_context, walk_commands
from program_reference.markdown import HEADER, escape, table

if TYPE_CHECKING:
    import click

_MEANING: Final = {
    "EXIT_OK": "Fine: nothing was found, all green, or there was nothing to do.",
    "EXIT_FINDINGS": "Findings: something is red, wrong, missing, not proven, or was refused.",
    "EXIT_USAGE": "Usage or configuration: the call, a setting or a file cannot be used. Nothing was done.",
    "EXIT_BUG": "A bug of bugcapture. The path of a log is shown; report it.",
    "EXIT_INTERRUPTED": "Interrupted by Ctrl-C or SIGTERM. No process is left behind.",
}
_PARAGRAPH: Final = re.compile(r"\bExit codes?\s[\s\S]*?(?=\n\n|\Z)")
_INTRODUCTION: Final = f"""\
{HEADER}# Exit codes

Results go to standard output, everything else to standard error, and the exit code says what came of it. It is the
same in each format.
"""


def exit_page(program: click.Group = root, name: str = "bugcapture") -> str:
    """The page of all exit codes.

    Args:
        program: The program's command.
        name: What it is called.
    """
    constants = {key: getattr(errors, key) for key in vars(errors) if key.startswith("EXIT_")}
    codes = [(f"`{code}`", _MEANING[key]) for key, code in constants.items()]
    rows = []
    for command, context in walk_commands(program, make_context(program, name)):
        if own := exit_text(command):
            top = context.command_path.split(" ")[1]
            rows.append((f"[`{context.command_path}`](commands/{top}.md)", escape(own)))
    told = table(("command", "exit code"), rows)
    return f"{_INTRODUCTION}\n{table(('code', 'meaning'), codes)}\n## What a command says of its own\n\n{told}"


def exit_text(command: click.Command) -> str:
    """What a command's help says about its exit codes; empty where it says nothing of its own.

    Args:
        command: The command.
    """
    found = _PARAGRAPH.search(inspect.cleandoc(command.help or ""))
    return " ".join(found[0].split()) if found else ""
