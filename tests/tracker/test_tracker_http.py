"""How a forge is asked: patient within bounds, only itself, never more than fits, and the token to nobody else."""

from __future__ import annotations

import gzip
import socket
import sys
import time
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
from fake_forge import FakeForge
from stale_project import TOKEN

from bugcapture.core.errors import ConfigurationError
from bugcapture.tracker import http as http_module
from bugcapture.tracker import retry as retry_module
from bugcapture.tracker.errors import TrackerError
from bugcapture.tracker.home import Home, Kind
from bugcapture.tracker.http import Http
from bugcapture.tracker.retry import ATTEMPTS
from bugcapture.tracker.tokens import Access, find_access

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from http.server import BaseHTTPRequestHandler

VARIABLES = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN", "forgejo": "FORGEJO_TOKEN"}


class Asking:
    """An `Http` at a forge that waits in no time, and notes for how long it would have waited."""

    opened: ClassVar[list[Http]] = []

    def __init__(self, forge: FakeForge, *, token: bool = True, **environment: str) -> None:
        self.forge = forge
        self.home = Home(kind=Kind(forge.kind), api=forge.api, repository=forge.repository)
        environment |= {VARIABLES[forge.kind]: TOKEN} if token else {}
        self.access = find_access(self.home, environment)
        self.waits: list[float] = []
        self.lines: list[str] = []
        self.http = Http(
            self.home, self.access, {}, on_progress=self.lines.append, sleep=self.waits.append, clock=lambda: 1.8e9
        )
        self.opened.append(self.http)
        forge.tokens.add(TOKEN)

    def get(self, below: str = "", etag: str = "") -> Any:
        """Ask for an address below the repository."""
        place = f"projects/{self.forge.repository.replace('/', '%2F')}"
        root = place if self.forge.kind == "gitlab" else f"repos/{self.forge.repository}"
        return self.http.get(f"{self.forge.api}/{root}{below}", etag)

    def refused(self, below: str = "") -> str:
        """Ask for an address; the text of the error."""
        with pytest.raises(TrackerError) as refused:
            self.get(below)
        assert refused.value.exit_code == 1
        assert TOKEN not in str(refused.value)
        assert refused.value.__cause__ is None
        return str(refused.value)


@pytest.fixture(autouse=True)
def connections() -> Iterator[None]:
    """Close what a test has opened."""
    yield
    while Asking.opened:
        Asking.opened.pop().close()


@pytest.fixture
def asking(forge: FakeForge) -> Asking:
    """With a token, at each kind of forge in turn."""
    return Asking(forge)


@pytest.fixture
def other() -> Iterator[FakeForge]:
    """Another server, which must never be asked."""
    with FakeForge("github") as running:
        yield running
        assert not running.asked


def test_the_token_is_sent_in_the_header_of_the_forge(asking: Asking) -> None:
    """And the program says who it is."""
    asking.get()
    (asked,) = asking.forge.asked
    name = "private-token" if asking.forge.kind == "gitlab" else "authorization"
    assert TOKEN in asked.headers[name]
    assert asked.headers["user-agent"].startswith("bugcapture/")


def test_passing_failures_are_tried_again(asking: Asking) -> None:
    """Three times, each time later; then the answer counts."""
    for status in (500, 502, 503):
        asking.forge.fail(status)
    assert asking.get().status == 200
    assert [asked.status for asked in asking.forge.asked] == [500, 502, 503, 200]
    assert asking.waits == sorted(asking.waits)
    assert asking.lines[1].endswith("waiting for 0 seconds")


def test_a_failure_that_does_not_pass_is_told(asking: Asking) -> None:
    """With what the forge says, cut to one printable line."""
    asking.forge.fail(503, times=-1, body=b'{"message": "down \x1b[31mfor\\nrepair"}')
    asking.forge.fail(500, times=-1)
    told = asking.refused()
    assert told == "127.0.0.1 failed with status 503: down \\x1b[31mfor repair\n  try again later"
    assert len(asking.forge.asked) == 4


def test_what_the_forge_says_is_printable_and_short(asking: Asking) -> None:
    """A message of the forge is text from a stranger; the token in it too."""
    body = f'{{"message": "\\u001b[31mno \\u202e{TOKEN} {"x" * 500}"}}'
    asking.forge.fail(422, body=body.encode())
    told = asking.refused()
    assert "answered with status 422: \\x1b[31mno \\u202e*** xxx" in told
    assert len(told) < 250


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"plain words", ": plain words"),
        (b'{"error": "insufficient_scope"}', ": insufficient_scope"),
        (b"<!doctype html><p>Unicorn", ""),
        (b'{"message": {"base": ["no"]}}', ""),
        (b"[1, 2]", ""),
        (b"\xff\xfe", ": \ufffd\ufffd"),
        (b"[" * 5000, ""),
        (b"", ""),
    ],
)
def test_whatever_the_body_of_a_refusal_is(github: FakeForge, body: bytes, told: str) -> None:
    """Words are repeated, pages and shapes that nobody knows are not."""
    github.fail(422, body=body)
    message = Asking(github).refused()
    assert message.startswith(f"127.0.0.1 answered with status 422{told}")
    assert len(message) < 250


@pytest.mark.parametrize("status", [429, 403])
def test_a_limit_that_ends_soon_is_waited_for(asking: Asking, status: int) -> None:
    """As long as the forge asks to, in its own headers."""
    asking.forge.fail(status, headers={"Retry-After": "7"})
    asking.forge.fail(status, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800000009"})
    assert asking.get().status == 200
    assert asking.waits == [7.0, 9.0]
    assert "127.0.0.1: waiting for 7 seconds" in asking.lines


@pytest.mark.parametrize("status", [429, 403])
def test_a_limit_that_ends_late_is_told(asking: Asking, status: int) -> None:
    """Nobody waits for an hour without knowing it."""
    asking.forge.fail(status, headers={"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1800003600"})
    told = asking.refused()
    assert told == "127.0.0.1 asks us to wait: its limit of requests is reached, until 2027-01-15 09:00:00 UTC"
    assert asking.waits == []


def test_waiting_has_an_end_for_all_requests_together(asking: Asking) -> None:
    """A forge that always asks for a little patience does not hold a job for hours."""
    asking.forge.fail(429, headers={"Retry-After": "25"}, times=-1)
    asking.refused()
    asking.refused()
    assert sum(asking.waits) <= 60
    assert asking.waits == [25.0, 25.0]


def test_a_limit_without_a_date_is_told_without_one(github: FakeForge) -> None:
    """And strangers are told that a token helps."""
    github.fail(429, times=-1)
    told = Asking(github, token=False).refused()
    assert told.startswith(
        "127.0.0.1 asks us to wait: its limit of requests is reached\n  a token has a higher limit"
    )
    github.faults.clear()
    github.fail(429, headers={"Retry-After": "9" * 12})
    assert "reached\n" in Asking(github, token=False).refused()


def test_a_token_that_is_not_accepted_is_named_by_its_variable(asking: Asking) -> None:
    """Which one to renew, and never what is in it."""
    asking.forge.tokens.clear()
    told = asking.refused()
    assert f"does not accept the token of {VARIABLES[asking.forge.kind]}: Bad credentials" in told
    assert "renew it: " in told
    assert len(asking.forge.asked) == 1


def test_a_forge_that_wants_a_token(forge: FakeForge) -> None:
    """The variables for it are told."""
    forge.fail(401)
    told = Asking(forge, token=False).refused()
    assert told.startswith("127.0.0.1 wants to know who asks\n  set ")
    assert VARIABLES[forge.kind] in told


def test_a_token_without_the_right_scope(asking: Asking) -> None:
    """A refusal is final; the scope is told."""
    asking.forge.fail(403, body=b'{"message": "Resource not accessible by integration"}')
    told = asking.refused()
    assert "does not let us read the issues of octo/shop: Resource not accessible by integration" in told
    assert {"github": "issues: read", "gitlab": "read_api", "forgejo": "read:issue"}[asking.forge.kind] in told
    assert len(asking.forge.asked) == 1


def test_a_job_token_that_is_refused_is_left_away(tmp_path: object) -> None:
    """GitLab's job tokens open few doors; public issues need none."""
    del tmp_path
    with FakeForge("gitlab") as gitlab:
        asking = Asking(gitlab, token=False, CI_JOB_TOKEN="job-s3cret", CI_API_V4_URL=gitlab.api)  # noqa: S106
        assert asking.get().status == 200
        assert asking.get().status == 200
        assert [asked.headers.get("job-token") for asked in gitlab.asked] == ["job-s3cret", None, None]
        assert [asked.status for asked in gitlab.asked] == [401, 200, 200]


def test_not_found_and_gone_are_answers(asking: Asking) -> None:
    """Whoever asks decides what they mean."""
    assert asking.get("/nothing/here").status == 404
    asking.forge.has_issues = False
    assert asking.get("/issues").status == 410


def test_an_unchanged_answer_is_not_sent_again(asking: Asking) -> None:
    """The version that is known is told to the forge."""
    first = asking.get()
    assert first.etag
    again = asking.get(etag=first.etag)
    assert (again.status, again.body) == (304, b"")


def test_redirects_on_the_same_host_are_followed(asking: Asking) -> None:
    """A repository with a new name; the token goes along."""
    asking.forge.fail(301, headers={"Location": f"{asking.forge.api}/elsewhere"}, path="octo")
    assert asking.get().status == 404
    first, second = asking.forge.asked
    assert second.path.endswith("/elsewhere")
    assert {TOKEN in str(first.headers), TOKEN in str(second.headers)} == {True}


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_to_another_host_are_not_followed(asking: Asking, other: FakeForge, status: int) -> None:
    """Neither the token nor the question leaves for it; the host is named."""
    asking.forge.fail(status, headers={"Location": f"{other.api}/repos/octo/shop"})
    told = asking.refused()
    assert f"127.0.0.1 sends us to {other.address}, which is not asked" in told
    assert "[tool.bugcapture.tracker] url" in told


@pytest.mark.parametrize(
    "location",
    ["https://127.0.0.1/x", "ftp://127.0.0.1/x", "//evil.example/x", "http://[bad", "file:///etc/passwd"],
)
def test_strange_redirects_are_refused(github: FakeForge, location: str) -> None:
    """Another scheme or port is another host."""
    github.fail(302, headers={"Location": location})
    told = Asking(github).refused()
    assert "which is not asked" in told


def test_a_redirect_that_names_the_token_does_not_show_it(github: FakeForge) -> None:
    """A forge that puts it into an address."""
    github.fail(302, headers={"Location": f"https://{TOKEN}.example/"})
    assert "https://***.example" in Asking(github).refused()


def test_redirects_without_an_end(asking: Asking) -> None:
    """Five are enough."""
    asking.forge.fail(302, headers={"Location": "?again"}, times=-1)
    assert "from page to page without an end" in asking.refused()
    assert len(asking.forge.asked) == 5


def test_the_next_page_is_asked_for_on_the_same_host(asking: Asking, other: FakeForge) -> None:
    """A forge behind a proxy may not know its own name; a list must not lead the token away."""
    asking.forge.fail(None, headers={"Link": f'<{other.api}/repos/octo/shop/issues?page=2>; rel="next"'})
    following = asking.get().next
    assert following.startswith(asking.forge.api)
    assert following.endswith("shop?page=2")


@pytest.mark.parametrize(
    ("link", "following"),
    [
        ('<{root}/x?page=2>; rel="next", <{root}/x?page=9>; rel="last"', "/x?page=2"),
        ('</x?page=2>; rel="next"', "/x?page=2"),
        ('<{root}/x?page=1>; rel="prev"', ""),
        ("nonsense", ""),
        ("", ""),
    ],
)
def test_the_address_of_the_next_page(github: FakeForge, link: str, following: str) -> None:
    """Read off the header."""
    github.fail(None, headers={"Link": link.format(root=github.api)})
    assert Asking(github).get().next == (github.api + following if following else "")


def test_a_next_page_that_cannot_be_asked_for_is_told(github: FakeForge) -> None:
    """A list that ends too early would say that bugs have no issue; the token must not land in the cache."""
    for link in ("http://[bad?page=2", "http://evil.example/", "ftp://127.0.0.1/x"):
        github.fail(None, headers={"Link": f'<{link}>; rel="next"'})
        assert "has its next page on an address that is none" in Asking(github).refused()
    github.fail(None, headers={"Link": f'<{github.api}/x?token={TOKEN}>; rel="next"'})
    assert "puts our token into the address of its next page" in Asking(github).refused()


@pytest.mark.parametrize("etag", [f'"{TOKEN}"', '"ä"'])
def test_a_strange_version_is_none(github: FakeForge, etag: str) -> None:
    """What could not be sent back, or should not be kept."""
    github.etags = False
    github.fail(None, headers={"ETag": etag})
    assert not Asking(github).get().etag


def test_an_endless_answer_is_cut(github: FakeForge, monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is packed; and it is not asked for again."""
    monkeypatch.setattr(http_module, "BODY_LIMIT", 1 << 20)
    github.fail(200, body=b"[" + b" " * (2 << 20) + b"]")
    assert "127.0.0.1 answers with more than 1 MB" in Asking(github).refused()
    github.fail(200, body=gzip.compress(b" " * (2 << 20)), headers={"Content-Encoding": "gzip"})
    assert "127.0.0.1 answers with more than 1 MB" in Asking(github).refused()
    assert len(github.asked) == 2


def drip(handler: BaseHTTPRequestHandler) -> None:
    """Send an answer byte by byte, for as long as anybody reads it."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    try:
        while True:
            handler.wfile.write(b" ")
            time.sleep(0.02)
    except OSError:
        pass


def test_an_answer_that_drips_in_is_left(github: FakeForge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every byte comes in time, and the whole never."""
    monkeypatch.setattr(http_module, "ANSWER_TIMEOUT", 0.05)
    github.fail(before=drip, silent=True, times=-1)
    assert "127.0.0.1 does not finish its answer in time" in Asking(github).refused()


def wait_for_the_end(handler: BaseHTTPRequestHandler) -> None:
    """Say nothing until the other side hangs up."""
    handler.connection.settimeout(20)
    handler.connection.recv(1)


def test_a_forge_that_says_nothing(github: FakeForge, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time that was lost counts as waiting."""
    monkeypatch.setattr(http_module, "READ_TIMEOUT", 0.05)
    monkeypatch.setattr(http_module, "LONGEST_WAIT", 0.12)
    monkeypatch.setattr(retry_module, "_FIRST_WAIT", 0.0)
    github.fail(before=wait_for_the_end, silent=True, times=-1)
    told = Asking(github).refused()
    assert told.startswith("127.0.0.1 cannot be reached: it does not answer in time\n  `--offline` answers from")
    assert len(github.asked) < ATTEMPTS


def hang_up(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.shutdown(socket.SHUT_RDWR)


def speak_another_language(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"220 smtp.example.org ESMTP\r\n")


def break_off(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n[")


def lie_about_the_packing(handler: BaseHTTPRequestHandler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")


@pytest.mark.parametrize("deed", [hang_up, speak_another_language, break_off, lie_about_the_packing])
def test_broken_answers(github: FakeForge, deed: Callable[[BaseHTTPRequestHandler], None]) -> None:
    """Once is overlooked; for ever is told, in one line."""
    github.fail(before=deed, silent=True)
    asking = Asking(github)
    assert asking.get().status == 200
    github.fail(before=deed, silent=True, times=-1)
    told = asking.refused()
    assert told.startswith("127.0.0.1 cannot be reached: ")
    assert len(told.splitlines()) == 2


def test_nobody_listens(github: FakeForge) -> None:
    """The port is closed."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    home = Home(kind=Kind.GITHUB, api=f"http://127.0.0.1:{port}", repository="octo/shop")
    waits: list[float] = []
    asking = Http(home, Access(), {}, sleep=waits.append)
    Asking.opened.append(asking)
    with pytest.raises(TrackerError, match=r"127.0.0.1 cannot be reached: .*refused"):
        asking.get(f"{home.api}/x")
    assert len(waits) == 3
    assert not github.asked


def test_a_machine_without_httpx(github: FakeForge, monkeypatch: pytest.MonkeyPatch) -> None:
    """The extra that brings it is told."""
    monkeypatch.setitem(sys.modules, "httpx", None)
    with pytest.raises(
        ConfigurationError, match=r"needs httpx\n  install bugcapture again with its extra: \[tracker\]"
    ):
        Asking(github)
