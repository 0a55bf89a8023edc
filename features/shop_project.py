"""The projects that the features write: a small shop with a bug, its Behave tests, and real processes in it."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import site
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

INSTALL = "from bugcapture.behave import install\n\ninstall()\n"
# Plugins of this environment that no project of the features uses; loading them takes half of a short run.
_LEAN = {"PYTEST_ADDOPTS": "-p no:pytest-bdd -p no:hypothesispytest -p no:anyio -p no:pytest_mock"}

STATES = {
    "the total forgets the first item": "return sum(prices[1:])",
    "the total is right": "return sum(prices)",
    "the total breaks down": 'raise KeyError("price")',
}

_SHOP = """\
def total(prices):
    {body}


class LateOrderError(LookupError):
    pass
"""

_STEPS = """\
import asyncio
import builtins

import shop
from behave import given, step, then, when
from behave.api.async_step import async_run_until_complete
from behave.api.pending_step import StepNotImplementedError


@given("a cart with the prices {prices}")
def fill(context, prices):
    context.cart = [int(price) for price in prices.split(",")]


@when("the cart is totalled")
def add_up(context):
    context.total = shop.total(context.cart)


@then("the total is {total:d}")
def check_total(context, total):
    assert context.total == total, f"the total is {context.total}, expected {total}"


@step("all is well")
def pass_on(context):
    pass


@step('the till claims "{message}"')
def claim(context, message):
    raise AssertionError(message)


@step('the till raises {name} "{message}"')
def break_down(context, name, message):
    raise (getattr(builtins, name, None) or getattr(shop, name))(message)


@step("the till is not built yet")
def wait_for_it(context):
    raise StepNotImplementedError("later")


@step("the till answers too late")
@async_run_until_complete(timeout=0.01)
async def answer(context):
    await asyncio.sleep(30)


@step("the clerk does: {text}")
def do(context, text):
    context.execute_steps(text)


@step("the till cannot be closed")
def leave_open(context):
    def close():
        raise OSError("the till is jammed")

    context.add_cleanup(close)


@step("the shop is closed today")
def close_shop(context):
    context.scenario.skip("closed today")
"""

# Settings that would change what the processes do; COVERAGE_* stays, so that they are measured.
_FOREIGN = re.compile(
    r"BUGCAPTURE_|BEHAVE|GIT_|GITHUB_SHA|CI_COMMIT_SHA|NO_COLOR|FORCE_COLOR|PYTHONOPTIMIZE|PYTHONIOENCODING|LC_|LANG"
)
_REPORTS = (
    "--format=plain", "--outfile=plain.txt", "--format=json", "--outfile=report.json",
    "--format=rerun", "--outfile=rerun.txt", "--junit", "--junit-directory=junit",
)  # fmt: skip


@dataclass(frozen=True)
class Run:
    """One finished process.

    Attributes:
        code: Its exit code.
        stdout: What it wrote to standard output.
        stderr: What it wrote to standard error.
    """

    code: int
    stdout: str
    stderr: str

    def __str__(self) -> str:
        return f"exit code {self.code}\n--- standard output\n{self.stdout}\n--- standard error\n{self.stderr}"


def from_escapes(text: str) -> bytes:
    r"""Bytes from text with Python's escapes, such as ``\r``, ``\n`` and ``\xef``."""
    return text.encode("latin-1").decode("unicode_escape").encode("latin-1")


class Project:
    """A project in a folder of its own.

    Args:
        folder: An empty folder; a folder for the user's home is made beside the project's.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        self.home = folder / "home"
        self.variables: dict[str, str] = {"BUGCAPTURE_EVIDENCE_DIR": str(self.evidence)}
        self.last = Run(0, "", "")
        self.home.mkdir()
        self.write("features/environment.py", INSTALL)
        self.write("features/steps/shop_steps.py", _STEPS)
        self.change_shop("the total forgets the first item")

    @property
    def evidence(self) -> Path:
        """Where evidence goes unless a scenario says otherwise."""
        return self.folder / "evidence"

    def change_shop(self, state: str) -> None:
        """Write the program under test, in one of the `STATES`."""
        self.write("shop.py", _SHOP.format(body=STATES[state]))

    def write(self, name: str, text: str) -> None:
        """Write a text file, with line feeds only."""
        self.write_bytes(name, text.encode("utf-8"))

    def write_bytes(self, name: str, content: bytes) -> None:
        """Write a file, and the folders that it needs."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)

    def read(self, name: str) -> str:
        """Read a text file as it is."""
        return (self.folder / name).read_bytes().decode("utf-8")

    def behave(self, *arguments: str, python: tuple[str, ...] = ()) -> Run:
        """Run Behave with all its reports; what an earlier run left behind is removed first."""
        for name in ("evidence", "junit"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        for name in ("report.json", "rerun.txt", "plain.txt"):
            (self.folder / name).unlink(missing_ok=True)
        return self.run("behave", *_REPORTS, *arguments, python=python)

    def run(self, module: str, *arguments: str, python: tuple[str, ...] = ()) -> Run:
        """Run ``python -m module`` in the project's folder."""
        done = subprocess.run(
            [sys.executable, "-B", *python, "-m", module, *arguments],
            cwd=self.folder,
            env=self._environment() | self.variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=120,
        )
        self.last = Run(done.returncode, done.stdout.decode("utf-8"), done.stderr.decode("utf-8"))
        return self.last

    def run_line(self, line: str) -> Run:
        """Run a command line as a person types it: ``behave …``, ``bugcapture …`` or ``python -O -m behave …``."""
        name, *arguments = shlex.split(line)
        if name == "behave":
            return self.behave(*arguments)
        if name == "python":
            module = arguments.index("-m") + 1
            if arguments[module] != "behave":
                return self.run(arguments[module], *arguments[module + 1 :])
            return self.behave(*arguments[module + 1 :], python=tuple(arguments[: module - 1]))
        assert name == "bugcapture", line
        return self.run(name, *arguments)

    def records(self, folder: str = "evidence") -> list[dict[str, Any]]:
        """The evidence records in a folder."""
        files = sorted((self.folder / folder).glob("*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text("ascii").splitlines()]

    def git(self, *arguments: str) -> str:
        """Run git in the project's folder, as somebody who has a name."""
        command = ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", *arguments]
        done = subprocess.run(
            command, cwd=self.folder, env=self._environment(), capture_output=True, check=True, encoding="utf-8"
        )
        return done.stdout

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
        return kept | _LEAN | {"HOME": str(self.home), "PYTHONUSERBASE": site.getuserbase(), "PYTHONUTF8": "1"}
