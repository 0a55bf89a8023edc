"""Cases as feature files, for every framework that reads Gherkin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance_kit import MARK

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from conformance_table import Case

_SHARED_FILES = 3


def write_features(folder: Path, cases: Sequence[Case]) -> None:
    """Write feature files: one for each case that needs its own, and some that share the rest, in order."""
    folder.mkdir(parents=True)
    shared = [case for case in cases if not case.own_file]
    size = -(-len(shared) // _SHARED_FILES) or 1
    for number, start in enumerate(range(0, len(shared), size)):
        name = f"shared_{number}"
        lines = [f"Feature: {name}", ""]
        for case in shared[start : start + size]:
            lines += [MARK + case.id, *_scenario(case, "  "), ""]
        (folder / f"{name}.feature").write_text("\n".join(lines), "utf-8")
    for case in cases:
        if case.own_file:
            (folder / f"{case.id}.feature").write_text("\n".join(_feature(case)) + "\n", "utf-8")


def _feature(case: Case) -> Iterator[str]:
    yield MARK + case.id
    yield from _tags(case.container_tags, "")
    yield f"Feature: {case.id}"
    if case.container_fails_with:
        yield f"  Fails with: {case.container_fails_with}"
    yield ""
    if case.shared_setup:
        yield "  Background:"
        yield f"    Given {case.id} does {case.shared_setup}"
        yield ""
    if case.group_tags:
        yield from _tags(case.group_tags, "  ")
        yield "  Rule: a group"
        yield ""
        yield from _scenario(case, "    ")
    else:
        yield from _scenario(case, "  ")


def _scenario(case: Case, indent: str) -> Iterator[str]:
    inner = indent + "  "
    yield from _tags(case.tags, indent)
    if case.rows:
        yield f"{indent}Scenario Outline: {case.id}#<row>"
        yield f"{inner}Then {case.id}#<row> does <deed>"
        for number, row in enumerate(case.rows, start=1):
            yield ""
            yield from _tags(row.tags, inner)
            yield f"{inner}Examples: {number}"
            yield f"{inner}  | row | deed |"
            yield f"{inner}  | {number} | {row.body[0]} |"
        return
    yield f"{indent}Scenario: {case.id}"
    if case.fails_with is not None:
        yield from [f"{inner}Fails with: {case.fails_with}"] * (2 if case.repeated else 1)
    if case.fails_at:
        yield f"{inner}Fails at: Then {_step(case, case.fails_at)}"
    for text in _steps(case):
        yield inner + text


def _steps(case: Case) -> Iterator[str]:
    if case.teardown:
        yield f"Given {case.id} cleans up with {case.teardown}"
    if case.setup:
        yield f"Given {_step(case, case.setup)}"
    if case.action:
        yield f"When {_step(case, case.action)}"
    for number, deed in enumerate(case.body):
        # `Fails at` names its step with the keyword Then.
        keyword = "And" if number and not case.fails_at else "Then"
        yield f"{keyword} {_step(case, deed)}"


def _step(case: Case, deed: str) -> str:
    verb, _, what = deed.partition(" ")
    if what:
        return f"{case.id} {'catches' if verb == 'caught' else 'nests'} {what}"
    own = {
        "skips": f"{case.id} skips",
        "pending": f"{case.id} is pending",
        "undefined": "nobody wrote this step",
        "times_out": f"{case.id} takes too long",
    }
    return own.get(deed, f"{case.id} does {deed}")


def _tags(tags: str, indent: str) -> Iterator[str]:
    if tags:
        yield indent + " ".join(f"@{tag}" for tag in tags.split())
