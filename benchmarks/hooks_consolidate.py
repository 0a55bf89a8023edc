"""What a push with 43 hooks takes before and after ``bugcapture hooks consolidate --write``, and which tests run.

Run it with ``python benchmarks/hooks_consolidate.py [--runs 5] [--loads sqlalchemy.orm]``. pre-commit, mypy
and ruff have to be on PATH. The projects run in turn, so that other work on the machine disturbs all.
"""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Sequence

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests" / "hooks_consolidate"))

from push_project import ALL, CONFIG, write_project

BOUND = 0.33
PUSH = ("pre-commit", "run", "--hook-stage", "pre-push")
PUSHES = {
    "all files": ("--all-files",),
    "one document": ("--files", "docs/more.md"),
    "one manifest": ("--files", "deployments/base.yaml"),
    "one test": ("--files", "tests/unit/test_cart.py"),
}


def call(folder: Path, *command: str) -> str:
    """Run a program that has to succeed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")
    return done.stdout


def measure(folder: Path, *options: str) -> tuple[float, float]:
    """Seconds of a push: on the clock, and of processors."""
    before, start = os.times(), time.perf_counter()
    call(folder, *PUSH, *options)
    wall, after = time.perf_counter() - start, os.times()
    used = after.children_user + after.children_system - before.children_user - before.children_system
    return wall, used


def find_tests(folder: Path) -> set[str]:
    """The ids of all tests that hooks with pytest run, as pytest itself lists them."""
    found: set[str] = set()
    for repo in yaml.safe_load((folder / CONFIG).read_text())["repos"]:
        for hook in repo["hooks"]:
            words = [word for word in (*shlex.split(hook["entry"]), *hook.get("args", ())) if word != "-v"]
            if "pytest" in words[:3]:
                listed = call(folder, *words, "--collect-only", "-q")
                found.update(line for line in listed.splitlines() if "::" in line)
    return found


def make(folder: Path, loads: str, *options: str) -> Path:
    """A project, consolidated when there are options."""
    folder.mkdir()
    write_project(folder, ALL, loads=loads)
    call(folder, "git", "init", "--quiet")
    call(folder, "git", "add", "--all")
    user = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    call(folder, "git", *user, "commit", "--quiet", "--no-verify", "-m", "hooks")
    if options:
        said = call(folder, sys.executable, "-m", "bugcapture", "hooks", "consolidate", *options)
        print("\n".join(line for line in said.splitlines() if "Proved" in line or "become" in line))
    call(folder, *PUSH, "--all-files")  # Caches of mypy and of bytecode.
    return folder


def compare(projects: dict[str, Path], options: Sequence[str], runs: int) -> dict[str, list[tuple[float, float]]]:
    """Each project's pushes, in turn."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in projects}
    for _ in range(runs):
        for name, folder in projects.items():
            taken[name].append(measure(folder, *options))
    return taken


def report(push: str, taken: dict[str, list[tuple[float, float]]]) -> float:
    """Rows of a table; the ratio of the clock of the second project to the first."""
    medians = {
        name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in taken.items()
    }
    first, *_ = medians.values()
    for name, (wall, used) in medians.items():
        print(f"| {push} | {name} | {wall:.2f} s | {wall / first[0]:.0%} | {used:.2f} s | {used / first[1]:.0%} |")
    second = list(medians.values())[1]
    return second[0] / first[0]


def main() -> int:
    """Measure and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--loads", default="sqlalchemy.orm", help="what every test imports")
    arguments = parser.parse_args()
    top = Path(tempfile.mkdtemp(prefix="bugcapture-hooks-"))
    try:
        projects = {
            "43 hooks": make(top / "before", arguments.loads),
            "consolidated": make(top / "after", arguments.loads, "--write"),
            "--merge same": make(top / "same", arguments.loads, "--write", "--merge", "same"),
        }
        tests = {name: find_tests(folder) for name, folder in projects.items()}
        sizes = {name: (folder / CONFIG).read_text().count("- id:") for name, folder in projects.items()}
        print(f"\nhooks: {sizes}\ntests: { {name: len(found) for name, found in tests.items()} }\n")
        print("| push | hooks | wall | of before | processor | of before |\n|---|---|---|---|---|---|")
        ratios = [
            report(push, compare(projects, options, arguments.runs if push == "all files" else 3))
            for push, options in PUSHES.items()
        ]
    finally:
        shutil.rmtree(top)
    same = len({frozenset(found) for found in tests.values()}) == 1
    print(f"\nthe same tests: {same}; {ratios[0]:.1%} of the time for all files (bound {BOUND:.0%})")
    return 0 if same and ratios[0] <= BOUND else 1


if __name__ == "__main__":
    sys.exit(main())
