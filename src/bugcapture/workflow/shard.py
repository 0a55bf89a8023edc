"""Split work into parts of about the same length, the same way on every machine."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import split_location
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bugcapture.core.evidence import Evidence

VARIABLE: Final = "BUGCAPTURE_SHARD"

# Index, number of parts, and the first index.
_CI_VARIABLES: Final = (
    ("CI_NODE_INDEX", "CI_NODE_TOTAL", 1),  # GitLab
    ("BUILDKITE_PARALLEL_JOB", "BUILDKITE_PARALLEL_JOB_COUNT", 0),
    ("CIRCLE_NODE_INDEX", "CIRCLE_NODE_TOTAL", 0),
)
_LONGEST: Final = 1e6
_SHARD: Final = re.compile(r"([0-9]{1,6})/([0-9]{1,6})")


@dataclass(frozen=True, slots=True)
class Shard:
    """One part of a split run.

    Attributes:
        index: Which part, from 1.
        total: How many parts there are.
    """

    index: int
    total: int

    def __str__(self) -> str:
        return f"{self.index}/{self.total}"


def read_shard(text: str, environment: Mapping[str, str]) -> Shard | None:
    """The part that a command line asks for.

    Args:
        text: ``2/4``, or ``auto`` for what the CI's variables say.
        environment: The variables.

    Returns:
        The part; None when ``auto`` finds no variable, which means a job that is not split.

    Raises:
        ConfigurationError: If the text or the variables make no sense.
    """
    if text != "auto":
        return _parse(text, "--shard")
    if named := environment.get(VARIABLE):
        return _parse(named, VARIABLE)
    for index_name, total_name, first in _CI_VARIABLES:
        index = environment.get(index_name)
        if index:
            total = environment.get(total_name, "")
            shown = f"{index_name}={shorten(printable(index))}, {total_name}={shorten(printable(total))}"
            if not (_is_number(index) and _is_number(total)):
                raise ConfigurationError(f"no shard can be read from {shown}")
            return _make(int(index) - first + 1, int(total), shown)
    return None


def distribute(weights: Mapping[str, float], parts: int) -> list[list[str]]:
    """Split things into parts of about the same weight: the heaviest first, each to the lightest part.

    That is Graham's rule of the longest processing time first: the heaviest part is at most 4/3 of the
    best possible.

    Args:
        weights: The things with their weights, none below 0.
        parts: How many parts, at least 1.

    Returns:
        The parts; each thing is in exactly one of them. The order of the input does not matter.
    """
    loads = [0.0] * parts
    split: list[list[str]] = [[] for _ in range(parts)]
    for name in sorted(weights, key=lambda name: (-weights[name], name)):
        # Among parts of the same weight the one with the least in it, so that things without weight spread too.
        lightest = min(range(parts), key=lambda part: (loads[part], len(split[part]), part))
        loads[lightest] += weights[name]
        split[lightest].append(name)
    return split


def weigh_files(tests: Mapping[str, int], records: Iterable[Evidence]) -> dict[str, float]:
    """How long the captured tests of each file take, in one unit or another.

    Args:
        tests: The files, as records name them, with the number of their captured tests.
        records: What earlier runs recorded.

    Returns:
        For each file the sum of its tests' mean durations; for a file without records its number of tests,
        each taken to be as long as the mean of all others.
    """
    known = _mean_durations(records)
    durations = {file: math.fsum(known[file].values()) for file in tests if file in known}
    counted = sum(len(known[file]) for file in durations)
    each = math.fsum(durations.values()) / counted if counted else 1.0
    return {file: durations.get(file, count * each) for file, count in tests.items()}


def _mean_durations(records: Iterable[Evidence]) -> dict[str, dict[tuple[str, str], float]]:
    seconds: defaultdict[str, defaultdict[tuple[str, str], list[float]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        file, _ = split_location(record.location)
        seconds[file][record.location, record.name].append(min(max(record.duration, 0.0), _LONGEST))
    # Exact sums, because the order of the records must not decide about the split.
    return {
        file: {test: math.fsum(values) / len(values) for test, values in tests.items()}
        for file, tests in seconds.items()
    }


def _parse(text: str, where: str) -> Shard:
    match = _SHARD.fullmatch(text)
    if match is None:
        told = f"{shorten(printable(text))!r} is no shard"
        raise ConfigurationError(told, where=where, hint="write it as part/parts, such as 2/4, or auto")
    return _make(int(match[1]), int(match[2]), f"{where} {text}")


def _make(index: int, total: int, shown: str) -> Shard:
    if not 1 <= index <= total:
        hint = f"the parts of {total} are 1/{total} to {total}/{total}" if total else "there is at least one part"
        raise ConfigurationError(f"there is no such part: {shown}", hint=hint)
    return Shard(index, total)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 6  # noqa: PLR2004 - as in `_SHARD`
