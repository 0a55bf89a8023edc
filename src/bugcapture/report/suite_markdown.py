"""What there is in a test suite, in Markdown."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import plural
from bugcapture.report.markdown import as_code, as_text
from bugcapture.report.markdown_table import write_markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bugcapture.workflow.reports.suite import CountedFile

_NAMES: Final = {"behave": "Behave", "robot": "Robot Framework", "pytest": "pytest", "pytest-bdd": "pytest-bdd"}
_TAGS: Final = 40
_LONGEST: Final = 10
_WORDS: Final = """\
A *test* is a scenario, a scenario outline, a test case or a test function as it is written. A *table* is one
with examples, a template or parameters. *Cases* are what a run counts: a row of examples, a set of parameters.
*Steps* are those of scenarios, backgrounds and test cases. Nothing was imported or executed, so tests that a
fixture or a plugin makes more of, and those that a class inherits from another file, count once.
"""


def write_suite(files: Sequence[CountedFile], bugs: Mapping[str, tuple[int, int]]) -> str:
    """The statistics of a test suite.

    Args:
        files: The test files.
        bugs: For each framework how many of its tests are captured and how many guarded.
    """
    by_framework: dict[str, list[CountedFile]] = {}
    for file in files:
        by_framework.setdefault(file.framework, []).append(file)
    cases = sum(file.count.cases for file in files)
    parts = ["# The test suite\n", f"{plural(len(files), 'test file')}, {plural(cases, 'case')}.\n"]
    if files:
        parts += [_frameworks(by_framework, bugs), _WORDS]
        if uncertain := sum(file.count.uncertain for file in files):
            parts.append(f"Of {plural(uncertain, 'test')} only a run can count the cases; each counts as one.\n")
        parts += ["## By folder\n", _folders(files)]
        parts += [part for name, listed in by_framework.items() for part in _tags(name, listed)]
        parts += ["## The longest files\n", _longest(files)]
    if unread := [file for file in files if file.count.problem]:
        listed = "".join(f"- {as_code(file.path)}: {as_text(file.count.problem)}\n" for file in unread)
        parts += ["## Not read\n", listed]
    return "\n".join(parts)


def _frameworks(files: Mapping[str, Sequence[CountedFile]], bugs: Mapping[str, tuple[int, int]]) -> str:
    heading = ["framework", "files", "tests", "tables", "cases", "steps", "tags", "captured", "guarded", "lines"]
    rows = []
    for name, listed in files.items():
        steps = "" if name == "pytest" else str(sum(file.count.steps for file in listed))
        tags = len({tag for file in listed for tag in file.count.tags})
        of_bugs = [str(number) for number in bugs.get(name, (0, 0))]
        numbers = _numbers(listed)
        rows.append([_NAMES[name], *numbers[:4], steps, str(tags), *of_bugs, numbers[4]])
    return write_markdown_table(heading, rows)


def _folders(files: Iterable[CountedFile]) -> str:
    folders: dict[tuple[str, str], list[CountedFile]] = {}
    for file in files:
        folders.setdefault((file.path.rpartition("/")[0] or ".", file.framework), []).append(file)
    rows = [
        [as_code(folder), _NAMES[framework], *_numbers(listed)]
        for (folder, framework), listed in sorted(folders.items())
    ]
    return write_markdown_table(["folder", "framework", "files", "tests", "tables", "cases", "lines"], rows)


def _numbers(files: Sequence[CountedFile]) -> list[str]:
    """Files, tests, tables, cases and lines."""
    counts = [file.count for file in files]
    numbers = (
        len(files),
        sum(count.tests for count in counts),
        sum(count.tables for count in counts),
        sum(count.cases for count in counts),
        sum(file.lines for file in files),
    )
    return [str(number) for number in numbers]


def _tags(name: str, files: Iterable[CountedFile]) -> list[str]:
    counted: Counter[str] = Counter()
    for file in files:
        counted.update(file.count.tags)
    if not counted:
        return []
    ranked = sorted(counted.items(), key=lambda one: (-one[1], one[0]))
    word = "mark" if name == "pytest" else "tag"
    table = write_markdown_table([word, "tests"], [[as_code(tag), str(count)] for tag, count in ranked[:_TAGS]])
    more = len(ranked) - _TAGS
    told = [f"{more} more are on fewer tests.\n"] if more > 0 else []
    return [f"## {word.capitalize()}s of {_NAMES[name]}\n", table, *told]


def _longest(files: Iterable[CountedFile]) -> str:
    ranked = sorted(files, key=lambda file: (-file.lines, file.path))[:_LONGEST]
    rows = [[as_code(file.path), str(file.lines), str(file.size), str(file.count.tests)] for file in ranked]
    return write_markdown_table(["file", "lines", "bytes", "tests"], rows)
