"""pabot: Robot Framework in two processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dialects.robot import Robot

if TYPE_CHECKING:
    from collections.abc import Sequence


class Pabot(Robot):
    """pabot with a process for each suite."""

    name = "pabot"
    serial = "robot"
    worker_errors = "report/pabot_results/*/robot_stderr.out"

    def command(self, arguments: Sequence[str]) -> list[str]:
        return ["-m", "pabot.pabot", "--processes", "2", *self._options(), *arguments, "suites"]


DIALECT = Pabot()
