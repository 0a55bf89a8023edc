"""What was found in one file, before comments and settings hold any of it back."""

from __future__ import annotations

import msgspec

from bugcapture.scan.hazard import Hazard  # noqa: TC001 - msgspec reads the annotations


class Suppression(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A comment that holds findings back, or means to.

    Attributes:
        line: Its line.
        codes: The rules that it names.
        alone: Whether nothing but the comment stands on the line.
        problem: Why it holds nothing back; empty when it can.
    """

    line: int
    codes: tuple[str, ...]
    alone: bool = False
    problem: str = ""


class Found(msgspec.Struct, array_like=True, omit_defaults=True):
    """What was found in one file.

    Attributes:
        hazards: Its findings.
        suppressions: Its comments.
        problem: Why it cannot be read; empty when it can.
        line: The line of the problem.
    """

    hazards: list[Hazard] = []
    suppressions: list[Suppression] = []
    problem: str = ""
    line: int = 0
