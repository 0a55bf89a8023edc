"""TDD bug capture for Behave, Robot Framework and pytest."""

from __future__ import annotations

__all__ = ["__version__"]


def __getattr__(name: str) -> str:
    if name == "__version__":
        from importlib.metadata import version  # noqa: PLC0415 - costs a tenth of the command's start

        return version("bugcapture")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
