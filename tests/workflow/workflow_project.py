"""A project in a git repository of its own, and the command line in it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from unittest import mock

from bugcapture.cli import main
from lean_pytest import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SWITCH = "@tdd_expected_fail"

_FOREIGN = re.compile(
    r"BUGCAPTURE_|GIT_|GITHUB_|CI_|CHANGE_|BEHAVE|ROBOT_|PYTEST_|NO_COLOR|FORCE_COLOR|PYTHONOPTIMIZE|PYTHONPATH"
)
_AUTHOR = {
    "GIT_AUTHOR_NAME": "A. Contributor",
    "GIT_AUTHOR_EMAIL": "contributor@example.org",
    "GIT_COMMITTER_NAME": "A. Contributor",
    "GIT_COMMITTER_EMAIL": "contributor@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
}
_ENVIRONMENT = """
    import sys

    from bugcapture.behave import install

    install()
    sys.path.insert(0, "src")
"""
_STEPS = """
    from behave import given, then, when


    @given("a cart")
    def cart(context):
        context.prices = [1, 2]


    @when("it is counted")
    def count(context):
        from shop.cart import total

        context.total = total(context.prices)


    @then("the total is {total:d}")
    def check(context, total):
        assert context.total == total, f"the total is {context.total}, not {total}"
"""
RIGHT = "def total(prices):\n    return sum(prices)\n"
WRONG = "def total(prices):\n    return sum(prices) + 1\n"
FEATURE = f"""\
Feature: Cart

  # This scenario captures bug #7: the total is one too much.
  @tdd_bug @tdd_bug_7 {SWITCH}
  Scenario: The total is the sum
    Fails with: AssertionError: the total is 4, not 3

    Given a cart
    When it is counted
    Then the total is 3
"""


@dataclass(frozen=True)
class Result:
    """What one command did.

    Attributes:
        code: Its exit code.
        out: Its standard output.
        err: Its standard error.
    """

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


class GitProject:
    """A project in a repository.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.git("init", "--quiet", "--initial-branch=main")
        self.write(".gitignore", "__pycache__/\n.pytest_cache/\n")
        self.write("src/shop/__init__.py", "")
        self.write("src/shop/cart.py", WRONG)

    def add_behave(self) -> None:
        """Give it Behave's environment and steps."""
        self.write("features/environment.py", _ENVIRONMENT)
        self.write("features/steps/cart_steps.py", _STEPS)

    def write(self, name: str, text: str) -> Path:
        """Write a file, dedented."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(dedent(text).lstrip("\n"), "utf-8", newline="\n")
        return file

    def read(self, name: str) -> str:
        """The text of a file."""
        return (self.folder / name).read_text("utf-8")

    def git(self, *arguments: str, check: bool = True) -> str:
        """Run git in it."""
        kept = {key: value for key, value in os.environ.items() if not key.startswith("GIT_")}
        done = subprocess.run(
            ["git", *arguments], cwd=self.folder, env={**kept, **_AUTHOR}, capture_output=True, check=False
        )
        assert not check or done.returncode == 0, done.stderr.decode()
        return done.stdout.decode("utf-8", "surrogateescape")

    def commit(self, message: str) -> str:
        """Commit everything; the hash."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD").strip()

    def state(self) -> tuple[str, str, str, str]:
        """What no command of ours may change: head, status, worktrees and stashes."""
        return (
            self.git("rev-parse", "HEAD") + self.git("symbolic-ref", "-q", "HEAD", check=False),
            self.git("status", "--porcelain", "--ignored"),
            self.git("worktree", "list", "--porcelain"),
            self.git("stash", "list"),
        )

    def run(self, *arguments: str, env: Mapping[str, str] | None = None) -> Result:
        """Run ``bugcapture`` in it, in this process."""
        out, err = io.StringIO(), io.StringIO()
        stdout = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        with (
            mock.patch.dict(os.environ, clean_environment() | dict(env or {}), clear=True),
            contextlib.chdir(self.folder),
            mock.patch("sys.stdout", stdout),
            contextlib.redirect_stderr(err),
        ):
            code = main(list(arguments))
        written = stdout.buffer.getvalue().decode("utf-8")  # type: ignore[attr-defined]
        return Result(code, written + out.getvalue(), err.getvalue())

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start ``bugcapture`` in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "bugcapture", *arguments],
            cwd=self.folder,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A shell's job in the background ignores interrupts, and so would all that it starts.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no threads here
        )


def clean_environment() -> dict[str, str]:
    """The variables of this process without those that would change what is tested."""
    return {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)} | VARIABLES
