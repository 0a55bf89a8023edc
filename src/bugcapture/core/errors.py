"""Errors that a user can mend: each says what is wrong, where, and what to run."""

from __future__ import annotations

from typing import Final

EXIT_OK: Final = 0
EXIT_FINDINGS: Final = 1
EXIT_USAGE: Final = 2
EXIT_BUG: Final = 3
EXIT_INTERRUPTED: Final = 130


class BugcaptureError(Exception):
    """Base of all errors that bugcapture raises on purpose.

    Args:
        message: What is wrong, with the value in it.
        where: The place, as ``path`` or ``path:line``; None when there is none.
        hint: What to do or to run; None when the message says it.
    """

    exit_code: int = EXIT_USAGE

    def __init__(self, message: str, *, where: str | None = None, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.where = where
        self.hint = hint

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        hint = f"\n  {self.hint}" if self.hint else ""
        return f"{place}{self.message}{hint}"


class ConfigurationError(BugcaptureError):
    """The project's configuration or the command line cannot be used."""


class SourceError(BugcaptureError):
    """A test file cannot be read, parsed or written."""


class RefusedError(BugcaptureError):
    """The request is understood and would do harm, so nothing was changed."""

    exit_code = EXIT_FINDINGS


class RaceError(BugcaptureError):
    """A race could not be run: a thread hung, or the meeting point was never reached."""
