"""The tag rules, for tags as Robot takes them and in the words of its people."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bugcapture.core.tags import Tag, TagKind, check_single_tag, check_tags, read_tag
from bugcapture.core.wording import ROBOT
from bugcapture.robot.tags import normal_tag

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.core.tags import TagPolicy, TagProblem

_VALID = frozenset({TagKind.FAMILY, TagKind.NUMBER, TagKind.SWITCH})


def check_names(names: Iterable[str], policy: TagPolicy) -> list[TagProblem]:
    """Check the tags of one test, see `bugcapture.core.tags.check_tags`.

    Args:
        names: All tags in effect for the test, ours in canonical spelling.
        policy: What the project asks of its tags.

    Returns:
        All problems, each with the name that was given.
    """
    names = {_spell(name, policy): name for name in names}
    return [replace(_respell(problem), tag=names[problem.tag]) for problem in check_tags(list(names), policy)]


def check_name(name: str, policy: TagPolicy) -> TagProblem | None:
    """Check what one tag says alone, see `bugcapture.core.tags.check_single_tag`.

    Args:
        name: The tag, one of ours in canonical spelling.
        policy: What the project asks of its tags.
    """
    problem = check_single_tag(_spell(name, policy), policy)
    return _respell(problem) if problem else None


def _spell(name: str, policy: TagPolicy) -> str:
    """A tag of the project's own in the spelling of ``allow_tags``, since Robot takes all spellings for one."""
    if read_tag(name).kind in _VALID:
        return name
    normal = normal_tag(name)
    return next((tag for tag in policy.allow_tags if normal_tag(tag) == normal), name)


def _respell(problem: TagProblem) -> TagProblem:
    """A problem whose message has all tags as Robot files have them, foreign ones too."""
    shown = Tag(problem.tag, TagKind.OTHER).shown
    # The tag itself may begin with the sign that goes from ours.
    parts = problem.message.split(shown)
    return replace(problem, message=shown[1:].join(map(ROBOT.respell, parts)))
