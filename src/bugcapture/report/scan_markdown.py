"""Findings of a scan as an audit report in Markdown: how much of what risk, and where."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import plural
from bugcapture.report.markdown import as_code, as_text
from bugcapture.report.markdown_table import write_markdown_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bugcapture.scan.hazard import Hazard

_RISKS: Final = {
    "critical": "a guard lets everybody pass",
    "high": "tests are green, red or flaky for the wrong reason",
    "medium": "tests depend on each other, or may lie",
    "low": "worth a look",
    "info": "style",
}


def write_scan_markdown(
    hazards: Sequence[Hazard],
    names: Mapping[str, str],
    files: int,
    before: Mapping[str, int] | None,
    *,
    title: str = "Audit of the tests",
    listed: Sequence[str] = tuple(_RISKS),
) -> str:
    """One report.

    Args:
        hazards: The findings.
        names: The rules' names, by code.
        files: How many test files were scanned.
        before: How many findings of each level an earlier report has; None without one.
        title: The heading, in Markdown.
        listed: The levels whose findings are listed one by one.
    """
    levels = Counter(str(hazard.level) for hazard in hazards)
    heading = (
        ["risk", "findings", "meaning"] if before is None else ["risk", "findings", "before", "change", "meaning"]
    )
    rows = []
    for level, meaning in _RISKS.items():
        trend = [] if before is None else [str(before.get(level, 0)), f"{levels[level] - before.get(level, 0):+d}"]
        rows.append([level, str(levels[level]), *trend, meaning])
    parts = [
        f"# {title}\n",
        f"{plural(files, 'test file')}, {plural(len(hazards), 'finding')}.\n",
        write_markdown_table(heading, rows),
    ]
    by_rule = Counter((hazard.rule, str(hazard.level)) for hazard in hazards)
    if by_rule:
        ranked = sorted(by_rule, key=lambda key: (list(_RISKS).index(key[1]), key[0]))
        rows = [[rule, as_text(names.get(rule, "")), level, str(by_rule[rule, level])] for rule, level in ranked]
        parts += ["## By rule\n", write_markdown_table(["rule", "name", "risk", "findings"], rows)]
        counts = Counter(hazard.path for hazard in hazards)
        rows = [
            [as_code(path), str(count)]
            for path, count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
        ]
        parts += ["## By file\n", write_markdown_table(["file", "findings"], rows)]
    for level in _RISKS:
        found = [hazard for hazard in hazards if hazard.level == level]
        if found and level in listed:
            parts.append(f"## {level.capitalize()}\n")
            parts.append("".join(_item(hazard) for hazard in found))
    return "\n".join(parts)


def _item(hazard: Hazard) -> str:
    where = as_code(f"{hazard.path}:{hazard.span.line}")
    inside = f" in {as_code(hazard.symbol)}" if hazard.symbol else ""
    notes = [] if hazard.confidence == "high" else [f"{hazard.confidence} confidence"]
    if hazard.observed is not None:
        notes.append(f"{hazard.observed} in the run")
    told = f" ({', '.join(notes)})" if notes else ""
    steps = "".join(f"  - {as_code(f'{step.path}:{step.line}')} {as_code(step.text)}\n" for step in hazard.trace)
    return f"- {where}{inside}: {hazard.rule}{told}: {as_text(hazard.message)}\n{steps}"
