"""The whole command on projects in any layout."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from byte_checks import is_one_insertion
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import configurations, documents, environments

from command_project import CommandProject

NAMES = ("features/environment.py", "pyproject.toml", ".pre-commit-config.yaml")


@settings(max_examples=40, deadline=None)
@given(
    environment=st.none() | environments(),
    document=st.none() | documents(),
    configuration=st.none() | configurations().map(str.encode),
)
def test_all_or_nothing_byte_for_byte_and_only_once(
    environment: bytes | None, document: bytes | None, configuration: bytes | None
) -> None:
    """Either every file is as it was and the places are told, or each has its lines at one place."""
    with TemporaryDirectory() as name:
        project = CommandProject(Path(name).resolve())
        project.write("features/steps/steps.py")
        project.write("features/a.feature", "Feature: a\n\n  @tdd_bug @tdd_bug_5\n  Scenario: b\n    Then c\n")
        before = dict(zip(NAMES, (environment, document, configuration), strict=True))
        for path, content in before.items():
            if content is not None:
                project.write(path, content)
        old = project.files()
        done = project.run("init", "--yes", "--framework", "behave")
        new = project.files()
        if done.code:
            assert new == old
            assert "nothing was written" in done.err or done.code == 2
            return
        for path, content in new.items():
            assert content == old.get(path) or path not in old or is_one_insertion(old[path], content), path
        assert project.run("init", "--yes", "--framework", "behave").out == ""
        assert project.files() == new
        check = project.run("check", "--format", "json")
        assert [finding for finding in check.json["findings"] if finding["rule"] == "W1"] == []
