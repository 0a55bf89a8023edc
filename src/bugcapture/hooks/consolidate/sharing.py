"""Hooks that start the same program, and why each of them needs a process of its own."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.consolidate.proposal import Sharing
from bugcapture.hooks.consolidate.serial import WHOLE
from bugcapture.hooks.program import SHELLS, strip_starters

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.hooks.consolidate.hook import Hook

# Their entry is no command, or names nothing that could be shared.
_NO_COMMAND: Final = frozenset({"docker", "docker_image", "fail", "pygrep"})
_INTERPRETER: Final = re.compile(r"(?:python|pypy)[0-9.]*(?:\.exe)?\Z|node\Z|ruby\Z|perl\Z|php\Z")


def find_sharing(hooks: Sequence[Hook]) -> tuple[Sharing, ...]:
    """Hooks of which two or more start the same program, in the order of the first of each.

    Args:
        hooks: The hooks that are merged with none, and of which nothing else is told.
    """
    by_program: dict[str, list[Hook]] = {}
    for hook in hooks:
        program, _ = _split(hook)
        if program:
            by_program.setdefault(program, []).append(hook)
    return tuple(
        Sharing(program=program, hooks=tuple(some), reason=_why(program, some))
        for program, some in by_program.items()
        if len(some) > 1
    )


def _split(hook: Hook) -> tuple[str, tuple[str, ...]]:
    """The program that is started, an interpreter where it runs a script, and the words behind it."""
    if hook.configured.entry is None or hook.configured.language in _NO_COMMAND:
        return "", ()
    rest = strip_starters(hook.words)
    before = hook.words[: len(hook.words) - len(rest)]
    started = [at for at, word in enumerate(before) if _is_interpreter(word)]
    if started and "-m" not in before[started[-1] :]:
        return posixpath.basename(before[started[-1]]), tuple(rest)
    return (posixpath.basename(rest[0]), tuple(rest[1:])) if rest else ("", ())


def _is_interpreter(word: str) -> bool:
    name = posixpath.basename(word)
    return name in SHELLS or bool(_INTERPRETER.match(name))


def _why(program: str, hooks: Sequence[Hook]) -> str:
    if program in WHOLE:
        return f"what {program} finds depends on the files that it is told together"
    if len({hook.words for hook in hooks}) == 1:
        return "the same command; they differ in when they run, or another hook between could change what it sees"
    if all(hook.configured.pass_filenames for hook in hooks):
        return "each is told the files that it is for"
    if not _is_interpreter(program):
        return "each has other arguments, and nothing lists what it checks to prove that one call does the same"
    scripts = [next((word for word in _split(hook)[1] if not word.startswith("-")), "") for hook in hooks]
    if len(set(scripts)) == len(scripts):
        return "each runs another script"
    return "each runs another script, or the same one with other arguments"
