"""A git repository with a shop in it, tested in one of three frameworks, and ``bugcapture prove`` in it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import TYPE_CHECKING, Any
from unittest import mock

from bugcapture.cli import main
from lean_pytest import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable

_FOREIGN = re.compile(
    r"BUGCAPTURE_|GIT_|BEHAVE|PYTEST_|ROBOT_|CI_|CHANGE_TARGET|GITHUB_|NO_COLOR|FORCE_COLOR|PYTHONPATH"
    r"|PYTHONOPTIMIZE|PYTHONIOENCODING|LC_ALL"
)
FRAMEWORKS = ("behave", "robot", "pytest")
BUGGY = "def total(prices):\n    return sum(prices[1:])\n"
FIXED = "def total(prices):\n    return sum(prices)\n"
HALF = "def total(prices):\n    return sum(prices[1:]) + 1\n"

STEPS = """
    import time

    import shop
    from behave import given, step, then


    @given("a cart with {one:d} and {other:d}")
    def fill(context, one, other):
        context.cart = [one, other]


    @given("a cart that cannot be filled")
    def break_down(context):
        assert False, "the cart is broken"


    @then("the total is {total:d}")
    def check(context, total):
        found = shop.total(context.cart)
        assert found == total, f"the total is {found}"


    @step("it is not for today")
    def skip(context):
        context.scenario.skip("not today")


    @step("it waits")
    def wait(context):
        time.sleep(600)
"""
LIBRARY = """
    import time

    import shop


    def total_of_should_be(one, other, total):
        found = shop.total([int(one), int(other)])
        assert found == int(total), f"the total is {found}"


    def break_down():
        raise AssertionError("the cart is broken")


    def wait():
        time.sleep(600)
"""
# How a test goes, by framework: the lines of one scenario, test case or test function.
DEEDS: dict[str, dict[str, str]] = {
    "behave": {
        "checks": "Given a cart with 3 and 4\nThen the total is 7",
        "is blind": "Given a cart with 3 and 4\nThen the total is {blind}",
        "is undefined": "Given a cart with 3 and 4\nThen nobody knows this step",
        "is not set up": "Given a cart that cannot be filled\nThen the total is 7",
        "skips itself": "Given it is not for today\nThen the total is 7",
        "hangs": "Given it waits\nThen the total is 7",
    },
    "robot": {
        "checks": "Total Of Should Be    3    4    7",
        "is blind": "Total Of Should Be    0    4    4",
        "is undefined": "Nobody Knows This Keyword",
        "is not set up": "[Setup]    Break Down\nTotal Of Should Be    3    4    7",
        "skips itself": "Skip    not today\nTotal Of Should Be    3    4    7",
        "hangs": "Wait",
    },
    "pytest": {
        "checks": "assert shop.total([3, 4]) == 7",
        "is blind": "assert shop.total([0, 4]) == 4",
        "is undefined": "assert nobody_knows_this_fixture",
        "is not set up": "assert broken_cart",
        "skips itself": 'pytest.skip("not today")',
        "hangs": "import time; time.sleep(600)",
    },
}
DEEDS["behave"]["is blind"] = "Given a cart with 0 and 4\nThen the total is 4"
TEST_FILES = {"behave": "features/cart.feature", "robot": "robot/cart.robot", "pytest": "tests/test_cart.py"}


@dataclass(frozen=True)
class Done:
    """What one command did: its exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)

    @property
    def proof(self) -> str:
        """What follows, from the JSON on standard output."""
        return str(self.json["proof"])

    @property
    def transitions(self) -> dict[str, str]:
        """What each test did, by its id."""
        return {test["id"]: test["transition"] for test in self.json["tests"]}

    @property
    def sides(self) -> dict[str, str]:
        """The outcomes without the change and with it, by the test's name."""
        return {
            test["name"]: f"{test['base']['outcome']}/{test['head']['outcome']}" for test in self.json["tests"]
        }


def clean_env(**variables: str) -> dict[str, str]:
    """The environment without what would change the result, and with some variables."""
    kept = {key: value for key, value in os.environ.items() if not _FOREIGN.match(key)}
    nobody = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    return {
        **kept,
        **nobody,
        **VARIABLES,
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        **variables,
    }


class GitProject:
    """A repository on the branch ``main``; nothing is in it.

    Args:
        top: An empty folder.
        where: The project's folder in it.
    """

    def __init__(self, top: Path, where: str = ".") -> None:
        self.top = top
        self.folder = top / where
        self.folder.mkdir(parents=True, exist_ok=True)
        self.git("init", "--quiet", "--initial-branch=main")
        self.write(".gitignore", "__pycache__/\n")

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file of the project; text is dedented, bytes are taken as they are."""
        file = self.folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(dedent(content).lstrip("\n").encode() if isinstance(content, str) else content)
        return file

    def git(self, *arguments: str, **variables: str) -> str:
        """Run git at the top of the repository, as somebody who has a name."""
        done = subprocess.run(
            ["git", "-c", "user.name=Ann", "-c", "user.email=ann@example.com", *arguments],
            cwd=self.top,
            env=clean_env(**variables),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()
        return os.fsdecode(done.stdout)

    def commit(self, message: str = "something") -> str:
        """Commit everything; the hash."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "-m", message)
        return self.git("rev-parse", "HEAD").strip()

    def branch(self, name: str = "fix/7") -> None:
        """Begin a branch."""
        self.git("checkout", "--quiet", "-b", name)

    def prove(self, *arguments: str, where: str = ".", command: str = "prove", **variables: str) -> Done:
        """Run the command in this process, in the project's folder."""
        before = Path.cwd()
        streams = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in range(2)]
        with (
            mock.patch.dict(os.environ, clean_env(**variables), clear=True),
            mock.patch("sys.stdout", streams[0]),
            mock.patch("sys.stderr", streams[1]),
        ):
            os.chdir(self.folder / where)
            try:
                code = main([command, *arguments])
            finally:
                os.chdir(before)
        for stream in streams:
            stream.flush()
        out, err = (stream.buffer.getvalue().decode("utf-8") for stream in streams)  # type: ignore[attr-defined]
        return Done(code, out, err)

    def json(self, *arguments: str, **options: Any) -> Done:
        """Run the command in this process; the result is JSON."""
        return self.prove("--format", "json", *arguments, **options)

    def start(self, *arguments: str, **variables: str) -> subprocess.Popen[str]:
        """Start the command in a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "bugcapture", "prove", *arguments],
            cwd=self.folder,
            env=clean_env(**variables),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
        )

    def worktrees(self) -> list[str]:
        """The folders of all checkouts but the first."""
        lines = self.git("worktree", "list", "--porcelain").splitlines()
        return [line.removeprefix("worktree ") for line in lines if line.startswith("worktree ")][1:]

    def state(self) -> dict[str, str]:
        """All that a command must leave as it is: files, index, references, settings, stashes."""
        found = {}
        for file in sorted(self.top.rglob("*")):
            path = file.relative_to(self.top)
            inside = path.parts[0] == ".git"
            if inside and path.parts[1:2] in {("objects",), ("bugcapture",)}:
                continue  # What nothing refers to is no state.
            if file.is_symlink():
                found[str(path)] = str(file.readlink())
            elif file.is_file():
                found[str(path)] = hashlib.sha256(file.read_bytes()).hexdigest()
            elif inside and path.parts[1:2] == ("worktrees",):
                found[str(path)] = "folder"
        return found


class Shop(GitProject):
    """A shop whose total forgets the first item, with what its tests need committed on ``main``.

    Args:
        top: An empty folder.
        framework: The framework of its tests.
        where: The project's folder in the repository.
    """

    def __init__(self, top: Path, framework: str = "pytest", where: str = ".") -> None:
        super().__init__(top, where)
        self.framework = framework
        self.write("shop.py", BUGGY)
        if framework == "behave":
            self.write("features/steps/cart.py", STEPS)
            self.write("features/environment.py", "from bugcapture.behave import install\n\ninstall()\n")
        elif framework == "robot":
            self.write("robot/Till.py", LIBRARY)
        self.commit("feat: a shop")

    @property
    def test_file(self) -> str:
        """The test file, seen from the project."""
        return TEST_FILES[self.framework]

    def write_test(self, deed: str = "checks", *, switch: bool = False, number: int = 7, more: str = "") -> None:
        """Write the test of a bug, named ``guards``.

        Args:
            deed: How it goes, one of `DEEDS`.
            switch: Whether it carries the switch.
            number: The bug.
            more: Another deed, of a second test of the bug named ``more``.
        """
        tests = {"guards": deed} | ({"more": more} if more else {})
        write: Callable[..., str] = {"behave": _feature, "robot": _suite, "pytest": _module}[self.framework]
        texts = {name: DEEDS[self.framework][one] for name, one in tests.items()}
        self.write(self.test_file, write(texts, number, switch=switch).encode())

    def fix(self, program: str = FIXED, message: str = "fix: count every item") -> str:
        """Write the program and commit everything; the hash."""
        self.write("shop.py", program)
        return self.commit(message)


def _feature(tests: dict[str, str], number: int, *, switch: bool) -> str:
    tag = " @tdd_expected_fail" if switch else ""
    text = "Feature: Cart\n"
    for name, steps in tests.items():
        lines = "".join(f"    {line}\n" for line in steps.splitlines())
        text += f"\n  @tdd_bug @tdd_bug_{number}{tag}\n  Scenario: {name}\n{lines}"
    return text


def _suite(tests: dict[str, str], number: int, *, switch: bool) -> str:
    tag = "    tdd_expected_fail" if switch else ""
    text = "*** Settings ***\nLibrary    Till.py\n\n*** Test Cases ***\n"
    for name, steps in tests.items():
        lines = "".join(f"    {line}\n" for line in steps.splitlines())
        text += f"{name}\n    [Tags]    tdd_bug    tdd_bug_{number}{tag}\n{lines}"
    return text


def _module(tests: dict[str, str], number: int, *, switch: bool) -> str:
    tag = "@pytest.mark.tdd_expected_fail\n" if switch else ""
    text = "import pytest\n\nimport shop\n\n\n@pytest.fixture\ndef broken_cart():\n    assert False\n"
    for name, body in tests.items():
        fixture = body.partition("assert ")[2] if " " not in body.partition("assert ")[2] else ""
        text += f"\n\n{tag}@pytest.mark.tdd_bug({number})\ndef test_{name}({fixture}):\n    {body}\n"
    return text
