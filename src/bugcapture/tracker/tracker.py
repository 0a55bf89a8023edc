"""An issue tracker, as the rest of the program sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, Self

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from bugcapture.tracker.home import Home
    from bugcapture.tracker.issue import Issue
    from bugcapture.tracker.tokens import Access


class Tracker(Protocol):
    """The issues of one repository. It is a context manager that closes its connections.

    Attributes:
        home: Where the issues are.
        access: With what rights they are read.
        requests: How many requests were sent.
        asked_at: When the oldest answer was given that was used; None before the first one.
        gaps: What could not be answered completely, in sentences.
    """

    home: Home
    access: Access
    asked_at: datetime | None
    gaps: list[str]

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        ...

    def get_issue(self, number: int) -> Issue | None:
        """The issue with a number; None when there is none.

        Raises:
            TrackerError: If there is no usable answer.
        """
        ...

    def get_issues(self, numbers: Collection[int]) -> dict[int, Issue | None]:
        """The issues with some numbers, with as few requests as possible.

        Returns:
            An issue, or None for none, by its number; a number that nobody can answer for is left out.

        Raises:
            TrackerError: If there is no usable answer.
        """
        ...

    def closed_issues(self, labels: Sequence[str], since: datetime | None = None) -> Iterator[Issue]:
        """The closed issues with any of some labels, each once, without pull requests.

        Args:
            labels: The labels; without any there are no issues.
            since: Only those that were closed since then; None for all.

        Raises:
            TrackerError: If there is no usable answer.
        """
        ...

    def close(self) -> None:
        """Close the connections."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...
