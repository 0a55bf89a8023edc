"""Steps that keep the issues of the shop: at a forge on this machine, asked over real HTTP."""

from __future__ import annotations

import importlib
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

from behave import given, step, then

sys.path.append(str(Path(__file__).resolve().parents[2] / "tests" / "tracker"))
fakes = importlib.import_module("fake_forge")

# Whatever the machine that runs this has set for forges of its own.
FOREIGN = (
    "GITHUB_TOKEN", "GH_TOKEN", "GITLAB_TOKEN", "CI_JOB_TOKEN", "FORGEJO_TOKEN", "GITEA_TOKEN", "CI_API_V4_URL",
    "GITHUB_API_URL", "GITHUB_REPOSITORY", "XDG_CACHE_HOME", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy",
)  # fmt: skip


@given("the issues of the shop are kept at {name}")
def start_forge(context: Any, name: str) -> None:
    context.forge = fakes.FakeForge(name.casefold())
    context.forge.__enter__()
    context.add_cleanup(context.forge.__exit__, None, None, None)
    context.project.variables |= dict.fromkeys(FOREIGN, "")
    context.project.write("pyproject.toml", context.forge.settings)


@step('issue {number:d} is open: "{title}"')
def open_issue(context: Any, number: int, title: str) -> None:
    context.forge.open(number, title)


@step("issue {number:d} was closed as {reason}")
def close_issue(context: Any, number: int, reason: str) -> None:
    context.forge.close(number, reason.replace(" ", "_"))


@step('issue {number:d} with the label "{label}" was closed as {reason} on {day}')
def close_labelled_issue(context: Any, number: int, label: str, reason: str, day: str) -> None:
    moment = datetime.fromisoformat(f"{day}T12:00:00+00:00")
    context.forge.close(number, reason.replace(" ", "_"), label, at=moment)


@step('{number:d} is a pull request: "{title}"')
def open_pull_request(context: Any, number: int, title: str) -> None:
    context.forge.pull(number, title)


@step("the tracker is down")
def take_down(context: Any) -> None:
    context.forge.fail(503, times=-1, headers={"Retry-After": "3600"}, body=b'{"message": "back at noon"}')


@step("the tracker only answers those who show a token")
def lock(context: Any) -> None:
    context.forge.private = True
    context.forge.tokens.add("s3cret-t0ken")


@given("bug {number:d} is guarded")
def guard_bug(context: Any, number: int) -> None:
    text = context.project.read("features/cart.feature")
    context.project.write("features/cart.feature", text.replace(" @tdd_expected_fail", ""))
    assert f"@tdd_bug_{number}" in text


@then("the tracker was not asked")
def check_silence(context: Any) -> None:
    assert not context.forge.asked, context.forge.asked


@then("nobody can read the token")
def check_secret(context: Any) -> None:
    files = [file for file in context.project.folder.parent.rglob("*") if file.is_file()]
    written = context.project.last.stdout + context.project.last.stderr
    assert "s3cret-t0ken" not in written, written
    assert not [file for file in files if b"s3cret-t0ken" in file.read_bytes()]
