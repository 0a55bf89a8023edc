"""The package loads pytest only for a run, and pytest finds the plugin by every name that it has."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pytest_project import EXPECTED, PytestProject, clean_environment

if TYPE_CHECKING:
    from pathlib import Path

CAPTURE = "@T\ndef test_bug(race):\n    assert callable(race)\n    pytest.fail('no')\n"
CLOSING = "bugcapture: 1 expected failure (#1), 0 look fixed, 0 wrong, 0 regressed\n"
WITHOUT_PYTEST = """
import sys

sys.modules["pytest"] = sys.modules["_pytest"] = None
import bugcapture.pytest.dialect
import bugcapture.pytest
import bugcapture.workflow.sources

assert not hasattr(bugcapture.pytest, "anything")
assert not any(name.startswith(("pytest.", "_pytest.")) for name in sys.modules)
try:
    bugcapture.pytest.pytest_configure
except ImportError:
    raise SystemExit(7)
"""
WITH_PYTEST = """
import bugcapture.pytest

assert callable(bugcapture.pytest.pytest_configure)
shown = {name for name in dir(bugcapture.pytest) if not name.startswith("_")}
ours = {name for name in shown if name.startswith("pytest_") or name == "race"}
assert shown == ours | {"Any", "annotations", "plugin"}
"""
AFTER_A_COMMAND = """
import sys
from bugcapture.cli import main

try:
    main(["list", "--format", "json"])
except SystemExit as exit:
    assert not exit.code, exit.code
assert "bugcapture.pytest" in sys.modules
assert "pytest" not in sys.modules

import pytest

raise SystemExit(pytest.main(sys.argv[1:]))
"""


@pytest.fixture(scope="module")
def captured(tmp_path_factory: pytest.TempPathFactory) -> PytestProject:
    """A project with one capture that uses the fixture."""
    project = PytestProject(tmp_path_factory.mktemp("loading"))
    project.module(CAPTURE)
    return project


def _python(folder: Path, code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        env=clean_environment(),
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_static_reader_works_without_pytest(tmp_path: Path) -> None:
    run = _python(tmp_path, WITHOUT_PYTEST)
    assert run.returncode == 7, run.stderr


def test_the_hooks_and_the_fixture_are_all_that_it_takes_over(tmp_path: Path) -> None:
    """Whoever asks for one before `dir` gets it as well."""
    done = _python(tmp_path, WITH_PYTEST)
    assert done.returncode == 0, done.stderr


def test_a_run_after_a_command_in_the_same_process(captured: PytestProject) -> None:
    run = _python(captured.folder, AFTER_A_COMMAND, "-W", "error", "-p", "bugcapture.pytest")
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stderr.endswith(CLOSING)
    assert "1 xfailed in" in run.stdout
    assert "warning" not in run.stdout + run.stderr


@pytest.mark.parametrize(
    ("arguments", "variables"),
    [
        (("-p", "bugcapture.pytest"), {}),
        (("-p", "bugcapture", "-p", "no:terminal"), {}),
        (("-p", "bugcapture.pytest.plugin"), {}),
        ((), {"PYTEST_PLUGINS": "bugcapture.pytest"}),
        (("-p", "bugcapture.pytest", "-s"), {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}),
    ],
)
def test_the_plugin_may_be_named_twice_and_needs_no_terminal(
    captured: PytestProject, arguments: tuple[str, ...], variables: dict[str, str]
) -> None:
    run = captured.run("-W", "error", *arguments, **variables)
    assert run.code == 0, run.stderr
    assert run.verdicts == {"test_bug": EXPECTED}
    assert len(run.records) == 1
    assert run.stderr == CLOSING


UNHASHABLE = """
import dataclasses

@dataclasses.dataclass
class Plugin:
    name: str = "unhashable"

def pytest_configure(config):
    config.pluginmanager.register(Plugin())
"""


def test_the_plugin_bears_any_other(project: PytestProject) -> None:
    """Nothing is asked of what else is registered, not even a hash."""
    project.write("conftest.py", UNHASHABLE)
    project.write("test_it.py", "def test_it(): pass\n")
    if project.run("-p", "no:bugcapture").code:
        pytest.skip("this pytest does not bear it itself")
    project.module(CAPTURE)
    assert project.run().code == 0


def test_a_conftest_may_name_the_plugin(project: PytestProject) -> None:
    project.write("conftest.py", 'pytest_plugins = ["bugcapture.pytest"]\n')
    project.module(CAPTURE)
    assert project.run().code == 0


def test_a_run_without_captures_loads_no_judge(project: PytestProject) -> None:
    project.write("test_it.py", "def test_a():\n    pass\n")
    project.write(
        "conftest.py",
        "import sys\n\ndef pytest_unconfigure():\n    assert 'bugcapture.pytest.run' not in sys.modules\n",
    )
    run = project.run()
    assert (run.code, run.stderr) == (0, "")
