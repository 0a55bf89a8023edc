"""What is known of the command line of Behave."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.consolidate.call import Options, Runner, read_arguments, unite_lists
from bugcapture.hooks.consolidate.pattern import can_be_united

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.hooks.consolidate.call import Call

_LESS: Final = "does more or less than to run tests"
_WRITES: Final = "writes files that other sessions would write as well"

_OPTIONS: Final = Options(
    shown=frozenset(
        {
            "-C", "-c", "--no-color", "-k", "--no-skipped", "--show-skipped", "--no-snippets", "--snippets", "-m",
            "--no-multiline", "--multiline", "--no-summary", "--summary", "-q", "--quiet", "-s", "--no-source",
            "--show-source", "-T", "--no-timings", "--show-timings", "-v", "--verbose",
        }
    ),
    shown_values=frozenset({"--color", "--format"}),
    equal=frozenset(
        {
            "--dry-run", "--no-junit", "--capture", "--no-capture", "--capture-stdout", "--no-capture-stdout",
            "--capture-stderr", "--no-capture-stderr", "--capture-log", "--no-capture-log", "--logcapture",
            "--no-logcapture", "--capture-hooks", "--no-capture-hooks", "--logging-clear-handlers",
            "--no-logging-clear-handlers",
        }
    ),
    equal_values=frozenset(
        {
            "--define", "--exclude", "--include", "--jobs", "--logging-level", "--logging-format",
            "--logging-datefmt", "--logging-filter", "--runner", "--stage", "--lang",
        }
    ),
    stops={"--stop": "1"},
    selecting=("--tags", "--name"),
    refused={
        "--junit": _WRITES,
        "--junit-directory": _WRITES,
        "--outfile": _WRITES,
        "--wip": "stops after a failure of what is marked with `wip`",
        "--color": "may take the next word for its value",
        **dict.fromkeys(
            ("--steps-catalog", "--lang-list", "--lang-help", "--tags-help", "--version", "-h", "--help"), _LESS
        ),
    },
    aliases={
        "-d": "--dry-run", "-D": "--define", "-e": "--exclude", "-i": "--include", "-j": "--jobs",
        "--parallel": "--jobs", "-f": "--format", "-n": "--name", "-o": "--outfile", "-r": "--runner",
        "-t": "--tags", "-w": "--wip",
    },
    joined=frozenset({"--color"}),
)  # fmt: skip
_FORMAT: Final = "--format="
_FORMATTERS: Final = frozenset(
    {
        "plain", "pretty", "json", "json.pretty", "null", "progress", "progress2", "progress3", "rerun", "tags",
        "tags.location", "steps", "steps.doc", "steps.bad", "steps.catalog", "steps.code", "steps.missing",
        "steps.usage", "sphinx.steps", "captured",
    }
)  # fmt: skip
# What begins or separates tags in expressions of the old kind, of which there is no `or` of any two.
_OLD: Final = re.compile(r",|(?:^|[\s(])[~-]")
_PLAIN: Final = re.compile(r"@?[\w.:-]+\Z")
_LINE: Final = re.compile(r"(.*):([0-9]+)\Z", re.DOTALL)


def split_target(target: str) -> tuple[str, str]:
    """The normal path of a target, and the line that it names; empty for all of them."""
    found = _LINE.match(target)
    path, line = (found[1], found[2]) if found else (target, "")
    return posixpath.normpath(path), line


def unite_targets(targets: Sequence[str]) -> tuple[str, ...]:
    """Targets without those that another one of them holds, those of a file beside each other.

    A folder holds all features below it, and stands where the first of them stood. Lines of a file that are not
    beside each other would be a feature each.
    """
    distinct = {split_target(target): target for target in reversed(targets)}
    ordered = [split_target(target) for target in targets]
    kept = [one for one in dict.fromkeys(ordered) if not any(_holds(other, one) for other in distinct)]

    def first(one: tuple[str, str]) -> int:
        return next(at for at, other in enumerate(ordered) if one[0] == other[0] or _holds(one, other))

    return tuple(distinct[one] for one in sorted(kept, key=first))


def _holds(one: tuple[str, str], other: tuple[str, str]) -> bool:
    if one == other or one[1]:
        return False
    below = "" if one[0] == "." else f"{one[0]}/"
    return one[0] == other[0] or (other[0].startswith(below) and not other[0].startswith(("/", "../")))


def _unite_tags(values: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """One expression for some; None where one of them is not a single one of the new kind."""
    if any(len(some) != 1 or not some[0].strip() or _OLD.search(some[0].strip()) for some in values):
        return None
    distinct = list(dict.fromkeys(some[0].strip() for some in values))
    return (" or ".join(one if _PLAIN.match(one) else f"({one})" for one in distinct),)


def _unite_names(values: Sequence[tuple[str, ...]]) -> tuple[str, ...] | None:
    """All of some patterns; None where one means something else as a part of the one that Behave makes of them."""
    names = unite_lists(values)
    return None if any(one.startswith("(?") or not can_be_united(one) for one in names) else names


def _read(call: Call, arguments: Sequence[str]) -> Call:
    read = read_arguments(call, arguments, _OPTIONS)
    # A formatter of the project may do more than to print.
    own = [one for one in read.shown if _is_own(*one)]
    shown = tuple(one for one in read.shown if one not in own)
    return replace(read, shown=shown, equal=(*read.equal, *(word for one in own for word in one)))


def _is_own(word: str, *_: str) -> bool:
    return word.startswith(_FORMAT) and word.removeprefix(_FORMAT) not in _FORMATTERS


def _folder(target: str) -> str:
    path, _ = split_target(target)
    return posixpath.dirname(path) if path.endswith(".feature") else path


def _listed(words: Sequence[str], call: Call | None, lister: str, run: bool) -> tuple[str, ...]:
    at = len(call.launcher) if call else 1
    return (*words[:at], *(() if run else ("--dry-run",)), "--format", f"{lister}:Lister", *words[at:])


RUNNER: Final = Runner(
    name="behave",
    title="Behave",
    programs=frozenset({"behave"}),
    read=_read,
    unite_targets=unite_targets,
    unite={"--tags": _unite_tags, "--name": _unite_names},
    folder=_folder,
    limits=("--stop",),
    place="where its steps and environment are",
    moved="Behave takes its steps and environment from another folder",
    earlier=re.compile("@"),
    lister="listing_behave.py",
    listed=_listed,
)
