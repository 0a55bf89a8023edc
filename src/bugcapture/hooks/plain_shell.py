"""What the ``sh`` of this system does not understand of a script that was written for bash."""

from __future__ import annotations

import subprocess
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.shell.tokens import ShellError, find_extensions
from bugcapture.hooks.shell.walk import walk_script

if TYPE_CHECKING:
    from collections.abc import Mapping

_SHELL: Final = "/bin/sh"
# Scripts of ours that a shell refuses when it does not know what is in them.
_PROBES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "an array": "a=(b)",
        "function": "function a { :; }",
        "<(...)": ": <(:)",
        "<<<": ": <<<a",
        "|&": ": |& :",
        "set -o pipefail": "set -o pipefail",
    }
)


def find_refused(text: str) -> tuple[int, str] | None:
    """The first place at which ``sh`` gives a script up.

    Args:
        text: The script.

    Returns:
        The line, and what stands there; None where ``sh`` understands it, or does not come to it.
    """
    try:
        found = [(line, what) for line, what in find_extensions(text) if not _is_known(what)]
        runs = walk_script(text) if found else ()
    except ShellError:
        return None
    # What starts itself anew with bash never comes to the rest.
    others = [run.line for run in runs if run.words[0] == "exec" and "bash" in " ".join(run.words[1:2])]
    line, what = min(found, default=(0, ""))
    return (line, what) if found and not any(other < line for other in others) else None


@cache
def _is_known(what: str) -> bool:
    """Asked of ``sh`` itself; nothing of any hook is run."""
    try:
        done = subprocess.run(
            [_SHELL, "-c", _PROBES[what]],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=False,
            timeout=10,
        )
    except (OSError, subprocess.TimeoutExpired):
        return True
    return done.returncode == 0
