"""Does ``bugcapture scan`` survive whatever it is given?

Files are generated from a grammar, or are files of this repository, of the rules and of other checkouts that are
spoiled in their bytes, words, lines, encoding or depth. Each is a test, a conftest file or a part of the program,
and goes through the scan with all rules, all report formats, and the fixes, safe and unsafe. A failure is

- an exception, or more than ``--limit`` processor seconds;
- a file that the scan changes, or that is changed although it cannot be parsed;
- a fix after which the file is no Python any more, has other comments, or is fixed again.

Each file comes from a seed and its number alone, so that a failure can be made again: ``--only NUMBER``. Run:
``python benchmarks/scan_fuzz.py [CHECKOUT…] [--files 20000] [--seed 1] [--jobs 2]``; exit 1 when something fails.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import signal
import sys
import tempfile
import time
import tokenize
import traceback
import warnings
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, Final

from fuzz_grammar import Grammar
from fuzz_mutations import mutate

from bugcapture.cli.scan_report import render_scan
from bugcapture.project.config import Project, ScanSettings, Settings
from bugcapture.scan.fix import plan_fixes, write_fixes
from bugcapture.scan.parse import parse
from bugcapture.scan.project import ScanOptions, scan_project
from bugcapture.scan.rule import all_rules

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bugcapture.scan.fix import FileChange

BATCH: Final = 40
ROUNDS: Final = 6
LARGEST: Final = 60_000
FORMATS: Final = ("json", "sarif", "text", "markdown", "junit", "github")
OWN: Final = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """One file.

    Attributes:
        number: Which one.
        name: Where it lies.
        content: What it holds.
        beside: Files of the program that it is about.
        ways: How it was made.
    """

    number: int
    name: str
    content: bytes
    beside: dict[str, bytes]
    ways: str


@dataclass(slots=True)
class Report:
    """What came of some files."""

    files: int = 0
    parsed: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    fixed: int = 0
    failures: list[str] = field(default_factory=list)


class TooSlowError(Exception):
    """It has taken more processor seconds than it may."""


@cache
def cases() -> list[tuple[bytes, dict[str, bytes]]]:
    """The tests that show what rules are about, with the program that they need; more often those with a fix."""
    found = [case for rule in all_rules() for case in (*rule.invalid * (10 if rule.repair else 1), *rule.valid)]
    return [(one.test.encode(), {name: text.encode() for name, text in one.program.items()}) for one in found]


@cache
def corpus(checkouts: tuple[Path, ...]) -> list[bytes]:
    """The files to spoil: our own tests, and what is below the checkouts."""
    files = sorted(file for folder in (OWN / "tests", *checkouts) for file in folder.rglob("*.py"))
    return [file.read_bytes() for file in files if file.is_file() and file.stat().st_size <= LARGEST]


def make(seed: int, number: int, checkouts: tuple[Path, ...]) -> Fuzzed:
    """The file with a number; the same for the same seed and checkouts."""
    random = Random(f"{seed}-{number}")
    chance = random.random()
    beside: dict[str, bytes] = {}
    ways: list[str] = []
    if chance < 0.4:
        content = Grammar(random).file().encode("utf-8", "surrogatepass")
    elif chance < 0.7:
        content, beside = random.choice(cases())
    else:
        content = random.choice(corpus(checkouts))
    if chance >= 0.3:
        content, ways = mutate(random, content, random.choice(corpus(checkouts)))
    role = random.random()
    if role < 0.75:
        name = f"tests/d{number}/test_it.py"
    elif role < 0.9:
        name = f"tests/d{number}/conftest.py"
    else:
        name = f"src/shop/{random.choice(('m0', 'm1', 'm2', f'p{number}'))}.py"
    return Fuzzed(number, name, content, beside, " ".join(ways) or "grammar")


def check(files: Sequence[Fuzzed], limit: float, report: Report) -> list[str]:
    """What is wrong with the scan of a project with these files; empty for nothing."""
    with tempfile.TemporaryDirectory(prefix="bugcapture-fuzz-") as name, contextlib.chdir(name):
        root = Path(name)
        for file in files:
            for path, content in {**file.beside, **_around(file), file.name: file.content}.items():
                (root / path).parent.mkdir(parents=True, exist_ok=True)
                (root / path).write_bytes(content)
        try:
            with _time_limit(limit):
                return list(_check_project(root, report))
        except Exception:  # noqa: BLE001 - whatever it is, it is the finding
            return [traceback.format_exc(limit=-6)]


def _around(file: Fuzzed) -> dict[str, bytes]:
    """A test that uses what a conftest file gives."""
    if not file.name.endswith("conftest.py"):
        return {}
    text = b"def test_fixtures(client, session, m):\n    assert client.f0(m) == session.execute(m)\n"
    return {file.name.replace("conftest", "test_it"): text}


def _check_project(root: Path, report: Report) -> Iterator[str]:
    before = _read(root)
    broken = {name for name, content in before.items() if not _is_python(content)}
    again = True
    for number in range(ROUNDS):
        result = scan_project(*_question(root))
        if number == 0:
            report.findings += Counter(hazard.rule for hazard in result.hazards)
            report.parsed += len(before) - len(broken)
            for output_format in FORMATS:
                render_scan(result, output_format, None)
        if _read(root) != before:
            yield "the scan has changed a file"
        plan = plan_fixes(result.hazards, unsafe=True)
        if plan.changes and not again:
            yield f"fixed once more, though nothing was left to do: {[change.path for change in plan.changes]}"
        for change in plan.changes:
            yield from _check_change(change, broken)
        write_fixes(plan)
        report.fixed += len(plan.done)
        again = any("run it again" in refusal.reason for refusal in plan.refused)
        if not plan.changes:
            return
        before |= {change.path: change.new for change in plan.changes}
    yield f"still fixed after {ROUNDS} rounds"


def _check_change(change: FileChange, broken: set[str]) -> Iterator[str]:
    if change.path in broken:
        yield f"{change.path} cannot be parsed, and is changed"
    elif not _is_python(change.new):
        yield f"{change.path} is no Python any more:\n{change.diff}"
    elif _compiles(change.old) and not _compiles(change.new):
        yield f"{change.path} does not compile any more:\n{change.diff}"
    elif _comments(change.old) != _comments(change.new):
        yield f"{change.path} has other comments:\n{change.diff}"


def _question(root: Path) -> tuple[Project, tuple[()], ScanOptions]:
    every = tuple(rule.code for rule in all_rules())
    settings = Settings(scan=ScanSettings(select=every, level="info", dist="load"))
    return Project(root, settings), (), ScanOptions(jobs=1, cached=False)


def _read(root: Path) -> dict[str, bytes]:
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in sorted(root.rglob("*.py"))}


def _is_python(content: bytes) -> bool:
    try:
        parse(content)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _compiles(content: bytes) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(content, "fuzz", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _comments(content: bytes) -> list[str]:
    tokens = tokenize.tokenize(io.BytesIO(content).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


@contextlib.contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Processor seconds, so that other work on the machine does not count."""

    def stop(*_: Any) -> None:
        raise TooSlowError(f"more than {seconds} processor seconds")

    old = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, old)


def run_batch(seed: int, numbers: Sequence[int], checkouts: tuple[Path, ...], limit: float) -> Report:
    """Check some files together, and those of a batch that fails one by one."""
    files = [make(seed, number, checkouts) for number in numbers]
    report = Report(files=len(files))
    problems = check(files, limit * len(files), report)
    if problems:
        alone = [(file, check([file], limit, Report())) for file in files]
        guilty = [(file, found) for file, found in alone if found]
        for file, found in guilty:
            report.failures.append(_tell(seed, file, found))
        if not guilty:
            told = f"files {numbers[0]} to {numbers[-1]} of seed {seed} fail together:\n"
            report.failures.append(told + "\n".join(problems))
    return report


def _tell(seed: int, file: Fuzzed, problems: Sequence[str]) -> str:
    kept = Path(tempfile.gettempdir()) / f"scan-fuzz-{seed}-{file.number}-{Path(file.name).name}"
    kept.write_bytes(file.content)
    head = f"file {file.number} of seed {seed} ({file.name}; {file.ways}), kept as {kept}:"
    return "\n".join([head, *problems])


def run(
    seed: int, numbers: Sequence[int], checkouts: tuple[Path, ...] = (), *, limit: float = 20.0, jobs: int = 1
) -> Report:
    """Check files.

    Args:
        seed: What the files come from.
        numbers: Which of them.
        checkouts: Folders with more files to spoil.
        limit: Processor seconds for each file.
        jobs: How many processes do it.
    """
    batches = [numbers[at : at + BATCH] for at in range(0, len(numbers), BATCH)]
    if jobs == 1:
        return _sum(run_batch(seed, batch, checkouts, limit) for batch in batches)
    with ProcessPoolExecutor(jobs) as pool:
        waiting = [pool.submit(run_batch, seed, batch, checkouts, limit) for batch in batches]
        return _sum(_result(one, seed, batch) for one, batch in zip(waiting, batches, strict=True))


def _result(waiting: Any, seed: int, batch: Sequence[int]) -> Report:
    try:
        report: Report = waiting.result()
    except BrokenProcessPool:
        return Report(
            failures=[f"the process has died at one of the files {batch[0]} to {batch[-1]} of seed {seed}"]
        )
    print(".", end="", file=sys.stderr, flush=True)
    return report


def _sum(reports: Iterator[Report]) -> Report:
    total = Report()
    for one in reports:
        total = replace(
            total,
            files=total.files + one.files,
            parsed=total.parsed + one.parsed,
            findings=total.findings + one.findings,
            fixed=total.fixed + one.fixed,
            failures=[*total.failures, *one.failures],
        )
    return total


def main() -> int:
    """Print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkouts", nargs="*", type=Path, metavar="CHECKOUT")
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", type=int, metavar="NUMBER", help="One file alone.")
    parser.add_argument("--limit", type=float, default=20.0, help="Processor seconds for each file.")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    numbers = range(options.files) if options.only is None else [options.only]
    checkouts = tuple(path.resolve() for path in options.checkouts)
    start = time.perf_counter()
    jobs = 1 if options.only is not None else options.jobs
    report = run(options.seed, numbers, checkouts, limit=options.limit, jobs=jobs)
    print(file=sys.stderr)
    for failure in report.failures:
        print(failure, end="\n\n")
    counts = ", ".join(f"{code} {count}" for code, count in sorted(report.findings.items()))
    print(
        f"seed {options.seed}: {report.files} files, {report.parsed} of them Python with what is beside them, "
        f"{report.findings.total()} findings ({counts}), {report.fixed} fixes, {len(report.failures)} failures, "
        f"{time.perf_counter() - start:.0f} s"
    )
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
