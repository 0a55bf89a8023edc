"""Scan test files: each is parsed once, nothing of them is imported."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from msgspec.structs import replace as changed

from bugcapture.core.errors import SourceError
from bugcapture.core.finding import Finding
from bugcapture.core.text import printable
from bugcapture.project.files import read_bytes
from bugcapture.scan.cache import Cache, Found, fingerprint, rules_version
from bugcapture.scan.discover import find_sources, rules_for
from bugcapture.scan.hazard import Hazard, Level
from bugcapture.scan.index import ProductionIndex
from bugcapture.scan.module import read_module
from bugcapture.scan.parse import parse
from bugcapture.scan.program import read_program
from bugcapture.scan.rule import Rule, Scope, all_rules, choose_rules
from bugcapture.scan.strangers import mark_given_away
from bugcapture.scan.suppress import MARK, apply_suppressions, read_suppressions
from bugcapture.scan.words import concerns_program, concerns_tests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from bugcapture.project.config import ScanSettings
    from bugcapture.scan.mocks import Mock
    from bugcapture.scan.module import TestModule

# Fewer files than this are read faster without other processes.
_FEW: Final = 24


@dataclass(slots=True)
class ScanResult:
    """What a scan found.

    Attributes:
        hazards: The findings, in order, at or above the level that was asked for.
        problems: Files that cannot be read, and comments that hold nothing back.
        files: How many test files were scanned.
        suppressed: How many findings comments held back.
        known: How many findings the baseline knows.
        gone: How many findings of the baseline are gone.
        dropped: How many findings were run and have shown nothing.
    """

    hazards: list[Hazard] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)
    files: int = 0
    suppressed: int = 0
    known: int = 0
    gone: int = 0
    dropped: int = 0


def scan(
    root: Path,
    settings: ScanSettings,
    paths: Sequence[Path] = (),
    *,
    jobs: int | None = None,
    cached: bool = True,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> ScanResult:
    """Scan the tests of a project.

    Args:
        root: Its folder.
        settings: What it sets.
        paths: Files and folders to scan; none for all tests.
        jobs: How many processes may read files; None for one for each processor.
        cached: Whether earlier results may be used, and these are kept.
        on_progress: Called with the numbers of files that were read and that have to be.

    Returns:
        The findings of all levels that the settings ask for.

    Raises:
        ConfigurationError: If a path does not exist.
    """
    sources = find_sources(root, settings, paths)
    rules = choose_rules(settings)
    cache = Cache(root, enabled=cached)
    version = rules_version()
    contents, problems = _read_all({**sources.tests, **sources.program, **sources.conftests})
    index, about_program = _read_program(sources.program, contents, cache, version)
    scope = Scope(index=index, settings=settings)
    common = fingerprint(
        [version, about_program, repr((settings, [rule.code for rule in rules])).encode()]
    ).encode()
    given, about_fixtures = _read_conftests(sources.conftests, contents)

    everywhere = any(rule.anywhere for rule in rules)
    result = ScanResult(problems=problems, files=len(sources.tests))
    found: dict[str, Found] = {}
    jobs_left: list[_Job] = []
    for name in sources.tests:
        content = contents.get(name)
        if content is None:
            continue
        around = _around(name, given)
        if not everywhere and not _is_of_interest(content, around):
            found[name] = Found()
            continue
        key = fingerprint(
            [common, name.encode("utf-8", "surrogateescape"), content, _around_key(name, about_fixtures)]
        )
        known = cache.test(key)
        if known is not None:
            found[name] = known
        else:
            jobs_left.append(_Job(name, content, key))
    work = _Work(scope, rules, given)
    for done, (job, one) in enumerate(_run(jobs_left, work, jobs), start=1):
        found[job.name] = one
        cache.keep_test(job.key, one)
        on_progress(done, len(jobs_left))
    cache.save(whole=not paths)
    for name in sorted(found):
        _take(result, name, found[name], contents[name], settings, rules)
    result.hazards.sort(key=lambda hazard: hazard.order)
    result.problems.sort()
    return result


def scan_module(
    path: str,
    content: bytes,
    scope: Scope,
    rules: Iterable[Rule],
    around: Mapping[str, Mock] | None = None,
) -> Found:
    """Scan one file.

    Args:
        path: The file as findings name it.
        content: What it holds.
        scope: What rules may look at besides.
        rules: The rules to ask.
        around: The mocks that fixtures of conftest files around it give.
    """
    try:
        module = _read_test(path, content, around or {})
        mark_given_away(module, scope.index)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        line = error.lineno or 0 if isinstance(error, SyntaxError) else 0
        reason = error.msg if isinstance(error, SyntaxError) else str(error) or type(error).__name__
        return Found(problem=f"cannot be parsed: {printable(reason)}", line=line)
    seen: dict[tuple[object, ...], Hazard] = {}
    for rule in rules:
        try:
            for hazard in rule.check(module, scope):
                key = (hazard.rule, hazard.span, hazard.subject)
                known = seen.get(key)
                # The same mock in several tests is one finding, told at its worst.
                if known is None or hazard.level.rank < known.level.rank:
                    seen[key] = hazard
        except RecursionError:
            return Found(problem="is nested too deeply to be followed")
    return Found(sorted(map(_clean, seen.values()), key=lambda hazard: hazard.order))


def _clean(hazard: Hazard) -> Hazard:
    """A finding without characters of the scanned code that a terminal would obey."""
    if hazard.message.isprintable() and hazard.subject.isprintable():
        return hazard
    return changed(hazard, message=printable(hazard.message), subject=printable(hazard.subject))


def _read_test(path: str, content: bytes, around: Mapping[str, Mock]) -> TestModule:
    return read_module(path, parse(content), content, around)


def _is_of_interest(content: bytes, around: Iterable[str]) -> bool:
    """Whether a file may hold what any rule is about; what Python cannot read is, so that it is told."""
    if concerns_tests(content) or b"\0" in content:
        return True
    return any(word.encode() in content for word in around)


def _read_all(files: Mapping[str, Path]) -> tuple[dict[str, bytes], list[Finding]]:
    contents: dict[str, bytes] = {}
    problems: list[Finding] = []
    for name, file in files.items():
        try:
            contents[name] = read_bytes(file)
        except SourceError as error:
            problems.append(Finding(name, 0, "P1", error.message))
    return contents, problems


def _read_program(
    files: Iterable[str], contents: Mapping[str, bytes], cache: Cache, version: bytes
) -> tuple[ProductionIndex, bytes]:
    """The index of the program, and a name for what it was made of."""
    index = ProductionIndex()
    keys = []
    for name in files:
        content = contents.get(name, b"")
        if not concerns_program(content):
            continue
        key = fingerprint([version, name.encode("utf-8", "surrogateescape"), content])
        functions = cache.program(key)
        if functions is None:
            try:
                functions = read_program(name, parse(content))
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                functions = []  # The program's own tools tell.
            cache.keep_program(key, functions)
        keys.append(key.encode())
        index.add(functions)
    return index, fingerprint(keys).encode()


def _read_conftests(
    files: Iterable[str], contents: Mapping[str, bytes]
) -> tuple[dict[str, dict[str, Mock]], dict[str, bytes]]:
    """The mocks that fixtures of conftest files give, by their folders, and names for their contents."""
    given: dict[str, dict[str, Mock]] = {}
    about: dict[str, bytes] = {}
    for name in sorted(files, key=lambda one: one.count("/")):
        content = contents.get(name, b"")
        folder = PurePosixPath(name).parent.as_posix()
        if not concerns_tests(content):
            continue
        about[folder] = fingerprint([content]).encode()
        try:
            given[folder] = dict(_read_test(name, content, _around(name, given)).fixtures)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            given[folder] = {}  # It is told when the file itself is scanned.
    return given, about


def _folders(name: str) -> list[str]:
    """The folders above a file, the outermost first."""
    return [folder.as_posix() for folder in reversed(PurePosixPath(name).parents)]


def _around(name: str, given: Mapping[str, Mapping[str, Mock]]) -> dict[str, Mock]:
    around: dict[str, Mock] = {}
    for folder in _folders(name):
        around |= given.get(folder, {})
    return around


def _around_key(name: str, about: Mapping[str, bytes]) -> bytes:
    return b"".join(about.get(folder, b"") for folder in _folders(name))


@dataclass(frozen=True, slots=True)
class _Job:
    name: str
    content: bytes
    key: str


@dataclass(frozen=True, slots=True)
class _Work:
    """What every file needs."""

    scope: Scope
    rules: tuple[Rule, ...]
    given: dict[str, dict[str, Mock]]

    def __call__(self, job: tuple[str, bytes]) -> Found:
        name, content = job
        return scan_module(name, content, self.scope, self.rules, _around(name, self.given))


# The work of a process that does nothing else.
_works: list[_Work] = []


def _start(work: tuple[Scope, tuple[str, ...], dict[str, dict[str, Mock]]]) -> None:
    scope, codes, given = work
    _works.append(_Work(scope, tuple(rule for rule in all_rules() if rule.code in codes), given))
    gc.disable()


def _look(job: tuple[str, bytes]) -> Found:
    return _works[-1](job)


def _run(left: list[_Job], work: _Work, jobs: int | None) -> Iterable[tuple[_Job, Found]]:
    """What is found in each file, in order; by several processes where there is enough to do."""
    count = min(jobs or os.cpu_count() or 1, max(1, len(left) // 8))
    if count == 1 or len(left) < _FEW:
        enabled = gc.isenabled()
        gc.disable()
        try:
            for job in left:
                yield job, work((job.name, job.content))
        finally:
            if enabled:
                gc.enable()
        return
    method = "fork" if sys.platform == "linux" else "spawn"
    state = (work.scope, tuple(rule.code for rule in work.rules), work.given)
    with ProcessPoolExecutor(
        count, multiprocessing.get_context(method), initializer=_start, initargs=(state,)
    ) as pool:
        # The largest first, so that no process ends up alone with one of them.
        largest = sorted(left, key=lambda job: -len(job.content))
        yield from zip(
            largest, pool.map(_look, [(job.name, job.content) for job in largest], chunksize=4), strict=True
        )


def _take(
    result: ScanResult, name: str, found: Found, content: bytes, settings: ScanSettings, rules: tuple[Rule, ...]
) -> None:
    """Take in what was found in a file, without what comments and settings hold back."""
    if found.problem:
        result.problems.append(Finding(name, found.line, "P1", found.problem))
        return
    ignored = rules_for(name, settings)
    hazards = (
        [hazard for hazard in found.hazards if not hazard.rule.startswith(ignored)] if ignored else found.hazards
    )
    if MARK in content:
        suppressions, problems = read_suppressions(name, content)
        asked = frozenset(rule.code for rule in rules if not rule.code.startswith(ignored or ("?",)))
        left, useless = apply_suppressions(name, hazards, suppressions, asked)
        result.suppressed += len(hazards) - len(left)
        result.problems += [*problems, *useless]
        hazards = left
    result.hazards += hazards


def at_least(result: ScanResult, level: str) -> ScanResult:
    """The same without what is less bad than a level.

    Args:
        result: What was found.
        level: One of `bugcapture.scan.hazard.Level`.
    """
    limit = Level(level).rank
    return replace(result, hazards=[hazard for hazard in result.hazards if hazard.level.rank <= limit])
