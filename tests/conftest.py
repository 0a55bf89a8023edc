"""Fixtures of all tests."""

from __future__ import annotations

import signal

from postgres import postgres_url

__all__ = ["postgres_url"]

# A shell without job control starts its background jobs with SIGINT ignored, and every child inherits that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
