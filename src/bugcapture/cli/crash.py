"""The log of a crash, ready to be pasted into a report."""

from __future__ import annotations

import os
import platform
import tempfile
import traceback
from pathlib import Path

from bugcapture import __version__


def write_crash_log(error: BaseException) -> Path:
    """Write what a maintainer needs to know about a crash.

    The command line is left out: it may hold secrets.

    Args:
        error: What was not foreseen.

    Returns:
        The file, in a folder of the system's temporary folder that only this user can read.
    """
    text = "\n".join(
        [
            "# bugcapture crash",
            "",
            f"- bugcapture {__version__}",
            f"- Python {platform.python_version()} on {platform.platform()}",
            "",
            "```",
            "".join(traceback.format_exception(error)).rstrip(),
            "```",
            "",
        ]
    )
    descriptor, name = tempfile.mkstemp(prefix="bugcapture-crash-", suffix=".md")
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as stream:
        stream.write(text)
    return Path(name)
