"""Which token of the environment belongs to the host that is asked; no other host gets it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.tracker.address import host_of, is_loopback
from bugcapture.tracker.home import SERVERS, Kind, is_forgejo_job

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bugcapture.tracker.home import Home

_SHORTEST: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token, and how it is sent.

    Attributes:
        variable: The variable that holds it.
        header: The name of the header.
        value: The whole value of the header; it is never shown.
        secret: The token itself; it is never shown.
        optional: Whether the forge can be asked without it when it refuses it.
    """

    variable: str
    header: str
    value: str = field(repr=False)
    secret: str = field(repr=False)
    optional: bool = False

    def hide(self, text: str) -> str:
        """A text in which the token is not to be seen."""
        return text.replace(self.secret, "***") if len(self.secret) >= _SHORTEST else text


@dataclass(frozen=True, slots=True)
class Access:
    """With what rights the forge is asked.

    Attributes:
        token: The token; None to ask as a stranger.
        withheld: A variable whose token was not sent, because nothing says that it belongs to the host; empty
            when there is none.
        binding: What would say so.
    """

    token: Token | None = None
    withheld: str = ""
    binding: str = ""

    def hide(self, text: str) -> str:
        """A text in which the token is not to be seen."""
        return self.token.hide(text) if self.token is not None else text


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate:
    variable: str
    header: str
    hosts: frozenset[str]
    scheme: str = ""
    optional: bool = False


def find_access(home: Home, environment: Mapping[str, str]) -> Access:
    """Choose the token for a forge.

    A token belongs to the public forge of its kind, or to the one that a variable of the environment names.
    The settings of the project cannot give it to another host: whoever checks out a stranger's project
    must not lose a token to it. This machine itself is no other host.

    Args:
        home: Where the issues are.
        environment: The variables of the process.

    Raises:
        ConfigurationError: If a token cannot be one.
    """
    withheld = ""
    for candidate in _candidates(home.kind, environment):
        secret = environment.get(candidate.variable, "").strip()
        if not secret:
            continue
        if home.host not in candidate.hosts and not is_loopback(home.host):
            withheld = withheld or candidate.variable
            continue
        if not (secret.isascii() and secret.isprintable()) or " " in secret:
            raise ConfigurationError(f"{candidate.variable} holds characters that no token has")
        return Access(
            Token(
                variable=candidate.variable,
                header=candidate.header,
                value=f"{candidate.scheme}{secret}",
                secret=secret,
                optional=candidate.optional,
            )
        )
    return Access(withheld=withheld, binding=_binding(withheld, home) if withheld else "")


def _candidates(kind: Kind, environment: Mapping[str, str]) -> Iterator[_Candidate]:
    def hosts(*names: str, otherwise: str = "") -> frozenset[str]:
        found = {host_of(value) for name in names if (value := environment.get(name))} - {""}
        return frozenset(found or {otherwise})

    named = hosts(*SERVERS[kind])
    if kind is Kind.GITHUB:
        own = hosts("GITHUB_API_URL", otherwise="api.github.com")
        for variable in ("GITHUB_TOKEN", "GH_TOKEN"):
            yield _Candidate(variable=variable, header="Authorization", scheme="Bearer ", hosts=own)
        for variable in ("GH_ENTERPRISE_TOKEN", "GITHUB_ENTERPRISE_TOKEN"):
            below = {f"api.{host}" for host in named}
            yield _Candidate(variable=variable, header="Authorization", scheme="Bearer ", hosts=named | below)
    elif kind is Kind.GITLAB:
        job = hosts("CI_API_V4_URL")
        own = hosts(*SERVERS[kind], "CI_API_V4_URL", otherwise="gitlab.com")
        yield _Candidate(variable="GITLAB_TOKEN", header="PRIVATE-TOKEN", hosts=own)
        # Most of GitLab is closed to the token of a job, its issues too in most versions.
        yield _Candidate(variable="CI_JOB_TOKEN", header="JOB-TOKEN", hosts=job, optional=True)
    else:
        job = hosts("GITHUB_API_URL", "GITHUB_SERVER_URL") if is_forgejo_job(environment) else frozenset()
        for prefix, public in (("FORGEJO", "codeberg.org"), ("GITEA", "gitea.com")):
            names = [f"{prefix}_{name}" for name in ("URL", "HOST", "SERVER_URL", "API_URL")]
            own = (hosts(*names) - {""}) | job or frozenset({public})
            yield _Candidate(variable=f"{prefix}_TOKEN", header="Authorization", scheme="token ", hosts=own)
        if job:
            yield _Candidate(variable="GITHUB_TOKEN", header="Authorization", scheme="token ", hosts=job)


def _binding(variable: str, home: Home) -> str:
    if home.kind is Kind.GITHUB:
        return f"GH_HOST={home.host} and GH_ENTERPRISE_TOKEN"
    if home.kind is Kind.GITLAB:
        return f"GITLAB_HOST={home.host}"
    return f"{'GITEA' if variable.startswith('GITEA') else 'FORGEJO'}_URL=https://{home.host}"
