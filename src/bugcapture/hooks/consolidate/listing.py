"""A plugin of pytest that writes down what a session would run. It needs nothing but pytest.

A copy of this file is put where the user's pytest can import it; what it finds out goes beside that copy.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

_SHOWN = 2000

tests: list[tuple[str, list[str]]] = []
errors: list[tuple[str, str]] = []
outcomes: dict[str, str] = {}


def pytest_collection_finish(session: Any) -> None:
    """Note each test with the names of its marks."""
    tests.extend((item.nodeid, sorted(mark.name for mark in item.iter_markers())) for item in session.items)


def pytest_collectreport(report: Any) -> None:
    """Note what cannot be collected."""
    if report.failed:
        errors.append((report.nodeid, str(report.longrepr)[-_SHOWN:]))


def pytest_runtest_logreport(report: Any) -> None:
    """Note how a test ended: the worst of its parts counts."""
    known = outcomes.get(report.nodeid)
    if report.failed or known is None or (report.skipped and known == "passed"):
        outcomes[report.nodeid] = report.outcome


def pytest_sessionfinish(session: Any, exitstatus: int) -> None:
    """Write it down, for each process; a worker of pytest-xdist leaves that to the one that has started it."""
    config = session.config
    if hasattr(config, "workerinput"):
        return
    found = {
        "tests": tests,
        "errors": errors,
        "outcomes": outcomes,
        "exit_code": int(exitstatus),
        "stops_after": getattr(config.option, "maxfail", 0),
        "needs_coverage": bool(getattr(config.option, "cov_fail_under", None)),
        "settings": str(config.inipath or ""),
        "root": str(config.rootpath),
    }
    Path(__file__).with_suffix(f".{os.getpid()}.json").write_text(json.dumps(found), "utf-8")
