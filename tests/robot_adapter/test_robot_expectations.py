"""Declared failures, tags that come and go while a run goes on, and other listeners."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from robot_project import LISTENER, TAGS

if TYPE_CHECKING:
    from robot_project import RobotProject

LIBRARY = """
    def raise_key_error(): raise KeyError("total")
    def raise_value_error(): raise ValueError("no value")
"""


def test_the_nearest_documentation_declares(project: RobotProject) -> None:
    """A suite's documentation declares for its tests; a test's own wins, each kind of line for itself."""
    project.write("Lib.py", LIBRARY)
    project.write("tests/__init__.robot", "*** Settings ***\nDocumentation    Fails with: KeyError: total\n")
    project.write(
        "tests/a.robot",
        f"""
*** Settings ***
Documentation    About totals.
...              Fails at: Raise Key Error
Library          Lib
*** Test Cases ***
Inherited
    {TAGS}
    Raise Key Error
Other type
    [Documentation]    Fails with: ValueError
    {TAGS}
    Raise Key Error
Other place
    [Documentation]    Fails at: Run Keyword
    {TAGS}
    Run Keyword    Raise Key Error
Not here
    {TAGS}
    Evaluate    {{}}['total']
    Raise Key Error
""",
    )
    project.write(
        "tests/b.robot",
        f"*** Settings ***\nLibrary    Lib\n*** Test Cases ***\nB\n    {TAGS}\n    Raise Key Error\n",
    )

    run = project.robot()

    assert run.verdicts == {
        "Inherited": "expected_failure",
        "Other type": "wrong_failure",
        "Other place": "expected_failure",
        "Not here": "wrong_failure",
        "B": "expected_failure",
    }


FINNISH = f"""
*** Testit ***
{{name}}
    [Dokumentaatio]    Fails at: Lasken summan
    {TAGS.replace("Tags", "Tagit")}
    Niin lasken summan
*** Avainsanat ***
Lasken summan
    Fail    boom
"""


@pytest.mark.parametrize("options", [[], ["--language", "fi"]], ids=["file", "option"])
def test_other_languages_are_read_as_robot_reads_them(project: RobotProject, options: list[str]) -> None:
    """Sections and the words for Given, When and Then are those of the run's languages."""
    first_line = "" if options else "Language: Finnish"
    project.write("tests/__init__.robot", f"{first_line}\n*** Asetukset ***\nTestien tagit    own\n")
    project.write("tests/a.robot", first_line + FINNISH.format(name="Summa"))

    run = project.robot(*options, "tests")

    assert run.verdicts == {"Summa": "expected_failure"}
    assert run.code == 0


def test_a_documentation_given_at_run_time_declares_nothing(project: RobotProject) -> None:
    """What counts stands in the file, not what a keyword says while the test runs."""
    project.write("Lib.py", LIBRARY)
    project.write(
        "tests/a.robot",
        f"""
*** Settings ***
Library        Lib
Suite Setup    Set Suite Documentation    Fails with: KeyError
*** Test Cases ***
Test documentation
    {TAGS}
    Set Test Documentation    Fails with: ValueError
    Raise Value Error
Suite documentation
    {TAGS}
    Raise Key Error
""",
    )

    assert set(project.robot().verdicts.values()) == {"wrong_failure"}


def test_tags_that_come_and_go_while_the_run_goes_on(project: RobotProject) -> None:
    """A switch added at run time turns nothing green, and one taken away at run time counts all the same."""
    project.write(
        "tests/a.robot",
        f"""
*** Test Cases ***
Added
    [Tags]    tdd_bug    tdd_bug_1
    Set Tags    tdd_expected_fail
    Fail    boom
Added all
    Set Tags    tdd_bug    tdd_bug_1    tdd_expected_fail
    Fail    boom
Added and passes
    Set Tags    tdd_bug    tdd_bug_1    tdd_expected_fail
Removed
    {TAGS}
    Remove Tags    tdd_expected_fail
Removed and fails
    {TAGS}
    Remove Tags    tdd_*
    Fail    boom
Spoilt
    {TAGS}
    Set Tags    tdd_isue_7
    Fail    boom
Guard
    Set Tags    tdd_bug    tdd_bug_1
Family only
    Set Tags    tdd_bug
""",
    )
    # A test with the switch on the line of another file where one is added.
    project.write("tests/b.robot", f"*** Test Cases ***\nCaptured\n    {TAGS}\n    Fail    boom\n")

    run = project.robot()

    assert run.tests["Added"].lineno == run.tests["Captured"].lineno
    assert run.verdicts == {
        "Captured": "expected_failure",
        "Added": "wrong_failure",
        "Added all": "wrong_failure",
        "Added and passes": "unexpected_pass",
        "Removed": "unexpected_pass",
        "Removed and fails": "expected_failure",
        "Spoilt": "wrong_failure",
        "Guard": "passed",
    }
    assert run.code == 5
    assert "tdd_expected_fail was added while the run went on" in run.record("Added")["reason"]
    # Nobody has watched a test that had no tag of ours when it began.
    assert run.record("Added all")["reason"] == "no keyword failed (boom)"
    assert "did you mean tdd_issue_7" in run.record("Spoilt")["reason"]
    assert run.message("Added and passes").startswith("tests/a.robot:9: bug 1 looks fixed")
    assert run.statuses["Family only"] == "PASS"


def test_a_modifier_cannot_hand_out_the_switch(project: RobotProject) -> None:
    """A --prerunmodifier gives tags that no file has."""
    project.write(
        "Modifier.py",
        """
        from robot.api import SuiteVisitor
        class Modifier(SuiteVisitor):
            def visit_test(self, test):
                test.tags.add(["tdd_bug", "tdd_bug_1", "tdd_expected_fail"])
        """,
    )
    project.write("tests/a.robot", "*** Test Cases ***\nA\n    Fail    boom\n")

    run = project.robot("--prerunmodifier", "Modifier.Modifier", "tests")

    assert (run.code, run.verdicts) == (1, {"A": "wrong_failure"})


def test_suites_that_are_no_robot_files(project: RobotProject) -> None:
    """Tests that a parser of the project's own makes are judged; what the parser gives stands for the file."""
    project.write(
        "OwnParser.py",
        """
        from robot.api import TestSuite
        EXTENSION = ".own"
        def parse(source):
            suite = TestSuite(name="Own", source=source)
            for name in source.read_text().split():
                tags = ["Tdd Bug", "Tdd Bug 1", "Tdd Expected Fail"] if name != "bad" else ["tdd_bug"]
                test = suite.tests.create(name, tags=tags[:2] if name == "later" else tags, lineno=1)
                if name == "later":
                    test.body.create_keyword("Set Tags", args=["tdd_expected_fail"])
                test.body.create_keyword("No Operation" if name == "passes" else "Fail")
            return suite
        """,
    )
    project.write("tests/a.own", "fails passes\n")
    project.write("tests/later.own", "later\n")

    run = project.robot("--parser", "OwnParser", "tests")
    assert run.verdicts == {"fails": "expected_failure", "passes": "unexpected_pass", "later": "wrong_failure"}
    assert run.message("passes").startswith("tests/a.own:1: bug 1 looks fixed")
    assert run.record("fails")["step_location"] == ""  # The parser gives no lines to keywords.

    project.write("tests/b.own", "bad\n")
    run = project.robot("--parser", "OwnParser", "tests")
    assert (run.code, "tests/b.own:1: T2 tdd_bug needs a number tag" in run.message("bad")) == (4, True)


def test_other_listeners_cannot_turn_a_capture(project: RobotProject) -> None:
    """What another listener makes of a test or keyword is not taken for the bug."""
    project.write(
        "Meddler.py",
        """
        class Meddler:
            ROBOT_LISTENER_API_VERSION = 3
            def end_test(self, data, result):
                if "meddle" in result.name.lower():
                    result.status = "FAIL" if result.passed else "PASS"
                    result.message = "" if "without a word" in result.name else "meddled"
            def end_keyword(self, data, result):
                if "Break" in data.args:
                    result.status = "FAIL"
                    result.message = "broken"
        """,
    )
    project.write(
        "tests/a.robot",
        f"""
*** Settings ***
Library    Lib
*** Test Cases ***
Meddle with a pass
    {TAGS}
    No Operation
Meddle without a word
    {TAGS}
    No Operation
Meddle with a failure
    {TAGS}
    Fail    boom
Keyword
    {TAGS}
    Log    Break
Keyword of a library
    {TAGS}
    Assert Success    Log    Break
""",
    )
    project.write(
        "Lib.py",
        """
        from robot.libraries.BuiltIn import BuiltIn
        def assert_success(*keyword):
            try:
                BuiltIn().run_keyword(*keyword)
            except Exception as error:
                raise AssertionError(f"no success: {error}")
        """,
    )

    run = project.robot("--listener", "Meddler.Meddler", *LISTENER, "tests", listener=False)

    assert run.verdicts["Meddle with a pass"] == "wrong_failure"
    assert run.verdicts["Meddle with a failure"] == "expected_failure"
    assert run.message("Meddle without a word").startswith("bugcapture: tests/a.robot:")
    assert run.record("Meddle without a word")["reason"] == "no keyword failed"
    assert run.record("Keyword")["message"] != "None"
    assert run.verdicts["Keyword"] in {"wrong_failure", "unexpected_pass"}
    assert run.verdicts["Keyword of a library"] in {"wrong_failure", "unexpected_pass"}
    assert run.code == 4


RETRY = """
    import re
    class Retry:
        "What robotframework-retryfailed does, in short."
        ROBOT_LISTENER_API_VERSION = 3
        def __init__(self):
            self.retried = set()
        def end_test(self, data, result):
            if result.failed and data.name not in self.retried:
                self.retried.add(data.name)
                data.parent.tests.insert(data.parent.tests.index(data) + 1, data)
                result.status = "SKIP"
"""

RETRIED = f"""
*** Settings ***
Library    State.py
*** Test Cases ***
Captured
    {TAGS}
    Fail    boom
Wrong first
    {TAGS}
    Raise Once    ValueError
    Fail    boom
Fixed
    {TAGS}
    No Operation
Flaky
    {TAGS}
    Raise Once    AssertionError
Guard
    [Tags]    tdd_bug    tdd_bug_2
    Raise Once    AssertionError
"""
STATE = """
    import builtins
    class State:
        ROBOT_LIBRARY_SCOPE = "GLOBAL"
        seen = set()
        def raise_once(self, name):
            from robot.libraries.BuiltIn import BuiltIn
            key = BuiltIn().get_variable_value("${TEST NAME}")
            if key not in self.seen:
                self.seen.add(key)
                raise getattr(builtins, name)("once")
"""


@pytest.mark.parametrize("package", [False, True], ids=["own", "retryfailed"])
def test_a_retry_turns_no_red_capture_green(project: RobotProject, package: bool) -> None:
    """A capture that failed wrongly or passed at any attempt is red in the end."""
    if package:
        pytest.importorskip("RetryFailed")
    project.write("Retry.py", RETRY)
    project.write("tests/State.py", STATE)
    project.write("tests/a.robot", RETRIED)

    listener = "RetryFailed:1" if package else "Retry.Retry"
    # Robot 7.0 knows no priorities: the last listener is ours.
    run = project.robot("--listener", listener, *LISTENER, "tests", listener=False)

    assert run.verdicts == {
        "Captured": "expected_failure",
        "Wrong first": "wrong_failure",
        "Fixed": "unexpected_pass",
        "Flaky": "unexpected_pass",
        "Guard": "passed",
    }
    assert {run.statuses[name] for name in ("Wrong first", "Fixed", "Flaky")} == {"FAIL"}
    assert {run.statuses[name] for name in ("Captured", "Guard")} == {"PASS"}
    assert run.closing == "bugcapture: 1 expected failure (#1), 2 look fixed (#1), 1 wrong (#1), 0 regressed"


def test_hostile_names_and_messages_stay_text(project: RobotProject) -> None:
    """Nothing in a name or message becomes HTML in the log, or steers the terminal."""
    project.write(
        "tests/a.robot",
        f"""
*** Test Cases ***
<script>alert(1)</script>
    {TAGS}
    Fail    *HTML* *HTML* <script>alert(2)</script>
Wrong <b>bold</b>
    {TAGS}
    Evaluate    1/0
Escape
    {TAGS}
    Fail    \\x1b[31m<script>
Html in setup
    [Setup]    Fail    *HTML* <script>alert(3)</script>
    {TAGS}
    No Operation
""",
    )
    folder = "*HTML*<script>alert(4)<"
    project.write(f"{folder}/a.robot", f"*** Test Cases ***\nFixed\n    {TAGS}\n    No Operation\n")

    run = project.robot("tests", folder)

    assert run.message("<script>alert(1)</script>") == "Expected failure (#1): <script>alert(2)</script>"
    assert run.message("Escape").startswith("Expected failure (#1): ")
    assert run.message("Fixed").startswith(f"bugcapture: {folder}/a.robot:3: bug 1 looks fixed")
    assert "\x1b" not in run.stderr
    log = (project.folder / "out" / "log.html").read_text("utf-8")
    assert "<script>alert(1)" not in log
    assert "<script>alert(4)" not in log


def test_a_listener_can_be_used_from_python(project: RobotProject) -> None:
    """``robot.run`` takes an instance, more than once, and each run has its own closing line."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TAGS}\n    Fail    boom\n")
    project.write("bad/a.robot", "*** Test Cases ***\nA\n    [Tags]    tdd_bug\n    Fail    boom\n")
    project.write(
        "twice.py",
        """
        import sys
        from robot import run
        from bugcapture.robot import Listener

        listener = Listener()
        codes = [run(path, listener=listener, output=None) for path in ("tests", "bad", "tests")]
        sys.exit("".join(map(str, codes)))
        """,
    )

    run = project.python("twice.py")

    assert run.closing == "010"
    assert len(run.ours) == 3


def test_a_suite_can_be_run_again(project: RobotProject) -> None:
    """Each run is judged for itself and has its own closing line, also where Robot goes on after it."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TAGS}\n    Fail    boom\n")
    project.write(
        "again.py",
        """
        import sys
        from robot.api import TestSuite
        from robot.output import LOGGER
        from bugcapture.robot import Listener

        one, other = TestSuite.from_file_system("tests"), TestSuite.from_file_system("tests")
        listener = Listener()
        run = lambda suite: suite.run(listener=listener, output=None).return_code
        codes = [run(one), run(one)]
        with LOGGER:
            codes += [run(one), run(other)]
        print(codes, file=sys.stderr)
        """,
    )

    run = project.python("again.py")

    assert run.closing == "[0, 0, 0, 0]"
    assert run.ours == ["bugcapture: 1 expected failure (#1), 0 look fixed, 0 wrong, 0 regressed"] * 4


def test_captures_are_judged_where_robot_keeps_its_exit_flags_elsewhere(project: RobotProject) -> None:
    """Only --exitonfailure needs them."""
    project.write("tests/a.robot", f"*** Test Cases ***\nA\n    {TAGS}\n    Fail    boom\n")
    project.write(
        "elsewhere.py",
        """
        import bugcapture.robot.exit_flags as exit_flags
        from bugcapture.robot import Listener

        exit_flags._FLAGS = ("moved",)
        """,
    )

    run = project.robot("--listener", "elsewhere.Listener", "tests", listener=False)

    assert (run.code, run.verdicts) == (0, {"A": "expected_failure"})
    assert "[ ERROR ]" not in run.stderr


def test_the_package_has_two_names() -> None:
    """What users name on the command line and in their files is there, and nothing else by accident."""
    import bugcapture.robot

    assert (bugcapture.robot.Listener.__name__, bugcapture.robot.Race.__name__) == ("Listener", "Race")
    with pytest.raises(AttributeError, match="no attribute 'listener_of'"):
        _ = bugcapture.robot.listener_of


def test_suites_without_a_file(project: RobotProject) -> None:
    """A suite that was made in memory is judged by its name."""
    project.write(
        "memory.py",
        """
        import sys
        from robot.api import TestSuite
        from bugcapture.robot import Listener

        suite = TestSuite("Memory")
        for name in ("Fail", "No Operation"):
            test = suite.tests.create(name, tags=["tdd_bug", "tdd_bug_1", "tdd_expected_fail"])
            test.body.create_keyword(name, lineno=1)
        sys.exit(suite.run(listener=Listener(), output=None).return_code)
        """,
    )

    run = project.python("memory.py")

    assert (run.code, set(run.verdicts)) == (1, {"Fail", "No Operation"})
    assert (run.record("Fail")["location"], run.record("Fail")["step_location"]) == ("Memory:0", "")


def test_bad_tags_of_suites_without_a_file(project: RobotProject) -> None:
    """They refuse the run, whether a test has a line or not."""
    project.write(
        "memory.py",
        """
        import sys
        from robot.api import TestSuite
        from bugcapture.robot import Listener

        suite = TestSuite("Memory")
        for name, line in (("A", 7), ("B", None)):
            suite.tests.create(name, tags=["tdd_bug"], lineno=line).body.create_keyword("Fail")
        sys.exit(suite.run(listener=Listener(), output=None).return_code)
        """,
    )

    run = project.python("memory.py")

    assert (run.code, run.records) == (2, [])
    assert run.ours == ["bugcapture: 2 invalid tdd tag sets, nothing was run:"]
    told = [line.split()[:2] for line in run.stderr.splitlines() if line.startswith("  Memory")]
    assert told == [["Memory:", "T2"], ["Memory:7:", "T2"]]
