"""One careful way to ask a forge: encrypted, bounded, patient, and never telling a token to anybody else."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin, urlsplit

from bugcapture import __version__
from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import plural, printable, shorten
from bugcapture.tracker.address import origin_of
from bugcapture.tracker.errors import TrackerError
from bugcapture.tracker.refusal import explain_refusal
from bugcapture.tracker.retry import ATTEMPTS, LONGEST_WAIT, wait_before_retry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    import httpx

    from bugcapture.tracker.home import Home
    from bugcapture.tracker.tokens import Access

CONNECT_TIMEOUT: Final = 10.0
READ_TIMEOUT: Final = 30.0
# For one whole answer, however slowly it drips in.
ANSWER_TIMEOUT: Final = 120.0
BODY_LIMIT: Final = 32 << 20

_REDIRECTS: Final = frozenset({301, 302, 307, 308})
_MAX_REDIRECTS: Final = 5
_UNAUTHORIZED: Final = frozenset({401, 403})


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that can be used.

    Attributes:
        status: 200, 304, 404 or 410.
        body: Its body.
        etag: What names this version of the answer; empty when nothing does.
        next: The address of the next page; empty on the last one.
    """

    status: int
    body: bytes
    etag: str = ""
    next: str = ""


class _UnreachableError(TrackerError):
    """There was no answer at all, which another try may change."""


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes
    next: str


class Http:
    """Asks one forge.

    Args:
        home: The forge.
        access: With what rights.
        headers: What its dialect sends with every request.
        on_progress: Called with a line of text before each request and each wait.
        sleep: Waits for some seconds.
        clock: The seconds since the epoch.
    """

    def __init__(
        self,
        home: Home,
        access: Access,
        headers: Mapping[str, str],
        *,
        on_progress: Callable[[str], None] | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._home = home
        self._access = access
        self._origin = origin_of(home.api)
        self._headers = {"User-Agent": f"bugcapture/{__version__}", **headers}
        self._on_progress = on_progress or (lambda _line: None)
        self._sleep = sleep
        self._clock = clock
        self._waited = 0.0
        self._token = access.token
        self._client = _open_client()
        self.requests = 0

    def get(self, url: str, etag: str = "") -> Reply:
        """Ask for one address.

        Args:
            url: The address.
            etag: The version that is known already; the answer to it may be 304.

        Raises:
            TrackerError: If there is no usable answer, or the forge asks for more patience than there is.
        """
        answer = self._follow(url, etag)
        if answer.status in _UNAUTHORIZED and self._token is not None and self._token.optional:
            self._token = None
            answer = self._follow(url, etag)
        if answer.status in {200, 304, 404, 410}:
            seen = self._access.hide(answer.headers.get("etag", ""))
            tag = seen if seen == answer.headers.get("etag", "") and seen.isascii() and seen.isprintable() else ""
            return Reply(answer.status, answer.body, tag, self._check_next(url, answer.next))
        raise explain_refusal(answer.status, answer.headers, answer.body, self._home, self._access, self._clock())

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _follow(self, url: str, etag: str) -> _Answer:
        for _ in range(_MAX_REDIRECTS):
            answer = self._insist(url, etag)
            if answer.status not in _REDIRECTS:
                return answer
            target = _join(url, answer.headers.get("location", ""))
            if origin_of(target) != self._origin:
                raise TrackerError(
                    f"{self._home.host} sends us to {self._show_host(target)}, which is not asked",
                    hint="when the forge has moved, set [tool.bugcapture.tracker] url",
                )
            url = target
        raise TrackerError(f"{self._home.host} sends us from page to page without an end")

    def _insist(self, url: str, etag: str) -> _Answer:
        """Ask until there is a final answer, or no patience left."""
        for attempt in range(1, ATTEMPTS + 1):
            answer, failure = _Answer(0, {}, b"", ""), None
            started = time.monotonic()
            try:
                answer = self._send(url, etag)
            except _UnreachableError as error:
                failure = error
                self._waited += time.monotonic() - started
            wait = wait_before_retry(answer.status, answer.headers, attempt, self._clock())
            if wait is not None and attempt < ATTEMPTS and self._waited + wait <= LONGEST_WAIT:
                self._on_progress(f"{self._home.host}: waiting for {plural(round(wait), 'second')}")
                self._waited += wait
                self._sleep(wait)
            elif failure is not None:
                raise failure
            else:
                return answer
        raise AssertionError("unreachable")

    def _send(self, url: str, etag: str) -> _Answer:
        import httpx  # noqa: PLC0415 - an extra; it was there when the client was opened

        headers = {**self._headers, **({"If-None-Match": etag} if etag else {})}
        if self._token is not None:
            headers[self._token.header] = self._token.value
        self.requests += 1
        self._on_progress(f"{self._home.host}: request {self.requests}")
        try:
            with self._client.stream("GET", url, headers=headers) as response:
                body = self._read(response)
                found = {name.lower(): value for name, value in response.headers.items()}
                following = response.links.get("next", {}).get("url", "")
                return _Answer(response.status_code, found, body, following)
        except httpx.TimeoutException:
            reason = "it does not answer in time"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            reason = shorten(printable(self._access.hide(str(error))), 160) or type(error).__name__
        # Without the cause: its text is not ours, and a log would hold it.
        raise _UnreachableError(
            f"{self._home.host} cannot be reached: {reason}",
            hint="`--offline` answers from what was asked before",
        )

    def _read(self, response: httpx.Response) -> bytes:
        body = bytearray()
        until = time.monotonic() + ANSWER_TIMEOUT
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > BODY_LIMIT:
                raise TrackerError(f"{self._home.host} answers with more than {BODY_LIMIT >> 20} MB")
            if time.monotonic() > until:
                raise TrackerError(f"{self._home.host} does not finish its answer in time")
        return bytes(body)

    def _check_next(self, asked: str, following: str) -> str:
        if not following:
            return ""
        target = _join(f"{self._home.api}/", following)
        if origin_of(target) != self._origin:
            # A forge that does not know its own name; whatever it believes, only its own host is asked.
            target = _with_query_of(asked, target)
        if not target:
            raise TrackerError(f"{self._home.host} has its next page on an address that is none")
        if self._access.hide(target) != target:  # It would be kept in the cache.
            raise TrackerError(f"{self._home.host} puts our token into the address of its next page")
        return target

    def _show_host(self, url: str) -> str:
        return shorten(printable(self._access.hide(origin_of(url))), 100) or "an address that is none"


def _join(base: str, url: str) -> str:
    try:
        return urljoin(base, url)
    except ValueError:
        return ""


def _with_query_of(asked: str, target: str) -> str:
    query = urlsplit(target).query if target else ""
    return urlsplit(asked)._replace(query=query).geturl() if query else ""


def _open_client() -> httpx.Client:
    try:
        import httpx  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise ConfigurationError(
            "asking an issue tracker needs httpx", hint="install bugcapture again with its extra: [tracker]"
        ) from error
    timeout = httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT)
    return httpx.Client(timeout=timeout, follow_redirects=False)
