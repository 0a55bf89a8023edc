"""How fast is ``bugcapture scan`` on the tests of other projects, beside the linters that are at hand?

Wall seconds, the best of some runs of each, all in turn. Peers that are not installed are named and left out.

Run: ``python benchmarks/scan_speed.py CHECKOUT… [--runs 3]``; the tests of each checkout lie in ``tests``.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SEMGREP = "rules:\n- {id: m, languages: [python], severity: INFO, message: m, pattern: AsyncMock(...)}\n"


def commands(folder: Path, few: list[str]) -> dict[str, tuple[str, ...]]:
    """What is run in a checkout: ours cold, ours again, ours on a few files, and the peers that there are."""
    ours = (sys.executable, "-m", "bugcapture", "scan", "--quiet")
    rules = folder / "semgrep.yml"
    rules.write_text(SEMGREP, "utf-8")
    ruff = "ruff check --isolated --no-cache --quiet --exit-zero --select=ALL tests"
    peers = {
        "ruff, all rules": ruff.split(),
        "flake8": ["flake8", "--isolated", "--exit-zero", "-q", "tests"],
        "ast-grep, one pattern": ["ast-grep", "run", "-lpython", "-p", "AsyncMock($$$)", "--json=stream", "tests"],
        "semgrep, one rule": ["semgrep", "scan", "--metrics=off", "-j2", "-q", f"--config={rules}", "tests"],
    }
    found = {name: tuple(command) for name, command in peers.items() if shutil.which(command[0])}
    for name in peers.keys() - found:
        print(f"not installed: {name}", file=sys.stderr)
    return {
        "scan, nothing known": (*ours, "--no-cache"),
        "scan, everything known": ours,
        f"scan, {len(few)} files": (*ours, *few),
        **found,
    }


def seconds(command: tuple[str, ...], folder: Path, environment: dict[str, str]) -> float:
    """Wall seconds of a command that may find something."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=environment, check=False, capture_output=True)
    taken = time.perf_counter() - start
    if done.returncode not in {0, 1}:
        sys.exit(f"{' '.join(command)} exited {done.returncode}:\n{done.stderr[-2000:].decode()}")
    return taken


def main() -> int:
    """Print a table for each checkout."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("checkouts", nargs="+", type=Path, metavar="CHECKOUT")
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    for checkout in options.checkouts:
        files = sorted(path for path in (checkout / "tests").rglob("*.py") if path.is_file())
        lines = sum(path.read_bytes().count(b"\n") for path in files)
        few = [str(path.relative_to(checkout)) for path in files if path.name.startswith("test_")][:20]
        print(f"{checkout.name}: {len(files)} files, {lines / 1000:.0f} kLOC")
        with tempfile.TemporaryDirectory() as name:
            environment = {**os.environ, "XDG_CACHE_HOME": name}
            chosen = commands(Path(name), few)
            best = dict.fromkeys(chosen, float("inf"))
            for _ in range(options.runs + 1):  # The first run fills the caches.
                for what, command in chosen.items():
                    best[what] = min(best[what], seconds(command, checkout, environment))
        cold = best["scan, nothing known"]
        for what, taken in best.items():
            print(f"  {what:26} {taken:7.2f} s  {lines / taken / 1000:7.0f} kLOC/s  ratio {taken / cold:6.2f}")
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    print(f"largest process: {peak / 1024:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
