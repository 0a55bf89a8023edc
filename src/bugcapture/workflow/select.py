"""Which captured tests a run is about."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.evidence import merge_records
from bugcapture.core.text import bug_list, printable, shorten
from bugcapture.project.evidence_files import read_evidence
from bugcapture.project.paths import relative_path
from bugcapture.workflow.shard import distribute, weigh_files
from bugcapture.workflow.sources import dialect_named
from bugcapture.workflow.units import Hosts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bugcapture.core.capture import Capture, State
    from bugcapture.workflow.shard import Shard
    from bugcapture.workflow.sources import Inventory

# The words of a tag expression, old and new; in a word a backslash stands before a space or a bracket.
_WORD: Final = re.compile(r"(?:\\.|[^\\\s(),])+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """What to run, and how.

    Attributes:
        numbers: Only tests of these bugs; all when empty.
        paths: Where to look for tests; the working directory when empty.
        tags: Only tests whose tags fulfil this tag expression; empty for all.
        state: Only tests in this state; None for all.
        framework: Only tests of this framework; empty for all.
        raw: Switch inversion off.
        shard: Run only this part of the files; None for all.
        durations: Evidence of earlier runs by which the parts are balanced.
        fail_fast: Start no further process once one has failed.
        hosts: How the frameworks are started.
        keep: A new folder that keeps the output of all processes; None keeps nothing.
    """

    numbers: tuple[int, ...] = ()
    paths: tuple[str, ...] = ()
    tags: str = ""
    state: State | None = None
    framework: str = ""
    raw: bool = False
    shard: Shard | None = None
    durations: tuple[Path, ...] = ()
    fail_fast: bool = False
    hosts: Hosts = field(default_factory=Hosts)
    keep: Path | None = None


def select_captures(inventory: Inventory, options: RunOptions) -> list[Capture]:
    captures = [capture for capture in inventory.captures if capture.tags.ids]
    known = {number for capture in captures for number in capture.tags.ids}
    if unknown := sorted(set(options.numbers) - known):
        what = f"{'bugs' if len(unknown) > 1 else 'bug'} {bug_list(unknown)}"
        raise ConfigurationError(f"no test here has {what}", hint="`bugcapture list` shows the captured bugs")
    matches = _tag_filter(options.tags)
    return [
        capture
        for capture in captures
        if (not options.numbers or not set(options.numbers).isdisjoint(capture.tags.ids))
        and options.state in {None, capture.state}
        and options.framework in {"", capture.framework}
        and matches(capture)
    ]


def _tag_filter(expression: str) -> Callable[[Capture], bool]:
    if not expression:
        return lambda _: True
    try:
        from behave.tag_expression import make_tag_expression  # noqa: PLC0415 - seldom
    except ImportError as error:
        raise ConfigurationError(
            "tag expressions are read by Behave, which is not installed", hint="pip install 'bugcapture[behave]'"
        ) from error
    try:
        parsed = make_tag_expression(expression)
        parsed.check([])
    except Exception as error:  # Behave lets through whatever its parsers raise
        told = shorten(printable(" ".join(str(error).split())), 200)
        raise ConfigurationError(f"is no tag expression: {told}", where="--tags") from error
    named = [re.sub(r"\\(.)", r"\1", word).lstrip("@~-") for word in _WORD.findall(expression)]

    def matches(capture: Capture) -> bool:
        normal = dialect_named(capture.framework).normal_tag
        tags = {normal(tag) for tag in capture.all_tags}
        return bool(parsed.check([*capture.all_tags, *tags, *(name for name in named if normal(name) in tags)]))

    return matches


def take_shard(captures: Sequence[Capture], root: Path, options: RunOptions) -> list[Capture]:
    if options.shard is None:
        return list(captures)
    files: defaultdict[str, list[Capture]] = defaultdict(list)
    for capture in captures:
        files[relative_path(capture.path, root, seen_from=Path.cwd())].append(capture)
    records = read_evidence(options.durations).records if options.durations else ()
    weights = weigh_files({file: len(tests) for file, tests in files.items()}, merge_records(records))
    part = set(distribute(weights, options.shard.total)[options.shard.index - 1])
    return [capture for file, tests in files.items() if file in part for capture in tests]
