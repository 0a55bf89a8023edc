"""Python test files for the static reader, and what it says about them."""

from __future__ import annotations

import os
import textwrap
from typing import TYPE_CHECKING

from bugcapture.core.tags import TagPolicy
from bugcapture.pytest.source import PythonSource, read_source

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "import pytest\n"


def write(folder: Path, text: str | bytes, name: str = "test_it.py") -> Path:
    """Write a file; text loses its common indentation."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
    return file


def read(folder: Path, text: str | bytes, name: str = "test_it.py") -> PythonSource:
    """Write a file that holds marks of ours, and read it."""
    source = read_source(write(folder, text, name), name)
    assert source is not None
    return source


def problems(source: PythonSource, **policy: object) -> list[tuple[int, str]]:
    """Line and rule of every finding."""
    return [(finding.line, finding.rule) for finding in source.check(TagPolicy(**policy))]  # type: ignore[arg-type]


def messages(source: PythonSource) -> str:
    """All findings as text."""
    return "\n".join(f"{finding.where}: {finding.rule} {finding.message}" for finding in source.check(TagPolicy()))


def switch_lines(source: PythonSource) -> list[int]:
    """The lines of all switches in effect."""
    return sorted({site.line for capture in source.captures for site in capture.switches})


def graduate(folder: Path, text: str | bytes) -> str:
    """The text after all switches went."""
    source = read(folder, text)
    return source.remove_switch(switch_lines(source)).decode()


def clean_environment() -> dict[str, str]:
    """The environment without what would change a run."""
    return {
        key: value for key, value in os.environ.items() if not key.startswith(("BUGCAPTURE_", "PYTEST_", "ROBOT_"))
    }
