"""Findings that were there before: a file with how often each is known, which neither lines nor columns touch."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable
from bugcapture.project.files import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from bugcapture.scan.hazard import Hazard

_SCHEMA: Final = "bugcapture.scan-baseline/1"
Key = tuple[str, str, str, str]


def _key(hazard: Hazard) -> Key:
    return (hazard.path, hazard.rule, hazard.symbol, hazard.subject)


def write_baseline(hazards: Iterable[Hazard]) -> str:
    """The findings as a file that can be committed.

    Args:
        hazards: The findings.
    """
    counts = Counter(map(_key, hazards))
    known = [
        {
            "path": path,
            "rule": rule,
            "symbol": symbol,
            "subject": subject,
            "count": counts[path, rule, symbol, subject],
        }
        for path, rule, symbol, subject in sorted(counts)
    ]
    return json.dumps({"schema": _SCHEMA, "known": known}, indent=1) + "\n"


def read_baseline(file: Path) -> Counter[Key]:
    """How often each finding is known.

    Args:
        file: What `write_baseline` wrote.

    Raises:
        ConfigurationError: If it is no baseline.
    """
    try:
        document = json.loads(read_bytes(file))
        known = {_SCHEMA: document}[document["schema"]]["known"]
        return Counter({_known_key(one): _count(one) for one in known})
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        hint = "write it anew: bugcapture scan --write-baseline FILE"
        raise ConfigurationError(
            f"is no baseline: {printable(str(error))}", where=printable(str(file)), hint=hint
        ) from error


def _known_key(one: dict[str, Any]) -> Key:
    return (str(one["path"]), str(one["rule"]), str(one["symbol"]), str(one["subject"]))


def _count(one: dict[str, Any]) -> int:
    count = one["count"]
    if not isinstance(count, int):
        raise TypeError("a count is no number")
    return count


def leave_out_known(hazards: Sequence[Hazard], known: Counter[Key]) -> tuple[list[Hazard], int]:
    """The findings that are not known, and how many are known that are gone.

    Args:
        hazards: The findings, in order: of several that are alike the first ones count as known.
        known: How often each is known.
    """
    left = Counter(known)
    new = []
    for hazard in hazards:
        if left[_key(hazard)] > 0:
            left[_key(hazard)] -= 1
        else:
            new.append(hazard)
    return new, sum(left.values())
