"""What the audit log refuses, and why."""

from __future__ import annotations


class AuditError(Exception):
    """Base of all errors that the audit log raises on purpose."""


class InvalidEntryError(AuditError, ValueError):
    """An argument cannot be stored or searched for."""


class UnreadableEntryError(AuditError):
    """A stored entry is not what the service wrote; `verify_chain` says where the log was changed."""


class ClosedError(AuditError):
    """The service was used after `close`."""
