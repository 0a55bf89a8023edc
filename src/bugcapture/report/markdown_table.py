"""Rows as a table in Markdown, for the summary of a CI job or a comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


def write_markdown_table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table.

    Args:
        heading: The columns' names.
        rows: The cells, in Markdown; whatever comes from strangers went through `markdown`.
    """
    lines = [heading, ["---"] * len(heading), *rows]
    return "".join(f"| {' | '.join(cells)} |\n" for cells in lines)


def as_link(text: str, url: str) -> str:
    """A link, or only the text where there is no address.

    Args:
        text: What is shown, in Markdown.
        url: The address; empty for none.
    """
    if not url or not url.isprintable() or set(url) & set(" <>"):
        return text
    safe = url.replace("(", "%28").replace(")", "%29").replace("|", "%7C")
    return f"[{text}]({safe})"
