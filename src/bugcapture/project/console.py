"""Talk to the person who started the run, on standard error."""

from __future__ import annotations

import contextlib
import sys

from bugcapture.core.text import printable


def say(text: str) -> None:
    """Write lines to standard error, made safe for any terminal and any encoding.

    Standard output belongs to the host: its JSON may go there.

    Args:
        text: Lines without a line feed at the end.
    """
    stream = sys.__stderr__ if sys.stderr is None else sys.stderr
    if stream is None:
        return
    safe = "\n".join(printable(line) for line in text.split("\n"))
    encoding = getattr(stream, "encoding", None) or "ascii"
    with contextlib.suppress(OSError, ValueError):  # Closed or broken: a run's result must not hang on it.
        stream.write(safe.encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()
