"""Features that try to steer the reader's terminal or to break the run."""

from __future__ import annotations

import unicodedata

import pytest
from behave_project import BehaveProject, captured, closing

ESCAPES = "\x1b[31m red \x1b]0;title\x07 \u202e desrever \u202c \u2066 \u200b \x9b2J \x00"
PARTS = ESCAPES.split()


def assert_safe(text: str) -> None:
    """Nothing in a text can steer a terminal or hide from its reader."""
    for line in text.split("\n"):
        bad = [char for char in line if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}]
        assert bad == []


def test_names_and_messages_are_made_printable(project: BehaveProject) -> None:
    """No escape of a scenario's name, a step or a message reaches standard error."""
    name = "name" + "".join(PARTS)
    project.feature(
        "Feature: F\n"
        + captured(1, name + "1", f'Then it raises RuntimeError "{"".join(PARTS)}"')
        + captured(2, name + "2", "Then it passes")
        + captured(3, name + "3", f'Given it asserts "{"".join(PARTS)}"')
        + captured(4, name + "4", f"Then nobody wrote {''.join(PARTS)}")
        + f'  @tdd_bug @tdd_bug_5\n  Scenario: {name}5\n    Then it asserts "{"".join(PARTS)}"\n'
    )
    run = project.run("-f", "null", "--no-summary", "--no-snippets", reports=False)
    assert run.code == 1
    assert len(run.records) == 5
    assert_safe(run.stderr)
    assert "name\\x1b[31mred" in run.stderr
    assert run.closing == closing(fixed="1 (#2)", wrong="3 (#1, #3, #4)", regressed="1 (#5)")


def test_tags_and_declarations_are_made_printable(project: BehaveProject) -> None:
    """No escape of a bad tag or a bad declaration reaches standard error or Behave's own message."""
    project.feature(
        "Feature: F\n  @tdd_bug_\x1b[31m\u202e\n  Scenario: tag\n    Then it passes\n\n"
        + captured(1, "type", "Then it passes", description="Fails with: \x1b[31m\u202e")
        + captured(2, "pattern", "Then it passes", description="Fails with: KeyError: (\x1b[31m\u202e")
        + captured(3, "place", "Then it passes", description="Fails at: \x1b[31m\u202e")
        + "  @tdd_bug @tdd_bug_<a>\n  Scenario Outline: o\n    Then it passes\n\n"
        "    Examples:\n      | a |\n      | \x1b[31m\u202e |\n"
    )
    run = project.run()
    assert run.code == 1
    assert len(run.lines) >= 6
    assert_safe(run.stderr)
    assert_safe(run.stdout)
    for rule in ("T5", "F1", "F2"):
        assert f": {rule} " in run.stderr


def test_declared_pattern_is_shown_printable(project: BehaveProject) -> None:
    """What a declaration holds is escaped when it is told as the expectation."""
    declared = 'Fails with: KeyError: \x1b\\[31m\u202e\nFails at: Then it raises ValueError "\x1b"'
    project.feature("Feature: F\n" + captured(1, "case", 'Then it raises ValueError "\x1b"', description=declared))
    run = project.run("-f", "null", "--no-summary", reports=False)
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert_safe(run.stderr)


def test_hostile_file_name(project: BehaveProject) -> None:
    """A file's name is made printable too, also in the message for the reports."""
    project.feature("Feature: F\n" + captured(1, "case", "Then it passes"), "\x1b[31m\u202ename")
    run = project.run("-f", "null", "--no-summary", reports=False)
    assert run.code == 1
    assert run.record["verdict"] == "unexpected_pass"
    assert_safe(run.stderr)


def test_class_with_a_hostile_name(project: BehaveProject) -> None:
    """The name of an exception's class is not trusted either."""
    project.write(
        "features/steps/hostile.py",
        """
        from behave import step

        @step("it raises a strange class")
        def strange(context):
            raise type("Bad\\x1b[31m Name\\u202e", (Exception,), {"__module__": "x"})("x")
        """,
    )
    project.feature("Feature: F\n" + captured(1, "case", "Then it raises a strange class"))
    run = project.run("-f", "null", "--no-summary", reports=False)
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert_safe(run.stderr)


@pytest.mark.parametrize(
    "tag",
    ["tdd_bug_" + "1" * 10_000, "tdd_" + "x" * 10_000, "tddbug_" + "9" * 10_000, "tdd_bug_<" + "a" * 10_000 + ">"],
)
def test_endless_tag_is_refused_in_short(project: BehaveProject, tag: str) -> None:
    """A tag of 10,000 characters is refused like any other, and not repeated in full."""
    project.feature(
        f"Feature: F\n  @tdd_bug @tdd_bug_1\n  @{tag}\n  Scenario Outline: o\n    Then it passes\n\n"
        "    Examples:\n      | a |\n      | 1 |\n"
    )
    run = project.run()
    assert run.code == 1
    assert run.records == []
    assert run.lines[1].startswith("  features/a.feature:3: T")
    assert len(run.stderr) < 1000


def test_endless_number_of_the_allowed_length(project: BehaveProject) -> None:
    """The longest number that is allowed is judged like any other."""
    number = int("9" * 18)
    project.feature("Feature: F\n" + captured(number, "case", 'Then it asserts "x"'))
    run = project.run()
    assert run.code == 0
    assert run.record["ids"] == [number]


def test_endless_tag_of_others_is_none_of_ours(project: BehaveProject) -> None:
    """A long tag that has nothing to do with us changes nothing."""
    project.feature(f"Feature: F\n  @{'x' * 10_000}\n" + captured(1, "case", 'Then it asserts "x"'))
    assert project.run().code == 0


def test_terminal_that_cannot_show_everything(project: BehaveProject) -> None:
    """Where the terminal has no such characters they are escaped; the verdict is the same."""
    project.feature(
        "Feature: F\n"
        + captured(1, "Δοκιμή 漢字 🎉", 'Then it asserts "κακό"')
        + captured(2, "naïve 漢字", "Then it passes")
        + captured(3, "schön", 'Then it raises ValueError "κακό 🎉"')
    )
    run = project.run("-f", "null", "--no-summary", reports=False, env={"PYTHONIOENCODING": "ascii:strict"})
    assert run.code == 1
    assert run.stderr.isascii()
    assert '"na\\xefve \\u6f22\\u5b57" passed although' in run.stderr
    assert "Fails with: ValueError: \\u03ba\\u03b1\\u03ba\\u03cc \\U0001f389" in run.stderr
    assert run.closing == closing("1 expected failure (#1)", "1 (#2)", "1 (#3)")
    assert run.records[0]["name"] == "Δοκιμή 漢字 🎉"


def test_posix_locale(project: BehaveProject) -> None:
    """Files are read as UTF-8 wherever the process runs."""
    project.feature(
        "Feature: F\n"
        + captured(1, "漢字", 'Then it asserts "κακό"', description="Fails with: AssertionError: κακό")
    )
    run = project.run(reports=False, env={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"})
    assert run.code == 0, run.stderr
    assert run.record["name"] == "漢字"


def test_windows_line_ends(project: BehaveProject) -> None:
    """A file with carriage returns is judged, and lines are counted, as without them."""
    file = project.feature(
        "Feature: F\n" + captured(1, "case", 'Then it raises KeyError "x"', description="Fails with: KeyError: x")
    )
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert project.run().code == 0
    project.feature("Feature: F\n" + captured(1, "case", "Then it passes", description="text\nFails with:"))
    file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    run = project.run()
    assert run.lines[1].startswith("  features/a.feature:5: F1 empty 'Fails with:' line")


def test_separators_inside_a_description(project: BehaveProject) -> None:
    """Lines are counted as Behave counts them, also behind odd separators."""
    project.feature(
        "Feature: F\n  form\x0cfeed\u2028here\n\n"
        + captured(1, "case", "Then it passes", description="more\x0btext\nFails with:")
    )
    run = project.run()
    assert run.code == 1
    assert run.lines[1].startswith("  features/a.feature:10: F1 empty 'Fails with:' line")


def test_translated_keywords(project: BehaveProject) -> None:
    """In another language the phases and the names of steps are the same."""
    project.feature(
        """
        # language: de
        Funktionalität: F
          @tdd_bug @tdd_bug_1 @tdd_expected_fail
          Szenario: richtig
            Fails at: Dann it asserts "x"
            Angenommen it passes
            Dann it asserts "x"

          @tdd_bug @tdd_bug_2 @tdd_expected_fail
          Szenario: falsch
            Angenommen it asserts "x"
        """
    )
    run = project.run()
    assert run.verdicts == {"richtig": "expected_failure", "falsch": "wrong_failure"}


def test_leaving_the_interpreter_is_a_red_verdict(project: BehaveProject) -> None:
    """A captured test that leaves with exit code 0 takes the run down red, with its verdict and its record."""
    project.feature("Feature: F\n" + captured(1, "case", "Then it leaves the interpreter"))
    run = project.run(reports=False)
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert run.record["raw_status"] == "aborted"
    assert run.record["reason"] == "the run ended here with SystemExit"
    assert run.closing == closing(wrong="1 (#1)")


def test_a_guarded_test_that_leaves_the_interpreter_is_red(project: BehaveProject) -> None:
    """Without the switch, leaving with exit code 0 means that the bug is back."""
    text = captured(1, "case", "Then it leaves the interpreter").replace("@tdd_expected_fail", "")
    project.feature("Feature: F\n" + text)
    run = project.run(reports=False)
    assert run.code == 1
    assert run.record["verdict"] == "regressed"
    assert run.closing == closing(regressed="1 (#1)")


def test_a_raw_run_says_no_verdict(project: BehaveProject) -> None:
    """In a raw run even an abort prints the closing line alone."""
    project.feature("Feature: F\n" + captured(1, "case", "Then it leaves the interpreter"))
    run = project.run(reports=False, env={"BUGCAPTURE_RAW": "1"})
    assert run.code == 1
    assert run.stderr.count("bugcapture:") == 1
