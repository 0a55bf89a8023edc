"""A forge on this machine: GitHub, GitLab or Forgejo over real HTTP, with issues that can be opened and closed.

Only the network is faked: whoever asks it speaks HTTP to a socket. It can also misbehave, one `Fault` at a time.
"""

from __future__ import annotations

import hashlib
import json
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import parse_qs, quote, unquote, urlencode, urlsplit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

REPOSITORY = "octo/shop"
ROOTS = {"github": "", "gitlab": "/api/v4", "forgejo": "/api/v1"}
START = datetime(2026, 1, 1, tzinfo=UTC)
_TOKEN_HEADERS = {"github": ("Authorization", "Bearer "), "gitlab": ("PRIVATE-TOKEN", ""),
                  "forgejo": ("Authorization", "token ")}  # fmt: skip


@dataclass
class FakeIssue:
    """One issue, or one pull request.

    Attributes:
        number: Its number.
        title: Its title.
        state: ``open`` or ``closed``.
        labels: Its labels.
        reason: GitHub's ``state_reason``.
        closed_at: When it was closed.
        changed_at: When it was last changed; None for when it was closed.
        pull: Whether it is a pull or merge request.
        moved: Whether it was moved to another repository.
        duplicate: Whether GitLab knows the issue that it duplicates.
    """

    number: int
    title: str = "The cart forgets an item"
    state: str = "open"
    labels: list[str] = field(default_factory=list)
    reason: str | None = None
    closed_at: datetime | None = None
    changed_at: datetime | None = None
    pull: bool = False
    moved: bool = False
    duplicate: bool = False


@dataclass
class Fault:
    """One way to misbehave.

    Attributes:
        status: The status to answer with; None to answer as usual.
        headers: Headers to answer with.
        body: The body to answer with.
        times: For how many requests; a negative number for ever.
        path: Only for paths with this text in them.
        before: Called before the answer, with the handler; it may wait, or write what it likes.
        silent: Whether nothing is answered after that.
    """

    status: int | None = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    times: int = 1
    path: str = ""
    before: Callable[[BaseHTTPRequestHandler], None] | None = None
    silent: bool = False


@dataclass(frozen=True)
class Asked:
    """One request that was received: its path, its query, its headers in lower case, and the status it got."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    status: int


class FakeForge:
    """A forge with one repository, started by entering it.

    Args:
        kind: ``github``, ``gitlab`` or ``forgejo``.
        page_size: The most entries of one page, whatever is asked for.
    """

    def __init__(self, kind: str, page_size: int = 100) -> None:
        self.kind = kind
        self.page_size = page_size
        self.repository = REPOSITORY
        self.issues: dict[int, FakeIssue] = {}
        self.merge_requests: dict[int, FakeIssue] = {}
        self.tokens: set[str] = set()
        self.private = False
        self.has_issues = True
        self.etags = True
        self.faults: list[Fault] = []
        self.asked: list[Asked] = []
        self.shown = ""  # The root of the interface in its own links, when it is behind another server.
        self._lock = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._make_handler())
        self._server.daemon_threads = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def address(self) -> str:
        """The address of the server."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def api(self) -> str:
        """The root of its programming interface."""
        return self.address + ROOTS[self.kind]

    @property
    def settings(self) -> str:
        """The settings that lead a project to it."""
        values = {"kind": self.kind, "url": self.api, "repository": self.repository}
        return "[tool.bugcapture.tracker]\n" + "".join(f'{key} = "{value}"\n' for key, value in values.items())

    @property
    def paths(self) -> list[str]:
        """The paths that were asked for, without queries."""
        return [asked.path for asked in self.asked]

    def open(self, number: int, title: str = "The cart forgets an item", *labels: str) -> FakeIssue:
        """Open an issue, or open it again."""
        issue = FakeIssue(number, title, labels=list(labels))
        self.issues[number] = issue
        return issue

    def close(self, number: int, closed_as: str = "fixed", *labels: str, at: datetime = START) -> FakeIssue:
        """Close an issue, which is made when it is missing, as people do it on this kind of forge."""
        issue = self.issues.setdefault(number, FakeIssue(number))
        issue.state, issue.closed_at = "closed", at
        issue.labels += labels
        if closed_as == "moved":
            issue.moved = True
        elif self.kind == "github":
            issue.reason = {"fixed": "completed", "unknown": None}.get(closed_as, closed_as)
        elif closed_as == "duplicate" and self.kind == "gitlab":
            issue.duplicate = True
        elif closed_as in {"duplicate", "not_planned"}:
            issue.labels.append(
                {"duplicate": "Reviewed/Duplicate", "not_planned": "Reviewed/Won't Fix"}[closed_as]
            )
        return issue

    def pull(self, number: int, title: str = "Fix the cart") -> FakeIssue:
        """Open a pull or merge request."""
        request = FakeIssue(number, title, pull=True)
        (self.merge_requests if self.kind == "gitlab" else self.issues)[number] = request
        return request

    def fail(self, status: int | None = 500, **options: Any) -> Fault:
        """Misbehave, once unless ``times`` says otherwise."""
        fault = Fault(status, **options)
        self.faults.append(fault)
        return fault

    def answer(self, path: str, query: Mapping[str, str], headers: Mapping[str, str]) -> _Answer:
        """What a request without a fault gets."""
        name, prefix = _TOKEN_HEADERS[self.kind]
        sent = headers.get(name.lower(), "")
        known = sent.removeprefix(prefix) in self.tokens and bool(sent)
        if (sent or headers.get("job-token")) and not known:
            return _Answer(401, {"message": "Bad credentials"})
        below = path.removeprefix(ROOTS[self.kind])
        place = quote(self.repository, safe="") if self.kind == "gitlab" else self.repository
        root = f"/projects/{place}" if self.kind == "gitlab" else f"/repos/{place}"
        if (self.private and not known) or not below.startswith(root):
            return _Answer(404, {"message": "Not Found"})
        rest = below.removeprefix(root).strip("/").split("/")
        if rest == [""]:
            return _Answer(200, self._repository())
        if not self.has_issues:
            return _Answer(410, {"message": "Issues are disabled for this repo"})
        return self._issues(rest, query)

    def _issues(self, rest: list[str], query: Mapping[str, str]) -> _Answer:
        table = self.merge_requests if rest[0] == "merge_requests" else self.issues
        if len(rest) == 1:
            return self._page(query)
        issue = table.get(int(rest[1])) if rest[1].isdigit() else None
        if issue is None:
            return _Answer(404, {"message": "Not Found"})
        if issue.moved and self.kind == "github":
            number = issue.number + 1000
            self.issues[number] = FakeIssue(number, issue.title)
            return _Answer(
                301,
                {"message": "Moved"},
                {"Location": f"{self.shown or self.api}/repos/{self.repository}/issues/{number}"},
            )
        return _Answer(200, self._render(issue))

    def _page(self, query: Mapping[str, str]) -> _Answer:
        found = [issue for issue in self.issues.values() if self._fits(issue, query)]
        found.sort(key=lambda issue: issue.number, reverse=True)
        asked = int(query.get("per_page", query.get("limit", "20")))
        size, page = min(asked, self.page_size), int(query.get("page", query.get("cursor", "1")))
        some = found[(page - 1) * size : page * size]
        headers = {"X-Total-Count": str(len(found))}
        if page * size < len(found):
            turned = {**query, ("cursor" if query.get("pagination") == "keyset" else "page"): str(page + 1)}
            below = (
                f"/projects/{quote(self.repository, safe='')}"
                if self.kind == "gitlab"
                else f"/repos/{self.repository}"
            )
            url = f"{self.shown or self.api}{below}/issues?{urlencode(turned)}"
            headers["Link"] = f'<{url}>; rel="next", <{url}>; rel="last"'
        return _Answer(200, [self._render(issue) for issue in some], headers)

    def _fits(self, issue: FakeIssue, query: Mapping[str, str]) -> bool:
        state = query.get("state", "open" if self.kind != "gitlab" else "all").replace("opened", "open")
        wanted = [label for label in query.get("labels", "").split(",") if label]
        if self.kind == "forgejo":  # It passes over labels that nobody has made.
            made = {label.casefold() for other in self.issues.values() for label in other.labels}
            wanted = [label for label in wanted if label.casefold() in made]
        own = {label.casefold() for label in issue.labels}
        since = query.get("since") or query.get("updated_after")
        updated = issue.changed_at or issue.closed_at or START
        numbers = query.get("iids[]")
        return (
            state in {"all", issue.state}
            and all(label.casefold() in own for label in wanted)
            and not (since and updated < datetime.fromisoformat(since))
            and not (numbers and str(issue.number) not in numbers.split(","))
            and not (query.get("type") == "issues" and issue.pull)
            and not (issue.moved and self.kind == "github")
        )

    def _render(self, issue: FakeIssue) -> dict[str, Any]:
        closed = issue.closed_at.isoformat().replace("+00:00", "Z") if issue.closed_at else None
        return {"github": _as_github, "gitlab": _as_gitlab, "forgejo": _as_forgejo}[self.kind](
            issue, closed, self.repository
        )

    def _repository(self) -> dict[str, Any]:
        if self.kind == "gitlab":
            level = "enabled" if self.has_issues else "disabled"
            return {"id": 7, "path_with_namespace": self.repository, "issues_enabled": self.has_issues,
                    "issues_access_level": level}  # fmt: skip
        return {"id": 7, "full_name": self.repository, "has_issues": self.has_issues}

    def _take_fault(self, path: str) -> Fault | None:
        with self._lock:
            for fault in self.faults:
                if fault.times and fault.path in path:
                    fault.times -= 1
                    return fault
        return None

    def _make_handler(self) -> type[BaseHTTPRequestHandler]:
        forge = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                query = {name: ",".join(values) for name, values in parse_qs(parts.query).items()}
                headers = {name.lower(): value for name, value in self.headers.items()}
                fault = forge._take_fault(self.path)
                if fault is not None and fault.before is not None:
                    fault.before(self)
                if fault is not None and fault.silent:
                    forge.asked.append(Asked(parts.path, query, headers, 0))
                    self.close_connection = True
                    return
                if fault is not None and fault.status is not None:
                    answer = _Answer(fault.status, None, dict(fault.headers))
                    body = fault.body
                else:
                    answer = forge.answer(parts.path, query, headers)
                    answer.headers.update(fault.headers if fault is not None else {})
                    body = json.dumps(answer.content).encode()
                    whole = body + repr(sorted(answer.headers.items())).encode()
                    etag = f'W/"{hashlib.sha256(whole).hexdigest()[:16]}"'
                    if answer.status == 200 and forge.etags:
                        answer.headers["ETag"] = etag
                        if headers.get("if-none-match") == etag:
                            answer.status, body = 304, b""
                forge.asked.append(Asked(unquote(parts.path), query, headers, answer.status))
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_arguments: object) -> None:
                pass

        return Handler


@dataclass
class _Answer:
    status: int
    content: Any
    headers: dict[str, str] = field(default_factory=dict)


def _as_github(issue: FakeIssue, closed: str | None, repository: str) -> dict[str, Any]:
    api, web = f"https://api.github.com/repos/{repository}", f"https://github.com/{repository}"
    place = f"{api}/issues/{issue.number}"
    told = {
        "id": issue.number + 10000,
        "node_id": f"I_{issue.number}",
        "url": place,
        "repository_url": api,
        "labels_url": f"{place}/labels{{/name}}",
        "comments_url": f"{place}/comments",
        "events_url": f"{place}/events",
        "html_url": f"{web}/{'pull' if issue.pull else 'issues'}/{issue.number}",
        "number": issue.number,
        "state": issue.state,
        "state_reason": issue.reason,
        "title": issue.title,
        "body": "Steps to reproduce …",
        "user": None,
        "labels": [{"id": 1, "name": label, "color": "d73a4a", "default": False} for label in issue.labels],
        "assignee": None,
        "assignees": [],
        "milestone": None,
        "locked": False,
        "active_lock_reason": None,
        "comments": 0,
        "closed_at": closed,
        "created_at": "2025-12-01T00:00:00Z",
        "updated_at": closed or "2026-01-01T00:00:00Z",
        "author_association": "NONE",
    }
    if issue.pull:
        told["pull_request"] = {
            "url": f"{api}/pulls/{issue.number}",
            "html_url": f"{web}/pull/{issue.number}",
            "diff_url": f"{web}/pull/{issue.number}.diff",
            "patch_url": f"{web}/pull/{issue.number}.patch",
        }
    return told


def _as_gitlab(issue: FakeIssue, closed: str | None, repository: str) -> dict[str, Any]:
    page = f"https://gitlab.com/{repository}/-/{'merge_requests' if issue.pull else 'issues'}/{issue.number}"
    return {
        **({"source_branch": "fix/cart", "target_branch": "main"} if issue.pull else {}),
        "id": issue.number + 10000,
        "iid": issue.number,
        "project_id": 7,
        "title": issue.title,
        "description": "Steps to reproduce …",
        "state": {"open": "opened"}.get(issue.state, issue.state),
        "created_at": "2025-12-01T00:00:00.000Z",
        "updated_at": closed or "2026-01-01T00:00:00.000Z",
        "closed_at": closed,
        "labels": issue.labels,
        "moved_to_id": 99 if issue.moved else None,
        "web_url": page,
        "_links": {"self": page, "closed_as_duplicate_of": page if issue.duplicate else None},
    }


def _as_forgejo(issue: FakeIssue, closed: str | None, repository: str) -> dict[str, Any]:
    page = f"https://codeberg.org/{repository}/{'pulls' if issue.pull else 'issues'}/{issue.number}"
    return {
        "id": issue.number + 10000,
        "url": f"https://codeberg.org/api/v1/repos/{repository}/issues/{issue.number}",
        "html_url": page,
        "number": issue.number,
        "title": issue.title,
        "body": "Steps to reproduce …",
        "state": issue.state,
        "labels": [{"id": 1, "name": label, "color": "d73a4a"} for label in issue.labels],
        "comments": 0,
        "created_at": "2025-12-01T00:00:00Z",
        "updated_at": closed or "2026-01-01T00:00:00Z",
        "closed_at": closed,
        "pull_request": {"merged": False, "merged_at": None, "draft": False, "html_url": page}
        if issue.pull
        else None,
        "is_locked": False,
    }
