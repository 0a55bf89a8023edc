"""How many bugs were captured over the history of a repository, read from it without a checkout.

Nothing of the project is executed: the commits are found by the lines that they change, the contents of the files
come out of git's own store, and the dialects read them as they read the files of today.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import SourceError
from bugcapture.project.files import is_passed_over
from bugcapture.project.paths import relative_path
from bugcapture.project.repository import Passage, Repository
from bugcapture.workflow.sources import DIALECTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

POINTS: Final = 240

_SUFFIXES: Final = {suffix: dialect for dialect in DIALECTS for suffix in dialect.suffixes}
# Any line with a switch or a number. Robot Framework takes `TDD Bug` for `tdd_bug`.
_LINES: Final = "[Tt][ _]?[Dd][ _]?[Dd][ _]?([Bb][Uu][Gg]|[Ii][Ss][Ss][Uu][Ee]|[Ee][Xx][Pp])"
# What says which functions and classes pytest takes for tests.
_SETTINGS: Final = (
    "pytest.toml",
    ".pytest.toml",
    "pytest.ini",
    ".pytest.ini",
    "pyproject.toml",
    "tox.ini",
    "setup.cfg",
)
_INIT: Final = "__init__.robot"
_REGULAR: Final = "100"
_LAST_SECOND: Final = 253_402_300_799  # Of the year 9999; git's own clock knows later ones.


@dataclass(frozen=True, slots=True, kw_only=True)
class BurndownPoint:
    """How many bugs there were at a moment.

    Attributes:
        at: When.
        commit: The revision; empty for the working tree of today.
        captured: How many bugs had a test with the switch.
        guarded: How many had tests, and none with the switch.
    """

    at: datetime
    commit: str
    captured: int
    guarded: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Burndown:
    """How many bugs were captured over time.

    Attributes:
        points: From the oldest to the newest.
        commits: How many commits changed tags, of which the points are some when there are many.
        shallow: Whether a part of the history is missing from the clone.
    """

    points: tuple[BurndownPoint, ...]
    commits: int
    shallow: bool


def read_burndown(
    root: Path, *, since: datetime | None = None, limit: int = POINTS, say: Callable[[str], None] = lambda _: None
) -> Burndown:
    """Follow the captured bugs along the first parents of the checked-out revision.

    Args:
        root: The project's folder; what lies beside it in the repository does not count.
        since: Only from then on; None for the whole history.
        limit: How many revisions are read at most; of more, some that are spread evenly, and the last.
        say: Told what happens at the moment.

    Raises:
        ConfigurationError: If there is no repository, no git or no commit, or content is missing from a partial
            clone.
    """
    repository = Repository.find(root)
    prefix = relative_path(root.resolve(), repository.top.resolve())
    folder = "" if prefix == "." else f"{prefix}/"
    head = repository.resolve("HEAD")
    if head is None:
        return Burndown(points=(), commits=0, shallow=False)
    say("looking for commits that change tags")
    paths = [f":(top,glob){_escape(folder)}**/*{suffix}" for suffix in _SUFFIXES]
    before = repository.commit_before(head.commit, int(since.timestamp())) if since else ""
    changes = repository.passages(head.commit, _LINES, paths, after=before)
    if since and before:
        listed = repository.blobs(before)
        found = {path: _regular(listed[path]) for path in repository.files_with(before, _LINES, paths)}
        changes.insert(0, Passage(commit=before, at=int(since.timestamp()), contents=found))
    with tempfile.TemporaryDirectory(prefix="bugcapture-burndown-", ignore_cleanup_errors=True) as scratch:
        reader = _Reader(repository, folder, Path(os.path.realpath(scratch)))
        points = tuple(_follow(changes, limit, reader, say))
    return Burndown(points=points, commits=len(changes), shallow=repository.is_shallow())


def _follow(
    changes: Sequence[Passage], limit: int, reader: _Reader, say: Callable[[str], None]
) -> Iterator[BurndownPoint]:
    files: dict[str, str] = {}
    chosen = set(_spread(len(changes), limit))
    latest = 0
    for position, change in enumerate(changes):
        files.update(change.contents)
        # Clocks differ, and a rebase turns them back; the order of the commits does not lie.
        latest = max(latest, change.at)
        if position in chosen:
            say(f"reading the tags of {position + 1} of {len(changes)} commits")
            bugs = reader.read(change.commit, {path: content for path, content in files.items() if content})
            captured = sum(bugs.values())
            moment = datetime.fromtimestamp(min(latest, _LAST_SECOND), UTC)
            yield BurndownPoint(at=moment, commit=change.commit, captured=captured, guarded=len(bugs) - captured)


def _spread(count: int, limit: int) -> Iterable[int]:
    """Positions from the first to the last, at most so many."""
    if count <= limit:
        return range(count)
    return sorted({round(step * (count - 1) / (limit - 1)) for step in range(limit)})


@dataclass(slots=True)
class _Reader:
    """Reads the bugs of revisions; what it has read once it does not read again."""

    repository: Repository
    folder: str
    scratch: Path
    known: dict[tuple[str, str, str], tuple[tuple[int, bool], ...]] = field(default_factory=dict)
    passed_over: dict[PurePosixPath, bool] = field(default_factory=dict)

    def read(self, commit: str, files: dict[str, str]) -> dict[int, bool]:
        """The bugs of a revision, and whether they are captured.

        Args:
            commit: The revision.
            files: The files with tags of ours, and their contents' hashes.
        """
        files = {**self._below_inits(commit, files), **files}
        support = self._settings(commit)
        inits = {path: content for path, content in files.items() if PurePosixPath(path).name == _INIT}
        around = hashlib.sha256(repr((sorted(support.items()), sorted(inits.items()))).encode()).hexdigest()[:16]
        keys = {path: (around, path, content) for path, content in files.items() if self._counts(path)}
        new = {path: key for path, key in keys.items() if key not in self.known}
        if new:
            self._parse(new, inits, support)
        bugs: dict[int, bool] = {}
        for key in keys.values():
            for number, captured in self.known[key]:
                bugs[number] = bugs.get(number, False) or captured
        return bugs

    def _counts(self, path: str) -> bool:
        """Whether a file would be read in the checkout of today, unlike those of environments and the like."""
        return _is_safe(path) and not self._is_passed_over(PurePosixPath(path).parent)

    def _is_passed_over(self, folder: PurePosixPath) -> bool:
        if f"{folder}/" in {self.folder, "./"}:  # Whatever the folder of the project is called.
            return False
        if folder not in self.passed_over:
            named = is_passed_over(self.repository.top / folder)
            self.passed_over[folder] = named or self._is_passed_over(folder.parent)
        return self.passed_over[folder]

    def _below_inits(self, commit: str, files: Mapping[str, str]) -> dict[str, str]:
        """The suites that inherit tags from suite initialisation files, and may hold none themselves."""
        above = tuple(path.removesuffix(_INIT) for path in files if PurePosixPath(path).name == _INIT)
        if not above:
            return {}
        listed = self.repository.blobs(commit).items()
        return {
            path: _regular(entry) for path, entry in listed if path.endswith(".robot") and path.startswith(above)
        }

    def _settings(self, commit: str) -> dict[str, bytes]:
        folders = dict.fromkeys(("", self.folder))
        names = {f"{commit}:{folder}{name}": f"{folder}{name}" for folder in folders for name in _SETTINGS}
        return {names[name]: content for name, content in self.repository.contents(list(names)).items()}

    def _parse(
        self, new: Mapping[str, tuple[str, str, str]], inits: Mapping[str, str], support: Mapping[str, bytes]
    ) -> None:
        contents = self.repository.contents([*(key[2] for key in new.values()), *inits.values()])
        # A folder for each revision: what is a file in one may be a folder in another.
        with tempfile.TemporaryDirectory(dir=self.scratch) as top:
            around = {path: contents.get(content, b"") for path, content in inits.items() if _is_safe(path)}
            for path, content in {**support, **around}.items():
                _write(Path(top, path), content)
            for path, key in new.items():
                self.known[key] = _read_bugs(Path(top, path), path, contents.get(key[2], b""))


def _read_bugs(file: Path, path: str, content: bytes) -> tuple[tuple[int, bool], ...]:
    """The bugs of one file, and whether they are captured; none of one that this machine cannot hold."""
    dialect = next(found for suffix, found in _SUFFIXES.items() if path.endswith(suffix))
    try:
        _write(file, content)
        source = dialect.read_source(file, path)
    except (OSError, SourceError):
        return ()
    captures = source.captures if source is not None else ()
    return tuple((number, capture.tags.expected_fail) for capture in captures for number in capture.tags.ids)


def _write(file: Path, content: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)


def _regular(entry: str) -> str:
    """The hash of a regular file, from its mode, kind and hash; empty for a link."""
    return entry.rpartition(" ")[2] if entry.startswith(_REGULAR) else ""


def _is_safe(path: str) -> bool:
    """Whether a path leads to a place below the folder that it is written into, as git promises of most."""
    parts = PurePosixPath(path).parts
    return not path.startswith("/") and ".." not in parts and "\0" not in path and ":" not in parts[0]


def _escape(text: str) -> str:
    return "".join(f"\\{char}" if char in "*?[\\" else char for char in text)
