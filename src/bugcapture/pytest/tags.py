"""Turn the tags of a feature file into markers, for pytest-bdd."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest

from bugcapture.core.tags import PREFIX, SWITCH, TagKind, read_tag

if TYPE_CHECKING:
    from collections.abc import Callable


def apply_tag(tag: str, function: Callable[..., object]) -> object:
    """Mark the function of a scenario.

    A tag that only looks like ours marks the test as one to be checked; the check reads the tags themselves.

    Args:
        tag: A tag without ``@``.
        function: The test function that pytest-bdd made.

    Returns:
        The function; None for tags that are none of ours, which pytest-bdd handles itself.
    """
    read = read_tag(tag)
    if read.kind is TagKind.OTHER or (read.kind is TagKind.NEAR_MISS and _is_marker(tag)):
        return None
    if read.kind is TagKind.SWITCH:
        mark = getattr(pytest.mark, SWITCH)
    else:
        mark = getattr(pytest.mark, PREFIX + (read.family or "bug"))
    return mark(read.number)(function) if read.number else mark(function)


def _is_marker(name: str) -> bool:
    """Whether pytest lets the project use a marker of this name."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            getattr(pytest.mark, name)
    except (pytest.fail.Exception, AttributeError):
        return False
    return True
