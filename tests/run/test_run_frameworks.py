"""One run over the tests of all frameworks: one table, one exit code, one report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock
from xml.etree import ElementTree as ET

import pytest
from run_project import Project, Result

from bugcapture.cli.run_report import RENDERERS
from bugcapture.workflow.run import run

if TYPE_CHECKING:
    from pathlib import Path

SHARED = """
    def total(prices):
        return sum(prices[1:])
"""
SUITE = """
    *** Settings ***
    Name    A suite that names itself

    *** Test Cases ***
    It Fails
        [Tags]    tdd_bug_7    tdd_expected_fail
        Should Be Equal    1    2

    Nobody Asked
        [Tags]    -tdd_bug
        Fail    not for a bug

    Is It [*] Back?
        [Tags]    tdd_bug_9
        Should Be Equal    back    gone
"""
TESTS = """
    import pytest
    import shop


    @pytest.mark.tdd_bug(7)
    @pytest.mark.tdd_expected_fail
    def test_total():
        assert shop.total([3, 4]) == 7


    @pytest.mark.parametrize(
        "number",
        [
            pytest.param(1, marks=[pytest.mark.tdd_bug(11), pytest.mark.tdd_expected_fail]),
            pytest.param(2, marks=pytest.mark.tdd_bug(12)),
            3,
        ],
    )
    def test_marked(number):
        assert number == 2


    def test_nobody_asked():
        assert False


    class TestClass:
        @pytest.mark.tdd_bug(13)
        @pytest.mark.parametrize("number", [1, 2])
        def test_rows(self, number):
            assert number == 1
"""
VERDICTS = {
    "features/a.feature:3 bug 7": "expected_failure",
    "features/a.feature:6 bug 8": "unexpected_pass",
    "suite/inner/two.robot:2 It Fails": "expected_failure",
    "suite/one.robot:5 It Fails": "expected_failure",
    "suite/one.robot:13 Is It [*] Back?": "regressed",
    "tests/test_a.py:5 test_total": "expected_failure",
    "tests/test_a.py:11 test_marked[1]": "expected_failure",
    "tests/test_a.py:11 test_marked[2]": "passed",
    "tests/test_a.py:28 TestClass::test_rows[1]": "passed",
    "tests/test_a.py:28 TestClass::test_rows[2]": "regressed",
}


def fill(project: Project) -> Project:
    """Give a project captured tests in all frameworks."""
    project.scenario(7, "it fails")
    project.scenario(8, "it passes")
    project.write("shop.py", SHARED)
    # Its tags count for all suites below, also when only some run.
    project.write("suite/__init__.robot", "*** Settings ***\nTest Tags    tdd_bug\nSuite Setup    Log    hello\n")
    project.write("suite/one.robot", SUITE)
    project.write(
        "suite/bystander.robot", "*** Test Cases ***\nIt Fails\n    [Tags]    -tdd_bug\n    Fail    no\n"
    )
    project.write(
        "suite/inner/two.robot",
        "*** Test Cases ***\nIt Fails\n    [Tags]    tdd_bug_10    tdd_expected_fail\n    Fail    still open\n",
    )
    project.write("tests/test_a.py", TESTS)
    return project


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with tests of all frameworks; no test changes it."""
    return fill(Project(tmp_path_factory.mktemp("project")))


@dataclass(frozen=True)
class Whole:
    """One run of all of it: what the command said, what it is made of, and the project's files around it."""

    said: Result
    result: Any
    before: dict[str, bytes]
    after: dict[str, bytes]


@pytest.fixture(scope="module")
def whole(shared: Project) -> Whole:
    """One run of all of it, side by side."""
    kept: list[Any] = []

    def keep(*arguments: Any) -> Any:
        kept.append(run(*arguments))
        return kept[-1]

    before = shared.snapshot()
    with mock.patch("bugcapture.workflow.run.run", keep):
        said = shared.json("--jobs", "3")
    return Whole(said, kept[0], before, shared.snapshot())


def test_every_test_of_every_framework_is_judged(whole: Whole) -> None:
    """By file and line, whatever suites and tests are called; parameters of pytest one by one."""
    assert whole.said.code == 1
    assert whole.said.verdicts == VERDICTS
    assert [process["framework"] for process in whole.said.json["processes"]] == [
        "behave", "robot", "robot", "pytest",
    ]  # fmt: skip
    assert {process["problem"] for process in whole.said.json["processes"]} == {""}
    assert whole.said.last == (
        "bugcapture: 5 expected failures (#7, #10, #11), 1 look fixed (#8), 0 wrong, 2 regressed (#9, #13)"
    )


def test_evidence_stands_in_the_result(whole: Whole) -> None:
    """Each test with its own record of one common run."""
    evidence = [test["evidence"] for test in whole.said.json["tests"]]
    assert {record["framework"] for record in evidence} == {"behave", "robot", "pytest"}
    assert len({record["run_id"] for record in evidence}) == 1
    assert all(record["duration"] >= 0 for record in evidence)


def test_one_bug_across_frameworks(shared: Project) -> None:
    """Only its tests run: in suites and files they share with others, too."""
    done = shared.json("7")
    assert done.code == 0
    assert done.verdicts == {name: verdict for name, verdict in VERDICTS.items() if name in {
        "features/a.feature:3 bug 7", "suite/one.robot:5 It Fails", "tests/test_a.py:5 test_total"
    }}  # fmt: skip
    told = shared.run("7", "--verbose", "--framework", "robot").err
    assert "1 test, 1 passed, 0 failed" in told
    told = shared.run("7", "--verbose", "--framework", "pytest").err
    assert "tests/test_a.py::test_total" in told


def test_bugs_that_share_a_function(shared: Project) -> None:
    """A parameter of another bug runs along, and is not counted."""
    done = shared.json("12")
    assert (done.code, done.verdicts) == (0, {"tests/test_a.py:11 test_marked[2]": "passed"})


def test_shards_cover_all_frameworks(shared: Project) -> None:
    """Together they are the whole."""
    parts = [shared.json("--shard", f"{part}/2") for part in (1, 2)]
    places = [place for part in parts for place in part.verdicts]
    assert sorted(places) == sorted(VERDICTS)


def test_raw_reaches_all_frameworks(shared: Project) -> None:
    """What passed is green, what failed is red."""
    done = shared.json("--raw")
    passed = {"unexpected_pass", "passed"}
    green = {f"{test['location']} {test['name']}" for test in done.json["tests"] if test["green"]}
    assert done.code == 1
    assert green == {name for name, verdict in VERDICTS.items() if verdict in passed}


def test_junit_never_shows_an_open_bug_as_a_pass(whole: Whole) -> None:
    """An expected failure is skipped, with the bug, the reason and the failure in it."""
    done = ET.fromstring(RENDERERS["junit"](whole.result))  # noqa: S314 - our own
    cases = {f"{case.get('file')}:{case.get('line')} {case.get('name')}": case for case in done.iter("testcase")}
    assert list(cases) == list(VERDICTS)
    elements = {"expected_failure": "skipped", "unexpected_pass": "failure", "regressed": "failure"}
    for name, verdict in VERDICTS.items():
        found = [child for child in cases[name] if child.tag != "properties"]
        assert [child.tag for child in found] == ([elements[verdict]] if verdict in elements else [])
        assert [child.get("type") for child in found] == ([f"bugcapture.{verdict}"] if verdict in elements else [])
    skipped = cases["suite/one.robot:5 It Fails"].find("skipped")
    assert skipped is not None
    assert (skipped.get("message") or "").startswith("#7: ")
    assert "1 != 2" in (skipped.text or "")
    bugs = [
        prop.get("value")
        for prop in cases["tests/test_a.py:11 test_marked[2]"].iter("property")
        if prop.get("name") == "bug"
    ]
    assert bugs == ["12"]
    assert [done.get(count) for count in ("tests", "failures", "errors", "skipped")] == ["10", "3", "0", "5"]


def test_nothing_of_the_project_changes(whole: Whole) -> None:
    """No cache, no log, no report."""
    assert whole.after == whole.before


def test_pytest_is_freed_from_what_would_leave_tests_out(project: Project) -> None:
    """Options of the configuration that select, stop or report; and more arguments of the caller's own."""
    project.write(
        "pytest.ini",
        "[pytest]\naddopts = -m 'not slow' -k nothing -x --lf --junitxml=report.xml --strict-markers\n"
        "markers = slow\n",
    )
    project.write(
        "tests/test_x.py",
        """
        import pytest

        pytestmark = [pytest.mark.tdd_bug(1), pytest.mark.slow]


        @pytest.mark.tdd_expected_fail
        def test_a():
            assert not "open"


        def test_b():
            assert not "back"


        def test_c():
            print("said by c")
        """,
    )
    done = project.json("--pytest-arg=-rP")
    assert list(done.verdicts.values()) == ["expected_failure", "regressed", "passed"]
    assert "said by c" in done.json["processes"][0]["output"]
    assert not (project.folder / "report.xml").exists()
    assert not (project.folder / ".pytest_cache").exists()


def test_pytest_runs_where_its_project_lies(project: Project) -> None:
    """Projects beside each other, each with modules of its own; a configuration beside the tests alone is none."""
    test = "import own\nimport pytest\n\n\n@pytest.mark.tdd_bug({})\ndef test_{}():\n    assert own.NAME == '{}'\n"
    for number, name in enumerate("ab", start=1):
        project.write(f"{name}/pyproject.toml", "[tool.pytest.ini_options]\n")
        project.write(f"{name}/own.py", f"NAME = '{name}'\n")
        project.write(f"{name}/tests/test_{name}.py", test.format(number, name, name))
    project.write("own.py", "NAME = 'top'\n")
    project.write("checks/pytest.ini", "[pytest]\n")
    project.write("checks/test_top.py", test.format(3, "top", "top"))
    done = project.json()
    assert done.verdicts == {
        "a/tests/test_a.py:5 test_a": "passed",
        "b/tests/test_b.py:5 test_b": "passed",
        "checks/test_top.py:5 test_top": "passed",
    }
    assert done.code == 0


def test_pytest_without_its_plugins(project: Project) -> None:
    """Autoloading is off: the adapter is named."""
    project.write("test_x.py", "import pytest\n\n\n@pytest.mark.tdd_bug(1)\ndef test_a():\n    pass\n")
    assert project.json(PYTEST_DISABLE_PLUGIN_AUTOLOAD="1").code == 0


def test_a_test_file_that_cannot_be_imported_is_red(project: Project) -> None:
    """Nothing ran, so there is no record; what pytest said is shown."""
    project.write(
        "test_x.py", "import pytest\nimport nowhere\n\n\n@pytest.mark.tdd_bug(1)\ndef test_a():\n    pass\n"
    )
    done = project.run()
    assert done.code == 1
    assert "no_record" in done.out
    assert "No module named 'nowhere'" in done.err


def test_robot_without_initialisation_files(project: Project, tmp_path: Path) -> None:
    """Several files, names that are patterns, a listener of the environment's own."""
    suite = "*** Test Cases ***\nSame\n    [Tags]    tdd_bug    tdd_bug_{}    tdd_expected_fail\n    Fail    x\n"
    for number, name in enumerate(("[a].robot", "-b.robot", "c:d;e.robot"), start=1):
        project.write(f"suites/{name}", suite.format(number))
    done = project.json(ROBOT_OPTIONS="--listener bugcapture.robot.Listener")
    assert (done.code, sorted(done.verdicts.values())) == (0, ["expected_failure"] * 3)
    project.write("suites/__init__.robot", "*** Settings ***\nTest Tags    x\n")
    done = project.json("--jobs", "2", "--keep-output", str(tmp_path / "kept"))
    assert (done.code, sorted(done.verdicts.values())) == (0, ["expected_failure"] * 3)
    assert len(list((tmp_path / "kept").glob("*/output.xml"))) == 2


def test_the_project_says_what_its_frameworks_need(project: Project) -> None:
    """Robot reads no configuration by itself; arguments of the command line come behind those of the project."""
    project.write("lib/Shop.py", "def total():\n    assert 0, 'nothing'\n")
    project.write("robot.args", "--pythonpath lib\n--variable TOTAL:3\n")
    project.write(
        "suites/a.robot",
        "*** Settings ***\nLibrary    Shop\n\n*** Test Cases ***\nA\n"
        "    [Tags]    tdd_bug    tdd_bug_1    tdd_expected_fail\n"
        "    Should Be Equal    ${TOTAL}    3\n    Total\n",
    )
    project.write("pyproject.toml", '[tool.bugcapture]\nrobot_args = ["--argumentfile", "robot.args"]\n')
    done = project.json()
    assert (done.code, list(done.verdicts.values())) == (0, ["expected_failure"])
    done = project.json("--robot-arg=--variable", "--robot-arg=TOTAL:4")
    assert (done.code, done.json["tests"][0]["evidence"]["message"]) == (0, "4 != 3")


def test_a_bracket_in_a_path_hides_no_test(project: Project) -> None:
    """It looks to pytest like the beginning of a parameter."""
    marks = "@pytest.mark.tdd_bug({})\n@pytest.mark.tdd_expected_fail\n"
    test = f"import pytest\n\n\n{marks}def test_a():\n    assert 0\n"
    project.write("tests/py [t]/sub/test_a.py", test.format(7))
    project.write("tests/test_b [1].py", test.format(8))
    done = project.json()
    assert (done.code, list(done.verdicts.values())) == (0, ["expected_failure"] * 2)


def test_feature_files_of_pytest_bdd(project: Project) -> None:
    """Run through the files that bind them; each row of an outline has its own verdict."""
    project.write("features/environment.py", "")
    project.write(
        "features/b.feature",
        """
        Feature: B
          @tdd_bug @tdd_bug_7 @tdd_expected_fail
          Scenario: one [x]
            Then it fails
          @tdd_bug @tdd_bug_8
          Scenario Outline: rows
            Then it <does>
            Examples:
              | does   |
              | fails  |
              | passes |
        """,
    )
    project.write(
        "tests/test_bdd.py",
        """
        from pytest_bdd import scenarios, then

        scenarios("../features")


        @then("it fails")
        def fails():
            assert not "open"


        @then("it passes")
        def passes():
            pass
        """,
    )
    project.write("tests/test_bystander.py", "def test_nobody_asked():\n    assert False\n")
    done = project.json(PYTEST_ADDOPTS="")
    assert [process["command"][-1] for process in done.json["processes"]] == ["tests/test_bdd.py"]
    assert list(done.verdicts.values()) == ["expected_failure", "regressed", "passed"]
    assert done.code == 1
    assert project.json("7", PYTEST_ADDOPTS="").code == 0


@pytest.mark.parametrize("top", [False, True], ids=["files", "folder"])
def test_tests_and_tasks_run_together(project: Project, top: bool) -> None:
    """Robot Framework itself refuses to run both at once."""
    body = "A\n    [Tags]    tdd_bug    tdd_bug_1    tdd_expected_fail\n    Fail    x\n"
    project.write("suites/tests.robot", f"*** Test Cases ***\n{body}")
    project.write("suites/tasks.robot", f"*** Tasks ***\n{body}")
    if top:
        project.write("suites/__init__.robot", "*** Settings ***\nTest Tags    own\n")
    assert set(project.json().verdicts.values()) == {"expected_failure"}


@pytest.mark.tdd_bug(1007)
@pytest.mark.parametrize(
    ("expression", "names"),
    [
        ("slow", ["C"]),
        ("@SLOW", ["C"]),
        ("not slow", ["D"]),
        ("my_slow_tag", ["D"]),
        ("MySlowTag and not slow", ["D"]),
        ("tdd_bug_1 and Slow", ["C"]),
        ("not My\\ Slow\\ Tag", ["C"]),
        ("@slow,@x", ["C"]),
        ("~@slow", ["D"]),
        ("-SLOW", ["D"]),
        ("SL*", []),
        ("sl*", ["C"]),
        ("slow or my_slow_tag", ["C", "D"]),
    ],
)
def test_tags_of_robot_are_compared_as_robot_compares_them(
    project: Project, expression: str, names: list[str]
) -> None:
    """Without case, white space and underscores."""
    project.write(
        "suite.robot",
        "*** Test Cases ***\nC\n    [Tags]    Slow    tdd_bug    tdd_bug_1    TDD Expected Fail\n    Fail    x\n"
        "D\n    [Tags]    My Slow_Tag    tdd_bug    tdd_bug_1    tdd_expected_fail\n    Fail    x\n",
    )
    project.write(
        "test_x.py", "import pytest\n\n\n@pytest.mark.Slow\n@pytest.mark.tdd_bug(1)\ndef test_a(): ...\n"
    )
    done = project.run("--tags", expression, "--format", "json")
    ran = (
        [test["name"] for test in json.loads(done.out)["tests"] if test["framework"] == "robot"]
        if done.out
        else []
    )
    assert ran == names


# Two states of one bug, and another bug, in the parameters of one function.
MIXED = """
    import pytest

    BUG = pytest.mark.tdd_bug(7)


    @pytest.mark.parametrize(
        "number",
        [
            pytest.param(1, marks=[BUG, pytest.mark.tdd_expected_fail]),
            pytest.param(2, marks=BUG),
            pytest.param(3, marks=[pytest.mark.tdd_bug(8), pytest.mark.tdd_expected_fail]),
            4,
        ],
    )
    def test_mixed(number):
        assert number in (2, 4)
"""


@pytest.mark.tdd_bug(1011)
@pytest.mark.parametrize(
    ("options", "verdicts"),
    [
        (("--state", "guarded"), {"test_mixed[2]": "passed"}),
        (("--state", "captured", "7"), {"test_mixed[1]": "expected_failure"}),
        (("--tags", "tdd_bug_7 and not tdd_expected_fail"), {"test_mixed[2]": "passed"}),
    ],
)
def test_only_the_parameters_that_are_asked_for_count(
    project: Project, options: tuple[str, ...], verdicts: dict[str, str]
) -> None:
    """Others of the function run with them, and nobody hears of them."""
    project.write("test_mixed.py", MIXED)
    done = project.json(*options)
    assert {test["name"]: test["verdict"] for test in done.json["tests"]} == verdicts
    assert done.code == 0


@pytest.mark.tdd_bug(1012)
def test_the_documents_of_a_raw_run_say_what_its_table_says(project: Project) -> None:
    """The verdict is that of the run, in which nothing was inverted."""
    project.scenario(1, "it fails")
    project.scenario(2, "it passes")
    project.scenario(3, "it is skipped", switch=False)
    words = {"bug 1": "failed", "bug 2": "passed", "bug 3": "no_record"}
    assert {test["name"]: test["verdict"] for test in project.json("--raw").json["tests"]} == words
    cases = project.run("--raw", "--format", "junit").xml.iter("testcase")
    told = {case.get("name"): case.find("properties/property[@name='verdict']") for case in cases}
    assert {name: prop.get("value") for name, prop in told.items() if prop is not None} == words
