"""Whether a request is worth another try, and when."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ATTEMPTS: Final = 4
LONGEST_WAIT: Final = 60.0

_FIRST_WAIT: Final = 0.3
_PASSING: Final = frozenset({500, 502, 503, 504})
_LIMITED: Final = frozenset({403, 429})


def wait_before_retry(status: int, headers: Mapping[str, str], attempt: int, now: float) -> float | None:
    """How many seconds to wait before the same request is sent again.

    Args:
        status: The status of the answer; 0 when there was none.
        headers: Its headers; names in lower case.
        attempt: How often the request was sent, from 1.
        now: Seconds since the epoch.

    Returns:
        The seconds, as many as the forge asks for; None when the answer is final.
    """
    asked = asked_wait(headers, now)
    if status == 403 and asked is None:  # noqa: PLR2004 - 403 is a limit only with the headers of one
        return None
    if status and status not in _PASSING | _LIMITED:
        return None
    return asked if asked is not None else _FIRST_WAIT * 2 ** (attempt - 1)


def asked_wait(headers: Mapping[str, str], now: float) -> float | None:
    """How many seconds the forge asks to wait: ``Retry-After``, or the reset of a used-up limit.

    Args:
        headers: The headers of an answer; names in lower case.
        now: Seconds since the epoch.

    Returns:
        The seconds, at least 0; None when it does not say.
    """
    if (told := headers.get("retry-after", "").strip()) and (seconds := _read_moment(told, now)) is not None:
        return seconds
    for prefix in ("x-ratelimit", "ratelimit"):
        if headers.get(f"{prefix}-remaining", "").strip() == "0":
            reset = _read_number(headers.get(f"{prefix}-reset", ""))
            return None if reset is None else max(0.0, reset - now)
    return None


def _read_moment(text: str, now: float) -> float | None:
    seconds = _read_number(text)
    if seconds is not None:
        return seconds
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (ValueError, OverflowError, OSError):
        return None


def _read_number(text: str) -> float | None:
    text = text.strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) <= 12 else None  # noqa: PLR2004
