"""What the page is made of, for tests: as `bugcapture report ledger --format json` tells it."""

from __future__ import annotations

import copy
from typing import Any

# What would run, turn round, or end something if it were not escaped.
HOSTILE = (
    "</script><script>window.pwned = 1</script>",
    "<img src=x onerror='window.pwned = 1'>",
    "\"><svg onload='window.pwned = 1'>",
    "</style></title></pre><iframe srcdoc='<script>parent.pwned = 1</script>'>",
    "{{ 7 * 7 }} {% include 'x' %}",
    "\u202egnp.exe\u202c \x1b[31mred\x07 \u200b \udc80",
)

_BUG: dict[str, Any] = {
    "id": 1, "url": None, "title": "A test", "state": "captured", "since": "2026-11-01T09:00:00+00:00",
    "age_days": 29, "frameworks": {"behave": 1}, "verdict": None, "reproduced": None, "proof": None, "tests": [],
    "changes": [], "history": None, "proofs": [],
}  # fmt: skip
_TEST: dict[str, Any] = {
    "framework": "behave", "location": "features/a.feature:3", "name": "A test", "state": "captured", "ids": [1],
    "declared": None, "switches": [], "since": None, "failure": None, "last": None,
}  # fmt: skip
_PAGE: dict[str, Any] = {
    "project": "shop", "created": "2026-11-30T09:00:00+00:00", "tool": {"name": "bugcapture", "version": "1.0"},
    "commit": "c" * 40, "dirty": False, "bugs": [], "burndown": None, "hazards": [], "hooks": None, "missing": {},
    "notes": [], "unreadable": [],
}  # fmt: skip


def page(*bugs: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """All of the page."""
    return copy.deepcopy({**_PAGE, "bugs": list(bugs), **changes})


def bug(number: int, **changes: Any) -> dict[str, Any]:
    """One bug; without tests of its own it gets one."""
    return {**_BUG, "id": number, "tests": [test(ids=[number])], **changes}


def test(**changes: Any) -> dict[str, Any]:
    """One test of a bug."""
    return {**_TEST, **changes}


test.__test__ = False  # type: ignore[attr-defined]


def failure(**changes: Any) -> dict[str, Any]:
    """The first failure of a test."""
    return {
        "at": "2026-11-02T09:00:00+00:00", "commit": "d" * 40, "exc_type": "AssertionError",
        "message": "1 item, expected 2", "step": None, "step_location": None, **changes,
    }  # fmt: skip


def last(verdict: str, **changes: Any) -> dict[str, Any]:
    """The last record of a test."""
    return {"verdict": verdict, "at": "2026-11-29T09:00:00+00:00", "commit": None, "reason": "", **changes}


def verdict(name: str) -> dict[str, Any]:
    """The last verdict of a bug."""
    return {"name": name, "at": "2026-11-29T09:00:00+00:00"}


def rate(count: int, of: int) -> dict[str, Any]:
    """How often a bug was reproduced."""
    return {"count": count, "of": of, "interval": [0.5, 1.0]}


def proof(**changes: Any) -> dict[str, Any]:
    """A proof that was kept."""
    side = {"outcome": "pass", "reason": "", "exc_type": "", "message": ""}
    base = {"outcome": "fail", "reason": "", "exc_type": "AssertionError", "message": "1 item, expected 2"}
    return {
        "proof": "PROVEN", "says": "red without the change, green with it", "whole_branch": False,
        "created": "2026-11-20T09:00:00+00:00", "base": {"commit": "a" * 40, "subject": "before"},
        "head": {"commit": "b" * 40, "subject": "fix"}, "digest": "sha256:" + "0" * 64, "intact": True,
        "path": ".bugcapture/proofs/1.json",
        "tests": [{"id": "features/a.feature:3", "transition": "FAIL_TO_PASS", "base": base, "head": side}],
        **changes,
    }  # fmt: skip


def change(before: str | None, after: str, day: int = 3) -> dict[str, Any]:
    """A verdict change."""
    at = f"2026-11-{day:02}T09:00:00+00:00"
    return {"at": at, "commit": "e" * 40, "location": "features/a.feature:3", "name": "A test",
            "before": before, "after": after}  # fmt: skip


BURNDOWN = {
    "commits": 3,
    "shallow": False,
    "points": [
        {"at": "2026-09-01T09:00:00+00:00", "commit": "1" * 40, "captured": 1, "guarded": 0},
        {"at": "2026-10-01T09:00:00+00:00", "commit": "2" * 40, "captured": 3, "guarded": 0},
        {"at": "2026-10-10T09:00:00+00:00", "commit": "3" * 40, "captured": 3, "guarded": 0},
        {"at": "2026-11-30T09:00:00+00:00", "commit": None, "captured": 1, "guarded": 2},
    ],
}
HAZARDS = [
    {
        "at": "2026-10-01T09:00:00+00:00",
        "commit": None,
        "critical": 2,
        "high": 4,
        "medium": 8,
        "low": 0,
        "info": 1,
    },
    {
        "at": "2026-11-01T09:00:00+00:00",
        "commit": "4" * 40,
        "critical": 0,
        "high": 3,
        "medium": 5,
        "low": 0,
        "info": 1,
    },
]
HOOKS = {
    "tool": "prek", "tool_version": "0.3", "recorded_at": "2026-11-01T09:00:00+00:00", "commit": None,
    "files": "all files",
    "stages": [{"stage": "pre-push", "total": 5.0, "hooks": [
        {"label": "mypy", "name": "mypy", "median": 4.5, "spread": [4.0, 5.0], "runs": 3, "exit_code": 0,
         "timed_out": False, "parallel_safe": True},
        {"label": "ruff", "name": "ruff", "median": 0.05, "spread": [0.04, 0.06], "runs": 3, "exit_code": 1,
         "timed_out": False, "parallel_safe": True},
        {"label": "late", "name": "late", "median": 0.45, "spread": [0.4, 0.5], "runs": 1, "exit_code": -9,
         "timed_out": True, "parallel_safe": True},
        {"label": "docs", "name": "docs", "median": 0.0, "spread": [0.0, 0.0], "runs": 0, "exit_code": 0,
         "timed_out": False, "parallel_safe": True},
    ]}],
}  # fmt: skip


def full_page() -> dict[str, Any]:
    """A page with something in each of its parts."""
    bugs = [
        bug(9, title="Ten items are nine", age_days=120, verdict=verdict("expected_failure"),
            reproduced=rate(19, 20), url="https://git.example.org/shop/issues/9",
            tests=[test(declared="AssertionError: 9", failure=failure(), switches=["features/a.feature:2"],
                        last=last("expected_failure", reason="as declared", commit="d" * 40))],
            changes=[change(None, "expected_failure"), change("expected_failure", "unexpected_pass", 4)]),
        bug(10, title="A refund goes astray", state="guarded", age_days=9, frameworks={"behave": 1, "pytest": 2},
            verdict=verdict("passed"), reproduced=rate(3, 10), proof="PROVEN", proofs=[proof()],
            tests=[test(failure=failure(), state="guarded"),
                   test(name="test_refund", framework="pytest", state="guarded", location="tests/test_a.py:7",
                        failure=failure()),
                   test(name="test_other", framework="pytest", state="guarded", location="tests/test_a.py:9",
                        failure=failure(message="the engine is not there", step="When it starts"))],
            changes=[change(None, "passed")] * 14),
        bug(100, title="Nobody knows", since=None, age_days=None, frameworks={"robot": 1},
            tests=[test(framework="robot", location="robot/a.robot:3")]),
        bug(991, title="Two engines", age_days=40, verdict=verdict("wrong_failure"), reproduced=rate(3, 10),
            tests=[test(failure=failure(message="2 engines\n" * 60))], proof="INCOMPLETE",
            proofs=[proof(proof="INCOMPLETE", whole_branch=True), proof(intact=False)]),
    ]  # fmt: skip
    return page(
        *bugs, burndown=BURNDOWN, hazards=HAZARDS, hooks=HOOKS, notes=["The clone is shallow."],
        unreadable=[{"path": "a.feature", "line": 3, "rule": "P1", "severity": "error", "message": "no feature"}],
    )  # fmt: skip


def hostile_page() -> dict[str, Any]:
    """A page whose texts want to be more than text."""
    bugs = [
        bug(
            number, title=text, url="javascript:window.pwned=1",
            tests=[test(name=text, location=text, declared=text, switches=[text],
                        failure=failure(exc_type=text, message=f"{text}\n{text}", step=text, commit=text, at=text),
                        last=last("passed", reason=text, commit=text))],
            changes=[{**change(None, "passed"), "commit": text, "location": text}],
            proofs=[proof(says=text, created=text, base={"commit": text, "subject": text}, digest=text,
                          tests=[{**proof()["tests"][0], "id": text, "transition": text}])],
        )
        for number, text in enumerate(HOSTILE, start=1)
    ]  # fmt: skip
    text = "".join(HOSTILE)
    hooks = copy.deepcopy(HOOKS)
    hooks["stages"][0]["hooks"][0]["label"] = hooks["stages"][0]["stage"] = hooks["files"] = text  # type: ignore[index]
    missing = {
        name: {"why": text, "run": text} for name in ("evidence", "history", "proofs", "burndown", "hazards")
    }
    return page(
        *bugs, project=text, commit=text, hooks=hooks, notes=[text], missing=missing,
        unreadable=[{"path": text, "line": 0, "rule": "P1", "severity": "error", "message": text}],
    )  # fmt: skip
