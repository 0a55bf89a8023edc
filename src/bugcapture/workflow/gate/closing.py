"""Which issues a commit closes, as forges read its message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from bugcapture.tracker.address import read_address
from bugcapture.tracker.home import read_ci

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_NUMBER: Final = r"[1-9][0-9]{0,17}\b"
# `#991`, `GH-991`, `owner/name#991`, `https://forge.example.org/owner/name/-/issues/991`.
_ISSUE: Final = (
    rf"(?:\#|GH-){_NUMBER}"
    rf"|[\w.-]+(?:/[\w.-]+)*\#{_NUMBER}"
    rf"|https?://[^\s/]+/[\w./~-]+?/(?:-/)?(?:issues|work_items)/{_NUMBER}"
)
_CLOSING: Final = re.compile(
    r"\b(?:issues?[ \t]+closed|close[sd]?|fix(?:e[sd])?|resolve[sd]?)(?:[ \t]*:[ \t]*|[ \t]+)"
    rf"(?P<list>(?:{_ISSUE})(?:[ \t,]+(?:and[ \t]+)?(?:{_ISSUE}))*)",
    re.IGNORECASE,
)
_ONE: Final = re.compile(
    r"(?P<web>https?://[^\s/]+/)?(?P<repository>[\w./~-]*?)"
    rf"(?:/(?:-/)?(?:issues|work_items)/|GH-|\#)(?P<number>{_NUMBER})",
    re.IGNORECASE,
)


def find_closed(message: str, repositories: Collection[str]) -> frozenset[int]:
    """The issues of this repository that a commit closes.

    Args:
        message: Its whole message.
        repositories: How this repository is called on its forge, such as ``owner/name``, in lower case; empty
            when nobody knows. A web address may be one of this repository then, ``owner/name#991`` is not.
    """
    issues = (issue for closing in _CLOSING.finditer(message) for issue in _ONE.finditer(closing["list"]))
    return frozenset(int(issue["number"]) for issue in issues if _is_here(issue, repositories))


def _is_here(issue: re.Match[str], repositories: Collection[str]) -> bool:
    name = issue["repository"].lower()
    return not name or name in repositories or bool(issue["web"] and not repositories)


def repository_names(configured: str | None, remote: str, environment: Mapping[str, str]) -> frozenset[str]:
    """How this repository is called on its forge, in lower case; empty when nobody knows.

    Args:
        configured: What the settings say.
        remote: The address of its remote; empty for none.
        environment: The variables, which may be those of a CI.
    """
    address, ci = read_address(remote), read_ci(environment)
    names = (configured, address.path if address else "", ci.repository if ci else "")
    return frozenset(name.lower() for name in names if name)
