"""A project with evidence, records of any kind, and the command line in this process or in one of its own."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

from hypothesis import strategies as st

from bugcapture.cli import main
from bugcapture.core.evidence import SEVERITY, Evidence, encode_record
from lean_pytest import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterable

INSTALL = "from bugcapture.behave import install\n\ninstall()\n"
STEPS = """
import os
import signal

from behave import step


@step("all is well")
def well(context):
    pass


@step("it fails")
def fail(context):
    assert False, "it fails"


@step("the worker dies")
def die(context):
    os.kill(os.getpid(), signal.SIGKILL)
"""
RECORD = Evidence(
    ts="2026-11-20T10:00:00.000+00:00",
    framework="behave",
    ids=(7,),
    location="features/a.feature:3",
    name="One",
    verdict="expected_failure",
    raw_status="failed",
    run_id="run",
)

_FOREIGN = re.compile(r"BUGCAPTURE_|GIT_|BEHAVE|GITHUB_|CI_|NO_COLOR|FORCE_COLOR|PYTHONOPTIMIZE|PYTHONIOENCODING")

texts = st.text(st.characters(codec="utf-8"), max_size=20)
records = st.builds(
    Evidence,
    ts=texts,
    framework=texts,
    ids=st.lists(st.integers(1, 10**18 - 1), max_size=3).map(tuple),
    location=texts,
    name=texts,
    verdict=st.sampled_from(sorted(SEVERITY)),
    raw_status=texts,
    reason=texts,
    exc_type=texts,
    message=st.text(st.characters(codec="utf-8"), max_size=50) | st.just("é" * 2000),
    step=texts,
    step_location=texts,
    duration=st.floats(0, 1e6),
    attempt=st.integers(0, 99),
    worker=texts,
    shard=texts,
    commit=texts,
    dirty=st.none() | st.booleans(),
    run_id=texts,
)


@dataclass(frozen=True)
class Result:
    """What one command did: exit code, standard output, standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def findings(self) -> list[tuple[str, str, str]]:
        """The findings of a check as place, rule and severity."""
        return [
            (f"{item['path']}:{item['line']}", item["rule"], item["severity"]) for item in self.json["findings"]
        ]

    @property
    def message(self) -> str:
        """The message of the only finding."""
        (finding,) = self.json["findings"]
        return str(finding["message"])


def clean_env(**variables: str) -> dict[str, str]:
    """The environment without what would change the result, and with some variables."""
    kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
    return kept | VARIABLES | variables


def record(**changes: Any) -> Evidence:
    """The usual record with other values."""
    return replace(RECORD, **changes)


def scenarios(*names: str, tags: str = "@tdd_bug @tdd_bug_7 @tdd_expected_fail", step: str = "it fails") -> str:
    """A feature; its scenarios stand on the lines 3, 6, 9 and so on."""
    return "Feature: F\n" + "".join(f"  {tags}\n  Scenario: {name}\n    Then {step}\n" for name in names)


class Project:
    """A project in a folder of its own.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.write("features/environment.py", INSTALL)
        self.write("features/steps/steps.py", STEPS)

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file and the folders that it needs."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        return file

    def evidence(self, records: Iterable[Evidence], name: str = "ev/a.jsonl") -> Path:
        """Write an evidence file."""
        return self.write(name, b"".join(map(encode_record, records)))

    def run(self, *arguments: str, where: str = ".", **variables: str) -> Result:
        """Run ``bugcapture evidence`` in this process, in the project's folder."""
        before = Path.cwd()
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
        with (
            mock.patch.dict(os.environ, clean_env(**variables), clear=True),
            mock.patch("sys.stdout", streams[0]),
            mock.patch("sys.stderr", streams[1]),
        ):
            os.chdir(self.folder / where)
            try:
                code = main(["evidence", *arguments])
            finally:
                os.chdir(before)
        written: list[str] = []
        for stream in streams:
            stream.flush()
            written.append(stream.buffer.getvalue().decode("utf-8"))  # type: ignore[attr-defined]
        return Result(code, *written)

    def check(self, *arguments: str, **options: str) -> Result:
        """``evidence check`` as JSON."""
        return self.run("check", "--format", "json", *arguments, **options)

    def start(self, module: str, *arguments: str, **variables: str) -> Result:
        """Run ``python -m module`` in a process of its own."""
        done = subprocess.run(
            [sys.executable, "-B", "-m", module, *arguments],
            cwd=self.folder,
            env=clean_env(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
            timeout=60,
        )
        return Result(done.returncode, done.stdout, done.stderr)

    def behave(self, *arguments: str, evidence: str = "ev", **variables: str) -> Result:
        """Run the tests with evidence."""
        return self.start(
            "behave", "--no-summary", "-f=null", *arguments, BUGCAPTURE_EVIDENCE_DIR=evidence, **variables
        )

    def git(self, *arguments: str) -> str:
        """Run git as somebody who has a name."""
        identity = ["-c", "user.name=T", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
        done = subprocess.run(
            ["git", *identity, *arguments],
            cwd=self.folder,
            env=clean_env(),
            capture_output=True,
            check=True,
            text=True,
        )
        return done.stdout.strip()

    def commit(self) -> str:
        """Commit everything but evidence; the full hash."""
        self.write(".gitignore", "ev/\n__pycache__/\n")
        if not (self.folder / ".git").exists():
            self.git("init", "--quiet")
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD")
