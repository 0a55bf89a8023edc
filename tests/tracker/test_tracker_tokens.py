"""A token is sent to the host that it belongs to, and to no other."""

from __future__ import annotations

import pytest

from bugcapture.core.errors import ConfigurationError
from bugcapture.tracker.home import Home, Kind
from bugcapture.tracker.tokens import Access, find_access

SECRET = "t0ken-s3cret"  # noqa: S105 - nobody's
API = {
    Kind.GITHUB: "https://api.github.com",
    Kind.GITLAB: "https://gitlab.com/api/v4",
    Kind.FORGEJO: "https://codeberg.org/api/v1",
}


def access(kind: Kind, api: str, **environment: str) -> Access:
    return find_access(Home(kind=kind, api=api, repository="o/r"), environment)


@pytest.mark.parametrize(
    ("kind", "variable", "header", "value"),
    [
        (Kind.GITHUB, "GITHUB_TOKEN", "Authorization", f"Bearer {SECRET}"),
        (Kind.GITHUB, "GH_TOKEN", "Authorization", f"Bearer {SECRET}"),
        (Kind.GITLAB, "GITLAB_TOKEN", "PRIVATE-TOKEN", SECRET),
        (Kind.FORGEJO, "FORGEJO_TOKEN", "Authorization", f"token {SECRET}"),
    ],
)
def test_the_public_forge_of_a_kind_gets_its_token(kind: Kind, variable: str, header: str, value: str) -> None:
    """In the header that it reads."""
    token = access(kind, API[kind], **{variable: f" {SECRET}\n"}).token
    assert token is not None
    assert (token.variable, token.header, token.value) == (variable, header, value)
    assert SECRET not in repr(token)


BOUND = [
    (Kind.GITHUB, "https://git.corp/api/v3", "GITHUB_TOKEN", {"GITHUB_API_URL": "https://git.corp/api/v3"}),
    (Kind.GITHUB, "https://git.corp/api/v3", "GH_ENTERPRISE_TOKEN", {"GH_HOST": "git.corp"}),
    (Kind.GITHUB, "https://api.acme.ghe.com", "GITHUB_ENTERPRISE_TOKEN", {"GH_HOST": "acme.ghe.com"}),
    (Kind.GITLAB, "https://git.corp/api/v4", "GITLAB_TOKEN", {"GITLAB_HOST": "git.corp"}),
    (Kind.GITLAB, "https://git.corp/api/v4", "GITLAB_TOKEN", {"GITLAB_URI": "https://git.corp"}),
    (Kind.GITLAB, "https://git.corp/api/v4", "GITLAB_TOKEN", {"CI_API_V4_URL": "https://git.corp/api/v4"}),
    (Kind.GITLAB, "https://git.corp/api/v4", "CI_JOB_TOKEN", {"CI_API_V4_URL": "https://git.corp/api/v4"}),
    (Kind.FORGEJO, "https://git.corp/api/v1", "FORGEJO_TOKEN", {"FORGEJO_URL": "https://git.corp"}),
    (Kind.FORGEJO, "https://git.corp/api/v1", "GITEA_TOKEN", {"GITEA_SERVER_URL": "https://git.corp"}),
    (Kind.FORGEJO, "https://git.corp/api/v1", "GITHUB_TOKEN", {"GITHUB_API_URL": "https://git.corp/api/v1"}),
    (Kind.FORGEJO, "https://git.corp/api/v1", "FORGEJO_TOKEN", {"GITHUB_API_URL": "https://git.corp/api/v1"}),
]


@pytest.mark.parametrize(("kind", "api", "variable", "binding"), BOUND)
def test_a_server_that_the_environment_names_gets_the_token(
    kind: Kind, api: str, variable: str, binding: dict[str, str]
) -> None:
    """And no other server does, nor does the public forge."""
    token = access(kind, api, **binding, **{variable: SECRET}).token
    assert token is not None
    assert token.variable == variable
    host = api.split("/")[2]
    for other in (
        "https://evil.example/api",
        API[kind],
        f"https://evil.{host}",
        f"https://{host}.evil.example/api",
    ):
        assert access(kind, other, **binding, **{variable: SECRET}).token is None, other


@pytest.mark.parametrize(
    ("kind", "variable", "told"),
    [
        (Kind.GITHUB, "GITHUB_TOKEN", "GH_HOST=evil.example and GH_ENTERPRISE_TOKEN"),
        (Kind.GITHUB, "GH_TOKEN", "GH_HOST=evil.example and GH_ENTERPRISE_TOKEN"),
        (Kind.GITLAB, "GITLAB_TOKEN", "GITLAB_HOST=evil.example"),
        (Kind.GITLAB, "CI_JOB_TOKEN", "GITLAB_HOST=evil.example"),
        (Kind.FORGEJO, "FORGEJO_TOKEN", "FORGEJO_URL=https://evil.example"),
        (Kind.FORGEJO, "GITEA_TOKEN", "GITEA_URL=https://evil.example"),
    ],
)
def test_a_host_that_only_the_settings_name_gets_none(kind: Kind, variable: str, told: str) -> None:
    """Whoever checks out a stranger's project loses no token to it; what would bind the token is told."""
    found = access(kind, "https://evil.example/api", **{variable: SECRET})
    assert found == Access(None, variable, told)


@pytest.mark.parametrize("variable", ["GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN", "FORGEJO_TOKEN"])
def test_a_token_of_another_kind_of_forge_is_none(variable: str) -> None:
    """Not even on this machine."""
    kinds = {"GITHUB": Kind.GITHUB, "GITLAB": Kind.GITLAB}
    for kind in Kind:
        if kind is not kinds.get(variable[:6], Kind.FORGEJO):
            assert access(kind, "http://127.0.0.1:3000/api", **{variable: SECRET}) == Access()
            assert access(kind, API[kind], **{variable: SECRET}) == Access()


def test_each_of_two_servers_of_one_kind_gets_its_own() -> None:
    """Forgejo here and Gitea there."""
    both = {
        "FORGEJO_URL": "https://a.corp", "FORGEJO_TOKEN": "token-of-a",
        "GITEA_URL": "https://b.corp", "GITEA_TOKEN": "token-of-b",
    }  # fmt: skip
    for host, secret in (("a", "token-of-a"), ("b", "token-of-b")):
        token = access(Kind.FORGEJO, f"https://{host}.corp/api/v1", **both).token
        assert token is not None
        assert token.secret == secret


def test_this_machine_is_no_other_host() -> None:
    """A server on this machine, such as a test's, gets the token of its kind."""
    for kind, variable in (
        (Kind.GITHUB, "GH_TOKEN"),
        (Kind.GITLAB, "GITLAB_TOKEN"),
        (Kind.FORGEJO, "GITEA_TOKEN"),
    ):
        assert access(kind, "http://127.0.0.1:3000", **{variable: SECRET}).token is not None


def test_the_first_variable_wins_and_empty_ones_do_not_count() -> None:
    """As the tools of the forges do it."""
    first = access(Kind.GITHUB, API[Kind.GITHUB], GITHUB_TOKEN="token-one", GH_TOKEN="token-two").token  # noqa: S106
    assert first is not None
    assert first.secret == "token-one"  # noqa: S105
    second = access(Kind.GITHUB, API[Kind.GITHUB], GITHUB_TOKEN=" ", GH_TOKEN="token-two").token  # noqa: S106
    assert second is not None
    assert second.secret == "token-two"  # noqa: S105
    assert access(Kind.GITHUB, API[Kind.GITHUB]) == Access()


@pytest.mark.parametrize("secret", ["to\nken-s3cret", "to ken-s3cret", "tök-s3cret", "\x1b-s3cret"])
def test_what_cannot_be_a_token_is_refused_without_being_shown(secret: str) -> None:
    """A header could not hold it, and whoever reports that would show it."""
    with pytest.raises(ConfigurationError) as refused:
        access(Kind.GITHUB, API[Kind.GITHUB], GITHUB_TOKEN=secret)
    assert str(refused.value) == "GITHUB_TOKEN holds characters that no token has"


def test_hiding() -> None:
    """Wherever the token would stand, there are stars; what is too short to be one hides nothing."""
    found = access(Kind.GITHUB, API[Kind.GITHUB], GITHUB_TOKEN=SECRET)
    assert found.hide(f"a {SECRET} b{SECRET}") == "a *** b***"
    assert access(Kind.GITHUB, API[Kind.GITHUB], GITHUB_TOKEN="abc").hide("abc") == "abc"  # noqa: S106
    assert Access().hide("abc") == "abc"
