"""A new test is red for an honest reason until it is filled in; a race needs nothing more. Real runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_project import CommandProject

TITLE = "The till forgets the first item"
SHOP = '''\
import threading


class Till:
    """Opens its drawer at the first use, whoever comes first."""

    def __init__(self):
        self._drawer = None
        self.closed = 0

    def drawer(self):
        if self._drawer is None:
            self._drawer = make_drawer()
        return self._drawer


def make_drawer():
    return object()


def total(prices):
    return sum(prices[1:])
'''
FIXED = SHOP.replace(
    "        if self._drawer is None:\n            self._drawer = make_drawer()\n",
    "        with LOCK:\n            if self._drawer is None:\n                self._drawer = make_drawer()\n",
).replace("\n\nclass Till", "\nLOCK = threading.Lock()\n\n\nclass Till", 1)
FRAMEWORKS = ("behave", "robot", "pytest")
RUNS = {
    "behave": ("behave",),
    "robot": ("robot", "--listener", "bugcapture.robot.Listener", "--output=NONE", "--pythonpath=.", "robot"),
    "pytest": ("pytest", "-p", "no:cacheprovider", "-q"),
}
EVERY = pytest.mark.parametrize("framework", FRAMEWORKS)


@EVERY
def test_a_skeleton_is_a_wrong_failure(project: CommandProject, framework: str) -> None:
    """Undefined steps, unknown keywords and NotImplementedError are no expected failure; the run says so."""
    _wire(project, framework)
    done = project.run("capture", "991", "--framework", framework, "--title", TITLE)
    assert done.code == 0, done
    assert "until then the run says wrong failure" in done.err
    ended = project.start(*RUNS[framework])
    assert ended.code != 0, ended
    assert "wrong failure" in ended.err + ended.out
    assert "0 expected failures, 0 look fixed, 1 wrong (#991), 0 regressed" in ended.err


@pytest.mark.parametrize(
    "marker",
    [
        "raises=NotImplementedError, match='write the test of bug 991: assert what is right instead'",
        "raises=NotImplementedError",
        "raises=Exception",
    ],
)
def test_no_declaration_makes_a_test_green_that_nobody_wrote(project: CommandProject, marker: str) -> None:
    """What the skeleton raises is no failure of the bug's; the run offers no line that would take it for one."""
    _wire(project, "pytest")
    project.run("capture", "991", "--framework", "pytest", "--title", TITLE)
    ended = project.start(*RUNS["pytest"])
    assert "the test is still to be written" in ended.err + ended.out
    assert "raises=NotImplementedError" not in ended.err + ended.out
    (name,) = [name for name in project.files() if "till_forgets" in name]
    declared = (
        '@pytest.mark.tdd_expected_fail(raises=AssertionError, match="TODO what it says while the bug is there")'
    )
    text = project.read(name)
    assert declared in text
    project.write(name, text.replace(declared, f"@pytest.mark.tdd_expected_fail({marker})"))
    ended = project.start(*RUNS["pytest"])
    assert ended.code != 0
    assert "0 expected failures, 0 look fixed, 1 wrong (#991), 0 regressed" in ended.err


@EVERY
def test_forgotten_words_behind_fails_with_are_red_too(project: CommandProject, framework: str) -> None:
    """The steps are written and fail with an assertion, but the TODO stands: the run names the line to paste."""
    _wire(project, framework)
    project.run("capture", "991", "--framework", framework, "--title", TITLE)
    _fill_in(project, framework, declared=None)
    ended = project.start(*RUNS[framework])
    assert "0 expected failures, 0 look fixed, 1 wrong (#991), 0 regressed" in ended.err, ended


@EVERY
def test_filled_in_it_is_the_expected_failure_and_looks_fixed_with_the_fix(
    project: CommandProject, framework: str
) -> None:
    _wire(project, framework)
    project.run("capture", "991", "--framework", framework, "--title", TITLE)
    _fill_in(project, framework, declared="4 is not 7")
    ended = project.start(*RUNS[framework])
    assert ended.code == 0, ended
    assert "1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed" in ended.err
    assert project.run("check").code == 0
    project.write("shop.py", SHOP.replace("prices[1:]", "prices"))
    ended = project.start(*RUNS[framework])
    assert "0 expected failures, 1 look fixed (#991), 0 wrong, 0 regressed" in ended.err
    assert project.run("graduate", "991").code == 0
    assert project.start(*RUNS[framework]).code == 0


@EVERY
def test_a_race_is_complete(project: CommandProject, framework: str) -> None:
    """It fails as expected while the race is there, and passes with a lock."""
    _wire(project, framework)
    race = ("--race", "shop:Till", "--method", "drawer", "--meet-at", "shop.make_drawer", "--threads", "3")
    done = project.run("capture", "991", "--framework", framework, "--title", "Two drawers", *race)
    assert done.code == 0, done
    assert "wrong failure" not in done.err
    ended = project.start(*RUNS[framework])
    assert "1 expected failure (#991), 0 look fixed, 0 wrong, 0 regressed" in ended.err, ended
    assert ended.code == 0
    project.write("shop.py", FIXED)
    ended = project.start(*RUNS[framework])
    assert "0 expected failures, 1 look fixed (#991), 0 wrong, 0 regressed" in ended.err, ended


def _wire(project: CommandProject, framework: str) -> None:
    project.write("shop.py", SHOP)
    project.write("features/steps/shop_steps.py" if framework == "behave" else "notes/empty.txt")
    done = project.run("init", "--yes", "--framework", framework)
    assert done.code == 0, done


def _fill_in(project: CommandProject, framework: str, declared: str | None) -> None:
    (name,) = [name for name in project.files() if "till_forgets" in name]
    text = project.read(name)
    if declared:
        text = text.replace("TODO what it says while the bug is there", declared)
    if framework == "behave":
        project.write(
            "features/steps/shop_steps.py",
            "import shop\nfrom behave import step\n\n\n"
            "@step('TODO the state in which bug 991 shows itself')\n"
            "@step('TODO what brings it out')\n"
            "def nothing(context):\n    pass\n\n\n"
            "@step('TODO what is right instead')\n"
            "def check(context):\n    found = shop.total([3, 4])\n    assert found == 7, f'{found} is not 7'\n",
        )
    elif framework == "robot":
        project.write(
            "Keywords.py",
            "import shop\n\n\n"
            "def check_total():\n    found = shop.total([3, 4])\n    assert found == 7, f'{found} is not 7'\n",
        )
        text = "*** Settings ***\nLibrary    Keywords.py\n\n" + text
        text = text.replace("    TODO The State In Which Bug 991 Shows Itself\n", "")
        text = text.replace("TODO What Is Right Instead", "Check Total")
    else:
        head, _, _ = text.partition("    raise NotImplementedError")
        body = "    found = shop.total([3, 4])\n    assert found == 7, f'{found} is not 7'\n"
        text = (head + body).replace("import pytest\n", "import pytest\nimport shop\n")
    project.write(name, text)
