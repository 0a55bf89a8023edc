"""How many findings of each risk each refresh has counted: ``hazard-counts.jsonl`` in the report folder."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.errors import SourceError
from bugcapture.core.text import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

FILE: Final = "hazard-counts.jsonl"
RISKS: Final = ("critical", "high", "medium", "low", "info")


@dataclass(frozen=True, slots=True, kw_only=True)
class HazardCounts:
    """What one refresh has counted.

    Attributes:
        at: When.
        commit: The checked-out revision; empty where there was none.
        counts: How many findings of each risk there were; all of `RISKS` are there.
        mocks: The same for findings about mocks alone; None where they were not counted.
    """

    at: datetime
    commit: str
    counts: Mapping[str, int]
    mocks: Mapping[str, int] | None = None


def count_risks(levels: Iterable[str]) -> dict[str, int]:
    """How many of some findings there are of each risk.

    Args:
        levels: The risk of each finding.
    """
    counted = Counter(levels)
    return {risk: counted[risk] for risk in RISKS}


def read_hazard_counts(file: Path) -> tuple[HazardCounts, ...]:
    """All that was counted, in the order of the file; nothing where there is no file.

    Args:
        file: The file.

    Raises:
        SourceError: If it cannot be read, or a line is none of ours.
    """
    try:
        text = file.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        told = getattr(error, "strerror", None) or "it is not UTF-8"
        raise SourceError(f"cannot be read: {told}", where=printable(str(file))) from error
    lines = enumerate(text.split("\n"), start=1)
    return tuple(_read(line, f"{printable(str(file))}:{number}") for number, line in lines if line.strip())


def write_hazard_counts(counted: HazardCounts) -> str:
    """One line of the file, with its end."""
    fields: dict[str, Any] = {
        "at": counted.at.astimezone(UTC).isoformat(timespec="seconds"),
        "commit": counted.commit,
        **counted.counts,
    }
    if counted.mocks is not None:
        fields["mocks"] = dict(counted.mocks)
    return json.dumps(fields) + "\n"


def append_counts(content: bytes, line: str) -> bytes:
    """The content of the file with one line more, also where the last one has no end.

    Args:
        content: What the file holds.
        line: The line; empty for none.
    """
    missing = b"\n" if line and content and not content.endswith(b"\n") else b""
    return content + missing + line.encode()


def _read(line: str, where: str) -> HazardCounts:
    try:
        fields = json.loads(line)
        mocks = fields.get("mocks")
        at = datetime.fromisoformat(fields["at"])
        return HazardCounts(
            at=at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC),
            commit=str(fields.get("commit", "")),
            counts=_numbers(fields),
            mocks=None if mocks is None else _numbers(mocks),
        )
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise SourceError(
            "is no line of counts", where=where, hint="take the line away, or what a merge has left of two"
        ) from error


def _numbers(fields: Mapping[str, Any]) -> dict[str, int]:
    numbers = {risk: fields[risk] for risk in RISKS}
    if any(type(number) is not int or number < 0 for number in numbers.values()):
        raise ValueError
    return numbers
