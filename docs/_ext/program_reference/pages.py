"""All generated pages, and the folder that holds them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from program_reference.commands import command_pages
from program_reference.evidence import evidence_pages
from program_reference.exits import exit_page
from program_reference.in_tests import in_tests_page
from program_reference.outputs import output_page
from program_reference.rules import hook_rule_pages, scan_rule_pages
from program_reference.settings import settings_page
from program_reference.verdicts import verdict_page

if TYPE_CHECKING:
    from collections.abc import Mapping

_DOCS = Path(__file__).parents[2]


def make_pages() -> dict[str, str]:
    """The pages as the program is now, by their paths below the folder."""
    return {
        **command_pages(guides={**{page.stem: page.stem for page in _DOCS.glob("*.md")}, "report": "reports"}),
        **scan_rule_pages(),
        **hook_rule_pages(),
        **evidence_pages(),
        "configuration.md": settings_page(),
        "in-tests.md": in_tests_page(),
        "verdicts.md": verdict_page(),
        "exit-codes.md": exit_page(),
        "json.md": output_page(),
    }


def write_pages(folder: Path, pages: Mapping[str, str] | None = None) -> None:
    """Write what has changed, so that Sphinx reads no page again without need, and remove what is gone.

    Args:
        folder: Where the pages go; nothing else may be in it.
        pages: The pages; None for those of the program.
    """
    wanted = {folder / name: text.encode() for name, text in (make_pages() if pages is None else pages).items()}
    for path, content in wanted.items():
        if not path.is_file() or path.read_bytes() != content:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
    for path in folder.rglob("*"):
        if path.is_file() and path not in wanted:
            path.unlink()
