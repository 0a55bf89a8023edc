"""Pages of a forge: asked for only when they have changed, and kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from bugcapture.core.text import printable
from bugcapture.tracker.cache import Page
from bugcapture.tracker.errors import TrackerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bugcapture.tracker.cache import Cache
    from bugcapture.tracker.http import Http
    from bugcapture.tracker.issue import Issue
    from bugcapture.tracker.tokens import Access

    Reader = Callable[[bytes], tuple[Issue, ...]]

MOST_PAGES: Final = 200

_NOT_MODIFIED: Final = 304
_OK: Final = 200


class Pages:
    """Asks for pages.

    Args:
        http: Asks the forge.
        cache: What it has answered before.
        access: With what rights; its token is kept out of what is kept.
        refresh: Whether what was answered before is passed over.
    """

    def __init__(self, http: Http, cache: Cache, access: Access, *, refresh: bool = False) -> None:
        self._http = http
        self._cache = cache
        self._access = access
        self._refresh = refresh

    def ask(self, url: str, read: Reader) -> Page:
        """Ask for one page.

        Args:
            url: Its address.
            read: Reads its issues.

        Returns:
            The page, which may say that nothing is there.

        Raises:
            TrackerError: If there is no usable answer.
        """
        known = None if self._refresh else self._cache.read(url)
        reply = self._http.get(url, known.etag if known is not None else "")
        now = datetime.now(UTC)
        if reply.status == _NOT_MODIFIED:
            if known is None:
                raise TrackerError("the tracker answers that nothing has changed, and was never asked before")
            page = replace(known, asked_at=now)
        elif reply.status == _OK:
            issues = tuple(map(self._hide, read(reply.body)))
            page = Page(url=url, asked_at=now, issues=issues, etag=reply.etag, next=reply.next)
        else:
            page = Page(url=url, asked_at=now, exists=False)
        self._cache.write(page)
        return page

    def walk(self, url: str, read: Reader) -> Iterator[Page]:
        """Ask for a page and for those that follow it.

        Raises:
            TrackerError: If there is no usable answer, or no end.
        """
        seen: set[str] = set()
        while url:
            if url in seen or len(seen) >= MOST_PAGES:
                raise TrackerError(
                    f"the list of issues has more than {len(seen)} pages",
                    hint="look at fewer closed issues with `--since`, or at none with `--ignore S2`",
                )
            seen.add(url)
            page = self.ask(url, read)
            yield page
            url = page.next

    def _hide(self, issue: Issue) -> Issue:
        hide = self._access.hide
        return replace(
            issue,
            title=printable(hide(issue.title)),
            url=hide(issue.url),
            labels=tuple(map(hide, issue.labels)),
        )
