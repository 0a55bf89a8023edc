"""Does the conformance kit notice when a guard of an adapter is removed?

Every decision and every effect of the modules that run inside a test run is taken out of a copy of the
package, one at a time, and the rows of the adapter's frameworks are run against that copy. A change that
no row notices is a survivor: a guard without a row, or a line that changes nothing. Survivors that are
known to change nothing stand in ``mutate_adapters.toml``, each with its reason.

First each change has to pass all cases in one process, then the tests that read its sources without running them,
because both share the rules, with those of its own tests that import it, then its own tests, because some guards
are about one host alone, then all rows of its framework, and at last, several at once, the rows of parallel
runs. A test that does not execute the changed line is not asked. The frameworks are forked from a process that has
them loaded.

Run: ``python tests/mutation/mutate_adapters.py [behave|robot|pytest]… [--jobs 2] [--only REGEX] [--list]
[--journal FILE]``. With a journal, a run that was stopped goes on where it was: changes that it knows as noticed
are not made again. Throw it away when the adapter or its tests have changed.
Exit code 1 when a survivor has no reason, or a reason has no survivor.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import importlib
import io
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self
from unittest import mock

import coverage
import pytest
from warm_start import WarmStart

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.synchronize import Barrier

    Groups = Callable[[Sequence["Mutant"]], list[list["Mutant"]]]

ROOT = Path(__file__).parents[2]
KIT = ROOT / "tests" / "conformance"
REASONS = Path(__file__).with_suffix(".toml")
# The frameworks whose rows an adapter has to pass, and those that run it in one process.
FRAMEWORKS = {
    "behave": ("behave", "behavex"),
    "robot": ("robot", "pabot"),
    "pytest": ("pytest", "xdist", "pytest_bdd"),
}
OWN_TESTS = ROOT / "tests"
# Of the adapter's own tests, those that import it instead of starting a process.
IMPORTING = {"robot": ("test_robot_exit_flags.py", "test_robot_remote.py")}
QUESTIONS = ("quick", "sources", "own", "rows", "parallel")
QUICK = {"behave": ("behave",), "robot": ("robot",), "pytest": ("pytest", "pytest_bdd")}
# Seconds after which tests that only read sources hang.
_LONGEST = 600
_NOTICED = (AssertionError, LookupError, OSError, ValueError, StopIteration, subprocess.SubprocessError)
# Modules that read or edit sources, of which nothing runs in a test run, and those that watch tests of any kind.
STATIC = {
    "behave": {
        "add_install", "count", "dialect", "environment", "execute", "graduate", "leaks", "mock_truth", "parse",
        "scaffold", "settings", "source", "suite", "wire", "wiring",
    },
    "robot": {
        "count", "dialect", "execute", "graduate", "parse", "places", "race_library", "scaffold", "select",
        "source", "wire", "wiring",
    },
    "pytest": {
        "bdd_source", "count", "dialect", "execute", "graduate", "leaks", "mock_truth", "scaffold", "selection",
        "settings", "source", "wire", "wiring",
    },
}  # fmt: skip


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
        lines: The lines of the statement, down to the change.
    """

    module: str
    line: int
    function: str
    start: int
    end: int
    old: str
    new: str
    lines: range

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

    def change(node: ast.AST, new: str, function: str, statement: ast.AST) -> Mutant:
        lines = range(statement.lineno, node.end_lineno + 1)
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        return Mutant(module, node.lineno, function, start, end, data[start:end].decode(), new, lines)

    def walk(node: ast.AST, function: str, statement: ast.AST) -> Iterator[Mutant]:
        for child in ast.iter_child_nodes(node):
            inner = function
            within = child if isinstance(child, ast.stmt) else statement
            if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                inner = f"{function}.{child.name}".lstrip(".")
            if isinstance(child, ast.If) and ast.unparse(child.test) == "TYPE_CHECKING":
                continue
            for target, new in _changes(child, text):
                yield change(target, new, inner, within)
            yield from walk(child, inner, within)

    module_node = ast.parse(text)
    yield from walk(module_node, "", module_node)


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


class Observer:
    """A plugin of pytest: chooses tests, and sees which fails first.

    Args:
        chosen: The names of the tests to run; None for all.
        first: The tests to begin with, the most promising one last.

    Attributes:
        shared: The tests of each fixture that several of them share.
        failed: The test that failed first; empty for none.
        ran: How many tests were chosen.
        ended: Called with the name of each test at its end.
    """

    def __init__(self, chosen: Callable[[str], bool], first: Sequence[str] = ()) -> None:
        self._chosen = chosen
        self._first = {name: number for number, name in enumerate(first, start=1)}
        self.shared: dict[str, set[str]] = {}
        self.failed = ""
        self.ran = 0
        self.ended: Callable[[str], object] = lambda _: None

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [item for item in items if self._chosen(item.name)]
        items.sort(key=lambda item: -self._first.get(item.name, 0))
        self.ran = len(items)
        for item in items:
            for name, found in item._fixtureinfo.name2fixturedefs.items():
                # pytest's own, and those of all tests, start no process.
                if found[-1].scope != "function" and "/" in found[-1].baseid:
                    self.shared.setdefault(f"{found[-1].baseid}::{name}", set()).add(item.name)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        name = report.nodeid.rpartition("/")[2].partition("::")[2]
        if report.failed:
            self.failed = self.failed or name
        if report.when == "teardown":
            self.ended(name)


class Worker:
    """A process with a copy of the package of its own; all methods run in it.

    Args:
        adapter: The adapter that is changed.
        source: The package.
        folder: Where to work.
        barrier: Where all workers meet.
    """

    current: Worker

    def __init__(self, adapter: str, source: Path, folder: Path, barrier: Barrier) -> None:
        self.barrier = barrier
        self.adapter = adapter
        self.folder = folder / str(os.getpid())
        self.place = self.folder / "src"
        shutil.copytree(source, self.place)
        os.environ["CONFORMANCE_SOURCE"] = str(self.place)
        # Read when the rows are loaded.
        os.environ["CONFORMANCE_FRAMEWORKS"] = ",".join(FRAMEWORKS[adapter])
        sys.path[:0] = [str(KIT), str(OWN_TESTS)]
        self.kit = importlib.import_module("conformance_kit")
        self.table = importlib.import_module("conformance_table")
        self.rows = importlib.import_module("test_conformance_rows")
        self.warm = WarmStart(adapter, self.kit.launch)
        self.kit.launch = self.warm.launch
        self.quick = QUICK[adapter]
        # Which lines each test executes, as far as that is known.
        self.seen: dict[str, dict[str, set[tuple[str, int]] | None]] = {}
        self.promising: list[str] = []
        # The lines of each module that the tests of sources execute.
        self.read: dict[str, frozenset[int]] = {}

    @classmethod
    def start(cls, adapter: str, source: Path, folder: Path, barrier: Barrier) -> None:
        """Make this process a worker."""
        cls.current = cls(adapter, source, folder, barrier)

    def passes_quickly(self) -> bool:
        """Whether the cases themselves notice nothing: all in one run, and all refused ones in another."""
        folder = self.folder / "run"
        for framework in QUICK[self.adapter]:
            dialect = self.rows.dialect_of(framework)
            check_run, check_refused = self.rows.check_run, self.rows.check_refused
            runs = ((check_run, ("green", "red"), ()), (check_refused, ("refused",), (dialect.refused,)))
            for check, exits, more in runs:
                shutil.rmtree(folder, ignore_errors=True)
                cases = self.table.cases_for(framework, *exits)
                try:
                    check(self.kit.run_cases(dialect, cases, folder), cases, *more)
                except _NOTICED:
                    return False
        return True

    def reads_sources(self, mutants: Sequence[Mutant]) -> bool:
        """Whether the tests that import the adapter notice nothing; those that failed last are asked first."""
        if mutants and not any(line in self.read.get(one.module, ()) for one in mutants for line in one.lines):
            return True
        own = OWN_TESTS / f"{self.adapter}_adapter"
        tests = [OWN_TESTS / f"{self.adapter}_source", *(own / name for name in IMPORTING.get(self.adapter, ()))]
        options = ["-x", "-q", "--ff", "-o", f"cache_dir={self.folder / 'cache'}"]
        # Tests of bugs of our own carry our markers, which the plugin would know.
        options += ["-W", "ignore::pytest.PytestUnknownMarkWarning", f"--basetemp={self.folder / 'tmp'}"]
        rules, lines = self.folder / "coverage.ini", f"--data-file={self.folder / 'lines'}"
        rules.write_text(f"[run]\nsource = {self.place}\nparallel = true\npatch = subprocess\n", encoding="utf-8")
        watch = () if mutants else ("coverage", "run", f"--rcfile={rules}", lines, "-m")
        with contextlib.suppress(subprocess.TimeoutExpired):
            done = subprocess.run(
                [sys.executable, "-m", *watch, "pytest", *options, *map(str, tests)],
                env={**os.environ, "PYTHONPATH": str(self.place), "PYTHONDONTWRITEBYTECODE": "1"},
                check=False,
                capture_output=True,
                timeout=_LONGEST,
            )
            if not mutants:
                self._keep_read(rules)
            return done.returncode == 0
        return False

    def _keep_read(self, rules: Path) -> None:
        """Keep the lines that the tests of sources execute."""
        watched = coverage.Coverage(data_file=str(self.folder / "lines"), config_file=str(rules), messages=False)
        watched.combine()
        data = watched.get_data()
        for file in data.measured_files():
            self.read[Path(file).relative_to(self.place).as_posix()] = frozenset(data.lines(file) or ())

    def first_failure(self, question: str, mutants: Sequence[Mutant]) -> str:
        """The first test that fails, or nothing.

        Args:
            question: ``rows``, ``parallel`` or ``own``.
            mutants: What was changed: only the tests that execute one of their lines are run.
        """
        seen = self.seen.get(question, {})
        wanted = [(line.module, line.lines) for line in mutants]

        def chosen(name: str) -> bool:
            parallel = any(
                other in name.partition("[")[2] for other in FRAMEWORKS[self.adapter] if other not in self.quick
            )
            if question != "own" and parallel != (question == "parallel"):
                return False
            lines = seen.get(name)
            return lines is None or any((module, line) in lines for module, part in wanted for line in part)

        observer = Observer(chosen, self.promising)
        if not mutants and question != "parallel":
            self.warm.traced = str(self.place / "bugcapture" / self.adapter)
            self.seen[question] = seen
            observer.ended = lambda name: self._keep(seen, name)
        code = self._run_tests(question, observer)
        self.warm.traced = ""
        if not mutants:
            share(seen, observer.shared.values())
        if observer.failed:
            self.promising = [*(name for name in self.promising if name != observer.failed), observer.failed]
        return observer.failed or ("the tests cannot be run" if code not in {0, 5} else "")

    def _keep(self, seen: dict[str, set[tuple[str, int]] | None], name: str) -> None:
        """Keep the lines that a test has executed; nothing is known when any run was started as usual."""
        start = len(str(self.place)) + 1
        parts = (text.rpartition(":") for text in self.warm.lines)
        seen[name] = None if self.warm.unknown else {(path[start:], int(line)) for path, _, line in parts}
        self.warm.lines = set()
        self.warm.unknown = False

    def _run_tests(self, question: str, observer: Observer) -> int:
        options = ["-x", "-o", "addopts=", "-p", "no:terminal", "-p", "no:cacheprovider", "-p", "no:bugcapture"]
        # Tests of bugs of our own carry our markers, which the plugin would know.
        options += ["-W", "ignore::pytest.PytestUnknownMarkWarning", f"--basetemp={self.folder / 'tmp'}"]
        tests = OWN_TESTS / f"{self.adapter}_adapter" if question == "own" else KIT / "test_conformance_rows.py"
        with contextlib.ExitStack() as stack:
            stack.enter_context(contextlib.redirect_stdout(io.StringIO()))
            stack.enter_context(contextlib.redirect_stderr(io.StringIO()))
            if question == "own":
                stack.enter_context(mock.patch("subprocess.run", functools.partial(self._run, subprocess.run)))
            return int(pytest.main([*options, str(tests)], plugins=[observer]))

    def _run(self, usual: Callable[..., Any], command: Sequence[str], **options: Any) -> Any:
        """Stands in for `subprocess.run`: puts the copy of the package in front, and starts faster."""
        if command[0] != sys.executable or "env" not in options:
            return usual(command, **options)
        paths = [str(self.place), options["env"].get("PYTHONPATH", "")]
        env = {
            **options["env"],
            "PYTHONPATH": os.pathsep.join(filter(None, paths)),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        if not self.warm.serves(command[1:], env):
            self.warm.unknown = True
            return usual(command, **{**options, "env": env})
        done = self.warm.launch(command[1:], options["cwd"], env)
        if not (options.get("text") or options.get("encoding")):
            return subprocess.CompletedProcess(
                command, done.returncode, done.stdout.encode(), done.stderr.encode()
            )
        return done


def share(seen: dict[str, set[tuple[str, int]] | None], groups: Iterable[set[str]]) -> None:
    """Give tests that look at the same run the lines that the first of them, which starts it, is seen to execute.

    Args:
        seen: The lines of each test; None where they are not known.
        groups: The names of tests that share a fixture.
    """
    for names in groups:
        found = [seen.get(name) for name in names]
        known = [lines for lines in found if lines is not None]
        together = set().union(*known) if len(known) == len(found) else None
        seen.update(dict.fromkeys(names, together))


def prepare(question: str) -> str:
    """Ask about the package as it stands, in every worker: they wait for each other.

    Args:
        question: As for `ask`.
    """
    found = ask(question, ())
    Worker.current.barrier.wait()
    return found


def ask(question: str, mutants: Sequence[Mutant]) -> str:
    """Make some changes in this worker's copy, and ask who notices them.

    Args:
        question: One of `QUESTIONS`.
        mutants: Changes that do not overlap; none to ask about the package as it stands.

    Returns:
        Who notices them; empty for nobody.
    """
    worker = Worker.current
    with changed(mutants, worker.place):
        if question == "quick":
            return "" if worker.passes_quickly() else "the cases"
        if question == "sources":
            return "" if worker.reads_sources(mutants) else "the sources"
        return worker.first_failure(question, mutants)


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


def split(mutants: Sequence[Mutant], largest: int = 8) -> list[list[Mutant]]:
    """Groups of changes that do not overlap."""
    groups: list[list[Mutant]] = []
    for mutant in mutants:
        for group in groups:
            if len(group) < largest and all(mutant.apart_from(other) for other in group):
                group.append(mutant)
                break
        else:
            groups.append([mutant])
    return groups


class Journal:
    """Which changes were noticed, kept in a file while a long run goes on.

    Args:
        file: The file; None keeps nothing.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._known = set(file.read_text("utf-8").splitlines()) if file and file.exists() else set()

    def unknown(self, mutants: Iterable[Mutant]) -> list[Mutant]:
        """The changes that are not in it."""
        return [mutant for mutant in mutants if mutant.key not in self._known]

    def note(self, mutant: Mutant) -> None:
        """Keep that a change was noticed."""
        if self._file:
            with self._file.open("a", encoding="utf-8") as stream:
                stream.write(f"{mutant.key}\n")


def survivors_of(
    mutants: list[Mutant], pool: ProcessPoolExecutor, question: str, groups: Groups, journal: Journal
) -> list[Mutant]:
    """The changes that nobody notices: each group first, then each half of those that are noticed.

    Args:
        mutants: Changes.
        pool: The workers.
        question: What to ask them.
        groups: How to group the changes.
        journal: Gets those that are noticed.
    """
    left: list[Mutant] = []
    waiting = {pool.submit(ask, question, group): group for group in groups(mutants)}
    while waiting:
        done, _ = wait(waiting, return_when=FIRST_COMPLETED)
        for future in done:
            group = waiting.pop(future)
            found = future.result()
            for mutant in group:
                say(f"{question}: {found or 'nothing'} notices {mutant.line}: {mutant.key}")
            if not found:
                left += group
            elif len(group) > 1:
                half = len(group) // 2
                waiting |= {pool.submit(ask, question, part): part for part in (group[:half], group[half:])}
            else:
                journal.note(group[0])
    return sorted(left, key=lambda mutant: (mutant.module, mutant.start, mutant.new))


def alone(mutants: Sequence[Mutant]) -> list[list[Mutant]]:
    """Each change in a group of its own."""
    return [[mutant] for mutant in mutants]


def try_adapter(adapter: str, options: argparse.Namespace, mutants: list[Mutant], folder: Path) -> list[Mutant]:
    """The changes of one adapter that nobody notices.

    Raises:
        RuntimeError: If the rows fail without any change.
    """
    context = multiprocessing.get_context("spawn")
    start = (adapter, options.source, folder, context.Barrier(options.jobs))
    journal = Journal(options.journal)
    with ProcessPoolExecutor(options.jobs, context, initializer=Worker.start, initargs=start) as pool:
        left = journal.unknown(mutants)
        for question in QUESTIONS:
            failed = [future.result() for future in [pool.submit(prepare, question) for _ in range(options.jobs)]]
            if any(failed):
                raise RuntimeError(f"{adapter}: {max(failed)} fails without any change")
            left = survivors_of(left, pool, question, split if question == "parallel" else alone, journal)
            say(f"{adapter}: {len(left)} of {len(mutants)} changes pass '{question}'")
    return left


@dataclass(frozen=True)
class Reason:
    """Why no row can notice some changes.

    Attributes:
        why: The reason.
        changes: Their keys; ``*`` stands for anything.
    """

    why: str
    changes: tuple[str, ...]

    @classmethod
    def read(cls, adapters: Sequence[str]) -> list[Self]:
        """All reasons about some adapters."""
        tables = tomllib.loads(REASONS.read_text("utf-8"))
        return [cls(table["why"], tuple(table["changes"])) for name in adapters for table in tables.get(name, ())]


def matches(pattern: str, key: str) -> bool:
    """Whether a key is one of those that a pattern stands for."""
    return re.fullmatch(re.escape(pattern).replace(r"\*", ".*"), key) is not None


def main() -> int:
    """Print every survivor; see the module's text for the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument(
        "adapters", nargs="*", choices=[*FRAMEWORKS, []], help="default: those with a list of reasons"
    )
    parser.add_argument("--jobs", type=int, default=2, help="processes at the same time")
    parser.add_argument("--only", default="", help="only changes in whose names this regular expression is found")
    parser.add_argument("--source", type=Path, default=ROOT / "src", help="another folder with the package")
    parser.add_argument("--journal", type=Path, help="go on with an earlier run, and keep what is noticed")
    parser.add_argument("--list", action="store_true", help="show the changes, run nothing")
    options = parser.parse_args()
    adapters = options.adapters or [
        name for name in FRAMEWORKS if name in tomllib.loads(REASONS.read_text("utf-8"))
    ]
    for name in set(FRAMEWORKS) - set(adapters):
        say(f"{name}: not asked for, or nobody has judged its survivors yet")
    survivors: list[Mutant] = []
    number = 0
    with tempfile.TemporaryDirectory(prefix="mutants-") as name:
        folder = Path(name)
        # The sources may be edited meanwhile.
        options.source = shutil.copytree(
            options.source, folder / "src", ignore=shutil.ignore_patterns("__pycache__")
        )
        for adapter in adapters:
            files = sorted((options.source / "bugcapture" / adapter).glob("*.py"))
            mutants = [
                mutant
                for file in files
                if file.stem not in STATIC[adapter]
                for mutant in find_mutants(file.relative_to(options.source).as_posix(), file.read_text("utf-8"))
                if re.search(options.only, mutant.key)
            ]
            number += len(mutants)
            if options.list:
                print(*(f"{mutant.line}: {mutant.key}" for mutant in mutants), sep="\n")
            else:
                survivors += try_adapter(adapter, options, mutants, folder)
    return 0 if options.list else tell(survivors, number, adapters, options.only)


def tell(survivors: Sequence[Mutant], number: int, adapters: Sequence[str], only: str) -> int:
    """Print what was found.

    Args:
        survivors: The changes that nobody notices.
        number: How many changes there were.
        adapters: Whose they were.
        only: Which of them were looked at.

    Returns:
        The exit code.
    """
    patterns = [change for reason in Reason.read(adapters) for change in reason.changes]
    without = [mutant for mutant in survivors if not any(matches(pattern, mutant.key) for pattern in patterns)]
    stale = [pattern for pattern in patterns if not any(matches(pattern, mutant.key) for mutant in survivors)]
    stale = [pattern for pattern in stale if re.search(only, pattern)]
    for mutant in without:
        print(f"survived: {mutant.line}: {mutant.key}")
    for pattern in stale:
        print(f"a row notices it, or it is gone: {pattern}")
    print(
        f"{number} changes, {number - len(survivors)} noticed, {len(survivors)} not noticed, "
        f"{len(survivors) - len(without)} of them with a reason"
    )
    return 1 if without or stale else 0


def say(text: str) -> None:
    """Tell how far it is."""
    print(text, file=sys.stderr, flush=True)


def _flat(text: str) -> str:
    return " ".join(text.split())


if __name__ == "__main__":
    sys.exit(main())
