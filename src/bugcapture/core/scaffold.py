"""What a new test of a bug is made of, and what every test framework's room offers to write one."""

from __future__ import annotations

from dataclasses import dataclass
from keyword import iskeyword
from typing import TYPE_CHECKING, Final, Protocol

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.tags import PREFIX, SWITCH
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

TODO: Final = "TODO what it says while the bug is there"
# What a test says that nobody has written yet; see `bugcapture.core.verdict`.
UNWRITTEN: Final = "write the test of bug "
LIFE: Final = (
    "It carries {switch} until the fix is merged. Then only that {word} goes: the others stay and",
    "name the regression test.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RaceCall:
    """A thread race that shows the bug.

    Attributes:
        factory: What makes the object: ``package.module:name`` or ``package.module.name``.
        method: The method of the object that the threads call.
        meet_at: The callable in which they meet, by the name under which it is looked up.
        threads: How many threads race.
    """

    factory: str
    method: str
    meet_at: str
    threads: int = 2

    def __post_init__(self) -> None:
        for option, name in (("--race", self.factory), ("--meet-at", self.meet_at)):
            parts = name.replace(":", ".", 1).split(".")
            if len(parts) < 2 or not all(map(_is_name, parts)):  # noqa: PLR2004 - a module and a name in it
                raise ConfigurationError(
                    f"{option} {printable(name)!r} is not the name of an object",
                    hint='write "package.module:name" or "package.module.name"',
                )
        if not _is_name(self.method):
            raise ConfigurationError(f"--method {printable(self.method)!r} is not the name of a method")
        if self.threads < 2:  # noqa: PLR2004 - a race needs two
            raise ConfigurationError(f"--threads {self.threads}: {self.threads} threads cannot race")

    @property
    def message(self) -> str:
        """What the race says while the bug is there; see `bugcapture.race.RaceResult.expect`."""
        return f"{self.threads} threads went through {self.meet_at}, expected 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTest:
    """A test that is about to be written.

    Attributes:
        number: The bug.
        title: Its title, see `bugcapture.core.naming.clean_title`; it may be empty.
        families: ``bug``, ``issue`` or both.
        link: Where the bug is described; empty when nobody knows.
        race: The race that shows it; None for a test that is to be filled in.
    """

    number: int
    title: str = ""
    families: tuple[str, ...] = ("bug",)
    link: str = ""
    race: RaceCall | None = None

    @property
    def headline(self) -> str:
        """The title, or the bug's number where it has none."""
        return self.title or f"Bug {self.number}"

    @property
    def message(self) -> str:
        """The message of the expected failure, as far as it is known."""
        return self.race.message if self.race else TODO

    @property
    def tags(self) -> tuple[str, ...]:
        """All tags of the test, without ``@``."""
        families = [
            tag for family in self.families for tag in (f"{PREFIX}{family}", f"{PREFIX}{family}_{self.number}")
        ]
        return (*families, SWITCH)

    def comment(self, test: str, switch: str, word: str) -> list[str]:
        """What the test says about itself, in lines without the comment sign.

        Args:
            test: What the framework's people call a test.
            switch: The switch in their spelling.
            word: What they call a tag.
        """
        title = f": {self.title}" if self.title else ""
        lines = [f"This {test} captures bug #{self.number}{title}"]
        lines += [self.link] if self.link else []
        return [*lines, *(line.format(switch=switch, word=word) for line in LIFE)]


@dataclass(frozen=True, slots=True)
class Skeleton:
    """A new test file.

    Attributes:
        text: Its content.
        name: The test's name.
        line: The line of the test, from 1.
    """

    text: str
    name: str
    line: int


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file that is about to be written.

    Attributes:
        file: Where.
        text: Its content.
        reason: What it is for.
    """

    file: Path
    text: str
    reason: str


class Scaffold(Protocol):
    """How one framework's tests are found, and how a new one is written; nothing is imported or executed."""

    @property
    def name(self) -> str:
        """``behave``, ``robot`` or ``pytest``."""
        ...

    @property
    def suffix(self) -> str:
        """The ending of its test files."""
        ...

    def is_used(self, tests: Sequence[Path], root: Path) -> bool:
        """Whether a project uses the framework, by its test files and its configuration."""
        ...

    def why_not(self, file: Path) -> str:
        """Why the framework would find no test in a file of this name; empty when it would."""
        ...

    def count_tests(self, text: str) -> int:
        """How many tests a file holds, roughly."""
        ...

    def choose_folder(self, tests: Sequence[Path], root: Path) -> Path:
        """The folder where most tests are, or where the first one belongs."""
        ...

    def file_names(self, test: NewTest, folder: Path) -> Sequence[str]:
        """Names for the test file, the best first."""
        ...

    def write_test(self, test: NewTest, file: Path, root: Path) -> Skeleton:
        """The new file."""
        ...

    def write_support(self, test: NewTest, file: Path, root: Path) -> Sequence[NewFile]:
        """What the new test needs besides its file, and is not there."""
        ...

    def tell_next(self, test: NewTest, path: str) -> Sequence[str]:
        """What is left to do in the new file, and the command that runs it."""
        ...


def _is_name(text: str) -> bool:
    return text.isidentifier() and not iskeyword(text)
