"""A command that runs tests: how it is started, what it selects, and which of its options may differ.

Options are sorted by what becomes of them when two sessions become one. Those that are not known are in nobody's
interest: the hook stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Mapping, Sequence


class NotMergeableError(ValueError):
    """A command that has to stay as it is; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A command that runs tests.

    Attributes:
        runner: The name of what runs them, such as ``pytest``.
        launcher: Its words up to the runner.
        targets: The files, folders and tests that it names.
        equal: Options that have to be the same in sessions that become one.
        shown: Options that only change what is printed, each with its value.
        stops: When it stops before its end; empty for never.
        selections: The values of options that choose some of the tests.
        facets: What else has to be the same, by what people call it.
    """

    runner: str
    launcher: tuple[str, ...]
    targets: tuple[str, ...] = ()
    equal: tuple[str, ...] = ()
    shown: tuple[tuple[str, ...], ...] = ()
    stops: str = ""
    selections: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    facets: Mapping[str, Any] = field(default_factory=dict)

    @property
    def options(self) -> tuple[str, ...]:
        """All its words but the targets."""
        shown = (word for one in self.shown for word in one)
        chosen = [(option, value) for option, values in self.selections.items() for value in values]
        return (*self.launcher, *self.equal, *shown, *(word for one in chosen for word in _words(*one)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """The options of a runner, by what becomes of them.

    Attributes:
        shown: Only what is printed changes.
        shown_values: The same, with a value.
        equal: What has to be the same in two sessions that become one.
        equal_values: The same, with a value.
        stops: What ends a session after a failure, with what that means; None where its value says it.
        selecting: What chooses some of the tests, in the order in which it is written.
        refused: Why no other session can take over.
        refused_starts: The same, by how options begin.
        aliases: Other names of these.
        joined: Whose value is only one when it stands behind ``=``.
        are_repeated: Whether what chooses tests may be there several times.
        are_getopt: Whether they are read as by getopt: everything behind the first target is a target as well, and
            `-t=x` has the value `=x`.
        are_folded: Whether case and hyphens of long options mean nothing.
    """

    shown: frozenset[str] = frozenset()
    shown_values: frozenset[str] = frozenset()
    equal: frozenset[str] = frozenset()
    equal_values: frozenset[str] = frozenset()
    stops: Mapping[str, str | None] = field(default_factory=dict)
    selecting: tuple[str, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)
    refused_starts: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    joined: frozenset[str] = frozenset()
    are_repeated: bool = True
    are_getopt: bool = False
    are_folded: bool = False

    def takes_value(self, option: str) -> bool:
        """Whether an option has a value."""
        return (
            option in self.shown_values
            or option in self.equal_values
            or option in self.selecting
            or self.stops.get(option, "") is None
        )

    def is_flag(self, option: str) -> bool:
        """Whether an option stands alone."""
        return option in self.shown or option in self.equal or self.stops.get(option) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """What runs tests.

    Attributes:
        name: What it is called in a command, and in the ids of merged hooks.
        title: What people call it.
        programs: The names of its program.
        read: The call of these arguments, for one without any.
        unite_targets: Targets without those that another one of them holds.
        unite: What is selected by any of some values of an option; None where no values say that.
        folder: The folder in which a target lies, for the id of a hook.
        limits: The options that end a session after a failure, the usual ones.
        place: What has to be the same around its targets, as people call it; empty for nothing.
        moved: What is said of a session for which that is another one.
        told: What else changes when targets share a session; empty for nothing.
        lister: The file, beside this one, that lists its tests where it is put in.
        listed: The words of a command that lists its tests, or runs them and notes how they end: those of the
            hook, the call that they are, the lister that was put where it can be imported, and whether to run.
        earlier: The options, or targets, that choose tests by what an earlier run did; None for no such.
        is_module: Whether it is only started as a module of Python.
    """

    name: str
    title: str
    programs: frozenset[str]
    read: Callable[[Call, Sequence[str]], Call]
    unite_targets: Callable[[Sequence[str]], tuple[str, ...]]
    unite: Mapping[str, Callable[[Sequence[tuple[str, ...]]], tuple[str, ...] | None]]
    folder: Callable[[str], str]
    limits: tuple[str, ...]
    lister: str
    listed: Callable[[Sequence[str], Call | None, str, bool], tuple[str, ...]]
    place: str = ""
    moved: str = ""
    told: str = ""
    earlier: re.Pattern[str] | None = None
    is_module: bool = False


def read_arguments(call: Call, arguments: Sequence[str], options: Options) -> Call:
    """A call with its arguments.

    Args:
        call: The call without them.
        arguments: The arguments.
        options: The options that are known.

    Raises:
        NotMergeableError: If one of them can be taken over by no other session.
    """
    reading = _Reading(options)
    waiting = iter(arguments)
    for word in waiting:
        reading.read(word, waiting)
    return reading.finish(call)


def unite_expressions(expressions: Sequence[str]) -> str:
    """An expression that selects what any of some selects, and nothing else; blank for all."""
    distinct = list(dict.fromkeys(expressions))
    if any(not one.strip() for one in distinct):
        return ""
    return (
        distinct[0]
        if len(distinct) == 1
        else " or ".join(one if one.isidentifier() else f"({one})" for one in distinct)
    )


def unite_lists(values: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """All values of an option of which any has to match."""
    return tuple(dict.fromkeys(one for some in values for one in some))


@dataclass(slots=True)
class _Reading:
    options: Options
    targets: list[str] = field(default_factory=list)
    equal: list[str] = field(default_factory=list)
    shown: list[tuple[str, ...]] = field(default_factory=list)
    stops: set[str] = field(default_factory=set)
    selecting: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def read(self, word: str, waiting: Iterator[str]) -> None:
        """Read a word, and those behind it that belong to it."""
        if word == "--":
            raise NotMergeableError("it has `--`")
        if word == "-" or not word.startswith("-"):
            if word.startswith("@"):
                raise NotMergeableError("it takes arguments from a file")
            self.targets.append(word)
        elif self.options.are_getopt and self.targets:
            raise NotMergeableError(f"`{word}` stands behind a target, and is taken for one")
        else:
            for option, value in self._split(word, waiting):
                self._add(option, value)

    def finish(self, call: Call) -> Call:
        """The call with all that was read."""
        if len(self.stops) > 1:
            raise NotMergeableError("it says twice when to stop")
        return replace(
            call,
            targets=(*call.targets, *self.targets),
            equal=(*call.equal, *self.equal),
            shown=tuple(self.shown),
            stops=next(iter(self.stops), ""),
            selections={one: self.selecting[one] for one in self.options.selecting if one in self.selecting},
        )

    def _add(self, option: str, value: str | None) -> None:
        known = self.options
        if option in known.stops:
            self.stops.add(known.stops[option] or value or "")
        elif option in known.selecting:
            if option in self.selecting and not known.are_repeated:
                raise NotMergeableError(f"it has `{option}` twice")
            self.selecting[option] = (*self.selecting.get(option, ()), value or "")
        elif option in known.shown or option in known.shown_values:
            self.shown.append(_words(option, value))
        else:
            self.equal += _words(option, value)

    def _split(self, word: str, waiting: Iterator[str]) -> Iterator[tuple[str, str | None]]:
        """The options that a word is, each with its value."""
        if not word.startswith("--"):
            yield from self._split_cluster(word, waiting)
            return
        written, has_value, value = word.partition("=")
        option = self._name(written)
        if self.options.takes_value(option) and (has_value or option not in self.options.joined):
            yield option, value if has_value else _next(written, waiting)
        elif not has_value and self.options.is_flag(option):
            yield option, None
        else:
            raise NotMergeableError(self._why_not(option, written))

    def _split_cluster(self, word: str, waiting: Iterator[str]) -> Iterator[tuple[str, str | None]]:
        for at, letter in enumerate(word[1:], start=1):
            option = self._name(f"-{letter}")
            if option in self.options.refused:
                raise NotMergeableError(self._why_not(option, f"-{letter}"))
            if self.options.takes_value(option):
                rest = word[at + 1 :] if self.options.are_getopt else word[at + 1 :].removeprefix("=")
                yield option, rest or _next(f"-{letter}", waiting)
                return
            if not self.options.is_flag(option):
                raise NotMergeableError(self._why_not(option, word))
            yield option, None

    def _name(self, written: str) -> str:
        folded = written.startswith("--") and self.options.are_folded
        name = f"--{written.lower().replace('-', '')}" if folded else written
        return self.options.aliases.get(name, name)

    def _why_not(self, option: str, written: str) -> str:
        known = self.options
        starts = (why for start, why in known.refused_starts.items() if option.startswith(start))
        why = known.refused.get(option) or next(starts, "")
        return f"`{written}` {why or 'is not known here, so it may mean one session and not another'}"


def _next(option: str, waiting: Iterator[str]) -> str:
    value = next(waiting, None)
    if value is None:
        raise NotMergeableError(f"`{option}` has no value")
    return value


def _words(option: str, value: str | None) -> tuple[str, ...]:
    if value is None:
        return (option,)
    return (f"{option}={value}",) if option.startswith("--") else (option, value)
