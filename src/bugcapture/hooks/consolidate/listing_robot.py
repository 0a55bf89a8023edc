"""A listener of Robot Framework that writes down what a run would run. It needs nothing but Robot.

A copy of this file is put where the user's Robot Framework can import it; what it finds out goes beside that copy.
Tests are told by where they stand: their long names begin with a suite that is named for all targets.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from robot.run import RobotFramework

ROBOT_LISTENER_API_VERSION = 3

tests: list[tuple[str, list[str]]] = []
ended: list[tuple[str, Any]] = []


def end_test(data: Any, result: Any) -> None:
    """Note a test with its tags; how it has ended is known when its suites are torn down."""
    source = Path(os.path.relpath(data.source)).as_posix() if data.source else ""
    name = f"{source}:{data.lineno} {data.name}"
    tests.append((name, sorted(map(str, result.tags))))
    ended.append((name, result))


def close() -> None:
    """Write it down; of a test that ran several times the worst end counts."""
    outcomes: dict[str, str] = {}
    for name, result in ended:
        if outcomes.get(name) != "FAIL":
            outcomes[name] = str(result.status)
    # Those of the variable ROBOT_OPTIONS: those of the command are known.
    default, _ = RobotFramework().parse_arguments(["."])
    found = {
        "tests": tests,
        "errors": [],
        "outcomes": outcomes,
        "exit_code": int("FAIL" in outcomes.values()),
        "stops_after": int(bool(default.get("exitonfailure") or default.get("exitonerror"))),
        "needs_coverage": False,
        "settings": "",
        "root": "",
    }
    Path(__file__).with_suffix(f".{os.getpid()}.json").write_text(json.dumps(found), "utf-8")
