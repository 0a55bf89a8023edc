"""Which patches somebody stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bugcapture.scan.functions import TestFunction
    from bugcapture.scan.module import TestModule
    from bugcapture.scan.values import Patch

ALL = "stopall"


def is_stopped(module: TestModule, patch: Patch) -> bool:
    """Whether something in the module stops a patch that was started.

    ``patch.stopall()`` counts wherever it stands, because a base class or a hook may call its function.

    Args:
        module: The module.
        patch: The patch.
    """
    return any(
        place == ALL or (bool(patch.place) and place == patch.place and _reaches(function, patch))
        for function, place in module.seen.stops
    )


def _reaches(function: TestFunction | None, patch: Patch) -> bool:
    """Whether a stop in one function is about the patch of another one that is called the same."""
    started = patch.function
    if function is started or started is None:
        return True
    if function is None:
        return False
    same_class = patch.place.startswith(("self.", "cls.")) and function.owner is started.owner
    return same_class or function.is_teardown
