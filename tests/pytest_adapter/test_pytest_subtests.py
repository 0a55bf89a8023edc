"""A test with subtests is judged as a whole, and its subtests show what they did."""

from __future__ import annotations

from importlib.util import find_spec
from xml.etree import ElementTree as ET

import pytest
from pytest_project import EXPECTED, FIXED, WRONG, PytestProject

TESTS = """
@T
def test_all_fail(subtests):
    for number in range(2):
        with subtests.test(number=number):
            assert 0

@T
def test_mixed(subtests):
    with subtests.test("passes"):
        pass
    with subtests.test("fails"):
        assert 0
    with subtests.test("skips"):
        pytest.skip("later")

@T
def test_error(subtests):
    with subtests.test("error"):
        raise ValueError
    with subtests.test("fails"):
        assert 0

@T
def test_all_pass(subtests):
    with subtests.test("passes"):
        pass

@T
def test_hidden(subtests):
    with subtests.test("hides"):
        pytest.xfail("hidden")

@T
def test_outside(subtests):
    with subtests.test("fails"):
        assert 0
    raise ValueError

@T
def test_wrong_then_skips(subtests):
    with subtests.test("error"):
        raise ValueError
    pytest.skip("later")

@bug(2)
def test_guarded(subtests):
    with subtests.test("fails"):
        assert 0

@T
class TestUnit(unittest.TestCase):
    def test_unit(self):
        for number in range(3):
            with self.subTest(number=number):
                self.assertEqual(number, 1)

    def test_unit_error(self):
        with self.subTest("error"):
            raise ValueError
"""
VERDICTS = {
    "test_all_fail": EXPECTED,
    "test_mixed": EXPECTED,
    "test_error": WRONG,
    "test_all_pass": FIXED,
    "test_hidden": WRONG,
    "test_outside": WRONG,
    "test_wrong_then_skips": WRONG,
    "test_guarded": "regressed",
    "TestUnit::test_unit": EXPECTED,
    "TestUnit::test_unit_error": WRONG,
}

pytestmark = pytest.mark.skipif(
    find_spec("_pytest.subtests") is None and find_spec("pytest_subtests") is None,
    reason="pytest before 9 has subtests from a plugin",
)


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_subtests(project: PytestProject, arguments: tuple[str, ...]) -> None:
    project.module(TESTS)
    run = project.run(*arguments)
    assert run.code == 1
    assert run.verdicts == VERDICTS
    failed = {name for name, words in run.shown.items() if words & {"FAILED", "SUBFAILED", "SUBFAIL"}}
    assert failed == {name for name, verdict in VERDICTS.items() if verdict != EXPECTED}
    assert "XFAIL" in run.shown["test_all_fail"]
    assert "XFAIL" in run.shown["test_mixed"]
    assert "failure" in run.junit["test_error"]
    assert set(run.junit["test_all_fail"]) == {"skipped"}
    assert ': ValueError is not an assertion">' in run.junit_text("test_wrong_then_skips")


def test_a_run_of_expected_subtests_is_green(project: PytestProject) -> None:
    project.module(TESTS)
    run = project.run("-k", "test_all_fail or test_mixed or (test_unit and not error)")
    assert run.code == 0
    assert "failed" not in run.counts


def test_a_subtest_that_is_not_the_expected_failure_says_so(project: PytestProject) -> None:
    """Beside those that are, and not where nothing was expected."""
    project.module(TESTS)
    run = project.run("-k", "test_error or test_guarded or test_all_fail")
    told = [line for line in run.stdout.splitlines() if line.startswith("not the expected failure: ")]
    assert told == ["not the expected failure: ValueError is not an assertion"] * 2, run.stdout


def test_a_raw_run_says_nothing_of_what_was_expected(project: PytestProject) -> None:
    """Its subtests fail as they do without the plugin."""
    project.module(TESTS)
    run = project.run("-k", "test_error or test_all_fail", BUGCAPTURE_RAW="1")
    assert run.code == 1
    assert all("FAILED" in run.shown[name] for name in ("test_error", "test_all_fail"))
    assert "not the expected failure" not in run.stdout


def test_a_subtest_below_a_late_switch_says_why_it_is_red(project: PytestProject) -> None:
    project.module(
        """
        @bug(1)
        def test_late(request, subtests):
            request.node.add_marker(fail)
            with subtests.test():
                assert 0
        """
    )
    run = project.run()
    assert (run.code, run.verdicts) == (1, {"test_late": WRONG})
    assert "not the expected failure: its markers changed while the run went on" in run.stdout


def test_a_subtest_that_xfail_forgives_is_no_regression(project: PytestProject) -> None:
    """Without the switch, pytest's own judgement of a subtest is the one that counts."""
    project.module(
        """
        @bug(2)
        @pytest.mark.xfail(reason="elsewhere")
        def test_forgiven(subtests):
            with subtests.test("fails"):
                assert 0
        """
    )
    run = project.run()
    assert (run.code, run.verdicts) == (0, {"test_forgiven": "passed"})


def test_a_raw_run_leaves_subtests_alone(project: PytestProject) -> None:
    project.module(TESTS)
    run = project.run("-k", "test_all_fail", BUGCAPTURE_RAW="1")
    assert run.code == 1
    assert "xfailed" not in run.counts
    assert run.verdicts == {"test_all_fail": EXPECTED}


def test_a_retry_knows_nothing_of_the_subtests_before(project: PytestProject) -> None:
    project.module(
        """
        tries = []

        @bug(1)
        def test_sub(subtests):
            tries.append(1)
            with subtests.test():
                assert len(tries) == 2
        """
    )
    run = project.run("--reruns", "1")
    assert [(one["attempt"], one["verdict"]) for one in run.records][-1] == (2, "passed")
    assert run.code == 0, run.stdout


@pytest.mark.tdd_bug(1008)
def test_each_subtest_shows_its_own_failure(project: PytestProject) -> None:
    """And the test as a whole the first one, in what JUnit and the summary show."""
    project.module(
        """
        @bug(1)
        @fail
        def test_rows(subtests):
            for word in ("one", "two"):
                with subtests.test(word):
                    assert not word, word
        """
    )
    run = project.run()
    assert (run.code, run.verdicts) == (0, {"test_rows": EXPECTED})
    parsed = ET.parse(run.folder / "junit.xml")  # noqa: S314 - our own pytest wrote it
    report = sorted(str(skipped.get("message")) for skipped in parsed.iter("skipped"))
    one, two = (f"bug #1: AssertionError: {word}" for word in ("one", "two"))
    assert report == [one, one, two]
