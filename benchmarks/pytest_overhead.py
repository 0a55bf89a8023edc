"""What the plugin costs a pytest run: 10,000 tests without a marker of ours, with and without it.

The peer is plain pytest. Run it with ``python benchmarks/pytest_overhead.py [--runs N] [--tests N]``.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from pathlib import Path

from timing import interleave

BOUND = 1.02
HEAD = "import pytest\n\n\nclass TestArea:\n"


def write_project(folder: Path, tests: int) -> Path:
    """A project of empty tests, 100 to a file, half of them with a marker of the project's own."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = area\n", encoding="utf-8")
    for number in range(0, tests, 100):
        body = "".join(
            f"    {'@pytest.mark.area' if n % 2 else ''}\n    def test_{n}(self):\n        pass\n"
            for n in range(number, min(number + 100, tests))
        )
        (folder / f"test_{number:06}.py").write_text(HEAD + body, encoding="utf-8")
    return folder


def main() -> int:
    """Print the table; exit 1 when the ratio is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--tests", type=int, default=10_000)
    options = parser.parse_args()
    # Other plugins of this environment are not the question.
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plain = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    ours = [*plain, "-p", "bugcapture.pytest"]
    with tempfile.TemporaryDirectory() as name:
        project = write_project(Path(name), options.tests)
        pairs = interleave(plain, ours, options.runs, project)
    print(pairs.row(f"pytest, {options.tests} untagged tests", BOUND))
    return 0 if pairs.ratio <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
