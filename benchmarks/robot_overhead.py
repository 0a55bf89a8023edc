"""What the listener costs a Robot run: 5,000 tests without a tag of ours, with and without it.

The peer is plain Robot Framework. Run it with ``python benchmarks/robot_overhead.py [--runs N] [--tests N]``.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from timing import interleave

BOUND = 1.05
LISTENER = ("--listener", "bugcapture.robot.Listener")


def write_project(folder: Path, tests: int) -> Path:
    """A project of one-keyword tests, 100 to a file."""
    suites = folder / "tests"
    suites.mkdir(parents=True)
    for number in range(0, tests, 100):
        body = "".join(
            f"t{n}\n    [Tags]    area\n    No Operation\n" for n in range(number, min(number + 100, tests))
        )
        (suites / f"s{number:06}.robot").write_text(f"*** Test Cases ***\n{body}", encoding="utf-8")
    return folder


def main() -> int:
    """Print the table; exit 1 when the ratio is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--tests", type=int, default=5_000)
    options = parser.parse_args()
    quiet = ("--console", "none", "--output", "output.xml", "--log", "NONE", "--report", "NONE")
    command = [sys.executable, "-m", "robot", *quiet]
    with tempfile.TemporaryDirectory() as name:
        folder = write_project(Path(name), options.tests)
        pairs = interleave([*command, "tests"], [*command, *LISTENER, "tests"], options.runs, folder)
    print(pairs.row(f"robot, {options.tests} untagged tests", BOUND))
    return 0 if pairs.ratio <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
