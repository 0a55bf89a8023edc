"""Attributes that are replaced for a while, and put back."""

from __future__ import annotations

from typing import Any, Final

_ABSENT: Final = object()


class Patches:
    """Replaced attributes, in order."""

    def __init__(self) -> None:
        self._old: list[tuple[Any, str, Any]] = []

    def replace(self, owner: Any, name: str, value: Any) -> None:
        """Replace an attribute, or add it.

        Args:
            owner: A class or a module.
            name: The attribute.
            value: What it shall be.
        """
        self._old.append((owner, name, vars(owner).get(name, _ABSENT)))
        setattr(owner, name, value)

    def undo(self) -> None:
        """Put everything back."""
        while self._old:
            owner, name, value = self._old.pop()
            if value is _ABSENT:
                delattr(owner, name)
            else:
                setattr(owner, name, value)
