"""Where a project's issues are: read off the settings, the CI's variables and the address of the remote."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.text import printable, shorten
from bugcapture.tracker.address import host_of, read_address, read_root

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bugcapture.project.config import TrackerSettings
    from bugcapture.tracker.address import Address

_TABLE: Final = "[tool.bugcapture.tracker]"
_CI_ADDRESS: Final = "the address in the variables of the CI"
_SET_REPOSITORY: Final = f'set {_TABLE} repository = "owner/name"'
_PAIR: Final = 2
_ACTIONS: Final = ("FORGEJO", "GITEA", "GITHUB")


class Kind(StrEnum):
    """The dialect that a forge speaks; Gitea's is Forgejo's."""

    GITHUB = "github"
    GITLAB = "gitlab"
    FORGEJO = "forgejo"


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """Where the issues are.

    Attributes:
        kind: The forge's dialect.
        api: The root of its programming interface, without a slash at its end.
        repository: ``owner/name``; on GitLab the path of the project, or its number.
    """

    kind: Kind
    api: str
    repository: str

    @property
    def host(self) -> str:
        """The machine that is asked."""
        return host_of(self.api)

    @property
    def issue_page(self) -> str:
        """The web page of an issue, with ``{number}`` for its number; empty where it cannot be told."""
        if self.kind is Kind.GITLAB and self.repository.isdigit():  # Its number says nothing about its path.
            return ""
        below_root = f"/{_ROOTS[self.kind]}"
        is_public = not self.api.endswith(below_root)  # https://api.github.com
        root = self.api.replace("://api.", "://", 1) if is_public else self.api.removesuffix(below_root)
        below = "/-/issues" if self.kind is Kind.GITLAB else "/issues"
        return f"{root}/{quote(self.repository)}{below}/{{number}}"

    def __str__(self) -> str:
        return f"{self.repository} at {self.host}"


_PUBLIC: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "github.com": Kind.GITHUB,
        "gitlab.com": Kind.GITLAB,
        "codeberg.org": Kind.FORGEJO,
        "gitea.com": Kind.FORGEJO,
    }
)
_WORDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {"github": Kind.GITHUB, "gitlab": Kind.GITLAB, "forgejo": Kind.FORGEJO, "gitea": Kind.FORGEJO}
)
_ROOTS: Final[Mapping[Kind, str]] = MappingProxyType(
    {Kind.GITHUB: "api/v3", Kind.GITLAB: "api/v4", Kind.FORGEJO: "api/v1"}
)
# Variables that name a server of one kind, for people who work with it outside of CI.
SERVERS: Final[Mapping[Kind, tuple[str, ...]]] = MappingProxyType(
    {
        Kind.GITHUB: ("GH_HOST",),
        Kind.GITLAB: ("GITLAB_HOST", "GITLAB_URI"),
        Kind.FORGEJO: ("FORGEJO_URL", "FORGEJO_HOST", "GITEA_URL", "GITEA_HOST", "GITEA_SERVER_URL"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CI:
    """What the variables of a CI job say about the forge that it runs for.

    Attributes:
        kind: The forge's dialect.
        api: The root of its programming interface.
        host: The machine of its web pages.
        repository: The repository that the job runs for; may be empty.
    """

    kind: Kind
    api: str
    host: str
    repository: str


def find_home(settings: TrackerSettings, environment: Mapping[str, str], remote: str = "") -> Home:
    """Where a project's issues are.

    The settings come first, then the remote, whose kind of forge the variables of a CI job may tell, and
    last these variables alone.

    Args:
        settings: ``[tool.bugcapture.tracker]``.
        environment: The variables of the process.
        remote: The address of the git remote; empty when there is none.

    Raises:
        ConfigurationError: If it cannot be told, or an address cannot be used.
    """
    address, ci = read_address(remote), read_ci(environment)
    kind = _read_kind(settings.kind)
    if settings.url is not None:
        api = read_root(settings.url, f"{_TABLE} url")
        kind = kind or _kind_of_root(api) or _kind_of_host(host_of(api), ci, environment)
    elif address is not None and (kind is None or _PUBLIC.get(address.host, kind) is kind):
        kind = kind or _kind_of_host(address.host, ci, environment)
        api = "" if kind is None else _root_at(kind, address, ci)
    elif ci is not None and kind in {None, ci.kind}:
        kind, api = ci.kind, read_root(ci.api, _CI_ADDRESS)
    else:  # The remote is a mirror on a forge of another kind, or there is none.
        api = _public_root(kind)
    if kind is None or not api:
        raise _unknown(settings, address, remote)
    return Home(kind=kind, api=api, repository=_find_repository(settings, kind, address, ci))


def read_ci(environment: Mapping[str, str]) -> CI | None:
    """What the variables of GitLab CI, or of the Actions of GitHub, Forgejo and Gitea, say; None without any."""
    if api := environment.get("CI_API_V4_URL"):
        server = environment.get("CI_SERVER_URL") or api
        project = environment.get("CI_PROJECT_PATH") or environment.get("CI_PROJECT_ID") or ""
        return CI(kind=Kind.GITLAB, api=api, host=host_of(server), repository=project)
    for prefix in _ACTIONS:
        repository, api, server = (
            environment.get(f"{prefix}_{name}", "").rstrip("/") for name in ("REPOSITORY", "API_URL", "SERVER_URL")
        )
        if repository or api:
            kind = Kind.FORGEJO if is_forgejo_job(environment) else Kind.GITHUB
            server = server or api or "https://github.com"
            host = host_of(server).removeprefix("api.") if kind is Kind.GITHUB else host_of(server)
            return CI(kind=kind, api=api or _root_below(kind, server, host), host=host, repository=repository)
    return None


def is_forgejo_job(environment: Mapping[str, str]) -> bool:
    """Whether this is a job of Forgejo or Gitea Actions, which also set the variables of GitHub."""
    marked = any(environment.get(name) for name in ("FORGEJO_ACTIONS", "GITEA_ACTIONS", "FORGEJO_REPOSITORY"))
    return marked or environment.get("GITHUB_API_URL", "").rstrip("/").endswith("/api/v1")


def _read_kind(name: str | None) -> Kind | None:
    return None if name is None else Kind.FORGEJO if name == "gitea" else Kind(name)


def _kind_of_root(api: str) -> Kind | None:
    return next((kind for kind, root in _ROOTS.items() if api.endswith(f"/{root}")), None)


def _kind_of_host(host: str, ci: CI | None, environment: Mapping[str, str]) -> Kind | None:
    if ci is not None and host in {ci.host, host_of(ci.api)}:
        return ci.kind
    for kind, names in SERVERS.items():
        if host in {host_of(environment.get(name, "")) for name in names}:
            return kind
    if host.endswith(".ghe.com"):
        return Kind.GITHUB
    words = host.split(".")
    known = _PUBLIC.get(host) or _PUBLIC.get(host.removeprefix("api."))
    return known or next((kind for word, kind in _WORDS.items() if word in words), None)


def _root_at(kind: Kind, address: Address, ci: CI | None) -> str:
    if ci is not None and ci.kind is kind and address.host == ci.host:
        return read_root(ci.api, _CI_ADDRESS)
    # A forge below a folder of its server; on GitLab nobody can tell that from a group.
    above = "" if kind is Kind.GITLAB else "".join(f"/{part}" for part in address.path.split("/")[:-2])
    return read_root(_root_below(kind, address.origin + above, address.host), "the address of the remote")


def _root_below(kind: Kind, server: str, host: str) -> str:
    if kind is Kind.GITHUB and (host == "github.com" or host.endswith(".ghe.com")):
        return f"https://api.{host}"
    return f"{server}/{_ROOTS[kind]}"


def _public_root(kind: Kind | None) -> str:
    return {Kind.GITHUB: "https://api.github.com", Kind.GITLAB: "https://gitlab.com/api/v4"}.get(
        kind or Kind.FORGEJO, ""
    )


def _find_repository(settings: TrackerSettings, kind: Kind, address: Address | None, ci: CI | None) -> str:
    parts = address.path.split("/") if address is not None else []
    found = "/".join(parts if kind is Kind.GITLAB else parts[-2:])
    told = settings.repository or found or (ci.repository if ci is not None and ci.kind is kind else "")
    if not told:
        raise ConfigurationError("nothing names the repository that holds the issues", hint=_SET_REPOSITORY)
    if not _is_repository(told, kind):
        raise ConfigurationError(f"{shorten(printable(told), 80)!r} is no repository", hint=_SET_REPOSITORY)
    return told


def _is_repository(text: str, kind: Kind) -> bool:
    if kind is Kind.GITLAB and text.isascii() and text.isdigit():
        return True
    parts = text.split("/")
    enough = len(parts) >= _PAIR if kind is Kind.GITLAB else len(parts) == _PAIR
    return enough and all(part.strip(".") and part.isprintable() for part in parts)


def _unknown(settings: TrackerSettings, address: Address | None, remote: str) -> ConfigurationError:
    if settings.url is not None or address is not None:
        host = host_of(settings.url or "") or (address.host if address is not None else "")
        message = f"nothing tells what forge {host} is"
        hint = f'set {_TABLE} kind = "github", "gitlab", "forgejo" or "gitea"'
    elif settings.kind is not None:
        message, hint = f"nothing tells where the {settings.kind} server is", f"set {_TABLE} url"
    else:
        name = shorten(printable(settings.remote), 80)
        why = f"the remote {name} is on no forge" if remote else f"there is no git remote {name}"
        message = f"nothing tells where the issues are: {why}"
        hint = f"set {_TABLE} kind, url and repository"
    return ConfigurationError(message, hint=hint)
