"""Issue trackers: GitHub, GitLab, Forgejo and Gitea, behind one small protocol.

They are the only part of bugcapture that uses the network, and they need the extra ``tracker``.
"""

from __future__ import annotations

from bugcapture.tracker.errors import NotCachedError, TrackerError
from bugcapture.tracker.find import find_tracker
from bugcapture.tracker.issue import ClosedAs, Issue
from bugcapture.tracker.tracker import Tracker

__all__ = ["ClosedAs", "Issue", "NotCachedError", "Tracker", "TrackerError", "find_tracker"]
