"""Whatever a feature file looks like: check never fails itself, and agrees with the live adapter."""

from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from behave.parser import ParserError
from behave.runner_util import parse_features
from feature_texts import PLAIN_TAGS, feature_texts
from gherkin import Compiler, Parser
from gherkin.errors import CompositeParserException
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from source_project import Project

from bugcapture.behave.refusal import TagPolicyError, refuse_bad_features
from bugcapture.behave.source import BOM, FeatureSource, read_source
from bugcapture.core.tags import TagPolicy, read_tag

if TYPE_CHECKING:
    from collections.abc import Iterator

RELAXED = settings(deadline=None, max_examples=250, suppress_health_check=[HealthCheck.too_slow])
REFERENCE = Parser()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project that holds one file after the other."""
    return Project(tmp_path_factory.mktemp("agreement")).folder


@contextlib.contextmanager
def standing_in(folder: Path) -> Iterator[None]:
    """Work in another folder, silently."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        os.chdir(before)


def read_static(folder: Path, content: bytes) -> tuple[FeatureSource | None, list[str]]:
    """The file as check reads it, and the findings as lines, but for tags that no test carries.

    Those change nothing in a run, which does not refuse them.
    """
    file = folder / "features" / "a.feature"
    file.write_bytes(content)
    with standing_in(folder):
        source = read_source(file, "features/a.feature")
        findings = source.check(TagPolicy()) if source else []
    told = (f"{finding.where}: {finding.rule} {finding.message}" for finding in findings)
    return source, sorted(line for line in told if "P1 these tags belong to no scenario" not in line)


def refuse_live(folder: Path) -> list[str] | str:
    """What the adapter says before a run, as lines; or the error with which Behave's own parser stops the run."""
    with standing_in(folder):
        try:
            features = parse_features(["features/a.feature"])
            refuse_bad_features(features, TagPolicy())
        except TagPolicyError as error:
            return sorted(line.strip() for line in str(error).splitlines()[1:])
        except Exception as error:  # noqa: BLE001 - Behave's parser raises whatever it stumbles on
            line = error.line if isinstance(error, ParserError) else 0
            return f"{line or 0}"
    return []


@RELAXED
@given(text=feature_texts())
@example(text="")
@example(text="@tdd_bug_5")
@example(text="@tdd_bug_5\nFeature: F\n  Scenario Outline: S\n  Examples:")
@example(text="Feature: F\n@<n>\nScenario Outline: S\nExamples: <examples.name>\n| n |\n| tdd_bug |\n")
@example(text=f"{BOM}Feature: F\n" + "\n" * 8 + "@tdd_bug\nScenario: S\n")
def test_check_agrees_with_the_refusal_of_a_run(folder: Path, text: str) -> None:
    """The same findings word for word; a file that Behave cannot parse is P1 at Behave's own line."""
    source, static = read_static(folder, text.encode())
    live = refuse_live(folder)
    if isinstance(live, list):
        assert static == live
    elif source is None:
        assert not any(
            read_tag(word.lstrip("@")).kind != "other" for word in text.split() if word.startswith("@tdd")
        )
    else:
        # Behind a byte order mark, which stops Behave, check reads on.
        assert len(static) == 1 or text.startswith(BOM)
        where = "features/a.feature" + (f":{live}" if live != "0" else "")
        assert any(told.startswith(f"{where}:") for told in static if ": P1 " in told)


@RELAXED
@given(
    content=st.one_of(st.binary(max_size=200), st.text(max_size=200).map(str.encode)).map(
        lambda b: b"@tdd_bug_5\n" + b
    )
)
@example(content=b"@tdd_bug_5\n\xed\xa0\x80")
def test_no_content_makes_check_fail_itself(folder: Path, content: bytes) -> None:
    """Any bytes behind a tag of ours: findings with a line of the file, or none, and never an exception."""
    source, static = read_static(folder, content)
    assert source is not None
    lines = len(content.decode("utf-8", "replace").splitlines()) + 1
    for finding in static:
        assert finding.isprintable()
        assert 0 <= int(finding.split(":")[1]) <= lines


@settings(RELAXED, max_examples=100)
@given(text=feature_texts(noise=0, tags=PLAIN_TAGS))
def test_inherited_tags_are_those_of_the_reference_parser(folder: Path, text: str) -> None:
    """Where Cucumber's own parser reads the file as Behave does, it gives the same tests the same tags."""
    for end in "\r\x0c\u2028":
        text = text.replace(end, "\n")
    source, _ = read_static(folder, text.encode())
    assume(source is not None and source.feature is not None)
    try:
        document = REFERENCE.parse(text)
        pickles = Compiler().compile({**document, "uri": "a.feature"})
    except CompositeParserException:
        assume(False)
    lines = node_lines(document["feature"])
    expected = {
        lines[pickle["astNodeIds"][-1]]: {tag["name"].lstrip("@") for tag in pickle["tags"]} for pickle in pickles
    }
    found = {capture.line: set(capture.all_tags) for capture in source.captures}
    ours = {"tdd_bug_5", "tdd_bug_6", "tdd_issue_7", "tdd_expected_fail"}
    wanted = {line: tags for line, tags in expected.items() if tags & ours}
    # Tests without a step make no pickle, but are tests for Behave.
    assert {line: tags for line, tags in found.items() if line in expected} == wanted


def node_lines(feature: dict) -> dict[str, int]:
    """The line of each scenario and row by its id."""
    found: dict[str, int] = {}
    waiting = [feature]
    while waiting:
        node = waiting.pop()
        if "id" in node and "location" in node:
            found[node["id"]] = node["location"]["line"]
        for value in node.values():
            if isinstance(value, dict):
                waiting.append(value)
            elif isinstance(value, list):
                waiting += [item for item in value if isinstance(item, dict)]
    return found
