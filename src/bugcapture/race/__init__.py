"""Deterministic thread races: all threads meet inside the window between check and act.

result = race(service.ensure_session, meet_at="shop.audit.create_engine")
result.expect(entries=1, errors=0, same_result=True)
"""

from __future__ import annotations

from bugcapture.core.errors import RaceError
from bugcapture.race.result import RAISED, Entry, RaceResult, WorkerError
from bugcapture.race.run import race

__all__ = ["RAISED", "Entry", "RaceError", "RaceResult", "WorkerError", "race"]
