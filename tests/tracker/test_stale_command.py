"""``bugcapture stale``: options, formats, exit codes, a forge that does not answer, and what it never shows."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
from fake_forge import FakeForge
from stale_project import TOKEN, Project

from bugcapture.cli.stale import tell_since

if TYPE_CHECKING:
    from http.server import BaseHTTPRequestHandler
    from pathlib import Path

FORMATS = ("text", "json", "sarif", "github", "markdown")
VARIABLES = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN", "forgejo": "FORGEJO_TOKEN"}
HOSTILE = (
    "\x1b[31mred\x1b]8;;https://evil.example\x07 \u202e|`<img src=x onerror=alert(1)> @everyone\r\n::error::x %0A"
)
STALE_JSON = {
    "type": "object",
    "required": ["schema", "tracker", "rules", "bugs", "findings", "issues"],
    "additionalProperties": False,
    "properties": {
        "schema": {"const": "bugcapture.stale/1"},
        "tracker": {
            "type": "object",
            "required": ["kind", "host", "repository", "answered", "requests", "asked_at"],
            "additionalProperties": False,
            "properties": {
                "kind": {"enum": ["github", "gitlab", "forgejo"]},
                "host": {"type": "string"},
                "repository": {"type": "string"},
                "answered": {"type": "boolean"},
                "requests": {"type": "integer", "minimum": 0},
                "asked_at": {"type": ["string", "null"]},
            },
        },
        "rules": {"type": "array", "items": {"enum": ["S1", "S2", "S3", "S4"]}},
        "bugs": {"type": "integer"},
        "findings": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["path", "line", "rule", "severity", "message", "id"],
                "additionalProperties": False,
                "properties": {
                    "path": {"type": "string"},
                    "line": {"type": "integer"},
                    "rule": {"enum": ["S0", "S1", "S2", "S3", "S4"]},
                    "severity": {"enum": ["error", "warning"]},
                    "message": {"type": "string"},
                    "id": {"type": ["integer", "null"]},
                },
            },
        },
        "issues": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "state"],
                "properties": {"state": {"enum": ["open", "closed", "missing"]}},
            },
        },
    },
}


def test_the_result_as_json(project: Project, forge: FakeForge) -> None:
    """One document with a schema: where it was asked, what was found, and every issue."""
    project.test(1), project.test(2), project.test(3)
    forge.open(1, "open", "bug")
    forge.open(2, "gone")
    forge.close(2, "not_planned", "bug", at=datetime(2026, 1, 2, 3, tzinfo=UTC))
    document = project.json().json
    jsonschema.validate(document, STALE_JSON)
    asked_at = datetime.fromisoformat(document["tracker"].pop("asked_at"))
    assert asked_at.tzinfo is not None
    assert document["tracker"].pop("requests") > 0
    assert document["tracker"] == {
        "kind": forge.kind, "host": "127.0.0.1", "repository": "octo/shop", "answered": True,
    }  # fmt: skip
    assert (document["rules"], document["bugs"]) == (["S1", "S2", "S3", "S4"], 3)
    first, second, third = document["issues"]
    assert (first["id"], first["state"], first["title"], first["labels"]) == (1, "open", "open", ["bug"])
    assert (second["id"], second["state"], second["closed_as"], second["closed_at"], second["pull_request"]) == (
        2, "closed", "not_planned", "2026-01-02T03:00:00+00:00", False,
    )  # fmt: skip
    assert third == {"id": 3, "state": "missing"}


def test_the_result_as_text(shop: Project, github: FakeForge) -> None:
    """A line for each finding, as every check writes it."""
    shop.test(1)
    github.open(1, "The cart forgets an item"), github.close(1), github.close(2, "fixed", "bug")
    done = shop.stale()
    assert done.code == 1
    assert done.out == (
        'features/a.feature:2: S1 issue 1 "The cart forgets an item" was closed as fixed on 2026-01-01, and this '
        "test still expects the bug: if `bugcapture run 1` says that it looks fixed, `bugcapture graduate 1`, "
        "else reopen it (https://github.com/octo/shop/issues/1)\n"
        'pyproject.toml: S2 issue 2 "The cart forgets an item" was closed as fixed on 2026-01-01, and no test '
        "carries its number: tag the test that guards it @tdd_bug @tdd_bug_2 "
        "(https://github.com/octo/shop/issues/2)\n"
    )
    assert done.last == "bugcapture: 1 bug compared with octo/shop at 127.0.0.1 (2 requests): 2 errors, 0 warnings"
    assert shop.stale("--quiet").err == ""


def test_the_result_for_code_scanning(shop: Project, github: FakeForge) -> None:
    """SARIF with the rule and the place of the switch."""
    shop.test(1), github.close(1)
    (run,) = json.loads(shop.stale("--format=sarif").out)["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("S1", "error")
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("features/a.feature", 2)
    assert run["tool"]["driver"]["rules"][0]["shortDescription"]["text"]


def test_the_result_as_annotations(shop: Project, github: FakeForge) -> None:
    """Errors and warnings of GitHub Actions."""
    shop.test(1), shop.test(2, switch=False)
    github.close(1), github.open(2)
    first, second = shop.stale("--format=github").out.splitlines()
    assert first.startswith("::error file=features/a.feature,title=bugcapture S1,line=2::issue 1 ")
    assert second.startswith("::warning file=features/a.feature,title=bugcapture S4,line=6::issue 2 ")


def test_the_result_as_markdown(shop: Project, github: FakeForge) -> None:
    """A heading and a table; the number is a link."""
    shop.test(1), shop.test(2)
    github.open(2)
    assert shop.stale("--format=markdown", "--ignore=S3").out == (
        "### bugcapture stale: 0 errors, 0 warnings\n\n2 bugs compared with `octo/shop at 127.0.0.1`.\n"
    )
    github.close(1)
    lines = shop.stale("--format=markdown").out.splitlines()
    assert lines[0] == "### bugcapture stale: 1 error, 0 warnings"
    assert lines[4:6] == ["| Rule | Issue | Where | What |", "| --- | --- | --- | --- |"]
    assert lines[6].startswith(
        "| **S1** | [#1](https://github.com/octo/shop/issues/1) | `features/a.feature:2` | <code>issue 1 "
    )


@pytest.mark.parametrize("output_format", FORMATS)
def test_output_goes_to_a_file(shop: Project, github: FakeForge, output_format: str) -> None:
    """The same bytes, and nothing on standard output."""
    shop.test(1), github.close(1)
    shown = shop.stale("--format", output_format, "--offline") and shop.stale("--format", output_format)
    filed = shop.stale("--format", output_format, "-o", "out.txt")
    assert (filed.code, filed.out) == (shown.code, "") == (1, "")
    written = (shop.folder / "out.txt").read_text("utf-8")
    moment = re.compile(r'"asked_at": "[^"]*"')
    assert moment.sub("", written) == moment.sub("", shown.out)


@pytest.mark.parametrize("output_format", FORMATS)
def test_titles_cannot_reach_the_terminal_or_the_page(
    project: Project, forge: FakeForge, output_format: str
) -> None:
    """Escapes, overrides, line breaks, HTML, mentions and workflow commands stay text on one line."""
    project.test(1), project.test(2, switch=False)
    forge.open(1, HOSTILE), forge.close(1)
    forge.open(2, HOSTILE)
    forge.issues[3] = forge.close(3, "fixed", "bug")
    forge.issues[3].title = HOSTILE
    forge.pull(4, HOSTILE), project.test(4)
    done = project.stale("--format", output_format, FORCE_COLOR="")
    assert done.code == 1
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", done.out + done.err)
    assert "red" in done.out
    if output_format in {"text", "github"}:
        assert len(done.out.splitlines()) == 4
        assert not any(line.startswith("::error::") for line in done.out.splitlines())
    if output_format == "github":
        assert "%250A" in done.out
    if output_format == "markdown":
        rows = [line for line in done.out.splitlines() if line.startswith("| **")]
        assert len(rows) == 4
        for row in rows:
            outside = re.sub(r"`[^`]*`|<code>[^<]*</code>", "", row)
            assert not re.search(r"<|@|evil", outside), outside
            assert len(re.findall(r"(?<!\\)\|", row)) == 5


@pytest.mark.parametrize("output_format", FORMATS)
def test_the_token_is_never_shown(project: Project, forge: FakeForge, output_format: str) -> None:
    """Not in any output, nor in the cache, even when the forge repeats it wherever it can."""
    variable = {VARIABLES[forge.kind]: TOKEN}
    forge.tokens.add(TOKEN)
    project.test(1), project.test(2)
    forge.open(1, f"leak {TOKEN}", TOKEN), forge.close(1)
    forge.issues[2] = forge.close(2, "fixed", "bug", TOKEN)
    forge.fail(None, headers={"ETag": f'"{TOKEN}"'})
    written = [project.stale("--format", output_format, **variable)]
    for status in (401, 403, 404, 422, 429, 500):
        body = json.dumps({"message": f"you sent {TOKEN}"}).encode()
        forge.faults = []
        forge.fail(status, body=body, times=-1, headers={"Retry-After": "9999"})
        written.append(project.stale("--format", output_format, **variable))
    forge.faults = []
    forge.fail(302, headers={"Location": f"https://evil.example/{TOKEN}"}, times=-1)
    written.append(project.stale("--format", output_format, **variable))
    assert [done.code for done in written] == [1] * 8
    assert all(TOKEN in str(asked.headers) for asked in forge.asked)
    for done in written:
        assert TOKEN not in done.out + done.err
    assert project.cache_files
    for file in project.cache_files:
        assert TOKEN not in str(file)
        assert TOKEN not in file.read_text("utf-8")


def test_a_crash_log_holds_no_token(shop: Project, github: FakeForge, tmp_path: Path) -> None:
    """Nor the password of the remote: whoever reports the crash pastes the log."""
    shop.test(1), github.open(1)
    shop.git("init", "--quiet")
    shop.git("remote", "add", "origin", "https://ann:pass-w0rd@github.com/octo/shop.git")
    broken = tmp_path / "broken" / "msgspec"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise RuntimeError('broken on purpose')\n")
    logs = tmp_path / "logs"
    logs.mkdir()
    started = shop.start(GITHUB_TOKEN=TOKEN, PYTHONPATH=str(broken.parent), TMPDIR=str(logs))
    out, err = started.communicate(timeout=60)
    (log,) = logs.iterdir()
    assert started.returncode == 3
    assert "Traceback" in log.read_text()
    assert not re.search(f"{TOKEN}|pass-w0rd", log.read_text() + out + err)


def test_a_tracker_that_does_not_answer_fails_a_strict_check(project: Project, forge: FakeForge) -> None:
    """One error that says that nothing was compared, and no other finding."""
    project.test(1), forge.close(1)
    forge.fail(503, times=-1, body=b'{"message": "down for repair"}', headers={"Retry-After": "600"})
    done = project.json()
    assert (done.code, done.found) == (1, [("S0", "error", None)])
    assert done.message == (
        "nothing was compared: 127.0.0.1 failed with status 503: down for repair; try again later"
    )
    assert done.json["tracker"]["answered"] is False
    assert done.json["issues"] == []
    assert done.last.startswith("bugcapture: octo/shop at 127.0.0.1 has not answered (1 request): 1 error")


def test_a_tracker_that_does_not_answer_is_told_with_the_policy_warn(project: Project, forge: FakeForge) -> None:
    """The option outweighs the setting, either way."""
    project.test(1), forge.close(1)
    forge.fail(503, times=-1, headers={"Retry-After": "600"})
    project.configure('policy = "warn"')
    assert (project.json().code, project.json().found) == (0, [("S0", "warning", None)])
    assert project.json("--policy=strict").code == 1
    project.configure('policy = "strict"')
    done = project.stale("--policy=warn")
    assert done.code == 0
    assert done.out.startswith("pyproject.toml: S0 nothing was compared: 127.0.0.1 failed with status 503")


@pytest.mark.parametrize("output_format", FORMATS)
def test_no_format_hides_that_nothing_was_compared(shop: Project, github: FakeForge, output_format: str) -> None:
    """An empty result would look like a good one."""
    shop.test(1)
    github.fail(401, times=-1)
    assert "nothing was compared" in shop.stale("--format", output_format, "--policy=warn").out


def test_nobody_listens(shop: Project, github: FakeForge, tmp_path: Path) -> None:
    """A server that is gone: a line and an exit code, no traceback."""
    with FakeForge("github") as gone:
        gone_shop = Project(tmp_path / "gone", gone)
    gone_shop.test(1)
    del shop, github
    done = gone_shop.stale("--policy=warn")
    assert done.code == 0
    assert "nothing was compared: 127.0.0.1 cannot be reached: " in done.out
    assert "`--offline` answers from what was asked before" in done.out


def test_a_failure_in_the_middle_leaves_no_half_result(project: Project, forge: FakeForge) -> None:
    """S2 has an answer, the rest has none: nothing is reported as found."""
    project.test(1), forge.open(1), forge.close(2, "fixed", "bug")
    assert project.json().found == [("S2", "error", 2)]
    forge.fail(401, path="/issues/1", times=-1)
    done = project.json()
    assert done.found == [("S0", "error", None)]
    assert done.json["issues"] == []


def test_rules_can_be_chosen(project: Project, forge: FakeForge) -> None:
    """What is not asked for costs no request."""
    project.test(1), project.test(2, switch=False), project.test(3)
    forge.close(1), forge.open(2), forge.close(4, "fixed", "bug")
    assert [rule for rule, _, _ in project.json("--rule=S1", "--rule=S4").found] == ["S1", "S4"]
    assert [rule for rule, _, _ in project.json("--ignore=S1", "--ignore=S3").found] == ["S4", "S2"]
    forge.asked.clear()
    assert project.json("--rule=S2").found == [("S2", "error", 4)]
    assert len(forge.asked) == 1
    assert not any(asked.query.get("state") == "closed" for asked in forge.asked[1:])
    forge.asked.clear()
    project.json("--ignore=S2")
    assert not any(asked.query.get("state") == "closed" for asked in forge.asked)


def test_labels_are_set_by_the_project(project: Project, forge: FakeForge) -> None:
    """Any of them asks for a test; none at all leaves the rule out, and says so."""
    project.test(1), forge.open(1)
    forge.close(2, "fixed", "Kind/Bug"), forge.close(3, "fixed", "crash"), forge.close(4, "fixed", "bug")
    project.configure('labels = ["kind/bug", "crash"]')
    assert [number for _, _, number in project.json().found] == [2, 3]
    project.configure("labels = []")
    for arguments in ((), ("--rule=S2",)):
        done = project.json(*arguments)
        assert done.found == []
        assert "bugcapture: S2 was left out: [tool.bugcapture.tracker] labels is empty\n" in done.err


@pytest.mark.parametrize(
    ("since", "numbers"),
    [
        ("2026-03-01", [3, 4]),
        ("2026-03-01T00:00:01", [4]),
        ("2026-03-01T02:00:00+02:00", [3, 4]),
        ("99999d", None),
    ],
)
def test_since_leaves_old_issues_out(
    project: Project, forge: FakeForge, since: str, numbers: list[int] | None
) -> None:
    """A day, a moment, or a number of days before now."""
    for number in range(1, 5):
        forge.close(number, "fixed", "bug", at=datetime(2026, number, 1, tzinfo=UTC))
    found = [number for _, _, number in project.json("--since", since).found]
    assert found == (numbers or [1, 2, 3, 4])


def test_days_count_from_midnight(project: Project, forge: FakeForge) -> None:
    """All runs of a day ask the same question, so that the cache can answer it."""
    forge.close(1, "fixed", "bug", at=datetime.now(UTC) - timedelta(days=1))
    forge.close(2, "fixed", "bug", at=datetime.now(UTC) - timedelta(days=3))
    assert [number for _, _, number in project.json("--since=1d").found] == [1]
    assert [number for _, _, number in project.json("--since=4d").found] == [1, 2]
    assert all("00:00:00Z" in str(asked.query) for asked in forge.asked if "closed" in str(asked.query))


@pytest.mark.parametrize(
    "arguments",
    [("--since=soon",), ("--since=0d",), ("--since=-3d",), ("--since=2026-13-01",), ("--since=\x1b[31m",),
     ("--since=0001-01-01T00:00:00+05:00",), ("--since=999999d",), ("--rule=S9",), ("--offline", "--refresh"),
     ("--rule=S1", "--ignore=S1"), ("--policy=lax",), ("--format=xml",), ("nowhere",), ("",)],
)  # fmt: skip
def test_wrong_calls(shop: Project, github: FakeForge, arguments: tuple[str, ...]) -> None:
    """Exit code 2, one explanation, and nothing is sent."""
    done = shop.stale(*arguments)
    assert (done.code, done.out) == (2, "")
    assert done.err
    assert "\x1b" not in done.err
    assert "Traceback" not in done.err
    assert not github.asked


def test_what_cannot_be_found_is_a_wrong_configuration(shop: Project, github: FakeForge) -> None:
    """Whatever the policy: nobody answers because nobody can be asked."""
    shop.write("pyproject.toml", "")
    done = shop.stale("--policy=warn")
    assert (done.code, done.out) == (2, "")
    assert "nothing tells where the issues are: there is no git remote origin\n  set [tool.bugcapture" in done.err
    shop.write("pyproject.toml", github.settings.replace(github.api, "http://git.example.org"))
    assert "http:// is only spoken to this machine" in shop.stale().err
    shop.write("pyproject.toml", github.settings)
    done = shop.stale(GITHUB_TOKEN=f"{TOKEN}\n{TOKEN}")
    assert done.code == 2
    assert "GITHUB_TOKEN holds characters that no token has" in done.err
    assert TOKEN not in done.err


def test_only_the_whole_project_can_say_that_a_test_is_missing(project: Project, forge: FakeForge) -> None:
    """A part of it may leave out the very test; S2 is then asked for by name."""
    project.test(1), project.test(2, switch=False, file="tests/b.feature")
    forge.close(1), forge.close(2, "fixed", "bug")
    told = "S2 was left out: only a part of the project was read; `--rule S2` asks for it all the same"
    for options in ({"where": "features"}, {}):
        done = project.json(*(() if options else ("features",)), **options)
        assert done.found == [("S1", "error", 1)]
        assert told in done.err
    assert project.json("--rule=S2", "features").found == [("S2", "error", 2)]
    assert project.json().found == [("S1", "error", 1)]


def test_files_that_cannot_be_read_are_named(shop: Project, github: FakeForge) -> None:
    """They may hold captures."""
    shop.write(
        "features/torn.feature", "@tdd_bug @tdd_bug_1\nFeature: a\n  Scenario: b\n    Given c\n    What is this\n"
    )
    shop.write("evidence/torn.jsonl", "{\n")
    shop.test(1), github.open(1)
    done = shop.stale()
    assert done.code == 0
    assert "features/torn.feature: cannot be read and is not compared; `bugcapture check` says why" in done.err
    assert "evidence/torn.jsonl:1: is no JSON" in done.err


def test_a_token_that_was_not_sent_is_told(tmp_path: Path) -> None:
    """A token that is set and does not help is the first thing that people look for."""
    with FakeForge("gitlab") as gitlab:
        project = Project(tmp_path, gitlab)
        project.write("pyproject.toml", gitlab.settings.replace(gitlab.api, "https://git.example.org/api/v4"))
        done = project.stale("--offline", GITLAB_TOKEN=TOKEN)
    assert "bugcapture: GITLAB_TOKEN was not sent: nothing says that it belongs to git.example.org\n" in done.err


def test_offline_says_how_old_its_answers_are(project: Project, forge: FakeForge) -> None:
    """The same findings without a request."""
    project.test(1), project.test(2), forge.close(1), forge.close(3, "fixed", "bug"), forge.pull(2)
    online = project.json()
    sent = len(forge.asked)
    done = project.json("--offline")
    assert (done.code, done.found) == (1, online.found)
    assert len(forge.asked) == sent
    assert done.json["tracker"]["requests"] == 0
    assert done.json["tracker"]["asked_at"] <= online.json["tracker"]["asked_at"]
    assert "(offline, as of less than a minute ago): 3 errors, 0 warnings" in done.last


def test_offline_says_what_it_does_not_know(project: Project, forge: FakeForge) -> None:
    """A bug that nobody has asked about is neither right nor wrong: an error unless the policy is `warn`."""
    place = project.test(1)
    done = project.json("--offline")
    assert (done.code, sorted(done.found, key=str)) == (1, [("S0", "error", 1), ("S0", "error", None)])
    assert done.json["findings"][0]["message"] == "nothing is known of issue 1 offline: ask without `--offline`"
    assert f"{done.json['findings'][0]['path']}:{done.json['findings'][0]['line']}" == place
    assert done.json["tracker"]["asked_at"] is None
    assert "(offline): 2 errors" in done.last
    assert project.json("--offline", "--policy=warn").code == 0
    assert project.json("--offline", "--rule=S1").found == [("S0", "error", 1)]
    assert not forge.asked


def test_refresh_asks_for_everything_again(project: Project, forge: FakeForge) -> None:
    """For a forge that gets its versions wrong."""
    project.test(1), forge.open(1)
    project.stale(), project.stale("--refresh")
    assert {asked.status for asked in forge.asked} == {200}
    project.stale()
    assert 304 in {asked.status for asked in forge.asked}


def wait_for_the_end(handler: BaseHTTPRequestHandler) -> None:
    handler.connection.settimeout(60)
    handler.connection.recv(1)


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_an_interrupt_ends_it_at_once(shop: Project, github: FakeForge) -> None:
    """In the middle of an answer: one word, exit code 130, and no piece of a file."""
    shop.test(1), github.open(1)
    asked = threading.Event()

    def note(handler: BaseHTTPRequestHandler) -> None:
        asked.set()
        wait_for_the_end(handler)

    github.fail(before=note, silent=True, times=-1, path="/issues/1")
    started = shop.start("--policy=warn")
    assert asked.wait(60)
    started.send_signal(signal.SIGINT)
    out, err = started.communicate(timeout=30)
    assert (started.returncode, out, err.strip()) == (130, "", "bugcapture: interrupted")
    assert all(file.suffix == ".json" for file in shop.cache_files)
    github.faults = []
    assert shop.stale().code == 0


def test_parallel_runs_share_one_cache(shop: Project, github: FakeForge) -> None:
    """All are right, whatever the others write; nothing half written is left."""
    github.page_size = 5
    for number in range(1, 31):
        shop.test(number, switch=number % 3 == 0)
        (github.open if number % 2 else github.close)(number)
        github.issues[number].labels.append("bug")
    expected = shop.json().found
    assert expected
    for file in shop.cache_files[::2]:
        file.write_text("torn")
    runs = [shop.start("--format=json", *(["--refresh"] if index % 2 else [])) for index in range(4)]
    results = [run.communicate(timeout=120) for run in runs]
    for run, (out, err) in zip(runs, results, strict=True):
        assert run.returncode == 1, err
        assert [(item["rule"], item["severity"], item["id"]) for item in json.loads(out)["findings"]] == expected
    assert all(file.suffix == ".json" for file in shop.cache_files)
    assert all(json.loads(file.read_text())["schema"] for file in shop.cache_files)
    assert shop.json("--offline").found == expected


@pytest.mark.skipif(sys.platform == "win32", reason="needs a POSIX terminal")
@pytest.mark.parametrize("quiet", [False, True])
def test_progress_is_shown_on_a_terminal_and_taken_away(shop: Project, github: FakeForge, quiet: bool) -> None:
    """Nothing of it is left, and nothing of it goes to a pipe."""
    shop.test(1), github.open(1)
    main, terminal = pty.openpty()
    command = [sys.executable, "-m", "bugcapture", "stale", *(["--quiet"] if quiet else [])]
    done = subprocess.run(
        command,
        cwd=shop.folder,
        env=shop.variables(),
        stdout=subprocess.PIPE,
        stderr=terminal,
        check=False,
        timeout=60,
    )
    os.close(terminal)
    shown = b""
    while piece := _read(main):
        shown += piece
    os.close(main)
    assert done.returncode == 0
    assert done.stdout == b""
    if quiet:
        assert shown == b""
    else:
        assert b"\r\x1b[K127.0.0.1: request 1\r\x1b[K127.0.0.1: request 2\r\x1b[Kbugcapture: 1 bug" in shown
    assert "\x1b" not in shop.stale().err


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # The other side is closed.
        return b""


def test_help_names_the_network_the_rules_and_the_exit_codes(shop: Project) -> None:
    """It fits a terminal, and can be typed."""
    done = shop.stale("--help")
    assert (done.code, done.err) == (0, "")
    for words in (
        "THIS COMMAND USES THE NETWORK",
        "S0  ",
        "S1  ",
        "S2  ",
        "S3  ",
        "S4  ",
        "Examples:",
        "Exit code 1",
    ):
        assert words in done.out
    assert max(map(len, done.out.splitlines())) <= 100


@pytest.mark.parametrize(
    ("ago", "told"),
    [({"seconds": 0}, "less than a minute ago"), ({"seconds": -99}, "less than a minute ago"),
     ({"minutes": 1, "seconds": 5}, "1 minute ago"), ({"hours": 5, "minutes": 1}, "5 hours ago"),
     ({"days": 40, "minutes": 1}, "40 days ago")],
)  # fmt: skip
def test_how_long_ago(ago: dict[str, int], told: str) -> None:
    """In the largest unit."""
    assert tell_since(datetime.now(UTC) - timedelta(**ago)) == told


def test_a_rich_cast(shop: Project, github: FakeForge) -> None:
    """Tests of all frameworks are compared, each shown where its switch stands."""
    marks = "@pytest.mark.tdd_bug(1)\n@pytest.mark.tdd_expected_fail\n"
    tags = "tdd_bug    tdd_bug_1    tdd_expected_fail"
    shop.write("tests/test_a.py", f"import pytest\n\n\n{marks}def test_a():\n    assert False\n")
    shop.write("robot/a.robot", f"*** Test Cases ***\nOne\n    [Tags]    {tags}\n    Fail    x\n")
    shop.test(1), github.close(1)
    document: Any = shop.json().json
    places = [f"{item['path']}:{item['line']}" for item in document["findings"]]
    assert places == ["features/a.feature:2", "robot/a.robot:3", "tests/test_a.py:5"]
    assert document["bugs"] == 1
