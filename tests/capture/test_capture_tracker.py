"""Title and link from the tracker, whoever wrote them; only the network is faked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from fake_forge import FakeForge

    from command_project import CommandProject, Done

HOSTILE = 'Two\nengines \x1b[31m"""*/ ${HOME} \u202e @tdd_bug_5 | # x\\'


@pytest.fixture(autouse=True)
def wired(project: CommandProject, forge: FakeForge) -> None:
    """A project whose issues are at the forge."""
    project.write("pyproject.toml", forge.settings)
    project.write(".bugcapture", "")


def capture(project: CommandProject, *arguments: str) -> Done:
    """Run the command with a cache of its own."""
    return project.run(
        "capture", "991", "--from-tracker", *arguments, env={"XDG_CACHE_HOME": str(project.folder / ".git")}
    )


def test_title_and_link(project: CommandProject, forge: FakeForge) -> None:
    forge.open(991, "Concurrent first use creates two engines")
    done = capture(project, "--framework", "behave")
    assert done.code == 0, done
    assert "tdd/concurrent-first-use-creates-two-engines\n" in done.out
    text = project.read("features/concurrent_first_use_creates_two_engines.feature")
    comment = text.partition("\n  # ")[2].splitlines()
    assert comment[0] == "This scenario captures bug #991: Concurrent first use creates two engines"
    assert comment[1].startswith("  # http")
    assert comment[1].endswith("991")
    assert f"\n\n  {comment[1][4:]}\n\n  Refs: #991\n" in done.out


def test_a_title_of_ones_own_wins(project: CommandProject, forge: FakeForge) -> None:
    """The link still comes from the tracker."""
    forge.open(991)
    assert capture(project, "--framework", "pytest", "--title", "Mine").code == 0
    text = project.read("tests/test_mine.py")
    assert "\n# This test captures bug #991: Mine\n# http" in text


@pytest.mark.parametrize("framework", ["behave", "robot", "pytest"])
def test_a_hostile_title(project: CommandProject, forge: FakeForge, framework: str) -> None:
    forge.open(991, HOSTILE)
    done = capture(project, "--framework", framework)
    assert done.code == 0, done
    assert all(line.isprintable() for line in (done.out + done.err).splitlines())
    (name,) = [name for name in project.files() if "two" in name and "steps" not in name]
    assert project.read(name).isascii()
    assert project.run("list", "--format", "json").json["bugs"][0]["id"] == 991


def test_an_issue_that_is_not_there(project: CommandProject, forge: FakeForge) -> None:
    before = project.files()
    done = capture(project, "--framework", "behave")
    assert (done.code, done.out) == (1, "")
    assert f"the tracker {forge.repository} has no issue 991" in done.err
    assert project.files() == before


def test_a_number_that_is_a_pull_request(project: CommandProject, forge: FakeForge) -> None:
    forge.pull(991)
    done = capture(project, "--framework", "behave")
    assert done.code == 1
    assert "991 is a pull request and no issue" in done.err or "has no issue 991" in done.err


def test_a_closed_issue_is_told(project: CommandProject, forge: FakeForge) -> None:
    """It may be the right one all the same: a bug can be back."""
    forge.close(991)
    done = capture(project, "--framework", "behave")
    assert done.code == 0
    assert "bugcapture: issue 991 is closed\n" in done.err


def test_a_tracker_that_does_not_answer(project: CommandProject, forge: FakeForge) -> None:
    forge.fail(404, times=-1)
    before = project.files()
    done = capture(project, "--framework", "behave")
    assert (done.code, done.out) == (1, "")
    assert project.files() == before


def test_nothing_is_asked_without_the_option(project: CommandProject, forge: FakeForge) -> None:
    assert project.run("capture", "991", "--framework", "behave").code == 0
    assert forge.asked == []
