"""Addresses: of git remotes, and of the programming interfaces of forges."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from bugcapture.core.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

_HOST: Final = re.compile(r"[a-z0-9]([a-z0-9_.-]*[a-z0-9])?\Z|[0-9a-f:.]*:[0-9a-f:.]*\Z")
_SEGMENT: Final = re.compile(r"[\w.~+-]+\Z")
_SCP: Final = re.compile(r"(?:[^@/]*@)?(\[[^\]/]+\]|[^:/\[]{2,}):(?!//)(.+)\Z", re.DOTALL)
_SSH: Final = frozenset({"ssh", "git+ssh", "ssh+git", "git"})
_WEB: Final = frozenset({"https", "http"})
# Where ssh is offered on the port of https, for those behind a firewall.
_SSH_HOSTS: Final[Mapping[str, str]] = MappingProxyType(
    {"ssh.github.com": "github.com", "altssh.gitlab.com": "gitlab.com"}
)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a repository lies on a forge. Whatever secret stood in the remote is not in it.

    Attributes:
        origin: How its web pages begin: ``https://git.example.org`` or ``https://git.example.org:8443``.
        host: The name of the machine, in lower case, without a port.
        path: The path without slashes around it and without ``.git``.
    """

    origin: str
    host: str
    path: str


def read_address(remote: str) -> Address | None:
    """Read the address of a git remote: https, ssh, or as for scp.

    Args:
        remote: The address, which may hold a name, a password and a port.

    Returns:
        The place; None for a folder of this machine, and for what is no address.
    """
    if "://" in remote:
        parts = _split(remote)
        if parts is None or parts.scheme not in _SSH | _WEB:
            return None
        # The port of ssh is not that of the web pages.
        return _make(parts if parts.scheme in _WEB else None, parts.hostname or "", parts.path)
    scp = _SCP.match(remote)
    return _make(None, scp[1].strip("[]"), scp[2]) if scp else None


def read_root(url: str, where: str) -> str:
    """Check the root of a programming interface.

    Args:
        url: Its address.
        where: Who says so, for the message.

    Returns:
        The address without a slash at its end.

    Raises:
        ConfigurationError: If it is none, holds a password, or would be spoken to without encryption.
    """
    parts = _split(url)
    if parts is None or parts.scheme not in _WEB or not _HOST.match(parts.hostname or ""):
        raise ConfigurationError(f"{where} is no address such as https://git.example.org/api/v1")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ConfigurationError(
            f"{where} must hold no name, password or query", hint="give tokens in variables, such as GITHUB_TOKEN"
        )
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        raise ConfigurationError(
            f"{where} is not encrypted: http:// is only spoken to this machine", hint="use https://"
        )
    return _origin(parts) + parts.path.rstrip("/")


def host_of(url: str) -> str:
    """The machine of an address or a bare ``host[:port]``, in lower case; empty when there is none."""
    parts = _split(url if "://" in url else f"https://{url}")
    host = (parts.hostname or "") if parts else ""
    return host if _HOST.match(host) else ""


def origin_of(url: str) -> str:
    """The scheme, machine and port of an address; empty when it is none."""
    parts = _split(url)
    return _origin(parts) if parts is not None and parts.scheme in _WEB and parts.hostname else ""


def is_loopback(host: str) -> bool:
    """Whether a name is this machine and no other."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 - raises for a port that is none
    except ValueError:  # Its text may hold a piece of a password.
        return None
    return parts


def _origin(parts: SplitResult) -> str:
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    usual = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{shown}" + (f":{parts.port}" if parts.port not in {None, usual} else "")


def _make(web: SplitResult | None, host: str, path: str) -> Address | None:
    host = _SSH_HOSTS.get(host.lower(), host.lower())
    segments = [segment for segment in path.split("/") if segment]
    if segments:
        segments[-1] = segments[-1].removesuffix(".git")
    good = all(_SEGMENT.match(segment) and segment.strip(".") for segment in segments)
    if not segments or not good or not _HOST.match(host):
        return None
    shown = f"[{host}]" if ":" in host else host
    return Address(_origin(web) if web is not None else f"https://{shown}", host, "/".join(segments))
