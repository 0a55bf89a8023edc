"""Addresses of remotes and of programming interfaces: what is read off them, and that secrets are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.core.errors import ConfigurationError
from bugcapture.tracker.address import Address, host_of, is_loopback, origin_of, read_address, read_root

REMOTES = {
    "https://github.com/octo/shop.git": ("https://github.com", "github.com", "octo/shop"),
    "https://github.com/octo/shop": ("https://github.com", "github.com", "octo/shop"),
    "https://github.com/octo/shop/": ("https://github.com", "github.com", "octo/shop"),
    "https://GitHub.com/Octo/Shop.git": ("https://github.com", "github.com", "Octo/Shop"),
    "https://ann:s3cret@github.com/octo/shop.git": ("https://github.com", "github.com", "octo/shop"),
    "https://s3cret@github.com/octo/shop.git": ("https://github.com", "github.com", "octo/shop"),
    "https://gitlab-ci-token:s3cret@git.example.org:8443/a/b/c.git":
        ("https://git.example.org:8443", "git.example.org", "a/b/c"),
    "https://git.example.org:443/o/r": ("https://git.example.org", "git.example.org", "o/r"),
    "http://127.0.0.1:3000/o/r.git": ("http://127.0.0.1:3000", "127.0.0.1", "o/r"),
    "http://[::1]:3000/o/r.git": ("http://[::1]:3000", "::1", "o/r"),
    "ssh://git@git.example.org:2222/o/r.git": ("https://git.example.org", "git.example.org", "o/r"),
    "ssh://git@[2001:db8::1]:2222/o/r.git": ("https://[2001:db8::1]", "2001:db8::1", "o/r"),
    "git+ssh://git@git.example.org/o/r": ("https://git.example.org", "git.example.org", "o/r"),
    "git://git.example.org/o/r.git": ("https://git.example.org", "git.example.org", "o/r"),
    "git@github.com:octo/shop.git": ("https://github.com", "github.com", "octo/shop"),
    "github.com:octo/shop": ("https://github.com", "github.com", "octo/shop"),
    "git@git.example.org:group/sub/shop.git": ("https://git.example.org", "git.example.org", "group/sub/shop"),
    "git@[::1]:o/r.git": ("https://[::1]", "::1", "o/r"),
    "ssh://git@ssh.github.com:443/octo/shop.git": ("https://github.com", "github.com", "octo/shop"),
    "ssh://git@altssh.gitlab.com:443/g/shop.git": ("https://gitlab.com", "gitlab.com", "g/shop"),
}  # fmt: skip
NONE = [
    "", "/srv/git/shop.git", "../shop.git", "./shop", "shop", "C:\\git\\shop", "C:/git/shop", "file:///srv/shop.git",
    "https://github.com", "https://github.com/", "https:///o/r", "ftp://github.com/o/r", "https://git hub.com/o/r",
    "https://github.com/../..", "https://github.com/o/./r", "https://ann:pass/word@github.com/o/r",
    "https://github.com/o/\x1b[31mr", "git@github.com:", "https://[bad/o/r", "https://github.com:port/o/r",
    "https://github.com/o/r?x=1/..", "https://-/o/r",
]  # fmt: skip


@pytest.mark.parametrize("remote", REMOTES)
def test_a_remote_names_a_place(remote: str) -> None:
    """https, ssh and scp addresses, with ports, names and passwords, lead to the same place."""
    assert read_address(remote) == Address(*REMOTES[remote])
    assert "s3cret" not in repr(read_address(remote))


@pytest.mark.parametrize("remote", NONE)
def test_what_is_no_address_names_none(remote: str) -> None:
    """A folder, a broken address and a path out of the repository are no place."""
    found = read_address(remote)
    assert found is None or (".." not in found.path and found.path == "o/r")


@given(st.text(max_size=40) | st.from_regex(r"(https?|ssh)://[^/]*/.{0,20}") | st.from_regex(r".*@.*:.*"))
def test_no_text_breaks_the_reader(text: str) -> None:
    """Whatever stands in a git configuration: a place, or none."""
    found = read_address(text)
    if found is not None:
        assert found.host
        assert found.path.strip("/") == found.path
        assert "@" not in found.origin


@pytest.mark.parametrize(
    ("url", "root"),
    [
        ("https://git.example.org/api/v1/", "https://git.example.org/api/v1"),
        ("https://GIT.example.org:443/api/v1", "https://git.example.org/api/v1"),
        ("https://git.example.org:8443", "https://git.example.org:8443"),
        ("http://localhost:3000/api/v1", "http://localhost:3000/api/v1"),
        ("http://127.0.0.2/api/v1", "http://127.0.0.2/api/v1"),
        ("http://[::1]:3000", "http://[::1]:3000"),
        ("http://forge.localhost/api/v4", "http://forge.localhost/api/v4"),
    ],
)
def test_the_root_of_an_interface(url: str, root: str) -> None:
    """Encrypted everywhere, plain on this machine only, and no slash at the end."""
    assert read_root(url, "the setting") == root


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://git.example.org/api/v1", "not encrypted"),
        ("http://localhost.example.org/api/v1", "not encrypted"),
        ("http://128.0.0.1/api/v1", "not encrypted"),
        ("ftp://git.example.org", "is no address"),
        ("git.example.org", "is no address"),
        ("https://", "is no address"),
        ("https://[bad", "is no address"),
        ("https://git.example.org:s3cret/api", "is no address"),
        ("https://ann:s3cret@git.example.org/api/v1", "must hold no name, password or query"),
        ("https://git.example.org/api/v1?token=s3cret", "must hold no name, password or query"),
        ("https://git.example.org/#s3cret", "must hold no name, password or query"),
        ("", "is no address"),
    ],
)
def test_a_root_that_cannot_be_used_is_refused(url: str, told: str) -> None:
    """A password in the settings is refused, and not repeated."""
    with pytest.raises(ConfigurationError, match=told) as refused:
        read_root(url, "the setting")
    assert str(refused.value).startswith("the setting")
    assert "s3cret" not in str(refused.value)


def test_hosts_of_addresses_and_of_bare_names() -> None:
    """Variables hold both."""
    assert host_of("https://Git.Example.org:8443/x") == host_of("git.example.org:8443") == "git.example.org"
    assert host_of("") == host_of("https://") == host_of("https://[bad") == host_of("a b") == ""


def test_origins_tell_scheme_host_and_port_apart() -> None:
    """The usual port is the same as none; anything else is another origin."""
    assert origin_of("https://a.org:443/x") == origin_of("https://A.org/y") == "https://a.org"
    assert len({origin_of(url) for url in ("https://a.org", "http://a.org", "https://a.org:8443")}) == 3
    assert origin_of("ftp://a.org") == origin_of("/x") == origin_of("https://[bad") == ""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.1.2.3", "::1", "x.localhost"])
def test_this_machine(host: str) -> None:
    """Every name of this machine."""
    assert is_loopback(host)


@pytest.mark.parametrize("host", ["", "localhost.org", "10.0.0.1", "0.0.0.0", "::2", "github.com"])  # noqa: S104
def test_other_machines(host: str) -> None:
    """Private networks are other machines."""
    assert not is_loopback(host)
