"""Which hooks run in one process for all files, which in several, and what is written of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from consolidated import LOCAL, hook, said, suggest_serial

from bugcapture.core.hook_timing import HookProfile, HookTiming
from bugcapture.hooks.consolidate.equivalence import Listing, compare_processes
from bugcapture.hooks.consolidate.estimate import Estimate, predict
from bugcapture.hooks.consolidate.proposal import Proposal, SerialChange

TOLD = "pass_filenames: true"
SERIAL = "require_serial: true"
SEEN = HookTiming(id="x", stage="pre-push", seconds=(4.0,), require_serial=True)
UNKNOWN = "whether a file needs another one is not known of what it runs"
STOPS = "it stops after a failure, which would keep the tests of other files from running"
OUTPUT = "each of several processes would write its output over that of the others"
UNMEASURED = "what it writes was not measured: `bugcapture hooks profile --save`"
RUNNER = "several processes of {} at once write over each other's caches and reports"
WHOLE = "what {} finds depends on the files that it is told together"


def told(entry: str, *more: str) -> str:
    """A hook that is told the files."""
    return hook("x", entry, TOLD, *more)


def serial(*more: str, entry: str = "yamllint -s") -> str:
    """A hook that is told all files at once."""
    return told(entry, SERIAL, *more)


def profile(*timings: HookTiming) -> HookProfile:
    return HookProfile(
        tool="pre-commit", tool_version="4", recorded_at=datetime(2026, 1, 1, tzinfo=UTC), hooks=timings
    )


def decided(text: str, *timings: HookTiming, **more: Any) -> bool | str | None:
    """What the only hook has to say, or why it stays; None where nothing is said of it."""
    proposal, _ = suggest_serial(text, profile(*timings), **more)
    for change in proposal.changes:
        return change.value
    if proposal.unknown:
        return "unknown"
    return next(iter(proposal.reasons.values()), None)


@pytest.mark.parametrize(
    "entry",
    [
        "pytest", "pytest -n 4 tests", "python -m pytest", "uv run pytest", ".venv/bin/py.test -q", "robot",
        "behave --tags=x", "python3 -m robot", "pabot", "python -m unittest", "mypy --strict", "env A=1 mypy",
        "pylint -j 2", "coverage run -m pytest", "coverage run tool.py", "basedpyright", "pyright", "vulture",
        "A=1 pytest", "pytest --cov=shop", "mypy -x",
    ],
)  # fmt: skip
def test_one_process_for_all_files(entry: str) -> None:
    """Runners of tests and checkers of whole programs are started once, whether they were measured or not."""
    assert decided(LOCAL + told(entry)) is True
    assert decided(LOCAL + told(entry), SEEN) is True


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (told("python -E -m pytest"), "`-E` keeps from it what would list its tests"),
        (told("mypy", "require_serial: false"), "it says `require_serial: false` itself"),
        (told("pytest -x"), STOPS),
        (told("pytest -qx"), STOPS),
        (told("pytest --cov=a --maxfail=3"), STOPS),
        (told("behave --stop"), STOPS),
        (told("pytest", "odd: 2026-01-31"), "it holds more than text, whole numbers and lists of them"),
        (told("mypy", "odd: 2026-01-31"), True),
        (told("python -X dev -m pytest"), True),
        # Not told the files, or not as many as the tool likes, or no process.
        (hook("x", "mypy"), None),
        (told("mypy").replace(TOLD, "pass_filenames: 3"), None),
        (told("mypy", "language: pygrep"), None),
        (told("mypy", "language: fail"), None),
        # Other programs, or programs of other names.
        (told("make test"), None),
        (told("./tools/mypy"), None),
        (told("scripts/pytest"), None),
        (told("mypy", "language: script"), None),
        (told("mypy", "language: docker_image"), None),
        (told("mypy $files", "shell: bash"), None),
        (told("bash -c 'mypy .'"), None),
        (told("timeout 9 mypy"), None),
        (told("xargs mypy"), None),
        (told("ruff check"), None),
        (told("coverage report"), None),
        (told("uv run --with coverage yamllint"), None),
        (told('"\'"'), None),
    ],
)  # fmt: skip
def test_where_parts_of_the_files_stay(text: str, reason: object) -> None:
    """What is not known is not touched, and what would not mean the same has its reason."""
    assert decided(LOCAL + text) == reason


@pytest.mark.parametrize(
    "entry",
    ["check-yaml", "check-json", "end-of-file-fixer", "trailing-whitespace-fixer", "bandit -q", "codespell",
     "uv run yamllint", "python -m bandit", "venv/bin/pyupgrade --py311", "shellcheck -x", "env A=1 check-toml"],
)  # fmt: skip
def test_several_processes_share_the_files(entry: str) -> None:
    """Where each file stands for itself and nothing was written; not where nobody has looked."""
    assert decided(LOCAL + serial(entry=entry), SEEN) is False
    assert decided(LOCAL + serial(entry=entry)) == UNMEASURED


@pytest.mark.parametrize(
    ("text", "timing", "reason"),
    [
        (serial(), replace(SEEN, seconds=()), UNMEASURED),
        (serial(), replace(SEEN, stage="pre-commit"), UNMEASURED),
        (serial(), replace(SEEN, folder="sub"), UNMEASURED),
        (serial(), replace(SEEN, wrote=("a.txt",), parallel_safe=False), "it writes a.txt"),
        (serial(), replace(SEEN, wrote_ignored=("a.log",)), "it writes a.log"),
        (serial(), replace(SEEN, parallel_safe=False, reason="fails"), "fails"),
        (serial("args: [--output=x]"), SEEN, OUTPUT),
        (serial(entry="bandit -o x"), SEEN, OUTPUT),
        (serial(entry="pytest"), SEEN, RUNNER.format("pytest")),
        (serial(entry="mypy"), SEEN, WHOLE.format("mypy")),
        (serial(entry="pylint"), SEEN, WHOLE.format("pylint")),
        (serial(entry="robot"), SEEN, RUNNER.format("robot")),
        (serial(entry="coverage run -m bandit"), SEEN,
         "each process of coverage writes its data over that of the others"),
        (serial(entry="ruff check"), SEEN, "ruff uses all processors itself"),
        (serial(entry="black --check"), SEEN, "black uses all processors itself"),
        (serial(entry="shellcheck"), SEEN,
         "shellcheck without `-x` reads what a script sources only where it is told both"),
        (serial(entry="bash -c 'yamllint .'"), SEEN, "unknown"),
        (serial(entry="tools/yamllint"), SEEN, "unknown"),
        (serial(entry="make x"), SEEN, "unknown"),
        (serial(entry="make x"), replace(SEEN, wrote_ignored=("a",)), UNKNOWN),
        (serial(entry="make x"), replace(SEEN, id="y"), UNKNOWN),
        (hook("x", "yamllint", SERIAL), SEEN, None),
        (serial("language: pygrep"), SEEN, None),
    ],
)  # fmt: skip
def test_where_all_files_stay_in_one_process(text: str, timing: HookTiming, reason: str | None) -> None:
    """What writes, what needs all files, and what is not known."""
    assert decided(LOCAL + text, timing) == reason


def remote(*lines: str) -> str:
    """A hook of another repository."""
    return "repos:\n  - repo: https://example.org/x\n    rev: v1\n    hooks:\n" + "".join(
        f"      {'- ' if at == 0 else '  '}{line}\n" for at, line in enumerate(("id: x", *lines))
    )


@pytest.mark.parametrize(
    ("manifest", "lines", "reason"),
    [
        ({"entry": "yamllint", "language": "python", "require_serial": True}, (), False),
        ({"entry": "yamllint", "language": "python", "require_serial": True}, ("require_serial: false",), None),
        ({"entry": "yamllint", "language": "python"}, (SERIAL,), False),
        ({"entry": "yamllint", "language": "python"}, (), None),
        ({"entry": "mypy", "language": "python", "require_serial": True}, (), None),
        ({"entry": "ruff", "language": "python", "require_serial": True}, (), None),
        ({"entry": "other", "language": "python", "require_serial": True}, (), None),
        ({"entry": "mypy", "language": "python"}, (), True),
        ({"entry": "mypy", "language": "python"}, ("pass_filenames: false",), None),
        ({"entry": "pytest", "language": "python"}, (),
         "it comes from another repository, so its tests cannot be listed"),
        (None, (SERIAL,), "unknown"),
        (None, ("args: [yamllint]", SERIAL), "unknown"),
        (None, ("args: [mypy]",), None),
        (None, ("entry: yamllint", SERIAL), False),
    ],
)  # fmt: skip
def test_hooks_of_other_repositories(
    manifest: dict[str, Any] | None, lines: tuple[str, ...], reason: object
) -> None:
    """What they say counts where it was fetched; it is overridden only where something could be gained."""
    text = remote(*lines, "stages: [pre-push]")
    found = decided(text, SEEN, manifest={"x": manifest} if manifest else None)
    assert found == reason
    if found is False:
        _, content = suggest_serial(text, profile(SEEN), {"x": manifest} if manifest else None)
        assert said(content)["repos"][0]["hooks"][0]["require_serial"] is False


def test_hooks_of_the_tool_itself() -> None:
    """They are no processes."""
    meta = "repos:\n  - repo: meta\n    hooks:\n      - {id: identity, require_serial: true, stages: [pre-push]}\n"
    assert decided(meta, replace(SEEN, id="identity")) is None
    builtin = "repos:\n  - repo: builtin\n    hooks:\n      - {id: check-yaml, require_serial: true}\n"
    assert decided(builtin, replace(SEEN, id="check-yaml")) is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_both_in_one_file(end: str, mark: bytes) -> None:
    """Every other byte stays, and nothing is proposed twice."""
    text = (
        "# Ours. \u00e4\n" + LOCAL + "      # One.\n" + told("mypy   'src'").replace(TOLD, TOLD + "  # them")
        + "\n" + serial("alias: y").replace("id: x", "id: y") + "      # The end.\nci: {}\n"
    )  # fmt: skip
    wanted = text.replace(f"{TOLD}  # them\n", f"{TOLD}  # them\n        {SERIAL}\n")
    wanted = wanted.replace(f"        {SERIAL}\n        alias", "        alias")
    seen = profile(replace(SEEN, id="y", alias="y"))
    proposal, content = suggest_serial(mark + text.replace("\n", end).encode(), seen)
    assert content == mark + wanted.replace("\n", end).encode()
    assert [change.value for change in proposal.changes] == [True, False]
    again, same = suggest_serial(content, seen)
    assert (again.changes, same) == ((), content)


TOP = "repos:\n- repo: local\n  hooks:\n"
LINE = f"    {SERIAL}\n"
HEAD, LANGUAGE, STAGES = (
    "id: x\n    name: X\n    entry: mypy\n",
    "    language: system\n",
    "    stages: [pre-push]\n",
)
MYPY = HEAD + LANGUAGE + STAGES


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"  - {MYPY}", f"  - {HEAD}{LANGUAGE}{LINE}{STAGES}"),
        (f"  -   {MYPY.replace('    ', '      ')}".rstrip("\n"), None),
        (f"  - {MYPY}".rstrip("\n"), None),
        (f"  -\n    {MYPY}", None),
        # A value that goes over some lines, and ends with its own.
        (f"  - {MYPY}    pass_filenames:\n      true\n    files: x\n", None),
        (f"  - {HEAD}    language: >-\n      system\n{STAGES}", None),
        (f"  - {HEAD}{LANGUAGE}    stages:\n    - pre-push\n", None),
        (f"  - language: system # x\n    {HEAD}{STAGES}", None),
    ],
)  # fmt: skip
def test_where_the_line_goes(before: str, after: str | None) -> None:
    """Behind `pass_filenames` or `language`, as its neighbours are indented; one line and no other byte."""
    _, content = suggest_serial(TOP + before)
    new = content.decode()
    if after is not None:
        assert new == TOP + after
    lines = new.splitlines(keepends=True)
    (line,) = [line for line in lines if "require_serial" in line]
    at = lines.index(line)
    assert "".join([*lines[:at], *lines[at + 1 :]]).rstrip("\n") == (TOP + before).rstrip("\n")
    assert new.endswith("\n") is before.endswith("\n")
    assert said(new)["repos"][0]["hooks"][0] == {
        **said(TOP + before)["repos"][0]["hooks"][0],
        "require_serial": True,
    }


BEGIN, END = "id: x\n    name: X\n    entry: yamllint\n    language: system\n", "    stages: [pre-push]\n"
YAML = BEGIN + END
MERGED = f"    <<: {{{SERIAL}}}\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"  - {YAML}    {SERIAL}\n    files: x\n", f"  - {YAML}    files: x\n"),
        (f"  - {YAML}    {SERIAL}", f"  - {YAML}".rstrip("\n")),
        (f"  - {YAML}    require_serial:\n      True\n", f"  - {YAML}"),
        (f"  - {YAML}    'require_serial': yes\n", f"  - {YAML}"),
        (f"  - {SERIAL}\n    {YAML}", f"  - require_serial: false\n    {YAML}"),
        # What is said elsewhere stays there.
        (f"  - {YAML}{MERGED}", f"  - {BEGIN}    require_serial: false\n{END}{MERGED}"),
    ],
)  # fmt: skip
def test_how_the_line_goes(before: str, after: str) -> None:
    """It is taken out where nothing says more than that; else `false` is said."""
    _, content = suggest_serial(TOP + before, profile(SEEN))
    assert content.decode() == TOP + after
    assert said(content)["repos"][0]["hooks"][0].get("require_serial", False) is False


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (f"{YAML}    {SERIAL} # it locks\n", "a comment stands beside `require_serial`"),
        (f"{YAML}    # It locks.\n    {SERIAL}\n", "a comment stands beside `require_serial`"),
        (f"{YAML}    {SERIAL}\n    {SERIAL}\n", "`require_serial` is not written in a line of its own"),
        (f"&a\n    {YAML}    {SERIAL}\n", "it has an anchor"),
        (f"{MYPY}    x: &x y\n", "it has an anchor"),
        ("{id: x, name: X, entry: mypy, language: system, stages: [pre-push]}\n", "it is written in flow style"),
        ("{id: x, name: X, entry: yamllint, language: system, stages: [pre-push], require_serial: true}\n",
         "it is written in flow style"),
    ],
)  # fmt: skip
def test_what_cannot_be_written(text: str, reason: str) -> None:
    """It is left alone, with the reason; a comment may say why it is as it is."""
    assert decided(f"{TOP}  - {text}", SEEN) == reason


def test_lists_and_hooks_that_are_aliases() -> None:
    """What stands once is not changed for two."""
    item = "  - &x\n    " + MYPY
    proposal, _ = suggest_serial(f"{TOP}{item}  - *x\n")
    assert proposal.reasons == {0: "it has an anchor", 1: "it is an alias"}
    text = f"x: &h\n  - {MYPY}{TOP.replace('hooks:', 'hooks: *h')}"
    assert decided(text) == "its list is an alias"


def test_what_it_would_take() -> None:
    """Shared files share the time; in one process it is added up, which is the most that it can be."""
    text = LOCAL + told("mypy").replace("id: x", "id: m") + serial() + told("behave").replace("id: x", "id: b")
    known = profile(SEEN, replace(SEEN, id="m", seconds=(3.0,)))
    found, _ = suggest_serial(text, known)
    hooks = tuple(change.hook for change in found.changes)
    proposal = Proposal(stage="pre-push", hooks=hooks, groups=(), reasons={}, serial=found)
    assert not proposal.is_empty
    prediction = predict(proposal, known, processors=4)
    assert prediction is not None
    assert prediction.serial == {0: Estimate(3.0, 12.0), 1: Estimate(4.0, 1.0)}
    assert prediction.whole == Estimate(7.0, 13.0)
    assert (prediction.unmeasured, prediction.processors) == (("b",), 4)


ONE = Listing(tests={"a.py::t": ()}, exit_code=0, settings="/x/pytest.ini", root="/x")
OTHER = replace(ONE, tests={"b.py::t": ()})
BOTH = replace(ONE, tests={**ONE.tests, **OTHER.tests})
NONE = Listing(exit_code=5, settings="/x/pytest.ini", root="/x")


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ((ONE, OTHER), BOTH, ()),
        ((ONE, OTHER, NONE), BOTH, ()),
        ((BOTH,), replace(BOTH, stops_after=1, needs_coverage=True), ()),
        ((ONE, OTHER), ONE, ("b.py::t",)),
        ((ONE, OTHER), replace(BOTH, stops_after=1),
         ("x: it stops after 1 failure (`-x` or `--maxfail` in its settings), before others",)),
        ((ONE, replace(OTHER, root="/x/y")), BOTH,
         ("x: pytest takes other settings, or another folder for its root",)),
        ((NONE, NONE), NONE, ("x: pytest finds no test, so that it fails at each push",) * 2),
        ((replace(NONE, exit_code=4, said="ERROR: x"), ONE), BOTH,
         ("x: its tests cannot be collected: ERROR: x",)),
    ],
)  # fmt: skip
def test_processes_beside_one(before: tuple[Listing, ...], after: Listing, told: tuple[str, ...]) -> None:
    """What they run together, it runs; one without any test fails today, and counts for nothing beside others."""
    (change,) = suggest_serial(LOCAL + hook("x", "pytest", TOLD))[0].changes
    assert isinstance(change, SerialChange)
    result = compare_processes(change, before, after)
    assert (*result.problems, *(() if result.problems else result.missing)) == told
    assert result.is_equal is not bool(told)
