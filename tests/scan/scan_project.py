"""A project with tests to scan, and the command line in this process."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bugcapture.cli import main

if TYPE_CHECKING:
    from pathlib import Path

PROGRAM = """\
async def delete_user(user, openfga):
    if not await openfga.check_permission(user=user):
        raise PermissionError(user)
    return "deleted"
"""
OPEN_DOOR = """\
from unittest.mock import AsyncMock
from shop.users import delete_user


async def test_delete():
    openfga = AsyncMock()
    assert await delete_user("alice", openfga=openfga) == "deleted"
"""
REGION = """\
import os


def test_region():
    os.environ["REGION"] = "eu"
"""


DOOR = """\
from unittest.mock import MagicMock
def test_it():
    door = MagicMock()
    door.__exit__ = MagicMock()
    with door:
        pass
"""


@dataclass
class Done:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it wrote, read."""
        return json.loads(self.out)

    @property
    def rules(self) -> list[str]:
        """The rules of its findings, in order."""
        return [one["rule"] for one in self.json["findings"]]


@dataclass
class ScanProject:
    """A folder with a program and tests."""

    root: Path
    written: list[Path] = field(default_factory=list)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def scan(self, *arguments: str) -> Done:
        """``bugcapture scan`` in the project, which has to be the working directory."""
        out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = main(["scan", *arguments])
        out.flush()
        buffer = out.buffer
        assert isinstance(buffer, io.BytesIO)
        return Done(code, buffer.getvalue().decode(), err.getvalue())

    def json(self, *arguments: str) -> Done:
        """The same, in JSON and with findings of all levels."""
        return self.scan("--format", "json", "--level", "info", "--ignore", "MK106", *arguments)
