"""What is known of the bugs as plain values, schema ``bugcapture.report-ledger/1``: for JSON, and for the page."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any

from bugcapture import __version__
from bugcapture.core.text import printable
from bugcapture.report.json import finding_fields
from bugcapture.workflow.ledger_report import read_moment

if TYPE_CHECKING:
    from datetime import datetime

    from bugcapture.core.evidence import Evidence
    from bugcapture.core.history import BugHistory, Change, Rate
    from bugcapture.core.hook_timing import HookProfile, HookTiming
    from bugcapture.project.hazard_counts import HazardCounts
    from bugcapture.workflow.burndown import Burndown
    from bugcapture.workflow.ledger import Entry
    from bugcapture.workflow.ledger_report import BugReport, LedgerReport
    from bugcapture.workflow.proofs import KeptProof, KeptSide


def ledger_fields(report: LedgerReport) -> dict[str, Any]:
    """The report as plain values, without the schema."""
    return {
        "project": report.project,
        "created": _moment(report.created),
        "tool": {"name": "bugcapture", "version": __version__},
        "commit": report.commit or None,
        "dirty": report.dirty,
        "bugs": [_bug(bug, report) for bug in report.bugs],
        "burndown": _burndown(report.burndown),
        "hazards": [_hazards(counted) for counted in report.hazards],
        "hooks": _hooks(report.hooks),
        "missing": {name: {"why": one.why, "run": one.run or None} for name, one in report.missing.items()},
        "notes": list(report.notes),
        "unreadable": finding_fields(report.unreadable),
    }


def _bug(bug: BugReport, report: LedgerReport) -> dict[str, Any]:
    verdict = bug.verdict
    return {
        "id": bug.number,
        "url": report.issue_page.replace("{number}", str(bug.number)) or None,
        "title": bug.title,
        "state": bug.state.value,
        "since": _moment(bug.since),
        "age_days": _days(bug.since, report.created),
        "frameworks": bug.frameworks,
        "verdict": {"name": verdict[0].value, "at": _moment(verdict[1])} if verdict else None,
        "reproduced": _rate(bug.history.rate) if bug.history else None,
        "proof": bug.proof.proof.value if bug.proof else None,
        "tests": [_test(entry) for entry in bug.entries],
        "changes": [_change(change) for change in bug.history.changes] if bug.history else [],
        "history": _history(bug.history) if bug.history else None,
        "proofs": [_proof(proof, bug.number) for proof in bug.proofs],
    }


def _test(entry: Entry) -> dict[str, Any]:
    test = entry.capture
    return {
        "framework": test.framework,
        "location": test.shown,
        "name": test.name,
        "state": test.state.value,
        "ids": list(test.tags.ids),
        "declared": str(test.expectation) if test.expectation.declared else None,
        "switches": [f"{site.path}:{site.line}" for site in test.switches],
        "since": _moment(entry.since),
        "failure": _failure(entry.failure),
        "last": _last(entry.last),
    }


def _failure(record: Evidence | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "at": _moment(read_moment(record.ts)),
        "commit": record.commit or None,
        "exc_type": record.exc_type,
        "message": record.message,
        "step": record.step or None,
        "step_location": record.step_location or None,
    }


def _last(record: Evidence | None) -> dict[str, Any] | None:
    if record is None:
        return None
    moment = _moment(read_moment(record.ts))
    return {"verdict": record.verdict, "at": moment, "commit": record.commit or None, "reason": record.reason}


def _history(bug: BugHistory) -> dict[str, Any]:
    return {"runs": bug.runs, "first_seen": _moment(bug.first_seen), "last_seen": _moment(bug.last_seen)}


def _change(change: Change) -> dict[str, Any]:
    return {
        "at": _moment(change.at),
        "commit": change.commit or None,
        "location": change.location,
        "name": change.name,
        "before": change.before.value if change.before else None,
        "after": change.after.value,
    }


def _rate(rate: Rate) -> dict[str, Any]:
    interval = list(rate.interval) if rate.interval else None
    return {"count": rate.reproduced, "of": rate.runs, "interval": interval}


def _proof(proof: KeptProof, number: int) -> dict[str, Any]:
    return {
        "proof": proof.proof.value,
        "says": proof.says,
        "whole_branch": proof.bug is None,
        "created": _moment(read_moment(proof.created)),
        "base": {"commit": proof.base.commit, "subject": proof.base.subject},
        "head": {"commit": proof.head.commit, "subject": proof.head.subject},
        "tests": [
            {"id": test.id, "transition": test.transition, "base": _side(test.base), "head": _side(test.head)}
            for test in proof.tests
            if proof.bug is not None or number in test.bugs
        ],
        "digest": proof.digest,
        "intact": proof.intact,
        "path": proof.path,
    }


def _side(side: KeptSide) -> dict[str, str]:
    return {"outcome": side.outcome, "reason": side.reason, "exc_type": side.exc_type, "message": side.message}


def _burndown(burndown: Burndown | None) -> dict[str, Any] | None:
    if burndown is None:
        return None
    points = [
        {
            "at": _moment(point.at),
            "commit": point.commit or None,
            "captured": point.captured,
            "guarded": point.guarded,
        }
        for point in burndown.points
    ]
    return {"commits": burndown.commits, "shallow": burndown.shallow, "points": points}


def _hazards(counted: HazardCounts) -> dict[str, Any]:
    return {"at": _moment(counted.at), "commit": counted.commit or None, **counted.counts}


def _hooks(profile: HookProfile | None) -> dict[str, Any] | None:
    if profile is None:
        return None
    stages = [
        {
            "stage": stage,
            "total": profile.total(stage),
            "hooks": [_hook(hook) for hook in sorted(profile.at_stage(stage), key=lambda hook: -hook.median)],
        }
        for stage in profile.stages
    ]
    return {
        "tool": profile.tool,
        "tool_version": profile.tool_version,
        "recorded_at": _moment(profile.recorded_at),
        "commit": profile.commit or None,
        "files": profile.files,
        "stages": stages,
    }


def _hook(hook: HookTiming) -> dict[str, Any]:
    return {
        "label": printable(hook.label),
        "name": hook.name,
        "median": hook.median,
        "spread": list(hook.spread),
        "runs": len(hook.seconds),
        "exit_code": hook.exit_code,
        "timed_out": hook.timed_out,
        "parallel_safe": hook.parallel_safe,
    }


def _moment(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else None


def _days(since: datetime | None, now: datetime) -> int | None:
    return max(0, (now - since).days) if since else None
