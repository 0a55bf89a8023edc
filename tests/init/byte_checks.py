"""What every edit of a user's file has to keep."""

from __future__ import annotations


def is_one_insertion(old: bytes, new: bytes) -> bool:
    """Whether a text is another one with bytes put in at a single place."""
    start = next((n for n, pair in enumerate(zip(old, new, strict=False)) if pair[0] != pair[1]), len(old))
    return len(new) > len(old) and any(new.endswith(old[n:]) for n in range(start, -1, -1))
