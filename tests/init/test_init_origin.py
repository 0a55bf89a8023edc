"""Where the installed bugcapture came from, as pip has noted it (PEP 610)."""

from __future__ import annotations

import json

import pytest

from bugcapture.project import origin
from bugcapture.project.origin import Origin, find_origin, read_origin, write_requirement

COMMIT = "0123456789abcdef0123456789abcdef01234567"
URL = "https://git.example.org/tools/bugcapture.git"

SSH = "ssh://git@example.org:22/bugcapture.git"


def noted(url: str = URL, wanted: str | None = None, commit: str | None = COMMIT) -> str:
    """The content of ``direct_url.json``."""
    return json.dumps({"url": url, "vcs_info": {"vcs": "git", "requested_revision": wanted, "commit_id": commit}})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (noted(), Origin(URL, COMMIT)),
        (noted(wanted="v1.2.3"), Origin(URL, "v1.2.3")),
        (noted(wanted="1.2rc1"), Origin(URL, "1.2rc1")),
        (noted(wanted="main"), Origin(URL, COMMIT)),
        (
            noted("ssh://git@example.org:22/bugcapture.git"),
            Origin("ssh://git@example.org:22/bugcapture.git", COMMIT),
        ),
        # Nothing that only this machine knows, no password, nothing that a shell would read otherwise.
        (noted("https://ann:secret@example.org/bugcapture.git"), None),
        (noted("file:///srv/bugcapture"), None),
        (noted("https://example.org/x'; rm -rf /"), None),
        (noted("https://example.org/x\n- repo: evil"), None),
        (noted(commit="0123"), None),
        (noted(commit=None), None),
        (json.dumps({"url": "file:///srv/bugcapture", "dir_info": {"editable": True}}), None),
        (json.dumps({"url": URL, "archive_info": {}}), None),
        ("{", None),
        ("[]", None),
        ('{"url": 3, "vcs_info": {"commit_id": 4}}', None),
        ('{"vcs_info": 3}', None),
        ("", None),
        (None, None),
    ],
)
def test_origins(text: str | None, expected: Origin | None) -> None:
    assert read_origin(text) == expected


def test_what_pip_is_given() -> None:
    assert write_requirement(["behave", "robot"], None) == "bugcapture[behave,robot]"
    assert write_requirement([], None) == "bugcapture"
    wanted = f"bugcapture[behave] @ git+{URL}@v1"
    assert write_requirement(["behave"], Origin(URL, "v1")) == wanted


def test_a_bugcapture_that_is_not_installed_has_no_origin(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(origin, "_NAME", "no-such-distribution")
    assert find_origin() is None
