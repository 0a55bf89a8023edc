"""Answers that are no answers, in words: what the forge said, and what to do."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.text import printable, shorten
from bugcapture.tracker.errors import TrackerError
from bugcapture.tracker.home import Kind
from bugcapture.tracker.retry import asked_wait

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bugcapture.tracker.home import Home
    from bugcapture.tracker.tokens import Access

_SHOWN: Final = 160
_SERVER: Final = 500
_VARIABLES: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        Kind.GITHUB: "GITHUB_TOKEN or GH_TOKEN, with the permission `issues: read`",
        Kind.GITLAB: "GITLAB_TOKEN, with the scope `read_api`",
        Kind.FORGEJO: "FORGEJO_TOKEN or GITEA_TOKEN, with the scope `read:issue`",
    }
)


def explain_refusal(
    status: int, headers: Mapping[str, str], body: bytes, home: Home, access: Access, now: float
) -> TrackerError:
    """What an answer without a result means.

    Args:
        status: Its status.
        headers: Its headers; names in lower case.
        body: Its body.
        home: The forge that was asked.
        access: With what rights.
        now: Seconds since the epoch.
    """
    said = said_by(body, access)
    quoted = f": {said}" if said else ""
    wait = asked_wait(headers, now)
    if status == 429 or (status == 403 and wait is not None):  # noqa: PLR2004
        return TrackerError(
            f"{home.host} asks us to wait: its limit of requests is reached{_tell_wait(wait, now)}",
            hint=None if access.token else f"a token has a higher limit: {_advise(home, access)}",
        )
    if status == 401:  # noqa: PLR2004
        if access.token is None:
            return TrackerError(f"{home.host} wants to know who asks{quoted}", hint=_advise(home, access))
        return TrackerError(
            f"{home.host} does not accept the token of {access.token.variable}{quoted}",
            hint=f"renew it: {_VARIABLES[home.kind]}",
        )
    if status == 403:  # noqa: PLR2004
        return TrackerError(
            f"{home.host} does not let us read the issues of {printable(home.repository)}{quoted}",
            hint=_advise(home, access),
        )
    if status >= _SERVER:
        return TrackerError(f"{home.host} failed with status {status}{quoted}", hint="try again later")
    return TrackerError(f"{home.host} answered with status {status}{quoted}")


def missing_repository(home: Home, access: Access) -> TrackerError:
    """There is no such repository, or none that may be seen."""
    seen = "" if access.token is not None else " that a stranger may see"
    return TrackerError(
        f"{home.host} has no repository {printable(home.repository)}{seen}",
        hint=f"set [tool.bugcapture.tracker] repository, or give a token: {_advise(home, access)}",
    )


def said_by(body: bytes, access: Access) -> str:
    """What the forge says in the body of an answer: short, printable, and without the token."""
    text = body[:4096].decode("utf-8", "replace")
    try:
        told: Any = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        told = text if not text.lstrip().startswith("<") else ""
    if isinstance(told, dict):
        told = told.get("message") or told.get("error") or ""
    if not isinstance(told, str):
        told = ""
    return shorten(printable(access.hide(" ".join(told.split()))), _SHOWN)


def _tell_wait(wait: float | None, now: float) -> str:
    if wait is None:
        return ""
    try:
        until = datetime.fromtimestamp(now + wait, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return f", until {until:%Y-%m-%d %H:%M:%S} UTC"


def _advise(home: Home, access: Access) -> str:
    if access.withheld:
        return (
            f"{access.withheld} was not sent, because nothing says that it belongs to {home.host}: "
            f"set {access.binding}"
        )
    return f"set {_VARIABLES[home.kind]}"
