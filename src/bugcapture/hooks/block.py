"""The lines by which a shell script of the user calls bugcapture."""

from __future__ import annotations

from typing import Final

from bugcapture.core.layout import insert_lines, split_lines

BEGIN: Final = "# >>> bugcapture >>>"
END: Final = "# <<< bugcapture <<<"
SHEBANG: Final = "#!/bin/sh"

_HOW: Final = "`bugcapture hooks install` wrote {}, and takes {} away with --uninstall."


def add_block(content: bytes | None, command: str) -> bytes:
    """A script that calls a command before anything else, and ends when it fails.

    Args:
        content: The script; None makes one.
        command: The command.
    """
    if content is None:
        return "".join(f"{line}\n" for line in (SHEBANG, *_lines(command, is_new=True))).encode()
    after = 1 if content.startswith(b"#!") else 0
    return insert_lines(content, after, _lines(command, is_new=False))


def take_block(content: bytes, command: str) -> bytes | None:
    """A script without the lines that `add_block` has added.

    Args:
        content: The script.
        command: The command.

    Returns:
        The script as it was, empty when `add_block` made it; None when the lines are not there as they were.
    """
    if content == add_block(None, command):
        return b""
    lines = split_lines(content)
    wanted = [line.encode() for line in _lines(command, is_new=False)]
    found = [line.rstrip(b"\r\n") for line in lines]
    for at in range(len(lines) - len(wanted) + 1):
        if found[at : at + len(wanted)] == wanted:
            before, behind = b"".join(lines[:at]), b"".join(lines[at + len(wanted) :])
            ended = behind or content.endswith(b"\n")
            return before + behind if ended else before.rstrip(b"\n")
    return None


def has_block(content: bytes) -> bool:
    """Whether a script holds such lines, changed or not."""
    return any(line.strip() == BEGIN.encode() for line in content.splitlines())


def _lines(command: str, *, is_new: bool) -> list[str]:
    how = _HOW.format(*(("this file", "it") if is_new else ("these lines", "them")))
    # Git tells the hook on standard input what is pushed; that is for the user's own commands.
    return [BEGIN, f"# {how}", f"{command} </dev/null || exit 1", END]
