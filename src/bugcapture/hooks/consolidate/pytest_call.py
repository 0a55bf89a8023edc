"""A command that runs pytest: how it is started, what it selects, and which of its options may differ.

Options are sorted by what becomes of them when two sessions become one. Those that are not known are in nobody's
interest: the hook stays as it is.
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.program import strip_starters

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# What may stand before pytest; others, such as `timeout` and `coverage run`, mean one session and not another.
_STARTERS: Final = frozenset(
    {
        ("uv", "run"), ("uvx",), ("poetry", "run"), ("pdm", "run"), ("hatch", "run"), ("pipenv", "run"),
        ("rye", "run"), ("pixi", "run"), ("conda", "run"), ("mise", "exec"), ("env",),
    }
)  # fmt: skip
_OTHERS: Final = frozenset({"timeout", "coverage", "xargs", "time", "nice", "nohup", "exec", "command"})
_PROGRAMS: Final = frozenset({"pytest", "py.test"})

# Only what is printed changes.
_SHOWN: Final = frozenset(
    {
        "-v", "--verbose", "-q", "--quiet", "-l", "--showlocals", "--no-showlocals", "--no-header",
        "--no-summary", "--full-trace", "--disable-warnings", "--disable-pytest-warnings", "--xfail-tb",
    }
)  # fmt: skip
_SHOWN_VALUES: Final = frozenset(
    {
        "-r",
        "--tb",
        "--color",
        "--code-highlight",
        "--durations",
        "--durations-min",
        "--show-capture",
        "--verbosity",
    }
)
_STOPS: Final = frozenset({"-x", "--exitfirst"})
# What has to be the same in two sessions that become one.
_EQUAL: Final = frozenset(
    {
        "-s", "--strict", "--strict-markers", "--strict-config", "--runxfail", "--pyargs", "--doctest-modules",
        "--doctest-ignore-import-errors", "--doctest-continue-on-failure", "--noconftest", "--keep-duplicates",
        "--collect-in-virtualenv", "--no-cov", "--forked", "--testmon", "--testmon-noselect", "--reuse-db",
        "--create-db", "--nomigrations", "--no-migrations",
    }
)  # fmt: skip
_EQUAL_VALUES: Final = frozenset(
    {
        "-c", "--config-file", "--rootdir", "--confcutdir", "--import-mode", "-o", "--override-ini", "-W",
        "--pythonwarnings", "-p", "--ignore", "--ignore-glob", "--deselect", "-n", "--numprocesses", "--dist",
        "--maxprocesses", "--timeout", "--timeout-method", "--reruns", "--reruns-delay", "--asyncio-mode",
        "--doctest-glob", "--doctest-report", "--capture", "--log-level", "--log-cli-level", "--ds", "--dc",
        "--hypothesis-profile", "--hypothesis-seed", "--randomly-seed",
    }
)  # fmt: skip
_SELECTING: Final = frozenset({"-m", "-k"})
_REFUSED: Final[dict[str, str]] = {
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
        ("--co", "--collect-only", "--fixtures", "--funcargs", "--fixtures-per-test", "--markers", "--setup-plan",
         "--setup-only", "--cache-show", "--cache-clear", "-h", "--help", "-V", "--version"),
        "does more or less than to run tests",
    ),
    **dict.fromkeys(("--pdb", "--trace", "--pdbcls"), "waits for a person"),
}  # fmt: skip
_SHORT_FLAGS: Final = frozenset("vqxslhV")
_SHORT_VALUES: Final = frozenset("mkpconrW")


class NotMergeableError(ValueError):
    """A command that has to stay as it is; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PytestCall:
    """A command that runs pytest.

    Attributes:
        launcher: Its words up to pytest.
        targets: The files, folders and tests that it names.
        equal: Options that have to be the same in sessions that become one.
        shown: Options that only change what is printed, each with its value.
        stops: After how many failures it stops; empty for never.
        marker: The expression of ``-m``; None without one.
        keyword: The expression of ``-k``; None without one.
    """

    launcher: tuple[str, ...]
    targets: tuple[str, ...] = ()
    equal: tuple[str, ...] = ()
    shown: tuple[tuple[str, ...], ...] = ()
    stops: str = ""
    marker: str | None = None
    keyword: str | None = None

    @property
    def options(self) -> tuple[str, ...]:
        """All its words but the targets."""
        chosen = [("-m", self.marker), ("-k", self.keyword)]
        selecting = [word for option, value in chosen if value is not None for word in (option, value)]
        return (*self.launcher, *self.equal, *(word for one in self.shown for word in one), *selecting)


def read_call(words: Sequence[str]) -> PytestCall | None:
    """The call of pytest that a command is; None for another program.

    Args:
        words: The command and its arguments.

    Raises:
        NotMergeableError: If it runs pytest in a way, or with an option, that no other session can take over.
    """
    stripped = strip_starters(words)
    if not stripped or posixpath.basename(stripped[0]) not in _PROGRAMS:
        return None
    launcher = tuple(words[: len(words) - len(stripped) + 1])
    if list(words[len(launcher) - 1 :]) != stripped or not _is_plain(launcher):
        raise NotMergeableError("what starts pytest is meant for one session")
    return _read_arguments(PytestCall(launcher=launcher), stripped[1:])


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


def unite_expressions(expressions: Sequence[str]) -> str:
    """An expression of ``-m`` or ``-k`` that selects what any of some selects, and nothing else; blank for all."""
    distinct = list(dict.fromkeys(expressions))
    if any(not one.strip() for one in distinct):
        return ""
    return (
        distinct[0]
        if len(distinct) == 1
        else " or ".join(one if one.isidentifier() else f"({one})" for one in distinct)
    )


def _is_plain(launcher: tuple[str, ...]) -> bool:
    """Whether nothing but a runner, variables and a Python stand before pytest."""
    if not _OTHERS.isdisjoint(posixpath.basename(word) for word in launcher):
        return False
    head = [posixpath.basename(word) for word in launcher]
    known = any(tuple(head[: len(one)]) == one for one in _STARTERS)
    return known or len(launcher) == 1 or "-m" in launcher


@dataclass(slots=True)
class _Reading:
    targets: list[str] = field(default_factory=list)
    equal: list[str] = field(default_factory=list)
    shown: list[tuple[str, ...]] = field(default_factory=list)
    stops: list[str] = field(default_factory=list)
    selecting: dict[str, str] = field(default_factory=dict)

    def add(self, option: str, value: str | None) -> None:
        if option in _STOPS:
            self.stops.append("1")
        elif option == "--maxfail":
            self.stops.append(value or "")
        elif option in _SELECTING:
            if option in self.selecting:
                raise NotMergeableError(f"it has `{option}` twice")
            self.selecting[option] = value or ""
        elif option in _SHOWN or option in _SHOWN_VALUES:
            self.shown.append(_words(option, value))
        else:
            self.equal += _words(option, value)


def _read_arguments(call: PytestCall, arguments: Sequence[str]) -> PytestCall:
    reading = _Reading()
    waiting = iter(arguments)
    for word in waiting:
        if not word.startswith("-") or word == "-":
            if word.startswith("@"):
                raise NotMergeableError("it takes arguments from a file")
            reading.targets.append(word)
        elif word == "--":
            raise NotMergeableError("it has `--`")
        else:
            for option, value in _read_option(word, waiting):
                reading.add(option, value)
    if len(set(reading.stops)) > 1:
        raise NotMergeableError("it says twice when to stop")
    return replace(
        call,
        targets=tuple(reading.targets),
        equal=tuple(reading.equal),
        shown=tuple(reading.shown),
        stops=reading.stops[0] if reading.stops else "",
        marker=reading.selecting.get("-m"),
        keyword=reading.selecting.get("-k"),
    )


def _read_option(word: str, waiting: Iterator[str]) -> Iterator[tuple[str, str | None]]:
    """The options that a word is, each with its value."""
    if word.startswith("--"):
        option, has_value, value = word.partition("=")
        if option == "--maxfail" or option in _SHOWN_VALUES or option in _EQUAL_VALUES:
            yield option, value if has_value else _next(option, waiting)
        elif not has_value and option in _SHOWN | _EQUAL | _STOPS:
            yield option, None
        else:
            raise NotMergeableError(_why_not(option))
        return
    for at, letter in enumerate(word[1:], start=1):
        option = f"-{letter}"
        if option in _REFUSED:
            raise NotMergeableError(_why_not(option))
        if letter in _SHORT_VALUES:
            rest = word[at + 1 :].removeprefix("=")
            yield option, rest or _next(option, waiting)
            return
        if letter not in _SHORT_FLAGS:
            raise NotMergeableError(_why_not(word))
        yield option, None


def _next(option: str, waiting: Iterator[str]) -> str:
    value = next(waiting, None)
    if value is None:
        raise NotMergeableError(f"`{option}` has no value")
    return value


def _why_not(option: str) -> str:
    if option.startswith("--cov"):
        return f"`{option}` measures coverage, which would be that of all of them"
    return f"`{option}` {_REFUSED.get(option, 'is not known here, so it may mean one session and not another')}"


def _words(option: str, value: str | None) -> tuple[str, ...]:
    if value is None:
        return (option,)
    return (f"{option}={value}",) if option.startswith("--") else (option, value)


def _holds(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether each test of a target is one of another target in the same file."""
    return one[0] == other[0] and (not one[1] or other[1].startswith((f"{one[1]}::", f"{one[1]}[")))
