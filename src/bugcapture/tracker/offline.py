"""A tracker that answers from what was asked before, and sends nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from bugcapture.tracker.errors import NotCachedError
from bugcapture.tracker.online import is_closed_with

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from bugcapture.tracker.cache import Cache, Page
    from bugcapture.tracker.forge import Forge
    from bugcapture.tracker.home import Home
    from bugcapture.tracker.issue import Issue
    from bugcapture.tracker.tokens import Access


class OfflineTracker:
    """The issues of one repository, as they were when somebody last asked.

    Args:
        home: Where the issues are.
        access: With what rights they were read.
        forge: The dialect.
        cache: What was answered.
    """

    requests = 0

    def __init__(self, home: Home, access: Access, forge: Forge, cache: Cache) -> None:
        self.home = home
        self.access = access
        self.asked_at: datetime | None = None
        self.gaps: list[str] = []
        self._forge = forge
        self._cache = cache
        # Newer answers come last and win.
        self._pages = sorted(cache.pages(), key=lambda page: page.asked_at)
        self._by_number = {issue.number: (page, issue) for page in self._pages for issue in page.issues}
        self._by_url = {page.url: page for page in self._pages}

    def get_issue(self, number: int) -> Issue | None:
        """The issue with a number; None when there was none.

        Raises:
            NotCachedError: If nobody has asked for it.
        """
        found = self.get_issues([number])
        if number not in found:
            raise NotCachedError(f"nothing is known of issue {number} offline", hint="ask without `--offline`")
        return found[number]

    def get_issues(self, numbers: Collection[int]) -> dict[int, Issue | None]:
        """The issues with some numbers; those that nobody has asked for are left out."""
        found: dict[int, Issue | None] = {}
        for number in numbers:
            page, issue = self._by_number.get(number, (None, None))
            single = self._by_url.get(self._forge.issue_url(number))
            if single is not None and (page is None or single.asked_at > page.asked_at):
                page, issue = single, next(iter(single.issues), None)
            if page is not None:
                self._note(page)
                found[number] = issue
        return found

    def closed_issues(self, labels: Sequence[str], since: datetime | None = None) -> Iterator[Issue]:
        """The closed issues with any of some labels, as far as they are known."""
        for label in labels:
            if not self._has_all(self._forge.closed_url(label, since)):
                self.gaps.append(f"the closed issues with the label {label} were not asked for with these options")
        for number, (page, issue) in sorted(self._by_number.items()):
            if is_closed_with(issue, labels, since):
                self._note(page)
                yield self.get_issues([number])[number] or issue

    def close(self) -> None:
        """Nothing is open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _has_all(self, url: str) -> bool:
        """Whether a list is known to its last page."""
        seen: set[str] = set()
        while url and url not in seen:
            seen.add(url)
            page = self._by_url.get(url)
            if page is None:
                return False
            self._note(page)
            url = page.next
        return True

    def _note(self, page: Page) -> None:
        self.asked_at = min(self.asked_at or page.asked_at, page.asked_at)
