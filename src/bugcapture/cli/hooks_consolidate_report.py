"""What ``bugcapture hooks consolidate`` has found, as text, JSON and Markdown."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bugcapture.cli.diff import render_diff
from bugcapture.cli.options import style
from bugcapture.core.text import plural, printable, shorten
from bugcapture.report.json import write_json
from bugcapture.report.markdown import as_code, as_text
from bugcapture.report.markdown_table import write_markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.consolidate.equivalence import Comparison
    from bugcapture.hooks.consolidate.estimate import Estimate, Prediction
    from bugcapture.hooks.consolidate.proposal import Group
    from bugcapture.workflow.consolidate_hooks import ConsolidationPlan

_SHOWN: Final = 20
_WIDTH: Final = 200
_FENCE: Final = re.compile(r"`{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Consolidation:
    """All that is to be told.

    Attributes:
        plan: What is proposed, and the change.
        comparisons: The merged sessions beside those of their members.
        prediction: What it would save; None where nobody has measured.
        could_spread: Whether merged sessions could be spread over processors and are not.
        is_verified: Whether the tests were listed.
        is_written: Whether the change was written.
    """

    plan: ConsolidationPlan
    comparisons: tuple[Comparison, ...]
    prediction: Prediction | None
    could_spread: bool
    is_verified: bool
    is_written: bool

    @property
    def tests(self) -> int:
        """How many tests the merged sessions run."""
        return sum(one.tests for one in self.comparisons)


def render_change(result: Consolidation) -> str:
    """Only the change, as a unified diff."""
    change = result.plan.change
    return render_diff([change.diff]) if change is not None else ""


def render_text(result: Consolidation) -> str:
    """The proposal, and the change where it is not written."""
    proposal = result.plan.proposal
    lines = [_headline(result)]
    for group in proposal.groups:
        lines += ["", *_group_lines(result, group)]
    if proposal.reasons:
        lines += ["", "These run pytest too, and stay as they are:"]
        lines += [f"  {_title(index, result)}: {_safe(why)}" for index, why in proposal.reasons.items()]
    if hints := list(_hints(result)):
        lines += ["", *hints]
    text = "".join(f"{line}\n" for line in lines)
    change = "" if result.is_written else render_change(result)
    return f"{text}\n{change}" if change else text


def render_markdown(result: Consolidation) -> str:
    """The proposal as a document."""
    proposal, change = result.plan.proposal, result.plan.change
    parts = [f"## Hooks of {as_text(proposal.stage)}\n", f"{as_text(_headline(result))}\n"]
    if proposal.groups:
        rows = [
            [as_code(group.id), str(len(group.members)), as_text(_seconds(_estimate(result, group)) or "?"),
             ", ".join(as_code(hook.id) for hook in group.members)]
            for group in proposal.groups
        ]  # fmt: skip
        parts.append(write_markdown_table(["hook", "instead of", "seconds", "hooks"], rows))
    told = [line for group in proposal.groups for line in (*group.notes, *_proof(result, group))]
    told += [f"{_title(index, result)} stays: {why}" for index, why in proposal.reasons.items()]
    told += list(_hints(result))
    parts.append("".join(f"- {as_text(line)}\n" for line in dict.fromkeys(told)))
    if change is not None:
        longest = max((len(found) for found in _FENCE.findall(change.diff)), default=2)
        fence = "`" * (longest + 1)
        shown = "".join(f"{printable(line)}\n" for line in change.diff.splitlines())
        parts.append(f"{fence}diff\n{shown}{fence}\n")
    return "\n".join(part for part in parts if part)


def render_json(result: Consolidation) -> str:
    """The proposal as one document."""
    proposal, change = result.plan.proposal, result.plan.change
    compared = {one.group.id: one for one in result.comparisons}
    fields = {
        "stage": proposal.stage,
        "hooks_before": len(proposal.hooks),
        "hooks_after": proposal.remaining,
        "written": result.is_written,
        "verified": result.is_verified and all(one.is_equal for one in result.comparisons),
        "seconds": _estimate_fields(result.prediction.whole if result.prediction else None),
        "assumption": result.prediction.assumption if result.prediction else None,
        "unmeasured": list(result.prediction.unmeasured) if result.prediction else [],
        "groups": [_group_fields(result, group, compared.get(group.id)) for group in proposal.groups],
        "unchanged": [
            {"id": hook.id, "line": hook.configured.line, "reason": proposal.reasons.get(hook.index)}
            for hook in proposal.hooks
            if not any(hook in group.members for group in proposal.groups)
        ],
        "diff": change.diff if change is not None else "",
    }
    return write_json("hooks-consolidate", fields)


def _group_fields(result: Consolidation, group: Group, compared: Comparison | None) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "hook": dict(group.values),
        "members": [{"id": hook.id, "line": hook.configured.line} for hook in group.members],
        "notes": list(group.notes),
        "seconds": _estimate_fields(_estimate(result, group)),
        "ci": _full_run(group) or None,
        "tests": None
        if compared is None
        else {
            "count": compared.tests,
            "missing": list(compared.missing),
            "additional": list(compared.additional),
            "problems": list(compared.problems),
        },
    }


def _estimate_fields(estimate: Estimate | None) -> dict[str, float] | None:
    return None if estimate is None else {"before": round(estimate.before, 3), "after": round(estimate.after, 3)}


def _headline(result: Consolidation) -> str:
    proposal = result.plan.proposal
    count = plural(len(proposal.hooks), "hook")
    if not proposal.groups:
        return f"{proposal.stage}: {count}, nothing to merge"
    seconds = _seconds(result.prediction.whole if result.prediction else None)
    return f"{proposal.stage}: {count} become {proposal.remaining}" + (f", {seconds} predicted" if seconds else "")


def _group_lines(result: Consolidation, group: Group) -> Iterator[str]:
    seconds = _seconds(_estimate(result, group))
    what = "the same command" if group.kind == "duplicate" else "pytest"
    told = f" ({seconds})" if seconds else ""
    yield f"{style(_safe(group.id), bold=True)}: {what}, instead of {len(group.members)} hooks{told}"
    yield from (f"  {_title(hook.index, result)}" for hook in group.members)
    yield from (f"  {note}" for note in group.notes)
    yield from (
        f"  {style(line, fg='green' if line.startswith('Proved') else 'red')}" for line in _proof(result, group)
    )
    if full := _full_run(group):
        yield f"  CI keeps the full run: {_safe(full, limit=100_000)}"


def _proof(result: Consolidation, group: Group) -> Iterator[str]:
    one = next((one for one in result.comparisons if one.group is group), None)
    if one is None:
        return
    if one.is_equal:
        ends = ", and each ends as before" if one.after.outcomes else ""
        yield f"Proved: the same {plural(one.tests, 'test')}, before and after{ends}."
    yield from (f"Not the same: {problem}" for problem in one.problems)
    for what, names in (("missing", one.missing), ("additional", one.additional)):
        if names and not one.problems:
            more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
            yield f"Not the same: {what}: {', '.join(map(_safe, names[:_SHOWN]))}{more}"


def _hints(result: Consolidation) -> Iterator[str]:
    proposal = result.plan.proposal
    if result.prediction is not None and result.prediction.serial:
        named = ", ".join(map(_safe, result.prediction.serial))
        yield f"They write nothing: where a file does not need another, `require_serial: true` may go: {named}."
    if not proposal.groups:
        return
    gone = [hook.id for group in proposal.groups for hook in group.members if hook.id != group.id]
    if gone:
        yield "Who names the old hooks has to name the new ones: SKIP, `pre-commit run <id>`, settings of CI."
    if result.prediction is None:
        yield "What it saves is predicted where `bugcapture hooks profile --save` was run before."
    else:
        yield f"The prediction is for a push that runs every hook; {result.prediction.assumption}."
        if result.prediction.unmeasured:
            yield f"{plural(len(result.prediction.unmeasured), 'hook')} without a timing count for nothing."
    if result.could_spread and any(group.call is not None for group in proposal.groups):
        yield "The project has pytest-xdist: --xdist spreads merged sessions over all processors."
    if not result.is_verified:
        yield "Nothing is proved yet: --verify lists the tests before and after, and --write does as well."


def _full_run(group: Group) -> str:
    """The command of a merged session without what leaves tests out; empty where nothing does."""
    call = group.call
    return shlex.join([*call.options, *call.targets]) if call is not None and "--testmon" in group.local else ""


def _estimate(result: Consolidation, group: Group) -> Estimate | None:
    return result.prediction.groups.get(group.id) if result.prediction else None


def _seconds(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    return f"{estimate.before:.1f} s -> {estimate.after:.1f} s, {estimate.ratio:.0%}"


def _title(index: int, result: Consolidation) -> str:
    hook = next(one for one in result.plan.proposal.hooks if one.index == index)
    return f"{_safe(hook.id)} (line {hook.configured.line})"


def _safe(text: str, limit: int = _WIDTH) -> str:
    return shorten(printable(text), limit)
