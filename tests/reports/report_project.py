"""A git repository with tests of all frameworks, a captured bug and a mock that lies."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING, Any

from command_project import CommandProject, Done

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "docs/reports"
DOCUMENTS = ("hazards", "mock-audit", "test-suite", "bugs")
ALL = {f"{FOLDER}/{name}.md" for name in DOCUMENTS}

FEATURE = """\
@shop
Feature: Cart
  Background:
    Given a cart

  Scenario: Empty
    Then the total is 0

  @tdd_bug @tdd_bug_991 @tdd_expected_fail
  Scenario: Full
    When it is filled
    Then the total is 3

  Scenario Outline: Prices <n>
    Then the total is <n>

    @small
    Examples:
      | n |
      | 1 |
      | 2 |

  Rule: Gifts
    Background:
      Given a gift

    Scenario: Gift
      Then the total is 0
"""
SUITE = """\
*** Settings ***
Test Tags    smoke

*** Test Cases ***
One
    [Tags]    tdd_bug    tdd_bug_992
    No Operation
    FOR    ${n}    IN    1    2
        Log    ${n}
    END

Table
    [Template]    Log
    one
    two
"""
TESTS = """\
import unittest

import pytest

PRICES = [1, 2]


@pytest.mark.parametrize("gift", [pytest.param(True), False, *PRICES])
@pytest.mark.parametrize("price", PRICES + [3])
def test_price(price, gift):
    pass


@pytest.mark.slow
class TestCart:
    @pytest.mark.parametrize("size", range(2))
    def test_size(self, size):
        pass

    def helper(self):
        pass


class Total(unittest.TestCase):
    def test_total(self):
        pass
"""
MOCKS = """\
from unittest.mock import AsyncMock

from shop import delete_user


async def test_delete():
    openfga = AsyncMock()
    assert await delete_user("alice", openfga=openfga) == "deleted"
"""
PROGRAM = """\
async def delete_user(user, openfga):
    if not await openfga.check_permission(user=user):
        raise PermissionError(user)
    return "deleted"
"""
# Whatever imports or runs something of the project leaves this behind.
TRAP = 'open("it-was-run", "w").close()\n'


def at(folder: Path) -> ReportProject:
    """The project in a folder that is there already."""
    project = ReportProject.__new__(ReportProject)
    project.folder = folder
    return project


class ReportProject(CommandProject):
    """The repository.

    Args:
        folder: An empty folder.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.git("init", "--quiet", "--initial-branch=main")

    def fill(self) -> None:
        """Write the tests, and commit them."""
        self.write("features/cart.feature", FEATURE)
        self.write("features/environment.py", TRAP)
        self.write("robot/shop.robot", SUITE)
        self.write("tests/conftest.py", TRAP)
        self.write("tests/test_shop.py", TESTS)
        self.write("tests/test_users.py", MOCKS)
        self.write("shop.py", TRAP + PROGRAM)
        self.write("pyproject.toml", "[tool.bugcapture]\n")
        self.commit()

    def git(self, *arguments: str) -> str:
        """Run git; it has to succeed."""
        options = ("-c", "user.name=a", "-c", "user.email=a@example.org", "-c", "commit.gpgSign=false")
        done = subprocess.run(
            ["git", *options, *arguments], cwd=self.folder, capture_output=True, text=True, check=False, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def commit(self) -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=work")

    def refresh(self, *arguments: str, code: int = 0) -> Done:
        """Run ``report refresh``."""
        done = self.run("report", "refresh", *arguments)
        assert done.code == code, done.out + done.err
        return done

    def check(self, *arguments: str, code: int = 0) -> Done:
        """Run ``report check``."""
        done = self.run("report", "check", *arguments)
        assert done.code == code, done.out + done.err
        return done

    def document(self, name: str) -> str:
        """A document."""
        return self.read(f"{FOLDER}/{name}.md")

    def body(self, name: str) -> str:
        """A document without its stamp."""
        return self.document(name).partition("\n\n")[2]

    def stamp(self, name: str) -> dict[str, Any]:
        """What a document says of itself."""
        line = self.document(name).partition("\n")[0]
        stamp: dict[str, Any] = json.loads(line.removeprefix("<!-- bugcapture-report ").removesuffix(" -->"))
        return stamp

    def states(self, *arguments: str) -> dict[str, dict[str, Any]]:
        """What ``report check`` says of each document."""
        done = self.run("report", "check", "--format", "json", *arguments)
        return {one["name"]: one for one in done.json["documents"]}

    def reports(self) -> dict[str, bytes]:
        """All files in the report folder."""
        return {name: content for name, content in self.files().items() if name.startswith(f"{FOLDER}/")}
