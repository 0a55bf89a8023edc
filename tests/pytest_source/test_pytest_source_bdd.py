"""Feature files that pytest-bdd runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from python_sources import write

from bugcapture.pytest.bdd_source import bound_features

FILES = ("tests/a.feature", "tests/features/b.feature", "tests/features/deep/c.feature", "features/d.feature")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with some feature files."""
    for name in FILES:
        write(tmp_path, "Feature: x\n", name)
    return tmp_path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from pytest_bdd import scenarios\nscenarios('a.feature')", FILES[:1]),
        ("from pytest_bdd import scenarios as bind\nbind('features', 'a.feature')", FILES[:3]),
        ("import pytest_bdd\npytest_bdd.scenarios('.')", FILES[:3]),
        ("import pytest_bdd as bdd\nPLACE = '../features'\nbdd.scenarios(PLACE)", FILES[3:]),
        ("from pytest_bdd.scenario import scenarios\nscenarios('{root}/features')", FILES[3:]),
        ("from pytest_bdd import scenario\n@scenario('a.feature', 'Name')\ndef test_a(): ...", FILES[:1]),
        (
            "from pytest_bdd import scenario\n@scenario(feature_name='a.feature')\ndef test_a(): ...",
            FILES[:1],
        ),
        ("from pytest_bdd import scenario\n@scenario('Name', 'a.feature')\ndef test_a(): ...", ()),
        (
            "from pytest_bdd import scenarios\nscenarios('d.feature', features_base_dir='{root}/features')",
            FILES[3:],
        ),
        ("from pytest_bdd import scenarios\nscenarios('a.feature', features_base_dir=None)", FILES[:1]),
        ("from pytest_bdd import scenarios\nscenarios('a.feature', features_base_dir=base())", ()),
        ("from pytest_bdd import scenarios\nscenarios('a.feature', features_base_dir=5)", ()),
        ("from pytest_bdd import scenarios\nscenarios(path(), *paths, 5)", ()),
        (
            "from pytest_bdd import scenarios\nscenarios('missing', 'x\\0y', 'test_it.py', '{long}')",
            ("tests/test_it.py",),
        ),
        ("from pytest_bdd import given\ngiven('a.feature')", ()),
        ("from other import scenarios\nscenarios('a.feature')", ()),
        ("# pytest_bdd\nx = (", ()),
        ("# coding: no-such\n# pytest_bdd", ()),
    ],
)
def test_bound_features_are_found(project: Path, text: str, expected: tuple[str, ...]) -> None:
    """Literal places, seen from the folder of the test module."""
    file = write(
        project, text.replace("{root}", project.as_posix()).replace("{long}", "x" * 999), "tests/test_it.py"
    )
    assert bound_features([file, project / "missing.py"]) == {project / name for name in expected}


def test_the_configured_folder_counts(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`bdd_features_base_dir` is seen from the configuration's folder."""
    write(project, "[pytest]\nbdd_features_base_dir = features/\n", "pytest.ini")
    write(project, "from pytest_bdd import scenarios\nscenarios('d.feature')\n", "tests/test_it.py")
    monkeypatch.chdir(project / "tests")
    assert bound_features([Path("test_it.py")]) == {project / "features/d.feature"}
