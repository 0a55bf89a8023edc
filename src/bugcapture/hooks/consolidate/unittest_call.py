"""What is known of the command line of unittest."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.consolidate.call import Options, Runner, read_arguments, unite_lists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.hooks.consolidate.call import Call

_DISCOVER: Final = "discover"
_LESS: Final = "does more or less than to run tests"

_OPTIONS: Final = Options(
    shown=frozenset({"-v", "--verbose", "-q", "--quiet"}),
    shown_values=frozenset({"--durations"}),
    equal=frozenset({"--locals", "-c", "--catch", "-b", "--buffer"}),
    stops={"-f": "1", "--failfast": "1"},
    selecting=("-k",),
    refused=dict.fromkeys(("-h", "--help"), _LESS),
)
_DISCOVERY: Final = replace(
    _OPTIONS,
    equal_values=frozenset({"--start-directory", "--pattern", "--top-level-directory"}),
    aliases={"-s": "--start-directory", "-p": "--pattern", "-t": "--top-level-directory"},
)


def _read(call: Call, arguments: Sequence[str]) -> Call:
    if not arguments or arguments[0].lower() != _DISCOVER:
        return read_arguments(call, arguments, _OPTIONS)
    read = read_arguments(call, arguments[1:], _DISCOVERY)
    places = [word for word in read.equal if word.startswith(tuple(_DISCOVERY.equal_values))]
    kept = [word for word in read.equal if word not in places]
    # Folders and patterns are no targets: there is one start for all that is discovered.
    searched = (_DISCOVER, *places, *read.targets)
    return replace(read, targets=(), equal=(*searched, *kept), facets={"where it looks for tests": searched})


def _unite_targets(targets: Sequence[str]) -> tuple[str, ...]:
    """Targets, each once: a package holds no module, and what a module holds it may say itself (`load_tests`)."""
    return tuple(dict.fromkeys(targets))


def _folder(target: str) -> str:
    path = posixpath.normpath(target)
    if path.endswith(".py"):
        return posixpath.dirname(path)
    parts = path.split(".")
    return "/".join(parts[:-1]) or path


def _listed(words: Sequence[str], call: Call | None, lister: str, run: bool) -> tuple[str, ...]:
    # unittest lets nobody in: the module in its place starts it with a runner of its own.
    at = len(call.launcher) if call else words.index("unittest") + 1
    return (*words[: at - 1], lister, "run" if run else "list", *words[at:])


RUNNER: Final = Runner(
    name="unittest",
    title="unittest",
    programs=frozenset({"unittest"}),
    read=_read,
    unite_targets=_unite_targets,
    unite={"-k": unite_lists},
    folder=_folder,
    limits=("-f", "--failfast"),
    lister="listing_unittest.py",
    listed=_listed,
    is_module=True,
)
