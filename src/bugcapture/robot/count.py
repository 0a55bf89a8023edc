"""Count the test cases of a Robot file, with Robot's own parser."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.suite_count import SuiteCount
from bugcapture.robot.leaf import walk_leaves
from bugcapture.robot.parse import statements
from bugcapture.robot.source import read_source

if TYPE_CHECKING:
    from pathlib import Path

_STEPS: Final = frozenset({"KeywordCall", "TemplateArguments"})


def count_cases(file: Path, path: str) -> SuiteCount:
    """What a Robot file holds; a resource file and one that only initialises a suite hold no test.

    Args:
        file: The file.
        path: The file as reports name it.

    Raises:
        SourceError: If the file cannot be read at all.
        ConfigurationError: If Robot Framework is not installed.
    """
    source = read_source(file, path, every=True)
    if source is None or source.parsed is None:
        return SuiteCount(problem=source.findings[-1].message if source is not None else "")
    templates = _has_template(source.parsed.model)
    leaves = list(walk_leaves(source.parsed, source.levels))
    tags: Counter[str] = Counter()
    for leaf in leaves:
        tags.update(leaf.tag_names)
    return SuiteCount(
        tests=len(leaves),
        tables=sum(_is_template(leaf.node, templates) for leaf in leaves),
        cases=len(leaves),
        steps=sum(type(one).__name__ in _STEPS for leaf in leaves for one in statements(leaf.node)),
        tags=tags,
    )


def _has_template(model: Any) -> bool:
    return any(type(one).__name__ == "TestTemplate" and one.value for one in statements(model))


def _is_template(test: Any, suite: bool) -> bool:
    own = [one for one in test.body if type(one).__name__ == "Template"]
    return bool(own[0].value) if own else suite
