"""`bugcapture graduate`: the switch goes, and not one byte besides; or nothing happens at all."""

from __future__ import annotations

import difflib
import os
import stat
import subprocess
from pathlib import Path

import pytest
from source_cases import CAPTURE, outline, scenario
from source_project import SWITCH, Project, mode, obey_modes

from bugcapture.core.errors import RefusedError, SourceError
from bugcapture.workflow.graduate import plan_graduation, write_graduation

REST = "  Scenario: S\n    Given g\n    Then t\n"

# Before, after: tag lines in front of a scenario of bug 5.
LAYOUTS = {
    "last": ("  @tdd_bug @tdd_bug_5 @tdd_expected_fail\n", "  @tdd_bug @tdd_bug_5\n"),
    "first": ("  @tdd_expected_fail @tdd_bug @tdd_bug_5\n", "  @tdd_bug @tdd_bug_5\n"),
    "in the middle": ("  @tdd_bug @tdd_expected_fail @tdd_bug_5\n", "  @tdd_bug @tdd_bug_5\n"),
    "alone on its line": ("  @tdd_bug @tdd_bug_5\n  @tdd_expected_fail\n", "  @tdd_bug @tdd_bug_5\n"),
    "first of the lines": ("  @tdd_expected_fail\n  @tdd_bug @tdd_bug_5\n", "  @tdd_bug @tdd_bug_5\n"),
    "twice on a line": ("@tdd_expected_fail @tdd_bug @tdd_expected_fail @tdd_bug_5\n", "@tdd_bug @tdd_bug_5\n"),
    "twice side by side": (
        "@tdd_bug @tdd_bug_5  @tdd_expected_fail @tdd_expected_fail\n",
        "@tdd_bug @tdd_bug_5\n",
    ),
    "twice and alone": (
        " @tdd_bug @tdd_bug_5\n @tdd_expected_fail @tdd_expected_fail \n",
        " @tdd_bug @tdd_bug_5\n",
    ),
    "on two lines": ("@tdd_expected_fail @tdd_bug\n@tdd_bug_5 @tdd_expected_fail\n", "@tdd_bug\n@tdd_bug_5\n"),
    "tabs": ("\t@tdd_bug\t@tdd_expected_fail\t\t@tdd_bug_5\t\n", "\t@tdd_bug\t\t@tdd_bug_5\t\n"),
    "a comment behind": ("  @tdd_bug @tdd_bug_5 @tdd_expected_fail  # soon\n", "  @tdd_bug @tdd_bug_5  # soon\n"),
    "a comment that names it": (
        "  @tdd_bug @tdd_bug_5 @tdd_expected_fail # not @tdd_expected_fail\n",
        "  @tdd_bug @tdd_bug_5 # not @tdd_expected_fail\n",
    ),
    "only a comment is left": (
        "  @tdd_bug @tdd_bug_5\n  @tdd_expected_fail # why\n",
        "  @tdd_bug @tdd_bug_5\n  # why\n",
    ),
    "comments around": (
        "  @tdd_bug @tdd_bug_5\n  # @tdd_expected_fail\n  @tdd_expected_fail\n  # end\n",
        "  @tdd_bug @tdd_bug_5\n  # @tdd_expected_fail\n  # end\n",
    ),
    "blank lines around": ("@tdd_bug @tdd_bug_5\n\n@tdd_expected_fail\n\n", "@tdd_bug @tdd_bug_5\n\n\n"),
    "blanks at the end": ("  @tdd_bug @tdd_bug_5 @tdd_expected_fail  \n", "  @tdd_bug @tdd_bug_5  \n"),
    "no-break space": ("  @tdd_bug @tdd_bug_5\u00a0@tdd_expected_fail\n", "  @tdd_bug @tdd_bug_5\n"),
    "windows": ("  @tdd_bug @tdd_bug_5\r\n  @tdd_expected_fail\r\n", "  @tdd_bug @tdd_bug_5\r\n"),
    "windows, last": ("  @tdd_bug @tdd_bug_5 @tdd_expected_fail\r\n", "  @tdd_bug @tdd_bug_5\r\n"),
    "old mac": ("  @tdd_bug @tdd_bug_5\r  @tdd_expected_fail\r", "  @tdd_bug @tdd_bug_5\r"),
    "mixed": ("  @tdd_bug\r\n  @tdd_bug_5\r  @tdd_expected_fail\n", "  @tdd_bug\r\n  @tdd_bug_5\r"),
    "form feed between lines": ("@tdd_bug @tdd_bug_5\x0c@tdd_expected_fail\n", "@tdd_bug @tdd_bug_5\x0c"),
    "line separator between lines": ("@tdd_bug @tdd_bug_5\u2028@tdd_expected_fail\n", "@tdd_bug @tdd_bug_5\u2028"),
}
AROUND = {
    "plain": ("Feature: F\n", REST),
    "byte order mark": ("\ufeffFeature: F\n", REST),
    "odd line ends in the text": ("Feature: F\n  a\x0cb\u2028c\x85d\x1ce\rf\n\n", REST + "    And x\u2028\r\n"),
    "no final newline": ("Feature: F\r\n", REST.rstrip("\n")),
}


@pytest.mark.parametrize("around", AROUND)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_only_the_switch_and_its_white_space_go(project: Project, layout: str, around: str) -> None:
    """Every other byte of the file stays; a line that becomes empty goes; a second call changes nothing."""
    (before, after), (head, rest) = LAYOUTS[layout], AROUND[around]
    file = project.feature((head + before + rest).encode())
    done = project.run("graduate", "5")
    assert done.code == 0
    assert file.read_bytes() == (head + after + rest).encode()
    again = project.run("graduate", "5")
    assert (again.code, again.text) == (0, "")
    assert "nothing to do, 1 test without tdd_expected_fail" in again.err
    assert file.read_bytes() == (head + after + rest).encode()


@pytest.mark.parametrize(
    "text",
    [
        f"@tdd_bug @tdd_bug_5 {SWITCH}\nFeature: F\n{REST}{REST}",
        f"{SWITCH} @tdd_bug\nFeature: F\n  @tdd_bug_5\n{REST}  @tdd_bug_5\n{REST}",
        f"Feature: F\n  @tdd_bug @tdd_bug_5 {SWITCH}\n  Rule: R\n{REST}  Rule: Q\n{REST}",
        outline(CAPTURE, "| n |", "| 1 |", "| 2 |"),
        outline("@tdd_bug @tdd_bug_<n>", "| n |", "| 5 |").replace(
            "    Examples:", f"    {SWITCH}\n    Examples:"
        ),
        outline("@tdd_bug @tdd_bug_5", "| n |", "| 1 |")
        + f"    {SWITCH}\n    Examples: more\n      | n |\n      | 1 |\n",
        (
            f"@tdd_bug @tdd_bug_5 {SWITCH}\nFeature: F\n  {SWITCH}\n  Rule: R\n"
            f"  @tdd_issue @tdd_issue_5 {SWITCH}\n{REST}"
        ),
        f"# language: fr\n@tdd_bug @tdd_bug_5 {SWITCH}\nFonctionnalité: F\n  Scénario: é\n    Alors t\n",
    ],
)
def test_switches_of_every_level_go(project: Project, text: str) -> None:
    """Feature, Rule, Outline and Examples carry the switch as well as scenarios do."""
    project.feature(text.encode())
    assert project.run("graduate", "5").code == 0
    left = (project.folder / "features/a.feature").read_text("utf-8")
    assert SWITCH not in left
    assert [line for line in left.splitlines() if "@" not in line] == [
        line for line in text.splitlines() if "@" not in line
    ]
    assert project.run("list", "--format", "json").json["bugs"][0]["state"] == "guarded"


def test_words_that_only_name_the_switch_stay(project: Project) -> None:
    """Docstrings, comments, descriptions and tables keep the word."""
    text = (
        f"Feature: F\n  # {SWITCH}\n  @tdd_bug @tdd_bug_5{{0}}\n  Scenario: {SWITCH}\n    on {SWITCH}\n"
        f"    Given g\n      '''\n      {SWITCH}\n      '''\n    Then t\n      | {SWITCH} |\n"
    )
    file = project.feature(text.format(f" {SWITCH}").encode())
    assert project.run("graduate", "5").code == 0
    assert file.read_bytes() == text.format("").encode()


def test_all_files_of_a_bug_change_and_no_other(project: Project) -> None:
    """Two files of bug 5 change, a file of bug 6 stays, and each place is told."""
    project.feature(scenario(CAPTURE), "a")
    project.feature(scenario(CAPTURE), "sub/b")
    project.feature(scenario(CAPTURE.replace("_5", "_6")), "c")
    before = project.snapshot()
    done = project.run("graduate", "#5")
    assert done.code == 0
    assert done.text == f"features/a.feature:2: removed {SWITCH}\nfeatures/sub/b.feature:2: removed {SWITCH}\n"
    assert "removed at 2 places in 2 files; 2 tests guard the fix from now on" in done.err
    changed = {name for name, content in project.snapshot().items() if before[name] != content}
    assert changed == {"features/a.feature", "features/sub/b.feature"}


def test_path_limits_what_changes(project: Project) -> None:
    """``--path`` may be given more than once."""
    for name in "abc":
        project.feature(scenario(CAPTURE), name)
    done = project.run("graduate", "5", "--path", "features/a.feature", "--path", "features/c.feature")
    assert [line.split(":")[0] for line in done.text.splitlines()] == ["features/a.feature", "features/c.feature"]
    assert SWITCH in (project.folder / "features/b.feature").read_text()


def test_check_says_by_its_exit_code_whether_a_switch_is_left(project: Project) -> None:
    """1 while there is one, 0 afterwards; nothing is written."""
    project.feature(scenario(CAPTURE))
    before = project.snapshot()
    waiting = project.run("graduate", "5", "--check")
    assert (waiting.code, waiting.text) == (1, f"features/a.feature:2: {SWITCH} still stands\n")
    assert "#5: tdd_expected_fail still stands at 1 place in 1 file" in waiting.err
    assert project.snapshot() == before
    project.run("graduate", "5")
    assert project.run("graduate", "5", "--check").code == 0


def test_json_tells_the_change(project: Project) -> None:
    """Schema, bugs, files with lines and diff, and the tests that stay."""
    project.feature(scenario(CAPTURE))
    planned = project.run("graduate", "5", "--check", "--format", "json")
    assert planned.code == 1
    done = project.run("graduate", "5", "--format", "json").json
    assert done["schema"] == "bugcapture.graduate/1"
    assert (done["ids"], done["written"], planned.json["written"]) == ([5], True, False)
    assert done["changes"] == planned.json["changes"]
    assert (done["changes"][0]["path"], done["changes"][0]["lines"]) == ("features/a.feature", [2])
    assert done["changes"][0]["diff"].startswith(
        "--- a/features/a.feature\n+++ b/features/a.feature\n@@ -1,5 +1,5 @@\n"
    )
    assert done["tests"][0]["location"] == "features/a.feature:3"


@pytest.mark.parametrize("number", ["0", "x", "-1", "5.0", "007x", "٣", "9" * 19, "", "#"])
def test_what_is_no_bug_number_is_refused(project: Project, number: str) -> None:
    """Usage errors exit with 2 and name the word."""
    done = project.run("graduate", "--", number)
    assert done.code == 2
    assert "is no bug number" in done.err


def test_an_unknown_bug_is_refused(project: Project) -> None:
    """A bug without a test exits with 2 and says which bugs there are; a known one beside it stays."""
    project.feature(scenario(CAPTURE))
    before = project.snapshot()
    done = project.run("graduate", "5", "99")
    assert done.code == 2
    assert "bug 99 has no test here; bugs with tests: #5" in done.err
    assert project.snapshot() == before


def test_a_scenario_of_another_open_bug_is_refused(project: Project) -> None:
    """The test, the other bug and the command for both are told; with both named it works."""
    project.feature(scenario("@tdd_bug @tdd_bug_5 @tdd_issue @tdd_issue_8 @tdd_expected_fail"), "a")
    project.feature(scenario(CAPTURE), "b")
    before = project.snapshot()
    done = project.run("graduate", "5")
    assert done.code == 1
    assert done.err == (
        "bugcapture: error: features/a.feature:3: this test carries #5 and also #8, "
        "still open (switch at line 2)\n"
        "  if all are fixed, run `bugcapture graduate 5 8`; else give each bug a switch of its own\n"
    )
    assert project.snapshot() == before
    assert project.run("graduate", "8", "5").code == 0


@pytest.mark.parametrize("flag", ["--check", "--diff"])
def test_previews_refuse_as_well(project: Project, flag: str) -> None:
    """What would be refused is refused before it is shown."""
    project.feature(scenario(f"{CAPTURE} @tdd_bug_6"))
    done = project.run("graduate", "5", flag)
    assert (done.code, done.text) == (1, "")


def test_a_feature_wide_switch_over_two_bugs_is_refused(project: Project) -> None:
    """A switch on the feature covers bug 5 and bug 6: the test of bug 6 is named."""
    project.feature(f"@tdd_bug {SWITCH}\nFeature: F\n  @tdd_bug_5\n{REST}  @tdd_bug_6\n{REST}".encode())
    before = project.snapshot()
    done = project.run("graduate", "5")
    assert done.code == 1
    assert "features/a.feature:8: this test has the same switch, and it belongs to #6, still open" in done.err
    assert project.snapshot() == before
    assert project.run("graduate", "5", "6").code == 0


def test_an_outline_whose_rows_are_different_bugs_is_refused(project: Project) -> None:
    """One switch for the rows of bugs 5 and 6 cannot go for one of them."""
    project.feature(outline("@tdd_bug @tdd_bug_<n> @tdd_expected_fail", "| n |", "| 5 |", "| 6 |"))
    done = project.run("graduate", "6")
    assert done.code == 1
    assert "features/a.feature:7: this test has the same switch, and it belongs to #5" in done.err


def test_a_switch_over_a_test_without_a_number_is_refused(project: Project) -> None:
    """Nobody knows whether that test may lose the switch."""
    project.feature(f"{SWITCH}\nFeature: F\n  @tdd_bug @tdd_bug_5\n{REST}{REST}".encode())
    done = project.run("graduate", "5")
    assert done.code == 1
    assert "also covers a test without a bug number" in done.err


def test_a_switch_out_of_a_placeholder_is_refused(project: Project) -> None:
    """The table would have to change, which is for people to do."""
    project.feature(outline("@tdd_bug @tdd_bug_5 @<n>", "| n |", "| tdd_expected_fail |"))
    before = project.snapshot()
    done = project.run("graduate", "5")
    assert done.code == 1
    assert "features/a.feature:2: @tdd_expected_fail comes out of the placeholder tag @<n>" in done.err
    assert project.snapshot() == before


def test_a_comment_that_would_become_an_instruction_is_refused(project: Project) -> None:
    """Without the tag before it, ``# language: fr`` would take effect, and the file would be broken."""
    text = f"{SWITCH}\n# language: fr\n@tdd_bug @tdd_bug_5\nFeature: F\n{REST}"
    project.feature(text.encode())
    assert project.check().code == 0
    before = project.snapshot()
    done = project.run("graduate", "5")
    assert done.code == 1
    assert "the file would mean something else without the tag" in done.err
    assert project.snapshot() == before


def test_a_broken_file_that_names_the_bug_is_refused(project: Project) -> None:
    """A switch could be left in a file that cannot be parsed; other broken files do not matter."""
    project.feature(scenario(CAPTURE), "a")
    project.feature("@tdd_bug_55\nnonsense\n", "other")
    assert project.run("graduate", "5", "--check").code == 1
    assert project.run("graduate", "5", "--diff").code == 0
    project.feature(f"{CAPTURE}\nnonsense\n", "broken")
    before = project.snapshot()
    done = project.run("graduate", "5")
    assert done.code == 1
    assert "features/broken.feature:2: the file names bug 5, but cannot be parsed" in done.err
    assert project.snapshot() == before


CONDITION = """\
import sys
import pytest
if sys.platform:
    pytestmark = pytest.mark.tdd_expected_fail
@pytest.mark.tdd_bug(5)
def test_a(): ...
"""


@pytest.mark.parametrize("options", [(), ("--check",), ("--diff",)])
def test_a_switch_that_cannot_be_read_is_refused(project: Project, options: tuple[str, ...]) -> None:
    """It could still be in effect for a test of the bug that can be read."""
    project.write("test_a.py", CONDITION)
    project.write("test_b.py", CONDITION.replace("(5)", "(6)"))
    before = project.snapshot()
    done = project.run("graduate", "5", *options)
    assert (done.code, done.text) == (1, "")
    assert "test_a.py:4: the file names bug 5, but tdd_expected_fail cannot be read from the source" in done.err
    assert project.snapshot() == before


def test_a_helper_that_names_the_bug_is_refused_beside_other_captures(project: Project) -> None:
    """The tests that it marks are not known."""
    project.feature(scenario(CAPTURE))
    project.write(
        "test_a.py",
        """\
        import pytest
        def captured(f):
            return pytest.mark.tdd_bug(5)(pytest.mark.tdd_expected_fail(f))
        @captured
        def test_deco(): ...
        @pytest.mark.tdd_bug(6)
        @pytest.mark.tdd_expected_fail
        def test_plain(): ...
        """,
    )
    done = project.run("graduate", "5")
    assert done.code == 1
    assert "test_a.py:3: the file names bug 5, but" in done.err


def test_what_cannot_be_read_elsewhere_does_not_matter(project: Project) -> None:
    """A file that has nothing to do with the bug may hold whatever it wants."""
    project.feature(scenario(CAPTURE))
    project.write("test_b.py", CONDITION.replace("(5)", "(6)"))
    assert project.run("graduate", "5").code == 0
    assert project.run("graduate", "5", "--check").code == 0


def test_names_of_the_projects_own_can_be_read(project: Project) -> None:
    """Only a mark of ours could be a switch."""
    project.write("pyproject.toml", "[tool.bugcapture]\nallow_tags = ['tdd_expected_fall']\n")
    project.write("test_a.py", CONDITION.replace("expected_fail", "expected_fall"))
    assert project.run("graduate", "5", "--check").code == 0


def test_rows_of_a_function_are_one_test_before_and_after(project: Project) -> None:
    """Their marks are gone afterwards, so nobody could count them."""
    row = "pytest.param({}, marks=pytest.mark.tdd_expected_fail),"
    rows = "".join(row.format(number) for number in range(5))
    project.write(
        "test_a.py",
        f"import pytest\n@pytest.mark.tdd_bug(6)\n@pytest.mark.parametrize('x', [{rows}])\ndef test_a(x): ...\n",
    )
    done = project.run("graduate", "6")
    assert done.code == 0, done.err
    assert "; 1 test guards the fix from now on" in done.err
    assert "#6: nothing to do, 1 test without tdd_expected_fail" in project.run("graduate", "6").err


def test_a_read_only_file_is_refused(project: Project) -> None:
    """The mode counts, also for the superuser; a second file of the bug stays as it is."""
    project.feature(scenario(CAPTURE), "a")
    locked = project.feature(scenario(CAPTURE), "b")
    before = project.snapshot()
    with mode(locked, 0o444):
        done = project.run("graduate", "5")
    assert done.code == 1
    assert done.err == (
        "bugcapture: error: features/b.feature: is read-only\n  make it writable and run the command again\n"
    )
    assert project.snapshot() == before


@pytest.mark.usefixtures("file_modes")
def test_a_folder_that_takes_no_file_changes_nothing(project: Project) -> None:
    """Of two files one lies in a read-only folder: neither changes, and no temporary file stays."""
    project.feature(scenario(CAPTURE), "a")
    locked = project.feature(scenario(CAPTURE), "sub/b").parent
    before = project.snapshot()
    with mode(locked, 0o555):
        done = project.start("graduate", "5", prepare=obey_modes)
    assert done.code == 2
    assert done.err.splitlines() == [
        "bugcapture: error: features/sub/b.feature: cannot be written: Permission denied",
        "  nothing was changed",
    ]
    assert project.snapshot() == before


@pytest.mark.usefixtures("file_modes")
def test_an_unreadable_file_is_told_by_check(project: Project) -> None:
    """A file that the user may not read is a finding of check, with its reason."""
    file = project.feature(scenario(CAPTURE))
    with mode(file, 0):
        done = project.start("check", prepare=obey_modes)
    assert done.code == 1
    assert done.text == "features/a.feature: P1 cannot be read: Permission denied\n"


def test_a_failing_move_puts_the_moved_files_back(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two moves fails: the first file gets its content back."""
    first, second = (project.feature(scenario(CAPTURE), name) for name in "ab")
    before = project.snapshot()
    plan = plan_graduation([5], [first, second])
    original = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target == second:
            raise OSError(28, "No space left on device", str(self))
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(SourceError, match="No space left on device") as caught:
        write_graduation(plan)
    assert (caught.value.where, caught.value.hint) == (str(second), "nothing was changed")
    assert project.snapshot() == before


def test_an_interrupt_between_two_moves_changes_nothing(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ctrl-C at the worst moment leaves both files as they were."""
    first, second = (project.feature(scenario(CAPTURE), name) for name in "ab")
    before = project.snapshot()
    plan = plan_graduation([5], [first, second])
    original = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target == second:
            raise KeyboardInterrupt
        return original(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    with pytest.raises(KeyboardInterrupt):
        write_graduation(plan)
    assert project.snapshot() == before


def test_a_file_that_changed_meanwhile_is_refused(project: Project) -> None:
    """Somebody saved one of two files between reading and writing: neither changes."""
    first, second = (project.feature(scenario(CAPTURE), name) for name in "ab")
    plan = plan_graduation([5], [first, second])
    second.write_bytes(second.read_bytes() + b"# saved\n")
    before = project.snapshot()
    with pytest.raises(RefusedError, match="was changed meanwhile"):
        write_graduation(plan)
    assert project.snapshot() == before


def test_mode_and_owner_stay(project: Project) -> None:
    """The new file has the mode of the old one, and its owner where the system allows that."""
    file = project.feature(scenario(CAPTURE))
    file.chmod(0o640)
    if os.geteuid() == 0:
        os.chown(file, 12345, 54321)
    before = file.stat()
    assert project.run("graduate", "5").code == 0
    after = file.stat()
    assert stat.S_IMODE(after.st_mode) == 0o640
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_link_stays_a_link(project: Project) -> None:
    """The file behind it changes; the report names that file."""
    target = project.write("shared/real.feature", scenario(CAPTURE))
    link = project.folder / "features/a.feature"
    link.symlink_to("../shared/real.feature")
    done = project.run("graduate", "5", "--path", "features")
    assert done.text == f"shared/real.feature:2: removed {SWITCH}\n"
    assert link.is_symlink()
    assert target.read_text() == scenario("@tdd_bug @tdd_bug_5")


def test_a_file_and_a_link_to_it_change_once(project: Project) -> None:
    """Both are tests, and the diff shows the one file that changes."""
    project.feature(scenario(CAPTURE), "b")
    (project.folder / "features/a.feature").symlink_to("b.feature")
    assert len(project.run("list").text.splitlines()) == 3
    diff = project.run("graduate", "5", "--diff").text
    assert [line for line in diff.splitlines() if line.startswith("+++")] == ["+++ b/features/b.feature"]
    assert "in 1 file; 2 tests guard" in project.run("graduate", "5").err


NAMES = (
    "plain",
    "with space",
    "ümläut",
    'quo"te',
    "back\\slash",
    "tab\there",
    "new\nline",
    "trailing ",
    "esc\x1b[31m",
)


def test_diff_is_a_patch_that_git_applies(project: Project) -> None:
    """For each layout and odd file names: ``git apply`` gives the bytes of the real edit, ``-R`` the old ones."""
    git = ["git", "-c", "core.autocrlf=false", "-c", "user.name=n", "-c", "user.email=e"]
    for number, (head, rest) in enumerate(AROUND.values()):
        for other, (before, _) in enumerate(LAYOUTS.values()):
            project.feature((head + before + rest).encode(), f"layout_{number}_{other}")
    for name in NAMES:
        project.feature(scenario(CAPTURE), name)
    old = project.snapshot()
    patch = project.run("graduate", "5", "--diff", "--quiet")
    assert patch.code == 0
    assert project.snapshot() == old
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "before"]):
        subprocess.run([*git, *command], cwd=project.folder, check=True)
    apply = [*git, "apply", "--whitespace=nowarn"]
    subprocess.run(apply, cwd=project.folder, input=patch.out, check=True)
    applied = project.snapshot()
    subprocess.run([*apply, "-R"], cwd=project.folder, input=patch.out, check=True)
    assert project.snapshot() == old
    assert project.run("graduate", "5").code == 0
    assert project.snapshot() == applied
    assert sum(old[name] != content for name, content in applied.items()) == len(old) - 1


def test_diff_has_no_line_that_does_not_change_for_the_switch(project: Project) -> None:
    """The diff takes nothing away but lines with the switch, and adds nothing but these without it."""
    project.feature(scenario(CAPTURE))
    lines = project.run("graduate", "5", "--diff").text.splitlines()[3:]
    assert [line for line in lines if line[:1] in "+-"] == [f"-  {CAPTURE}", "+  @tdd_bug @tdd_bug_5"]
    assert list(difflib.restore(lines, 1)) != list(difflib.restore(lines, 2))
