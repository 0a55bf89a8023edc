"""What the pages on CI ask readers to paste is what each CI takes, by its own schema."""

from __future__ import annotations

import importlib.resources
import json
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import yaml
from docs_pages import DOCS, read_fences

if TYPE_CHECKING:
    from pathlib import Path

# Forgejo and Gitea read GitHub's format.
SCHEMAS = {
    "buildkite": "buildkite",
    "circleci": "circle-ci",
    "forgejo": "github-workflows",
    "github": "github-workflows",
    "gitlab": "gitlab-ci",
}
NEEDED = ("check", "gate", "run --shard", "evidence merge", "evidence check", "history import", "stale")


def _file(page: Path) -> tuple[str, str]:
    """The language and the text of the file that a page shows."""
    (fence,) = [fence for fence in read_fences(page.read_text("utf-8")) if "caption" in fence.options]
    return fence.language, fence.text


def _schema(name: str) -> dict[str, Any]:
    folder = importlib.resources.files("check_jsonschema") / "builtin_schemas" / "vendor"
    schema: dict[str, Any] = json.loads((folder / f"{name}.json").read_text("utf-8"))
    return schema


@pytest.mark.parametrize("ci", SCHEMAS)
def test_the_file_of_a_page_is_one_that_its_ci_takes(ci: str) -> None:
    """Read as YAML, and held against the schema that the CI's makers publish."""
    language, text = _file(DOCS / "ci" / f"{ci}.md")
    # YAML 1.1 takes the key `on` for a truth value; CIs do not.
    document = {"on" if key is True else key: value for key, value in yaml.safe_load(text).items()}
    validator = jsonschema.validators.validator_for(schema := _schema(SCHEMAS[ci]))(schema)
    wrong = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
    assert (language, wrong) == ("yaml", [])


def test_a_file_that_a_ci_would_refuse_is_noticed() -> None:
    """The schema has teeth."""
    schema = _schema("github-workflows")
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert not validator.is_valid({"on": "push", "jobs": {"check": {"steps": [{"run": "true"}]}}})


@pytest.mark.parametrize("ci", [*SCHEMAS, "jenkins"])
def test_a_page_has_every_job(ci: str) -> None:
    """The gate, the parts, their evidence, the history and the tracker: in the file, or told below it."""
    text = (DOCS / "ci" / f"{ci}.md").read_text("utf-8")
    assert [job for job in NEEDED if f"bugcapture {job}" not in text] == []


def test_the_braces_of_the_jenkinsfile_are_pairs() -> None:
    """There is no schema for a Jenkinsfile."""
    language, text = _file(DOCS / "ci" / "jenkins.md")
    depth = 0
    for sign in text:
        depth += (sign == "{") - (sign == "}")
        assert depth >= 0
    assert (language, depth) == ("groovy", 0)


def test_every_page_is_listed() -> None:
    """Nobody finds a page that the index does not name."""
    listed = (DOCS / "ci" / "index.md").read_text("utf-8")
    for page in (DOCS / "ci").glob("*.md"):
        assert page.stem == "index" or f"<{page.stem}>" in listed
