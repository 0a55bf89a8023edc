"""Scan test files: each is parsed once, nothing of them is imported."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from bugcapture.scan.cache import Cache
from bugcapture.scan.conftests import Conftests
from bugcapture.scan.contents import Contents, fingerprint
from bugcapture.scan.discover import find_sources
from bugcapture.scan.found import Found
from bugcapture.scan.result import ScanResult
from bugcapture.scan.rule import Scope, choose_rules
from bugcapture.scan.words import concerns_program, concerns_tests
from bugcapture.scan.workers import spread, without_collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from bugcapture.project.config import ScanSettings
    from bugcapture.scan.conftests import Around
    from bugcapture.scan.index import ProductionIndex
    from bugcapture.scan.rule import Rule

_encode: Final = msgspec.msgpack.encode
# A file of the program that holds no function of interest.
_NOTHING: Final = msgspec.Raw(_encode([]))


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
    files = {**sources.tests, **sources.program, **sources.conftests}
    contents = Contents({_as_text(name): file for name, file in files.items()}, cache.stamps)
    with without_collector():
        names = list(map(_as_text, sources.tests))
        conftests = Conftests(map(_as_text, sources.conftests), names, contents)

        def read_tests() -> None:
            for name in names:
                contents.digest(name)
                conftests.around(name)

        program, about_program = _read_program(map(_as_text, sources.program), contents, cache, jobs, read_tests)
        tests = _Tests(contents, cache, conftests)
        dist = settings.dist or ""
        tests.ask_cache(names, [about_program, dist, *(rule.code for rule in rules)])
        if tests.left:
            scope = Scope(index=_index(program), dist=dist)
            tests.scan(scope, rules, jobs, on_progress)
    cache.save(contents.stamps, whole=not paths)
    result = ScanResult(problems=contents.problems, files=len(sources.tests))
    decode = msgspec.msgpack.Decoder(Found).decode
    for name in sources.tests:
        if found := tests.found.get(_as_text(name)):
            result.take(name, decode(found), settings, rules)
    result.hazards.sort(key=lambda hazard: hazard.order)
    result.problems.sort()
    return result


def _as_text(name: str) -> str:
    """A file's name as it can be kept: one that is no text is escaped."""
    return name if name.isascii() else name.encode("utf-8", "backslashreplace").decode()


def _read_program(
    files: Iterable[str], contents: Contents, cache: Cache, jobs: int | None, meanwhile: Callable[[], object]
) -> tuple[list[msgspec.Raw], str]:
    """The functions of the program by its files, and a name for what they were read from."""
    program: dict[str, msgspec.Raw] = {}
    left = []
    for name in files:
        known = cache.program(name, contents.digest(name))
        program[name] = known if known is not None else _NOTHING
        if known is None and concerns_program(contents.read(name)):
            left.append((name, contents.read(name)))
    sizes = [len(content) for _, content in left]
    for (name, _), functions in spread(_read_functions, left, sizes, jobs, meanwhile):
        program[name] = msgspec.Raw(functions)
    digests = []
    for name, found in program.items():
        cache.keep_program(name, contents.digest(name), found)
        if found != _NOTHING:
            digests.append(f"{name} {contents.digest(name)}")
    about = fingerprint(digest.encode() for digest in digests)
    return [found for found in program.values() if found != _NOTHING], about


def _read_functions(file: tuple[str, bytes]) -> bytes:
    from bugcapture.scan.parse import parse  # noqa: PLC0415 - not needed where all results are known
    from bugcapture.scan.program import read_program  # noqa: PLC0415
    from bugcapture.scan.scan_file import UNREADABLE  # noqa: PLC0415

    name, content = file
    try:
        return _encode(read_program(name, parse(content)))
    except UNREADABLE:
        return bytes(_NOTHING)  # The program's own tools tell.


def _index(program: Iterable[msgspec.Raw]) -> ProductionIndex:
    from bugcapture.scan.index import ProductionIndex, ProgramFunction  # noqa: PLC0415

    index = ProductionIndex()
    decode = msgspec.msgpack.Decoder(list[ProgramFunction]).decode
    for functions in program:
        index.add(decode(functions))
    return index


class _Tests:
    """The test files of one scan."""

    def __init__(self, contents: Contents, cache: Cache, conftests: Conftests) -> None:
        self._contents = contents
        self._cache = cache
        self._conftests = conftests
        self._common = ""
        self.found: dict[str, msgspec.Raw] = {}
        self.left: list[str] = []

    def ask_cache(self, files: Iterable[str], common: Iterable[str]) -> None:
        """Take what is known of some files; all of it depends on some things in common."""
        self._common = "\0".join(common)
        for name in files:
            if self._contents.digest(name):
                known = self._cache.test(name, self._key(name))
                if known is None:
                    self.left.append(name)
                else:
                    self.found[name] = known

    def scan(
        self, scope: Scope, rules: Sequence[Rule], jobs: int | None, on_progress: Callable[[int, int], None]
    ) -> None:
        """Scan the other ones."""
        from bugcapture.scan.scan_file import read_comments  # noqa: PLC0415 - not needed where all results are known

        everywhere = any(rule.anywhere for rule in rules)
        files = []
        for name in self.left:
            content = self._contents.read(name)
            around = self._conftests.around(name)
            if everywhere or _is_of_interest(content, around.mocks):
                files.append(_File(name, content, around))
            else:
                self._keep(name, _encode(read_comments(content)))
        sizes = [len(file.content) for file in files]
        for done, (file, found) in enumerate(spread(_Work(scope, rules), files, sizes, jobs), start=1):
            self._keep(file.name, found)
            on_progress(done, len(files))

    def _keep(self, name: str, found: bytes) -> None:
        self.found[name] = msgspec.Raw(found)
        self._cache.keep_test(name, self._key(name), self.found[name])

    def _key(self, name: str) -> str:
        parts = (self._common, self._contents.digest(name), self._conftests.key(name))
        return fingerprint(part.encode() for part in parts)


def _is_of_interest(content: bytes, around: Iterable[str]) -> bool:
    """Whether a file may hold what any rule is about; what Python cannot read is, so that it is told."""
    return (
        concerns_tests(content)
        or b"\0" in content
        or any(word.encode("utf-8", "surrogatepass") in content for word in around)
    )


@dataclass(frozen=True, slots=True)
class _File:
    """A test file, and what the conftest files around it bring."""

    name: str
    content: bytes
    around: Around


@dataclass(frozen=True, slots=True)
class _Work:
    """What is done with every test file."""

    scope: Scope
    rules: Sequence[Rule]

    def __call__(self, file: _File) -> bytes:
        from bugcapture.scan.scan_file import scan_file  # noqa: PLC0415

        return _encode(scan_file(file.name, file.content, self.scope, self.rules, file.around))
