"""Lay out the throw-away project from the sample application, with its tests in one of the frameworks."""

from __future__ import annotations

import importlib.util
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

PATCH: Final = Path(__file__).with_name("fix-991.patch")

_ENVIRONMENT = '''\
"""Behave's environment: two lines wire bugcapture in."""

import sys

from bugcapture.behave import install

install()

sys.path.insert(0, "src")
'''
_BEHAVE_INI = """\
[behave]
paths = features
default_format = plain
show_timings = false
"""
_ROBOT_ARGUMENTS = """\
# Robot's options: the first line wires bugcapture in.
--listener bugcapture.robot.Listener
--pythonpath src
--outputdir results
--consolecolors off
"""
# The plugin is found by itself: nothing wires it in.
_PYPROJECT = """\
[tool.pytest.ini_options]
addopts = ["--strict-markers", "--tb=short", "-rx"]
pythonpath = ["src"]
testpaths = ["tests"]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The sample's tests in one framework.

    Attributes:
        capture: The file that captures bug 991.
        support: Files of the sample that the test needs.
        written: Files that wire bugcapture in, and their text.
        command: What runs the tests, as a person types it.
        switch_line: How the line with the switch begins in a diff that takes it away.
        ignored: What the framework writes beside the tests, for git to ignore.
    """

    capture: Path
    support: tuple[Path, ...] = ()
    written: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...]
    switch_line: str
    ignored: str = ""


SAMPLES: Final[Mapping[str, Sample]] = {
    "behave": Sample(
        capture=Path("features/audit/audit_session_race.feature"),
        support=(Path("features/steps/audit_steps.py"), Path("features/steps/race_steps.py")),
        written={"features/environment.py": _ENVIRONMENT, "behave.ini": _BEHAVE_INI},
        command=("behave",),
        switch_line="-  @tdd_bug @tdd_bug_991",
    ),
    "robot": Sample(
        capture=Path("robot/audit/audit_session_race.robot"),
        support=(Path("robot/audit/AuditSample.py"),),
        written={"robot.args": _ROBOT_ARGUMENTS},
        command=("robot", "--argumentfile", "robot.args", "robot"),
        switch_line="-    [Tags]",
        ignored="results/\n",
    ),
    "pytest": Sample(
        capture=Path("tests/audit/test_audit_session_race.py"),
        written={"pyproject.toml": _PYPROJECT},
        command=("pytest",),
        switch_line="-@pytest.mark.tdd_expected_fail",
        ignored=".pytest_cache/\n",
    ),
}
_HOSTS: Final = {"behave": "behave", "robot": "robot", "pytest": "pytest"}


def require_libraries(framework: str) -> None:
    """Make sure that the demo can run.

    Args:
        framework: One of `SAMPLES`.

    Raises:
        ConfigurationError: If the framework or SQLAlchemy is not installed.
    """
    needed = {_HOSTS[framework]: framework, "sqlalchemy": "sample"}
    missing = [extra for module, extra in needed.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise ConfigurationError(
            f"the demo needs the {'extras' if len(missing) > 1 else 'extra'} {' and '.join(missing)}",
            hint=f"install bugcapture again with its extras: [{','.join(needed.values())}]",
        )


def lay_out(project: Path, sample: Sample) -> None:
    """Write the sample application and what its tests need, without the captured bug.

    Args:
        project: An empty folder.
        sample: The tests.
    """
    root = _sample_root()
    ignored = shutil.ignore_patterns("__pycache__", "*.py[co]")
    shutil.copytree(root / "src" / "audit_service", project / "src" / "audit_service", ignore=ignored)
    for file in sample.support:
        _copy(root / file, project / file)
    for name, text in sample.written.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    (project / ".gitignore").write_text("__pycache__/\n" + sample.ignored, encoding="utf-8")


def add_capture(project: Path, sample: Sample) -> None:
    """Add the test that captures bug 991."""
    _copy(_sample_root() / sample.capture, project / sample.capture)


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _sample_root() -> Path:
    """The sample: inside the installed package, or the checkout that the package is imported from."""
    packaged = Path(__file__).with_name("sample")
    return packaged if packaged.is_dir() else Path(__file__).parents[3]
