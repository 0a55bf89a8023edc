"""The built distributions, and fresh virtual environments with them, for the whole session."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from e2e_environment import ROOT, Environment

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def builder(tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with pip, which builds and installs for all others."""
    environment = _make_environment(tmp_path_factory, "builder")
    environment.must("python", "-m", "pip", "install", "--quiet", "hatchling>=1.27", cwd=environment.folder)
    return environment


@pytest.fixture(scope="session")
def wheel(builder: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the checkout."""
    return _build_wheel(builder, ROOT, tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="session")
def sdist(builder: Environment, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, built from the checkout."""
    folder = tmp_path_factory.mktemp("sdist")
    builder.must("python", "-m", "hatchling", "build", "--target=sdist", f"--directory={folder}", cwd=ROOT)
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="session")
def sdist_wheel(builder: Environment, sdist: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built from the source distribution."""
    return _build_wheel(builder, sdist, tmp_path_factory.mktemp("sdist-wheel"))


@pytest.fixture(scope="session")
def full(builder: Environment, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel and the extras that the demo needs in every framework."""
    return _install(builder, f"{wheel}[behave,robot,pytest,sample]", tmp_path_factory)


@pytest.fixture(scope="session")
def bare(builder: Environment, wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Environment:
    """An environment with the wheel and no extra."""
    return _install(builder, str(wheel), tmp_path_factory)


def _make_environment(factory: pytest.TempPathFactory, name: str, *options: str) -> Environment:
    folder = factory.mktemp(name) / "venv"
    subprocess.run([sys.executable, "-m", "venv", *options, str(folder)], check=True)
    return Environment(folder)


def _install(builder: Environment, requirement: str, factory: pytest.TempPathFactory) -> Environment:
    environment = _make_environment(factory, "installed", "--without-pip")
    python = environment.scripts / "python"
    builder.must("python", "-m", "pip", "--python", python, "install", "--quiet", requirement, cwd=builder.folder)
    return environment


def _build_wheel(builder: Environment, source: Path, folder: Path) -> Path:
    arguments = ("wheel", "--quiet", "--no-deps", f"--wheel-dir={folder}", source)
    builder.must("python", "-m", "pip", *arguments, cwd=builder.folder)
    (file,) = folder.iterdir()
    return file
