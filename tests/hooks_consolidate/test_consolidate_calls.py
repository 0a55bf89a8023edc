"""Which calls of pytest are understood, and which have to stay as they are."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bugcapture.hooks.consolidate.call import Call, NotMergeableError, unite_expressions
from bugcapture.hooks.consolidate.pytest_call import unite_targets
from bugcapture.hooks.consolidate.runners import read_call


def read(command: str) -> Call:
    call = read_call(shlex.split(command))
    assert call is not None
    return call


@pytest.mark.parametrize(
    ("command", "launcher"),
    [
        ("pytest a", ("pytest",)),
        (".venv/bin/pytest a", (".venv/bin/pytest",)),
        ("py.test a", ("py.test",)),
        ("uv run pytest a", ("uv", "run", "pytest")),
        ("uv run --frozen --group test pytest a", ("uv", "run", "--frozen", "--group", "test", "pytest")),
        ("poetry run pytest a", ("poetry", "run", "pytest")),
        ("python -m pytest a", ("python", "-m", "pytest")),
        ("python -X dev -m pytest a", ("python", "-X", "dev", "-m", "pytest")),
        ("env A=1 pytest a", ("env", "A=1", "pytest")),
        ("uv run python -m pytest a", ("uv", "run", "python", "-m", "pytest")),
    ],
)
def test_what_starts_pytest(command: str, launcher: tuple[str, ...]) -> None:
    """Runners, variables and a Python may stand before it."""
    call = read(command)
    assert (call.launcher, call.targets) == (launcher, ("a",))
    assert [*call.options, *call.targets] == shlex.split(command)


@pytest.mark.parametrize(
    "command",
    ["", "ruff check .", "python scripts/check.py pytest", "bash -c 'pytest a'", "echo pytest", "pytest-watch a"],
)
def test_other_programs(command: str) -> None:
    """Other programs are none of them."""
    assert read_call(shlex.split(command)) is None


def test_options_are_sorted_by_what_becomes_of_them() -> None:
    """Targets, what has to be equal, what is only shown, when it stops, and what is selected."""
    call = read(
        "pytest -xvs --tb short a -m 'not slow' b::t -k one -p no:x -n2 --strict-markers -rA --maxfail=1 -W error"
    )
    assert call.targets == ("a", "b::t")
    assert call.equal == ("-s", "-p", "no:x", "-n", "2", "--strict-markers", "-W", "error")
    assert call.shown == (("-v",), ("--tb=short",), ("-r", "A"))
    assert (call.stops, call.selections) == ("1", {"-m": ("not slow",), "-k": ("one",)})
    assert call.options == (
        "pytest", "-s", "-p", "no:x", "-n", "2", "--strict-markers", "-W", "error", "-v", "--tb=short", "-r", "A",
        "-m", "not slow", "-k", "one",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("timeout 60 pytest a", "what starts pytest is meant for one session"),
        ("coverage run -m pytest a", "what starts pytest is meant for one session"),
        ("python -mpytest a", "what starts pytest is meant for one session"),
        ("python tools/pytest a", "what starts pytest is meant for one session"),
        ("pytest a --cov=src", "`--cov` measures coverage, which would be that of all of them"),
        (
            "pytest a --cov-fail-under=80",
            "`--cov-fail-under` measures coverage, which would be that of all of them",
        ),
        ("pytest a --junitxml=x.xml", "`--junitxml` writes a file that other sessions would write as well"),
        ("pytest a --lf", "`--lf` chooses tests by what an earlier run did"),
        ("pytest a --collect-only", "`--collect-only` does more or less than to run tests"),
        ("pytest -h", "`-h` does more or less than to run tests"),
        ("pytest a --pdb", "`--pdb` waits for a person"),
        ("pytest a --splits 4", "`--splits` is not known here, so it may mean one session and not another"),
        ("pytest a --verbose=2", "`--verbose` is not known here, so it may mean one session and not another"),
        ("pytest a -vz", "`-vz` is not known here, so it may mean one session and not another"),
        ("pytest @names.txt", "it takes arguments from a file"),
        ("pytest -- a", "it has `--`"),
        ("pytest a -m", "`-m` has no value"),
        ("pytest a --tb", "`--tb` has no value"),
        ("pytest a -m x -m y", "it has `-m` twice"),
        ("pytest a -x --maxfail 2", "it says twice when to stop"),
    ],
)
def test_calls_that_stay(command: str, reason: str) -> None:
    """What may mean one session and not another is refused, with the reason."""
    with pytest.raises(NotMergeableError, match=r".") as raised:
        read(command)
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    ("targets", "united"),
    [
        (["a.py", "b.py"], ("a.py", "b.py")),
        (["a.py", "a.py"], ("a.py",)),
        (["a.py::t", "a.py"], ("a.py",)),
        (["./a.py", "a.py::T::t"], ("./a.py",)),
        (["a.py::T", "a.py::T::t", "a.py::T2"], ("a.py::T", "a.py::T2")),
        (["a.py::t[1]", "a.py::t"], ("a.py::t",)),
        (["a.py::t", "a.py::t2"], ("a.py::t", "a.py::t2")),
        (["tests/", "tests"], ("tests/",)),
        # pytest collects a file that is named also where it would pass it over.
        (["tests", "tests/checks.py"], ("tests", "tests/checks.py")),
    ],
)
def test_targets_are_named_once(targets: list[str], united: tuple[str, ...]) -> None:
    """What another target holds for certain goes."""
    assert unite_targets(targets) == united


@pytest.mark.parametrize(
    ("expressions", "united"),
    [
        (["slow"], "slow"),
        (["slow", "slow"], "slow"),
        (["slow", "quick"], "slow or quick"),
        (["not slow", "a and b"], "(not slow) or (a and b)"),
    ],
)
def test_expressions_of_both(expressions: list[str], united: str) -> None:
    """Whatever one of them selects."""
    assert unite_expressions(expressions) == united


@given(st.lists(st.text(alphabet="ab/:.[]-_ xvmknp@=1'\"", max_size=8), max_size=6))
def test_no_word_is_lost(words: list[str]) -> None:
    """Whatever stands there is refused, or comes back: every word of it, whatever the order."""
    try:
        call = read_call(["pytest", *words])
    except NotMergeableError:
        return
    assert call is not None
    known = sorted("".join([*call.options[1:], *call.targets]).replace("=", ""))
    dropped = sorted("".join(words).replace("=", ""))
    rest = "".join(dropped)
    for letter in known:
        assert letter in rest
        rest = rest.replace(letter, "", 1)
    # A cluster of short options is written with a dash each, and `-x` is told by `stops`.
    assert set(rest) <= {"x", "-"} or call.stops
