"""Links to other sites are checked by the project's own CI, and no push waits for these sites."""

from __future__ import annotations

import importlib.resources
import json
from typing import Any

import jsonschema
import pytest
import yaml
from docs_pages import ROOT

EXTERNAL = ".venv/bin/nox -s docs -- --external"


def _read(name: str) -> dict[str, Any]:
    # YAML 1.1 takes the key `on` for a truth value; CIs do not.
    loaded = yaml.safe_load((ROOT / name).read_text("utf-8"))
    return {"on" if key is True else key: value for key, value in loaded.items()}


def _require_valid(document: dict[str, Any], schema: str) -> None:
    folder = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    jsonschema.validate(document, json.loads((folder / f"{schema}.json").read_text("utf-8")))


def _commands(workflow: dict[str, Any]) -> list[str]:
    return [step["run"] for job in workflow["jobs"].values() for step in job["steps"] if "run" in step]


@pytest.mark.parametrize("forge", ["github", "forgejo"])
def test_a_forge_asks_other_sites_once_a_week(forge: str) -> None:
    """In a workflow of its own; that of a push checks the links among the pages."""
    weekly, push = (_read(f".{forge}/workflows/{name}.yml") for name in ("links", "ci"))

    _require_valid(weekly, "github-workflows")
    assert set(weekly["on"]) == {"schedule", "workflow_dispatch"}
    assert EXTERNAL in _commands(weekly)
    assert set(push["on"]) == {"push", "pull_request"}
    assert ".venv/bin/nox -s docs" in _commands(push)
    assert not any("--external" in command for command in _commands(push))


def test_gitlab_asks_other_sites_when_a_schedule_says_so() -> None:
    """And does nothing else then."""
    file = _read(".gitlab-ci.yml")

    _require_valid(file, "gitlab-ci")
    assert file["links"]["rules"] == [{"if": '$CI_PIPELINE_SOURCE == "schedule"'}]
    assert EXTERNAL in file["links"]["script"]
    never, always = file["gates"]["rules"]
    assert ('$CI_PIPELINE_SOURCE == "schedule"' in never["if"], never["when"]) == (True, "never")
    assert always == {"when": "on_success"}
    assert not any("--external" in command for command in file["gates"]["script"])
