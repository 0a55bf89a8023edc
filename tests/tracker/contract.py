"""Do our clients and our fake forge keep to the published descriptions of the forges' interfaces?

Prism reads a description and stands between the client and the fake: it looks at every request and every answer,
and reports what the description does not allow. After that it plays the forge by itself, from the examples of the
description, so that the client meets answers that we have not written.

    python tests/tracker/contract.py PRISM KIND=DESCRIPTION …
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from unittest import mock

import httpx
from fake_forge import ROOTS, FakeForge

from bugcapture.core.errors import BugcaptureError
from bugcapture.project.config import Project, Settings, TrackerSettings
from bugcapture.tracker import find_tracker

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN: Final = "contract-t0ken"  # noqa: S105 - nobody's
VARIABLES: Final = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN", "forgejo": "FORGEJO_TOKEN"}
LISTS: Final = {"github": "repos/{owner}/{repo}", "gitlab": "projects/{id}", "forgejo": "repos/{owner}/{repo}"}
# Swagger 2 cannot say that a value may be null; Forgejo answers null for what an issue does not have.
_NULL: Final = re.compile(r"response\.body.*must be (string|object)")


def main(arguments: list[str]) -> int:
    """Check each kind of forge whose description is given; the exit code says whether all kept to it."""
    prism, *given = arguments
    failed = False
    for pair in given:
        kind, _, description = pair.partition("=")
        print(f"== {kind}: {description}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            copy = prepare(kind, description, Path(folder))
            problems = [*check_both(prism, kind, copy), *check_client(prism, kind, copy)]
        for problem in problems:
            print("   " + problem.replace("\n", "\n     "))
        print(f"   {len(problems)} problems" if problems else "   kept", flush=True)
        failed = failed or bool(problems)
    return int(failed)


def check_both(prism: str, kind: str, description: str) -> Iterator[str]:
    """The client asks the fake through Prism; every request and every answer is compared with the description."""
    prefix = read_prefix(kind, description)
    with FakeForge(kind, page_size=5) as forge:
        upstream = forge.address + ROOTS[kind].removesuffix(prefix)
        forge.etags = False
        forge.tokens.add(TOKEN)
        for number in range(1, 13):
            forge.open(number, f"Bug {number}", "bug")
        for number, reason in enumerate(("fixed", "not_planned", "duplicate", "unknown"), start=2):
            forge.close(number, reason)
        forge.pull(13), forge.pull(14)
        with start(prism, "proxy", description, upstream) as address:
            forge.shown = address + prefix
            exchanges, wrong = ask_everything(kind, forge)
            yield from wrong
            forge.fail(200, body=b'{"title": 5}')
            place = next(url for url, _ in exchanges if url.endswith("/issues/1"))
            answer = httpx.get(place, headers={"Authorization": f"token {TOKEN}", "PRIVATE-TOKEN": TOKEN})
    if "title" not in answer.headers.get("sl-violations", ""):
        yield "Prism does not look at the answers, so they were not checked"
    print(f"   {len(exchanges)} requests to the fake through `prism proxy`")
    for url, violations in exchanges:
        for violation in violations:
            told = f"{'.'.join(map(str, violation['location']))}: {violation['message']}"
            if kind != "forgejo" or not _NULL.match(told):
                yield f"{url}: {told}"


def ask_everything(kind: str, forge: FakeForge) -> tuple[list[tuple[str, list[dict[str, Any]]]], list[str]]:
    """Ask the fake all that the client can ask; the requests with their violations, and wrong results."""
    exchanges: list[tuple[str, list[dict[str, Any]]]] = []
    wrong = []

    def note(response: httpx.Response) -> None:
        exchanges.append((str(response.request.url), json.loads(response.headers.get("sl-violations", "[]"))))

    with open_tracker(kind, forge.shown) as tracker:
        tracker._http._client.event_hooks = {"response": [note]}
        try:
            found = tracker.get_issues([1, 2, 3, 4, 5, 13, 99])
            expected = {1: "open", 2: "closed", 3: "closed", 4: "closed", 5: "closed", 13: "pull", 99: "none"}
            shown = {number: show(issue) for number, issue in sorted(found.items())}
            if shown != expected:
                wrong.append(f"expected {expected}, got {shown}")
            tracker.get_issue(1), tracker.get_issue(14), tracker.get_issue(98)
            closed = sorted(issue.number for issue in tracker.closed_issues(["bug"]))
            if closed != [2, 3, 4, 5]:
                wrong.append(f"expected the closed issues 2 to 5, got {closed}")
        except BugcaptureError as error:
            wrong.append(str(error))
    return exchanges, wrong


def check_client(prism: str, kind: str, description: str) -> Iterator[str]:
    """The client reads what Prism makes of the description alone."""
    count = 0
    with (
        start(prism, "mock", description) as address,
        open_tracker(kind, address + read_prefix(kind, description)) as tracker,
    ):
        # The next page of an example is at the public forge.
        drop_link = {"response": [lambda response: response.headers.pop("link", None)]}
        tracker._http._client.event_hooks = drop_link
        for deed in (
            lambda: tracker.get_issue(1),
            lambda: tracker.get_issues([1, 2, 3]),
            lambda: list(tracker.closed_issues(["bug"])),
        ):
            try:
                deed()
                count += 1
            except BugcaptureError as error:
                yield f"prism mock: {error}"
    print(f"   {count} of 3 questions answered by `prism mock`")


def prepare(kind: str, description: str, folder: Path) -> str:
    """A copy that Prism can work with: the part that we use, without what it stumbles over.

    It passes over every answer, silently, once a schema is ``nullable`` and has no type; it takes examples that
    are wrapped twice as they are; and it makes issues up whose numbers are below zero.
    """
    if not description.endswith(".json"):
        return description

    def mend(value: Any) -> Any:
        if isinstance(value, list):
            return [mend(inner) for inner in value]
        if not isinstance(value, dict):
            return value
        inner = value.get("value")
        if isinstance(inner, dict) and str(inner.get("$ref", "")).startswith("#/components/examples/"):
            return inner
        mended = {key: mend(part) for key, part in value.items() if key != "nullable" or "type" in value}
        for name in ("number", "iid"):
            if isinstance(mended.get(name), dict) and mended[name].get("type") == "integer":
                mended[name] = {**mended[name], "minimum": 1}
        return mended

    document = json.loads(Path(description).read_text("utf-8"))
    used = re.compile(rf".*{re.escape(LISTS[kind])}(/(issues|merge_requests)(/{{\w+}})?)?\Z")
    document["paths"] = {
        path: {"get": operations["get"]} for path, operations in document["paths"].items() if used.match(path)
    }
    copy = folder / "description.json"
    copy.write_text(json.dumps(mend(document)), "utf-8")
    return str(copy)


def show(issue: Any) -> str:
    """An issue in one word."""
    if issue is None:
        return "none"
    return "pull" if issue.is_pull_request else "open" if issue.is_open else "closed"


def read_prefix(kind: str, description: str) -> str:
    """What stands before the path of the issues in a description, such as ``/api/v4``."""
    text = Path(description).read_text("utf-8")
    found = re.search(rf"""["']?((?:/\w+)*)/{re.escape(LISTS[kind])}/issues["']?\s*:""", text)
    if found is None:
        sys.exit(f"{description} describes no issues")
    return found[1]


@contextmanager
def open_tracker(kind: str, api: str) -> Iterator[Any]:
    """A tracker with a cache of its own."""
    settings = Settings(tracker=TrackerSettings(kind=kind, url=api, repository="octo/shop"))  # type: ignore[arg-type]
    with tempfile.TemporaryDirectory() as folder:
        variables = {"PATH": os.environ["PATH"], "XDG_CACHE_HOME": folder, VARIABLES[kind]: TOKEN}
        with (
            mock.patch.dict(os.environ, variables, clear=True),
            find_tracker(Project(Path(folder), settings)) as it,
        ):
            yield it


@contextmanager
def start(prism: str, *arguments: str) -> Iterator[str]:
    """Run Prism until the block ends; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryFile() as log:
        command = [prism, *arguments, "--host", "127.0.0.1", "--port", str(port)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        try:
            for _ in range(600):
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", port)) == 0:
                        break
                if process.poll() is not None:
                    log.seek(0)
                    sys.exit(log.read().decode("utf-8", "replace"))
                time.sleep(0.1)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(30)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
