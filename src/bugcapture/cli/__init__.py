"""The command line: parse, call the workflow, report, exit."""

from __future__ import annotations

from bugcapture.cli.main import main

__all__ = ["main"]
