"""pytest as a dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.pytest.source import SUFFIXES, PythonSource, read_source

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Launch
    from bugcapture.core.finding import Finding


class PytestDialect:
    """Reads Python test files; see `bugcapture.core.dialect.Dialect`."""

    name = "pytest"
    suffixes = SUFFIXES

    def is_test_file(self, file: Path) -> bool:
        """Whether pytest takes a file for a test module, or for the configuration of some."""
        from bugcapture.pytest.settings import find_settings  # noqa: PLC0415 - only where there is Python

        return file.name == "conftest.py" or find_settings(file.absolute().parent).is_test_file(file)

    def read_source(self, file: Path, path: str) -> PythonSource | None:
        """Read one Python file; None when it holds nothing of ours."""
        return read_source(file, path)

    def normal_tag(self, tag: str) -> str:
        """A mark is named as it is written."""
        return tag

    def check_wiring(self, captures: Sequence[Capture], root: Path, *, assume_installed: bool) -> list[Finding]:
        """Whether captured tests will be judged at all."""
        from bugcapture.pytest.wiring import check_wiring  # noqa: PLC0415 - only projects with captures pay for it

        return check_wiring(captures, root, assume_installed=assume_installed)

    def plan_launches(self, captures: Sequence[Capture], root: Path) -> list[Launch]:
        """Group captured tests by what one process can run."""
        from bugcapture.pytest.execute import plan_launches  # noqa: PLC0415 - only `bugcapture run` pays for it

        return plan_launches(captures, root)

    def plan_files(self, files: Sequence[str], root: Path) -> list[Launch]:
        """Group whole test files by what one process can run."""
        from bugcapture.pytest.execute import plan_files  # noqa: PLC0415 - only `bugcapture prove` pays for it

        return plan_files(files, root)

    def write_command(self, launch: Launch, scratch: Path) -> list[str]:
        """The command that runs exactly the tests of a launch."""
        from bugcapture.pytest.execute import write_command  # noqa: PLC0415

        return write_command(launch, scratch)
