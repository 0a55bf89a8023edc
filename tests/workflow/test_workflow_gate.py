"""``gate`` on real branches: captures, fixes, and what they lack."""

from __future__ import annotations

import pytest
from workflow_project import FEATURE, RIGHT, WRONG, GitProject

TITLE = "test: add TDD bug-capture test for #7 — the total"
CAPTURE = f"{TITLE}\n\nThe total is one too much.\n\nISSUES CLOSED: #8"
FIXED = "fix: do not count the cart itself\n\nISSUES CLOSED: #7"


@pytest.fixture
def start(project: GitProject) -> GitProject:
    """A project that keeps fragments, on its branch ``main``."""
    project.add_behave()
    project.write("pyproject.toml", "[tool.bugcapture]\nnews = 'changelog.d/{number}.{kind}.md'\n")
    project.commit("feat: a cart")
    return project


@pytest.fixture
def captured(start: GitProject) -> GitProject:
    """A branch that captures bug 7 as it should."""
    start.git("checkout", "--quiet", "-b", "tdd/total")
    start.write("features/cart.feature", FEATURE)
    start.write("changelog.d/7.capture.md", "Captured.\n")
    start.commit(CAPTURE)
    return start


@pytest.fixture
def fixed(captured: GitProject) -> GitProject:
    """A branch that fixes it as it should."""
    captured.git("checkout", "--quiet", "main")
    captured.git("merge", "--quiet", "tdd/total")
    captured.git("checkout", "--quiet", "-b", "fix/total")
    captured.write("src/shop/cart.py", RIGHT)
    captured.write("features/cart.feature", FEATURE.replace(" @tdd_expected_fail", ""))
    captured.write("changelog.d/7.fixed.md", "Fixed.\n")
    captured.commit(FIXED)
    return captured


def statuses(project: GitProject, *arguments: str, env: dict[str, str] | None = None) -> dict[str, str]:
    """Each rule with its status, of the only bug."""
    result = project.run("gate", "--format", "json", *arguments, env=env)
    (bug,) = result.json["bugs"]
    found = {rule["rule"]: rule["status"] for rule in bug["rules"]}
    assert result.code == (1 if "fail" in found.values() else 0)
    assert result.json["passed"] is bug["passed"] is ("fail" not in found.values())
    return found


def test_a_capture_as_it_should_be(captured: GitProject) -> None:
    """Every rule passes, and the checkout is as it was."""
    before = captured.state()
    found = statuses(captured)
    assert set(found.values()) == {"pass"}
    assert list(found) == [
        "tags", "once", "reason", "comment", "only-tests", "news", "one-commit", "title", "body", "branch",
        "stays-open",
    ]  # fmt: skip
    assert captured.state() == before


def test_a_capture_that_is_moved(captured: GitProject) -> None:
    """Another file, another name, and a line above it: nothing is new."""
    captured.git("checkout", "--quiet", "-b", "refactor/features")
    captured.git("mv", "features/cart.feature", "features/total.feature")
    captured.write("features/total.feature", FEATURE.replace("The total is the sum", "A total"))
    captured.commit("refactor: call it by its name")
    result = captured.run("gate", "--base", "tdd/total")
    assert (result.code, result.out) == (0, "")
    assert "no bug is captured or fixed" in result.err


def test_one_more_test_of_a_captured_bug(captured: GitProject) -> None:
    """A capture of the same bug, which the commit names."""
    captured.git("checkout", "--quiet", "-b", "tdd/second")
    captured.write("features/second.feature", FEATURE.replace("The total is the sum", "One more"))
    captured.write("changelog.d/7.capture.md", "Captured twice.\n")
    captured.commit(CAPTURE)
    assert set(statuses(captured, "--base", "tdd/total").values()) == {"pass"}
    out = captured.run("gate", "--base", "tdd/total", "--format", "markdown").out
    assert "it was, and this is another test of it" in out


OUTLINE = FEATURE.replace("Scenario: The total", "Scenario Outline: <total>, the total,").replace(
    "is 3", "is <total>"
)


def test_an_outline_with_more_rows(start: GitProject) -> None:
    """A row of a capture is no capture, and one of a fix takes none away."""
    rows = "\n    Examples: of carts\n      | total |\n"
    start.write("features/cart.feature", f"{OUTLINE}{rows}      | 3 |\n")
    start.commit(CAPTURE)
    start.git("checkout", "--quiet", "-b", "more")
    start.write("features/cart.feature", f"{OUTLINE}{rows}      | 03 |\n      | 3 |\n")
    start.commit("test: one more row")
    result = start.run("gate")
    assert (result.code, result.out) == (0, "")
    start.write("features/cart.feature", start.read("features/cart.feature").replace(" @tdd_expected_fail", ""))
    start.write("src/shop/cart.py", RIGHT)
    start.write("changelog.d/7.fixed.md", "Fixed.\n")
    start.commit(FIXED)
    assert set(statuses(start).values()) == {"pass"}


def test_a_fix_that_renames_the_test(fixed: GitProject) -> None:
    """Its number is still there."""
    text = fixed.read("features/cart.feature").replace("The total is the sum", "The sum")
    fixed.write("features/cart.feature", text)
    fixed.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    assert set(statuses(fixed).values()) == {"pass"}


def test_a_fix_as_it_should_be(fixed: GitProject) -> None:
    """Every rule passes, the proof included."""
    before = fixed.state()
    found = statuses(fixed)
    assert set(found.values()) == {"pass"}
    assert list(found) == ["tags", "captured", "switch", "tags-stay", "proof", "news", "closes"]
    assert fixed.state() == before


def test_the_proof_comes_with_the_answer(fixed: GitProject) -> None:
    """The attestation of the proof is part of the JSON."""
    (bug,) = fixed.run("gate", "--format", "json").json["bugs"]
    assert bug["proof"]["proof"] == "PROVEN"
    assert bug["proof"]["digest"].startswith("sha256:")


def test_a_capture_with_all_the_faults_at_once(start: GitProject) -> None:
    """They are all told together."""
    start.git("checkout", "--quiet", "-b", "my-branch")
    start.write("features/cart.feature", FEATURE.replace("bug #7", "a bug"))
    start.write("src/shop/cart.py", RIGHT)
    start.commit("wip")
    start.commit("wip 2\n\nISSUES CLOSED: #7")
    start.git("commit", "--quiet", "--amend", "--allow-empty", "-m", "wip 2\n\nmore")
    found = statuses(start)
    failing = {rule for rule, status in found.items() if status == "fail"}
    assert failing == {"reason", "comment", "only-tests", "news", "one-commit", "title", "body", "branch"}


def test_a_fix_that_does_not_fix(fixed: GitProject) -> None:
    """The switch is gone, and the test is still red."""
    fixed.write("src/shop/cart.py", "def total(prices):\n    return sum(prices) + 2\n")
    fixed.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    found = statuses(fixed)
    assert {rule for rule, status in found.items() if status == "fail"} == {"proof"}


def test_a_fix_with_the_switch_still_on(fixed: GitProject) -> None:
    """The commit says that it closes the bug; the switch says that it is open."""
    fixed.write("features/cart.feature", FEATURE)
    fixed.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    result = fixed.run("gate", "--format", "json")
    rules = {rule["rule"]: rule for rule in result.json["bugs"][0]["rules"]}
    assert (rules["switch"]["status"], rules["switch"]["where"]) == ("fail", "features/cart.feature:4")
    assert "SWITCHED" in rules["proof"]["message"]


def test_a_switch_that_comes_back(fixed: GitProject) -> None:
    """A bug that was fixed is there again: it is captured once more, beside a test that still guards it."""
    guard = "\n  @tdd_bug @tdd_bug_7\n  Scenario: There is a cart\n    Given a cart\n"
    fixed.write("features/cart.feature", FEATURE.replace(" @tdd_expected_fail", "") + guard)
    fixed.commit("test: one more")
    fixed.git("checkout", "--quiet", "main")
    fixed.git("merge", "--quiet", "fix/total")
    fixed.git("checkout", "--quiet", "-b", "tdd/again")
    fixed.write("src/shop/cart.py", WRONG)
    fixed.write("features/cart.feature", FEATURE + guard)
    fixed.write("changelog.d/7.capture.md", "Captured again.\n")
    fixed.commit(CAPTURE)
    found = statuses(fixed, "--base", "main")
    assert {rule for rule, status in found.items() if status == "fail"} == {"only-tests"}


SECOND = """\
Feature: Two carts

  # bug #7
  @tdd_bug @tdd_bug_7 @tdd_expected_fail
  Scenario: Another
    Given a cart
    When it is counted
    Then the total is 3
"""


def test_a_fix_that_guts_another_test(start: GitProject) -> None:
    """One test proves the fix, and the other one asserts nothing any more."""
    start.write("features/cart.feature", FEATURE)
    start.write("features/second.feature", SECOND)
    start.commit(CAPTURE)
    start.git("checkout", "--quiet", "-b", "fix/total")
    start.write("src/shop/cart.py", RIGHT)
    start.write("features/cart.feature", FEATURE.replace(" @tdd_expected_fail", ""))
    start.write("features/second.feature", SECOND.replace(" @tdd_expected_fail", ""))
    start.write("changelog.d/7.fixed.md", "Fixed.\n")
    start.commit(FIXED)
    assert set(statuses(start).values()) == {"pass"}
    gutted = SECOND.replace(" @tdd_expected_fail", "").replace("    Then the total is 3\n", "")
    start.write("features/second.feature", gutted)
    start.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    (bug,) = start.run("gate", "--format", "json").json["bugs"]
    (failing,) = [rule for rule in bug["rules"] if rule["status"] == "fail"]
    assert failing["rule"] == "proof"
    assert failing["message"].startswith("'Another': of 1 test with the switch 0 are red without the fix")


MODULE = """\
import pytest


# bug #7
@pytest.mark.tdd_bug(7)
@pytest.mark.tdd_expected_fail
@pytest.mark.parametrize("price", [1, 2])
def test_total(price):
    from shop.cart import total

    assert total([price]) == price
"""


def test_a_fix_that_cuts_parameters(start: GitProject) -> None:
    """Each set of parameters was a test of the bug; more of them may come."""
    start.write("tests/test_cart.py", MODULE)
    start.commit(CAPTURE)
    start.git("checkout", "--quiet", "-b", "fix/total")
    start.write("src/shop/cart.py", RIGHT)
    graduated = MODULE.replace("@pytest.mark.tdd_expected_fail\n", "")
    start.write("tests/test_cart.py", graduated.replace("[1, 2]", "[2, 1, 3]"))
    start.write("changelog.d/7.fixed.md", "Fixed.\n")
    start.commit(FIXED)
    before = start.state()
    assert set(statuses(start).values()) == {"pass"}
    assert start.state() == before
    start.write("tests/test_cart.py", graduated.replace("[1, 2]", "[1]"))
    start.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    (bug,) = start.run("gate", "--format", "json").json["bugs"]
    (failing,) = [rule for rule in bug["rules"] if rule["status"] == "fail"]
    assert failing["rule"] == "proof"
    assert failing["message"].startswith("'test_total': of 2 tests with the switch 1 is red without the fix")


def test_a_fix_whose_title_closes_the_bug(fixed: GitProject) -> None:
    """Though nothing else says that it is one: the switch is still there."""
    fixed.write("features/cart.feature", FEATURE)
    fixed.git("commit", "--quiet", "--all", "--amend", "-m", "fix: the total (fixes #7)")
    found = statuses(fixed)
    assert (found["switch"], found["closes"]) == ("fail", "pass")


def test_a_bug_of_another_repository_stays_open(fixed: GitProject) -> None:
    """Whose issues are meant comes from the remote."""
    fixed.git("commit", "--quiet", "--amend", "-m", "fix: x\n\nCloses o/r#7")
    assert statuses(fixed)["closes"] == "fail"
    fixed.git("remote", "add", "origin", "https://git.example.org/o/r.git")
    assert statuses(fixed)["closes"] == "pass"
    fixed.git("commit", "--quiet", "--amend", "-m", "fix: x\n\nCloses https://git.example.org/o/other/issues/7")
    assert statuses(fixed)["closes"] == "fail"


def test_a_fix_that_takes_the_test_away(fixed: GitProject) -> None:
    """The numbers stay for ever."""
    (fixed.folder / "features/cart.feature").unlink()
    fixed.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    found = statuses(fixed)
    assert {rule for rule, status in found.items() if status == "fail"} == {
        "tags", "captured", "tags-stay", "proof",
    }  # fmt: skip


def test_a_fix_with_a_broken_tag(fixed: GitProject) -> None:
    """The checklist is there in each format, and says what is wrong."""
    fixed.write("features/cart.feature", FEATURE.replace(" @tdd_expected_fail", " @tdd_expcted_fail"))
    fixed.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    found = statuses(fixed)
    assert {rule for rule, status in found.items() if status == "fail"} == {"tags", "proof"}
    found = statuses(fixed, "--off", "tags")
    assert (found["tags"], found["proof"]) == ("off", "fail")
    for name in ("text", "markdown", "github"):
        result = fixed.run("gate", "--format", name, "--no-color")
        assert result.code == 1
        assert "did you mean" in result.out
        assert "not run: tags or declarations are wrong" in result.out


def test_a_fix_with_a_test_file_that_cannot_be_read(fixed: GitProject) -> None:
    """Nothing in it belongs to the bug any more, and that is no pass."""
    fixed.write("features/cart.feature", FEATURE.replace("Scenario:", "Scenery:"))
    fixed.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    found = statuses(fixed)
    failing = {rule for rule, status in found.items() if status == "fail"}
    assert failing == {"tags", "captured", "tags-stay", "proof"}


BROKEN_FEATURE = "Feature: x\n\n  {tags}\n  {scenario}: y\n    Given a cart\n"
BROKEN_MODULE = "import pytest\n\n\n@pytest.mark.{mark}\ndef test_x():\n    assert 1 == 2{end}\n"


@pytest.mark.parametrize(
    ("path", "text", "told"),
    [
        ("features/x.feature", BROKEN_FEATURE.format(tags="@tdd_bug @tdd_bug_9", scenario="Scenery"), "P1"),
        ("features/x.feature", BROKEN_FEATURE.format(tags="@tdd_bug_09", scenario="Scenario"), "T5"),
        ("features/x.feature", BROKEN_FEATURE.format(tags="@tdd_expcted_fail", scenario="Scenario"), "T4"),
        ("tests/test_x.py", BROKEN_MODULE.format(mark="tdd_bug(9)", end=")"), "P1"),
        ("tests/test_x.py", BROKEN_MODULE.format(mark='tdd_bug("x")', end=""), ""),
    ],
)
def test_a_capture_whose_number_cannot_be_read(start: GitProject, path: str, text: str, told: str) -> None:
    """No bug is known, and still the branch is not let through; errors elsewhere are no matter of it."""
    start.git("checkout", "--quiet", "-b", "tdd/x")
    start.write(path, text)
    start.commit(CAPTURE)
    assert statuses(start) == {"tags": "fail"}
    (bug,) = start.run("gate", "--format", "json").json["bugs"]
    assert (bug["bug"], bug["kind"]) == (None, "unclear")
    assert bug["rules"][0]["message"].startswith(told)
    assert bug["rules"][0]["where"].startswith(path)
    result = start.run("gate", "--no-color")
    assert result.out.startswith(
        "this branch changes test files that are wrong, so its bug is not known\n  fail tags "
    )
    assert "no bug is captured or fixed, and test files are wrong" in result.err
    assert "::error file=" in start.run("gate", "--format", "github").out
    start.git("checkout", "--quiet", "-b", "docs")
    start.write("README.md", "Hello\n")
    start.commit("docs: hello")
    assert start.run("gate", "--base", "tdd/x").code == 0


def test_a_broken_file_beside_a_capture(captured: GitProject) -> None:
    """It may hold the rest of the capture, so it counts, too."""
    captured.write("features/x.feature", BROKEN_FEATURE.format(tags="@tdd_bug_9", scenario="Scenery"))
    captured.git("add", "--all")
    captured.git("commit", "--quiet", "--amend", "--no-edit")
    found = statuses(captured)
    assert {rule for rule, status in found.items() if status == "fail"} == {"tags"}


def test_a_bug_that_is_closed_by_hand(fixed: GitProject) -> None:
    """``--closes`` stands for a footer, as when the forge closes it."""
    fixed.git("commit", "--quiet", "--amend", "-m", "fix: x")
    assert statuses(fixed)["closes"] == "fail"
    assert statuses(fixed, "--closes", "7")["closes"] == "pass"


def test_closing_a_bug_without_a_test(start: GitProject) -> None:
    """Asked for by hand, since git alone does not know which numbers are bugs."""
    start.git("checkout", "--quiet", "-b", "fix/x")
    start.commit("fix: x\n\nCloses #9")
    assert start.run("gate").code == 0
    found = statuses(start, "--closes", "#9")
    assert (found["captured"], found["proof"]) == ("fail", "fail")


def test_other_branches_are_let_through(start: GitProject) -> None:
    """Nothing is asked of a branch that has nothing to do with a bug."""
    start.git("checkout", "--quiet", "-b", "docs")
    start.write("README.md", "Hello\n")
    start.commit("docs: hello")
    result = start.run("gate")
    assert (result.code, result.out) == (0, "")
    assert "no bug is captured or fixed" in result.err


def test_the_merge_result_is_judged_as_the_branch(fixed: GitProject) -> None:
    """A CI checks out the merge of the branch; the branch's name comes from a variable."""
    fixed.git("checkout", "--quiet", "main")
    fixed.write("README.md", "meanwhile\n")
    fixed.commit("docs: meanwhile")
    fixed.git("checkout", "--quiet", "--detach", "main")
    fixed.git("merge", "--quiet", "--no-ff", "-m", "Merge fix/total into main", "fix/total")
    found = statuses(fixed, env={"GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "fix/total"})
    assert set(found.values()) == {"pass"}


def test_a_capture_in_a_merge_result_has_one_commit(captured: GitProject) -> None:
    """The merge itself does not count, and the branch is the one that the CI names."""
    captured.git("checkout", "--quiet", "main")
    captured.commit("meanwhile")
    captured.git("checkout", "--quiet", "--detach", "main")
    captured.git("merge", "--quiet", "--no-ff", "-m", "Merge", "tdd/total")
    found = statuses(captured, env={"GITHUB_BASE_REF": "main", "GITHUB_HEAD_REF": "tdd/total"})
    assert set(found.values()) == {"pass"}
    assert statuses(captured, "--base", "main", "--branch", "other")["branch"] == "fail"


def test_rules_are_turned_off_in_the_settings_or_by_hand(captured: GitProject) -> None:
    """A project of another house has other agreements; an unknown name is a wrong call."""
    captured.git("branch", "--quiet", "-m", "anything")
    assert statuses(captured)["branch"] == "fail"
    assert statuses(captured, "--off", "branch")["branch"] == "off"
    assert "as agreed: turned off by --off\n" in captured.run("gate", "--off", "branch", "--no-color").out
    captured.write(
        "pyproject.toml",
        "[tool.bugcapture]\nnews = 'changelog.d/{number}.{kind}.md'\n[tool.bugcapture.gate]\noff = ['branch']\n",
    )
    assert statuses(captured)["branch"] == "off"
    assert "as agreed: turned off by the project\n" in captured.run("gate", "--no-color").out
    result = captured.run("gate", "--off", "brunch")
    assert result.code == 2
    assert "the gate has no rule 'brunch'" in result.err


def test_agreements_can_be_others(captured: GitProject) -> None:
    """The patterns of branch and title are settings."""
    captured.write(
        "pyproject.toml",
        "[tool.bugcapture]\nnews = ''\n[tool.bugcapture.gate]\n"
        "capture_branch = 'bug/{number}'\ncapture_title = 'capture #{number}'\n",
    )
    found = statuses(captured)
    assert (found["title"], found["branch"], found["news"]) == ("fail", "fail", "pass")


def test_a_changelog_for_all_counts_as_news(start: GitProject) -> None:
    """Where the fragment has no number in its name, the one file has to change."""
    start.write("pyproject.toml", "[tool.bugcapture]\nnews = 'CHANGELOG.md'\n")
    start.write("CHANGELOG.md", "# Changes\n")
    start.commit("docs: changelog")
    start.git("checkout", "--quiet", "-b", "tdd/total")
    start.write("features/cart.feature", FEATURE)
    start.commit(CAPTURE)
    assert statuses(start)["news"] == "fail"
    start.write("CHANGELOG.md", "# Changes\n\n- #7 captured\n")
    start.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    found = statuses(start)
    assert (found["news"], found["only-tests"]) == ("pass", "pass")


def test_a_checklist_for_people(captured: GitProject) -> None:
    """Text and Markdown say the same."""
    captured.git("branch", "--quiet", "-m", "anything")
    text = captured.run("gate", "--no-color").out
    assert text.startswith("this branch captures bug 7\n  pass tags ")
    assert "  fail branch      the branch is called as agreed: it is called anything; wanted: tdd/*\n" in text
    markdown = captured.run("gate", "--format", "markdown").out
    assert markdown.startswith("### ❌ this branch captures bug 7\n\n- [x] **tags** ")
    assert "- [ ] **branch** the branch is called as agreed: it is called anything" in markdown


def test_what_is_not_committed_is_left_out(captured: GitProject) -> None:
    """The branch is judged, and not the working tree; that is said."""
    captured.write("src/shop/cart.py", RIGHT)
    before = captured.state()
    result = captured.run("gate")
    assert result.code == 0
    assert result.out.startswith("note: changes of 1 file that are not committed are left out")
    assert captured.state() == before
    assert captured.read("src/shop/cart.py") == RIGHT


def test_annotations_for_github(fixed: GitProject) -> None:
    """Only what fails, with its place where there is one."""
    fixed.write("features/cart.feature", FEATURE)
    fixed.git("commit", "--quiet", "--all", "--amend", "--no-edit")
    out = fixed.run("gate", "--format", "github").out
    assert "::error file=features/cart.feature,title=bugcapture gate/switch,line=4::bug 7: " in out
    assert "gate/news" not in out


def test_hostile_texts_stay_texts(start: GitProject) -> None:
    """Branch names and commit messages are text on a terminal, in Markdown and in workflow commands."""
    start.git("checkout", "--quiet", "-b", "x`$(id)`|<b>&")
    start.write("features/cart.feature", FEATURE)
    start.commit("\x1b[31m::error::gone|`<script>` %0A ::set-output\n\nbody")
    for name in ("text", "markdown", "github", "json"):
        out = start.run("gate", "--format", name, "--no-color").out
        assert "\x1b" not in out
        if name == "markdown":
            assert "<b>" not in out
            assert "<script>" not in out
        if name == "github":
            assert all(line.startswith("::error ") for line in out.splitlines())


def test_no_revision_to_compare_with(project: GitProject) -> None:
    """A wrong call says what it looked for."""
    project.git("checkout", "--quiet", "-b", "only")
    project.commit("start")
    result = project.run("gate")
    assert result.code == 2
    assert "name it with --base" in result.err
    assert project.run("gate", "--base", "no-such").code == 2
