"""New files and changed ones, all or none."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from bugcapture.core.errors import RefusedError, SourceError
from bugcapture.project import create
from bugcapture.project.create import write_files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def content(folder: Path) -> dict[str, bytes | None]:
    """Everything in a folder; None for folders."""
    found = sorted(folder.rglob("*"))
    return {path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None for path in found}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one file."""
    (tmp_path / "old").write_bytes(b"1")
    return tmp_path


def test_files_and_folders_are_made_and_others_changed(folder: Path) -> None:
    write_files({folder / "a/b/c": b"2", folder / "a/d": b"3"}, {folder / "old": (b"1", b"4")})
    assert content(folder) == {"a": None, "a/b": None, "a/b/c": b"2", "a/d": b"3", "old": b"4"}


@pytest.mark.parametrize(
    ("new", "error", "told"),
    [
        ({"a/b": b"2", "old": b"3"}, RefusedError, "old: is there already"),
        ({"a/b": b"2", "link": b"3"}, RefusedError, "link: is there already"),
        ({"a/b": b"2", "old/c": b"3"}, SourceError, "old/c: cannot be written: Not a directory"),
        ({"a/b": b"2", "x" * 300: b"3"}, SourceError, "cannot be written: File name too long"),
    ],
)
def test_one_that_cannot_be_made_takes_the_others_back(
    folder: Path, new: Mapping[str, bytes], error: type[Exception], told: str
) -> None:
    (folder / "link").symlink_to("nowhere")
    before = content(folder)
    with pytest.raises(error, match=told):
        write_files({folder / name: text for name, text in new.items()}, {folder / "old": (b"1", b"4")})
    assert content(folder) == before
    assert not (folder / "nowhere").exists()


def test_a_changed_file_takes_the_new_ones_back(folder: Path) -> None:
    before = content(folder)
    with pytest.raises(RefusedError, match="was changed meanwhile"):
        write_files({folder / "a/b": b"2"}, {folder / "old": (b"0", b"4")})
    assert content(folder) == before


def test_an_interrupt_takes_everything_back(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_contents: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(create, "replace_files", interrupt)
    before = content(folder)
    with pytest.raises(KeyboardInterrupt):
        write_files({folder / "a/b": b"2"}, {})
    assert content(folder) == before


def test_what_others_put_there_meanwhile_stays(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(_contents: object) -> None:
        (folder / "a/theirs").write_bytes(b"5")
        raise KeyboardInterrupt

    monkeypatch.setattr(create, "replace_files", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write_files({folder / "a/b": b"2"}, {})
    assert content(folder) == {"a": None, "a/theirs": b"5", "old": b"1"}


def test_a_full_disk_leaves_no_half_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fdopen", full)
    before = content(folder)
    with pytest.raises(SourceError, match="a: cannot be written: No space left on device"):
        write_files({folder / "a": b"2"}, {})
    assert content(folder) == before


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX modes")
def test_new_files_have_the_usual_mode(folder: Path) -> None:
    before = os.umask(0o022)
    try:
        write_files({folder / "a": b"2"}, {})
    finally:
        os.umask(before)
    assert (folder / "a").stat().st_mode & 0o777 == 0o644
