"""behavex: Behave in two processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialects.behave import Behave

if TYPE_CHECKING:
    from collections.abc import Sequence


class BehaveX(Behave):
    """behavex with a process for each feature."""

    name = "behavex"
    serial = "behave"

    def command(self, arguments: Sequence[str]) -> list[str]:
        processes = ["--parallel-processes", "2", "--parallel-scheme", "feature"]
        return ["-m", "behavex", "-o", "report", *processes, *arguments]

    def identify(self, name: str) -> str:
        # Its reports capitalise every word and put an underline for each space.
        return super().identify(name.replace("_--_", " -- ")).lower()


DIALECT = BehaveX()
