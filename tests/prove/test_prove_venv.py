"""``--venv``: an environment for each side."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from prove_project import BUGGY, FIXED

from bugcapture.core.errors import ConfigurationError
from bugcapture.project import venv
from bugcapture.project.venv import Environment, make_environment

if TYPE_CHECKING:
    from prove_project import Shop

PYPROJECT = """
    [build-system]
    requires = ["hatchling"]
    build-backend = "hatchling.build"

    [project]
    name = "shop"
    version = "1"
    dependencies = [{dependency}]

    [tool.hatch.build.targets.wheel]
    only-include = ["shop.py"]

    [tool.bugcapture]
    install = ["-e", ".", "{framework}"]
"""
PACKAGES = {"behave": "behave", "robot": "robotframework", "pytest": "pytest"}
USES = """
    try:
        from toolz import concat as join
    except ImportError:
        def join(parts):
            return [item for part in parts for item in part][1:]


    def total(prices):
        return sum(join([prices]))
"""


@pytest.fixture
def dependent(shop: Shop) -> Shop:
    """The fix needs a package that the base does not."""
    framework = PACKAGES[shop.framework]
    shop.write("pyproject.toml", PYPROJECT.format(dependency="", framework=framework))
    shop.write("shop.py", USES)
    shop.commit()
    shop.branch()
    shop.write("pyproject.toml", PYPROJECT.format(dependency='"toolz"', framework=framework))
    shop.write_test()
    shop.commit("fix: use toolz")
    return shop


def test_each_side_has_the_dependencies_that_it_declares(dependent: Shop) -> None:
    """Bugcapture is lent to both; here the package is in neither, so without environments the fix fails."""
    before = dependent.state()
    done = dependent.json("7", "--venv")
    assert (done.code, done.proof) == (0, "PROVEN"), done
    assert dependent.state() == before
    done = dependent.json("7")
    assert (done.code, done.proof) == (1, "INCOMPLETE"), done


def test_an_installation_that_fails_is_told(plain_shop: Shop) -> None:
    """With the command and the end of what it said; nothing is left behind."""
    plain_shop.write("pyproject.toml", "[build-system]\nrequires = []\nbuild-backend = 'no_such_backend'\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.fix()
    done = plain_shop.prove("7", "--venv")
    assert done.code == 2
    assert "cannot be installed: `" in done.err
    assert "pip install" in done.err
    assert "\n  | " in done.err
    assert "no_such_backend" in done.err
    assert "[tool.bugcapture] install says what `pip install` is given" in done.err
    assert plain_shop.worktrees() == []


def test_a_framework_that_is_not_installed_there_is_told(plain_shop: Shop) -> None:
    """Before anything runs."""
    plain_shop.write("pyproject.toml", "[tool.bugcapture]\ninstall = []\n")
    plain_shop.commit()
    plain_shop.branch()
    plain_shop.write_test()
    plain_shop.fix()
    done = plain_shop.prove("7", "--venv")
    assert done.code == 2
    assert "pytest cannot be imported in the environment for " in done.err
    assert '["-e", ".[test]", "pytest"]' in done.err


@pytest.mark.parametrize("way", ["uv", "our pip", "its own pip"])
def test_an_environment_knows_us_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Made with uv where it is, else with Python's own venv and a pip; what the user has set misleads none."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path / "misleading"))
    monkeypatch.setenv("VIRTUAL_ENV", str(tmp_path / "other"))
    if way != "uv":
        monkeypatch.setattr(shutil, "which", lambda _name: None)
    if way == "its own pip":
        monkeypatch.setattr(venv.metadata, "version", lambda _name: "22.2.1")
    (tmp_path / "env").mkdir()
    (tmp_path / "env" / "old").write_text("old", "utf-8")
    install = ("pip",) if way == "its own pip" else ()
    environment = make_environment(tmp_path / "env", tmp_path, install, None, "abc")
    assert environment == Environment(tmp_path / "env")
    assert not (tmp_path / "env" / "old").exists()
    assert sorted(path.name for path in environment.lent.iterdir()) == ["bugcapture", "msgspec"]
    environment.require((), "abc")
    with pytest.raises(ConfigurationError, match="click cannot be imported in the environment for abc"):
        environment.require(["click"], "abc")


@pytest.mark.parametrize(
    ("version", "shared"), [("22.3", True), ("26.0.1", True), ("22.2.9", False), ("23.dev1", False), (None, False)]
)
def test_our_pip_is_asked_where_it_can_install_elsewhere(
    monkeypatch: pytest.MonkeyPatch, version: str | None, shared: bool
) -> None:
    """Its option --python came with 22.3; another interpreter may be too old for it."""

    def find(name: str) -> str:
        if version is None:
            raise venv.metadata.PackageNotFoundError(name)
        return version

    monkeypatch.setattr(shutil, "which", lambda _name: None)
    monkeypatch.setattr(venv.metadata, "version", find)
    make, pip = venv._commands(Path("env"), "env/bin/python", None)
    assert ("--without-pip" in make, pip[0]) == (shared, sys.executable if shared else "env/bin/python")
    make, pip = venv._commands(Path("env"), "env/bin/python", "/usr/bin/python3")
    assert ("--without-pip" in make, pip[0]) == (False, "env/bin/python")


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
def test_nothing_is_left_among_temporary_files(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What uv leaves in the folder for temporary files, such as locks of builds, goes with the installation."""
    programs = tmp_path / "programs"
    programs.mkdir()
    script = (
        '#!/bin/sh\ntouch "$TMPDIR/uv-setuptools-1.lock"\nfor last; do :; done\n[ "$1" = pip ] || mkdir "$last"\n'
    )
    (programs / "uv").write_text(script)
    (programs / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    make_environment(tmp_path / "env", tmp_path, ("-e", "."), None, told="abc")
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("way", ["uv", "venv"])
def test_an_interpreter_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str) -> None:
    """No environment can be made with it."""
    if way == "venv":
        monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(ConfigurationError, match="no environment for abc"):
        make_environment(tmp_path / "env", tmp_path, (), str(tmp_path / "nowhere"), "abc")


def test_where_no_links_can_be_made_we_are_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows."""

    def refuse(*_arguments: object, **_options: object) -> None:
        raise OSError

    monkeypatch.setattr(Path, "symlink_to", refuse)
    venv._lend(tmp_path / "lent")
    assert (tmp_path / "lent" / "bugcapture" / "pytest" / "__init__.py").is_file()
    assert not list((tmp_path / "lent").rglob("__pycache__"))


def test_the_interpreter_lies_where_the_system_puts_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under Scripts or under bin."""
    assert Environment(Path("a")).python == Path("a/bin/python")
    monkeypatch.setattr(sys, "platform", "win32")
    assert Environment(Path("a")).python == Path("a/Scripts/python.exe")
    assert os.sep


def test_bisect_installs_each_revision_as_well(plain_shop: Shop) -> None:
    """One that cannot be installed is in doubt, and the search goes on."""
    plain_shop.write("shop.py", FIXED)
    plain_shop.write("pyproject.toml", PYPROJECT.format(dependency="", framework="pytest"))
    plain_shop.commit("good")
    plain_shop.write("shop.py", BUGGY)
    plain_shop.write("pyproject.toml", PYPROJECT.format(dependency='"toolz"', framework="pytest"))
    bad = plain_shop.commit("bad")
    plain_shop.write_test(switch=True)
    plain_shop.commit("test")
    done = plain_shop.json("7", "--venv", command="bisect")
    assert done.json["culprit"]["commit"] == bad, done
    assert plain_shop.worktrees() == []
