"""Links between files of the repository lead to what is there, as a forge shows them.

Links of the site are checked by its builder; these are those of files that people read beside their code.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from docs_pages import DOCS, ROOT, pages, read_fences
from program_reference.pages import make_pages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LINK = re.compile(r"(?<!\\)\]\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"(?m)^#{1,6} +(?P<text>.+?)\s*#*$")
_ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:")
_CODE = re.compile(r"(`+).+?\1")
GENERATED = {DOCS / "reference" / name: text for name, text in make_pages().items()}
FILES = sorted([*pages(), ROOT / "CHANGELOG.md", *(ROOT / "changelog.d").glob("*.md"), *GENERATED])


def _text(page: Path) -> str:
    return GENERATED[page] if page in GENERATED else page.read_text("utf-8")


def _prose(page: Path) -> str:
    text = _text(page)
    for fence in read_fences(text):
        text = text.replace(fence.text, "\n" * fence.text.count("\n"))
    return text


def links_of(page: Path) -> Iterator[str]:
    """The targets of all links that lead to a file of the repository, or to a place on the page.

    Args:
        page: A page in Markdown.
    """
    for found in _LINK.finditer(_CODE.sub("", _prose(page))):
        if not _ELSEWHERE.match(found["target"]):
            yield found["target"]


def anchors_of(page: Path) -> set[str]:
    """The anchors that a forge gives to the headings of a page.

    Args:
        page: A page in Markdown.
    """
    anchors: dict[str, int] = {}
    made = set()
    for found in _HEADING.finditer(_prose(page)):
        slug = re.sub(r"[^\w\- ]", "", found["text"].lower()).replace(" ", "-")
        seen = anchors.get(slug, 0)
        anchors[slug] = seen + 1
        made.add(f"{slug}-{seen}" if seen else slug)
    return made


def why_broken(page: Path, target: str) -> str:
    """What is wrong with a link; empty where it leads somewhere.

    Args:
        page: Where it stands.
        target: Where it leads.
    """
    name, _, anchor = target.partition("#")
    other = (page.parent / name).resolve() if name else page
    if not other.exists() and other not in GENERATED:
        return f"{target}: there is no such file"
    if not other.is_relative_to(ROOT):
        return f"{target}: lies outside of the repository"
    if anchor and anchor not in anchors_of(other):
        return f"{target}: has no heading #{anchor}"
    return ""


@pytest.mark.parametrize("page", FILES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Files and headings, from the README to the generated pages."""
    assert [why for target in links_of(page) if (why := why_broken(page, target))] == []


def test_a_link_that_leads_nowhere_is_noticed(tmp_path: Path) -> None:
    """A file that is not there, a heading that is not there; code and other sites are no links."""
    page = tmp_path / "a.md"
    page.write_text(
        "# A `b` (c)\n\n## Twice\n\n## Twice\n\n[x](#a-b-c) [x](#twice-1) [x](#twice-2) [x](b.md) [x](https://a.b/c)\n"
        "`[x](c.md)`\n\n```text\n[x](d.md)\n# no heading\n```\n"
    )
    assert list(links_of(page)) == ["#a-b-c", "#twice-1", "#twice-2", "b.md"]
    assert anchors_of(page) == {"a-b-c", "twice", "twice-1"}
    assert why_broken(DOCS / "index.md", "nothing.md") == "nothing.md: there is no such file"
    assert why_broken(DOCS / "index.md", "tutorial.md#nothing") == "tutorial.md#nothing: has no heading #nothing"
    assert why_broken(DOCS / "index.md", "/etc/hostname").endswith("lies outside of the repository")
