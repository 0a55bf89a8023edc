"""The Robot Framework adapter.

Wire it in on the command line, or in an argument file::

    robot --listener bugcapture.robot.Listener tests

Keywords for deterministic thread races::

    Library    bugcapture.robot.Race
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bugcapture.robot.listener import Listener
    from bugcapture.robot.race_library import Race

__all__ = ["Listener", "Race"]


def __getattr__(name: str) -> Any:
    if name == "Listener":
        from bugcapture.robot.listener import Listener  # noqa: PLC0415 - loads Robot's model

        return Listener
    if name == "Race":
        from bugcapture.robot.race_library import Race  # noqa: PLC0415 - loads Robot's decorators

        return Race
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
