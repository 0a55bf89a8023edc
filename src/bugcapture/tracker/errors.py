"""What goes wrong between us and a tracker."""

from __future__ import annotations

from bugcapture.core.errors import EXIT_FINDINGS, BugcaptureError


class TrackerError(BugcaptureError):
    """The tracker gave no answer that could be used; nothing is proven either way."""

    exit_code = EXIT_FINDINGS


class NotCachedError(TrackerError):
    """An answer was asked for offline, and the cache does not have it."""
