"""``evidence check``: a record for every captured test."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from evidence_project import INSTALL, RECORD, Project, record, scenarios

from bugcapture.core.capture import Capture
from bugcapture.core.finding import RULES
from bugcapture.core.tags import TestTags
from bugcapture.workflow.matching import Matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bugcapture.core.evidence import Evidence

NO_RECORD = "it was not run, its worker died, or the adapter was not loaded"
WHERE = "features/a.feature:3"


@pytest.fixture
def shop(project: Project) -> Project:
    """One captured test, and evidence about it."""
    project.write("features/a.feature", scenarios("One"))
    project.evidence([RECORD])
    return project


def test_a_record_for_every_capture_is_fine(shop: Project) -> None:
    """Exit code 0, nothing on standard output, the counts on standard error."""
    done = shop.run("check", "ev")

    assert (done.code, done.out) == (0, "")
    assert done.err == "bugcapture: 1 captured test of 1 bug, 0 without evidence; verdicts: 1 expected_failure\n"


def test_a_capture_without_a_record_is_a_failure(shop: Project) -> None:
    """It is named with its place, its bug and what may have happened."""
    shop.write("features/a.feature", scenarios("One", "Two", "Three"))
    done = shop.run("check", "ev")

    assert done.code == 1
    assert done.out.splitlines() == [
        f"features/a.feature:{line}: E1 captured test '{name}' (#7) has no evidence: {NO_RECORD}"
        for line, name in ((6, "Two"), (9, "Three"))
    ]
    assert "3 captured tests of 1 bug, 2 without evidence" in done.err


def test_an_empty_folder_has_evidence_for_nothing(shop: Project) -> None:
    """A filter that matched nothing leaves no record at all."""
    (shop.folder / "empty").mkdir()
    done = shop.check("empty")

    assert (done.code, done.findings) == (1, [(WHERE, "E1", "error")])


def test_a_guard_needs_evidence_as_well(project: Project) -> None:
    """Without the switch the test still belongs to the bug."""
    project.write("features/a.feature", scenarios("One", tags="@tdd_issue @tdd_issue_7"))
    project.evidence([record(verdict="not_run")])
    done = project.check("ev")

    assert (done.code, done.findings) == (1, [(WHERE, "E1", "error")])
    assert done.message.endswith("its only record says that it was not run")


@pytest.mark.parametrize(
    "changes",
    [{"name": "Won"}, {"location": "features/b.feature:3"}, {"location": "a.feature:3"}, {"location": "\0/x:3"}],
)
def test_a_record_of_another_test_is_no_evidence(shop: Project, changes: dict[str, str]) -> None:
    """Path, line and name must be the same; the record that belongs to no capture is told as well."""
    shop.evidence([record(**changes)])
    done = shop.check("ev")

    assert done.code == 1
    assert (WHERE, "E1", "error") in done.findings
    assert [severity for _, rule, severity in done.findings if rule == "E2"] == ["warning"]


def test_a_test_that_moved_is_told(shop: Project) -> None:
    """The file was edited after the run."""
    shop.write("features/a.feature", "\n\n" + scenarios("One"))
    done = shop.check("ev")

    assert done.code == 1
    assert done.findings == [(WHERE, "E2", "warning"), ("features/a.feature:5", "E1", "error")]
    assert "there is a record for line 3" in done.json["findings"][1]["message"]


def test_evidence_about_a_test_that_is_gone_is_a_warning(shop: Project) -> None:
    """Warnings alone do not fail; hostile names are shown printable."""
    shop.evidence([RECORD, record(location="features/a.feature:9", name="Old\x1b[31m")])
    done = shop.run("check", "ev")

    assert done.code == 0
    assert done.out == (
        "features/a.feature:9: E2 evidence about 'Old\\x1b[31m' (#7), which is no captured test here: it was "
        "renamed, moved or removed, or lost its tags\n"
    )


def test_only_evidence_below_the_sources_can_be_stale(shop: Project) -> None:
    """Who checks a part of the project hears nothing about the rest, wherever he stands."""
    shop.write("pyproject.toml", "[tool.bugcapture]\n")
    shop.write("other/b.feature", scenarios("Else"))
    evidence = str(shop.folder / "ev")

    assert shop.check("ev", "--source", "features").findings == []
    assert shop.check("ev", "--source", "features/a.feature").findings == []
    assert shop.check(evidence, where="features").findings == []
    assert shop.check(evidence, where="other").findings == [("b.feature:3", "E1", "error")]
    assert shop.check("ev", "--source", "other", "--source", "features").json["captures"] == 2


@pytest.mark.tdd_bug(1013)
def test_only_verdicts_below_the_sources_count(shop: Project) -> None:
    """Nor does he hear about verdicts of the rest; those of tests that are gone from his part he hears."""
    shop.write("pyproject.toml", "[tool.bugcapture]\n")
    shop.write("other/b.feature", scenarios("Else"))
    shop.evidence([RECORD, record(location="other/b.feature:3", name="Else", verdict="regressed")])
    evidence = str(shop.folder / "ev")

    for done in (
        shop.check("ev", "--source", "features", "--verdicts"),
        shop.check(evidence, "--verdicts", where="features"),
    ):
        assert (done.code, done.findings, done.json["verdicts"]) == (0, [], {"expected_failure": 1})
    done = shop.check("ev", "--source", "other", "--verdicts")
    assert (done.findings, done.json["verdicts"]) == ([("other/b.feature:3", "E5", "error")], {"regressed": 1})
    shop.evidence([RECORD, record(location="other/b.feature:30", name="Gone", verdict="regressed")])
    assert ("other/b.feature:30", "E5", "error") in shop.check("ev", "--source", "other", "--verdicts").findings


def test_stale_evidence_of_a_named_file_is_told(shop: Project) -> None:
    """A single file is a source as well; a folder whose name only begins the same is none."""
    shop.write("feat/b.feature", scenarios("Else"))
    shop.evidence(
        [RECORD, record(location="features/a.feature:9"), record(location="feat/b.feature:3", name="Else")]
    )
    stale = [("features/a.feature:9", "E2", "warning")]

    assert shop.check("ev", "--source", "features/a.feature").findings == stale
    assert shop.check("ev", "--source", "features").findings == stale
    assert shop.check("ev", "--source", "feat").findings == []


def test_linked_folders_lead_to_the_same_test(shop: Project) -> None:
    """A record that names the file through a link is about the same test."""
    (shop.folder / "link").symlink_to("features", target_is_directory=True)
    shop.evidence([record(location="link/a.feature:3")])

    assert shop.check("ev").findings == []
    assert shop.check("ev", "--source", "link").findings == []


def test_names_that_are_no_utf8_are_found(project: Project) -> None:
    """The record shows them with escapes; it is the same file all the same."""
    name = "features/raw\udcff.feature"
    project.write(name, scenarios("One"))
    project.evidence([record(location=f"{name}:3")])

    assert project.check("ev").findings == []


def test_rows_of_an_outline_are_tests_of_their_own(project: Project) -> None:
    """One row without a record is one missing test."""
    project.write(
        "features/a.feature",
        "Feature: F\n  @tdd_bug @tdd_bug_7\n  Scenario Outline: O <n>\n    Then it fails\n    Examples:\n"
        "      | n |\n      | a |\n      | b |\n",
    )
    project.evidence([record(location="features/a.feature:7", name="O a -- @1.1 ")])

    assert project.check("ev").findings == [("features/a.feature:8", "E1", "error")]


def test_no_captures_need_no_evidence(project: Project) -> None:
    """Neither a folder nor a record; a folder that is named must exist all the same."""
    project.write("features/a.feature", scenarios("One", tags="@slow"))
    done = project.run("check")

    assert (done.code, done.out, done.err) == (
        0,
        "",
        "bugcapture: no captured test here, so none needs evidence\n",
    )
    assert project.run("check", BUGCAPTURE_EVIDENCE_DIR="missing").code == 0
    assert project.run("check", "missing").code == 2

    project.evidence([RECORD])
    assert project.check(BUGCAPTURE_EVIDENCE_DIR="ev").findings == [(WHERE, "E2", "warning")]


@pytest.mark.parametrize("variables", [{}, {"BUGCAPTURE_EVIDENCE_DIR": "missing"}])
def test_without_a_folder_the_error_says_what_to_do(shop: Project, variables: dict[str, str]) -> None:
    """Exit code 2: the check could not be made."""
    done = shop.run("check", **variables)

    assert (done.code, done.out) == (2, "")
    assert "BUGCAPTURE_EVIDENCE_DIR" in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--ids", "0"), 2, "0 is not in the range"),
        (("--ids", "8"), 2, "no test here has bug #8"),
        (("--ids", "8", "--ids", "9"), 2, "no test here has bugs #8, #9"),
        (("--source", "missing"), 2, "no such file or folder"),
        (("--source", ""), 2, "a path is empty"),
        (("",), 2, "a path is empty"),
        (("--format", "xml"), 2, "xml"),
    ],
)
def test_what_cannot_be_asked_for_is_a_usage_error(
    shop: Project, arguments: tuple[str, ...], code: int, words: str
) -> None:
    """An unknown bug is a slip of the pen and no green check."""
    done = shop.run("check", "ev", *arguments)

    assert (done.code, done.out) == (code, "")
    assert words in done.err


def test_only_some_bugs(shop: Project) -> None:
    """``--ids`` restricts captures, evidence and counts."""
    shop.write("features/b.feature", scenarios("Other", tags="@tdd_bug @tdd_bug_8"))
    shop.evidence([RECORD, record(location="features/gone.feature:3", ids=(8,))])
    seven, eight = (shop.check("ev", "--ids", number) for number in "78")

    assert (seven.code, seven.findings, seven.json["captures"]) == (0, [], 1)
    assert (eight.code, eight.json["bugs"], eight.json["verdicts"]) == (1, 1, {"expected_failure": 1})
    assert shop.check("ev", "--ids", "7", "--ids", "8").json["captures"] == 2


def test_only_some_runs(shop: Project) -> None:
    """A record of another run does not count."""
    assert shop.check("ev", "--run-id", "run").code == 0
    assert shop.check("ev", "--run-id", "other").code == 1
    assert shop.check("ev", "--run-id", "other", "--run-id", "run").code == 0


def test_a_source_that_cannot_be_read_may_hold_captures(shop: Project) -> None:
    """It fails the check, and what it is about is not called stale."""
    shop.write(
        "features/b.feature", "@tdd_bug @tdd_bug_1\nFeature: a\n  Scenario: b\n    Given c\n    What is this\n"
    )
    shop.write("features/c.feature", b"@tdd_bug\nFeature: \xff\n")
    shop.write("features/d.feature", "# only words\n@tdd_bug\n")
    (shop.folder / "features/e.feature").symlink_to("nowhere")
    shop.evidence([RECORD, *(record(location=f"features/{name}.feature:3") for name in "bce")])
    done = shop.check("ev")

    assert done.code == 1
    assert [(place, rule) for place, rule, _ in done.findings] == [
        ("features/b.feature:5", "P1"),
        ("features/c.feature:2", "P1"),
        ("features/d.feature:2", "P1"),
        ("features/e.feature:0", "P1"),
    ]


def test_marks_that_cannot_be_read_may_be_captures(project: Project) -> None:
    """The rest of their file is compared all the same, and what cannot be known is not called stale."""
    project.write(
        "test_a.py",
        "import pytest\n\n"
        "def captured(f):\n    return pytest.mark.tdd_bug(15)(pytest.mark.tdd_expected_fail(f))\n\n"
        "@captured\ndef test_deco(): ...\n\n"
        "@pytest.mark.tdd_bug(16)\n@pytest.mark.tdd_expected_fail\ndef test_plain(): ...\n\n"
        "@pytest.mark.tdd_bug(17)\ndef test_lost(): ...\n",
    )
    plain = record(framework="pytest", ids=(16,), location="test_a.py:9", name="test_plain")
    deco = record(framework="pytest", ids=(15,), location="test_a.py:6", name="test_deco")
    project.evidence([plain, deco])
    done = project.check("ev")

    assert done.code == 1
    assert done.findings == [
        ("test_a.py:4", "P1", "error"),
        ("test_a.py:4", "P1", "error"),
        ("test_a.py:13", "E1", "error"),
    ]


def test_broken_lines_are_warnings_and_newer_ones_errors(shop: Project) -> None:
    """A torn tail does not fail the check; records that this version cannot read do."""
    shop.write("ev/b.jsonl", '{"schema":')
    torn = shop.check("ev")
    shop.write("ev/b.jsonl", '{"schema":"bugcapture.evidence/2"}\n')
    newer = shop.check("ev")

    assert (torn.code, torn.findings) == (0, [("ev/b.jsonl:1", "E3", "warning")])
    assert (newer.code, newer.findings) == (1, [("ev/b.jsonl:1", "E3", "error")])


def test_red_verdicts_fail_only_when_asked(shop: Project) -> None:
    """The run was red already; here the question is whether there is evidence."""
    shop.evidence([record(verdict="wrong_failure", reason="given step failed\x1b")])
    done = shop.check("ev")
    strict = shop.check("ev", "--verdicts")

    assert (done.code, done.findings, done.json["verdicts"]) == (0, [], {"wrong_failure": 1})
    assert (strict.code, strict.findings) == (1, [(WHERE, "E5", "error")])
    assert strict.message == "'One' #7 wrong failure: given step failed\\x1b"


@pytest.mark.parametrize(
    ("records", "red"),
    [
        ([record(verdict="regressed"), record(verdict="passed", attempt=2)], False),
        ([record(verdict="passed"), record(verdict="regressed", attempt=2)], True),
        ([record(verdict="regressed", attempt=2), record(verdict="passed")], True),
        ([record(verdict="passed", attempt=10), record(verdict="regressed", attempt=9)], False),
        ([record(verdict="passed"), record(verdict="regressed", run_id="other")], True),
        ([record(verdict="expected_failure"), record(verdict="wrong_failure", ts="0")], True),
        ([record(verdict="expected_failure"), record(verdict="passed", name="x")], False),
    ],
)
def test_the_last_attempt_of_each_run_decides(shop: Project, records: list[Evidence], red: bool) -> None:
    """A retry can turn red into green; another run cannot."""
    shop.evidence(records)

    assert shop.check("ev", "--verdicts").code == int(red)


class TestRevisions:
    """Evidence about another revision is no evidence about this one."""

    def test_the_checked_out_revision_counts(self, shop: Project) -> None:
        """In full or short, and a record that names none."""
        head = shop.commit()
        for commit in (head, head[:8], ""):
            shop.evidence([record(commit=commit)])
            assert shop.check("ev").findings == [], commit

    @pytest.mark.parametrize("foreign", ["f" * 40, "abc\x1b", "x"])
    def test_another_revision_does_not(self, shop: Project, foreign: str) -> None:
        """The warning says how many records, and the failure says why; ``--any-commit`` accepts them."""
        head = shop.commit()
        shop.evidence([record(commit=foreign), record(commit=foreign, attempt=2)])
        done = shop.check("ev")
        text = shop.run("check", "ev").out

        assert done.code == 1
        assert done.findings == [("ev:0", "E4", "warning"), (WHERE, "E1", "error")]
        assert text.startswith("ev: E4 2 records about revision ")
        assert f"{head[:12]}… is checked out" in text
        assert "its evidence is about another revision" in text
        assert text.isprintable() or "\x1b" not in text
        assert shop.check("ev", "--any-commit").findings == []

    def test_a_hash_that_is_too_short_names_nothing(self, shop: Project) -> None:
        """Seven characters are the least that git shows."""
        shop.evidence([record(commit=shop.commit()[:6])])
        assert shop.check("ev").code == 1

    def test_a_mixture_counts_where_it_can(self, shop: Project) -> None:
        """An old record beside a current one is only a warning."""
        shop.evidence([record(commit="f" * 40), record(commit=shop.commit())])
        done = shop.check("ev")

        assert (done.code, done.findings) == (0, [("ev:0", "E4", "warning")])
        assert done.json["verdicts"] == {"expected_failure": 1}

    @pytest.mark.parametrize("variable", ["GITHUB_SHA", "CI_COMMIT_SHA"])
    def test_the_revision_that_the_ci_names_counts(self, shop: Project, variable: str) -> None:
        """Records of the same job carry it, whatever is checked out."""
        shop.commit()
        shop.evidence([record(commit="e" * 40)])

        assert shop.check("ev", **{variable: "e" * 40}).findings == []
        assert shop.check("ev").code == 1

    def test_where_no_revision_is_known_all_count(self, shop: Project) -> None:
        """Without git there is nothing to compare with."""
        shop.evidence([record(commit="e" * 40)])
        assert shop.check("ev", GIT_CEILING_DIRECTORIES=str(shop.folder.parent)).findings == []

    def test_evidence_in_the_projects_folder_is_named(self, shop: Project) -> None:
        """The warning stands at the folder that was read."""
        shop.commit()
        shop.evidence([record(commit="e" * 40)])
        done = shop.check(BUGCAPTURE_EVIDENCE_DIR=str(shop.folder / "ev"))

        assert done.findings[0] == ("ev:0", "E4", "warning")


class TestFormats:
    """The same findings for people, programs, forges and code scanning."""

    @pytest.fixture
    def broken(self, shop: Project) -> Project:
        """A finding of every rule but E4 and P1."""
        shop.write("features/a.feature", scenarios("One", "Two"))
        shop.evidence([record(verdict="regressed"), record(name="Old")])
        shop.write("ev/b.jsonl", "x")
        return shop

    def test_json(self, broken: Project) -> None:
        """Counts and findings under a schema of their own."""
        document = broken.check("ev", "--verdicts").json

        assert document.pop("schema") == "bugcapture.evidence-check/1"
        assert sorted(item["rule"] for item in document.pop("findings")) == ["E1", "E2", "E3", "E5"]
        assert document == {
            "files": 2,
            "captures": 2,
            "missing": 1,
            "bugs": 1,
            "verdicts": {"expected_failure": 1, "regressed": 1},
        }

    def test_github(self, broken: Project) -> None:
        """Annotations at the tests."""
        lines = broken.run("check", "ev", "--verdicts", "--format", "github").out.splitlines()

        assert len(lines) == 4
        assert "::error file=features/a.feature,title=bugcapture E1,line=6::" in "\n".join(lines)
        assert "::warning file=ev/b.jsonl,title=bugcapture E3,line=1::is no JSON: x" in lines

    def test_sarif(self, broken: Project) -> None:
        """Every rule has its description."""
        (run,) = broken.run("check", "ev", "--verdicts", "--format", "sarif").json["runs"]
        rules = run["tool"]["driver"]["rules"]

        assert [rule["shortDescription"]["text"] for rule in rules] == [RULES[f"E{n}"] for n in (1, 2, 3, 5)]
        assert len(run["results"]) == 4

    def test_quiet_and_into_a_file(self, broken: Project) -> None:
        """``--quiet`` leaves the result, ``--output`` moves it; the exit code stays."""
        plain = broken.run("check", "ev")
        quiet = broken.run("check", "ev", "-q")
        filed = broken.run("check", "ev", "-q", "-o", "out.txt")

        assert (quiet.code, quiet.out, quiet.err) == (1, plain.out, "")
        assert (filed.code, filed.out, filed.err) == (1, "", "")
        assert (broken.folder / "out.txt").read_text() == plain.out

    def test_help_names_every_rule(self, project: Project) -> None:
        """A code in a report can be looked up."""
        text = project.run("check", "--help").out

        assert [rule for rule in RULES if rule.startswith("E") and f"{rule}  " not in text] == []


def capture(framework: str, path: str, line: int, name: str, *ids: int) -> Capture:
    return Capture(framework=framework, path=path, line=line, name=name, tags=TestTags(ids=ids or (7,)))


def about(root: Path, one: Capture, *records: tuple[str, str, str]) -> list[str]:
    """The names of the records that are about a capture; records by framework, location and name."""
    before = os.getcwd()  # noqa: PTH109
    os.chdir(root)
    try:
        given = [record(framework=framework, location=at, name=name) for framework, at, name in records]
        return [found.name for found in Matcher(root, given).about(one)]
    finally:
        os.chdir(before)


def test_a_record_names_all_bugs_of_its_test(tmp_path: Path) -> None:
    """Two marked parameters share place and name; their bugs tell them apart."""
    records = [record(framework="pytest", location="t.py:4", name=f"test_a[{n}]", ids=(n, 9)) for n in (7, 8)]
    matcher = Matcher(tmp_path, records)
    one = replace(capture("pytest", "t.py", 4, "test_a", 7), path=str(tmp_path / "t.py"))

    assert matcher.about(one) == records[:1]
    assert matcher.at(one) == records


@pytest.mark.parametrize(
    ("framework", "place", "name", "records", "found"),
    [
        pytest.param(
            "pytest",
            ("t.py", 4),
            "TestX::test_a",
            [("pytest", "t.py:4", "TestX::test_a[1]"), ("pytest", "t.py:4", "TestX::test_a[x[::]]")],
            ["TestX::test_a[1]", "TestX::test_a[x[::]]"],
            id="a function has many parameters",
        ),
        pytest.param(
            "pytest",
            ("t.py", 4),
            "test_a",
            [("pytest", "t.py:4", "test_ab"), ("pytest", "t.py:5", "test_a"), ("pytest", "u.py:4", "test_a")],
            [],
            id="another name, line or file",
        ),
        pytest.param(
            "pytest",
            ("t.py", 9),
            "TestX",
            [
                ("pytest", "base.py:4", "TestX::test_a[1]"),
                ("pytest", "base.py:8", "TestX::TestIn::test_b"),
                ("pytest", "base.py:4", "TestXY::test_a"),
                ("robot", "base.py:4", "TestX::test_a"),
            ],
            ["TestX::test_a[1]", "TestX::TestIn::test_b"],
            id="a class has the tests that it inherits",
        ),
        pytest.param(
            "behave",
            ("a.feature", 3),
            "One [x]",
            [("pytest", "a.feature:3", "One [x]"), ("behave", "a.feature:3", "One [x]")],
            ["One [x]", "One [x]"],
            id="pytest-bdd runs feature files",
        ),
        pytest.param(
            "pytest",
            ("a.feature", 3),
            "One [x]",
            [("pytest", "a.feature:3", "One [x]"), ("pytest", "a.feature:3", "One [y]")],
            ["One [x]"],
            id="a scenario has no parameters",
        ),
        pytest.param(
            "behave",
            ("a.feature", 9),
            "O a -- @1.1 table",
            [
                ("pytest", "a.feature:9", "O a -- @1.1 table"),
                ("behave", "a.feature:9", "O a -- @1.1 table"),
                ("pytest", "a.feature:3", "O a"),
                ("pytest", "a.feature:10", "O a -- @1.2 table"),
            ],
            ["O a -- @1.1 table"] * 2,
            id="pytest-bdd names rows as Behave does",
        ),
        pytest.param(
            "robot",
            ("a.robot", 3),
            "Pay ${amount}",
            [("robot", "a.robot:3", "Pay 7"), ("robot", "a.robot:4", "Pay 7")],
            ["Pay 7"],
            id="variables in the name of a Robot test",
        ),
        pytest.param(
            "robot", ("a.robot", 3), "Pay", [("robot", "a.robot:3", "Pay 7")], [], id="another Robot test"
        ),
        pytest.param(
            "robot", ("a.robot", 3), "O -- @1", [("pytest", "a.robot:2", "O")], [], id="only outlines have rows"
        ),
        pytest.param(
            "behave", ("a.feature", 3), "O {x}", [("behave", "a.feature:3", "O 7")], [], id="braces are just text"
        ),
    ],
)
def test_who_is_who(
    tmp_path: Path,
    framework: str,
    place: tuple[str, int],
    name: str,
    records: Sequence[tuple[str, str, str]],
    found: list[str],
) -> None:
    """A test has the same identity in its source and in its evidence, in every framework."""
    assert about(tmp_path, capture(framework, *place, name), *records) == found


def test_a_class_has_only_the_tests_of_its_bugs(tmp_path: Path) -> None:
    """Classes of the same name in two files are told apart by their bugs."""
    one = capture("pytest", "t.py", 9, "TestX", 7, 8)
    assert about(tmp_path, one, ("pytest", "base.py:4", "TestX::test_a")) == []


class TestParameters:
    """The marked parameters of a pytest function share its name and line; each needs a record of its own."""

    @pytest.fixture
    def missing(self, project: Project) -> Callable[..., list[str]]:
        """The messages for a function with marked parameters, and records of some names and bugs."""

        def check(captured: Sequence[tuple[int, ...]], recorded: dict[str, tuple[int, ...]]) -> list[str]:
            marked = [f"pytest.param({n}, marks=pytest.mark.tdd_bug{ids})" for n, ids in enumerate(captured)]
            project.write(
                "test_t.py",
                "import pytest\n\n\n"
                f'@pytest.mark.parametrize("x", [{", ".join(marked)}])\n'
                "def test_a(x):\n    raise RuntimeError('nobody runs me')\n",
            )
            project.evidence(
                record(framework="pytest", location="test_t.py:4", name=name, ids=ids, attempt=attempt)
                for name, ids in recorded.items()
                for attempt in (1, 2)
            )
            done = project.check("ev")
            assert {item["path"] for item in done.json["findings"]} <= {"test_t.py"}
            messages = [item["message"].partition(" no evidence")[0] for item in done.json["findings"]]
            assert (done.code, done.json["captures"]) == (bool(messages), len(captured))
            return messages

        return check

    @pytest.mark.parametrize(
        ("captured", "recorded", "messages"),
        [
            ([(7,)] * 3, {"[a]": (7,), "[b]": (7,), "[c]": (7,)}, []),
            ([(7,)] * 3, {"[a]": (7,), "[b]": (7,)}, ["1 of 3 captured parameters of 'test_a' (#7) has"]),
            ([(7,)] * 3, {"[a]": (7,)}, ["2 of 3 captured parameters of 'test_a' (#7) have"]),
            ([(7,)] * 3, {}, ["3 of 3 captured parameters of 'test_a' (#7) have"]),
            ([(7,), (8,)], {"[a]": (7,), "[b]": (8,)}, []),
            ([(7,), (8,)], {"[a]": (7,), "[b]": (7,)}, ["1 of 2 captured parameters of 'test_a' (#8) has"]),
            ([(7,), (7, 8)], {"[a]": (7, 8), "[b]": (7,)}, []),
            ([(7,), (7, 8)], {"[a]": (7, 8)}, ["1 of 2 captured parameters of 'test_a' (#7) has"]),
            ([(7,), (7, 8)], {"[a]": (7, 8, 9), "[b]": (7, 9)}, []),
            ([(7,)], {"[a]": (7,), "[b]": (8,), "[c]": (7,)}, []),
            ([(7,), (8,)], {"[a]": (7, 8), "[b]": (7,)}, []),
            ([(7,)], {"[a]": (8, 9)}, ["captured test 'test_a' (#7) has"]),
        ],
    )
    def test_each_capture_takes_a_record_with_its_bugs(
        self,
        missing: Callable[..., list[str]],
        captured: Sequence[tuple[int, ...]],
        recorded: dict[str, tuple[int, ...]],
        messages: list[str],
    ) -> None:
        """However often a test was repeated, its name counts once; more bugs than captured do no harm."""
        assert missing(captured, {f"test_a{name}": ids for name, ids in recorded.items()}) == messages


def test_lost_parameters_are_counted_one_by_one(project: Project) -> None:
    """The message is one, the number is that of the tests."""
    marked = "pytest.param(1, marks=pytest.mark.tdd_bug(7))"
    project.write(
        "test_t.py", f'import pytest\n\n@pytest.mark.parametrize("x", [{marked}, {marked}])\ndef test_a(x): ...\n'
    )
    project.evidence([])

    assert project.check("ev").json["missing"] == 2


def test_a_class_that_inherits_its_tests_needs_evidence_about_one(project: Project) -> None:
    """Nobody can see from the sources how many tests it has."""
    project.write(
        "test_t.py",
        "import pytest\nfrom base import Base\n\n\n@pytest.mark.tdd_bug(7)\nclass TestX(Base):\n    pass\n",
    )
    project.evidence([])
    none = project.check("ev")
    project.evidence([record(framework="pytest", location="base.py:3", name="TestX::test_a")])

    assert none.findings == [("test_t.py:5", "E1", "error")]
    assert project.check("ev").findings == []


def test_a_robot_test_is_found(project: Project) -> None:
    """In the third framework as in the others."""
    project.write("t.robot", "*** Test Cases ***\nOne\n    [Tags]    tdd_bug    tdd_bug_7\n    Fail\n")
    project.evidence([record(framework="robot", location="t.robot:2")])
    found = project.check("ev")
    project.evidence([record(framework="robot", location="t.robot:3")])

    assert (found.code, found.findings) == (0, [])
    assert project.check("ev").code == 1


def test_evidence_from_before_the_tags_changed_is_told(shop: Project) -> None:
    """The test was run, for another bug."""
    shop.evidence([record(ids=(8, 9))])
    done = shop.check("ev")

    assert (done.code, done.findings) == (1, [(WHERE, "E1", "error")])
    assert done.message.endswith("its evidence is about #8, #9, so its tags changed after the run; run it again")
    shop.evidence([record(ids=())])
    assert "about no bug" in shop.check("ev").message


def test_all_attempts_together_name_the_bugs(shop: Project) -> None:
    """A test whose tags changed between two runs has evidence about both."""
    shop.evidence([RECORD, record(ids=(8,), run_id="later")])

    assert shop.check("ev").findings == []


def test_a_switch_without_a_bug_needs_a_record_too(project: Project) -> None:
    """The tags are wrong, and `bugcapture check` says so; here the test was not run."""
    project.write("features/a.feature", scenarios("One", tags="@tdd_expected_fail"))
    project.evidence([])

    assert project.check("ev").message == f"captured test 'One' has no evidence: {NO_RECORD}"


class TestRealRuns:
    """Behave runs with the installed adapter, in processes of their own."""

    @pytest.mark.skipif(os.name == "nt", reason="there is no SIGKILL")
    def test_a_killed_worker_is_found(self, project: Project) -> None:
        """The tests before the crash have evidence; the one that died and those after it are named."""
        project.write("features/a.feature", scenarios("Before"))
        project.write("features/b.feature", scenarios("Dies", step="the worker dies"))
        project.write("features/c.feature", scenarios("After"))
        run = project.behave()
        done = project.start("bugcapture", "evidence", "check", "ev", "--format=json")

        assert run.code < 0
        assert done.code == 1
        assert done.findings == [(f"features/{name}.feature:3", "E1", "error") for name in "bc"]
        assert done.json["verdicts"] == {"expected_failure": 1}

    def test_two_shards_are_as_good_as_one_run(self, project: Project) -> None:
        """Merged, they name the same bugs, tests and verdicts; each shard alone is not complete."""
        project.write("features/a.feature", scenarios("One", "Two"))
        project.write("features/b.feature", scenarios("Three", step="all is well"))
        project.write(
            "features/c.feature",
            "@tdd_issue @tdd_issue_8\nFeature: F\n  Scenario Outline: O\n    Then <it>\n    Examples:\n"
            "      | it |\n      | all is well |\n      | it fails |\n",
        )
        files = [f"features/{name}.feature" for name in "abc"]
        codes = [
            project.behave(*files, evidence="whole").code,
            project.behave(*files[:1], evidence="one", BUGCAPTURE_SHARD="1/2").code,
            project.behave(*files[1:], evidence="two", BUGCAPTURE_SHARD="2/2").code,
        ]
        whole, split = (
            [
                json.loads(line)
                for line in project.start("bugcapture", "evidence", "merge", *folders).out.splitlines()
            ]
            for folders in (["whole"], ["two", "one"])
        )
        keys = ("ids", "location", "name", "verdict")

        assert codes == [1, 0, 1]
        assert [[one[key] for key in keys] for one in split] == [[one[key] for key in keys] for one in whole]
        assert [one["verdict"] for one in whole] == [
            "expected_failure",
            "expected_failure",
            "unexpected_pass",
            "passed",
            "regressed",
        ]
        assert {one["shard"] for one in split} == {"1/2", "2/2"}
        assert [project.run("check", *folders).code for folders in (["whole"], ["one", "two"], ["one"])] == [
            0,
            0,
            1,
        ]

    def test_an_adapter_that_was_not_loaded_is_found(self, project: Project) -> None:
        """The run is green, and nobody judged anything."""
        project.write("features/a.feature", scenarios("One", step="all is well"))
        project.write("features/environment.py", "")
        run = project.behave()
        (project.folder / "ev").mkdir(exist_ok=True)
        done = project.check("ev")

        assert (run.code, done.code, done.findings) == (0, 1, [(WHERE, "E1", "error")])

    def test_a_skipped_and_a_filtered_test_have_no_evidence(self, project: Project) -> None:
        """A filter that matches nothing is a green run without evidence."""
        project.write("features/environment.py", f"{INSTALL}\n\ndef before_all(context):\n    pass\n")
        project.write("features/a.feature", scenarios("One"))
        run = project.behave("--tags=@nothing")
        done = project.check("ev")

        assert (run.code, done.code, done.findings) == (0, 1, [(WHERE, "E1", "error")])

    def test_retries_and_two_runs_in_one_folder(self, project: Project) -> None:
        """Each run is a record of its own; merged they stay apart."""
        project.write("features/a.feature", scenarios("One"))
        codes = [project.behave().code for _ in range(2)]
        merged = project.run("merge", "ev")

        assert codes == [0, 0]
        assert len({json.loads(line)["run_id"] for line in merged.out.splitlines()}) == 2
        assert project.check("ev", "--verdicts").code == 0
