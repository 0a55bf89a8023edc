"""The command: what it refuses, what it shows, where it writes, and what it leaves alone."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_project import CommandProject

TITLE = "The till forgets an item"
FEATURE = "Feature: Till\n\n  Scenario: One\n    Then all is well\n"
CAPTURED = "Feature: Till\n\n  @tdd_bug @tdd_bug_991 @tdd_expected_fail\n  Scenario: One\n    Then all is well\n"
SUITE = "*** Test Cases ***\nOne\n    No Operation\n"


def test_the_whole_result(project: CommandProject) -> None:
    """Files on standard output with branch and commit message; what is left to do on standard error."""
    _behave(project)
    before = project.files()
    done = project.run("capture", "#991", "--title", TITLE, "--closes", "1095")
    assert done.code == 0, done
    assert done.out == (
        "features/the_till_forgets_an_item.feature: new: the test of bug 991\n"
        "\n"
        "branch:\n"
        "  tdd/the-till-forgets-an-item\n"
        "\n"
        "commit message:\n"
        "  test: add TDD bug-capture test for #991 — The till forgets an item\n"
        "\n"
        "  features/the_till_forgets_an_item.feature fails while the bug is there,\n"
        "  and carries tdd_expected_fail until it is fixed.\n"
        "\n"
        "  ISSUES CLOSED: #1095\n"
    )
    assert done.err == (
        "bugcapture: features/the_till_forgets_an_item.feature:7 captures bug 991 once it is filled in; next:\n"
        "  1. `git switch -c tdd/the-till-forgets-an-item`\n"
        "  2. write the steps of features/the_till_forgets_an_item.feature and the message behind `Fails with:`; "
        "until then the run says wrong failure, because undefined steps are never the expected failure\n"
        "  3. see it red: `BUGCAPTURE_RAW=1 behave features/the_till_forgets_an_item.feature`; see it green: the "
        "same without the variable\n"
        "  4. `bugcapture check`, then commit\n"
    )
    assert project.read("features/the_till_forgets_an_item.feature") == (
        "Feature: The till forgets an item\n"
        "\n"
        "  # This scenario captures bug #991: The till forgets an item\n"
        "  # It carries @tdd_expected_fail until the fix is merged. Then only that tag goes: the others stay and\n"
        "  # name the regression test.\n"
        "  @tdd_bug @tdd_bug_991 @tdd_expected_fail\n"
        "  Scenario: The till forgets an item\n"
        "    Fails with: AssertionError: TODO what it says while the bug is there\n"
        "\n"
        "    Given TODO the state in which bug 991 shows itself\n"
        "    When TODO what brings it out\n"
        "    Then TODO what is right instead\n"
    )
    assert {name: text for name, text in project.files().items() if name in before} == before


@pytest.mark.parametrize(
    ("require", "tags"),
    [
        ('["bug"]', "@tdd_bug @tdd_bug_991 @tdd_expected_fail"),
        ('["issue"]', "@tdd_issue @tdd_issue_991 @tdd_expected_fail"),
        ('["bug", "issue"]', "@tdd_bug @tdd_bug_991 @tdd_issue @tdd_issue_991 @tdd_expected_fail"),
        ('["issue", "issue"]', "@tdd_issue @tdd_issue_991 @tdd_expected_fail"),
        ("[]", "@tdd_bug @tdd_bug_991 @tdd_expected_fail"),
    ],
)
def test_the_tags_are_those_that_the_project_requires(project: CommandProject, require: str, tags: str) -> None:
    _behave(project)
    project.write("pyproject.toml", f"[tool.bugcapture]\nrequire = {require}\n")
    assert project.run("capture", "991").code == 0
    assert f"\n  {tags}\n" in project.read("features/bug_991.feature")
    assert project.run("check").code == 0


@pytest.mark.parametrize("option", ["--diff", "--dry-run"])
def test_a_dry_run_writes_nothing_and_shows_what_git_can_apply(project: CommandProject, option: str) -> None:
    _behave(project)
    before = project.files()
    shown = project.run("capture", "991", "--title", TITLE, option)
    assert (shown.code, shown.err) == (0, "bugcapture: nothing was written\n")
    assert project.files() == before
    project.write("../shown.patch", shown.out)
    (project.folder / ".git").rmdir()
    subprocess.run(["git", "init", "--quiet"], cwd=project.folder, check=True)
    subprocess.run(["git", "apply", "../shown.patch"], cwd=project.folder, check=True)
    applied = project.files()
    (project.folder / "features/the_till_forgets_an_item.feature").unlink()
    assert project.run("capture", "991", "--title", TITLE).code == 0
    assert project.files() == applied


def test_a_captured_bug_is_refused_and_its_tests_are_shown(project: CommandProject) -> None:
    """In whatever framework, also from a folder below the project's."""
    _behave(project)
    project.write("features/till.feature", CAPTURED)
    project.write(
        "robot/till.robot", "*** Test Cases ***\nOne\n    [Tags]    tdd_issue    tdd_issue_991\n    No Operation\n"
    )
    before = project.files()
    done = project.run("capture", "991", "--title", TITLE)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        "bugcapture: error: features/till.feature:4: this test captures bug 991 already, and robot/till.robot:2\n"
        "  `bugcapture show 991` tells more; --another writes one more test\n"
    )
    assert project.run("capture", "991", where="robot").code == 1
    assert project.files() == before
    assert project.run("capture", "992").code == 0


def test_a_guarded_bug_is_refused_too(project: CommandProject) -> None:
    _behave(project)
    project.write("features/till.feature", CAPTURED.replace(" @tdd_expected_fail", ""))
    done = project.run("capture", "991")
    assert done.code == 1
    assert "features/till.feature:4: this test guards bug 991 already" in done.err


def test_another_test_of_a_captured_bug(project: CommandProject) -> None:
    """A bug may have one test in each framework."""
    _behave(project)
    project.write("features/till.feature", CAPTURED)
    done = project.run("capture", "991", "--another", "--framework", "pytest", "--title", TITLE)
    assert done.code == 0
    assert "tests/test_the_till_forgets_an_item.py: new: the test of bug 991\n" in done.out


def test_the_named_file_decides_place_and_framework(project: CommandProject) -> None:
    _behave(project)
    for name in ("features/audit/session.feature", "checks/robot/session.robot", "tests/deep/test_session.py"):
        done = project.run("capture", "991", "--another", "--title", TITLE, "--file", name)
        assert done.code == 0, done
        assert done.out.startswith(f"{name}: new: the test of bug 991\n")
    assert project.run("check").code == 1  # No Robot run names the listener yet.


def test_the_named_file_is_seen_from_the_working_directory(project: CommandProject) -> None:
    _behave(project)
    assert project.run("capture", "991", "--file", "audit/session.feature", where="features").code == 0
    assert project.read("features/audit/session.feature").startswith("Feature: Bug 991\n")


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("--file", "features/till.feature"), 1, "features/till.feature: is there already"),
        (("--file", "../till.feature"), 2, "till.feature: lies outside the project"),
        (("--file", "features/x.txt"), 2, "features/x.txt: cannot hold the test: Behave reads *.feature files"),
        (
            ("--file", "tests/till.py"),
            2,
            "cannot hold the test: pytest collects files called test_*.py",
        ),
        (("--file", "robot/__init__.robot"), 2, "cannot hold the test: suite initialisation files hold no tests"),
        (
            ("--file", "x.feature", "--framework", "robot"),
            2,
            "Robot Framework reads *.robot files",
        ),
        (("--branch", "two words"), 2, "'two words' cannot be the name of a branch"),
        (("--branch", "a..b"), 2, "cannot be the name of a branch"),
        (("--branch", "-x"), 2, "cannot be the name of a branch"),
        (("--branch", "x.lock"), 2, "cannot be the name of a branch"),
        (("--closes", "991"), 2, "the capture leaves bug 991 open, and only the fix closes it"),
        (("--method", "go"), 2, "--method belongs to a race"),
        (("--meet-at", "a.b"), 2, "--meet-at belongs to a race"),
        (("--threads", "3"), 2, "--threads belongs to a race"),
        (("--race", "a:b"), 2, "--race needs --method and --meet-at"),
        (("--race", "a:b", "--method", "go"), 2, "--race needs --method and --meet-at"),
        (("--race", "a", "--method", "go", "--meet-at", "a.b"), 2, "--race 'a' is not the name of an object"),
        (("--race", "a:b:c", "--method", "go", "--meet-at", "a.b"), 2, "is not the name of an object"),
        (("--race", 'a:b" x', "--method", "go", "--meet-at", "a.b"), 2, "is not the name of an object"),
        (("--race", "a:class", "--method", "go", "--meet-at", "a.b"), 2, "is not the name of an object"),
        (
            ("--race", "a:b", "--method", "g o", "--meet-at", "a.b"),
            2,
            "'g o' is not the name of a method",
        ),
        (("--race", "a:b", "--method", "go", "--meet-at", "b"), 2, "--meet-at 'b' is not the name of an object"),
        (("--race", "a:b", "--method", "go", "--meet-at", "a.b", "--threads", "1"), 2, "1 threads cannot race"),
    ],
)
def test_what_is_refused(project: CommandProject, arguments: tuple[str, ...], code: int, told: str) -> None:
    """Each with its reason, and nothing is written."""
    _behave(project)
    project.write("features/till.feature", FEATURE)
    before = project.files()
    done = project.run("capture", "991", *arguments)
    assert (done.code, done.out) == (code, "")
    assert told in done.err
    assert project.files() == before


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (".git/x.feature", ".git/x.feature: lies in .git, where no tests are looked for"),
        ("features/node_modules/deep/x.feature", "lies in features/node_modules, where no tests are looked for"),
        ("env/test_x.py", "lies in env, where no tests are looked for"),
        ("inside/x.feature", "lies in .git, where no tests are looked for"),
        ("outside/x.feature", "outside/x.feature: lies outside the project"),
        ("outside/new/x.feature", "outside/new/x.feature: lies outside the project"),
    ],
)
def test_a_file_that_nobody_would_read_is_refused(project: CommandProject, file: str, told: str) -> None:
    """Or one that a link leads out of the project."""
    _behave(project)
    (project.folder.parent / "elsewhere").mkdir()
    (project.folder / ".git").mkdir(exist_ok=True)
    project.write("env/pyvenv.cfg")
    (project.folder / "inside").symlink_to(".git", target_is_directory=True)
    (project.folder / "outside").symlink_to("../elsewhere", target_is_directory=True)
    done = project.run("capture", "991", "--file", file)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert list((project.folder.parent / "elsewhere").iterdir()) == []


def test_a_linked_folder_of_the_project_is_as_good_as_any(project: CommandProject) -> None:
    _behave(project)
    (project.folder / "linked").symlink_to("features", target_is_directory=True)
    assert project.run("capture", "991", "--file", "linked/x.feature").code == 0
    assert project.read("features/x.feature").startswith("Feature: Bug 991\n")


def test_a_taken_name_gets_the_number_and_is_never_overwritten(project: CommandProject) -> None:
    """Also one in another folder: pytest imports modules by their names alone."""
    project.write("tests/test_a.py", "def test_a(): pass\n")
    project.write("tests/deep/test_two_engines.py", "def test_b(): pass\n")
    done = project.run("capture", "991", "--title", "Two engines", "--framework", "pytest")
    assert done.code == 0
    assert "tests/test_two_engines_991.py: new" in done.out
    project.write("tests/deep/test_two_engines_992.py")
    done = project.run("capture", "992", "--title", "Two engines")
    assert (done.code, done.out) == (1, "")
    assert "tests/test_two_engines_992.py: is there already" in done.err


def test_a_dangling_link_is_not_followed(project: CommandProject) -> None:
    _behave(project)
    (project.folder / "features/bug_991.feature").symlink_to("nowhere")
    done = project.run("capture", "991")
    assert done.code == 0
    assert "features/bug_991_991.feature: new" in done.out
    assert project.run("capture", "992", "--file", "features/bug_991.feature").code == 1
    assert not (project.folder / "features/nowhere").exists()


def test_json_holds_everything(project: CommandProject) -> None:
    _behave(project)
    project.write("pyproject.toml", '[tool.towncrier]\ndirectory = "news"\nfilename = "NEWS.md"\n')
    for written in (False, True):
        options = () if written else ("--dry-run",)
        done = project.run("capture", "991", "--title", TITLE, "--format", "json", "--quiet", *options)
        assert (done.code, done.err) == (0, "")
        document = done.json
        assert document["schema"] == "bugcapture.capture/1"
        assert (document["id"], document["title"], document["framework"]) == (991, TITLE, "behave")
        assert document["written"] is written
        path = "features/the_till_forgets_an_item.feature"
        tags = ["tdd_bug", "tdd_bug_991", "tdd_expected_fail"]
        assert document["test"] == {"path": path, "line": 7, "name": TITLE, "tags": tags}
        assert [file["path"] for file in document["files"]] == [path, "news/991.misc.md"]
        assert document["branch"] == "tdd/the-till-forgets-an-item"
        assert document["commit_message"].endswith("\n\nRefs: #991\n")
        assert len(document["next"]) == 4
        assert document["notes"] == []
    for file in document["files"]:
        assert project.read(file["path"]) == file["content"]


def test_a_project_that_is_not_wired_is_told(project: CommandProject) -> None:
    """The test is written all the same; without the adapter nobody would judge it."""
    project.write("features/steps/steps.py")
    project.write("features/till.feature", FEATURE)
    done = project.run("capture", "991")
    assert done.code == 0
    assert "1 tagged test (#991) would run without bugcapture" in done.err
    assert "bugcapture: `bugcapture init` wires it in\n" in done.err
    project.write("pyproject.toml", '[tool.bugcapture]\nassume_wired = ["behave"]\n')
    assert "without bugcapture" not in project.run("capture", "992").err


def test_a_file_that_cannot_be_read_is_told(project: CommandProject) -> None:
    """It may hold the test that is about to be written."""
    _behave(project)
    project.write("features/broken.feature", "@tdd_bug @tdd_bug_991\nNo feature\n")
    project.write("robot/latin.robot", b"*** Test Cases ***\n\xe9\n")
    done = project.run("capture", "991", "--framework", "behave")
    assert done.code == 0
    for path in ("features/broken.feature", "robot/latin.robot"):
        assert f"bugcapture: {path}: cannot be read; `bugcapture check` says why\n" in done.err


def test_nothing_of_git_is_touched(project: CommandProject) -> None:
    """Neither a branch nor the index: the names are only printed."""
    _behave(project)
    (project.folder / ".git").rmdir()
    _git(project, "init", "--quiet", "--initial-branch=main")
    _git(project, "add", ".")
    _git(project, "-c", "user.name=A", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=a")
    before = {path: path.read_bytes() for path in sorted((project.folder / ".git").rglob("*")) if path.is_file()}
    done = project.run("capture", "991", "--branch", "tdd/m6-audit-session-race")
    assert "branch:\n  tdd/m6-audit-session-race\n" in done.out
    assert "`git switch -c tdd/m6-audit-session-race`" in done.err
    after = {path: path.read_bytes() for path in sorted((project.folder / ".git").rglob("*")) if path.is_file()}
    assert after == before


def test_a_file_that_appears_meanwhile_stays(project: CommandProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the plan and the writing: refused, and no fragment is left alone."""
    _behave(project)
    project.write("pyproject.toml", '[tool.bugcapture]\nnews = "news/{number}.md"\n')
    from bugcapture.project import draft

    write = draft.write_files

    def late(new: object, changed: object) -> None:
        project.write("news/991.md", "somebody's")
        write(new, changed)  # type: ignore[arg-type]

    monkeypatch.setattr(draft, "write_files", late)
    done = project.run("capture", "991")
    assert done.code == 1
    assert "news/991.md: is there already" in done.err
    assert project.read("news/991.md") == "somebody's"
    assert not (project.folder / "features/bug_991.feature").exists()


def test_behave_in_another_language(project: CommandProject) -> None:
    """English keywords in a project of Germans need a line that says so."""
    _behave(project)
    project.write("behave.ini", "[behave]\nlang = de\n")
    assert project.run("capture", "991").code == 0
    assert project.read("features/bug_991.feature").startswith("# language: en\nFeature: Bug 991\n")
    assert project.run("check").code == 0


def _behave(project: CommandProject) -> None:
    project.write("features/environment.py", "from bugcapture.behave import install\n\ninstall()\n")
    project.write("features/steps/steps.py")
    project.write("features/first.feature", FEATURE)


def _git(project: CommandProject, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=project.folder, check=True)
