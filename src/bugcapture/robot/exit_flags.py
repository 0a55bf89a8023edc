"""Robot's ``--exitonfailure`` and captured tests.

Robot trips a flag as soon as a test fails, before any listener hears of it, so an expected failure would end
the run. There is no public way to that flag: it belongs to the runner, which is found among the callers. Where
it cannot be found, ``--exitonfailure`` is refused.
"""

from __future__ import annotations

import os
import shlex
import sys
from typing import TYPE_CHECKING, Any

from bugcapture.robot.refusal import Refusal

if TYPE_CHECKING:
    from types import FrameType

_FLAGS = ("failure", "fatal", "failure_mode")
_OPTION = "--exitonfailure"
_SHORTEST = "--exitonf"


class ExitFlags:
    """The flags of the run that end it early.

    Args:
        flags: Robot's own, an object with ``failure``, ``fatal`` and ``failure_mode``.
    """

    def __init__(self, flags: Any) -> None:
        self._flags = flags
        self._mode: bool = flags.failure_mode

    def hold(self) -> None:
        """Let a failure of the test that begins now have no consequence for the run."""
        self._flags.failure_mode = False

    def release(self, *, expected: bool, failed: bool) -> None:
        """The test is over.

        Args:
            expected: Whether it failed as expected, so that ``robot:exit-on-failure`` must not end the run. No
                test runs behind what is fatal, so nothing was before this one.
            failed: Whether it counts as failed.
        """
        self._flags.failure_mode = self._mode
        if expected:
            self._flags.fatal = False
        if failed and self._mode:
            self._flags.failure = True


def usable_exit_flags(*, needed: bool) -> ExitFlags | None:
    """The flags of the run that calls; None when this Robot keeps them elsewhere.

    Args:
        needed: Whether there are tests that shall not end the run when they fail.

    Raises:
        Refusal: If the flags are needed, asked for and not to be found.
    """
    flags = _find_flags()
    if flags is None and needed and _asks_for_exit():
        raise Refusal(
            "this version of Robot Framework ends a run at an expected failure, nothing was run:\n"
            "  run it without --exitonfailure"
        )
    return flags


def _find_flags() -> ExitFlags | None:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - see the module's text
    while frame is not None:
        runner = frame.f_locals.get("self")
        if type(runner).__name__ == "SuiteRunner":
            flags = getattr(getattr(runner, "suite_status", None), "exit", None)
            usable = all(isinstance(getattr(flags, name, None), bool) for name in _FLAGS)
            return ExitFlags(flags) if usable else None
        frame = frame.f_back
    return None


def _asks_for_exit() -> bool:
    """Whether the command line, or ``ROBOT_OPTIONS``, asks for ``--exitonfailure``."""
    try:
        options = shlex.split(os.environ.get("ROBOT_OPTIONS", ""))
    except ValueError:
        options = []
    return any(_is_option(word) for word in (*options, *sys.argv[1:]))


def _is_option(word: str) -> bool:
    plain = word.lower().replace("-", "")
    if word.startswith("--"):
        return _OPTION[2:].startswith(plain) and plain.startswith(_SHORTEST[2:])
    return word == "-X"
