"""Paths as reports name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bugcapture.project.paths import relative_path


@pytest.fixture(autouse=True)
def inside(tmp_path, monkeypatch):
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("a.feature", "a.feature"),
        ("./a.feature", "a.feature"),
        ("features/../a.feature", "a.feature"),
        ("features//deep/a.feature", "features/deep/a.feature"),
        (Path("features") / "a.feature", "features/a.feature"),
        ("a b/\u00fc.feature", "a b/\u00fc.feature"),
        (".", "."),
        ("..a.feature", "..a.feature"),
    ],
)
def test_a_path_below_is_relative(inside, path, expected):
    """A path below the working directory is relative, however it is written."""
    assert relative_path(path) == expected
    assert relative_path(inside / path) == expected


@pytest.mark.parametrize("path", ["../other/a.feature", "..", "../project2/a.feature"])
def test_a_path_outside_is_absolute(inside, path):
    """A path that is not below stays absolute; a name that merely begins the same is not below."""
    assert relative_path(path) == (inside.parent / path.removeprefix("../").removeprefix("..")).as_posix()


def test_a_path_can_be_seen_from_elsewhere(inside):
    """The start may be any folder, also one written relative or with dots."""
    file = inside / "features" / "a.feature"

    assert relative_path(file, inside / "features") == "a.feature"
    assert relative_path("features/a.feature", Path("features")) == "a.feature"
    assert relative_path(file, inside / "features" / "..") == "features/a.feature"
    assert relative_path(file, Path("..")) == "project/features/a.feature"
    assert relative_path(file, Path("../project/features")) == "a.feature"


def test_a_link_stays_as_it_is_written(inside):
    """Symbolic links are not followed: the user finds the path as he wrote it."""
    (inside / "real").mkdir()
    (inside / "link").symlink_to(inside / "real")

    assert relative_path("link/a.feature") == "link/a.feature"
