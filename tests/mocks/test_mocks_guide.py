"""The guide on mocks shows what really happens."""

from __future__ import annotations

import doctest
from pathlib import Path

GUIDE = Path(__file__).parents[2] / "docs" / "mocks.md"


def test_every_example_of_the_guide_is_true() -> None:
    """Its examples are run, in the order of the page."""
    text = "\n".join("" if line.startswith("```") else line for line in GUIDE.read_text("utf-8").splitlines())
    example = doctest.DocTestParser().get_doctest(text, {}, GUIDE.name, str(GUIDE), 0)
    told: list[str] = []
    result = doctest.DocTestRunner(verbose=False).run(example, out=told.append)
    assert result.failed == 0, "".join(told)
    assert result.attempted >= text.count(">>> from ")
