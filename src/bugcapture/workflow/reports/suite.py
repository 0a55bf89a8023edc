"""What there is in the test suite of a project, read without running any of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.capture import State
from bugcapture.core.errors import SourceError
from bugcapture.core.suite_count import SuiteCount
from bugcapture.project.files import find_files, read_bytes
from bugcapture.project.paths import relative_path
from bugcapture.pytest.settings import find_settings
from bugcapture.workflow.reports.document import digest
from bugcapture.workflow.sources import DIALECTS, dialect_named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bugcapture.workflow.sources import Inventory

# Feature files that test modules of pytest run.
PYTEST_BDD: Final = "pytest-bdd"

_PYTEST_SETTINGS: Final = ("python_files", "python_functions", "python_classes")


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedFile:
    """One test file.

    Attributes:
        framework: ``behave``, ``robot``, ``pytest`` or `PYTEST_BDD`.
        path: The file, seen from the working directory.
        size: Its bytes, with line ends of one.
        lines: Its lines.
        count: What it holds.
        digest: The digest of its content; empty where it cannot be read.
    """

    framework: str
    path: str
    size: int = 0
    lines: int = 0
    count: SuiteCount
    digest: str = ""


def count_suite(on_progress: Callable[[int, int], None] = lambda _done, _all: None) -> tuple[CountedFile, ...]:
    """Count what the test files below the working directory hold.

    Args:
        on_progress: Called with the numbers of files that were read and that have to be.

    Raises:
        ConfigurationError: If a framework is needed to read its files and is not installed.
    """
    files = find_files([Path()], tuple(suffix for dialect in DIALECTS for suffix in dialect.suffixes))
    framework_of = dict(_frameworks(files))
    counted = []
    for number, (file, framework) in enumerate(framework_of.items(), start=1):
        counted.append(_count(file, framework))
        on_progress(number, len(framework_of))
    return tuple(sorted(counted, key=lambda one: (one.framework, one.path)))


def count_captures(counted: Iterable[CountedFile], inventory: Inventory) -> dict[str, tuple[int, int]]:
    """For each framework how many of its tests are captured, and how many guarded.

    Args:
        counted: The test files.
        inventory: What they say of bugs.
    """
    frameworks = {one.path: one.framework for one in counted}
    counts: dict[str, tuple[int, int]] = {}
    for capture in inventory.captures:
        framework = frameworks.get(capture.path, capture.framework)
        captured, guarded = counts.get(framework, (0, 0))
        open_now = capture.state is State.CAPTURED
        counts[framework] = (captured + open_now, guarded + (not open_now))
    return counts


def suite_inputs(counted: Iterable[CountedFile], root: Path) -> dict[str, str]:
    """What the counts were made from.

    Args:
        counted: The files.
        root: The project's folder, whose settings of pytest say what a test is, where no nearer ones do.
    """
    counted = list(counted)
    settings = {"settings of pytest": _settings_of_pytest(root)}
    for folder in sorted({one.path.rpartition("/")[0] for one in counted if one.framework == "pytest"}):
        nearer = _settings_of_pytest(root / folder)
        if nearer != settings["settings of pytest"]:
            settings[f"settings of pytest in {folder}"] = nearer
    return {
        **settings,
        **bound_input(one.path for one in counted if one.framework == PYTEST_BDD),
        **{one.path: one.digest for one in counted},
    }


def bound_input(features: Iterable[str]) -> dict[str, str]:
    """That pytest-bdd runs some feature files, which other test files and settings of pytest say.

    Args:
        features: The files.
    """
    bound = sorted(features)
    return {"features that pytest-bdd runs": digest(repr(bound).encode())} if bound else {}


def _settings_of_pytest(folder: Path) -> str:
    settings = find_settings(folder.absolute())
    return digest(repr([settings.words(key) for key in _PYTEST_SETTINGS]).encode())


def _frameworks(files: Iterable[Path]) -> Iterable[tuple[Path, str]]:
    files = list(files)
    bound = _bound(files)
    for file in files:
        dialect = next(dialect for dialect in DIALECTS if file.name.endswith(dialect.suffixes))
        if dialect.is_test_file(file) and file.name != "conftest.py":
            yield file, PYTEST_BDD if file.resolve() in bound else dialect.name


def _bound(files: Iterable[Path]) -> set[Path]:
    """The feature files that pytest-bdd runs."""
    if not any(file.suffix == ".feature" for file in files):
        return set()
    from bugcapture.pytest.bdd_source import bound_features  # noqa: PLC0415 - only where there are feature files

    pytest = dialect_named("pytest")
    modules = (file for file in files if file.suffix == ".py" and pytest.is_test_file(file))
    return {file.resolve() for file in bound_features(modules)}


def _count(file: Path, framework: str) -> CountedFile:
    path = relative_path(file)
    try:
        content = read_bytes(file)
        count = _count_tests(file, path, framework, content)
    except SourceError as error:
        return CountedFile(framework=framework, path=path, count=SuiteCount(problem=error.message))
    content = content.replace(b"\r\n", b"\n")  # As everywhere, line ends of Windows are as good as any.
    lines = len(content.splitlines())
    return CountedFile(
        framework=framework, path=path, size=len(content), lines=lines, count=count, digest=digest(content)
    )


def _count_tests(file: Path, path: str, framework: str, content: bytes) -> SuiteCount:
    # The frameworks are loaded for those that have any of their tests.
    if framework == "robot":
        from bugcapture.robot.count import count_cases  # noqa: PLC0415

        return count_cases(file, path)
    if framework == "pytest":
        from bugcapture.pytest.count import count_functions  # noqa: PLC0415

        return count_functions(content, file)
    from bugcapture.behave.count import count_scenarios  # noqa: PLC0415

    return count_scenarios(content, path)
