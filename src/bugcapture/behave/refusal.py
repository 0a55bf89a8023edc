"""Refuse a run before anything of it is executed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from behave.exception import ConfigError

from bugcapture.behave.leaf import walk_leaves
from bugcapture.behave.policy import check_feature
from bugcapture.core.text import plural, printable
from bugcapture.project.console import say
from bugcapture.project.paths import relative_path

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.core.tags import TagPolicy


class TagPolicyError(ConfigError, SystemExit):  # type: ignore[misc] # Behave ships no types
    """The features cannot be run as they are; nothing was executed.

    Behave prints a ``ConfigError`` and exits with 1; behavex only takes a ``SystemExit`` for a failure.
    """


def refuse_bad_features(features: Iterable[Any], policy: TagPolicy) -> set[tuple[str, int]]:
    """Stop the run for bad tags and declarations, and for a Python that has no assertions.

    Args:
        features: The parsed features of the run, whatever the tag filter selects of them.
        policy: What the project asks of its tags.

    Returns:
        Where the tests with the switch stand, as file name and line.

    Raises:
        TagPolicyError: With all problems at once, each with its place.
    """
    problems = []
    switched: set[tuple[str, int]] = set()
    for feature in features:
        leaves = list(walk_leaves(feature))
        switched.update((leaf.path, leaf.line) for leaf in leaves if leaf.switches)
        if leaves:
            problems += check_feature(feature, relative_path(feature.filename), policy, _lines_of(feature))
    if problems:
        listing = "\n".join(f"  {finding.where}: {finding.rule} {finding.message}" for finding in problems)
        raise refusal(f"{plural(len(problems), 'invalid tdd tag set')}, nothing was run:\n{listing}")
    if switched and not __debug__:
        raise refusal(
            "python -O removes every assert, so captured bugs would look fixed; nothing was run:\n"
            "  run Behave without -O and without PYTHONOPTIMIZE"
        )
    return switched


def _lines_of(feature: Any) -> list[str]:
    """The lines of the file, to point at; none for a feature that a host made up."""
    try:
        return Path(feature.filename).read_text("utf-8").splitlines()
    except (OSError, ValueError):
        return []


def refusal(text: str) -> TagPolicyError:
    """The error that stops the run; its text is also said on standard error, which behavex keeps.

    Args:
        text: What is wrong.
    """
    say(f"bugcapture: {text}")
    return TagPolicyError("\n".join(printable(line) for line in text.split("\n")))
