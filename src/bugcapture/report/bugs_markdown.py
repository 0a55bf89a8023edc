"""The captured bugs of a project, in Markdown."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import plural
from bugcapture.report.markdown import as_code, as_text
from bugcapture.report.markdown_table import write_markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bugcapture.core.finding import Finding
    from bugcapture.workflow.reports.bugs import Bug

_WORDS: Final = """\
A bug is *captured* while a test of it carries the switch `tdd_expected_fail`, and *guarded* once none does. """
_DATED: Final = "The\ndates are those of the commits."
_UNDATED: Final = "There\nare no dates, because there was no history of git where this was written."

# What a clone may not know: the day of a commit, which stands behind a state, and what is said of it. A title may
# look like one.
DATES: Final = re.compile(
    r"(?:(?<=\| captured \| )|(?<=\| guarded \| ))\d{4}-\d\d-\d\d(?= \|)"
    rf"|(?<=once none does\. )(?:{re.escape(_DATED)}|{re.escape(_UNDATED)})$",
    re.ASCII | re.MULTILINE,
)


def write_bugs(bugs: Sequence[Bug], unreadable: Sequence[Finding], *, has_history: bool) -> str:
    """The ledger of captured bugs.

    Args:
        bugs: The bugs.
        unreadable: Test files that say nothing.
        has_history: Whether there is a history of git, which knows dates.
    """
    states = Counter(bug.state.value for bug in bugs)
    counts = ", ".join(f"{states[state]} {state}" for state in ("captured", "guarded"))
    parts = ["# Captured bugs\n", f"{plural(len(bugs), 'bug')}: {counts}.\n"]
    if bugs:
        overview = ["bug", "state", "since", "tests", "last verdict"]
        tests = ["bug", "test", "file", "framework", "state", "since", "last verdict"]
        parts += [
            write_markdown_table(overview, _overview(bugs)),
            f"{_WORDS}{_DATED if has_history else _UNDATED}\n",
        ]
        parts += ["## Tests\n", write_markdown_table(tests, _tests(bugs))]
    if unreadable:
        listed = "".join(f"- {as_code(one.where)}: {as_text(one.message)}\n" for one in unreadable)
        parts += ["## Not read\n", listed]
    return "\n".join(parts)


def _overview(bugs: Sequence[Bug]) -> list[list[str]]:
    rows = []
    for bug in bugs:
        frameworks = Counter(test.capture.framework for test in bug.tests)
        verdicts = Counter(test.verdict for test in bug.tests if test.verdict)
        rows.append(
            [
                str(bug.number),
                bug.state.value,
                _day(bug.since),
                ", ".join(f"{count} {name}" for name, count in sorted(frameworks.items())),
                as_text(", ".join(_times(verdict, count) for verdict, count in sorted(verdicts.items()))),
            ]
        )
    return rows


def _tests(bugs: Sequence[Bug]) -> list[list[str]]:
    return [
        [
            str(bug.number),
            as_text(test.capture.name),
            as_code(test.capture.path),
            test.capture.framework,
            test.capture.state.value,
            _day(test.since),
            as_text(test.verdict),
        ]
        for bug in bugs
        for test in bug.tests
    ]


def _day(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d}" if moment is not None else ""


def _times(verdict: str, count: int) -> str:
    return verdict if count == 1 else f"{count} {verdict}"
