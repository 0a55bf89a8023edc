"""How many bugs were captured over the history of a real repository."""

from __future__ import annotations

import subprocess
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from ledger_project import BEGIN, Project, feature

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.repository import Repository
from bugcapture.workflow.burndown import _is_safe, _spread, read_burndown

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.workflow.burndown import Burndown

ROBOT_INIT = "*** Settings ***\nTest Tags    tdd_bug    tdd_bug_7    tdd_expected_fail\n"
ROBOT = "*** Test Cases ***\nOne\n    Log    1\n"
PYTEST = (
    "import pytest\n\n\n@pytest.mark.tdd_bug(5)\n@pytest.mark.tdd_expected_fail\ndef {name}():\n    assert 0\n"
)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty repository."""
    return Project(tmp_path / "project")


def counts(burndown: Burndown) -> list[tuple[int, int]]:
    return [(point.captured, point.guarded) for point in burndown.points]


def test_each_commit_that_changes_tags_is_a_point(project: Project) -> None:
    """Captured, fixed, guarded, gone; what changes no tag is no point, and nothing in the checkout is touched."""
    first = project.commit(features__f1_dot_feature=feature(1))
    project.commit(README=" ")
    project.commit(features__f2_dot_feature=feature(2), tests__test_a_dot_py=PYTEST.format(name="test_a"))
    project.commit(features__f1_dot_feature=feature(1, captured=False))
    last = project.commit(features__f2_dot_feature=None)
    before = project.files()

    found = read_burndown(project.folder)

    assert counts(found) == [(1, 0), (3, 0), (2, 1), (1, 1)]
    assert (found.commits, found.shallow) == (4, False)
    assert (found.points[0].commit, found.points[-1].commit) == (first, last)
    assert [(point.at - BEGIN).days for point in found.points] == [1, 3, 4, 5]
    assert project.files() == before
    assert project.git("status", "--porcelain") == ""


def test_nothing_of_the_project_is_executed(project: Project) -> None:
    """Files of the past are read and never run."""
    trap = "import pathlib\npathlib.Path('ran').touch()\n"
    project.commit(tests__test_a_dot_py=trap + PYTEST.format(name="test_a"), tests__conftest_dot_py=trap)
    assert counts(read_burndown(project.folder)) == [(1, 0)]
    assert not list(project.folder.rglob("ran"))


def test_suites_inherit_from_above_in_the_past_as_well(project: Project) -> None:
    """A suite without a tag of its own counts by that of its suite initialisation file."""
    project.commit(robot__a_dot_robot=ROBOT)
    project.write("robot/__init__.robot", ROBOT_INIT)
    project.commit()
    project.write("robot/__init__.robot", ROBOT_INIT.replace("    tdd_expected_fail", ""))
    project.commit()
    assert counts(read_burndown(project.folder))[-2:] == [(1, 0), (0, 1)]


def test_the_settings_of_pytest_are_those_of_the_day(project: Project) -> None:
    """What is a test is decided by the settings of the same revision."""
    project.commit(test_a_dot_py=PYTEST.format(name="check_a"))
    assert counts(read_burndown(project.folder)) == [(0, 0)]
    changed = PYTEST.format(name="check_a") + "\n\n@pytest.mark.tdd_bug(6)\ndef check_b():\n    pass\n"
    project.commit(pytest_dot_ini="[pytest]\npython_functions = check_*\n", test_a_dot_py=changed)
    assert counts(read_burndown(project.folder)) == [(0, 0), (1, 1)]


def test_only_the_first_parents_count(project: Project) -> None:
    """A merge is one step, whatever its branch went through."""
    project.commit(features__f1_dot_feature=feature(1))
    project.git("checkout", "--quiet", "-b", "side")
    project.commit(features__f2_dot_feature=feature(2))
    project.commit(features__f2_dot_feature=feature(2, captured=False))
    project.git("checkout", "--quiet", "main")
    project.day += 1
    project.git("merge", "--quiet", "--no-ff", "--message=merge", "side")
    assert counts(read_burndown(project.folder)) == [(1, 0), (1, 1)]


def test_a_part_of_the_history_begins_with_what_was_there(project: Project) -> None:
    """`since` leaves out points, and still counts the bugs from before."""
    for number in range(1, 5):
        project.commit(**{f"features__f{number}_dot_feature": feature(number)})
    since = BEGIN + timedelta(days=2, hours=1)
    found = read_burndown(project.folder, since=since)
    assert counts(found) == [(2, 0), (3, 0), (4, 0)]
    assert found.points[0].at == since
    assert counts(read_burndown(project.folder, since=BEGIN)) == [(1, 0), (2, 0), (3, 0), (4, 0)]


def test_of_many_commits_some_are_read(project: Project) -> None:
    """The first and the last are among them, and those between are not lost."""
    for number in range(1, 8):
        project.commit(**{f"features__f{number}_dot_feature": feature(number)})
    said: list[str] = []
    found = read_burndown(project.folder, limit=3, say=said.append)
    assert counts(found) == [(1, 0), (4, 0), (7, 0)]
    assert found.commits == 7
    assert said[-1] == "reading the tags of 7 of 7 commits"
    assert _spread(3, 3) == range(3)


def test_clocks_that_go_backwards_do_not_turn_the_line_round(project: Project) -> None:
    """The order is that of the commits; a date from before is taken for that of the commit before."""
    project.day = 9
    project.commit(features__f1_dot_feature=feature(1))
    project.day = 3
    project.commit(features__f2_dot_feature=feature(2))
    assert [(point.at - BEGIN).days for point in read_burndown(project.folder).points] == [10, 10]


def test_what_lies_beside_the_project_does_not_count(project: Project) -> None:
    """A project in a folder of a larger repository has its own line; its name may look like a pattern."""
    project.write("shop[1]/features/f1.feature", feature(1))
    project.write("shop1/features/f2.feature", feature(2))
    project.commit()
    assert counts(read_burndown(project.folder / "shop[1]")) == [(1, 0)]
    assert counts(read_burndown(project.folder)) == [(2, 0)]


def test_links_and_broken_files_are_passed_over(project: Project) -> None:
    """What cannot be read holds no bug."""
    (project.folder / "features").mkdir()
    (project.folder / "features" / "link.feature").symlink_to("/tdd_bug_1")
    project.commit(
        features__f2_dot_feature=b"@tdd_bug @tdd_bug_2\nFeature: \xff\n", test_b_dot_py="@tdd_bug_9 ((("
    )
    project.commit(features__f3_dot_feature=feature(3))
    assert counts(read_burndown(project.folder)) == [(0, 0), (1, 0)]


def test_a_file_may_become_a_folder(project: Project) -> None:
    """What one revision has written is not in the way of another one."""
    project.write("features/a.feature/b.feature", feature(1))
    project.commit()
    (project.folder / "features/a.feature/b.feature").unlink()
    (project.folder / "features/a.feature").rmdir()
    project.write("features/a.feature", feature(2))
    project.commit()
    assert counts(read_burndown(project.folder)) == [(1, 0), (1, 0)]


def test_a_name_that_no_disk_holds_is_passed_over(project: Project) -> None:
    """Git keeps names that are too long for a file."""
    blob = project.git("hash-object", "-w", str(project.write("a.feature", feature(1))))
    name = f"{'x' * 300}.feature"
    project.git("update-index", "--add", "--cacheinfo", f"100644,{blob},{name}")
    project.git("update-index", "--add", "--cacheinfo", f"100644,{blob},b.feature")
    project.git("commit", "--quiet", "--message=long")
    assert counts(read_burndown(project.folder)) == [(1, 0)]


@pytest.mark.parametrize("path", ["/a.feature", "a/../../b.feature", "C:/a.feature", "a\0b.feature"])
def test_no_path_leads_out_of_the_scratch_folder(path: str) -> None:
    """A tree that git should never have taken writes nowhere else."""
    assert not _is_safe(path)
    assert _is_safe("a/b..c/d.feature")


def test_without_a_commit_there_is_no_line(project: Project) -> None:
    """A repository that was just made."""
    assert counts(read_burndown(project.folder)) == []


def test_without_a_repository_it_is_told(tmp_path: Path) -> None:
    """Outside of git there is nothing to read."""
    with pytest.raises(ConfigurationError, match="this needs a git repository"):
        read_burndown(tmp_path)


def test_a_shallow_clone_is_told(project: Project, tmp_path: Path) -> None:
    """What is there is read."""
    project.commit(features__f1_dot_feature=feature(1))
    project.commit(features__f2_dot_feature=feature(2))
    clone = tmp_path / "clone"
    command = ["git", "clone", "--quiet", "--depth=1", project.folder.as_uri(), str(clone)]
    subprocess.run(command, check=True, capture_output=True)
    found = read_burndown(clone)
    assert (counts(found), found.shallow) == ([(2, 0)], True)


def test_contents_that_are_not_there_are_left_out(project: Project) -> None:
    """Git is asked once for all, and answers for each."""
    commit = project.commit(a="one\n", b="")
    repository = Repository.find(project.folder)
    names = [f"{commit}:{name}" for name in ("a", "missing", "b", "a\nb")]
    assert repository.contents([*names, commit]) == {names[0]: b"one\n", names[2]: b""}
    assert repository.contents([]) == {}


@pytest.mark.parametrize("folder", [".", "venv"])
def test_folders_that_nobody_reads_do_not_count(project: Project, folder: str) -> None:
    """An environment that is checked in holds no tests of today, whatever the project's folder is called."""
    files = {f"{folder}/{path}/f1.feature": feature(1) for path in ("venv/lib", "node_modules", ".tox")}
    for path, text in files.items():
        project.write(path, text)
    project.write(f"{folder}/features/f2.feature", feature(2))
    project.commit()
    assert counts(read_burndown(project.folder / folder)) == [(1, 0)]


def test_a_commit_from_after_the_year_9999_is_a_point(project: Project) -> None:
    """Git's clock knows such times, and whoever writes a commit names its time."""
    project.commit(features__f1_dot_feature=feature(1))
    body = project.git("cat-file", "commit", "HEAD").replace(
        f"{int(BEGIN.timestamp()) + 86400} ", "99999999999999 "
    )
    project.write("commit", body + "\n")
    project.git(
        "reset", "--quiet", "--soft", project.git("hash-object", "-t", "commit", "-w", "--literally", "commit")
    )
    (point,) = read_burndown(project.folder).points
    assert (point.at.year, point.captured) == (9999, 1)
