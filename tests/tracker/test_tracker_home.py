"""Where a project's issues are: settings, then the remote, then the variables of the CI."""

from __future__ import annotations

from typing import Any

import pytest

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.config import TrackerSettings
from bugcapture.tracker.home import find_home

GITHUB_JOB = {
    "GITHUB_ACTIONS": "true", "GITHUB_API_URL": "https://api.github.com", "GITHUB_SERVER_URL": "https://github.com",
    "GITHUB_REPOSITORY": "octo/shop",
}  # fmt: skip
ENTERPRISE_JOB = {
    "GITHUB_API_URL": "https://ghe.example.org/api/v3", "GITHUB_SERVER_URL": "https://ghe.example.org",
    "GITHUB_REPOSITORY": "octo/shop",
}  # fmt: skip
GITLAB_JOB = {
    "CI_API_V4_URL": "https://git.example.org/api/v4", "CI_SERVER_URL": "https://git.example.org",
    "CI_PROJECT_ID": "7",
}  # fmt: skip
FORGEJO_JOB = {
    "GITHUB_API_URL": "https://git.example.org/api/v1", "GITHUB_SERVER_URL": "https://git.example.org",
    "GITHUB_REPOSITORY": "o/r",
}  # fmt: skip
GITEA_JOB = {**FORGEJO_JOB, "GITEA_ACTIONS": "true"}


def home(remote: str = "", environment: dict[str, str] | None = None, /, **settings: Any) -> tuple[str, str, str]:
    found = find_home(TrackerSettings(**settings), environment or {}, remote)
    return str(found.kind), found.api, found.repository


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("git@github.com:octo/shop.git", ("github", "https://api.github.com", "octo/shop")),
        ("git@acme.ghe.com:octo/shop.git", ("github", "https://api.acme.ghe.com", "octo/shop")),
        ("https://github.example.org/o/r", ("github", "https://github.example.org/api/v3", "o/r")),
        ("https://gitlab.com/a/b/c.git", ("gitlab", "https://gitlab.com/api/v4", "a/b/c")),
        ("git@gitlab.example.org:a/b.git", ("gitlab", "https://gitlab.example.org/api/v4", "a/b")),
        ("https://codeberg.org/o/r", ("forgejo", "https://codeberg.org/api/v1", "o/r")),
        ("https://gitea.com/o/r", ("forgejo", "https://gitea.com/api/v1", "o/r")),
        ("https://gitea.example.org:3000/o/r", ("forgejo", "https://gitea.example.org:3000/api/v1", "o/r")),
        ("https://forgejo.example.org/git/o/r", ("forgejo", "https://forgejo.example.org/git/api/v1", "o/r")),
    ],
)
def test_the_remote_tells_it(remote: str, expected: tuple[str, str, str]) -> None:
    """Public forges and servers that are named for their kind need no setting."""
    assert home(remote) == expected
    assert home(remote, kind=expected[0]) == expected


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        (GITHUB_JOB, ("github", "https://api.github.com", "octo/shop")),
        ({"GITHUB_REPOSITORY": "octo/shop"}, ("github", "https://api.github.com", "octo/shop")),
        (ENTERPRISE_JOB, ("github", "https://ghe.example.org/api/v3", "octo/shop")),
        (GITLAB_JOB, ("gitlab", "https://git.example.org/api/v4", "7")),
        ({**GITLAB_JOB, "CI_PROJECT_PATH": "a/b/c"}, ("gitlab", "https://git.example.org/api/v4", "a/b/c")),
        (FORGEJO_JOB, ("forgejo", "https://git.example.org/api/v1", "o/r")),
        (GITEA_JOB, ("forgejo", "https://git.example.org/api/v1", "o/r")),
        (
            {"FORGEJO_REPOSITORY": "o/r", "FORGEJO_SERVER_URL": "https://git.example.org/"},
            ("forgejo", "https://git.example.org/api/v1", "o/r"),
        ),
    ],
)
@pytest.mark.parametrize("remote", ["", "/srv/mirror.git"])
def test_the_variables_of_a_job_tell_it(
    environment: dict[str, str], expected: tuple[str, str, str], remote: str
) -> None:
    """Where there is no remote, or only a folder."""
    assert home(remote, environment) == expected


def test_the_remote_says_which_repository_and_the_job_what_kind_of_forge() -> None:
    """A job may check out another repository of the same server than its own."""
    job = {**GITLAB_JOB, "CI_PROJECT_PATH": "a/other"}
    assert home("git@git.example.org:a/shop.git", job) == ("gitlab", "https://git.example.org/api/v4", "a/shop")
    found = home("https://git.example.org/o/shop.git", FORGEJO_JOB)
    assert found == ("forgejo", "https://git.example.org/api/v1", "o/shop")
    proxied = {**GITHUB_JOB, "GITHUB_API_URL": "http://127.0.0.1:4010"}
    assert home("git@github.com:octo/shop.git", proxied) == ("github", "http://127.0.0.1:4010", "octo/shop")


def test_a_job_of_another_server_says_nothing_about_the_remote() -> None:
    """A mirror that is tested elsewhere."""
    assert home("git@github.com:octo/shop.git", GITLAB_JOB) == ("github", "https://api.github.com", "octo/shop")


@pytest.mark.parametrize(
    ("variable", "kind", "root"),
    [("GH_HOST", "github", "api/v3"), ("GITLAB_HOST", "gitlab", "api/v4"), ("FORGEJO_URL", "forgejo", "api/v1"),
     ("GITEA_SERVER_URL", "forgejo", "api/v1")],
)  # fmt: skip
def test_a_variable_tells_the_kind_of_a_server(variable: str, kind: str, root: str) -> None:
    """People who work with a server have its name in the variables of its tools."""
    for value in ("git.example.org", "https://git.example.org"):
        found = home("git@git.example.org:o/r.git", {variable: value})
        assert found == (kind, f"https://git.example.org/{root}", "o/r")


def test_the_settings_come_first() -> None:
    """Each of kind, url and repository outweighs what would be found."""
    remote = "git@github.com:octo/shop.git"
    assert home(remote, repository="octo/bugs") == ("github", "https://api.github.com", "octo/bugs")
    assert home("git@git.example.org:o/r.git", kind="gitea") == (
        "forgejo",
        "https://git.example.org/api/v1",
        "o/r",
    )
    found = home(remote, kind="forgejo", url="https://git.example.org/api/v1", repository="o/r")
    assert found == ("forgejo", "https://git.example.org/api/v1", "o/r")
    assert home(remote, GITLAB_JOB, kind="gitlab", repository="a/b") == (
        "gitlab", "https://git.example.org/api/v4", "a/b",
    )  # fmt: skip
    assert home(remote, kind="gitlab", repository="42") == ("gitlab", "https://gitlab.com/api/v4", "42")
    assert home("git@gitlab.com:a/b.git", kind="github", repository="o/r") == (
        "github", "https://api.github.com", "o/r",
    )  # fmt: skip
    assert home("", kind="github", repository="o/r") == ("github", "https://api.github.com", "o/r")


@pytest.mark.parametrize(
    ("url", "kind"),
    [("https://x.org/api/v4", "gitlab"), ("https://x.org/api/v1/", "forgejo"), ("https://x.org/api/v3", "github"),
     ("https://api.github.com", "github"), ("https://gitlab.x.org/base/api", "gitlab")],
)  # fmt: skip
def test_the_address_of_an_interface_tells_its_kind(url: str, kind: str) -> None:
    """Each kind has its own path."""
    assert home("", url=url, repository="o/r")[0] == kind


@pytest.mark.parametrize(
    ("remote", "settings", "told"),
    [
        ("", {}, "nothing tells where the issues are: there is no git remote origin"),
        ("", {"remote": "up\x1b[31m"}, "there is no git remote up\\x1b[31m"),
        ("/srv/git/shop.git", {}, "the remote origin is on no forge"),
        ("git@git.example.org:o/r.git", {}, "nothing tells what forge git.example.org is"),
        ("", {"url": "https://git.example.org"}, "nothing tells what forge git.example.org is"),
        ("", {"kind": "gitea", "repository": "o/r"}, "nothing tells where the gitea server is"),
        ("https://github.com/shop", {}, "'shop' is no repository"),
        ("", {"kind": "github"}, "nothing names the repository"),
        ("", {"kind": "github", "repository": "a/b/c"}, "'a/b/c' is no repository"),
        ("", {"kind": "github", "repository": "a/.."}, "'a/..' is no repository"),
        ("", {"kind": "gitlab", "repository": "a"}, "'a' is no repository"),
        ("", {"kind": "github", "repository": "a/\x1bb"}, r"'a/\\x1bb' is no repository"),
        ("http://git.example.org/o/r", {"kind": "gitea"}, "the address of the remote is not encrypted"),
        ("https://ann:s3cret@git.example.org/o/r", {}, "nothing tells what forge git.example.org is"),
        ("https://ann:s3cret@git.example.org", {}, "the remote origin is on no forge"),
    ],
)
def test_what_cannot_be_told_is_an_error_with_the_setting_that_would_tell_it(
    remote: str, settings: dict[str, str], told: str
) -> None:
    """Nothing is guessed, and no password of a remote is repeated."""
    with pytest.raises(ConfigurationError) as refused:
        home(remote, **settings)
    assert told in str(refused.value)
    assert "[tool.bugcapture.tracker]" in str(refused.value) or "https" in str(refused.value)
    assert "s3cret" not in str(refused.value)


def test_the_address_of_a_job_is_checked_as_well() -> None:
    """A job whose server speaks plain http gets no answer, and no token goes there."""
    with pytest.raises(ConfigurationError, match="the address in the variables of the CI is not encrypted"):
        home("", {"CI_API_V4_URL": "http://git.example.org/api/v4", "CI_PROJECT_ID": "7"})
