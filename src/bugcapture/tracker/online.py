"""A tracker that is asked over the network."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from bugcapture.tracker.errors import TrackerError
from bugcapture.tracker.issue import ClosedAs
from bugcapture.tracker.plan import ENOUGH_TO_LIST, count_pages, split
from bugcapture.tracker.refusal import missing_repository

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from bugcapture.tracker.cache import Page
    from bugcapture.tracker.forge import Forge
    from bugcapture.tracker.home import Home
    from bugcapture.tracker.http import Http
    from bugcapture.tracker.issue import Issue
    from bugcapture.tracker.pages import Pages, Reader
    from bugcapture.tracker.tokens import Access

_BATCH = 100


class OnlineTracker:
    """The issues of one repository, asked over the network.

    Args:
        home: Where the issues are.
        access: With what rights they are read.
        forge: The dialect.
        http: Asks the forge.
        pages: Asks it for issues.
    """

    def __init__(self, home: Home, access: Access, forge: Forge, http: Http, pages: Pages) -> None:
        self.home = home
        self.access = access
        self.asked_at: datetime | None = None
        self.gaps: list[str] = []
        self._forge = forge
        self._http = http
        self._pages = pages
        self._readable = False

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self._http.requests

    def get_issue(self, number: int) -> Issue | None:
        """The issue with a number; None when there is none."""
        forge = self._forge
        page = self._ask(forge.issue_url(number), lambda body: (_answer_for(number, forge.read_issue(body)),))
        if page.exists:
            self._readable = True
            return page.issues[0]
        if url := forge.pull_request_url(number):
            page = self._ask(url, lambda body: (forge.read_issue(body),))
            if page.exists:
                return page.issues[0]
        self._require_repository()
        return None

    def get_issues(self, numbers: Collection[int]) -> dict[int, Issue | None]:
        """The issues with some numbers, with as few requests as possible."""
        found: dict[int, Issue | None] = {}
        if len(numbers) >= ENOUGH_TO_LIST:
            listed = self._ask_in_batches(numbers) or self._list_newest(numbers)
            found |= {number: issue for number, issue in listed.items() if number in numbers}
        for number in sorted(set(numbers) - set(found)):
            found[number] = self.get_issue(number)
        return found

    def closed_issues(self, labels: Sequence[str], since: datetime | None = None) -> Iterator[Issue]:
        """The closed issues with any of some labels, each once, without pull requests."""
        seen: set[int] = set()
        for label in labels:
            for page in self._walk(self._forge.closed_url(label, since)):
                for issue in page.issues:
                    if issue.number not in seen and is_closed_with(issue, [label], since):
                        seen.add(issue.number)
                        yield issue

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _ask_in_batches(self, numbers: Collection[int]) -> dict[int, Issue]:
        found: dict[int, Issue] = {}
        for some in split(numbers, _BATCH):
            if url := self._forge.batch_url(some):
                for page in self._walk(url):
                    found |= {issue.number: issue for issue in page.issues}
        return found

    def _list_newest(self, numbers: Collection[int]) -> dict[int, Issue]:
        found: dict[int, Issue] = {}
        most = 1
        for count, page in enumerate(self._walk(self._forge.newest_url()), start=1):
            found |= {issue.number: issue for issue in page.issues}
            unknown = set(numbers) - set(found)
            if count == 1 and found:
                most = count_pages(numbers, max(found), len(page.issues))
            if count >= most or not unknown:
                break
        return found

    def _ask(self, url: str, read: Reader) -> Page:
        page = self._pages.ask(url, read)
        self.asked_at = min(self.asked_at or page.asked_at, page.asked_at)
        return page

    def _walk(self, url: str) -> Iterator[Page]:
        for page in self._pages.walk(url, self._forge.read_issues):
            if not page.exists:
                self._require_repository()
                raise missing_repository(self.home, self.access)
            self._readable = True
            self.asked_at = min(self.asked_at or page.asked_at, page.asked_at)
            yield page

    def _require_repository(self) -> None:
        """An issue that is not there says nothing as long as its repository may not be there either."""
        if self._readable:
            return
        reply = self._http.get(self._forge.repository_url())
        if reply.status != 200:  # noqa: PLR2004
            raise missing_repository(self.home, self.access)
        if not self._forge.has_issues(reply.body):
            raise TrackerError(f"{self.home.repository} at {self.home.host} has no issues: they are switched off")
        self._readable = True


def is_closed_with(issue: Issue, labels: Sequence[str], since: datetime | None) -> bool:
    """Whether an issue is one of the closed ones that were asked for; forges are not exact about that."""
    late = since is None or issue.closed_at is None or issue.closed_at >= since
    own = any(issue.has_label(label) for label in labels)
    return late and own and not issue.is_open and not issue.is_pull_request


def _answer_for(number: int, issue: Issue) -> Issue:
    """What was found under a number; another number means that the issue has moved away."""
    if issue.number == number:
        return issue
    return replace(issue, number=number, is_open=False, closed_as=ClosedAs.MOVED)
