"""What a static check found, ready for any report format."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """How much a finding weighs; errors make the check fail."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One problem at one place.

    Attributes:
        path: The file, with forward slashes, relative to where the check was started when possible.
        line: The line, from 1; 0 when the whole file is meant.
        rule: The rule's code, such as ``T1``.
        message: What is wrong and what would be right, printable.
        severity: How much it weighs.
        column: The character in the line, from 1; 0 when it is not known.
        end_line: The line where it ends; 0 when the column is not known.
        end_column: The character behind its end.
    """

    path: str
    line: int
    rule: str
    message: str
    severity: Severity = Severity.ERROR
    column: int = 0
    end_line: int = 0
    end_column: int = 0

    @property
    def where(self) -> str:
        """The place as ``path:line``."""
        return f"{self.path}:{self.line}" if self.line else self.path


RULES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "T1": "A number tag needs its family tag",
        "T2": "A family tag needs a number tag",
        "T3": "The switch @tdd_expected_fail needs a complete family",
        "T4": "A tag looks like a bugcapture tag and is none",
        "T5": "The number of a bug tag is malformed or unsafe",
        "T6": "The switch cannot be combined with a retry or xfail tag",
        "F1": "A 'Fails with:' or 'Fails at:' line is malformed",
        "F2": "A 'Fails at:' line names no step that could be the expected failure",
        "P1": "A test file, or tags in it, cannot be read",
        "W1": "There are captures, and the adapter is not wired in",
        "W2": "The framework's configuration excludes captures",
        "R1": "More bugs are captured and not fixed than the project allows",
        "R2": "More bugs are captured and not fixed below a path than the project allows",
        "E1": "A captured test has no evidence",
        "E2": "The evidence is about a test that is not in the sources",
        "E3": "A line of an evidence file is no record",
        "E4": "The evidence is about another revision",
        "E5": "The evidence has a red verdict",
        "SUP1": "A comment that shall hold findings back names no rule or no reason",
        "SUP2": "A comment holds nothing back",
        "S0": "The tracker did not answer, so nothing was compared",
        "S1": "A test expects its bug, and the issue is closed",
        "S2": "A bug was closed as fixed, and no test guards it",
        "S3": "A bug number is no issue of the tracker",
        "S4": "An open issue whose tests pass can be closed",
        "D1": "A generated document is not there",
        "D2": "A file in the place of a generated document was not written by bugcapture",
        "D3": "A generated document was changed by hand",
        "D4": "A generated document says something else than the sources",
        "D5": "The inputs of a generated document moved, and it would say the same",
    }
)
