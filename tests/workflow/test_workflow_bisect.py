"""``bisect``: the commit that brought a bug in, found with the test of today."""

from __future__ import annotations

import json
import subprocess
from typing import TYPE_CHECKING

import pytest
from workflow_project import FEATURE, RIGHT, WRONG, GitProject, Result

if TYPE_CHECKING:
    from collections.abc import Callable

BROKEN = "def total(prices:\n"


def history(project: GitProject, length: int, program: Callable[[int], str]) -> list[str]:
    """Commits that change the program, and at last one that captures bug 7; their hashes, oldest first."""
    (project.folder / "features/cart.feature").unlink()
    commits = []
    for number in range(1, length):
        project.write("src/shop/cart.py", program(number) + f"# {number}\n")
        commits.append(project.commit(f"change {number}"))
    project.write("features/cart.feature", FEATURE)
    return [*commits, project.commit("test: capture bug 7")]


def history_with_tax(project: GitProject) -> list[str]:
    """The same with a program that reads a file which git does not know; the bug comes with the second commit."""
    project.write(".gitignore", "__pycache__/\n/local/\n")
    read = "import pathlib\n\nTAX = int(pathlib.Path('local/tax.txt').read_text())\n\n\n"
    commits = history(
        project,
        4,
        lambda number: read + (WRONG if number >= 2 else RIGHT).replace("sum(prices)", "sum(prices) + TAX"),
    )
    project.write("local/tax.txt", "0\n")
    return commits


def trials(result: Result) -> int:
    """How many trials were run."""
    return sum(not one["cached"] for one in result.json["tested"])


@pytest.mark.parametrize("planted", [2, 32, 60])
def test_the_planted_commit_of_sixty_four_is_found_in_twelve_trials(
    behave_project: GitProject, planted: int
) -> None:
    """The commit and the log line; nothing of the checkout changes."""
    commits = history(behave_project, 64, lambda number: WRONG if number >= planted else RIGHT)
    before = behave_project.state()
    result = behave_project.run("bisect", "7", "--format", "json")
    assert result.code == 0, result.err
    assert result.json["culprit"] == {"commit": commits[planted - 1], "subject": f"change {planted}"}
    assert result.json["before"]["commit"] == commits[planted - 2]
    assert trials(result) <= 12
    assert behave_project.state() == before


def test_the_answer_is_the_commit_and_its_log_line(behave_project: GitProject) -> None:
    """As people read it."""
    commits = history(behave_project, 4, lambda number: WRONG if number >= 2 else RIGHT)
    result = behave_project.run("bisect", "7", "--no-color")
    assert result.code == 0
    assert result.out == (
        f"bug 7 came with\n  {commits[1][:10]} change 2\nthe last revision without it is {commits[0][:10]}\n"
    )
    assert "trial" in result.err


def test_a_second_search_knows_the_answers(behave_project: GitProject) -> None:
    """Answers are kept by what lies in the checkout, and can be left aside."""
    history(behave_project, 5, lambda number: WRONG if number >= 3 else RIGHT)
    first = behave_project.run("bisect", "7", "--format", "json")
    again = behave_project.run("bisect", "7", "--format", "json")
    fresh = behave_project.run("bisect", "7", "--format", "json", "--no-cache")
    assert trials(first) > 0
    assert trials(again) == 0
    # Two revisions with the same content are asked once, but not without the memory of it.
    assert trials(fresh) >= trials(first)
    assert first.json["culprit"] == again.json["culprit"] == fresh.json["culprit"]


SLOW = """
    import os
    import sys
    import time

    from bugcapture.behave import install

    install()
    sys.path.insert(0, "src")
    if "SLOW" in os.environ:
        time.sleep(60)
"""


@pytest.mark.parametrize(
    ("options", "env"),
    [(("--timeout", "1"), {"SLOW": "1"}), (("--behave-arg=--name", "--behave-arg=no such scenario"), {})],
    ids=["timeout", "arguments"],
)
def test_what_other_options_brought_is_not_remembered(
    behave_project: GitProject, options: tuple[str, ...], env: dict[str, str]
) -> None:
    """A search that was stopped, or told to run nothing, says nothing about the next one."""
    behave_project.write("features/environment.py", SLOW)
    commits = history(behave_project, 3, lambda number: WRONG if number >= 2 else RIGHT)
    assert behave_project.run("bisect", "7", *options, env=env).code == 1
    result = behave_project.run("bisect", "7", "--format", "json")
    assert (result.code, result.json["culprit"]["commit"]) == (0, commits[1])


def test_a_stopped_trial_is_asked_again(behave_project: GitProject) -> None:
    """Also with the same options: the machine may have been busy."""
    behave_project.write("features/environment.py", SLOW)
    history(behave_project, 3, lambda _: WRONG)
    assert "was stopped after" in behave_project.run("bisect", "7", "--timeout", "1", env={"SLOW": "1"}).err
    assert not (behave_project.folder / ".git/bugcapture/trials.json").exists()


def test_what_was_remembered_wrongly_is_replaced(behave_project: GitProject) -> None:
    """``--no-cache`` asks anew, and later searches know the new answers."""
    commits = history(behave_project, 3, lambda number: WRONG if number >= 2 else RIGHT)
    assert behave_project.run("bisect", "7").code == 0
    file = behave_project.folder / ".git/bugcapture/trials.json"
    document = json.loads(file.read_text())
    document["trials"] = {key: {"side": "none", "reason": "busy"} for key in document["trials"]}
    file.write_text(json.dumps(document))
    assert behave_project.run("bisect", "7").code == 1
    assert behave_project.run("bisect", "7", "--no-cache").code == 0
    again = behave_project.run("bisect", "7", "--format", "json")
    assert (trials(again), again.json["culprit"]["commit"]) == (0, commits[1])


def test_what_is_carried_belongs_to_the_question(behave_project: GitProject) -> None:
    """Another content may bring another answer."""
    commits = history_with_tax(behave_project)
    command = ("bisect", "7", "--carry", "local", "--format", "json")
    behave_project.write("local/tax.txt", "5\n")
    assert behave_project.run(*command).code == 1
    behave_project.write("local/tax.txt", "0\n")
    result = behave_project.run(*command)
    assert (result.code, result.json["culprit"]["commit"]) == (0, commits[1])


def test_another_test_is_another_question(behave_project: GitProject) -> None:
    """What is known of the test of before does not count for the test of now."""
    history(behave_project, 4, lambda number: WRONG if number >= 2 else RIGHT)
    assert behave_project.run("bisect", "7").code == 0
    behave_project.write("features/cart.feature", FEATURE.replace("    When it", "    And a cart\n    When it"))
    behave_project.commit("test: more")
    result = behave_project.run("bisect", "7", "--format", "json")
    assert result.code == 0
    assert trials(result) > 1


def test_a_broken_memory_is_done_without(behave_project: GitProject) -> None:
    """Whatever stands in the file."""
    commits = history(behave_project, 4, lambda number: WRONG if number >= 2 else RIGHT)
    file = behave_project.folder / ".git/bugcapture/trials.json"
    file.parent.mkdir()
    for text in ("{", "[]", '{"schema": "bugcapture.trials/1", "trials": {"x": 5, "y": {"side": 1}}}'):
        file.write_text(text)
        result = behave_project.run("bisect", "7", "--format", "json")
        assert (result.code, result.json["culprit"]["commit"]) == (0, commits[1])
        assert json.loads(file.read_text())["schema"] == "bugcapture.trials/1"


def test_what_is_carried_is_there_in_each_trial(behave_project: GitProject) -> None:
    """Also when the checkout was made another revision's."""
    commits = history_with_tax(behave_project)
    result = behave_project.run("bisect", "7", "--carry", "local", "--format", "json")
    assert result.code == 0, result.err
    assert result.json["culprit"]["commit"] == commits[1]


def test_revisions_in_which_the_test_cannot_run_are_passed_by(behave_project: GitProject) -> None:
    """A stretch of broken commits elsewhere does not matter."""
    commits = history(
        behave_project,
        12,
        lambda number: BROKEN if number in {6, 7, 8} else WRONG if number >= 4 else RIGHT,
    )
    result = behave_project.run("bisect", "7", "--format", "json")
    assert result.code == 0
    assert result.json["culprit"]["commit"] == commits[3]


def test_a_range_is_told_when_the_commit_cannot_be(behave_project: GitProject) -> None:
    """Broken commits right before the bug shows itself: it may have come with any of them."""
    commits = history(
        behave_project, 8, lambda number: BROKEN if number in {3, 4} else WRONG if number >= 5 else RIGHT
    )
    result = behave_project.run("bisect", "7", "--format", "json")
    assert result.code == 1
    assert result.json["found"] is False
    assert result.json["culprit"]["commit"] == commits[4]
    assert [one["commit"] for one in result.json["doubtful"]] == [commits[3], commits[2]]
    assert "came with one of these" in behave_project.run("bisect", "7").out


def test_a_bug_as_old_as_the_history(behave_project: GitProject) -> None:
    """No revision without it: the oldest is named, with exit code 1."""
    commits = history(behave_project, 4, lambda _: WRONG)
    result = behave_project.run("bisect", "7", "--no-color")
    assert result.code == 1
    assert f"bug 7 is as old as the history that is here; the first revision is\n  {commits[0][:10]}" in result.out


def test_a_fixed_bug_needs_a_revision_that_has_it(behave_project: GitProject) -> None:
    """At a head without the bug the search says where to start, and finds it from there."""
    commits = history(behave_project, 5, lambda number: WRONG if number >= 3 else RIGHT)
    behave_project.write("src/shop/cart.py", RIGHT)
    behave_project.write("features/cart.feature", FEATURE.replace(" @tdd_expected_fail", ""))
    behave_project.commit("fix: the total\n\nISSUES CLOSED: #7")
    result = behave_project.run("bisect", "7")
    assert result.code == 1
    assert "the bug does not show itself in" in result.err
    assert "--bad REV" in result.err
    result = behave_project.run("bisect", "7", "--bad", "HEAD~1", "--format", "json")
    assert (result.code, result.json["culprit"]["commit"]) == (0, commits[2])


def test_a_good_revision_bounds_the_search(behave_project: GitProject) -> None:
    """Nothing older is tried."""
    commits = history(behave_project, 12, lambda number: WRONG if number >= 9 else RIGHT)
    result = behave_project.run("bisect", "7", "--good", commits[5], "--format", "json")
    assert (result.code, result.json["culprit"]["commit"]) == (0, commits[8])
    asked = {one["commit"] for one in result.json["tested"]}
    assert asked.isdisjoint(commits[:5])


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--good", "no-such"), 2, "--good: there is no revision no-such"),
        (("--bad", "no-such"), 2, "--bad: there is no revision no-such"),
        (("--tests", "no-such"), 2, "--tests: there is no revision no-such"),
        (("--good", "HEAD~1"), 1, "is not good: the bug is there as well"),
        (("--good", "aside"), 2, "is not in the line of first parents of"),
        (("--bad", "--upload-pack=x"), 2, "there is no revision"),
    ],
)
def test_revisions_that_do_not_fit(
    behave_project: GitProject, arguments: tuple[str, ...], code: int, told: str
) -> None:
    """A wrong call, or a contradiction, is told as what it is."""
    history(behave_project, 4, lambda number: WRONG if number >= 2 else RIGHT)
    behave_project.git("checkout", "--quiet", "-b", "aside", "HEAD~2")
    behave_project.commit("aside")
    behave_project.git("checkout", "--quiet", "main")
    result = behave_project.run("bisect", "7", *arguments)
    assert (result.code, told in result.err) == (code, True), result.err


def test_a_bug_that_came_with_a_merge_is_looked_for_in_it(behave_project: GitProject) -> None:
    """The commit of the merged branch is named, and the merge beside it."""
    (behave_project.folder / "features/cart.feature").unlink()
    behave_project.write("src/shop/cart.py", RIGHT)
    behave_project.commit("start")
    behave_project.git("checkout", "--quiet", "-b", "topic")
    commits = []
    for number in range(1, 5):
        behave_project.write("src/shop/cart.py", (WRONG if number >= 3 else RIGHT) + f"# {number}\n")
        commits.append(behave_project.commit(f"topic {number}"))
    behave_project.git("checkout", "--quiet", "main")
    behave_project.write("README", "x\n")
    behave_project.commit("main goes on")
    behave_project.git("merge", "--quiet", "--no-ff", "-m", "merge topic", "topic")
    behave_project.write("features/cart.feature", FEATURE)
    behave_project.commit("test: capture bug 7")
    result = behave_project.run("bisect", "7", "--format", "json")
    assert result.code == 0, result.err
    assert result.json["culprit"]["commit"] == commits[2]
    assert "it came with the merge" in result.json["notes"][0]


def test_a_shallow_clone_says_so(behave_project: GitProject, tmp_path) -> None:
    """Where the history ends is not where the bug began."""
    history(behave_project, 6, lambda number: WRONG if number >= 2 else RIGHT)
    clone = tmp_path / "clone"
    subprocess.run(
        ["git", "clone", "--quiet", "--depth", "3", f"file://{behave_project.folder}", str(clone)], check=True
    )
    shallow = GitProject.__new__(GitProject)
    shallow.folder = clone
    result = shallow.run("bisect", "7")
    assert result.code == 1
    assert "the clone is shallow" in result.out


def test_outside_of_a_repository(tmp_path) -> None:
    """Exit code 2 and a plain sentence."""
    project = GitProject.__new__(GitProject)
    project.folder = tmp_path
    result = project.run("bisect", "7", env={"GIT_CEILING_DIRECTORIES": str(tmp_path.parent)})
    assert result.code == 2
    assert "this needs a git repository" in result.err


def test_a_hostile_log_line_is_harmless(behave_project: GitProject) -> None:
    """Escape codes of a commit message do not reach the terminal."""
    (behave_project.folder / "features/cart.feature").unlink()
    behave_project.write("src/shop/cart.py", RIGHT)
    behave_project.commit("start")
    behave_project.write("src/shop/cart.py", WRONG)
    behave_project.commit("\x1b[2Jgone \u202e")
    behave_project.write("features/cart.feature", FEATURE)
    behave_project.commit("test")
    result = behave_project.run("bisect", "7", "--no-color")
    assert result.code == 0
    assert "\x1b" not in result.out
    assert "\\x1b[2Jgone" in result.out
