"""pytest-xdist: pytest in two processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialects.pytest import Pytest

if TYPE_CHECKING:
    from collections.abc import Sequence


class Xdist(Pytest):
    """pytest with two workers."""

    name = "xdist"
    serial = "pytest"

    def command(self, arguments: Sequence[str]) -> list[str]:
        return super().command(["-n", "2", *arguments])


DIALECT = Xdist()
