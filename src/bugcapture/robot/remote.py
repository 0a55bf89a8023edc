"""What a remote library's failure was: its class is known by name only.

The remote protocol hands over two texts, the error and the traceback. Servers written in Python leave generic
names such as ``AssertionError`` out of the error, but not out of the traceback.
"""

from __future__ import annotations

import builtins
import re
from typing import TYPE_CHECKING

from bugcapture.core.outcome import exception_names

if TYPE_CHECKING:
    from robot.errors import RemoteError

_LAST_LINE = re.compile(r"([A-Za-z_][\w.]*)(?:: (.*))?\Z")


def remote_names(error: RemoteError) -> tuple[str, ...]:
    """The names by which an expectation may call a remote failure.

    Args:
        error: Robot's own exception for it.

    Returns:
        The names of the class that the traceback names, and of its bases when Python knows it; empty when
        there is no traceback that ends in the error's own message.
    """
    first = str(error).removeprefix("*HTML*").lstrip().partition("\n")[0].rstrip()
    for line in reversed(str(error.details).splitlines()):
        match = _LAST_LINE.match(line.rstrip())
        if match is None:
            continue
        name, message = match[1], (match[2] or "").rstrip()
        bare = name.rpartition(".")[2]
        if first in {message or bare, f"{bare}: {message}"}:
            return _names(name)
    return ()


def _names(name: str) -> tuple[str, ...]:
    known = getattr(builtins, name, None)
    if isinstance(known, type) and issubclass(known, BaseException):
        return exception_names(known)
    return tuple(dict.fromkeys((name.rpartition(".")[2], name)))
