"""Documents that are made from the sources of a project, and whether they still say what these say."""

from __future__ import annotations

from typing import Final

DOCUMENTS: Final = ("hazards", "mock-audit", "test-suite", "bugs", "hook-timings")
