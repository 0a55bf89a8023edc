"""The file that keeps timings: what is written is read again, and what is none is refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from profile_timings import profile, timing

from bugcapture.core.errors import ConfigurationError
from bugcapture.project.config import find_project
from bugcapture.project.hook_timings import read_timings, timings_file, write_timings

if TYPE_CHECKING:
    from pathlib import Path

HEAD = '{"schema": 1, "tool": "prek", "tool_version": "1", "recorded_at": "2026-11-30T00:00:00Z", "hooks": '


def test_timings_are_read_as_they_were_written(tmp_path: Path) -> None:
    """With everything in them."""
    kept = profile(timing("unit", 1.0, 2.5, wrote=("a",), alias="x"), commit="c0ffee", files="2 of the files")
    file = tmp_path / "new" / "timings.json"

    write_timings(file, kept)

    assert read_timings(file) == kept
    assert not (file.parent / ".gitignore").exists()


def test_the_usual_folder_is_not_tracked(tmp_path: Path) -> None:
    """Timings are those of one machine; what somebody has written there already stays."""
    file = timings_file(find_project(tmp_path))
    write_timings(file, profile(timing("unit", 1.0)))
    ignore = file.with_name(".gitignore")

    assert file == tmp_path / ".bugcapture" / "hook-timings.json"
    assert ignore.read_text().endswith("\n*\n")
    ignore.write_text("mine\n")
    write_timings(file, profile())
    assert ignore.read_text() == "mine\n"


def test_the_project_can_name_another_file(tmp_path: Path) -> None:
    """It is seen from the project."""
    (tmp_path / "pyproject.toml").write_text('[tool.bugcapture.hooks]\ntimings = "ci/hooks.json"\n')

    assert timings_file(find_project(tmp_path)) == tmp_path / "ci" / "hooks.json"


def test_no_file_is_no_timings(tmp_path: Path) -> None:
    """And no error."""
    assert read_timings(tmp_path / "none.json") is None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[]", "its schema is not 1"),
        ('{"schema": 2}', "its schema is not 1"),
        ('{"schema": 1}', "missing required field `tool`"),
        (HEAD + '[{"id": 3}]}', "Expected `str`, got `int`"),
        (HEAD + '[{"id": "a", "stage": "pre-push", "seconds": [-1]}]}', "a hook took less than no time"),
        (HEAD + '[{"id": "a", "stage": "pre-push", "seconds": [1e308]}]}', "or years"),
        (HEAD.replace("Z", "") + "[]}", "its time has no zone"),
        (re.sub("....-..-..T.*Z", "0001-01-01T00:00:00+14:00", HEAD) + "[]}", "its time is none"),
        (HEAD.replace('"schema": 1', '"schema": true') + "[]}", "its schema is not 1"),
        ("[" * 100_000, "recursion"),
        ("\udcff", "JSON is malformed"),
    ],
)
def test_what_holds_no_timings_is_refused(tmp_path: Path, text: str, why: str) -> None:
    """The error says why, where, and what to do."""
    file = tmp_path / "timings.json"
    file.write_bytes(text.encode("utf-8", "surrogateescape"))

    with pytest.raises(ConfigurationError, match=why) as caught:
        read_timings(file)

    assert caught.value.where == str(file)
    assert "bugcapture hooks profile --save" in str(caught.value.hint)


def test_a_folder_holds_no_timings(tmp_path: Path) -> None:
    """It cannot be read."""
    with pytest.raises(ConfigurationError, match="it is no regular file"):
        read_timings(tmp_path)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    """A file is in its place."""
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigurationError, match="cannot be made"):
        write_timings(tmp_path / "file" / "timings.json", profile())
