"""What ``bugcapture hooks consolidate`` has found, as text, JSON and Markdown."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from bugcapture.cli.diff import render_diff
from bugcapture.cli.options import style
from bugcapture.core.text import plural, printable, shorten
from bugcapture.hooks.consolidate.proposal import SerialChange
from bugcapture.report.json import write_json
from bugcapture.report.markdown import as_code, as_text
from bugcapture.report.markdown_table import write_markdown_table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.hooks.consolidate.equivalence import Comparison
    from bugcapture.hooks.consolidate.estimate import Estimate, Prediction
    from bugcapture.hooks.consolidate.proposal import Group, Proposal, Sharing
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
        is_verified: Whether the tests were listed, where there are any to be listed.
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
    return render_diff([result.plan.diff])


def render_text(result: Consolidation) -> str:
    """The proposal, and the change where it is not written."""
    proposal = result.plan.proposal
    lines = [_headline(result)]
    for group in proposal.groups:
        lines += ["", *_group_lines(result, group)]
    for one in proposal.serial.changes:
        lines += ["", *_serial_lines(result, one)]
    for heading, reasons in (
        ("These run tests too, and are merged with none:", proposal.reasons),
        ("`require_serial` of these stays:", proposal.serial.reasons),
    ):
        if reasons:
            lines += ["", heading]
            lines += [f"  {_title(index, result)}: {_safe(why)}" for index, why in reasons.items()]
    if proposal.sharing:
        lines += ["", "These start the same program, and stay:"]
        lines += [f"  {_sharing_line(one)}" for one in proposal.sharing]
    if hints := list(_hints(result)):
        lines += ["", *hints]
    text = "".join(f"{line}\n" for line in lines)
    change = "" if result.is_written else render_change(result)
    return f"{text}\n{change}" if change else text


def render_markdown(result: Consolidation) -> str:
    """The proposal as a document."""
    proposal, diff = result.plan.proposal, result.plan.diff
    parts = [f"## Hooks of {as_text(proposal.stage)}\n", f"{as_text(_headline(result))}\n"]
    if proposal.groups:
        rows = [
            [as_code(group.id), str(len(group.members)), as_text(_seconds(_estimate(result, group)) or "?"),
             ", ".join(as_code(hook.id) for hook in group.members)]
            for group in proposal.groups
        ]  # fmt: skip
        parts.append(write_markdown_table(["hook", "instead of", "seconds", "hooks"], rows))
    told = [line for group in proposal.groups for line in (*group.notes, *_proof(result, group))]
    for other in proposal.serial.changes:
        told += [f"{_serial_title(result, other)}: {other.reason}", *_proof(result, other)]
    told += [f"{_title(index, result)} is merged with none: {why}" for index, why in proposal.reasons.items()]
    for index, why in proposal.serial.reasons.items():
        told.append(f"{_title(index, result)} keeps its `require_serial`: {why}")
    told += [_sharing_line(one) for one in proposal.sharing]
    told += list(_hints(result))
    parts.append("".join(f"- {as_text(line)}\n" for line in dict.fromkeys(told)))
    if diff:
        longest = max((len(found) for found in _FENCE.findall(diff)), default=2)
        fence = "`" * (longest + 1)
        shown = "".join(f"{printable(line)}\n" for line in diff.splitlines())
        parts.append(f"{fence}diff\n{shown}{fence}\n")
    return "\n".join(part for part in parts if part)


def render_json(result: Consolidation) -> str:
    """The proposal as one document."""
    proposal = result.plan.proposal
    changed = {one.hook.index for one in proposal.serial.changes}
    fields = {
        "stage": proposal.stage,
        "hooks_before": len(proposal.hooks),
        "hooks_after": proposal.remaining,
        "written": result.is_written,
        "verified": bool(result.comparisons) and all(one.is_equal for one in result.comparisons),
        "seconds": _estimate_fields(result.prediction.whole if result.prediction else None),
        "assumption": result.prediction.assumption if result.prediction else None,
        "unmeasured": list(result.prediction.unmeasured) if result.prediction else [],
        "groups": [_group_fields(result, group) for group in proposal.groups],
        "serial": [_serial_fields(result, one) for one in proposal.serial.changes],
        "unchanged": [
            {
                "id": hook.id,
                "line": hook.configured.line,
                "reason": proposal.reasons.get(hook.index),
                "serial_reason": proposal.serial.reasons.get(hook.index),
            }
            for hook in proposal.hooks
            if hook.index not in changed and not any(hook in group.members for group in proposal.groups)
        ],
        "sharing": [
            {
                "program": one.program,
                "hooks": [{"id": hook.id, "line": hook.configured.line} for hook in one.hooks],
                "reason": one.reason,
            }
            for one in proposal.sharing
        ],
        "diff": result.plan.diff,
    }
    return write_json("hooks-consolidate", fields)


def count_hooks(proposal: Proposal) -> str:
    """How many hooks there are, and what becomes of them.

    Args:
        proposal: The proposal; it is not empty.
    """
    count = plural(len(proposal.hooks), "hook")
    told = f"{count} become {proposal.remaining}" if proposal.groups else count
    changed = len(proposal.serial.changes)
    return f"{told}, `require_serial` changes in {changed}" if changed else told


def _group_fields(result: Consolidation, group: Group) -> dict[str, Any]:
    return {
        "kind": group.kind,
        "hook": dict(group.values),
        "members": [{"id": hook.id, "line": hook.configured.line} for hook in group.members],
        "notes": list(group.notes),
        "seconds": _estimate_fields(_estimate(result, group)),
        "ci": _full_run(group) or None,
        "tests": _test_fields(result, group),
    }


def _serial_fields(result: Consolidation, change: SerialChange) -> dict[str, Any]:
    return {
        "id": change.id,
        "line": change.hook.configured.line,
        "require_serial": change.value,
        "reason": change.reason,
        "seconds": _estimate_fields(_estimate(result, change)),
        "tests": _test_fields(result, change),
    }


def _test_fields(result: Consolidation, proposed: Group | SerialChange) -> dict[str, Any] | None:
    compared = _compared(result, proposed)
    if compared is None:
        return None
    return {
        "count": compared.tests,
        "missing": list(compared.missing),
        "additional": list(compared.additional),
        "problems": list(compared.problems),
    }


def _estimate_fields(estimate: Estimate | None) -> dict[str, float] | None:
    return None if estimate is None else {"before": round(estimate.before, 3), "after": round(estimate.after, 3)}


def _headline(result: Consolidation) -> str:
    proposal = result.plan.proposal
    if proposal.is_empty:
        return f"{proposal.stage}: {plural(len(proposal.hooks), 'hook')}, nothing to merge"
    seconds = _seconds(result.prediction.whole if result.prediction else None)
    return f"{proposal.stage}: {count_hooks(proposal)}" + (f", {seconds} predicted" if seconds else "")


def _group_lines(result: Consolidation, group: Group) -> Iterator[str]:
    seconds = _seconds(_estimate(result, group))
    what = group.runner.title if group.runner else "the same command"
    told = f" ({seconds})" if seconds else ""
    yield f"{style(_safe(group.id), bold=True)}: {what}, instead of {len(group.members)} hooks{told}"
    yield from (f"  {_title(hook.index, result)}" for hook in group.members)
    yield from (f"  {note}" for note in group.notes)
    yield from _proof_lines(result, group)
    if full := _full_run(group):
        yield f"  CI keeps the full run: {_safe(full, limit=100_000)}"


def _sharing_line(sharing: Sharing) -> str:
    named = ", ".join(hook.id for hook in sharing.hooks)
    return f"{_safe(sharing.program)}, {len(sharing.hooks)} hooks: {_safe(sharing.reason)} ({_safe(named)})"


def _serial_lines(result: Consolidation, change: SerialChange) -> Iterator[str]:
    yield style(_serial_title(result, change), bold=True)
    yield f"  {_safe(change.reason)}"
    yield from _proof_lines(result, change)


def _serial_title(result: Consolidation, change: SerialChange) -> str:
    what = "one process for all files" if change.value else "several processes share the files"
    seconds = _seconds(_estimate(result, change))
    told = f" ({seconds}{' at most' if change.value else ''})" if seconds else ""
    return f"{_title(change.hook.index, result)}: {what}{told}"


def _proof_lines(result: Consolidation, proposed: Group | SerialChange) -> Iterator[str]:
    for line in _proof(result, proposed):
        yield f"  {style(line, fg='green' if line.startswith('Proved') else 'red')}"


def _compared(result: Consolidation, proposed: Group | SerialChange) -> Comparison | None:
    return next((one for one in result.comparisons if one.proposed is proposed), None)


def _proof(result: Consolidation, proposed: Group | SerialChange) -> Iterator[str]:
    one = _compared(result, proposed)
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
    if proposal.serial.unknown:
        named = ", ".join(_safe(hook.id) for hook in proposal.serial.unknown)
        yield f"They write nothing: where a file does not need another, `require_serial: true` may go: {named}."
    if proposal.is_empty:
        return
    gone = [hook.id for group in proposal.groups for hook in group.members if hook.id != group.id]
    if gone:
        yield "Who names the old hooks has to name the new ones: SKIP, `pre-commit run <id>`, settings of CI."
    if result.prediction is None:
        yield "What it saves is predicted where `bugcapture hooks profile --save` was run before."
    else:
        told = f"; {result.prediction.assumption}" if result.prediction.groups else ""
        yield f"The prediction is for a push that runs every hook{told}."
        if result.prediction.serial:
            count = plural(result.prediction.processors, "processor")
            yield f"Processes that share files are taken to share the time as well, on {count}."
        if result.prediction.unmeasured:
            yield f"{plural(len(result.prediction.unmeasured), 'hook')} without a timing count for nothing."
    if result.could_spread and any(group.kind == "pytest" for group in proposal.groups):
        yield "The project has pytest-xdist: --xdist spreads merged sessions of pytest over all processors."
    proposed: list[Group | SerialChange] = [*proposal.groups, *proposal.serial.changes]
    if not any(one.is_listed for one in proposed):
        yield "These run no tests that could be listed, so that there is nothing to prove."
    elif not result.is_verified:
        yield "Nothing is proved yet: --verify lists the tests before and after, and --write does as well."


def _full_run(group: Group) -> str:
    """The command of a merged session without what leaves tests out; empty where nothing does."""
    call = group.call
    return shlex.join([*call.options, *call.targets]) if call is not None and "--testmon" in group.local else ""


def _estimate(result: Consolidation, proposed: Group | SerialChange) -> Estimate | None:
    if result.prediction is None:
        return None
    if isinstance(proposed, SerialChange):
        return result.prediction.serial.get(proposed.hook.index)
    return result.prediction.groups.get(proposed.id)


def _seconds(estimate: Estimate | None) -> str:
    if estimate is None:
        return ""
    return f"{estimate.before:.1f} s -> {estimate.after:.1f} s, {estimate.ratio:.0%}"


def _title(index: int, result: Consolidation) -> str:
    hook = next(one for one in result.plan.proposal.hooks if one.index == index)
    return f"{_safe(hook.id)} (line {hook.configured.line})"


def _safe(text: str, limit: int = _WIDTH) -> str:
    return shorten(printable(text), limit)
