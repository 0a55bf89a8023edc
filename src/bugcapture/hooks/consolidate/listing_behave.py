"""A formatter of Behave that writes down what a run would run. It needs nothing but Behave.

A copy of this file is put where the user's Behave can import it; what it finds out goes beside that copy.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from behave.formatter.base import Formatter
from behave.runner import ModelRunner

_original = ModelRunner.run_model


class Lister(Formatter):  # type: ignore[misc]  # Behave has no types
    """Prints nothing: it is the way in."""

    name = "lister"
    description = "Writes down what would run."


def _run_model(runner: Any, *arguments: Any, **more: Any) -> Any:
    """Note each scenario before any hook has seen it, and its status in the end."""
    features = (arguments[0] if arguments else more.get("features")) or runner.features
    scenarios = [one for feature in features for one in feature.walk_scenarios() if one.should_run(runner.config)]
    failed = True
    try:
        failed = _original(runner, *arguments, **more)
    finally:
        found = {
            "tests": [(_name(one), sorted(map(str, one.effective_tags))) for one in scenarios],
            "errors": [],
            "outcomes": _outcomes(scenarios),
            "exit_code": int(bool(failed)),
            "stops_after": int(bool(runner.config.stop)),
            "needs_coverage": False,
            "settings": "",
            "root": os.path.relpath(getattr(runner, "base_dir", None) or "."),
        }
        Path(__file__).with_suffix(f".{os.getpid()}.json").write_text(json.dumps(found), "utf-8")
    return failed


def _name(scenario: Any) -> str:
    place = scenario.location
    return f"{Path(os.path.relpath(place.filename)).as_posix()}:{place.line} {scenario.name}"


def _outcomes(scenarios: list[Any]) -> dict[str, str]:
    """How each has ended; of one that ran several times the worst counts."""
    known: dict[str, str] = {}
    for one in scenarios:
        if known.get(_name(one)) in {None, "passed", "skipped"}:
            known[_name(one)] = getattr(one.status, "name", str(one.status))
    return known


ModelRunner.run_model = _run_model
