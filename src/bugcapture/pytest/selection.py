"""Which captured tests the options of a configuration select, by pytest's own rules."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.finding import Finding, Severity
from bugcapture.core.tags import PREFIX, TagKind, read_tag
from bugcapture.core.text import bug_list, plural, printable, shorten
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from bugcapture.core.capture import Capture
    from bugcapture.pytest.settings import PytestSettings

    Matcher = Callable[..., bool]

# How much of a value is shown.
SHOWN: Final = 80
_LAST_FAILED: Final = frozenset({"--lf", "--last-failed"})


@dataclass(frozen=True, slots=True)
class ConfiguredRun:
    """The tests that one configuration covers.

    Attributes:
        settings: The configuration.
        captures: The captured tests; paths are seen from the working directory.
        options: Its ``addopts``, split.
    """

    settings: PytestSettings
    captures: Sequence[Capture]
    options: tuple[str, ...]

    def finding(
        self, key: str, told: str, captures: Sequence[Capture], *, error: bool = True, kept: str = "running"
    ) -> Finding:
        """What an option does to captures.

        Args:
            key: The setting that holds the option.
            told: The option, in words.
            captures: Those that do not run because of it.
            error: Whether that is an error, or only worth a warning.
            kept: What it keeps them from.
        """
        ids = bug_list(sorted({number for capture in captures for number in capture.tags.ids}))
        tests = plural(len(captures), "tagged test")
        path, line = self.place(key)
        message = f"{told} keeps {tests} ({ids}) from {kept}, first {captures[0].where}"
        return Finding(path, line, "W2", message, Severity.ERROR if error else Severity.WARNING)

    def place(self, key: str) -> tuple[str, int]:
        """The file and the line of a setting; of the first test where there is no file."""
        file = self.settings.file
        return (relative_path(file), self.settings.line(key)) if file else (self.captures[0].path, 0)


def place_of(capture: Capture) -> Path:
    """The file of a capture, absolute; symbolic links stay as they are."""
    return Path(os.path.abspath(capture.path))  # noqa: PTH100 - resolve() would follow them


def option_values(options: Sequence[str], short: str, long: str = "") -> Iterator[str]:
    """The values of an option, in any of its spellings.

    Args:
        options: The words of a command line.
        short: The option; one with a single dash may have its value attached.
        long: The same with two dashes; its value may follow a ``=``.
    """
    for index, option in enumerate(options):
        if option in {short, long}:
            yield from options[index + 1 : index + 2]
        elif long and option.startswith(f"{long}="):
            yield option.removeprefix(f"{long}=")
        elif not short.startswith("--") and option.startswith(short) and not option.startswith("--"):
            yield option.removeprefix(short)


def check_selection(run: ConfiguredRun) -> Iterator[Finding]:
    """Whether ``-m``, ``-k``, ``--deselect`` or ``--last-failed`` leave out captured tests.

    Args:
        run: The tests and the options.

    Yields:
        ``W2`` for each option that does, ``P1`` for an expression that pytest cannot read.
    """
    yield from _check_expression(run, run.captures, "-m", _by_marks)
    # Which function binds a scenario, and what it is called, is not known.
    python = [capture for capture in run.captures if not capture.path.endswith(".feature")]
    yield from _check_expression(run, python, "-k", _by_names)
    for prefix in option_values(run.options, "--deselect", "--deselect"):
        if left_out := [capture for capture in python if _node_id(capture, run.settings).startswith(prefix)]:
            yield run.finding("addopts", f"--deselect={_show(prefix)} in addopts", left_out)
    if option := next((option for option in run.options if option in _LAST_FAILED), ""):
        # The first run has no last one, and runs everything; in the next an expected failure counts as passed.
        told = f"after a run with failures {option} in addopts"
        yield run.finding("addopts", told, run.captures, error=False)


def _check_expression(
    run: ConfiguredRun,
    captures: Sequence[Capture],
    option: str,
    matchers: Callable[[Capture], tuple[Matcher, ...]],
) -> Iterator[Finding]:
    """Evaluate an expression with all that is known of a test, and then with our marks alone."""
    text = next(reversed(list(option_values(run.options, option))), "")
    if not text.strip():
        return
    try:
        from _pytest.mark.expression import Expression  # noqa: PLC0415 - pytest has no public reader
    except ImportError:  # Without pytest nothing runs here.
        return
    try:
        expression: Any = Expression.compile(text)
        excluded = [c for c in captures if not expression.evaluate(matchers(c)[0])]
        # A capture that its project runs elsewhere, such as one marked slow, is left to the project.
        ours = [c for c in excluded if not any(map(expression.evaluate, matchers(c)[1:]))]
    except Exception as error:  # noqa: BLE001 - whatever pytest's reader raises, in whatever version
        told = shorten(printable(" ".join(str(error).split())), 200)
        message = f"pytest cannot read the expression of {option} in addopts: {told}"
        yield Finding(*run.place("addopts"), "P1", message)
        return
    if excluded:
        yield run.finding("addopts", f'{option} "{_show(text)}" in addopts', excluded, error=bool(ours))


def _by_marks(capture: Capture) -> tuple[Matcher, ...]:
    """With all marks of a test, and with those of ours alone."""
    return _Marks(capture.all_tags), _Marks(_ours(capture))


class _Marks:
    """Answers pytest's question for a mark, with or without arguments.

    Args:
        tags: The marks, as tags.
    """

    def __init__(self, tags: Sequence[str]) -> None:
        self._names = _marker_names(tags)
        self._tags = set(tags)

    def __call__(self, name: str, /, **values: Any) -> bool:
        return name in self._names and all(f"{name}_{value}" in self._tags for value in values.values())


def _by_names(capture: Capture) -> tuple[Matcher, ...]:
    """With all that is known of a test, and with our marks alone, where the rest may match or not.

    The parameters of its cases and its attributes are not known.
    """
    ours = _marker_names(_ours(capture))
    names = {*capture.path.split("/"), *capture.name.split("::"), *_marker_names(capture.all_tags)}
    return _Names(names), _Names(ours), _Names(ours, otherwise=True)


class _Names:
    """Answers pytest's question for a part of a name: of the test, of what holds it, or of a mark.

    Args:
        names: The names.
        otherwise: The answer for all others.
    """

    def __init__(self, names: Iterable[str], *, otherwise: bool = False) -> None:
        self._names = {name.lower() for name in names}
        self._otherwise = otherwise

    def __call__(self, name: str, /, **_: Any) -> bool:
        return self._otherwise or any(name.lower() in one for one in self._names)


def _ours(capture: Capture) -> tuple[str, ...]:
    return tuple(tag for tag in capture.all_tags if tag.startswith(PREFIX))


def _marker_names(tags: Iterable[str]) -> set[str]:
    return {tag for tag in tags if read_tag(tag).kind is not TagKind.NUMBER}


def _node_id(capture: Capture, settings: PytestSettings) -> str:
    """What pytest calls a test, without the parameters of a case."""
    base = settings.file.parent if settings.file else Path.cwd()
    path = Path(os.path.relpath(place_of(capture), base)).as_posix()
    return f"{path}::{capture.name}"


def _show(text: str) -> str:
    return shorten(printable(text), SHOWN)
