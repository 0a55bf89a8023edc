"""The sample application: an append-only audit log with a hash chain, on SQLAlchemy.

Bug 991 is left in `AuditService` on purpose; `features/audit/audit_session_race.feature` captures it.
"""

from __future__ import annotations

from audit_service.chain import BrokenLink, ChainReport, Fault
from audit_service.entry import AuditEntry
from audit_service.errors import AuditError, ClosedError, InvalidEntryError, UnreadableEntryError
from audit_service.service import AuditService

__all__ = [
    "AuditEntry",
    "AuditError",
    "AuditService",
    "BrokenLink",
    "ChainReport",
    "ClosedError",
    "Fault",
    "InvalidEntryError",
    "UnreadableEntryError",
]
