"""Timings that nobody has measured."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bugcapture.core.hook_timing import HookProfile, HookTiming


def timing(hook_id: str = "unit", *seconds: float, **more: Any) -> HookTiming:
    """The timing of a hook, by default before a push and told by the tool."""
    return HookTiming(**{"id": hook_id, "stage": "pre-push", "seconds": seconds, "clock": "tool", **more})


def profile(*hooks: HookTiming, **more: Any) -> HookProfile:
    """A profile of hooks."""
    fields = {"tool": "pre-commit", "tool_version": "4", "recorded_at": datetime(2026, 11, 30, tzinfo=UTC), **more}
    return HookProfile(hooks=hooks, **fields)
