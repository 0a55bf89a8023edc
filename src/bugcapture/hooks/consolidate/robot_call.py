"""What is known of the command line of Robot Framework."""

from __future__ import annotations

import posixpath
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.consolidate.call import NotMergeableError, Options, Runner, read_arguments, unite_lists

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.hooks.consolidate.call import Call

_LESS: Final = "does more or less than to run tests"
_EARLIER: Final = "chooses tests by what an earlier run did"
_OUTPUTS: Final = ("--output", "--log", "--report", "--xunit", "--debugfile")

_OPTIONS: Final = Options(
    shown=frozenset({"--dotted", "--quiet"}),
    shown_values=frozenset(
        {"--console", "--consolewidth", "--consolecolors", "--consolelinks", "--consolemarkers"}
    ),
    equal=frozenset(
        {
            "--rpa", "--runemptysuite", "--legacyoutput", "--timestampoutputs", "--splitlog", "--nostatusrc",
            "--dryrun", "--skipteardownonexit",
        }
    ),
    equal_values=frozenset(
        {
            *_OUTPUTS, "--outputdir", "--language", "--extension", "--parseinclude", "--name", "--doc",
            "--metadata", "--settag", "--exclude", "--skip", "--skiponfailure", "--variable", "--variablefile",
            "--logtitle", "--reporttitle", "--reportbackground", "--maxerrorlines", "--maxassignlength",
            "--loglevel", "--suitestatlevel", "--tagstatinclude", "--tagstatexclude", "--tagstatcombine",
            "--tagdoc", "--tagstatlink", "--expandkeywords", "--removekeywords", "--flattenkeywords",
            "--randomize", "--listener", "--prerunmodifier", "--prerebotmodifier", "--parser", "--pythonpath",
        }
    ),
    stops={"--exitonfailure": "after a failure", "--exitonerror": "after an error"},
    selecting=("--suite", "--test", "--task", "--include"),
    refused={
        "--rerunfailed": _EARLIER,
        "--rerunfailedsuites": _EARLIER,
        "--argumentfile": "takes arguments from a file",
        **dict.fromkeys(("--help", "--version"), _LESS),
    },
    aliases={
        "-F": "--extension", "-I": "--parseinclude", "-N": "--name", "-D": "--doc", "-M": "--metadata",
        "-G": "--settag", "-t": "--test", "-s": "--suite", "-i": "--include", "-e": "--exclude",
        "-R": "--rerunfailed", "-S": "--rerunfailedsuites", "-v": "--variable", "-V": "--variablefile",
        "-d": "--outputdir", "-o": "--output", "-l": "--log", "-r": "--report", "-x": "--xunit",
        "-b": "--debugfile", "-T": "--timestampoutputs", "-L": "--loglevel", "-X": "--exitonfailure",
        "-.": "--dotted", "-W": "--consolewidth", "-C": "--consolecolors", "-K": "--consolemarkers",
        "-P": "--pythonpath", "-A": "--argumentfile", "-h": "--help", "-?": "--help",
    },
    are_getopt=True,
    are_folded=True,
)  # fmt: skip
# What speaks of the top suite, or of names that begin with its name: another one where there are other targets.
_OF_TOP: Final = ("--name", "--doc", "--metadata", "--suite", "--test", "--task")

# Robot looks for the files of a pattern itself.
_GLOB: Final = frozenset("*?[")
_OF_ALL: Final = "an `__init__` file, which says something of all targets of a session"


def _read(call: Call, arguments: Sequence[str]) -> Call:
    read = read_arguments(call, arguments, _OPTIONS)
    if any(posixpath.splitext(posixpath.basename(target))[0].lower() == "__init__" for target in read.targets):
        raise NotMergeableError(f"it names {_OF_ALL}")
    if pattern := next((target for target in read.targets if not _GLOB.isdisjoint(target)), ""):
        raise NotMergeableError(f"`{pattern}` may name {_OF_ALL}")
    named = [one for one in _OF_TOP if one in read.selections or any(w.startswith(f"{one}=") for w in read.equal)]
    told = f"its targets, while {', '.join(f'`{one}`' for one in named)} speaks of the top suite"
    return replace(read, facets={told: sorted(map(posixpath.normpath, read.targets))}) if named else read


def _unite_targets(targets: Sequence[str]) -> tuple[str, ...]:
    """Targets, each once: what a folder says in its `__init__` file is nothing to a file that is named as well."""
    found: dict[str, str] = {}
    for target in targets:
        found.setdefault(posixpath.normpath(target), target)
    return tuple(found.values())


def _folder(target: str) -> str:
    path = posixpath.normpath(target)
    return posixpath.dirname(path) if posixpath.splitext(path)[1] else path


def _listed(words: Sequence[str], call: Call | None, lister: str, run: bool) -> tuple[str, ...]:
    # Options end where the targets begin, and the last one counts.
    at = len(words) - (len(call.targets) if call else 0)
    nowhere = [word for option in _OUTPUTS for word in (option, "NONE")]
    return (*words[:at], *(() if run else ("--dryrun", *nowhere)), "--listener", lister, *words[at:])


RUNNER: Final = Runner(
    name="robot",
    title="Robot Framework",
    programs=frozenset({"robot"}),
    read=_read,
    unite_targets=_unite_targets,
    unite=dict.fromkeys(_OPTIONS.selecting, unite_lists),
    folder=_folder,
    limits=("--exitonfailure", "--exitonerror"),
    told="Log and report hold all of them, and long names begin with a top suite that is named for all targets.",
    earlier=re.compile(r"-[TX.]*[RS]|--(?i:re-?run-?failed)"),
    lister="listing_robot.py",
    listed=_listed,
)
