"""Do the tests of the core notice when a line of it is changed?

Runs mutmut on a copy of the project, prints every change that no test notices, and fails when there are
more than five in a hundred. Some are left that change nothing at all, such as another spelling of a codec's name.

Run: ``python tests/mutation/mutate_core.py [--jobs 2]``.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[2]
NEEDED = ("src", "tests", "pyproject.toml")
BAR = 95.0
_RESULT = re.compile(r"\s*(\S+__mutmut_\d+): (.+)")
_NOTICED = frozenset({"killed", "timeout", "suspicious", "segfault", "caught by type check"})


def main() -> int:
    """Print what was not noticed, and the score."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--jobs", default="2", help="processes at the same time")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mutmut-") as name:
        folder = Path(name)
        for needed in NEEDED:
            copy_to(folder, ROOT / needed)
        done = subprocess.run(
            [sys.executable, "-m", "mutmut", "run", "--max-children", options.jobs],
            cwd=folder, check=False, capture_output=True, text=True,
        )  # fmt: skip
        results = read_results(folder)
        if not results or "not checked" in results.values():
            print(done.stdout[-4000:], done.stderr[-4000:], sep="\n", file=sys.stderr)
            return 1
        missed = [mutant for mutant, status in results.items() if status not in _NOTICED]
        for mutant in missed:
            print(f"{results[mutant]}: {mutant}", *changed_lines(folder, mutant), sep="\n    ")
    score = 100 * (1 - len(missed) / len(results))
    counts = ", ".join(f"{count} {status}" for status, count in Counter(results.values()).most_common())
    print(f"{len(results)} changes: {counts}; {score:.1f} % noticed, {BAR} % asked")
    return 0 if score >= BAR else 1


def copy_to(folder: Path, source: Path) -> None:
    """Copy a file or a folder, without what Python leaves behind."""
    if source.is_dir():
        shutil.copytree(source, folder / source.name, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, folder)


def read_results(folder: Path) -> dict[str, str]:
    """The status of every mutant."""
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", "results", "--all", "true"],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    return dict(_RESULT.fullmatch(line).groups() for line in done.stdout.splitlines() if _RESULT.fullmatch(line))


def changed_lines(folder: Path, mutant: str) -> list[str]:
    """The line before and after the change."""
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", mutant], cwd=folder, check=False, capture_output=True, text=True
    )
    return [line for line in done.stdout.splitlines() if re.match(r"[-+](?![-+])", line)]


if __name__ == "__main__":
    sys.exit(main())
