"""The race steps of bugcapture."""

from __future__ import annotations

from bugcapture.behave.steps import race  # noqa: F401
