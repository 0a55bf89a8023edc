"""What is in the distributions."""

from __future__ import annotations

import re
import tarfile
import zipfile
from configparser import ConfigParser
from email.parser import Parser
from typing import TYPE_CHECKING

from e2e_environment import ROOT

if TYPE_CHECKING:
    from email.message import Message
    from pathlib import Path

SAMPLE = "bugcapture/demo/sample"
EXTRAS = {"behave", "robot", "pytest", "sample", "tracker", "history", "report", "all"}
_EXTRA = re.compile(r"(?P<library>[\w-]+).*; extra == '(?P<extra>\w+)'")


def test_the_wheel_holds_the_package_and_the_sample_and_nothing_else(wheel: Path) -> None:
    """Only `bugcapture` and its own metadata reach a user's site-packages."""
    files = list_wheel(wheel)
    tops = {name.split("/")[0] for name in files}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"bugcapture"}
    own = [name for name in files if not name.startswith(f"{SAMPLE}/")]
    assert not [name for name in own if name.rpartition("/")[2].startswith("test_")]
    assert not [name for name in files if name.endswith((".pyc", ".orig"))]


def test_the_wheel_holds_every_module_of_the_package(wheel: Path) -> None:
    """No module and no data file of the package is left out."""
    source = ROOT / "src"
    package = (file.relative_to(source) for file in (source / "bugcapture").rglob("*") if file.is_file())
    expected = {
        file.as_posix()
        for file in package
        if not any(part.startswith((".", "__pycache__")) for part in file.parts)
    }
    assert "bugcapture/py.typed" in expected
    assert "bugcapture/demo/fix-991.patch" in expected
    assert {name for name in list_wheel(wheel) if name.startswith("bugcapture/")} >= expected


def test_the_wheel_holds_the_sample_inside_the_package(wheel: Path) -> None:
    """The demo finds the audit service, its features and its steps beside its own module."""
    files = list_wheel(wheel)
    assert files >= {
        f"{SAMPLE}/src/audit_service/__init__.py",
        f"{SAMPLE}/features/audit/audit_session_race.feature",
        f"{SAMPLE}/features/steps/audit_steps.py",
        f"{SAMPLE}/features/steps/race_steps.py",
        f"{SAMPLE}/robot/audit/AuditSample.py",
        f"{SAMPLE}/robot/audit/audit_session_race.robot",
        f"{SAMPLE}/tests/audit/test_audit_session_race.py",
    }


def test_the_metadata_names_all_extras(wheel: Path) -> None:
    """Each extra exists, and `all` brings all the others."""
    metadata = read_metadata(wheel)
    assert set(metadata.get_all("Provides-Extra", [])) == EXTRAS
    needs: dict[str, set[str]] = {extra: set() for extra in EXTRAS}
    for requirement in metadata.get_all("Requires-Dist", []):
        if found := _EXTRA.fullmatch(requirement):
            needs[found["extra"]].add(found["library"])
    assert all(needs.values()), needs
    assert needs["all"] == set().union(*(needs[extra] for extra in EXTRAS - {"all"}))


def test_the_metadata_says_what_the_package_is(wheel: Path) -> None:
    """Name, version, licence, Python and description are those of the project."""
    metadata = read_metadata(wheel)
    assert metadata["Name"] == "bugcapture"
    assert wheel.name == f"bugcapture-{metadata['Version']}-py3-none-any.whl"
    assert metadata["License-Expression"] == "MIT"
    assert metadata["Requires-Python"] == ">=3.11"
    assert str(metadata.get_payload()).startswith("# bugcapture")
    assert "Typing :: Typed" in metadata.get_all("Classifier", [])


def test_the_wheel_brings_the_console_script(wheel: Path) -> None:
    """`bugcapture` is the one command that is installed."""
    parser = ConfigParser()
    parser.read_string(read_member(wheel, "entry_points.txt"))
    assert dict(parser["console_scripts"]) == {"bugcapture": "bugcapture.cli:main"}


def test_the_core_needs_neither_behave_nor_sqlalchemy(wheel: Path) -> None:
    """Without an extra only the libraries of the command line, and of the files that it edits, are required."""
    required = read_metadata(wheel).get_all("Requires-Dist", [])
    names = {requirement.split(">")[0] for requirement in required if "extra ==" not in requirement}
    assert names == {"click", "msgspec", "pyyaml"}


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, sdist_wheel: Path) -> None:
    """Nothing that the wheel needs is missing in the source distribution."""
    assert list_wheel(sdist_wheel) == list_wheel(wheel)


def test_the_source_distribution_holds_what_its_own_tests_need(sdist: Path) -> None:
    """Packagers can run the tests, and read the licence."""
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {"LICENSE", "README.md", "noxfile.py", "pyproject.toml"} <= names
    for file in ("features/environment.py", "features/check.feature", "robot/check.robot", "tests/conftest.py"):
        assert file in names, file


def list_wheel(wheel: Path) -> set[str]:
    """The names of the files in a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def read_member(wheel: Path, name: str) -> str:
    """The text of a file in the wheel's metadata folder."""
    with zipfile.ZipFile(wheel) as archive:
        (member,) = (item for item in archive.namelist() if item.endswith(f".dist-info/{name}"))
        return archive.read(member).decode("utf-8")


def read_metadata(wheel: Path) -> Message:
    """The wheel's core metadata."""
    return Parser().parsestr(read_member(wheel, "METADATA"))
