"""Bad markers and a bad configuration stop the run before anything of it is executed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pytest_project import PytestProject, Run

# Every test here would leave a file behind.
BAD = """
def touch():
    open("ran", "w").close()

@bug()
def test_no_number():
    touch()

@bug(True, 0, "5")
def test_no_int():
    touch()

@pytest.mark.tdd_isue(6)
class TestNear:
    def test_a(self):
        touch()

    def test_b(self):
        touch()

@fail
def test_bare_switch():
    touch()

@bug(5)
@fail(raises=ImportError, match="[")
@pytest.mark.xfail
@pytest.mark.flaky
def test_company():
    touch()

@pytest.mark.parametrize("a", [1, pytest.param(2, marks=[pytest.mark.tdd_bug_991])])
def test_param(a):
    touch()

@bug(5)
@fail("x", why="y")
def test_arguments():
    touch()

@bug(5)
@fail(raises=3)
def test_no_class():
    touch()
"""
PROBLEMS = [
    "test_it.py:10: T2 tdd_bug needs a number",
    "test_it.py:14: T5 tdd_bug('5') has no valid number",
    "test_it.py:14: T5 tdd_bug(0) has no valid number",
    "test_it.py:14: T5 tdd_bug(True) has no valid number",
    "test_it.py:18: T4 tdd_isue is no bugcapture marker: did you mean tdd_issue(6)?",
    "test_it.py:26: T3 tdd_expected_fail needs tdd_bug(<number>)",
    "test_it.py:31: F1 tdd_expected_fail: match='[' is no valid regular expression",
    "test_it.py:31: F1 tdd_expected_fail: raises=ImportError",
    "test_it.py:32: T6 tdd_expected_fail cannot be combined with xfail",
    "test_it.py:33: T6 tdd_expected_fail cannot be combined with flaky",
    "test_it.py:37: T4 tdd_bug_991 is no bugcapture marker: write tdd_bug(991)",
    "test_it.py:42: F1 tdd_expected_fail takes raises= and match= only",
    "test_it.py:47: F1 tdd_expected_fail: raises=3 is no exception class",
]
LOOSE = "[pytest]\naddopts = -p no:cacheprovider -p no:hypothesispytest\n"


def _problems(run: Run) -> list[str]:
    return [line.strip() for line in run.stderr.splitlines() if line.startswith("  ")]


def assert_refused(project: PytestProject, run: Run, starts: list[str]) -> None:
    """Nothing ran, and each problem is told once, with its place."""
    assert run.code == 4, run.stdout + run.stderr
    assert not (project.folder / "ran").exists()
    assert run.records == []
    problems = _problems(run)
    assert len(problems) == len(starts), run.stderr
    assert all(line.startswith(start) for line, start in zip(problems, starts, strict=True)), run.stderr
    assert "INTERNALERROR" not in run.stdout + run.stderr


@pytest.mark.parametrize("arguments", [(), ("--collect-only", "-q", "-k", "nothing"), ("-n", "2", "-m", "other")])
def test_all_problems_are_told_at_once_and_nothing_runs(
    project: PytestProject, arguments: tuple[str, ...]
) -> None:
    project.write("pytest.ini", LOOSE)
    project.module(BAD)
    run = project.run(*arguments)
    assert_refused(project, run, PROBLEMS)
    assert "ERROR: bugcapture: 13 invalid tdd markers, nothing was run:" in run.stderr


def test_a_run_says_what_the_check_says(project: PytestProject) -> None:
    from bugcapture.core.tags import TagPolicy
    from bugcapture.pytest.source import read_source

    project.write("pytest.ini", LOOSE)
    file = project.module(BAD)
    source = read_source(file, "test_it.py")
    assert source is not None
    found = sorted({(finding.line, finding.rule) for finding in source.check(TagPolicy())})
    told = sorted({(int(line.split(":")[1]), line.split()[1]) for line in _problems(project.run())})
    assert told == found


def test_the_project_may_keep_names_of_its_own_and_ask_for_more(project: PytestProject) -> None:
    project.write("pytest.ini", LOOSE)
    project.module("@pytest.mark.tdd_unit\ndef test_unit():\n    pass\n\n@T\ndef test_bug():\n    assert 0\n")
    project.write("pyproject.toml", '[tool.bugcapture]\nallow_tags = ["tdd_unit"]\n')
    assert project.run().code == 0
    project.write("pyproject.toml", '[tool.bugcapture]\nallow_tags = ["tdd_unit"]\nrequire = ["issue"]\n')
    assert_refused(project, project.run(), ["test_it.py:10: T3 tdd_expected_fail needs tdd_issue(<number>)"])


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_a_broken_configuration_stops_the_run(project: PytestProject, arguments: tuple[str, ...]) -> None:
    project.module("def test_plain():\n    open('ran', 'w').close()\n")
    project.write("pyproject.toml", "[tool.bugcapture]\nrequier = []\n")
    run = project.run(*arguments)
    assert run.code == 4
    assert "pyproject.toml:2" in run.stderr
    assert not (project.folder / "ran").exists()


@pytest.mark.parametrize("arguments", [(), ("-n", "2")])
def test_evidence_that_cannot_be_written_stops_the_run(project: PytestProject, arguments: tuple[str, ...]) -> None:
    project.module("@T\ndef test_bug():\n    assert 0\n")
    project.write("file", "")
    run = project.run(*arguments, BUGCAPTURE_EVIDENCE_DIR=str(project.folder / "file" / "below"))
    assert run.code == 4
    assert run.stderr.count("evidence cannot be written here") == 1


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("@pytest.mark.tdd_unit\ndef test_unit():\n    pass\n", ()),
        ("@T\ndef test_bug():\n    assert 0\n", ("--collect-only", "-q")),
    ],
)
def test_a_run_that_judges_nothing_needs_no_evidence(
    project: PytestProject, text: str, arguments: tuple[str, ...]
) -> None:
    project.write("pytest.ini", LOOSE)
    project.module(text)
    project.write("pyproject.toml", '[tool.bugcapture]\nallow_tags = ["tdd_unit"]\n')
    project.write("file", "")
    run = project.run(*arguments, BUGCAPTURE_EVIDENCE_DIR=str(project.folder / "file" / "below"))
    assert (run.code, run.stderr) == (0, "")


def test_python_without_asserts_is_refused(project: PytestProject) -> None:
    project.write("pytest.ini", LOOSE)
    project.module("@T\ndef test_bug():\n    assert 0\n")
    run = project.run(python=("-O",))
    assert run.code == 4
    assert "python -O removes asserts" in run.stderr
    project.module("@bug(1)\ndef test_guarded():\n    pass\n")
    assert project.run(python=("-O",)).code == 0


@pytest.mark.parametrize("arguments", [(), ("-n", "1")])
def test_a_run_that_cannot_show_expected_failures_is_refused(
    project: PytestProject, arguments: tuple[str, ...]
) -> None:
    project.module("@T\ndef test_bug():\n    assert 0\n")
    run = project.run("-p", "no:skipping", *arguments)
    assert (run.code, run.records) == (4, [])
    assert "run pytest without -p no:skipping" in run.stderr
    project.module("@bug(1)\ndef test_guarded():\n    pass\n")
    assert project.run("-p", "no:skipping", *arguments).code == 0


def test_a_module_that_cannot_be_read_again_still_has_a_place(project: PytestProject) -> None:
    project.module(
        "@bug()\ndef test_gone():\n    pass\n\nwith open(__file__, 'w') as file:\n    file.write('def')\n"
    )
    assert_refused(project, project.run(), ["test_it.py:6: T2 tdd_bug needs"])


def test_an_argument_that_is_no_exception_class_is_told(project: PytestProject) -> None:
    """What only a run can see: which class a name stands for."""
    project.module("@bug(5)\n@fail(raises=(KeyError, int))\ndef test_no_error():\n    pass\n")
    assert_refused(
        project, project.run(), ["test_it.py:6: F1 tdd_expected_fail: raises=<class 'int'> is no exception class"]
    )


def test_the_same_mistake_is_told_at_each_class(project: PytestProject) -> None:
    """Whether it is in one marker or in what the markers say together."""
    project.module(
        """
        @bug("x")
        class TestOne:
            def test_a(self):
                pass

        @bug("x")
        class TestTwo:
            def test_b(self):
                pass

        @fail
        class TestThree:
            def test_c(self):
                pass

        @fail
        class TestFour:
            def test_d(self):
                pass
        """
    )
    assert_refused(
        project,
        project.run(),
        [
            "test_it.py:7: T5 tdd_bug('x') has no valid number",
            "test_it.py:12: T5 tdd_bug('x') has no valid number",
            "test_it.py:17: T3 tdd_expected_fail needs tdd_bug(<number>)",
            "test_it.py:22: T3 tdd_expected_fail needs tdd_bug(<number>)",
        ],
    )


def test_a_bad_marker_of_a_class_is_told_at_the_class(project: PytestProject) -> None:
    project.write("base.py", "class Base:\n    def test_inherited(self):\n        pass\n")
    project.module("from base import Base\n\n\n@bug('x')\nclass TestHere(Base):\n    pass\n")
    assert_refused(project, project.run(), ["test_it.py:9: T5 tdd_bug('x') has no valid number"])
