"""Write a new Robot test that captures a bug."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from typing import TYPE_CHECKING, Final

from bugcapture.core.naming import slug
from bugcapture.core.scaffold import Skeleton
from bugcapture.core.wording import ROBOT
from bugcapture.robot.parse import FileKind, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bugcapture.core.scaffold import NewFile, NewTest

_SECTION = re.compile(r"\*+\s*(.*?)[\s*]*\Z")
_TESTS: Final = frozenset({"testcase", "testcases", "task", "tasks"})
# What would make a variable, a comment, a section, a continuation or another format of the name.
_SIGIL = re.compile(r"[$@&%](?=\{)")
_START = re.compile(r"\A[#*|.\s]+")
_TODO_KEYWORDS = ("TODO The State In Which Bug {} Shows Itself", "TODO What Is Right Instead")
_RACE_KEYWORDS = (
    "Race Object    {0.factory}",
    "Race Threads    {0.threads}    through={0.method}    meeting_at={0.meet_at}",
    "Only One Thread Should Have Gone Through",
    "All Threads Should Have Got The Same Result",
)
_SETTINGS = ("*** Settings ***", "Library             bugcapture.robot.Race", "", "")


class RobotScaffold:
    """Robot Framework's part; see `bugcapture.core.scaffold.Scaffold`."""

    name = "robot"
    suffix = ".robot"

    def is_used(self, tests: Sequence[Path], root: Path) -> bool:
        """Nothing else has files of this kind."""
        del root
        return any(kind_of(file.name) is FileKind.SUITE for file in tests)

    def why_not(self, file: Path) -> str:
        """By its name alone."""
        if file.suffix != self.suffix:
            return "Robot Framework reads *.robot files"
        return "" if kind_of(file.name) is FileKind.SUITE else "suite initialisation files hold no tests"

    def count_tests(self, text: str) -> int:
        """Names in the sections of tests and tasks."""
        count, inside = 0, False
        for line in text.splitlines():
            if found := _SECTION.match(line):
                inside = found[1].replace(" ", "").lower() in _TESTS
            elif inside and line[:1].strip() and not line.startswith(("#", "...", "| |")):
                count += 1
        return count

    def choose_folder(self, tests: Sequence[Path], root: Path) -> Path:
        """The folder of most suites; ``robot`` where there is none."""
        folders = Counter(file.parent for file in tests if kind_of(file.name) is FileKind.SUITE)
        return min(folders, key=lambda folder: (-folders[folder], str(folder)), default=root / "robot")

    def file_names(self, test: NewTest, folder: Path) -> Sequence[str]:
        """The title, with the bug's number where that name is taken."""
        del folder
        name = slug(test.title, "_", f"bug_{test.number}")
        return (f"{name}{self.suffix}", f"{name}_{test.number}{self.suffix}")

    def write_test(self, test: NewTest, file: Path, root: Path) -> Skeleton:
        """A suite with one test."""
        del file, root
        name = name_test(test)
        keywords = _RACE_KEYWORDS if test.race else _TODO_KEYWORDS
        lines = [*(_SETTINGS if test.race else ()), "*** Test Cases ***", name]
        body = [
            *(f"# {line}" for line in test.comment("test", "tdd_expected_fail", "tag")),
            f"[Documentation]    {ROBOT.declare('AssertionError', test.message)}",
            "    ".join(("[Tags]", *test.tags)),
            *(keyword.format(test.race or test.number) for keyword in keywords),
        ]
        text = "\n".join([*lines, *(f"    {line}" for line in body)]) + "\n"
        return Skeleton(text, name, len(lines))

    def write_support(self, test: NewTest, file: Path, root: Path) -> Sequence[NewFile]:
        """Nothing: the suite imports what it needs."""
        del test, file, root
        return ()

    def tell_next(self, test: NewTest, path: str) -> Sequence[str]:
        """What is left to do in the new file."""
        command = f"robot --listener bugcapture.robot.Listener {shlex.quote(path)}"
        red = f"see it red: `BUGCAPTURE_RAW=1 {command}`; see it green: the same without the variable"
        if test.race:
            return (red,)
        unknown = "until then the run says wrong failure, because unknown keywords are never the expected failure"
        return (f"write the keywords of {path} and the message behind `Fails with:`; {unknown}", red)


def name_test(test: NewTest) -> str:
    """The test's name: the title without anything that Robot would take for more than a name."""
    title = _SIGIL.sub("", test.headline.replace("\\", "/"))
    return _START.sub("", title) or f"Bug {test.number}"
