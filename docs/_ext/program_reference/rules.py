"""The rules of ``scan`` and of ``hooks check``, as their own modules explain them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.hooks.rule import all_rules as all_hook_rules
from bugcapture.scan.rule import all_rules as all_scan_rules
from program_reference.markdown import HEADER, escape, fence, table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.core.rules import Explained
    from bugcapture.hooks.rule import HookRule
    from bugcapture.scan.rule import Rule

_FIX = {
    "": "Nothing repairs it by itself.",
    "safe": "Repaired by `bugcapture scan --fix`.",
    "unsafe": "Repaired by `bugcapture scan --fix --unsafe-fixes`.",
}


def scan_rule_pages(rules: Sequence[Rule] | None = None) -> dict[str, str]:
    """A page for each rule of ``scan``, and one that lists them.

    Args:
        rules: The rules; None for all.
    """
    rules = all_scan_rules() if rules is None else rules
    rows = [
        (
            f"[{rule.code}]({rule.code}.md)",
            f"`{rule.name}`",
            rule.level.value if rule.enabled else f"{rule.level.value}, off",
            rule.fixable or "none",
            escape(rule.title),
        )
        for rule in rules
    ]
    listed = table(("rule", "name", "risk at worst", "fix", "finds"), rows)
    told = (
        "What [`bugcapture scan`](../../scan.md) asks of a test suite. The same texts are shown by\n"
        "`bugcapture scan --explain CODE`. Rules that are *off* are asked where they are selected.\n"
    )
    pages = {"scan-rules/index.md": _index("Rules of scan", told, listed, [rule.code for rule in rules])}
    for rule in rules:
        asked = "" if rule.enabled else f" Off unless it is selected: `--select {rule.code}`."
        facts = f"`{rule.name}` · risk at worst: **{rule.level.value}** · {_FIX[rule.fixable]}{asked}"
        pages[f"scan-rules/{rule.code}.md"] = _explain(rule.code, rule, facts)
    return pages


def hook_rule_pages(rules: Sequence[HookRule] | None = None) -> dict[str, str]:
    """A page for each rule of ``hooks check``, and one that lists them.

    Args:
        rules: The rules; None for all.
    """
    rules = all_hook_rules() if rules is None else rules
    listed = table(("rule", "finds"), [(f"[{rule.code}]({rule.code}.md)", escape(rule.title)) for rule in rules])
    told = (
        "What [`bugcapture hooks check`](../../hooks.md) asks of the hook that git runs before a push. How bad a\n"
        "finding is depends on what else is there; the finding says it.\n"
    )
    pages = {"hook-rules/index.md": _index("Rules of hooks", told, listed, [rule.code for rule in rules])}
    return pages | {f"hook-rules/{rule.code}.md": _explain(rule.code, rule, "") for rule in rules}


def _index(title: str, told: str, listed: str, codes: list[str]) -> str:
    return f"{HEADER}# {title}\n\n{told}\n{listed}\n" + fence("{toctree}", ":hidden:\n\n" + "\n".join(codes))


def _explain(code: str, rule: Explained, facts: str) -> str:
    body = rule.explanation.partition("\n")[2].lstrip("\n")
    return f"{HEADER}# {code}: {escape(rule.title)}\n\n" + (f"{facts}\n\n" if facts else "") + body
