"""What is known of the command line of pytest."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.consolidate.call import Options, Runner, read_arguments, unite_expressions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.hooks.consolidate.call import Call

_OPTIONS: Final = Options(
    shown=frozenset(
        {
            "-v", "--verbose", "-q", "--quiet", "-l", "--showlocals", "--no-showlocals", "--no-header",
            "--no-summary", "--full-trace", "--disable-warnings", "--disable-pytest-warnings", "--xfail-tb",
        }
    ),
    shown_values=frozenset(
        {
            "-r", "--tb", "--color", "--code-highlight", "--durations", "--durations-min", "--show-capture",
            "--verbosity",
        }
    ),
    equal=frozenset(
        {
            "-s", "--strict", "--strict-markers", "--strict-config", "--runxfail", "--pyargs", "--doctest-modules",
            "--doctest-ignore-import-errors", "--doctest-continue-on-failure", "--noconftest", "--keep-duplicates",
            "--collect-in-virtualenv", "--no-cov", "--forked", "--testmon", "--testmon-noselect", "--reuse-db",
            "--create-db", "--nomigrations", "--no-migrations",
        }
    ),
    equal_values=frozenset(
        {
            "-c", "--config-file", "--rootdir", "--confcutdir", "--import-mode", "-o", "--override-ini", "-W",
            "--pythonwarnings", "-p", "--ignore", "--ignore-glob", "--deselect", "-n", "--numprocesses", "--dist",
            "--maxprocesses", "--timeout", "--timeout-method", "--reruns", "--reruns-delay", "--asyncio-mode",
            "--doctest-glob", "--doctest-report", "--capture", "--log-level", "--log-cli-level", "--ds", "--dc",
            "--hypothesis-profile", "--hypothesis-seed", "--randomly-seed",
        }
    ),
    stops={"-x": "1", "--exitfirst": "1", "--maxfail": None},
    selecting=("-m", "-k"),
    refused={
        **dict.fromkeys(
            ("--lf", "--last-failed", "--ff", "--failed-first", "--nf", "--new-first", "--sw", "--stepwise",
             "--sw-skip", "--stepwise-skip", "--stepwise-reset", "--lfnf", "--last-failed-no-failures"),
            "chooses tests by what an earlier run did",
        ),
        **dict.fromkeys(
            ("--junitxml", "--junit-xml", "--html", "--report-log", "--log-file", "--basetemp", "--alluredir",
             "--json-report", "--json-report-file", "--md-report", "--resultlog"),
            "writes a file that other sessions would write as well",
        ),
        **dict.fromkeys(
            ("--co", "--collect-only", "--fixtures", "--funcargs", "--fixtures-per-test", "--markers",
             "--setup-plan", "--setup-only", "--cache-show", "--cache-clear", "-h", "--help", "-V", "--version"),
            "does more or less than to run tests",
        ),
        **dict.fromkeys(("--pdb", "--trace", "--pdbcls"), "waits for a person"),
    },
    refused_starts={"--cov": "measures coverage, which would be that of all of them"},
    are_repeated=False,
)  # fmt: skip


def split_target(target: str) -> tuple[str, str]:
    """The normal path of a target, and what it names inside of the file."""
    path, _, inner = target.partition("::")
    return posixpath.normpath(path), inner


def unite_targets(targets: Sequence[str]) -> tuple[str, ...]:
    """Targets without those that another one of them holds, in their order.

    A folder is not taken to hold the files that lie in it: pytest collects a file that is named also where it
    would pass it over in a folder.
    """
    distinct = list({split_target(target): target for target in reversed(targets)}.items())[::-1]
    return tuple(
        target
        for parts, target in distinct
        if not any(_holds(other, parts) for other, _ in distinct if other != parts)
    )


def _holds(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether each test of a target is one of another target in the same file."""
    return one[0] == other[0] and (not one[1] or other[1].startswith((f"{one[1]}::", f"{one[1]}[")))


def _read(call: Call, arguments: Sequence[str]) -> Call:
    return read_arguments(call, arguments, _OPTIONS)


def _unite(values: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    return (unite_expressions([one for some in values for one in some]),)


def _folder(target: str) -> str:
    path, _ = split_target(target)
    return posixpath.dirname(path) if path.endswith(".py") else path


def _listed(words: Sequence[str], _call: Call | None, lister: str, run: bool) -> tuple[str, ...]:
    # What testmon leaves out depends on what it has seen; what is listed is the whole.
    kept = [word for word in words if not word.startswith("--testmon")]
    return (*kept, *(() if run else ("--collect-only", "-q")), "-p", lister)


RUNNER: Final = Runner(
    name="pytest",
    title="pytest",
    programs=frozenset({"pytest", "py.test"}),
    read=_read,
    unite_targets=unite_targets,
    unite={"-m": _unite, "-k": _unite},
    folder=_folder,
    limits=("-x", "--maxfail"),
    place="the settings of pytest",
    moved="pytest takes other settings, or another folder for its root",
    earlier=re.compile(r"--(?:lf|last-failed|ff|failed-first|nf|new-first|sw|stepwise)"),
    lister="listing.py",
    listed=_listed,
)
