"""Standard output and standard error that nobody reads any more: a closed pipe or terminal, a full disk."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import TextIO


def write_error(stream: TextIO | None) -> OSError | None:
    """Why a standard stream cannot be written; None where it can, or there is none.

    Args:
        stream: The stream. What it could not take before, it takes now, when that is possible.
    """
    try:
        if stream is not None:
            stream.flush()
            os.write(stream.fileno(), b"")  # A stream without a buffer has nothing to flush.
    except ValueError:  # It is closed, or no file.
        return None
    except OSError as error:
        return error
    return None


def mute(stream: TextIO | None) -> None:
    """Send what still comes to nowhere, so that the interpreter does not complain at exit.

    Args:
        stream: A standard stream; None where there is none.
    """
    if stream is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
