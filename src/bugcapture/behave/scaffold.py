"""Write a new scenario that captures a bug."""

from __future__ import annotations

import ast
import re
import shlex
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.behave.settings import configures_behave, default_language, find_start
from bugcapture.behave.suite import find_suite
from bugcapture.core.naming import slug
from bugcapture.core.scaffold import NewFile, Skeleton
from bugcapture.core.wording import GHERKIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.core.scaffold import NewTest

_HOME: Final = "bugcapture.behave.steps"
RACE_STEPS: Final = f"from {_HOME} import race  # noqa: F401\n"
_FIRST_STEPS: Final = "from behave import given, then, when  # noqa: F401\n"

_LANGUAGE = re.compile(r"\s*#\s*language\s*:\s*(\S+)", re.IGNORECASE)
_SCENARIO = ("Scenario", "Scenario Outline", "Scenario Template", "Example")
_TODO_STEPS = (
    "Given TODO the state in which bug {} shows itself",
    "When TODO what brings it out",
    "Then TODO what is right instead",
)
_RACE_STEPS = (
    'Given an object from "{0.factory}"',
    'When {0.threads} threads race through "{0.method}" meeting at "{0.meet_at}"',
    "Then only 1 thread went through the meeting point",
    "And every thread got the same result and none raised",
)


class BehaveScaffold:
    """Behave's part; see `bugcapture.core.scaffold.Scaffold`."""

    name = "behave"
    suffix = ".feature"

    def is_used(self, tests: Sequence[Path], root: Path) -> bool:
        """Feature files alone may be for another tool: steps, an environment file or a configuration tell."""
        places = {place for file in tests for place in file.parents if place.is_relative_to(root)}
        return any(
            any((place / "steps").glob("*.py")) or (place / "environment.py").is_file() or configures_behave(place)
            for place in sorted(places)
        )

    def why_not(self, file: Path) -> str:
        """By its ending alone."""
        return "" if file.suffix == self.suffix else "Behave reads *.feature files"

    def count_tests(self, text: str) -> int:
        """Scenarios and outlines, in the language that the file names."""
        words = _scenario_words(text)
        return sum(line.lstrip().startswith(words) for line in text.splitlines())

    def choose_folder(self, tests: Sequence[Path], root: Path) -> Path:
        """The top folder of most features; ``features`` where there is none."""
        tops = Counter(_top(file, root) for file in tests)
        return min(tops, key=lambda top: (-tops[top], str(top)), default=root / "features")

    def file_names(self, test: NewTest, folder: Path) -> Sequence[str]:
        """The title, with the bug's number where that name is taken."""
        del folder
        name = slug(test.title, "_", f"bug_{test.number}")
        return (f"{name}{self.suffix}", f"{name}_{test.number}{self.suffix}")

    def write_test(self, test: NewTest, file: Path, root: Path) -> Skeleton:
        """A feature with one scenario."""
        steps = [step.format(test.race or test.number) for step in (_RACE_STEPS if test.race else _TODO_STEPS)]
        head = [*(["# language: en"] if _speaks_otherwise(file, root) else []), f"Feature: {test.headline}", ""]
        comment = [f"  # {line}" for line in test.comment("scenario", "@tdd_expected_fail", "tag")]
        tags = "  " + " ".join(f"@{tag}" for tag in test.tags)
        lines = [*head, *comment, tags, f"  Scenario: {test.headline}"]
        body = [GHERKIN.declare("AssertionError", test.message), "", *steps]
        text = "\n".join([*lines, *(f"    {line}".rstrip() for line in body)]) + "\n"
        return Skeleton(text, test.headline, len(lines))

    def write_support(self, test: NewTest, file: Path, root: Path) -> Sequence[NewFile]:
        """The import of the race steps, where no steps file has it; Behave does not run without a steps folder."""
        steps = _steps_folder(file, root)
        if test.race is None:
            name = f"{file.stem}_steps.py"
            return () if steps.is_dir() else (NewFile(steps / name, _FIRST_STEPS, "room for the steps"),)
        if any(imports_race(step) for step in sorted(steps.glob("*.py"))):
            return ()
        names = ("race_steps.py", "bugcapture_race_steps.py")
        free = next((name for name in names if not (steps / name).exists()), names[-1])
        return (NewFile(steps / free, RACE_STEPS, "the race steps"),)

    def tell_next(self, test: NewTest, path: str) -> Sequence[str]:
        """What is left to do in the new file."""
        command = f"behave {shlex.quote(path)}"
        red = f"see it red: `BUGCAPTURE_RAW=1 {command}`; see it green: the same without the variable"
        if test.race:
            return (red,)
        undefined = "until then the run says wrong failure, because undefined steps are never the expected failure"
        return (f"write the steps of {path} and the message behind `Fails with:`; {undefined}", red)


def _steps_folder(file: Path, root: Path) -> Path:
    try:
        return find_suite(file.parent, root).steps_folder(file.parent)
    except ImportError:  # Behave's configuration cannot be read here.
        there = (place / "steps" for place in file.parents if place.is_relative_to(root))
        return next(filter(Path.is_dir, there), file.parent / "steps")


def imports_race(file: Path) -> bool:
    """Whether a steps file brings the race steps."""
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(_brings_race(node) for node in tree.body)


def _brings_race(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module == _HOME and any(alias.name == "race" for alias in node.names)
    return isinstance(node, ast.Import) and any(alias.name == f"{_HOME}.race" for alias in node.names)


def _top(file: Path, root: Path) -> Path:
    """The outermost folder called ``features`` around a file, else its own folder."""
    inside = [place for place in file.parents if place.is_relative_to(root)]
    return next((place for place in reversed(inside) if place.name == "features"), file.parent)


def _scenario_words(text: str) -> tuple[str, ...]:
    words = _SCENARIO
    named = _LANGUAGE.match(text)
    if named:
        try:
            from behave.i18n import languages  # noqa: PLC0415 - only files in other languages need it
        except ImportError:
            languages = {}
        own = languages.get(named[1], {})
        words = (*own.get("scenario", ()), *own.get("scenario_outline", ())) or words
    return tuple(f"{word}:" for word in words)


def _speaks_otherwise(file: Path, root: Path) -> bool:
    """Whether Behave would read English keywords in this file only when told to."""
    try:
        language = default_language(find_start(file.parent, root))
    except ImportError:
        return False
    return language not in {None, "en"}
