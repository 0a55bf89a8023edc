"""A program and its tests below a folder, and what a recorder sees while they run."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from unittest import mock

from bugcapture.mock_truth import Recorder, Run

if TYPE_CHECKING:
    from pathlib import Path

NAMES = {
    "asyncio": asyncio,
    "contextlib": contextlib,
    "mock": mock,
    **{name: getattr(mock, name) for name in mock.__all__ if not name.startswith("_")},
}


@dataclass
class Sample:
    """Code that claims to stand in files below a folder."""

    root: Path
    names: dict[str, Any] = field(default_factory=lambda: dict(NAMES))

    def program(self, source: str, name: str = "src/shop.py") -> None:
        """Run code as a file of the program: what it defines is known to all code that follows."""
        self._execute(source, name)

    def suite(self, source: str, name: str = "tests/test_shop.py") -> Run:
        """Run code as a test; what a recorder saw."""
        recorder = Recorder(self.root)
        recorder.start()
        try:
            recorder.begin("test")
            self._execute(source, name)
            recorder.end()
        finally:
            run = recorder.stop()
        return run

    def _execute(self, source: str, name: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(source), encoding="utf-8")
        exec(compile(dedent(source), str(file), "exec"), self.names)  # noqa: S102 - it is what is tested


def seen(run: Run) -> list[tuple[str, str, str, str]]:
    """Kind, name, place of the guard and of the mock of all observations, in order."""
    return [(one.kind, one.name, one.guard, one.made) for one in sorted(run.observations)]


def kinds(run: Run) -> list[str]:
    """The kinds of all observations, in the order of their guards."""
    return [kind for kind, *_ in seen(run)]
