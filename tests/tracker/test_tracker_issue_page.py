"""Where the web page of an issue is."""

from __future__ import annotations

import pytest

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.config import TrackerSettings
from bugcapture.tracker.home import Home, Kind, find_home


@pytest.mark.parametrize(
    ("remote", "page"),
    [
        ("git@github.com:o/r.git", "https://github.com/o/r/issues/{number}"),
        ("https://octo.ghe.com/o/r", "https://octo.ghe.com/o/r/issues/{number}"),
        ("https://github.example.org/o/r", "https://github.example.org/o/r/issues/{number}"),
        ("https://gitlab.com/g/sub/r.git", "https://gitlab.com/g/sub/r/-/issues/{number}"),
        ("https://ann:secret@codeberg.org/o/r.git", "https://codeberg.org/o/r/issues/{number}"),
        (
            "https://forgejo.example.org:8443/below/o/r",
            "https://forgejo.example.org:8443/below/o/r/issues/{number}",
        ),
    ],
)
def test_the_page_is_that_of_the_forge(remote: str, page: str) -> None:
    """Each kind of forge has its own, on the machine of its web pages."""
    assert find_home(TrackerSettings(), {}, remote).issue_page == page


def test_a_host_that_is_called_api_keeps_its_name() -> None:
    """Only the public GitHub and its like have their programming interface on a machine of its own."""
    home = Home(kind=Kind.GITHUB, api="https://api.example.org/api/v3", repository="o/r")
    assert home.issue_page == "https://api.example.org/o/r/issues/{number}"


def test_the_number_of_a_project_tells_no_page() -> None:
    """GitLab takes the number of a project, which says nothing about its path."""
    assert Home(kind=Kind.GITLAB, api="https://gitlab.com/api/v4", repository="42").issue_page == ""


def test_a_repository_is_quoted() -> None:
    """What stands in the settings is no part of an address before it is quoted."""
    home = Home(kind=Kind.FORGEJO, api="https://git.example.org/api/v1", repository='o/r"{x} y')
    assert home.issue_page == "https://git.example.org/o/r%22%7Bx%7D%20y/issues/{number}"


def test_without_a_forge_there_is_none() -> None:
    """Nothing tells where the issues are."""
    with pytest.raises(ConfigurationError):
        find_home(TrackerSettings(), {}, "")
