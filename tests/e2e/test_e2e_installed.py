"""The installed wheel, far from the checkout."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from e2e_environment import ROOT
from e2e_stranger import BUGGY, CAPTURE, ENVIRONMENT, FIXED, write_program, write_project

if TYPE_CHECKING:
    from pathlib import Path

    from e2e_environment import Environment


def test_the_package_is_the_installed_one(full: Environment, tmp_path: Path) -> None:
    """The environment imports bugcapture from its own site-packages and knows no audit_service."""
    code = (
        "import bugcapture, importlib.util as u; print(bugcapture.__file__); print(u.find_spec('audit_service'))"
    )
    place, sample = full.must("python", "-c", code, cwd=tmp_path).splitlines()
    assert place.startswith(str(full.folder))
    assert sample == "None"


def test_script_and_module_say_the_same(full: Environment, tmp_path: Path) -> None:
    """`bugcapture` and `python -m bugcapture` are one program."""
    script = full.must("bugcapture", "--version", cwd=tmp_path)
    assert script.startswith("bugcapture ")
    assert full.must("python", "-m", "bugcapture", "--version", cwd=tmp_path) == script


def test_the_stranger_writes_what_the_readme_says() -> None:
    """The environment file of these tests stands in the README, word for word."""
    assert f"```python\n{ENVIRONMENT}```\n" in (ROOT / "README.md").read_text("utf-8")


@pytest.mark.parametrize("framework", ["behave", "robot", "pytest"])
def test_the_demo_runs_from_the_wheel(full: Environment, tmp_path: Path, framework: str) -> None:
    """The whole story behaves outside the checkout, and leaves nothing where it was started."""
    story = json.loads(full.must("bugcapture", "demo", f"--framework={framework}", "--format=json", cwd=tmp_path))
    assert (story["behaved"], story["framework"]) == (True, framework)
    said = "\n".join(step["output"] for step in story["steps"])
    for text in ("1 expected failure (#991)", "bug 991 looks fixed", "bug 991 is back"):
        assert text in said
    assert list(tmp_path.iterdir()) == []


def test_a_stranger_captures_fixes_and_graduates_a_bug(full: Environment, tmp_path: Path) -> None:
    """Green while the bug is open, red once it is fixed, green after graduation, red when it is back."""
    write_project(tmp_path)
    captured = full.run("behave", cwd=tmp_path)
    assert captured.returncode == 0, captured.stdout
    assert "2 scenarios passed, 0 failed" in captured.stdout
    assert captured.stderr.splitlines()[-1].startswith("bugcapture: 1 expected failure (#42), 0 look fixed")
    full.must("bugcapture", "check", cwd=tmp_path)

    write_program(tmp_path, FIXED)
    fixed = full.run("behave", cwd=tmp_path)
    assert fixed.returncode == 1
    assert "bug 42 looks fixed" in fixed.stderr
    assert "bugcapture graduate 42" in fixed.stderr

    before = (tmp_path / CAPTURE).read_bytes()
    full.must("bugcapture", "graduate", "42", cwd=tmp_path)
    assert (tmp_path / CAPTURE).read_bytes() == before.replace(b" @tdd_expected_fail", b"")
    full.must("behave", cwd=tmp_path)

    write_program(tmp_path, BUGGY)
    back = full.run("behave", cwd=tmp_path)
    assert back.returncode == 1
    assert "bug 42 is back" in back.stderr


def test_a_stranger_who_forgets_the_two_lines_is_told(full: Environment, tmp_path: Path) -> None:
    """Without the adapter plain Behave is red, and the check says why."""
    write_project(tmp_path)
    (tmp_path / "features" / "environment.py").unlink()
    assert full.run("behave", cwd=tmp_path).returncode == 1
    check = full.run("bugcapture", "check", cwd=tmp_path)
    assert check.returncode == 1
    assert ": W1 1 tagged test (#42) would run without bugcapture" in check.stdout
    full.must("behave", "--runner=bugcapture.behave:Runner", cwd=tmp_path)


@pytest.mark.parametrize("framework", ["behave", "robot", "pytest"])
def test_without_extras_the_demo_says_what_to_install(bare: Environment, tmp_path: Path, framework: str) -> None:
    """A missing library is a configuration error with the command that mends it, and no traceback."""
    done = bare.run("bugcapture", "demo", f"--framework={framework}", cwd=tmp_path)
    assert done.returncode == 2
    assert done.stdout == ""
    assert f"install bugcapture again with its extras: [{framework},sample]" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_behave_captures_cannot_be_checked(bare: Environment, tmp_path: Path) -> None:
    """The check never says "fine" about captures that it could not read."""
    write_project(tmp_path)
    for command in (("check",), ("list",), ("graduate", "42")):
        done = bare.run("bugcapture", *command, cwd=tmp_path)
        assert done.returncode == 2, command
        assert done.stdout == "", command
        assert "install bugcapture again with its extra: [behave]" in done.stderr, command


def test_without_behave_a_project_without_captures_is_fine(bare: Environment, tmp_path: Path) -> None:
    """A repository that uses Behave, but has captured nothing yet, can run the check as a hook."""
    write_project(tmp_path)
    text = (tmp_path / CAPTURE).read_text("utf-8")
    untagged = [line for line in text.splitlines(keepends=True) if "@tdd_" not in line]
    (tmp_path / CAPTURE).write_text("".join(untagged), "utf-8")
    assert bare.must("bugcapture", "check", cwd=tmp_path) == ""
    assert bare.must("bugcapture", "list", cwd=tmp_path) == ""
    bare.must("bugcapture", "--help", cwd=tmp_path)


def test_without_extras_races_can_be_used_from_any_test(bare: Environment, tmp_path: Path) -> None:
    """`bugcapture.race` needs the standard library alone."""
    code = (
        "import sys; from bugcapture.race import race; "
        "sys.exit(bool({'behave', 'click', 'sqlalchemy'} & set(sys.modules)))"
    )
    bare.must("python", "-c", code, cwd=tmp_path)
