"""Keywords for the audit service, on SQLite in a folder of its own for each test."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from audit_service import AuditService
from bugcapture.race import RAISED

if TYPE_CHECKING:
    from bugcapture.race import RaceResult


class ThrowAwayService(AuditService):
    """An audit service that takes its database with it when it is closed."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="audit-")
        super().__init__(f"sqlite:///{Path(self._folder.name) / 'audit.db'}")

    def close(self) -> None:
        super().close()
        self._folder.cleanup()


def only_one_engine_should_have_been_created(race: RaceResult) -> None:
    """The threads of the race used the service for the first time, all at once."""
    for sessions in race.results:
        if sessions is not RAISED:
            sessions.kw["bind"].dispose()  # type: ignore[attr-defined]
    # A thread that raised is kept in the result: this one assertion decides, whatever the threads met.
    assert race.entries == 1, f"{race.entries} engines were created, expected 1\n{race.describe()}"
