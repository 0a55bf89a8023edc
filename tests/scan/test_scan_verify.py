"""``scan --verify`` runs a snippet for a finding, made of what is known of the mock and of nothing else."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import pytest
from msgspec.structs import replace

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.config import ScanSettings
from bugcapture.scan.engine import scan
from bugcapture.scan.verify import verify

if TYPE_CHECKING:
    from pathlib import Path

    from scan_project import ScanProject

SUITE = """\
import asyncio
from unittest.mock import AsyncMock, MagicMock
from shop.users import delete_user
from elsewhere import answer


async def test_open():
    openfga = AsyncMock()
    openfga.close.return_value = answer
    await delete_user("alice", openfga=openfga)


async def test_parent():
    openfga = AsyncMock(return_value="no \\x1b[31m'''")
    await delete_user("alice", openfga=openfga)


async def test_exit():
    session = MagicMock()
    session.__aexit__ = AsyncMock()


async def test_true_exit():
    lock = MagicMock(__exit__=MagicMock(return_value=True))


async def test_awaited():
    db = MagicMock()
    db.close.return_value = 3
    await db.execute("select")
"""


@pytest.fixture
def suite(project: ScanProject) -> ScanProject:
    """A suite with one finding of every kind that can be shown."""
    project.write("tests/test_suite.py", SUITE)
    return project


def test_findings_are_confirmed(suite: ScanProject) -> None:
    """Each of MK101, MK103, MK104 and MK201, and none is dropped."""
    findings = suite.json("--verify").json["findings"]
    assert {(one["rule"], one["verified"]) for one in findings} == {
        ("MK101", True), ("MK103", True), ("MK104", True), ("MK201", True),
    }  # fmt: skip
    assert "(confirmed)" in suite.scan("--verify").out
    assert not any(one["verified"] for one in suite.json().json["findings"])


def test_other_rules_are_not_asked(suite: ScanProject) -> None:
    """A finding without a snippet stays as it is."""
    suite.write("tests/test_region.py", "import os\n\n\ndef test_region():\n    os.environ['A'] = '1'\n")
    findings = suite.json("--verify", "--select", "ENV401").json["findings"]
    assert [(one["rule"], one["verified"]) for one in findings] == [("ENV401", False)]


def test_what_shows_nothing_is_dropped(suite: ScanProject) -> None:
    """Because the mock answers otherwise than it was read."""
    result = scan(suite.root, ScanSettings(select=("MK104",)), cached=False)
    first = result.hazards[0]
    shown = "shown = 1 < 2\n"
    asked = [
        replace(first, recipe=recipe) for recipe in (shown, "shown = False\n", "1 / 0\n", "", "import nowhere\n")
    ]
    assert verify(asked) == [True, False, False, None, False]


def test_the_snippets_hold_nothing_of_the_users(suite: ScanProject) -> None:
    """Names of children and constants apart; they see neither the project nor its packages."""
    result = scan(suite.root, ScanSettings(select=("MK1", "MK2"), ignore=("MK106",)), cached=False)
    recipes = [hazard.recipe for hazard in result.hazards]
    assert all(recipes)
    for recipe in recipes:
        compile(recipe, "snippet", "exec")
        assert "shop" not in recipe
        assert "answer" not in recipe.replace("answer =", "").replace("(answer)", "")
        assert "\x1b" not in recipe
    seen = (
        "import os, sys\nshown = os.getcwd() not in sys.path and '' not in sys.path and sys.flags.isolated == 1\n"
    )
    assert verify([replace(result.hazards[0], recipe=seen)]) == [True]


def test_an_interpreter_that_is_none(suite: ScanProject, tmp_path: Path) -> None:
    """Is an error, and so is one that says something else."""
    result = scan(suite.root, ScanSettings(select=("MK104",)), cached=False)
    with pytest.raises(ConfigurationError, match="the findings cannot be verified"):
        verify(result.hazards, str(tmp_path / "nowhere"))
    with pytest.raises(ConfigurationError, match="the findings cannot be verified"):
        verify(result.hazards, "/bin/echo" if sys.platform != "win32" else "cmd")


@pytest.mark.parametrize("made", ["AsyncMock(spec=Fga)", "MagicMock(spec=Fga)"])
@pytest.mark.parametrize("told", ["", "    openfga.ping.return_value = 1\n"])
def test_a_mock_that_looks_like_a_class(project: ScanProject, made: str, told: str) -> None:
    """Its class is not imported: one with the same methods stands in its place."""
    methods = "    async def check_permission(self, user): ...\n\n    async def ping(self): ...\n"
    project.write("src/shop/fga.py", f"class Fga:\n{methods}")
    imports = "from unittest.mock import AsyncMock, MagicMock\nfrom shop.fga import Fga\n"
    test = (
        f"async def test_delete():\n    openfga = {made}\n{told}    await delete_user('alice', openfga=openfga)\n"
    )
    project.write("tests/test_users.py", f"{imports}from shop.users import delete_user\n\n{test}")
    found = project.json("--verify", "--select", "MK101").json["findings"]
    assert [(one["rule"], one["verified"]) for one in found] == [("MK101", True)]
