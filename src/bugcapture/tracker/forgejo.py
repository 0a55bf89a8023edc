"""Forgejo and Gitea. See https://codeberg.org/api/swagger."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final
from urllib.parse import quote

import msgspec

from bugcapture.tracker.forge import LARGEST_NUMBER, as_query, decode, with_query
from bugcapture.tracker.issue import Issue, make_issue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bugcapture.tracker.home import Home

# The most that a server gives unless its owner allows more.
PER_PAGE: Final = 50


class _Label(msgspec.Struct):
    name: str = ""


class _Issue(msgspec.Struct):
    number: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_NUMBER)]
    title: str
    state: str
    html_url: str = ""
    closed_at: datetime | None = None
    pull_request: Any = None
    labels: list[_Label] | None = None


class _Repository(msgspec.Struct):
    has_issues: bool = True


class Forgejo:
    """The dialect of Forgejo and Gitea. They know no reasons for closing; labels tell some.

    Args:
        home: The forge and the repository.
    """

    headers: Mapping[str, str] = MappingProxyType({"Accept": "application/json"})

    def __init__(self, home: Home) -> None:
        self._repository = f"{home.api}/repos/{quote(home.repository)}"
        self._issues = f"{self._repository}/issues"

    def issue_url(self, number: int) -> str:
        """The address of one issue or pull request."""
        return f"{self._issues}/{number}"

    def pull_request_url(self, number: int) -> str:  # noqa: ARG002 - the protocol's
        """None of their own: every pull request is an issue."""
        return ""

    def batch_url(self, numbers: Collection[int]) -> str:  # noqa: ARG002 - the protocol's
        """Nothing: Forgejo cannot be asked for some numbers."""
        return ""

    def newest_url(self) -> str:
        """All issues and pull requests; the newest come first by themselves."""
        return with_query(self._issues, state="all", limit=PER_PAGE, page=1)

    def closed_url(self, label: str, since: datetime | None) -> str:
        """The closed issues with a label; a label that does not exist is passed over and gives all of them."""
        return with_query(
            self._issues,
            state="closed",
            type="issues",
            labels=label,
            since=as_query(since),
            limit=PER_PAGE,
            page=1,
        )

    def repository_url(self) -> str:
        """The repository."""
        return self._repository

    def read_issue(self, body: bytes) -> Issue:
        """Read one issue or pull request."""
        return _convert(decode(body, _Issue, "issue of Forgejo"))

    def read_issues(self, body: bytes) -> tuple[Issue, ...]:
        """Read a page of issues and pull requests."""
        return tuple(map(_convert, decode(body, list[_Issue], "list of issues of Forgejo")))

    def has_issues(self, body: bytes) -> bool:
        """Whether issues are switched on."""
        return bool(decode(body, _Repository, "repository of Forgejo").has_issues)


def _convert(told: _Issue) -> Issue:
    return make_issue(
        number=told.number,
        title=told.title,
        url=told.html_url,
        is_open=told.state == "open",
        closed_at=told.closed_at,
        is_pull_request=told.pull_request is not None,
        labels=[label.name for label in told.labels or ()],
    )
