"""Hostile input: nothing hangs, nothing is executed, nothing steers the terminal, nothing is lost."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from source_cases import CAPTURE, scenario
from source_project import SWITCH, Project, mode, obey_modes

PLAIN = "  Scenario: plain\n    Given something, with words that go on for a while\n    Then it is so\n\n"
MARKER = """
from pathlib import Path

Path(__file__).with_suffix(".marker").write_text("executed")
raise SystemExit(77)
"""
NASTY = "S \x1b[2J\x1b]0;title\x07 \u202egnp.exe\u2066 \u200b\x9b31m"


def test_nothing_that_is_scanned_is_executed(project: Project) -> None:
    """Environment, steps, packages and configuration beside the features leave no trace."""
    for name in (
        "features/environment.py",
        "features/steps/s.py",
        "features/__init__.py",
        "conftest.py",
        "behave.py",
    ):
        project.write(name, MARKER)
    project.write("bugcapture/__init__.py", MARKER)
    project.write("sitecustomize.py", MARKER)
    project.write(
        "behave.ini",
        "[behave]\nrunner = behave:Runner\nformat = behave:Formatter\n[behave.runners]\nx = conftest:y\n",
    )
    project.feature(scenario(CAPTURE))
    assert project.check().places == ["features/environment.py:1 W1"]
    assert project.run("list").code == 0
    assert project.run("graduate", "5").code == 0
    assert list(project.folder.rglob("*.marker")) == []
    assert list(project.folder.rglob("__pycache__")) == []


def test_an_installed_command_does_not_import_from_the_project(project: Project) -> None:
    """The command has no working directory on its path, so a ``behave.py`` there is never loaded."""
    project.write("behave.py", MARKER)
    project.write("click.py", MARKER)
    project.feature(scenario(CAPTURE))
    code = "import sys; sys.path[:1] = []; from bugcapture.cli import main; sys.exit(main())"
    done = project.start("check", python=("-c", code))
    assert done.code == 0
    assert list(project.folder.rglob("*.marker")) == []


def test_no_escape_of_a_name_reaches_the_terminal(project: Project) -> None:
    """Scenario names, tags, cells, declarations and steps with terminal escapes and bidirectional marks."""
    project.feature(
        f"Feature: {NASTY}\n"
        f"  {CAPTURE}\n  Scenario: {NASTY}\n    Fails at: {NASTY}\n    Then t\n"
        f"  @tdd_bug @tdd_{NASTY.split()[1]}\n  Scenario: {NASTY}\n    Fails with: ({NASTY}\n    Then t\n"
        f"  @tdd_bug @tdd_bug_<n>\n  Scenario Outline: {NASTY}\n    Then t\n"
        f"    Examples: {NASTY}\n      | n |\n      | {NASTY} |\n"
    )
    results = [project.run("check"), project.run("check", "--format", "github"), project.run("list")]
    results += [project.run("graduate", "5"), project.run("graduate", "6")]
    for done in results:
        assert done.code in {0, 1, 2}
        for line in (done.text + done.err).splitlines():
            assert line.isprintable()
    assert len(results[0].text.splitlines()) >= 4


def test_a_file_that_cannot_be_parsed_is_told_printable(project: Project) -> None:
    """Behave's message quotes the line; its escapes do not come through."""
    project.feature(f"{CAPTURE}\n{NASTY}\n")
    done = project.run("check")
    assert done.code == 1
    assert done.text.rstrip("\n").isprintable()
    assert "features/a.feature:2: P1 cannot be parsed" in done.text


def test_a_tag_of_10000_characters_is_told_short(project: Project) -> None:
    """The message stays readable, in check as in list."""
    project.feature(scenario("@tdd_bug_" + "5" * 10_000 + " @tdd_bug @tdd_bug_6"))
    done = project.run("check")
    assert done.code == 1
    assert max(map(len, done.text.splitlines())) < 400
    assert project.run("list").text.count("\n") == 2


@pytest.mark.parametrize("name", ["long" * 5000, "é" * 20_000, "a\u0301" * 5000])
def test_a_very_long_name_is_told_short(project: Project, name: str) -> None:
    """A table row stays a row."""
    project.feature(f"Feature: F\n  {CAPTURE}\n  Scenario: {name}\n    Then t\n")
    done = project.run("list")
    assert max(map(len, done.text.splitlines())) < 200


def test_50_megabytes_without_captures(project: Project) -> None:
    """A feature file of 50 MB is read and found to hold nothing of ours."""
    text = "Feature: F\n" + PLAIN * (50_000_000 // len(PLAIN) + 1)
    file = project.feature(text.encode())
    assert file.stat().st_size > 50_000_000
    done = project.check()
    assert (done.code, done.json["files"], done.json["captures"]) == (0, 1, 0)


def test_a_large_file_with_captures(project: Project) -> None:
    """2,000 captures among 6,000 scenarios: all are listed, and one is graduated without touching the others."""
    parts = [
        f"  @tdd_bug @tdd_bug_{n} {SWITCH}\n  Scenario: {n}\n    Then t\n{PLAIN}{PLAIN}" for n in range(1, 2001)
    ]
    file = project.feature(("Feature: F\n" + "".join(parts)).encode())
    done = project.check()
    assert (done.code, done.json["captures"], done.json["bugs"]) == (0, 2000, 2000)
    assert project.run("graduate", "1234").code == 0
    left = file.read_bytes()
    parts[1233] = parts[1233].replace(f" {SWITCH}", "")
    assert left == ("Feature: F\n" + "".join(parts)).encode()


def test_a_loop_of_links_ends(project: Project) -> None:
    """Links to folders above and beside: each real folder once."""
    project.feature(scenario(CAPTURE), "sub/a")
    (project.folder / "features/sub/up").symlink_to("..")
    (project.folder / "features/sub/self").symlink_to(".")
    (project.folder / "features/beside").symlink_to("sub")
    (project.folder / "features/loop").symlink_to("loop")
    (project.folder / "features/loop.feature").symlink_to("loop.feature")
    done = project.check()
    assert (done.json["files"], done.json["captures"]) == (2, 1)
    assert done.places == ["features/loop.feature:0 P1"]
    assert project.run("graduate", "5").code == 0


def test_a_dangling_link_is_told(project: Project) -> None:
    """Behave would stop at it, so it is a finding; a real run agrees."""
    project.feature(scenario(CAPTURE))
    project.write("features/steps/any.py", "")
    (project.folder / "features/b.feature").symlink_to("nowhere.feature")
    done = project.check()
    assert done.places == ["features/b.feature:0 P1"]
    assert "No such file or directory" in done.text
    assert project.start("--dry-run", python=("-m", "behave")).code != 0
    assert project.run("check", "features/b.feature").code == 2


@pytest.mark.parametrize("kind", ["pipe", "socket", "device"])
def test_what_is_no_regular_file_is_told_and_never_opened(project: Project, kind: str) -> None:
    """A named pipe would make a reader wait for ever, a device never ends."""
    project.feature(scenario(CAPTURE))
    place = project.folder / "features/x.feature"
    if kind == "pipe":
        os.mkfifo(place)
    elif kind == "device":
        place.symlink_to("/dev/zero")
    else:
        before = Path.cwd()
        os.chdir(place.parent)
        try:
            with socket.socket(socket.AF_UNIX) as server:
                server.bind("x.feature")
        finally:
            os.chdir(before)
    for arguments in ((), ("features/x.feature",)):
        done = project.start("check", "--format", "json", *arguments)
        assert (done.code, done.places) == (1, ["features/x.feature:0 P1"])
    listed = project.start("list")
    assert (listed.code, "x.feature: cannot be read and is not listed" in listed.err) == (0, True)
    assert project.start("graduate", "5").code == 0


def test_an_environment_that_is_a_pipe_is_never_opened(project: Project) -> None:
    """The same for the environment file, which is no file then."""
    project.feature(scenario(CAPTURE))
    environment = project.folder / "features/environment.py"
    environment.unlink()
    os.mkfifo(environment)
    assert project.start("check", "--format", "json").places == ["features/a.feature:3 W1"]


def test_a_folder_called_like_a_feature_is_a_folder(project: Project) -> None:
    """Its files are read."""
    project.feature(scenario("@tdd_bug_5"), "x.feature/a")
    assert project.check().places == ["features/x.feature/a.feature:2 T1"]


@pytest.mark.usefixtures("file_modes")
def test_an_unreadable_folder_is_told_when_it_is_asked_for(project: Project) -> None:
    """A folder that the user names must be readable; one on the way is passed over, as Behave does."""
    project.feature(scenario(CAPTURE))
    folder = project.feature(scenario("@tdd_bug_6"), "locked/b").parent
    with mode(folder, 0):
        named = project.start("check", "features/locked", prepare=obey_modes)
        inside = project.start("check", "features/locked/b.feature", prepare=obey_modes)
        around = project.start("check", "--format", "json", prepare=obey_modes)
    assert (named.code, inside.code) == (2, 2)
    assert named.err == "bugcapture: error: features/locked: cannot be read: Permission denied\n"
    assert inside.err == "bugcapture: error: features/locked/b.feature: cannot be read: Permission denied\n"
    assert (around.code, around.json["files"]) == (0, 1)


def test_deep_folders_are_walked(project: Project) -> None:
    """Deeper than Python would call itself."""
    before = Path.cwd()
    os.chdir(project.folder / "features")
    depth = 1200
    try:
        for _ in range(depth):
            Path("d").mkdir()
            os.chdir("d")
        Path("a.feature").write_text(scenario("@tdd_bug_5"))
    finally:
        os.chdir(before)
    try:
        done = project.start("check", "--format", "json")
        assert (done.code, done.places) == (1, [f"features/{'d/' * depth}a.feature:2 T1"])
    finally:
        os.chdir(project.folder / "features")  # Python's own rmtree gives up on such a depth.
        for _ in range(depth):
            os.chdir("d")
        Path("a.feature").unlink()
        for _ in range(depth):
            os.chdir("..")
            Path("d").rmdir()
        os.chdir(before)


def test_environments_and_caches_are_passed_over(project: Project) -> None:
    """Files of installed packages are not the project's tests; named outright they are read."""
    places = [".venv/a", "venv/b", "node_modules/c", ".git/d", ".nox/e", "own-env/lib/f"]
    for place in places:
        project.write(f"{place}.feature", scenario("@tdd_bug_5"))
    project.write("own-env/pyvenv.cfg", "")
    assert project.check().json["files"] == 0
    assert project.check("venv/b.feature").json["files"] == 1


def test_names_with_line_breaks_and_raw_bytes_are_graduated(project: Project) -> None:
    """Odd names are names."""
    for name in ("new\nline", "raw\udcff", "esc\x1b[31m", "-dash", " blank "):
        project.feature(scenario(CAPTURE), name)
    done = project.run("graduate", "5")
    assert done.code == 0
    assert len(done.text.splitlines()) == 5
    assert all(line.isprintable() for line in done.text.splitlines())
    assert not any(SWITCH.encode() in content for content in project.snapshot().values())
