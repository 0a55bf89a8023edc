"""By what a failure is known again in another run: its type, its message, its step, its place in the program."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.core.evidence import split_location
from bugcapture.core.text import printable, shorten

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bugcapture.core.evidence import Evidence

_LONGEST: Final = 200
# What changes from run to run and says nothing: addresses, identifiers, temporary files, times and long numbers.
_CHANGING: Final = (
    (re.compile(r"\b0x[0-9a-fA-F]{4,}\b"), "0x…"),
    (re.compile(r"\b[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}\b"), "<uuid>"),
    (
        re.compile(
            r"(?:[A-Za-z]:)?[\\/](?:[^\s\\/'\"]+[\\/])*(?:tmp|temp|pytest-of-[^\\/]+)[\\/][^\s'\"]+", re.IGNORECASE
        ),
        "<path>",
    ),
    (re.compile(r"\b\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)?\b"), "<time>"),
    (re.compile(r"\b\d\d:\d\d:\d\d(?:[.,]\d+)?\b"), "<time>"),
    (re.compile(r"\b[0-9a-f]{32,64}\b"), "<hash>"),
    (re.compile(r"\b\d+[.,]\d+(?:e[+-]?\d+)?\b"), "<number>"),
    (re.compile(r"\b\d{5,}\b"), "<number>"),
)


@dataclass(frozen=True, slots=True, order=True, kw_only=True)
class Fingerprint:
    """What a failure is known by.

    Attributes:
        exc_type: Bare name of the exception's class.
        message: The first line of its message, without what changes from run to run.
        step: The step or keyword that failed; empty where there are none.
        step_offset: How many lines below the test's line it stands, above it when negative.
        frame: ``path:function`` of the innermost call of the project; empty when nobody knows it.
    """

    exc_type: str
    message: str
    step: str = ""
    step_offset: int = 0
    frame: str = ""

    def __str__(self) -> str:
        """The failure in one line."""
        told = ": ".join(part for part in (self.exc_type, self.message) if part)
        where = f" in {self.step}" if self.step else ""
        frame = f" ({self.frame})" if self.frame else ""
        return printable(f"{told or 'failed'}{where}{frame}")


def take_fingerprint(record: Evidence) -> Fingerprint:
    """What the failure of a record is known by."""
    offset = 0
    if record.step:
        offset = split_location(record.step_location)[1] - split_location(record.location)[1]
    return Fingerprint(
        exc_type=record.exc_type,
        message=normal_message(record.message),
        step=record.step,
        step_offset=offset,
        frame=record.frame,
    )


def normal_message(message: str) -> str:
    """The first line of a message that says anything, without what changes from run to run."""
    line = next((line.strip() for line in message.splitlines() if line.strip()), "")[: 4 * _LONGEST]
    for pattern, word in _CHANGING:
        line = pattern.sub(word, line)
    return shorten(line, _LONGEST)


def find_drift(recorded: Sequence[Fingerprint], now: Fingerprint) -> str:
    """How a failure differs from all that were recorded; empty when it is like one of them, or there are none.

    Args:
        recorded: What was recorded, the most frequent first.
        now: What failed now.
    """
    told = [tell_drift(known, now) for known in recorded]
    return "" if not told or "" in told else told[0]


def tell_drift(recorded: Fingerprint, now: Fingerprint) -> str:
    """How a failure differs from the one that was recorded; empty when it is the same.

    Args:
        recorded: What was recorded; a field that it does not know is not compared.
        now: What failed now; the same holds for it.
    """
    if recorded.step != now.step and recorded.step and now.step:
        word = "later" if now.step_offset > recorded.step_offset else "earlier"
        return f"fails {word} than it did when it was recorded: in {now.step}, not in {recorded.step}"
    pairs = ((recorded.exc_type, now.exc_type), (recorded.message, now.message))
    framed = recorded.frame and now.frame and recorded.frame != now.frame
    if framed or any(before != after for before, after in pairs):
        return f"fails, but differently since it was recorded: {now}, not {recorded}"
    return ""
