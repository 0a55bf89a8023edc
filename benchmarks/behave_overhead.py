"""What the adapter costs a Behave run: 10,000 scenarios without a tag of ours, with and without it.

The peer is plain Behave. Run it with ``python benchmarks/behave_overhead.py [--runs N] [--scenarios N]``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from timing import interleave

BOUND = 1.05
STEPS = 'from behave import step\n\n\n@step("nothing happens")\ndef nothing(context):\n    pass\n'
INSTALL = "from bugcapture.behave import install\n\ninstall()\n"


def write_project(folder: Path, scenarios: int, environment: str) -> Path:
    """A project of one-step scenarios, 100 to a file."""
    features = folder / "features"
    (features / "steps").mkdir(parents=True)
    (features / "steps" / "steps.py").write_text(STEPS, encoding="utf-8")
    (features / "environment.py").write_text(environment, encoding="utf-8")
    for number in range(0, scenarios, 100):
        body = "".join(
            f"  @area\n  Scenario: s{n}\n    Then nothing happens\n"
            for n in range(number, min(number + 100, scenarios))
        )
        (features / f"f{number:06}.feature").write_text(f"Feature: f{number}\n{body}", encoding="utf-8")
    return folder


def main() -> int:
    """Print the table; exit 1 when the ratio is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--scenarios", type=int, default=10_000)
    options = parser.parse_args()
    command = [sys.executable, "-m", "behave", "-f", "null", "--no-summary"]
    with tempfile.TemporaryDirectory() as name:
        plain = write_project(Path(name) / "plain", options.scenarios, "")
        ours = write_project(Path(name) / "ours", options.scenarios, INSTALL)
        pairs = interleave(command, command, options.runs, plain, ours)
    print(pairs.row(f"behave, {options.scenarios} untagged scenarios", BOUND))
    return 0 if pairs.ratio <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
