"""What the tools are told, what they answer, and which hooks could run at the same time."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from profile_timings import timing

from bugcapture.hooks.configuration import read_configuration
from bugcapture.hooks.parallel import judge_parallel
from bugcapture.hooks.raw import read_raw
from bugcapture.hooks.single import Told, find_name, read_answer, run_arguments, single_configuration

PRE_COMMIT = """\
Fail.....................................................................Failed
- hook id: fail
- duration: 0.25s
- exit code: 3
- files were modified by this hook

- duration: 99s
out
"""
PREK_BELOW = """\
✓ sub
  Inner..................................................................Passed
  - hook id: inner
  - hook alias: deep
  - duration: 1.00s

    - exit code: 7
"""
CONFIG = """\
default_stages: [pre-push]
exclude: ^vendor/
repos:
- repo: https://example.org/hooks
  rev: v1
  hooks:
  - {id: lint, args: [--fast]}
  - {id: lint, args: ['Ünï']}
- repo: local
  hooks:
  - {id: unit, name: Unit, entry: pytest, language: system}
  - {id: other, alias: unit, name: Other, entry: pytest, language: system}
  - {id: third, alias: alone, name: Third, entry: pytest, language: system}
  - {id: -x, name: Option, entry: pytest, language: system}
"""


@pytest.mark.parametrize(
    ("text", "exit_code", "told"),
    [
        (PRE_COMMIT, 1, Told(seconds=0.25, exit_code=3)),
        (PREK_BELOW, 0, Told(seconds=1.0)),
        ("Quick....Passed\n- hook id: quick\n- duration: 0s\n", 0, Told(seconds=0.0)),
        ("None.....(no files to check)Skipped\n- hook id: none\n", 0, Told(is_skipped=True)),
        ("None.....(no files to check)Skipped\n", 0, Told(is_skipped=True)),
        ("No hook with id `x` in stage `pre-push`\n", 1, Told(is_absent=True)),
        ("warning: no\nerror: No hooks found after filtering with the given selectors\n", 1, Told(is_absent=True)),
        ("error: Failed to run hook `gone`\n", 2, Told()),
        ("", 1, Told()),
        ("\n", 0, Told(is_absent=True)),
        ("No hook with id `x` in stage `y`\n", 0, Told()),
        ("Old......Passed\n- hook id: old\n\n- duration: 3s\n", 0, Told()),
    ],
)
def test_only_what_the_tool_says_is_heard(text: str, exit_code: int, told: Told) -> None:
    """What the hook itself says comes after that, whatever it looks like."""
    assert read_answer(text, exit_code) == told


def test_a_hook_is_run_by_a_name_that_no_other_has() -> None:
    """The alias is tried first; an id that is another's alias, and what looks like an option, are no names."""
    hooks = read_configuration(read_raw(CONFIG.encode(), "x.yaml"), lambda _repo, _revision: None).hooks

    names = [find_name(hook, hooks) for hook in hooks]

    assert names == [None, None, None, "other", "alone", None]


def test_a_configuration_with_one_hook_has_all_that_is_said_of_hooks() -> None:
    """The repository with its revision, the hook as it is, and the defaults."""
    single = yaml.safe_load(single_configuration(read_raw(CONFIG.encode(), "x.yaml"), 1))

    assert single == {
        "default_stages": ["pre-push"],
        "exclude": "^vendor/",
        "repos": [
            {"repo": "https://example.org/hooks", "rev": "v1", "hooks": [{"id": "lint", "args": ["Ünï"]}]},
        ],
    }


def test_a_local_repository_has_no_revision() -> None:
    """The tools refuse one."""
    single = yaml.safe_load(single_configuration(read_raw(CONFIG.encode(), "x.yaml"), 2))

    assert list(single["repos"][0]) == ["repo", "hooks"]


@pytest.mark.parametrize(
    ("tool", "name", "folder", "last"),
    [
        ("pre-commit", "unit", "", ("--", "unit")),
        ("prek", "unit", "", ("--", ".:unit")),
        ("prek", "unit", "api", ("--", "api:unit")),
        ("prek", None, "", ("--all-files",)),
    ],
)
def test_prek_is_told_the_project_as_well(tool: str, name: str | None, folder: str, last: tuple[str, ...]) -> None:
    """Without it, hooks of all its projects that have this name would run."""
    arguments = run_arguments(tool, "pre-push", name, folder, ["--all-files"])

    assert arguments[:3] == ("run", "--hook-stage", "pre-push")
    assert arguments[-len(last) :] == last


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({}, "writes nothing; the tool may share its files among processes"),
        ({"require_serial": True}, "writes nothing; require_serial: one process at a time"),
        ({"pass_filenames": False}, "writes nothing; one process for all files"),
        ({"wrote_ignored": ("own.log",)}, "alone writes own.log; the tool may share its files among processes"),
    ],
)
def test_what_harms_nobody_can_run_beside_others(more: dict[str, Any], reason: str) -> None:
    """And why is said."""
    (judged,) = judge_parallel([timing("unit", 1.0, **more)])

    assert (judged.parallel_safe, judged.reason) == (True, reason)


@pytest.mark.parametrize(
    ("seconds", "more", "reason"),
    [
        ((), {}, "was not seen: there was no file for it"),
        ((1.0,), {"timed_out": True}, "was stopped before its end"),
        ((1.0,), {"wrote": ("a.txt", "b.txt"), "exit_code": 1}, "writes a.txt and 1 more"),
        ((1.0,), {"exit_code": 1}, "fails, so what it would write else is not known"),
        ((1.0,), {"wrote_ignored": ("own", ".coverage")}, "writes .coverage, as another hook does"),
    ],
)
def test_what_may_harm_others_runs_alone(seconds: tuple[float, ...], more: dict[str, Any], reason: str) -> None:
    """Also where nobody knows."""
    other = timing("other", 1.0, wrote_ignored=(".coverage",))

    judged = judge_parallel([timing("unit", *seconds, **more), other])[0]

    assert (judged.parallel_safe, judged.reason) == (False, reason)
