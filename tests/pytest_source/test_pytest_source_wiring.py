"""Where the plugin is switched off, and which settings keep captures from running."""

from __future__ import annotations

import sys
from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest
from python_sources import HEAD, write

from bugcapture.core.capture import Capture
from bugcapture.core.finding import Severity
from bugcapture.core.tags import TestTags
from bugcapture.pytest.dialect import PytestDialect
from bugcapture.pytest.settings import find_settings

if TYPE_CHECKING:
    from pathlib import Path

    from bugcapture.core.finding import Finding

# Older versions of pytest select by names only.
KEYWORDS = tuple(map(int, version("pytest").split(".")[:2])) >= (8, 3)

DIALECT = PytestDialect()
MARKED = (
    f"{HEAD}@pytest.mark.tdd_bug(1)\n@pytest.mark.tdd_expected_fail\n@pytest.mark.slow\ndef test_a(): ...\n"
    "@pytest.mark.tdd_bug(2)\ndef test_b(): ...\n"
)


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variables of the run around this one; the project is the working directory."""
    for name in ("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "PYTEST_PLUGINS", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def wiring(root: Path, name: str = "tests/test_it.py", *, assume_installed: bool = False) -> list[Finding]:
    """What is told about a project with two captures in one file."""
    source = DIALECT.read_source(write(root, MARKED, name), name)
    assert source is not None
    return DIALECT.check_wiring(source.captures, root, assume_installed=assume_installed)


def rules(findings: list[Finding]) -> list[tuple[str, int, str, str]]:
    """The findings without their messages."""
    return [(f.path, f.line, f.rule, f.severity.value) for f in findings]


def test_nothing_has_to_be_wired_in(tmp_path: Path) -> None:
    """Pytest finds the plugin by itself."""
    assert wiring(tmp_path) == []
    write(tmp_path, "[pytest]\naddopts = -q -p no:cacheprovider -m ''\ntestpaths = tests\n", "pytest.ini")
    assert wiring(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("pytest.ini", "[pytest]\naddopts = {}\n", 2),
        (".pytest.ini", "; comment\n[pytest]\nmarkers =\n    slow: x\n\naddopts =\n    -q\n    {}\n", 6),
        ("pytest.toml", "[pytest]\naddopts = ['{}']\n", 2),
        (".pytest.toml", "[pytest]\naddopts = '{}'\n", 2),
        ("pyproject.toml", "[tool.pytest.ini_options]\naddopts = '{}'\n", 2),
        ("pyproject.toml", "[tool.pytest]\n'addopts' = ['{}']\n", 2),
        ("tox.ini", "[tox]\naddopts = x\n[pytest]\naddopts: {}\n", 2),
        ("setup.cfg", "[tool:pytest]\naddopts={}\n", 2),
    ],
)
def test_a_switched_off_plugin_is_told(tmp_path: Path, name: str, text: str, line: int) -> None:
    """In every file that pytest reads."""
    write(tmp_path, text.replace("{}", "-pno:bugcapture"), name)
    findings = wiring(tmp_path)
    assert rules(findings) == [(name, line, "W1", "error")]
    assert "#1, #2" in findings[0].message
    assert wiring(tmp_path, assume_installed=True) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("-p no:bugcapture", ["W1"]),
        ("-p no:bugcapture.pytest", ["W1"]),
        ("-p no:bugcapture -p bugcapture.pytest", []),
        ("-p bugcapture.pytest -p no:bugcapture.pytest", ["W1"]),
        ("--disable-plugin-autoload", ["W1"]),
        ("--disable-plugin-autoload -p bugcapture.pytest", []),
        ("-m 'not tdd_expected_fail'", ["W2"]),
        ("-m 'not tdd_bug'", ["W2"]),
        ("-m 'tdd_bug(n=1)'", ["W2"] if KEYWORDS else ["P1"]),
        ("-m tdd_bug", []),
        ("-m slow", ["W2"]),
        ("-m slow -m tdd_bug", []),
        ("-m 'not ('", ["P1"]),
        ("-k 'not tdd_expected'", ["W2"]),
        ("-k TEST_a", ["W2"]),
        ("-k test_", []),
        ("-k 'test_it and tests'", []),
        ("-k slow -k ''", []),
        ("-k 'not ('", ["P1"]),
        ("--deselect tests/test_it.py::test_a", ["W2"]),
        ("--deselect=tests/", ["W2"]),
        ("--deselect=test_it.py", []),
        ("--lf", ["W2"]),
        ("--last-failed --lfnf=all", ["W2"]),
        ("--ff --sw", []),
        ("--collect-only --co", ["W2"]),
        ("--setup-plan", ["W2"]),
        ("--ignore tests", ["W2"]),
        ("--ignore=tests/other --ignore=./tests/", ["W2"]),
        ("-q -x --strict-markers -W error -m", []),
        ("-m 'unclosed", ["P1"]),
    ],
)
def test_each_option_is_weighed(tmp_path: Path, options: str, expected: list[str]) -> None:
    """`addopts` decides what a plain `pytest` runs."""
    write(tmp_path, f"[pytest]\naddopts = {options}\n", "pytest.ini")
    assert [finding.rule for finding in wiring(tmp_path)] == expected


@pytest.mark.parametrize(
    ("options", "severity", "count"),
    [
        ("-k 'not tdd_expected_fail'", Severity.ERROR, "1 tagged test (#1)"),
        ("-k 'not TDD'", Severity.ERROR, "2 tagged tests (#1, #2)"),
        ("-k 'not slow'", Severity.WARNING, "1 tagged test (#1)"),
        ("-k smoke", Severity.WARNING, "2 tagged tests (#1, #2)"),
        ("-k 'tdd_expected_fail or smoke'", Severity.WARNING, "1 tagged test (#2)"),
        ("--deselect=tests/test_it.py::test_b", Severity.ERROR, "1 tagged test (#2)"),
        ("--lf", Severity.WARNING, "2 tagged tests (#1, #2)"),
    ],
)
def test_names_and_the_last_run_may_leave_captures_out(
    tmp_path: Path, options: str, severity: Severity, count: str
) -> None:
    """An error where nothing but our marks, or the test itself, is meant."""
    write(tmp_path, f"[pytest]\naddopts = {options}\n", "pytest.ini")
    found = wiring(tmp_path)
    assert [(finding.severity, finding.line) for finding in found] == [(severity, 2)]
    assert count in found[0].message


@pytest.mark.parametrize(
    ("options", "severity", "count"),
    [
        ("not tdd_expected_fail", Severity.ERROR, "1 tagged test (#1)"),
        ("not slow", Severity.WARNING, "1 tagged test (#1)"),
        ("not tdd_bug", Severity.ERROR, "2 tagged tests (#1, #2)"),
    ],
)
def test_a_selection_by_our_marks_is_an_error(
    tmp_path: Path, options: str, severity: Severity, count: str
) -> None:
    """A selection by the project's own marks is left to the project."""
    write(tmp_path, f'[pytest]\naddopts = -m "{options}"\n', "pytest.ini")
    (finding,) = wiring(tmp_path)
    assert finding.severity is severity
    assert count in finding.message


def test_without_pytest_no_selection_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Then nothing runs here either."""
    write(tmp_path, "[pytest]\naddopts = -m 'not tdd_bug'\n", "pytest.ini")
    monkeypatch.setitem(sys.modules, "_pytest.mark.expression", None)
    assert wiring(tmp_path) == []


def test_a_run_without_entry_points_has_to_name_the_plugin(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`PYTEST_DISABLE_PLUGIN_AUTOLOAD` stops pytest from finding it."""
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    assert rules(wiring(tmp_path)) == [("tests/test_it.py", 2, "W1", "error")]
    monkeypatch.setenv("PYTEST_PLUGINS", "xdist,bugcapture.pytest")
    assert wiring(tmp_path) == []
    monkeypatch.delenv("PYTEST_PLUGINS")
    for text in ("addopts = -p bugcapture.pytest", "required_plugins = pytest-xdist bugcapture>=0.1"):
        write(tmp_path, f"[pytest]\n{text}\n", "pytest.ini")
        assert wiring(tmp_path) == []
    write(tmp_path, "[pytest]\nrequired_plugins = ['bugcapture']\n", "pytest.toml")
    assert wiring(tmp_path) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("tests", False),
        (".", False),
        ("te*", False),
        ("tests/test_it.py", False),
        ("other", True),
        ("other tests/../tests", False),
        ("missing", False),
        ("{root}/other", True),
        ("{root}/tests", False),
    ],
)
def test_captures_outside_of_testpaths_are_told(tmp_path: Path, words: str, told: bool) -> None:
    """A warning: the command line may name other paths."""
    (tmp_path / "other").mkdir()
    write(tmp_path, f"[pytest]\ntestpaths = {words.replace('{root}', str(tmp_path))}\n", "pytest.ini")
    expected = [("pytest.ini", 2, "W2", "warning")] if told else []
    assert rules(wiring(tmp_path)) == expected


def test_a_file_that_pytest_does_not_collect_is_told(tmp_path: Path) -> None:
    """By its name, whatever the configuration calls a test file."""
    assert rules(wiring(tmp_path, "tests/checks.py")) == [("tests/checks.py", 2, "W2", "error")]
    write(tmp_path, "[pytest]\npython_files = check*.py suites/*.py\n", "pytest.ini")
    assert wiring(tmp_path, "tests/checks.py") == []
    assert wiring(tmp_path, "suites/any.py") == []
    assert rules(wiring(tmp_path, "tests/test_it.py")) == [("tests/test_it.py", 2, "W2", "error")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options\n"),
        ("pytest.toml", "x = \x1b\n"),
        ("pytest.ini", b"[pytest]\naddopts = \xff\n"),
        ("pyproject.toml", "x = " + "[" * 5000),
    ],
)
def test_a_configuration_that_cannot_be_read_is_told(tmp_path: Path, name: str, text: str | bytes) -> None:
    """Pytest would stop at it."""
    write(tmp_path, text, name)
    findings = wiring(tmp_path)
    assert rules(findings) == [(name, 0, "P1", "error")]
    assert findings[0].message.isprintable()


def test_the_nearest_configuration_counts(tmp_path: Path) -> None:
    """Each folder's tests have their own, and the first file of a folder hides the others."""
    write(tmp_path, "[pytest]\naddopts = -p no:bugcapture\n", "pytest.ini")
    write(tmp_path, "[tool.other]\n", "tests/pyproject.toml")
    write(tmp_path, "[tool]\nx = 1\n", "tests/sub/pyproject.toml")
    assert rules(wiring(tmp_path)) == [("pytest.ini", 2, "W1", "error")]
    write(tmp_path, "\n", "tests/pytest.ini")
    write(tmp_path, "[pytest]\naddopts = -p no:bugcapture\n", "tests/tox.ini")
    assert wiring(tmp_path) == []
    assert wiring(tmp_path, "tests/sub/test_deep.py") == []


def test_odd_configurations_do_no_harm(tmp_path: Path) -> None:
    """Values of other kinds than pytest's, lines of no kind, folders with the names of files."""
    (tmp_path / "pytest.toml").mkdir()
    write(tmp_path, "  lost\n[pytest]\nno option\n  more\naddopts = -q\n  # comment\n  -x\n= x\n", "pytest.ini")
    assert find_settings(tmp_path).words("addopts") == ("-q", "-x")
    assert find_settings(tmp_path).line("nothing") == 0
    assert wiring(tmp_path) == []
    (tmp_path / "pytest.ini").write_text("[pytest]\n[pytest]\naddopts = 5\n")
    assert find_settings(tmp_path).words("addopts") == ("5",)
    write(tmp_path, "[pytest]\naddopts = 5\n", ".pytest.toml")
    assert find_settings(tmp_path).words("addopts", ("default",)) == ("default",)
    assert wiring(tmp_path) == []


def test_files_are_test_files_by_their_names(tmp_path: Path) -> None:
    """And each conftest.py is looked at, because its marks would be lost."""
    names = ("test_a.py", "a_test.py", "conftest.py", "a.py", "tests.py")
    assert [DIALECT.is_test_file(tmp_path / name) for name in names] == [True, True, True, False, False]
    write(tmp_path, "[pytest]\npython_files = a.py\n", "setup.cfg")
    write(tmp_path, "[tool:pytest]\npython_files = tests.py\n", "setup.cfg")
    assert [DIALECT.is_test_file(tmp_path / name) for name in names] == [False, False, True, False, True]


def test_a_feature_file_is_no_test_file_by_its_name(tmp_path: Path) -> None:
    """It runs through a test module that binds it, wherever that lies and whatever the feature is called."""
    write(tmp_path, "[pytest]\ntestpaths = tests\n", "pytest.ini")
    capture = Capture(framework="pytest", path="features/a.feature", line=3, name="a", tags=TestTags((1,)))
    assert DIALECT.check_wiring([capture], tmp_path, assume_installed=False) == []


@pytest.mark.tdd_bug(1009)
@pytest.mark.parametrize(
    ("options", "told"),
    [
        ("-q --runxfail", "--runxfail in addopts"),
        ("-p no:skipping", "-p no:skipping in addopts"),
    ],
)
def test_options_that_keep_captures_from_being_judged(tmp_path: Path, options: str, told: str) -> None:
    """The plugin refuses to run, or inverts nothing."""
    write(tmp_path, f"[pytest]\naddopts = {options}\n", "pytest.ini")
    told += " keeps 2 tagged tests (#1, #2) from being judged"
    assert [(finding.rule, told in finding.message) for finding in wiring(tmp_path)] == [("W2", True)]
