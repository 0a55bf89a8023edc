"""What the tests of the table do; copied into every project, and called from its steps, keywords and functions."""

from __future__ import annotations

import os

from bugcapture.core.errors import RaceError

LOG = "CONFORMANCE_LOG"


class OrderError(Exception):
    """An error of the program under test."""


class LateOrderError(OrderError):
    """A special case of it."""


class SpecialAssertionError(AssertionError):
    """An assertion of a library's own."""


def do(name: str, deed: str) -> None:
    """Do one deed, and leave a note that this test was executed.

    Args:
        name: The test.
        deed: The name of one of the deeds below.
    """
    with open(os.environ[LOG], "a", encoding="utf-8") as file:  # noqa: PTH123 - one short write, whole in the file
        file.write(f"{name}\n")
    if deed != "passes":
        raise make_error(deed)


def make_error(deed: str) -> BaseException:
    """The error that a deed raises."""
    return ERRORS[deed]()


ERRORS = {
    "assert_fails": lambda: AssertionError("engine was created 2 times"),
    "assert_fails_otherwise": lambda: AssertionError("engine was closed 0 times"),
    "raises_special_assertion": lambda: SpecialAssertionError("2 != 1"),
    "raises_value_error": lambda: ValueError("boom 7"),
    "raises_late_order_error": lambda: LateOrderError("too late"),
    "raises_import_error": lambda: ImportError("no module named engine"),
    "raises_timeout_error": lambda: TimeoutError("5 seconds"),
    "leaves": lambda: SystemExit(0),
    "is_interrupted": KeyboardInterrupt,
    "raises_race_error": lambda: RaceError("a thread hung"),
}

# Robot calls this one `Do`, and must not take the rest for keywords.
__all__ = ["do"]
