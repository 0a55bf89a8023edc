"""What `bugcapture prove` costs: against the tests alone on the sample, and its checkouts on a large repository.

The sample is bug 991 with its Behave test and its fix, in a repository of its own. One raw run of the test is
timed in turn with `prove`, which runs it twice and makes two checkouts. A checkout of a repository with 2,500
files is made and removed. Processor seconds are counted, with those of git and of the tests, and not wall seconds,
so that other work on the machine disturbs less.

    python benchmarks/prove_cost.py [--runs N]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.demo.sample import PATCH, SAMPLES, add_capture, lay_out
from bugcapture.project.repository import Repository

if TYPE_CHECKING:
    from collections.abc import Sequence

RATIO: Final = 2.5
CHECKOUT: Final = 0.5
FILES: Final = 2500


def processor_seconds() -> float:
    """Of this process and of all its children that have ended."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def call(command: Sequence[str], folder: Path, **variables: str) -> float:
    """Seconds of a command that must succeed, or fail as a raw run of an open bug does."""
    started = processor_seconds()
    done = subprocess.run(command, cwd=folder, env={**os.environ, **variables}, capture_output=True, check=False)
    if done.returncode > 1:
        sys.exit(f"{' '.join(command)} exited {done.returncode}:\n{done.stdout.decode()}{done.stderr.decode()}")
    return processor_seconds() - started


def git(folder: Path, *arguments: str) -> None:
    """Run git as somebody who has a name."""
    call(["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", *arguments], folder)


def make_sample(folder: Path) -> Path:
    """The sample with its captured bug on the main branch, and the fix on another."""
    sample = SAMPLES["behave"]
    lay_out(folder, sample)
    add_capture(folder, sample)
    git(folder, "init", "--quiet", "--initial-branch=main")
    for branch, message in (("", "feat: add the audit service"), ("fix/991", "fix: create the engine once")):
        if branch:
            git(folder, "checkout", "--quiet", "-b", branch)
            git(folder, "apply", str(PATCH))
            call([sys.executable, "-m", "bugcapture", "graduate", "991"], folder)
        git(folder, "add", ".")
        git(folder, "commit", "--quiet", "-m", message)
    return folder


def make_large(folder: Path) -> Path:
    """A repository with many files."""
    for number in range(FILES):
        file = folder / f"package{number % 50}" / f"module{number}.py"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"VALUE = {number}\n" * 40, "utf-8")
    git(folder, "init", "--quiet", "--initial-branch=main")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "-m", "feat: many files")
    return folder


def time_checkout(top: Path) -> float:
    """Seconds to make a checkout and to remove it."""
    repository = Repository(top)
    started = processor_seconds()
    with repository.checkout("HEAD"):
        pass
    return processor_seconds() - started


def main() -> int:
    """Print two lines; exit 1 when anything is above its bound."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=7)
    runs = parser.parse_args().runs
    python = sys.executable
    with tempfile.TemporaryDirectory() as name:
        sample, large = Path(name) / "sample", Path(name) / "large"
        sample.mkdir()
        large.mkdir()
        make_sample(sample)
        make_large(large)
        feature = str(SAMPLES["behave"].capture)
        plain, proven = [], []
        for _ in range(runs + 1):
            plain.append(call([python, "-m", "behave", feature], sample, BUGCAPTURE_RAW="1", PYTHONPATH="src"))
            proven.append(call([python, "-m", "bugcapture", "prove", "991"], sample))
        checkouts = [time_checkout(large) for _ in range(runs + 1)]
    ratio = statistics.median(after / before for before, after in zip(plain[1:], proven[1:], strict=True))
    seconds = statistics.median(checkouts[1:])
    rows = (
        (f"prove over one raw run ({statistics.median(plain[1:]):.2f} s)", ratio, RATIO, ""),
        (f"a checkout of {FILES} files, made and removed", seconds, CHECKOUT, " s"),
    )
    for title, value, bound, unit in rows:
        print(f"{title:52} {value:.2f}{unit} (bound {bound}{unit}) {'ok' if value <= bound else 'ABOVE'}")
    return int(ratio > RATIO or seconds > CHECKOUT)


if __name__ == "__main__":
    sys.exit(main())
