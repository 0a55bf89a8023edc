"""What was observed in a run, as a file that another process can read."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.text import plural, printable, well_formed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SCHEMA: Final = "bugcapture.mock-truth/1"
TRUTH: Final = "truth"
COMPARISON: Final = "comparison"
SWALLOW: Final = "swallow"
SYNC_AWAITED: Final = "sync-awaited"
NEVER_AWAITED: Final = "never-awaited"
KINDS: Final[Mapping[str, str]] = {
    TRUTH: "is a truth value",
    COMPARISON: "is compared",
    SWALLOW: "swallows an exception",
    SYNC_AWAITED: "is awaited and cannot be",
    NEVER_AWAITED: "is never awaited",
}
# What stands instead of a digest where the file was written during the run: nobody knows which lines it ran.
CHANGED: Final = "changed during the run"
# How many uses, and how many tests of each, people are shown.
_MOST: Final = 50
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True, order=True)
class Observation:
    """One use of an answer that nobody chose, by the program.

    Attributes:
        guard: Where it is used, as ``path:line``.
        function: The function there.
        kind: One of `KINDS`.
        name: The answer, such as ``mock.check_permission()``.
        made: Where the mock was made.
        asked: Where the program asked the mock for the answer; empty where it was not the program.
        test: The test that ran; empty between tests.
    """

    guard: str
    function: str
    kind: str
    name: str
    made: str
    asked: str
    test: str


@dataclass(slots=True)
class Run:
    """What was observed in a run, or in a part of it.

    Attributes:
        observations: How often each was seen.
        made: How many mocks were made at each place.
        asked: For each place where mocks were made, where the program called them, whatever they were told.
        started: When the run began, in seconds since the epoch.
    """

    observations: Counter[Observation] = field(default_factory=Counter)
    made: Counter[str] = field(default_factory=Counter)
    asked: dict[str, set[str]] = field(default_factory=dict)
    started: float = field(default_factory=time.time)

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.observations or self.made or self.asked)

    def merge(self, other: Run) -> None:
        """Take in what another process, or another part of the run, has observed.

        Args:
            other: That.
        """
        self.observations.update(other.observations)
        self.made.update(other.made)
        for place, asked in other.asked.items():
            self.asked.setdefault(place, set()).update(asked)
        self.started = min(self.started, other.started)

    def to_json(self) -> dict[str, Any]:
        """The run as plain values, in a stable order."""
        return {
            "schema": SCHEMA,
            "observations": [
                {
                    "kind": one.kind,
                    "test": one.test,
                    "name": one.name,
                    "made": one.made,
                    "asked": one.asked,
                    "guard": one.guard,
                    "function": one.function,
                    "count": self.observations[one],
                }
                for one in sorted(self.observations)
            ],
            "made": [
                {
                    "place": place,
                    "count": self.made[place],
                    "asked": sorted(self.asked.get(place, ()), key=_by_line),
                }
                for place in sorted(self.made, key=_by_line)
            ],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Run:
        """A run from what `to_json` gave.

        Args:
            document: That.

        Raises:
            KeyError: If something is missing, or it is no such document.
            TypeError: If something is of another type.
            ValueError: If something has another value.
        """
        if document["schema"] != SCHEMA:
            raise ValueError(f"its schema is not {SCHEMA}")
        run = cls()
        for one in document["observations"]:
            if one["kind"] not in KINDS:
                raise ValueError(f"there is no kind {one['kind']!r}")
            values = {name: _text(one[name]) for name in Observation.__dataclass_fields__}
            run.observations[Observation(**values)] += _count(one["count"])
        for one in document["made"]:
            place = _text(one["place"])
            run.made[place] += _count(one["count"])
            run.asked[place] = {_text(asked) for asked in one["asked"]}
        return run

    def files(self) -> list[str]:
        """The files that it names, seen from the project's folder."""
        places = {*self.made, *(place for asked in self.asked.values() for place in asked)}
        places |= {place for one in self.observations for place in (one.guard, one.made, one.asked)}
        return sorted({place.rpartition(":")[0] for place in places if place})

    def write(self, file: Path, root: Path) -> None:
        """Write it, in one step.

        Args:
            file: The file; what is there is replaced.
            root: The project's folder, whose files are told by their digests.

        Raises:
            OSError: If that fails. What was there stays.
        """
        digests = {name: self._digest(os.path.join(root, name)) for name in self.files()}  # noqa: PTH118
        document = {**self.to_json(), "files": digests}
        text = json.dumps(well_formed(document), indent=1) + "\n"
        beside = file.with_name(f".{file.name}.{os.getpid()}.tmp")
        try:
            beside.write_text(text, encoding="utf-8", newline="\n")
            beside.replace(file)
        finally:
            beside.unlink(missing_ok=True)

    def describe(self) -> list[str]:
        """The run for people: each use with the first of its tests, and one line for all."""
        grouped: dict[Observation, Counter[str]] = {}
        for one, count in self.observations.items():
            grouped.setdefault(replace(one, test="", asked=""), Counter())[one.test] += count
        lines = []
        for one in sorted(grouped, key=lambda one: (_by_line(one.guard), one))[:_MOST]:
            tests = grouped[one]
            times = f", {tests.total()} times" if tests.total() > 1 else ""
            lines += [
                f"{one.guard} {one.function}: {one.name} {KINDS[one.kind]}{times}; the mock is made at {one.made}",
                *(f"  {test or 'between tests'}" for test in sorted(tests)[:_SHOWN]),
            ]
            if len(tests) > _SHOWN:
                lines.append(f"  and {plural(len(tests) - _SHOWN, 'test')} more")
        if len(grouped) > _MOST:
            lines.append(f"and {len(grouped) - _MOST} more")
        return [*map(printable, lines), self._summary()]

    def _summary(self) -> str:
        guards = {(one.guard, one.kind) for one in self.observations}
        if not guards:
            return f"{plural(len(self.made), 'place')} with mocks: the program uses no answer that nobody chose"
        kinds = Counter(kind for _, kind in guards)
        counts = ", ".join(f"{kinds[kind]} {kind}" for kind in KINDS if kinds[kind])
        tests = plural(len({one.test for one in self.observations}), "test")
        return f"answers that nobody chose: {plural(len(guards), 'use')} in the program ({counts}), in {tests}"

    def _digest(self, file: str) -> str:
        try:
            return CHANGED if os.stat(file).st_mtime > self.started else digest(file)  # noqa: PTH116
        except OSError:
            return CHANGED  # It is gone.


def digest(file: str | os.PathLike[str]) -> str:
    """By what a file is known again.

    Args:
        file: The file.

    Raises:
        OSError: If it cannot be read.
    """
    with open(file, "rb") as stream:  # noqa: PTH123
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _by_line(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    return (path, int(line) if line.isdigit() else 0)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value
