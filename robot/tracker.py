"""A forge on this machine for the suites, asked over real HTTP by the installed command."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

sys.path.append(str(Path(__file__).resolve().parents[1] / "tests" / "tracker"))
_FAKES = importlib.import_module("fake_forge")
_STARTED: list[Any] = []


def start_forge(kind: str, project: str, environment: dict[str, str]) -> dict[str, str]:
    """Start a forge, lead a project to it, and return the environment for commands that ask it."""
    forge = _FAKES.FakeForge(kind)
    forge.__enter__()
    _STARTED.append(forge)
    Path(project, "pyproject.toml").write_text(forge.settings, encoding="utf-8")
    foreign = ("GH_TOKEN", "GITLAB_TOKEN", "FORGEJO_TOKEN", "GITEA_TOKEN", "HTTP_PROXY", "http_proxy")
    cache = str(Path(project, "..", f"{Path(project).name}-cache").resolve())
    return {**environment, **dict.fromkeys(foreign, ""), "XDG_CACHE_HOME": cache}


def stop_forges() -> None:
    """Stop all forges."""
    while _STARTED:
        _STARTED.pop().__exit__(None, None, None)


def open_issue(number: int, title: str, *labels: str) -> None:
    """Open an issue."""
    _STARTED[-1].open(number, title, *labels)


def close_issue(number: int, reason: str, *labels: str) -> None:
    """Close an issue."""
    _STARTED[-1].close(number, reason, *labels)


def break_forge(status: int) -> None:
    """From now on every answer is a failure that does not pass soon."""
    _STARTED[-1].fail(status, times=-1, headers={"Retry-After": "3600"})


def count_requests() -> int:
    """How many requests have been received."""
    return len(_STARTED[-1].asked)
