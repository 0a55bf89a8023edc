"""A project whose issues are at a forge on this machine, and ``bugcapture stale`` in it."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from bugcapture.cli import main
from bugcapture.core.evidence import Evidence, encode_record
from bugcapture.project.config import Project as Found
from bugcapture.project.config import find_project

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fake_forge import FakeForge

TOKEN = "tok-4f1c0de5ecret"  # noqa: S105 - nobody's
SWITCH = "@tdd_expected_fail"

_FOREIGN = re.compile(
    r"BUGCAPTURE_|GIT_|GITHUB_|GITLAB_|GITEA_|FORGEJO_|GH_|CI_|XDG_|NO_COLOR|FORCE_COLOR|PYTHONOPTIMIZE"
    r"|PYTHONIOENCODING|LC_|HTTPS?_PROXY|https?_proxy|ALL_PROXY|all_proxy"
)


@dataclass(frozen=True)
class Result:
    """What one command did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def found(self) -> list[tuple[str, str, int | None]]:
        """The findings as rule, severity and bug."""
        return [(item["rule"], item["severity"], item["id"]) for item in self.json["findings"]]

    @property
    def message(self) -> str:
        """The message of the only finding."""
        (finding,) = self.json["findings"]
        return str(finding["message"])

    @property
    def last(self) -> str:
        """The last line on standard error."""
        return self.err.rstrip("\n").rpartition("\n")[2]


class Project:
    """A project in a folder of its own, beside a folder for caches.

    Args:
        folder: An empty folder.
        forge: Where its issues are.
    """

    def __init__(self, folder: Path, forge: FakeForge) -> None:
        self.folder = folder / "project"
        self.cache = folder / "cache"
        self.forge = forge
        self.write("pyproject.toml", forge.settings)

    @property
    def cache_files(self) -> list[Path]:
        """Every file in the folder for caches."""
        return sorted(file for file in self.cache.rglob("*") if file.is_file())

    def write(self, name: str, content: str) -> Path:
        """Write a file, and the folders that it needs."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content, "utf-8")
        return file

    def configure(self, lines: str) -> None:
        """Add lines to the settings of the tracker."""
        self.write("pyproject.toml", f"{self.forge.settings}{lines}\n")

    def test(self, *numbers: int, switch: bool = True, file: str = "features/a.feature") -> str:
        """Add a test of some bugs; its place."""
        path = self.folder / file
        text = path.read_text("utf-8") if path.exists() else "Feature: F\n"
        tags = " ".join(["@tdd_bug", *(f"@tdd_bug_{number}" for number in numbers), *([SWITCH] if switch else [])])
        place = f"{file}:{text.count(chr(10)) + 2}"
        self.write(file, f"{text}  {tags}\n  Scenario: bug {numbers[0]}\n    Then it works\n")
        return place

    def evidence(self, place: str, verdict: str, *numbers: int, ts: str = "2026-02-01T10:00:00+00:00") -> None:
        """Add a record of a test."""
        record = Evidence(
            ts=ts, framework="behave", ids=numbers, location=place, name=f"bug {numbers[0]}", verdict=verdict,
            raw_status="passed", run_id=ts,
        )  # fmt: skip
        file = self.folder / "evidence" / "a.jsonl"
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("ab") as stream:
            stream.write(encode_record(record))

    def variables(self, **variables: str) -> dict[str, str]:
        """The variables of a command, without those that would lead it elsewhere."""
        kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
        own = {"XDG_CACHE_HOME": str(self.cache), "BUGCAPTURE_EVIDENCE_DIR": str(self.folder / "evidence")}
        return {**kept, **own, "PYTHONIOENCODING": "utf-8", **variables}

    def stale(self, *arguments: str, where: str = ".", **variables: str) -> Result:
        """Run ``bugcapture stale`` in this process, in the project's folder."""
        before = Path.cwd()
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
        with (
            mock.patch.dict(os.environ, self.variables(**variables), clear=True),
            mock.patch("sys.stdout", streams[0]),
            mock.patch("sys.stderr", streams[1]),
        ):
            os.chdir(self.folder / where)
            try:
                code = main(["stale", *arguments])
            finally:
                os.chdir(before)
        for stream in streams:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode("utf-8") for stream in streams)  # type: ignore[attr-defined]
        return Result(code, out, err)

    def json(self, *arguments: str, **options: Any) -> Result:
        """The same, as JSON."""
        return self.stale("--format", "json", *arguments, **options)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "bugcapture", "stale", *arguments],
            cwd=self.folder,
            env=self.variables(**variables),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )

    def git(self, *arguments: str) -> None:
        """Run git in the project's folder."""
        subprocess.run(["git", *arguments], cwd=self.folder, env=self.variables(), capture_output=True, check=True)

    def find(self) -> Found:
        """The project as bugcapture knows it."""
        return find_project(self.folder)

    def files(self) -> Iterator[str]:
        """The names of all files of the project."""
        for file in sorted(self.folder.rglob("*")):
            if file.is_file():
                yield file.relative_to(self.folder).as_posix()
