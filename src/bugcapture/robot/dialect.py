"""Robot Framework as a dialect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.robot.prefilter import SUFFIXES
from bugcapture.robot.source import RobotSource, read_source
from bugcapture.robot.tags import normal_tag

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from bugcapture.core.capture import Capture
    from bugcapture.core.dialect import Launch
    from bugcapture.core.finding import Finding


class RobotDialect:
    """Reads suite and resource files; see `bugcapture.core.dialect.Dialect`."""

    name = "robot"
    suffixes = SUFFIXES

    def is_test_file(self, file: Path) -> bool:
        """Every suite, suite initialisation and resource file is looked at."""
        del file
        return True

    def read_source(self, file: Path, path: str) -> RobotSource | None:
        """Read one file; None when it holds and inherits nothing of ours."""
        return read_source(file, path)

    def normal_tag(self, tag: str) -> str:
        """Without case, white space and underscores."""
        return normal_tag(tag)

    def check_wiring(self, captures: Sequence[Capture], root: Path, *, assume_installed: bool) -> list[Finding]:
        """Whether captured tests will be judged at all."""
        from bugcapture.robot.wiring import check_wiring  # noqa: PLC0415 - only projects with captures pay for it

        return check_wiring(captures, root, assume_installed=assume_installed)

    def plan_launches(self, captures: Sequence[Capture], root: Path) -> list[Launch]:
        """Group captured tests by what one process can run."""
        from bugcapture.robot.execute import plan_launches  # noqa: PLC0415 - only `bugcapture run` pays for it

        return plan_launches(captures, root)

    def plan_files(self, files: Sequence[str], root: Path) -> list[Launch]:
        """Group whole suite files by what one process can run."""
        from bugcapture.robot.execute import plan_files  # noqa: PLC0415 - only `bugcapture prove` pays for it

        return plan_files(files, root)

    def write_command(self, launch: Launch, scratch: Path) -> list[str]:
        """The command that runs exactly the tests of a launch."""
        from bugcapture.robot.execute import write_command  # noqa: PLC0415

        return write_command(launch, scratch)
