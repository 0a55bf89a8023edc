"""Do public Behave suites give the same results with the adapter installed?

Takes folders in which ``behave`` can be started, for example a checkout of Behave itself and one of python-docx
with their requirements installed. Each suite runs twice: as it is, and with the adapter installed in that process
and in every Python process that it starts. The status of every scenario and step, and the exit code, must agree.

    python benchmarks/public_suites.py ../behave ../python-docx
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

# Python runs a module of this name at the start of every process.
STARTUP = "from bugcapture.behave import install\n\ninstall()\n"

PROOF = "from behave.model import Scenario\n\nassert hasattr(Scenario.run, '__bugcapture__')"


def run_suite(folder: Path, arguments: list[str], startup: Path | None) -> tuple[int, dict[str, Any]]:
    """Exit code, and by scenario its status and the statuses of its steps."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        search = [str(startup)] if startup else []
        search += [os.environ["PYTHONPATH"]] if "PYTHONPATH" in os.environ else []
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(search)}
        if startup:
            subprocess.run([sys.executable, "-c", PROOF], cwd=folder, env=env, check=True)
        command = [sys.executable, "-m", "behave", "-f", "json", "-o", str(report), "--no-summary", *arguments]
        done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        if not report.is_file():
            sys.exit(f"{folder}: no report; exit {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.returncode, read_report(json.loads(report.read_text("utf-8")))


def read_report(features: list[dict[str, Any]]) -> dict[str, Any]:
    """The statuses by place and name."""
    results: dict[str, Any] = {}
    for feature in features:
        results[feature["location"]] = feature["status"]
        waiting = list(feature.get("elements", []))
        while waiting:
            element = waiting.pop(0)
            waiting += element.get("elements", [])
            steps = [step.get("result", {}).get("status", "none") for step in element.get("steps", [])]
            results[f"{element['location']} {element['name']}"] = (element.get("status", ""), steps)
    return results


def main() -> int:
    """Print one line for each suite and every difference; exit 1 when there is any."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("suites", nargs="*", type=Path)
    parser.add_argument("--arguments", default="", help="more arguments for behave")
    options = parser.parse_args()
    if not options.suites:
        print("no suites named; see --help")
        return 0
    different = 0
    with tempfile.TemporaryDirectory() as name:
        startup = Path(name)
        (startup / "sitecustomize.py").write_text(STARTUP, encoding="utf-8")
        for suite in options.suites:
            plain = run_suite(suite, options.arguments.split(), None)
            ours = run_suite(suite, options.arguments.split(), startup)
            keys = sorted(plain[1].keys() | ours[1].keys())
            changed = [key for key in keys if plain[1].get(key) != ours[1].get(key)]
            exits = f"exit {plain[0]} and {ours[0]}"
            print(f"{suite.name}: {len(plain[1])} features and scenarios, {exits}, {len(changed)} differences")
            for key in changed:
                print(f"  {key}: {plain[1].get(key)} -> {ours[1].get(key)}")
            different += len(changed) + (plain[0] != ours[0])
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
