"""Was a dictionary written to since then? Asked without reading it, where Python itself keeps count.

CPython before 3.14 gives each dictionary a number that changes with each write (PEP 509). Only C code can ask for
it by name, so it is read where it lies in memory, once a trial has shown that it lies there. Elsewhere the values
are kept and compared, which takes longer the more there are.
"""

from __future__ import annotations

import functools
import importlib.util
import sys
from typing import TYPE_CHECKING, Any, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

# Behind the reference count, the type and the number of items, which take a word each.
_OFFSET: Final = 24


class Version(Protocol):
    """What is another one after a write, at the latest when it is asked for."""

    @property
    def value(self) -> Any:
        """The version as it is now."""


class Values:
    """What the names of any mapping stand for, in the place of a version.

    Args:
        names: The mapping.
    """

    __slots__ = ("_values",)

    def __init__(self, names: Mapping[str, Any]) -> None:
        self._values = names.values()

    @property
    def value(self) -> list[Any]:
        """A list, because lists are compared faster than anything else."""
        return list(self._values)


def version_of(names: Mapping[str, Any], *, plain: bool) -> Version:
    """What tells later whether a mapping was written to.

    Args:
        names: The mapping, which has to outlive what is returned.
        plain: Whether all writes to it are those of a dictionary: the attributes of some objects lie elsewhere.

    Returns:
        What is asked for its `value`, now and later; two values that are equal mean that nothing was written.
    """
    return _number_of(names) if plain and type(names) is dict and are_counted() else Values(names)


@functools.cache
def are_counted() -> bool:
    """Whether this Python counts the writes to dictionaries, where we look for the number."""
    # Some are built without the last.
    if sys.implementation.name != "cpython" or sys.maxsize < 2**32 or importlib.util.find_spec("_ctypes") is None:
        return False
    names: dict[str, Any] = {"a": 1}
    number = _number_of(names)
    numbers = [number.value]
    for change in ({"a": 2}, {"b": 3}, {"a": 4, "b": 5}):
        names.update(change)
        numbers.append(number.value)
    del names["b"]
    numbers.append(number.value)
    names.get("a")
    return len(set(numbers)) == len(numbers) and number.value == numbers[-1]


def _number_of(names: Mapping[str, Any]) -> Version:
    import ctypes  # noqa: PLC0415 - not everywhere

    return ctypes.c_uint64.from_address(id(names) + _OFFSET)
