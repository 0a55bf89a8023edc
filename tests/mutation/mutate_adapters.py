"""Does the conformance kit notice when a guard of an adapter is removed?

Every decision and every effect of the modules that run inside a test run is taken out of a copy of the
package, one at a time, and the rows of the adapter's frameworks are run against that copy. A change that
no row notices is a survivor: a guard without a row, or a line that changes nothing. Survivors that are
known to change nothing stand in ``mutate_adapters.toml``, each with its reason.

First each change has to pass all cases in one process. Those that do are made together for the other rows, and
taken apart again only when a row notices them. With ``--own-tests`` the adapter's own tests are asked about
what is left: some guards are about one host alone.

Run: ``python tests/mutation/mutate_adapters.py [behave|robot|pytest]… [--jobs 2] [--only REGEX] [--list]``.
Exit code 1 when a survivor has no reason, or a reason has no survivor.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import os
import queue
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests" / "conformance"))

import test_conformance_rows as rows  # noqa: E402 - the kit is no package
from conformance_kit import run_cases  # noqa: E402
from conformance_table import cases_for  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

REASONS = Path(__file__).with_suffix(".toml")
ROWS = "tests/conformance/test_conformance_rows.py"
TIME_LIMIT = 300
# The frameworks whose rows an adapter has to pass, and those whose cases are asked first.
FRAMEWORKS = {"behave": "behave,behavex", "robot": "robot,pabot", "pytest": "pytest,xdist,pytest_bdd"}
OWN_TESTS = {name: f"tests/{name}_adapter" for name in FRAMEWORKS}
QUICK = {"behave": ("behave",), "robot": ("robot",), "pytest": ("pytest", "pytest_bdd")}
# Modules that read or edit sources; nothing of them runs in a test run.
STATIC = {
    "behave": {"dialect", "environment", "execute", "graduate", "parse", "settings", "source", "suite", "wiring"},
    "robot": {"dialect", "execute", "graduate", "parse", "places", "select", "source", "wiring", "race_library"},
    "pytest": {"bdd_source", "dialect", "execute", "graduate", "settings", "source", "wiring", "race_fixture"},
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module.

    Attributes:
        module: The file below ``src``.
        line: The line of the change.
        function: The function that holds it.
        start: Offset of the first character to replace.
        end: Offset behind the last one.
        old: What stands there.
        new: What shall stand there.
    """

    module: str
    line: int
    function: str
    start: int
    end: int
    old: str
    new: str

    def apart_from(self, other: Mutant) -> bool:
        """Whether both changes can be made at once."""
        return self.module != other.module or self.end <= other.start or other.end <= self.start

    @property
    def adapter(self) -> str:
        """The adapter that holds it."""
        return self.module.split("/")[1]

    @property
    def key(self) -> str:
        """What the list of reasons calls it; line numbers change too often."""
        return (
            f"{self.module.removeprefix('bugcapture/')}::{self.function}: {_flat(self.old)} -> {_flat(self.new)}"
        )


def find_mutants(module: str, text: str) -> Iterator[Mutant]:
    """All changes of one module.

    Args:
        module: The file below ``src``.
        text: Its content.
    """
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line.encode()))
    data = text.encode()

    def change(node: ast.AST, new: str, function: str) -> Mutant:
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        return Mutant(module, node.lineno, function, start, end, data[start:end].decode(), new)

    def walk(node: ast.AST, function: str) -> Iterator[Mutant]:
        for child in ast.iter_child_nodes(node):
            inner = function
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{function}.{child.name}".lstrip(".")
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            for target, new in _changes(child, text):
                yield change(target, new, inner)
            yield from walk(child, inner)

    yield from walk(ast.parse(text), "")


def _changes(node: ast.AST, text: str) -> Iterator[tuple[ast.AST, str]]:
    """What to replace in one node, and by what."""
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield node.test, "False"
        if isinstance(node, ast.IfExp) or (isinstance(node, ast.If) and node.orelse):
            yield node.test, "True"
    elif isinstance(node, ast.comprehension):
        for test in node.ifs:  # A walrus has to stay, because its name is used; a list with one value is true.
            yield test, f"[{ast.get_source_segment(text, test)}]"
    elif isinstance(node, ast.BoolOp):
        word = " and " if isinstance(node.op, ast.And) else " or "
        parts = [f"({ast.get_source_segment(text, value)})" for value in node.values]
        for dropped in range(len(parts)):
            yield node, f"({word.join(parts[:dropped] + parts[dropped + 1 :])})"
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield node, f"bool({ast.get_source_segment(text, node.operand)})"
    elif (
        isinstance(node, ast.Return)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, bool)
    ):
        yield node, "return False" if "True" in ast.unparse(node) else "return True"
    elif _is_effect(node):
        yield node, "pass"


def _is_effect(node: ast.AST) -> bool:
    """Whether a statement is there for what it does to something else."""
    if isinstance(node, ast.Assign):
        return all(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets)
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def first_failure(place: Path, tests: str, env: dict[str, str]) -> str:
    """Run tests against a copy of the package; the first that fails, or nothing.

    Args:
        place: A folder that holds a copy of the package.
        tests: The file or folder of the tests.
        env: Variables to set.
    """
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-x",
        "-q",
        "--tb=no",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:bugcapture",
    ]
    try:
        done = subprocess.run(
            [*command, f"--basetemp={place.parent / 'tmp'}", tests],
            cwd=ROOT,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **env},
            capture_output=True,
            check=False,
            text=True,
            timeout=TIME_LIMIT,
        )
    except subprocess.TimeoutExpired:
        return "it hangs"
    if not done.returncode:
        return ""
    failed = [line for line in done.stdout.splitlines() if line.startswith(("FAILED", "ERROR"))]
    return failed[0].partition(" - ")[0].rpartition("::")[2] if failed else "the tests cannot be run"


def fails_quickly(place: Path, adapter: str) -> bool:
    """Whether the cases themselves notice a change: all of them in one run, and all refused ones in another.

    Args:
        place: A folder that holds a changed copy of the package.
        adapter: The adapter that was changed.
    """
    folder = place.parent / "run"
    for framework in QUICK[adapter]:
        dialect = rows.dialect_of(framework)
        runs = ((rows.check_run, ("green", "red"), ()), (rows.check_refused, ("refused",), (dialect.refused,)))
        for check, exits, more in runs:
            shutil.rmtree(folder, ignore_errors=True)
            cases = cases_for(framework, *exits)
            try:
                check(run_cases(dialect, cases, folder, source=str(place)), cases, *more)
            except (AssertionError, LookupError, OSError, ValueError, StopIteration, subprocess.TimeoutExpired):
                return True
    return False


@contextlib.contextmanager
def changed(mutants: Sequence[Mutant], place: Path) -> Iterator[None]:
    """Make some changes that do not overlap, and take them back."""
    originals = {mutant.module: (place / mutant.module).read_bytes() for mutant in mutants}
    for mutant in sorted(mutants, key=lambda one: one.start, reverse=True):
        file = place / mutant.module
        text = file.read_bytes()
        file.write_bytes(text[: mutant.start] + mutant.new.encode() + text[mutant.end :])
    try:
        yield
    finally:
        for module, original in originals.items():
            (place / module).write_bytes(original)


def split(mutants: Sequence[Mutant]) -> list[list[Mutant]]:
    """Groups of changes that do not overlap."""
    groups: list[list[Mutant]] = []
    for mutant in mutants:
        for group in groups:
            if all(mutant.apart_from(other) for other in group):
                group.append(mutant)
                break
        else:
            groups.append([mutant])
    return groups


def survivors_of(group: list[Mutant], place: Path) -> list[Mutant]:
    """The changes of a group that no row notices: all together first, then each half of those that are noticed.

    Args:
        group: Changes that do not overlap, at least one.
        place: A folder that holds a copy of the package.
    """
    with changed(group, place):
        found = first_failure(place, ROWS, _rows_of(group[0].adapter, place))
    say(f"{found or 'nothing'} notices {len(group)} changes: {', '.join(str(one.line) for one in group[:12])}")
    if not found:
        return group
    if len(group) == 1:
        return []
    half = len(group) // 2
    return survivors_of(group[:half], place) + survivors_of(group[half:], place)


def _held_by_own_test(mutant: Mutant, place: Path) -> bool:
    """Whether a test of the adapter itself notices a change."""
    with changed([mutant], place):
        found = first_failure(place, OWN_TESTS[mutant.adapter], {"PYTHONPATH": str(place)})
    say(f"{found or 'no own test'} notices {mutant.line}: {mutant.key}")
    return bool(found)


def _rows_of(adapter: str, place: Path) -> dict[str, str]:
    return {"CONFORMANCE_SOURCE": str(place), "CONFORMANCE_FRAMEWORKS": FRAMEWORKS[adapter]}


def main() -> int:
    """Print every survivor; see the module's text for the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("adapters", nargs="*", choices=[*FRAMEWORKS, []], help="default: all")
    parser.add_argument("--jobs", type=int, default=2, help="processes at the same time")
    parser.add_argument("--only", default="", help="only changes in whose names this regular expression is found")
    parser.add_argument("--own-tests", action="store_true", help="ask the adapter's own tests too; takes hours")
    parser.add_argument("--source", type=Path, default=ROOT / "src", help="another folder with the package")
    parser.add_argument("--list", action="store_true", help="show the changes, run nothing")
    options = parser.parse_args()
    adapters = options.adapters or list(FRAMEWORKS)
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        places = [Path(folder) / str(number) / "src" for number in range(options.jobs)]
        for place in places:  # The sources may be edited meanwhile.
            shutil.copytree(options.source, place, ignore=shutil.ignore_patterns("__pycache__"))
        mutants = [
            mutant
            for adapter in adapters
            for file in sorted((places[0] / "bugcapture" / adapter).glob("*.py"))
            if file.stem not in STATIC[adapter]
            for mutant in find_mutants(file.relative_to(places[0]).as_posix(), file.read_text("utf-8"))
            if re.search(options.only, mutant.key)
        ]
        if options.list:
            print(*(f"{mutant.line}: {mutant.key}" for mutant in mutants), sep="\n")
            return 0
        for adapter in adapters:
            if failed := first_failure(places[0], ROWS, _rows_of(adapter, places[0])):
                print(f"{adapter}: {failed} fails without any change", file=sys.stderr)
                return 1
        survivors = []
        for adapter in adapters:
            mine = [mutant for mutant in mutants if mutant.adapter == adapter]
            left = _try_each(mine, places)
            say(f"{adapter}: {len(left)} of {len(mine)} changes are left for the other rows")
            for group in split(left):
                survivors += survivors_of(group, places[0])
        if options.own_tests:
            survivors = [mutant for mutant in survivors if not _held_by_own_test(mutant, places[0])]
    reasons = tomllib.loads(REASONS.read_text("utf-8")) if REASONS.exists() else {}
    without = [mutant for mutant in survivors if mutant.key not in reasons]
    stale = set(reasons) - {mutant.key for mutant in survivors}
    stale = {key for key in stale if key.partition("/")[0] in adapters and re.search(options.only, key)}
    for mutant in without:
        print(f"survived: {mutant.line}: {mutant.key}")
    for key in sorted(stale):
        print(f"a row notices it, or it is gone: {key}")
    print(
        f"{len(mutants)} changes, {len(mutants) - len(survivors)} noticed, {len(survivors)} not noticed, "
        f"{len(survivors) - len(without)} of them with a reason"
    )
    return 1 if without or stale else 0


def _try_each(mutants: list[Mutant], places: list[Path]) -> list[Mutant]:
    """The changes that the quick runs do not notice."""
    free: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for place in places:
        free.put(place)

    def notices(mutant: Mutant) -> bool:
        place = free.get()
        try:
            with changed([mutant], place):
                return fails_quickly(place, mutant.adapter)
        finally:
            free.put(place)

    left = []
    with ThreadPoolExecutor(len(places)) as pool:
        for mutant, noticed in zip(mutants, pool.map(notices, mutants), strict=True):
            if not noticed:
                say(f"left for the other rows: {mutant.line}: {mutant.key}")
                left.append(mutant)
    return left


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def _flat(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
