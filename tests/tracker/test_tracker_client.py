"""The issues of each forge through one protocol, with few requests, and what is kept of them."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest import mock

import pytest
from fake_forge import FakeForge, FakeIssue
from stale_project import TOKEN, Project

from bugcapture.core.errors import ConfigurationError
from bugcapture.tracker import ClosedAs, NotCachedError, TrackerError, find_tracker
from bugcapture.tracker import pages as pages_module

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bugcapture.tracker import Tracker

GITHUB_WORDS = {"fixed": ClosedAs.FIXED, "not_planned": ClosedAs.NOT_PLANNED, "duplicate": ClosedAs.DUPLICATE,
                "moved": ClosedAs.MOVED, "unknown": ClosedAs.UNKNOWN}  # fmt: skip
# No other forge asks why an issue is closed.
WORDS = {
    "github": GITHUB_WORDS,
    "gitlab": GITHUB_WORDS | {"fixed": ClosedAs.UNKNOWN},
    "forgejo": GITHUB_WORDS | {"fixed": ClosedAs.UNKNOWN, "moved": ClosedAs.UNKNOWN},
}
VARIABLES = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN", "forgejo": "FORGEJO_TOKEN"}


@pytest.fixture
def opened() -> Iterator[list[Tracker]]:
    """Trackers that are closed when the test has ended."""
    trackers: list[Tracker] = []
    yield trackers
    for tracker in trackers:
        tracker.close()


@pytest.fixture
def ask(project: Project, opened: list[Tracker]) -> Any:
    """Find the tracker of the project, at each kind of forge in turn."""

    def find(at: Project = project, *, environment: dict[str, str] | None = None, **options: bool) -> Tracker:
        with mock.patch.dict(os.environ, at.variables(**(environment or {})), clear=True):
            opened.append(find_tracker(at.find(), **options))
        return opened[-1]

    return find


def test_an_open_issue(ask: Any, forge: FakeForge) -> None:
    """With what a capture needs: its title and its page."""
    forge.open(7, "The cart forgets an item", "bug", "Kind/Cart")
    with ask() as tracker:
        issue = tracker.get_issue(7)
    assert (issue.number, issue.title, issue.is_open, issue.closed_as, issue.closed_at) == (
        7, "The cart forgets an item", True, None, None,
    )  # fmt: skip
    assert issue.labels == ("bug", "Kind/Cart")
    assert issue.url.startswith("https://")
    assert issue.url.endswith("/issues/7")
    assert not issue.is_pull_request


@pytest.mark.parametrize("closed_as", ["fixed", "not_planned", "duplicate", "moved", "unknown"])
def test_why_an_issue_was_closed(ask: Any, forge: FakeForge, closed_as: str) -> None:
    """In the forge's own words, or those of its labels."""
    forge.open(7)
    forge.close(7, closed_as, at=datetime(2026, 3, 4, tzinfo=UTC))
    issue = ask().get_issue(7)
    assert issue.number == 7
    assert not issue.is_open
    assert issue.closed_as is WORDS[forge.kind][closed_as]
    assert issue.closed_at == (
        None if closed_as == "moved" and forge.kind == "github" else datetime(2026, 3, 4, tzinfo=UTC)
    )


def test_an_issue_that_is_opened_again_is_open(ask: Any, forge: FakeForge) -> None:
    """Whatever it was once closed as."""
    issue = forge.close(7, "not_planned")
    issue.state = "open"
    assert (ask().get_issue(7).is_open, ask().get_issue(7).closed_as) == (True, None)


def test_a_pull_request_is_told_apart(ask: Any, forge: FakeForge) -> None:
    """Where they share the numbers of issues, and where they have their own."""
    forge.pull(7, "Fix the cart")
    issue = ask().get_issue(7)
    assert (issue.number, issue.is_pull_request, issue.title) == (7, True, "Fix the cart")


def test_an_issue_comes_before_a_merge_request_of_the_same_number(tmp_path: Path, opened: list[Tracker]) -> None:
    """GitLab counts them apart."""
    del opened
    with FakeForge("gitlab") as gitlab:
        gitlab.open(7)
        gitlab.pull(7)
        at = Project(tmp_path, gitlab)
        with mock.patch.dict(os.environ, at.variables(), clear=True), find_tracker(at.find()) as tracker:
            issue = tracker.get_issue(7)
            assert issue is not None
            assert not issue.is_pull_request


def test_what_does_not_exist_is_none(ask: Any, forge: FakeForge) -> None:
    """As long as the repository exists."""
    assert ask().get_issue(7) is None
    assert ask().get_issue(10**17) is None
    assert any(path.rstrip("/").endswith("octo/shop") for path in forge.paths)


def test_a_repository_that_may_not_be_seen_says_nothing_about_its_issues(ask: Any, forge: FakeForge) -> None:
    """Otherwise every bug would look deleted."""
    forge.private = True
    forge.open(7)
    for deed in (lambda it: it.get_issue(7), lambda it: it.get_issues(range(1, 9)),
                 lambda it: list(it.closed_issues(["bug"]))):  # fmt: skip
        with pytest.raises(TrackerError, match="has no repository octo/shop that a stranger may see") as refused:
            deed(ask())
        assert VARIABLES[forge.kind] in str(refused.value)
    forge.tokens.add(TOKEN)
    assert ask(environment={VARIABLES[forge.kind]: TOKEN}).get_issue(7) is not None


def test_a_repository_without_issues_says_so(ask: Any, forge: FakeForge) -> None:
    """They are switched off, and not deleted."""
    forge.has_issues = False
    for deed in (lambda it: it.get_issue(7), lambda it: it.get_issues([1, 2, 3]),
                 lambda it: list(it.closed_issues(["bug"]))):  # fmt: skip
        with pytest.raises(TrackerError, match=r"octo/shop at 127.0.0.1 has no issues: they are switched off"):
            deed(ask())


def test_a_list_that_may_not_be_read_is_no_empty_list(ask: Any, forge: FakeForge) -> None:
    """A forge that shows the repository, and hides its issues."""
    forge.fail(404, path="/issues?", times=-1)
    with pytest.raises(TrackerError, match="has no repository octo/shop that a stranger may see"):
        list(ask().closed_issues(["bug"]))


def test_many_issues_cost_few_requests(ask: Any, forge: FakeForge) -> None:
    """A list instead of one request for each."""
    for number in range(1, 41):
        forge.open(number) if number % 2 else forge.close(number)
    tracker = ask()
    found = tracker.get_issues(range(1, 41))
    assert sorted(found) == list(range(1, 41))
    assert [found[number].is_open for number in (1, 2, 39, 40)] == [True, False, True, False]
    assert tracker.requests == 1


def test_few_issues_are_asked_for_singly(ask: Any, forge: FakeForge) -> None:
    """The list of a large repository would be longer than that."""
    for number in range(1, 41):
        forge.open(number)
    tracker = ask()
    assert sorted(tracker.get_issues([3, 30])) == [3, 30]
    assert [path.rpartition("/")[2] for path in forge.paths] == ["3", "30"]
    assert tracker.get_issues([]) == {}
    assert tracker.requests == 2


def test_old_issues_of_a_large_repository_are_not_listed_for(ask: Any, forge: FakeForge) -> None:
    """The newest are listed, as far as that saves requests; the others are asked for singly."""
    forge.page_size = 10
    for number in range(1, 201):
        forge.open(number)
    wanted = [2, 40, 171, 175, 182, 184, 199]
    tracker = ask()
    assert sorted(tracker.get_issues(wanted)) == wanted
    singly = [path for path in forge.paths if path.rpartition("/")[2].isdigit()]
    if forge.kind == "gitlab":
        assert (tracker.requests, singly) == (1, [])
    else:
        assert [path.rpartition("/")[2] for path in singly] == ["2", "40"]
        assert tracker.requests == 5


def test_missing_ones_and_pull_requests_among_many(ask: Any, forge: FakeForge) -> None:
    """A number that is on no page is asked for by itself."""
    for number in range(1, 9):
        forge.open(number)
    del forge.issues[3], forge.issues[5]
    forge.pull(5)
    found = ask().get_issues(range(1, 9))
    assert found[3] is None
    assert found[5].is_pull_request
    assert {number for number, issue in found.items() if issue and not issue.is_pull_request} == {1, 2, 4, 6, 7, 8}
    assert ask().get_issues([100, 200, 300]) == {100: None, 200: None, 300: None}


def test_an_empty_repository(ask: Any) -> None:
    """Nothing is listed, nothing exists."""
    assert ask().get_issues([1, 2, 3]) == {1: None, 2: None, 3: None}
    assert list(ask().closed_issues(["bug"])) == []


def test_closed_issues_with_any_of_some_labels(ask: Any, forge: FakeForge) -> None:
    """Each once, whatever the case of the label, without open ones, pull requests and other labels."""
    forge.close(1, "fixed", "bug")
    forge.close(2, "fixed", "Bug", "crash")
    forge.close(3, "not_planned", "crash")
    forge.close(4, "fixed", "feature")
    forge.close(5, "fixed")
    forge.open(6, "still open", "bug")
    request = forge.pull(7)
    request.labels, request.state = ["bug"], "closed"
    tracker = ask()
    assert sorted(issue.number for issue in tracker.closed_issues(["bug", "crash"])) == [1, 2, 3]
    assert [issue.number for issue in tracker.closed_issues(["crash"])] == [3, 2]
    assert list(tracker.closed_issues([])) == []


def test_a_label_that_does_not_exist_selects_nothing(ask: Any, forge: FakeForge) -> None:
    """Forgejo passes over labels that nobody has made, and gives everything."""
    forge.close(1, "fixed", "feature")
    assert list(ask().closed_issues(["bug"])) == []


def test_closed_issues_since_a_moment(ask: Any, forge: FakeForge) -> None:
    """Issues that were only changed since then do not count."""
    for number in range(1, 7):
        forge.close(number, "fixed", "bug", at=datetime(2026, number, 1, tzinfo=UTC))
    late = forge.close(7, "fixed", "bug", at=datetime(2026, 5, 1, tzinfo=UTC))
    since = datetime(2026, 4, 1, tzinfo=UTC)
    forge.issues[2].changed_at = datetime(2026, 6, 1, tzinfo=UTC)  # Somebody commented on it.
    assert sorted(issue.number for issue in ask().closed_issues(["bug"], since)) == [4, 5, 6, 7]
    late.closed_at = None
    assert 7 in {issue.number for issue in ask().closed_issues(["bug"])}


def test_all_pages_are_read(ask: Any, forge: FakeForge) -> None:
    """By the addresses that the forge gives for the next one."""
    forge.page_size = 7
    for number in range(1, 31):
        forge.close(number, "fixed", "bug")
    tracker = ask()
    assert sorted(issue.number for issue in tracker.closed_issues(["bug"])) == list(range(1, 31))
    assert tracker.requests == 5


def test_a_list_without_an_end(ask: Any, forge: FakeForge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Page after page, or the same page again."""
    monkeypatch.setattr(pages_module, "MOST_PAGES", 3)
    forge.page_size = 1
    for number in range(1, 10):
        forge.close(number, "fixed", "bug")
    with pytest.raises(TrackerError, match="more than 3 pages") as refused:
        list(ask().closed_issues(["bug"]))
    assert "--since" in str(refused.value)
    first = forge.asked[0]
    place = first.path.replace("octo/shop", "octo%2Fshop") if forge.kind == "gitlab" else first.path
    forge.fail(None, headers={"Link": f'<{forge.address}{place}?loop>; rel="next"'}, times=-1)
    with pytest.raises(TrackerError, match="more than 2 pages"):
        list(ask().closed_issues(["bug"]))


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"null", b"[1]", b'"x"', b"<html>", b"\xff", b"[" * 100_000, b'{"number": 7}', b"[{}]",
     b'{"number": -7, "iid": -7, "title": "x", "state": "open"}', b'{"title": 1}',
     b'{"number": 1' + b"0" * 5000 + b', "title": "x", "state": "open"}'],
)  # fmt: skip
def test_what_is_no_issue_is_told(ask: Any, forge: FakeForge, body: bytes) -> None:
    """A proxy's page, a torn answer, another interface: one line, and no crash."""
    forge.open(7)
    for deed in (lambda it: it.get_issue(7), lambda it: list(it.closed_issues(["bug"]))):
        forge.fail(200, body=body)
        with pytest.raises(TrackerError) as refused:
            deed(ask())
        assert str(refused.value).startswith("the answer is no ")
        assert "is the address that of the forge's API?" in str(refused.value)
        assert len(str(refused.value)) < 250
        assert refused.value.__cause__ is None


def test_an_unchanged_answer_without_a_first_one(ask: Any, forge: FakeForge) -> None:
    """A forge that answers 304 to everything."""
    forge.fail(304)
    with pytest.raises(TrackerError, match="was never asked before"):
        ask().get_issue(7)


def test_answers_that_have_not_changed_are_not_sent_again(ask: Any, forge: FakeForge) -> None:
    """They cost nothing of GitHub's limit; a change is seen at once."""
    for number in range(1, 5):
        forge.open(number)
    first = ask().get_issues([1, 2, 3, 4])
    assert ask().get_issues([1, 2, 3, 4]) == first
    forge.close(2)
    assert not ask().get_issues([1, 2, 3, 4])[2].is_open
    assert [asked.status for asked in forge.asked] == [200, 304, 200]
    assert not ask(refresh=True).get_issues([1, 2, 3, 4])[2].is_open
    assert "if-none-match" not in forge.asked[-1].headers


def test_pages_that_have_not_changed_still_lead_on(ask: Any, forge: FakeForge) -> None:
    """The address of the next page is kept with the page."""
    forge.page_size = 2
    for number in range(1, 6):
        forge.close(number, "fixed", "bug")
    first = list(ask().closed_issues(["bug"]))
    assert list(ask().closed_issues(["bug"])) == first
    assert [asked.status for asked in forge.asked] == [200, 200, 200, 304, 304, 304]


def test_offline_answers_from_what_was_asked_before(ask: Any, forge: FakeForge) -> None:
    """Issues, gaps and lists; nothing is sent, and the age of the answers is known."""
    before = datetime.now(UTC)
    for number in range(1, 5):
        forge.close(number, "fixed", "bug")
    forge.pull(6)
    online = ask()
    listed, found = list(online.closed_issues(["bug"])), online.get_issues([1, 5, 6])
    sent = len(forge.asked)
    offline = ask(offline=True)
    assert offline.asked_at is None
    assert sorted(offline.closed_issues(["bug"]), key=lambda issue: -issue.number) == listed
    assert offline.get_issues([1, 5, 6, 7]) == found
    assert offline.get_issue(5) is None
    assert not offline.gaps
    assert before <= offline.asked_at <= datetime.now(UTC)
    assert (len(forge.asked), offline.requests) == (sent, 0)
    with pytest.raises(NotCachedError, match="nothing is known of issue 7 offline"):
        offline.get_issue(7)


def test_offline_says_what_it_cannot_answer_completely(ask: Any, forge: FakeForge) -> None:
    """A list that nobody asked for, or only its first page."""
    forge.page_size = 2
    for number in range(1, 6):
        forge.close(number, "fixed", "bug")
    next(ask().closed_issues(["bug"]))
    offline = ask(offline=True)
    assert [issue.number for issue in offline.closed_issues(["bug", "crash"])] == [4, 5]
    assert offline.gaps == [
        f"the closed issues with the label {label} were not asked for with these options"
        for label in ("bug", "crash")
    ]


def test_the_newest_answer_wins_offline(ask: Any, forge: FakeForge) -> None:
    """Whatever address it came from."""
    forge.open(1), forge.open(2), forge.open(3)
    ask().get_issues([1, 2, 3])
    forge.close(2)
    del forge.issues[3]
    ask().get_issues([2, 3])
    offline = ask(offline=True)
    assert [offline.get_issue(1).is_open, offline.get_issue(2).is_open, offline.get_issue(3)] == [
        True,
        False,
        None,
    ]
    forge.issues[3] = FakeIssue(3)
    ask().get_issues([1, 2, 3])
    assert ask(offline=True).get_issue(3) is not None


def test_what_is_kept_is_private_and_holds_no_token(ask: Any, forge: FakeForge, project: Project) -> None:
    """Not even when the forge repeats it in its answers."""
    forge.tokens.add(TOKEN)
    forge.open(7, f"the title says {TOKEN}", TOKEN)
    issue = ask(environment={VARIABLES[forge.kind]: TOKEN}).get_issue(7)
    assert (issue.title, issue.labels) == ("the title says ***", ("***",))
    (file,) = project.cache_files
    assert TOKEN not in file.read_text("utf-8")
    assert file.stat().st_mode & 0o77 == 0
    assert file.parent.stat().st_mode & 0o77 == 0
    assert "Steps to reproduce" not in file.read_text("utf-8")


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"schema": "bugcapture.tracker-page/2"}', None,
     b'{"url": "x", "asked_at": "2026-01-01T00:00:00", "schema": "bugcapture.tracker-page/1"}'],
)  # fmt: skip
def test_a_broken_cache_counts_as_none(ask: Any, forge: FakeForge, project: Project, damage: bytes | None) -> None:
    """A torn file, one of a later version, or a folder in its place."""
    forge.open(7)
    ask().get_issue(7)
    (file,) = project.cache_files
    if damage is None:
        file.unlink()
        file.mkdir()
    else:
        file.write_bytes(damage)
    with pytest.raises(NotCachedError):
        ask(offline=True).get_issue(7)
    assert ask().get_issue(7) is not None
    assert [asked.status for asked in forge.asked] == [200, 200]
    assert not list(project.cache.rglob("*.part"))


def test_an_answer_of_another_address_is_not_taken(ask: Any, forge: FakeForge, project: Project) -> None:
    """Whoever renames files does not change what was answered."""
    forge.open(7), forge.close(8)
    ask().get_issue(7)
    (file,) = project.cache_files
    content = file.read_bytes()
    ask().get_issue(8)
    (other,) = set(project.cache_files) - {file}
    other.write_bytes(content)
    forge.fail(304)
    with pytest.raises(TrackerError, match="was never asked before"):
        ask().get_issue(8)
    assert not ask().get_issue(8).is_open


def test_a_folder_that_cannot_be_written_keeps_nothing(ask: Any, forge: FakeForge, project: Project) -> None:
    """Asking works all the same."""
    project.cache.parent.mkdir(exist_ok=True)
    project.cache.write_text("a file")
    forge.open(7)
    assert ask().get_issue(7) is not None
    with pytest.raises(NotCachedError):
        ask(offline=True).get_issue(7)


def test_a_home_without_a_folder_for_caches(ask: Any, forge: FakeForge, project: Project) -> None:
    """Below the home folder when nothing else is said; nowhere when there is none."""
    forge.open(7)
    ask(environment={"XDG_CACHE_HOME": "relative", "HOME": str(project.cache)}).get_issue(7)
    assert [file.relative_to(project.cache).parts[1:3] for file in project.cache_files] == [
        ("bugcapture", "tracker")
    ]
    ask(environment={"XDG_CACHE_HOME": "", "HOME": ""}).get_issue(7)
    assert len(project.cache_files) == 1


def test_nothing_is_written_into_the_project(ask: Any, forge: FakeForge, project: Project) -> None:
    """A folder for caches inside the checkout: what is kept goes to git's own folder, or nowhere."""
    forge.open(7)
    inside = {"XDG_CACHE_HOME": str(project.folder / ".cache")}
    before = list(project.files())
    ask(environment=inside).get_issue(7)
    assert list(project.files()) == before
    project.git("init", "--quiet")
    ask(environment=inside).get_issue(7)
    (added,) = {name for name in project.files() if not name.startswith(".git/")} ^ set(before) or {""}
    assert not added
    (kept,) = (project.folder / ".git" / "bugcapture" / "tracker").glob("*/*.json")
    assert json.loads(kept.read_text())["issues"][0]["number"] == 7


def test_what_nobody_asks_for_is_forgotten(ask: Any, forge: FakeForge, project: Project) -> None:
    """After three months."""
    forge.open(7), forge.open(8)
    ask().get_issue(7)
    (file,) = project.cache_files
    old = (datetime.now(UTC) - timedelta(days=91)).timestamp()
    os.utime(file, (old, old))
    ask().get_issue(8)
    assert len(project.cache_files) == 1
    assert project.cache_files != [file]


def test_the_remote_tells_where_the_issues_are(ask: Any, forge: FakeForge, project: Project) -> None:
    """Its password is neither sent nor kept."""
    forge.open(7)
    project.write("pyproject.toml", f'[tool.bugcapture]\ntracker.kind = "{forge.kind}"\n')
    project.git("init", "--quiet")
    project.git(
        "remote", "add", "origin", f"http://ann:pass-w0rd@{forge.address.partition('//')[2]}/octo/shop.git"
    )
    if forge.kind == "github":  # A server of one's own has its interface below its web pages.
        with pytest.raises(TrackerError, match="has no repository octo/shop"):
            ask().get_issue(7)
        assert forge.paths[0] == "/api/v3/repos/octo/shop/issues/7"
    else:
        assert ask().get_issue(7) is not None
    assert "pass-w0rd" not in str(forge.asked)
    assert not any("pass-w0rd" in file.read_text() for file in project.cache_files)


def test_another_remote_can_be_named(ask: Any, project: Project) -> None:
    """A fork whose issues are upstream."""
    project.write("pyproject.toml", '[tool.bugcapture]\ntracker.remote = "upstream"\n')
    with pytest.raises(ConfigurationError, match="there is no git remote upstream"):
        ask()
    project.git("init", "--quiet")
    project.git("remote", "add", "upstream", "git@codeberg.org:octo/shop.git")
    assert str(ask().home) == "octo/shop at codeberg.org"
