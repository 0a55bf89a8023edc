"""What looking for leaks costs a test, in microseconds: 5,000 empty tests with and without it, pytest and Behave.

The tests have imported a program of modules with 20 functions each, whose names are all looked at: what a test
pays grows with them. Run it with ``python benchmarks/leak_overhead.py [--runs N] [--tests N] [--modules N]``;
exit 1 when a test pays more than the bound.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path

import behave_overhead
import pytest_overhead
from timing import Pairs, interleave

BOUND = 100.0
SETTING = '[tool.bugcapture]\nleaks = "warn"\n'
IMPORT = "import sys\n\nsys.path.insert(0, '.')\nimport program\n"


def write_program(folder: Path, modules: int, functions: int = 20) -> Path:
    """A package of functions, imported as a whole."""
    package = folder / "program"
    package.mkdir()
    body = "".join(f"def f{n}():\n    pass\n\n\n" for n in range(functions))
    for number in range(modules):
        (package / f"m{number}.py").write_text(body, encoding="utf-8")
    imports = "".join(f"import program.m{number}\n" for number in range(modules))
    (package / "__init__.py").write_text(imports, encoding="utf-8")
    return folder


def compare(name: str, pairs: Pairs, tests: int) -> bool:
    """Print what a test pays, and whether that is within the bound."""
    paid = statistics.median(b - a for a, b in zip(pairs.before, pairs.after, strict=True)) / tests * 1e6
    print(f"{name}, {tests} tests: {paid:5.1f} us a test (bound {BOUND}) {'ok' if paid <= BOUND else 'ABOVE'}")
    return paid <= BOUND


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--tests", type=int, default=5_000)
    parser.add_argument("--modules", type=int, default=30)
    options = parser.parse_args()
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    pytest = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "bugcapture.pytest"]
    behave = [sys.executable, "-m", "behave", "-f", "null", "--no-summary"]
    with tempfile.TemporaryDirectory() as name:
        places = [Path(name) / part for part in ("pytest_off", "pytest_on", "behave_off", "behave_on")]
        for place in places:
            place.mkdir()
            write_program(place, options.modules)
            if place.name.startswith("pytest"):
                pytest_overhead.write_project(place, options.tests)
                (place / "conftest.py").write_text(IMPORT, encoding="utf-8")
            else:
                behave_overhead.write_project(place, options.tests, IMPORT + behave_overhead.INSTALL)
            if place.name.endswith("_on"):
                (place / "pyproject.toml").write_text(SETTING, encoding="utf-8")
        fine = [
            compare("pytest", interleave(pytest, pytest, options.runs, *places[:2]), options.tests),
            compare("behave", interleave(behave, behave, options.runs, *places[2:]), options.tests),
        ]
    return 0 if all(fine) else 1


if __name__ == "__main__":
    sys.exit(main())
