"""The findings of a scan as documents that are checked in: of the whole suite, and of its mocks alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from bugcapture.core.text import plural
from bugcapture.report.markdown import as_code, as_text
from bugcapture.report.markdown_table import write_markdown_table
from bugcapture.report.scan_markdown import write_scan_markdown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from bugcapture.core.finding import Finding
    from bugcapture.scan.hazard import Hazard

_RISKS: Final = ("critical", "high", "medium", "low", "info")
_MOCKS: Final = """\
An `AsyncMock` or `MagicMock` answers every call that nobody configured with another mock, which is always true.
A test of a permission that asks such a mock is green whatever the program does. `bugcapture scan --explain RULE`
tells more of a rule, and `bugcapture scan --select MK --level info` shows the findings with their lines.
"""

Counted = tuple["datetime", "Mapping[str, int]"]


def write_hazards(
    hazards: Sequence[Hazard],
    problems: Sequence[Finding],
    names: Mapping[str, str],
    files: int,
    before: Mapping[str, int] | None,
    level: str,
) -> str:
    """What a scan of the whole suite has found.

    Args:
        hazards: The findings of all risks.
        problems: Files that were not scanned, and comments that hold nothing back.
        names: The rules' names, by code.
        files: How many test files were scanned.
        before: How many findings of each risk there were before; None where nobody knows.
        level: How bad a finding has to be to be listed with its line.
    """
    listed = _RISKS[: _RISKS.index(level) + 1]
    text = write_scan_markdown(hazards, names, files, before, title="Hazards of the tests", listed=listed)
    if unlisted := sum(hazard.level not in listed for hazard in hazards):
        told = f"{plural(unlisted, 'finding')} of less than {level} risk not listed here"
        text += f"\n{told}; `bugcapture scan --level info` shows all.\n"
    return text + _problems(problems)


def write_mock_audit(
    hazards: Sequence[Hazard],
    names: Mapping[str, str],
    files: int,
    trend: Sequence[Counted],
) -> str:
    """What a scan has found about mocks, and how that went over time.

    Args:
        hazards: The findings about mocks.
        names: The rules' names, by code.
        files: How many test files were scanned.
        trend: When findings were counted, and how many of each risk there were; the last ones are those of now.
    """
    before = trend[-2][1] if len(trend) > 1 else None
    text = write_scan_markdown(hazards, names, files, before, title="Audit of the mocks")
    head, _, rest = text.partition("\n\n")
    rows = [[f"{at:%Y-%m-%d}", *(str(counts[risk]) for risk in _RISKS)] for at, counts in trend]
    return f"{head}\n\n{_MOCKS}\n{rest}\n## Trend\n\n{write_markdown_table(['counted on', *_RISKS], rows)}"


def _problems(problems: Sequence[Finding]) -> str:
    text = ""
    for heading, comments in (("Not scanned", False), ("Comments that hold nothing back", True)):
        items = [one for one in problems if one.rule.startswith("SUP") == comments]
        if items:
            listed = "".join(f"- {as_code(one.where)}: {one.rule} {as_text(one.message)}\n" for one in items)
            text += f"\n## {heading}\n\n{listed}"
    return text
