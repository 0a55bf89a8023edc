"""Which failure of a captured test is its bug, told by one process with all cases."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from robot_project import TAGS, RobotProject, Run

LIBRARY = """
    import asyncio
    from robot.api import ContinuableFailure, Failure, SkipExecution
    from robot.api.deco import keyword
    from robot.libraries.BuiltIn import BuiltIn

    class OwnAssertion(AssertionError): pass
    class OwnError(ValueError): pass
    ALWAYS_THE_SAME = AssertionError("same")
    KEPT = AssertionError("kept")

    def raise_value_error(message="no value"): raise ValueError(message)
    def raise_own_error(): raise OwnError("own value")
    def raise_own_assertion(): raise OwnAssertion("own 1 != 2")
    def raise_import_error(): import does_not_exist
    def raise_timeout_error(): raise TimeoutError("slow")
    def plain_assert(): assert 1 == 2, "1 is not 2"
    def continuable(message="go on"): raise ContinuableFailure(message)
    def html_failure(): raise Failure("<b>bold</b>", html=True)
    def skip_it(): raise SkipExecution("not today")
    def run_inside(name): BuiltIn().run_keyword(name)
    def run_while_handling(name):
        try:
            raise ValueError("handled")
        except ValueError:
            BuiltIn().run_keyword(name)
    async def async_assert():
        await asyncio.sleep(0)
        assert False, "async"
    async def async_value_error():
        await asyncio.sleep(0)
        raise ValueError("async")
    @keyword(types={"number": int})
    def typed(number): pass
    def nothing(): pass
    def raise_the_same(): raise ALWAYS_THE_SAME
    def raise_the_same_about(name):
        try:
            BuiltIn().run_keyword(name)
        except Exception:
            raise ALWAYS_THE_SAME
    def raise_kept_about(name):
        try:
            BuiltIn().run_keyword(name)
        except Exception:
            raise KEPT
    def raise_kept(): raise KEPT
    def raise_first_of(name):
        try:
            BuiltIn().run_keyword(name)
        except Exception as error:
            raise error.get_errors()[0].__context__
    def raise_own_error_about(name):
        try:
            BuiltIn().run_keyword(name)
        except Exception as error:
            raise OwnError(f"{name}: {error}")
    def raise_own_assertion_after(name):
        try:
            BuiltIn().run_keyword(name)
        except Exception:
            pass
        raise OwnAssertion("later")
    def run_while_handling_the_failure_of(failing, name):
        try:
            BuiltIn().run_keyword(failing)
        except Exception:
            BuiltIn().run_keyword(name)
    def assert_success(name):
        try:
            BuiltIn().run_keyword(name)
        except Exception as error:
            raise AssertionError(f"{name}: {error}")
"""

KEYWORDS = """
*** Keywords ***
Check Total
    Should Be Equal    1    2
Check Twice
    Run Keyword And Continue On Failure    Check Total
    Check Total
Check With Teardown
    Should Be Equal    1    2
    [Teardown]    Nothing
Teardown Fails
    Nothing
    [Teardown]    Fail    torn
Check And Teardown Fails
    Should Be Equal    1    2
    [Teardown]    Fail    torn
Check With Timeout
    [Timeout]    50 ms
    Sleep    5 s
Pass Inside
    Pass Execution    early
Fail Then Pass
    Run Keyword And Continue On Failure    Fail    earlier
    Pass Execution    early
Caught Inside
    Run Keyword And Ignore Error    Fail    caught
Returns
    IF    True    RETURN    1
Check In Try
    TRY
        Fail    boom
    FINALLY
        Nothing
    END
Setup Fails
    [Setup]    Fail    early
    Nothing
The Same In Setup
    [Setup]    Raise The Same
    Nothing
Skipped In Teardown
    Nothing
    [Teardown]    Skip    not today
Return Check
    Run Keyword And Return    Check Total
Return Check In If
    IF    True
        Run Keyword And Return If    True    Return Check
    END
Return One Of Several
    Run Keyword And Continue On Failure    Fail    one
    Run Keyword And Return    Run Keywords    Nothing    AND    Check Total
Return Check With Teardown
    Run Keyword And Return    Return Check
    [Teardown]    Nothing
Return Check Below
    [Arguments]    ${depth}
    IF    ${depth} == 0    Run Keyword And Return    Check Total
    Run Keyword And Return    Return Check Below    ${${depth} - 1}
Return Value Error
    Run Keyword And Return    Run Keyword    Raise Value Error
Return Setup Fails
    Run Keyword And Return    Setup Fails
Return Teardown Fails
    Run Keyword And Return    Teardown Fails
Return Check And Teardown Fails
    Run Keyword And Return    Check And Teardown Fails
Return Unknown
    Run Keyword And Return    Expect Unknown
Expect Unknown
    No Such Keyword
Return Skip
    Run Keyword And Return    Skip In Keyword
Skip In Keyword
    Skip    not today
Setup Fails And More
    Run Keyword And Continue On Failure    Setup Fails
    Fail    boom
Is Equal
    [Arguments]    ${one}    ${two}
    Should Be Equal    ${one}    ${two}
"""

# Name of the case, then its body.
EXPECTED = {
    "equal": "Should Be Equal    1    2",
    "fail": "Fail    boom",
    "fail without message": "Fail",
    "own assertion": "Raise Own Assertion",
    "plain assert": "Plain Assert",
    "async assertion": "Async Assert",
    "user keyword": "Check Total",
    "user keyword with teardown": "Check With Teardown",
    "run keyword": "Run Keyword    Check Total",
    "run keyword if": "Run Keyword If    True    Fail    boom",
    "run keywords": "Run Keywords    Nothing    AND    Fail    boom",
    "repeat keyword": "Repeat Keyword    2x    Fail    boom",
    "wait until": "Wait Until Keyword Succeeds    2x    1ms    Check Total",
    "nested": "Run Keyword    Run Keyword If    True    Run Keyword    Check Total",
    "python runs keyword": "Run Inside    Check Total",
    "run while another error is handled": "Run While Handling    Check Total",
    "if": "IF    True\n    Fail    boom\nEND",
    "for": "FOR    ${x}    IN    1    2\n    Fail    boom\nEND",
    "while": "WHILE    True\n    Fail    boom\nEND",
    "try fails again": "TRY\n    Raise Value Error\nEXCEPT    *    type=GLOB\n    Fail    again\nEND",
    "try not caught": "TRY\n    Fail    boom\nEXCEPT    other\n    Nothing\nEND",
    "try finally": "TRY\n    Fail    boom\nFINALLY\n    Nothing\nEND",
    "two continuable": "Continuable    one\nContinuable    two",
    "continue on failure": "Run Keyword And Continue On Failure    Fail    one\nFail    two",
    "caught value error, then assertion": "Run Keyword And Ignore Error    Raise Value Error\nFail    boom",
    "expect error": "Run Keyword And Expect Error    other    Raise Value Error",
    "expect error missing": "Run Keyword And Expect Error    other    Nothing",
    "template": "[Template]    Is Equal\n1    2\n3    4",
    "earlier failure, then pass": "Fail Then Pass",
    "earlier failure in loop": "FOR    ${x}    IN    1\n    Continuable\n    Pass Execution    early\nEND",
    "library about an assertion": "Assert Success    Check Total",
    "library about a value error": "Assert Success    Raise Value Error",
    "raised again while another error is handled": "Run While Handling    Check In Try",
    "returned": "Return Check",
    "returned, in if": "Return Check In If",
    "returned, several": "Return One Of Several",
    "returned, with teardown": "Return Check With Teardown",
    "returned, recursion": "Return Check Below    2",
    "returned, run keywords": "Run Keywords    Nothing    AND    Return Check",
    "returned, wait until": "Wait Until Keyword Succeeds    2x    1ms    Return Check",
    "returned, expect error": "Run Keyword And Expect Error    other    Return Check",
    "returned, library about it": "Assert Success    Return Check",
    "returned, one after the other": "Run Keyword And Continue On Failure    Return Check\nReturn Check",
    "returned, from the test": "Run Keyword And Return    Check Total",
    "returned, declared": "[Documentation]    Fails with: AssertionError: 1 != 2\nReturn Check",
    "passed on": "Continuable    one\nIF    True\n    Continuable    two\n    Pass Execution    x\nEND",
    "one object about a value error": "Raise The Same About    Raise Value Error",
    "one object about itself": "Raise The Same About    Raise The Same",
    "one object raised twice": "Run Keyword And Ignore Error    Raise The Same\nRaise The Same",
    "one object raised again in a caught set-up": (
        "Run Keyword And Continue On Failure    Raise The Same\nRun Keyword And Ignore Error    The Same In Setup"
    ),
    "one object kept from a caught unknown keyword": (
        "Run Keyword And Ignore Error    Raise Kept About    No Such Keyword\nRaise Kept"
    ),
    "first of several": "Raise First Of    Check Twice",
    "declared as the built-in keyword says it": (
        "[Documentation]    Fails with: AssertionError: Keyword 'Check Total' failed after\n"
        "Wait Until Keyword Succeeds    2x    1ms    Check Total"
    ),
    "library after a caught unknown keyword": "Raise Own Assertion After    No Such Keyword",
    "expect error after a caught unknown keyword": (
        "Run Keyword And Ignore Error    No Such Keyword\nRun Keyword And Expect Error    x    Raise Value Error"
    ),
    "declared error about an assertion": (
        "[Documentation]    Fails with: OwnError\nRaise Own Error About    Check Total"
    ),
    "message set in teardown": "Fail    boom\n[Teardown]    Set Test Message    changed",
    "passed in teardown": "Fail    boom\n[Teardown]    Pass Execution    changed",
    "html": "Html Failure",
    "declared type": "[Documentation]    Fails with: ValueError: no v\nRaise Value Error",
    "declared base": "[Documentation]    Fails with: ValueError\nRaise Own Error",
    "declared regex": "[Documentation]    Fails with: AssertionError: \\\\d != 2\nShould Be Equal    1    2",
    "declared place": "[Documentation]    Fails at: Should Be Equal\nShould Be Equal    1    2",
    "declared place, other spelling": "[Documentation]    Fails at: should_be_equal\nShould Be Equal    1    2",
    "declared place with owner": "[Documentation]    Fails at: BuiltIn.Should Be Equal\nShould Be Equal    1    2",
    "declared place, user keyword": "[Documentation]    Fails at: Check Total\nCheck Total",
    "declared place in run keyword": "[Documentation]    Fails at: Fail\nRun Keyword If    True    Fail    boom",
    "bdd": "[Documentation]    Fails at: Then check total\nThen check total",
}

FIXED = {
    "passes": "Nothing",
    "pass execution": "Pass Execution    early",
    "pass in keyword": "Pass Inside",
    "failure ignored": "Run Keyword And Ignore Error    Fail    x",
    "failure is status": "Run Keyword And Return Status    Fail    x",
    "failure warned": "Run Keyword And Warn On Failure    Fail    x",
    "failure excepted": "TRY\n    Fail    x\nEXCEPT\n    Nothing\nEND",
    "caught inside": "Caught Inside",
    "declared and passes": "[Documentation]    Fails with: ValueError\nNothing",
    "pass in teardown": "Nothing\n[Teardown]    Pass Execution    early",
    "returns": "Returns",
}

IGNORED = "Run Keyword And Ignore Error    Fail    x\n"

# And a part of the reason.
WRONG = {
    "value error": ("Raise Value Error", "ValueError is not an assertion"),
    "value error in keyword": ("Run Keyword    Raise Value Error", "ValueError is not an assertion"),
    "async value error": ("Async Value Error", "ValueError is not an assertion"),
    "unknown keyword": ("No Such Keyword", "undefined: No Such Keyword"),
    "unknown keyword inside": ("Run Keyword    No Such Keyword", "undefined: No Such Keyword"),
    "no keyword": ("${x} =", "Robot could not run it (Keyword name cannot be empty"),
    "argument count": ("Should Be Equal    1", "Robot could not run it"),
    "argument type": ("Typed    x", "ValueError"),
    "missing variable": ("Should Be Equal    ${nope}    1", "Robot could not run it"),
    "bad if": ("IF    1 +\n    Nothing\nEND", "Robot could not run it"),
    "bad assignment": ("VAR    ${x}    ${nope}", "Robot could not run it"),
    "bad syntax": ("FOR    ${x}    OUT    1\n    Nothing\nEND", "Robot could not run it"),
    "bad except": ("TRY\n    Fail    x\nEXCEPT    x    type=${nope}\n    Nothing\nEND", "Robot could not run it"),
    "while limit": ("WHILE    True    limit=2\n    Nothing\nEND", ""),
    "test timeout": ("[Timeout]    50 ms\nSleep    5 s", "timeout"),
    "keyword timeout": ("Check With Timeout", "timeout"),
    "timeout in teardown": ("[Timeout]    50 ms\nNothing\n[Teardown]    Sleep    100 ms", "a timeout is never"),
    "python timeout": ("Raise Timeout Error", "timeout"),
    "import error": ("Raise Import Error", "import error"),
    "expect error, missing variable": (
        "Run Keyword And Expect Error    x    Should Be Equal    ${nope}    1",
        "Robot could not run it",
    ),
    "expect error, unknown keyword": ("Run Keyword And Expect Error    x    No Such Keyword", "undefined"),
    "expect error, import error": ("Run Keyword And Expect Error    x    Raise Import Error", "import error"),
    "expect error, python timeout": ("Run Keyword And Expect Error    x    Raise Timeout Error", "timeout"),
    "expect error, keyword setup": ("Run Keyword And Expect Error    x    Setup Fails", "set-up is never"),
    "expect error, keyword teardown": ("Run Keyword And Expect Error    x    Teardown Fails", "teardown of a"),
    "wait until keyword setup": ("Wait Until Keyword Succeeds    2x    1ms    Setup Fails", "set-up is never"),
    "library about an unknown keyword": ("Assert Success    No Such Keyword", "undefined: No Such Keyword"),
    "library about a keyword setup": ("Assert Success    Setup Fails", "set-up is never"),
    "declared error about an unknown keyword": (
        "[Documentation]    Fails with: OwnError\nRaise Own Error About    No Such Keyword",
        "undefined: No Such Keyword",
    ),
    "keyword teardown while an assertion is handled": (
        "Run While Handling The Failure Of    Check Total    Teardown Fails",
        "teardown of a keyword",
    ),
    "keyword setup and assertion in keyword": ("Setup Fails And More", "set-up is never"),
    "returned value error": ("Return Value Error", "ValueError is not an assertion"),
    "returned keyword setup": ("Return Setup Fails", "set-up is never"),
    "returned keyword teardown": ("Return Teardown Fails", "teardown of a keyword"),
    "returned assertion and keyword teardown": ("Return Check And Teardown Fails", "teardown of a keyword"),
    "returned unknown keyword": ("Return Unknown", "undefined: No Such Keyword"),
    "expect error, returned unknown keyword": ("Run Keyword And Expect Error    x    Return Unknown", "undefined"),
    "one object in body, then in teardown": (
        "Run Keyword And Ignore Error    Raise The Same\n[Teardown]    Raise The Same",
        "teardown failed",
    ),
    "one object in body, then in keyword setup": (
        "Run Keyword And Ignore Error    Raise The Same\nThe Same In Setup",
        "set-up is never",
    ),
    "setup": ("[Setup]    Fail    early\nNothing", "a set-up failed (set-up is never"),
    "setup keyword": ("[Setup]    Check Total\nNothing", "a set-up failed (set-up is never"),
    "teardown": ("Nothing\n[Teardown]    Fail    late", "teardown failed"),
    "assertion and teardown": ("Fail    boom\n[Teardown]    Fail    late", "teardown failed"),
    "keyword teardown": ("Teardown Fails", "teardown of a keyword"),
    "assertion and keyword teardown": ("Check And Teardown Fails", "teardown of a keyword"),
    "stale assertion, then var": (
        "Run Keyword And Ignore Error    Fail    x\nVAR    ${x}    ${nope}",
        "could not run",
    ),
    "stale assertion, then if": (
        "Run Keyword And Ignore Error    Fail    x\nIF    1 +    Nothing",
        "could not run",
    ),
    "stale same message": ("Run Keyword And Ignore Error    Fail    no value\nRaise Value Error", "ValueError"),
    "continuable and value error": ("Continuable\nRaise Value Error", "another step failed too: ValueError"),
    "value error, then assertion": (
        "Run Keyword And Continue On Failure    Raise Value Error\nFail    x",
        "ValueError is not an assertion",
    ),
    "wait until value error": ("Wait Until Keyword Succeeds    2x    1ms    Raise Value Error", "ValueError"),
    "wait until unknown": ("Wait Until Keyword Succeeds    2x    1ms    No Such Keyword", "undefined"),
    "template with value error": ("[Template]    Run Keyword\nFail\nRaise Value Error", "ValueError"),
    "declared other type": (
        "[Documentation]    Fails with: KeyError\nRaise Value Error",
        "not the declared",
    ),
    "declared other message": (
        "[Documentation]    Fails with: AssertionError: 3 engines\nFail    2 engines",
        "does not match",
    ),
    "declared other place": ("[Documentation]    Fails at: Check Total\nFail    x\nCheck Total", "another place"),
    "declared place deeper": (
        "[Documentation]    Fails at: Should Be Equal\nCheck Total\nShould Be Equal    1    1",
        "another place",
    ),
    "declared place, setup": (
        "[Documentation]    Fails at: Fail\n[Setup]    Fail    x\nFail    x",
        "set-up is never",
    ),
    "empty": ("", "no keyword failed"),
    "html wrong": ("[Documentation]    Fails with: KeyError\nHtml Failure", "not the declared"),
}

SKIPPED = {
    "skip": "Skip    not today",
    "skip execution": "Skip It",
    "skip in setup": "[Setup]    Skip    not today\nFail    x",
    "skip in teardown": "Fail    x\n[Teardown]    Skip    not today",
    "skip tag": "robot:skip",
    "skip in keyword teardown": "Skipped In Teardown",
    "returned skip": "Return Skip",
    "failure, then skip": "Continuable\nSkip    not today",
}


def case(name: str, body: str) -> str:
    tags = TAGS + ("    robot:skip" if body == "robot:skip" else "")
    body = "Nothing" if body == "robot:skip" else body
    return f"{name}\n{indent(tags, '    ')}\n{indent(body, '    ')}\n"


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One process with all cases."""
    project = RobotProject(tmp_path_factory.mktemp("verdicts"))
    project.write("Lib.py", LIBRARY)
    bodies = EXPECTED | FIXED | {name: body for name, (body, _) in WRONG.items()} | SKIPPED
    cases = "".join(case(name, body) for name, body in bodies.items())
    suite = f"*** Settings ***\nLibrary    Lib.py\n*** Test Cases ***\n{cases}{dedent(KEYWORDS)}"
    project.write("tests/all.robot", suite.replace("Lib.py", "${EXECDIR}/Lib.py"))
    # Robot 7.0 cannot write a log of invalid syntax.
    return project.robot("--log", "NONE", "--report", "NONE", "tests")


def test_an_expected_failure_is_green_everywhere(run: Run) -> None:
    """Console, output.xml, xunit and evidence agree that a test that failed for its bug has passed."""
    for name in EXPECTED:
        got = run.verdicts[name], run.statuses[name], run.xunit[name], run.console[name]
        assert got == ("expected_failure", "PASS", "PASS", "PASS"), (name, run.message(name), run.record(name))
        assert run.message(name).startswith("Expected failure (#1): ")


def test_a_pass_is_red_everywhere(run: Run) -> None:
    """A test that passes although it carries the switch is reported as failed, with what to do."""
    for name in FIXED:
        got = run.verdicts[name], run.statuses[name], run.xunit[name], run.console[name]
        assert got == ("unexpected_pass", "FAIL", "FAIL", "FAIL"), (name, run.message(name))
        where = f"tests/all.robot:{run.tests[name].lineno + 1}: "
        assert run.message(name).startswith(where + "bug 1 looks fixed: run `bugcapture graduate 1`")


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_failure_is_red_everywhere(run: Run, name: str) -> None:
    """Any other failure stays red and says why."""
    got = run.verdicts[name], run.statuses[name], run.xunit[name], run.console[name]

    assert got == ("wrong_failure", "FAIL", "FAIL", "FAIL")
    assert WRONG[name][1] in run.record(name)["reason"]
    assert "wrong failure: " in run.message(name)


def test_a_skip_is_no_verdict(run: Run) -> None:
    """A test that was skipped says nothing of its bug: neither green nor red, and no evidence."""
    for name in SKIPPED:
        assert (name in run.verdicts, run.statuses[name]) == (False, "SKIP"), name


def test_the_exit_code_counts_the_red_ones(run: Run) -> None:
    """Robot's exit code and our closing line count the same tests."""
    assert run.code == len(FIXED) + len(WRONG)
    assert run.closing == (
        f"bugcapture: {len(EXPECTED)} expected failures (#1), {len(FIXED)} look fixed (#1), "
        f"{len(WRONG)} wrong (#1), 0 regressed, {len(SKIPPED)} not run"
    )


def test_one_record_for_each_judged_test(run: Run) -> None:
    """The evidence has one line for each test that ran."""
    assert len(run.records) == len(EXPECTED) + len(FIXED) + len(WRONG)
    record = run.record("user keyword")
    assert (record["framework"], record["exc_type"], record["message"]) == ("robot", "AssertionError", "1 != 2")
    line = run.tests["user keyword"].lineno
    assert (record["location"], record["step"]) == (f"tests/all.robot:{line}", "Check Total")
    assert record["step_location"] == f"tests/all.robot:{line + 2}"
    assert record["raw_status"] == "FAIL"
    assert record["duration"] >= 0


def test_the_record_of_a_failure_in_a_control_structure(run: Run) -> None:
    """The failing step is the keyword, not what stands around it; where there is none, it has no name."""
    line = run.tests["if"].lineno
    assert (run.record("if")["step"], run.record("if")["step_location"]) == ("Fail", f"tests/all.robot:{line + 3}")
    assert (run.record("bad if")["step"], run.record("bad if")["step_location"]) == ("IF/ELSE ROOT", "")


def test_the_record_of_a_failure_that_robot_made(run: Run) -> None:
    """Robot hides what failed in the teardown of a keyword: the record has its message, and no class."""
    record = run.record("keyword teardown")
    assert (record["exc_type"], record["message"]) == ("", "Keyword teardown failed:\ntorn")


def test_the_original_failure_stays_in_the_log(run: Run) -> None:
    """The keyword that failed is still shown as failed, with its message."""
    keyword = run.tests["equal"].body[0]

    assert (keyword.status, keyword.message) == ("FAIL", "1 != 2")
    assert run.message("equal") == "Expected failure (#1): 1 != 2"
    assert run.message("two continuable").endswith("Several failures occurred:\n\n1) one\n\n2) two")


@pytest.mark.parametrize("name", ["message set in teardown", "passed in teardown"])
def test_a_teardown_may_give_the_test_another_message(run: Run, name: str) -> None:
    """The message is the one that the teardown has left; evidence and keyword have that of the failure."""
    assert run.message(name) == "Expected failure (#1): changed"
    assert (run.record(name)["message"], run.tests[name].body[0].message) == ("boom", "boom")


def test_a_message_in_html_stays_text(run: Run) -> None:
    """A message that is HTML loses its mark when it is quoted; ours is escaped when it stands in HTML."""
    assert run.message("html") == "Expected failure (#1): <b>bold</b>"
    assert run.message("html wrong").startswith("*HTML* <b>bold</b><br>\n")
    assert "(#1) did not fail for its bug" in run.message("html wrong")
    assert "<b>" not in run.message("html wrong").partition("<br>")[2]


def test_a_wrong_failure_shows_how_to_declare_it(run: Run) -> None:
    """The message has the line that would make this failure the expected one, as Robot wants it written."""
    message = run.message("value error")

    assert message.startswith("ValueError: no value\n\nbugcapture: tests/all.robot:")
    assert message.endswith("declare it in the test's [Documentation]:\n    Fails with: ValueError: no value")
    assert "declare it" not in run.message("missing variable")
