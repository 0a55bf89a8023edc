"""Where the news fragment goes, what it is called, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hostile_titles import TITLES
from hypothesis import given

from bugcapture.core.naming import clean_title
from bugcapture.workflow.news import write_fragment

if TYPE_CHECKING:
    from command_project import CommandProject

TOWNCRIER = "[tool.towncrier]\n"
TYPES = '[[tool.towncrier.type]]\ndirectory = "capture"\nname = "Captured"\nshowcontent = true\n'


@pytest.mark.parametrize(
    ("settings", "fragment"),
    [
        ("", None),
        ("[tool.bugcapture]\n", None),
        ('[tool.bugcapture]\nnews = ""\n', None),
        ('[tool.bugcapture]\nnews = "news/{number}.{kind}.md"\n', "news/991.capture.md"),
        ('[tool.bugcapture]\nnews = "news/{kind}/{number}-x"\n', "news/capture/991-x"),
        (f'[tool.bugcapture]\nnews = ""\n{TOWNCRIER}directory = "news"\n', None),
        (f'[tool.bugcapture]\nnews = "a/{{number}}"\n{TOWNCRIER}directory = "news"\n', "a/991"),
        (f'{TOWNCRIER}directory = "news"\n', "news/991.misc.rst"),
        (f'{TOWNCRIER}directory = "news"\nfilename = "CHANGES.md"\n', "news/991.misc.md"),
        (f'{TOWNCRIER}directory = "news"\nfilename = "CHANGES.md"\n{TYPES}', "news/991.capture.md"),
        (f'{TOWNCRIER}directory = "news"\n[[tool.towncrier.type]]\nname = "Misc"\n', "news/991.misc.rst"),
        (f'{TOWNCRIER}directory = "news"\n[[tool.towncrier.type]]\nname = "Fixed"\n', None),
        (f'{TOWNCRIER}directory = "news"\n[tool.towncrier.fragment.capture]\n', "news/991.capture.rst"),
        (f'{TOWNCRIER}directory = "news"\n[tool.towncrier.fragment.feature]\n', None),
        (TOWNCRIER, "newsfragments/991.misc.rst"),
        (f'{TOWNCRIER}package = "shop"\n', "./shop/newsfragments/991.misc.rst"),
        (f'{TOWNCRIER}package = "shop.till"\npackage_dir = "src"\n', "src/shop/till/newsfragments/991.misc.rst"),
        ("tool = 3\n", None),
    ],
)
def test_the_place_of_the_fragment(project: CommandProject, settings: str, fragment: str | None) -> None:
    """The project's own setting wins; else towncrier's, where it has a type that fits."""
    project.write("pyproject.toml", settings)
    done = project.run("capture", "991", "--framework", "behave", "--format", "json", "--quiet")
    assert done.code == 0, done
    first, *paths = [file["path"] for file in done.json["files"] if "/steps/" not in file["path"]]
    assert first == "features/bug_991.feature"
    assert paths == ([fragment.removeprefix("./")] if fragment else [])
    if fragment:
        assert project.read(fragment) == "Bug 991: captured by ``features/bug_991.feature``.\n"


def test_a_configuration_of_towncriers_own_comes_first(project: CommandProject) -> None:
    project.write("pyproject.toml", f'{TOWNCRIER}directory = "a"\n')
    project.write("towncrier.toml", f'{TOWNCRIER}directory = "b"\n')
    done = project.run("capture", "991", "--framework", "behave")
    assert "b/991.misc.rst: new: the news fragment\n" in done.out


def test_a_fragment_that_is_there_stays(project: CommandProject) -> None:
    project.write("pyproject.toml", '[tool.bugcapture]\nnews = "news/{number}.md"\n')
    project.write("news/991.md", "mine\n")
    done = project.run("capture", "991", "--framework", "behave")
    assert done.code == 0
    assert "bugcapture: news/991.md is there already and stays as it is\n" in done.err
    assert project.read("news/991.md") == "mine\n"


def test_a_fragment_outside_the_project_is_refused(project: CommandProject) -> None:
    project.write("pyproject.toml", '[tool.bugcapture]\nnews = "../{number}.md"\n')
    done = project.run("capture", "991", "--framework", "behave")
    assert done.code == 2
    assert "pyproject.toml: the news fragment ../{number}.md lies outside the project" in done.err
    assert not (project.folder / "features").exists()


def test_settings_of_towncrier_that_cannot_be_read_are_told(project: CommandProject) -> None:
    project.write("towncrier.toml", "[tool.towncrier\n")
    done = project.run("capture", "991", "--framework", "behave")
    assert (done.code, done.out) == (1, "")
    assert "towncrier.toml:1: is no valid TOML" in done.err


@pytest.mark.parametrize(
    ("title", "told"),
    [
        ("Two engines", "Two engines"),
        ("Two engines.", "Two engines"),
        ("_ensure_session() races", r"\_ensure_session() races"),
        ("a `tick`, a *star* and <b>", r"a \`tick\`, a \*star\* and \<b\>"),
        ("[x](http://y) C:\\z a|b", r"\[x\](http://y) C:\\z a\|b"),
        ("# heading", r"\# heading"),
        ("1. list", r"\1. list"),
        ("- list", r"\- list"),
        ("", "Bug 7"),
        ("...", "Bug 7"),
    ],
)
def test_markup_in_a_title_stays_text(title: str, told: str) -> None:
    assert write_fragment(title, 7, "a.feature") == f"{told}: captured by ``a.feature``.\n"


@given(title=TITLES)
def test_a_fragment_is_one_line(title: str) -> None:
    text = write_fragment(clean_title(title), 7, "a.feature")
    assert text.count("\n") == 1
    assert text[:-1].isprintable()
