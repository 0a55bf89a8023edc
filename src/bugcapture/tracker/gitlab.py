"""GitLab. See https://docs.gitlab.com/api/issues/."""

from __future__ import annotations

from datetime import datetime  # noqa: TC003 - msgspec reads the annotations
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote

import msgspec

from bugcapture.tracker.forge import LARGEST_NUMBER, as_query, decode, with_query
from bugcapture.tracker.issue import ClosedAs, Issue, make_issue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bugcapture.tracker.home import Home

PER_PAGE: Final = 100


class _Links(msgspec.Struct):
    closed_as_duplicate_of: str | None = None


class _Issue(msgspec.Struct):
    iid: Annotated[int, msgspec.Meta(ge=0, le=LARGEST_NUMBER)]
    title: str
    state: str
    web_url: str = ""
    closed_at: datetime | None = None
    moved_to_id: int | None = None
    labels: list[str] = []
    source_branch: str | None = None  # Only merge requests have one.
    links: _Links | None = msgspec.field(name="_links", default=None)


class _Project(msgspec.Struct):
    issues_enabled: bool = True
    issues_access_level: str = ""


class GitLab:
    """The dialect of GitLab. Merge requests have numbers of their own.

    Args:
        home: The forge and the project.
    """

    headers: Mapping[str, str] = MappingProxyType({"Accept": "application/json"})

    def __init__(self, home: Home) -> None:
        self._project = f"{home.api}/projects/{quote(home.repository, safe='')}"
        self._issues = f"{self._project}/issues"

    def issue_url(self, number: int) -> str:
        """The address of one issue."""
        return f"{self._issues}/{number}"

    def pull_request_url(self, number: int) -> str:
        """The address of one merge request."""
        return f"{self._project}/merge_requests/{number}"

    def batch_url(self, numbers: Collection[int]) -> str:
        """The issues with some numbers, as many as one page takes."""
        listed = "&".join(f"iids[]={number}" for number in sorted(numbers))
        return f"{self._issues}?{listed}&per_page={PER_PAGE}"

    def newest_url(self) -> str:
        """Nothing: `batch_url` does better."""
        return ""

    def closed_url(self, label: str, since: datetime | None) -> str:
        """The closed issues with a label. GitLab takes a list of labels for "all of them"."""
        return with_query(
            self._issues, state="closed", labels=label, updated_after=as_query(since),
            order_by="created_at", sort="desc", pagination="keyset", per_page=PER_PAGE,
        )  # fmt: skip

    def repository_url(self) -> str:
        """The project."""
        return self._project

    def read_issue(self, body: bytes) -> Issue:
        """Read one issue or merge request."""
        return _convert(decode(body, _Issue, "issue of GitLab"))

    def read_issues(self, body: bytes) -> tuple[Issue, ...]:
        """Read a page of issues."""
        return tuple(map(_convert, decode(body, list[_Issue], "list of issues of GitLab")))

    def has_issues(self, body: bytes) -> bool:
        """Whether issues are switched on."""
        project = decode(body, _Project, "project of GitLab")
        return bool(project.issues_enabled) and project.issues_access_level != "disabled"


def _convert(told: _Issue) -> Issue:
    reason = ClosedAs.UNKNOWN
    if told.links is not None and told.links.closed_as_duplicate_of:
        reason = ClosedAs.DUPLICATE
    elif told.moved_to_id is not None:
        reason = ClosedAs.MOVED
    return make_issue(
        number=told.iid,
        title=told.title,
        url=told.web_url,
        is_open=told.state == "opened",
        closed_as=reason,
        closed_at=told.closed_at,
        is_pull_request=told.source_branch is not None,
        labels=told.labels,
    )
