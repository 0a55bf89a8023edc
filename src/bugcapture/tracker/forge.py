"""What the dialect of a forge says: addresses to ask, and how to read the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.parse import urlencode

import msgspec

from bugcapture.core.text import printable, shorten
from bugcapture.tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from bugcapture.tracker.issue import Issue

LARGEST_NUMBER: Final = 10**18


class Forge(Protocol):
    """One forge's dialect. It sends nothing and keeps nothing."""

    @property
    def headers(self) -> Mapping[str, str]:
        """What goes with every request."""
        ...

    def issue_url(self, number: int) -> str:
        """The address of one issue."""
        ...

    def pull_request_url(self, number: int) -> str:
        """The address of one pull request; empty where pull requests share the numbers of the issues."""
        ...

    def batch_url(self, numbers: Collection[int]) -> str:
        """The address of the issues with some numbers; empty where a forge cannot be asked for that."""
        ...

    def newest_url(self) -> str:
        """The address of the first page of all issues and pull requests, the newest first.

        Empty where `batch_url` does better.
        """
        ...

    def closed_url(self, label: str, since: datetime | None) -> str:
        """The address of the first page of the closed issues with a label, changed since a moment."""
        ...

    def repository_url(self) -> str:
        """The address of the repository."""
        ...

    def read_issue(self, body: bytes) -> Issue:
        """Read the answer of `issue_url` or `pull_request_url`."""
        ...

    def read_issues(self, body: bytes) -> tuple[Issue, ...]:
        """Read a page of issues."""
        ...

    def has_issues(self, body: bytes) -> bool:
        """Whether the answer of `repository_url` says that the repository has issues."""
        ...


def with_query(url: str, **parameters: str | int | None) -> str:
    """An address with a query; parameters without a value are left out.

    Args:
        url: The address.
        parameters: Names and values.
    """
    return f"{url}?{urlencode({name: value for name, value in parameters.items() if value is not None})}"


def as_query(moment: datetime | None) -> str | None:
    """A moment in UTC as the forges read it."""
    return None if moment is None else moment.replace(microsecond=0, tzinfo=None).isoformat() + "Z"


def decode(body: bytes, shape: Any, what: str) -> Any:
    """Read JSON of a known shape.

    Args:
        body: The bytes.
        shape: The type.
        what: What it should be, for the message.

    Raises:
        TrackerError: If it is no JSON, or of another shape.
    """
    try:
        return msgspec.json.decode(body, type=shape)
    except (ValueError, RecursionError) as error:
        reason = shorten(printable(str(error)), 120)
    # Without the cause: its text may quote what the forge sent.
    raise TrackerError(f"the answer is no {what}: {reason}", hint="is the address that of the forge's API?")
