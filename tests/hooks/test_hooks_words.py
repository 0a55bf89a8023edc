"""The words of commands as a shell makes them, the programs that they start, and what these are good for."""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import TYPE_CHECKING

import pytest

from bugcapture.hooks.categories import compile_categories, find_categories, is_work
from bugcapture.hooks.lefthook import read_jobs
from bugcapture.hooks.program import find_programs
from bugcapture.hooks.raw import read_raw
from bugcapture.hooks.shell.tokens import ShellError
from bugcapture.hooks.shell.walk import walk_script
from bugcapture.hooks.wrapper import find_calls, find_python_call

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "script",
    [
        "mypy a 'b c' \"d e\" f\\ g",
        "mypy \\\n  a # b",
        "mypy a#b '#' \"#\"",
        'A="x y"; mypy $A "$A" ${A} "${A}z"',
        'A=(a "b c"); A+=(d); mypy "${A[@]}" end',
        'mypy "${GONE:-a b}" ${GONE:-c}',
        "mypy a>/dev/null 2>&1 b < /dev/null c &>/dev/null d",
        "f() { mypy \"$@\" \"$1\" ${2}; }; f 'a b' c",
        "function f { mypy $1; }\nf a",
        "mypy <<END a\nmypy b\nEND\n",
        "cat <<'A' <<-B; mypy c\nmypy a\nA\n\tmypy b\n\tB\n",
        "if [[ a < b && -n $HOME ]]; then mypy a; fi",
        "for one in a b; do :; done; mypy b",
        "while :; do mypy a; break; done",
        "case x in (a|b) ;; x) mypy c ;; esac",
        "(( 1 < 2 )) && mypy a",
        "! mypy a",
        "time mypy a",
        "mypy $'a' \"b\\\"c\\d\" e",
        "true && { mypy a; } | cat",
        "cat <(mypy a) >/dev/null",
        "A=b mypy c",
        "export A=x; mypy $A",
        "mypy a; x=$((1 + (2)))",
        "mypy 'a' & wait",
        "until mypy a; do break; done",
        "mypy a |& cat",
        "echo <<<mypy; mypy a",
        "x=$(mypy a)",
        "x=`mypy a`",
        'echo "$(mypy a)"',
        "f() { shift; mypy \"$@\"; }; f a 'b c' d",
        "f() { local n=$1; shift 2; \"$@\" $n; }; f a b mypy 'c d'",
        'f() { shift 9; mypy "$@"; }; f a b',
        'f() { local n=$1 && shift && "$@" $n; }; f a mypy b',
        'f() { "${@:2}"; }; f a mypy b c',
        'f() { mypy "${@:2:1}" "${*:2}" "${@: -1}"; }; f a b c d',
        'f() { mypy ${10} "${11:-x y}" "${1:?gone}"; }; f 1 2 3 4 5 6 7 8 9 ten',
        'A=(a "b c" d); mypy "${A[@]:1}" "${A[@]:0:1}"',
        'A=(); mypy "${A[@]}" end',
        'f() { mypy "$*"; }; f a b',
        'f() { eval "$2"; }; f Types "mypy \'a b\' c"',
        "eval mypy a '\"b c\"'",
        'f() { eval "$@"; }; X="y z"; f mypy \'$X\' \'"$X"\'',
        'f() { "$1" "$2"; }; g() { mypy "$1"; }; f g a',
        'f() { local A=("$@"); "${A[@]}"; }; f mypy "a b"',
        "set -- mypy a 'b c'; \"$@\"",
        'set -eu -- a mypy b; shift; "$@"',
        'for c in true "mypy a b"; do $c; done',
        'for c in "mypy a"; do eval "$c"; done',
        'A=(true "mypy a"); for c in "${A[@]}"; do $c; done',
        'f() { for c; do $c; done; }; f true "mypy a"',
        'f() { while [ $# -gt 0 ]; do $1; shift; done; }; f true "mypy a" true',
        "for x in 1 2; do A+=$x; done; mypy $A",
        "f() { A=b; local B=c; }; A=a; B=b; f; mypy $A $B",
        "A=a; (A=b); mypy $A",
        'X=$(f() { shift; "$@"; }; f a mypy b)',
    ],
)  # fmt: skip
def test_words_as_a_shell_makes_them(script: str, tmp_path: Path) -> None:
    """The arguments that a program gets are those that are read."""
    said = tmp_path / "said"
    program = tmp_path / "mypy"
    program.write_text(f"#!/bin/sh\nprintf '%s\\0' \"$@\" >> '{said}'\n")
    program.chmod(0o755)
    env = {"PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}", "HOME": "/"}
    subprocess.run(["bash", "-c", script], env=env, capture_output=True, check=False, timeout=20)
    runs = [run for run in walk_script(script) if run.words[0] == "mypy"]
    assert len(runs) == 1
    assert list(runs[0].words[1:]) == said.read_text().split("\0")[:-1]


@pytest.mark.parametrize(
    "script",
    ["'", '"a', "$(", "${", "`", "(", "{", ")", "fi", "if a", "case a in", "for a", "a () b c)", "a (b)", "[[ a",
     "a |", "&& a", "if a; then", "while a; do", "f() {", ";;", "a)\n", "((", "a=(b"],
)  # fmt: skip
def test_what_is_no_script_is_told(script: str) -> None:
    with pytest.raises(ShellError):
        walk_script(f"{script}\n")


PATTERNS = compile_categories({})


@pytest.mark.parametrize(
    ("command", "program", "categories"),
    [
        ("uv run --group dev --frozen pytest tests/unit", "pytest tests/unit", "unit"),
        ("uvx --from mypy==1 mypy src", "mypy src", "types"),
        ("poetry run ruff check .", "ruff check .", "lint"),
        ("python3.12 -X dev -m mypy src", "mypy src", "types"),
        ("python -mpytest tests/meta", "pytest tests/meta", "meta"),
        ("python -c 'import a'", "python -c import a", ""),
        ("python scripts/run_types.py", "scripts/run_types.py", "types"),
        ("env -u A B=c nice -n 5 black --check .", "black --check .", "lint"),
        ("timeout -k 5 60 pytest", "pytest", "unit"),
        ("timeout 5m coverage run --source src -m pytest", "pytest", "unit"),
        ("pytest -m 'not integration'", "pytest -m not integration", "unit"),
        ("pytest tests/integration", "pytest tests/integration", "integration"),
        ("pytest tests/docs", "pytest tests/docs", "docs"),
        ("pytest --doctest-modules", "pytest --doctest-modules", "unit"),
        ("make lint types", "make lint types", "lint types"),
        ("make integration-tests", "make integration-tests", "integration"),
        ("nox", "nox", "unit"),
        ("nox -s unit_tests", "nox -s unit_tests", "unit"),
        ("nox -s e2e_tests", "nox -s e2e_tests", "integration"),
        ("tox -e lint", "tox -e lint", "lint"),
        ("robot suites", "robot suites", "integration"),
        ("sphinx-build docs out", "sphinx-build docs out", "docs"),
        ("bugcapture check", "bugcapture check", "meta"),
        ("bash scripts/lint.sh", "scripts/lint.sh", "lint"),
        ("bash", "bash", ""),
        ("bash --version", "bash --version", ""),
        ("git grep mypy", "git grep mypy", ""),
        ("cat pytest.ini", "cat pytest.ini", ""),
        ("notmypy", "notmypy", ""),
        ("trailing-whitespace-fixer", "trailing-whitespace-fixer", ""),
    ],
)
def test_what_a_command_is_good_for(command: str, program: str, categories: str) -> None:
    (run,) = find_programs(shlex.split(command))
    assert " ".join(run.words) == program
    found = find_categories([program], PATTERNS) if is_work(run.words) else ()
    assert " ".join(found) == categories


def test_a_script_inside_a_command() -> None:
    runs = find_programs(["bash", "-euxc", 'ruff "$1" || true; mypy', "name", "src"], 7)
    assert [(run.words, bool(run.lost)) for run in runs if is_work(run.words)] == [
        (("ruff", "src"), True), (("mypy",), False),
    ]  # fmt: skip
    assert [run.words for run in find_programs(["sh", "-c", "'"])] == [("sh", "-c", "'")]
    assert find_programs([]) == find_programs(["env"]) == ()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("prek run --stage push -a", ("prek", False, "pre-push", None, True)),
        ("pre-commit run -c a.yaml --from-ref a -o b", ("pre-commit", False, "pre-commit", "a.yaml", True)),
        ("uv run pre-commit run mypy", ("pre-commit", False, "pre-commit", ".pre-commit-config.yaml", False)),
        ("prek -q hook-impl --hook-type pre-push -- a --config=b", ("prek", True, "pre-push", None, True)),
        ("pre-commit install", None),
        ("echo pre-commit run", None),
    ],
)
def test_calls_of_a_framework(script: str, told: tuple[object, ...] | None) -> None:
    calls = [
        (one.tool, one.is_hook, one.stage, one.config, one.has_files) for one in find_calls(walk_script(script))
    ]
    assert calls == ([told] if told else [])


def test_hooks_in_python() -> None:
    """As pre-commit 1 wrote them; whatever only names it is none."""
    old = (
        "INSTALL_PYTHON = '/a'\nCONFIG = 'b.yaml'\nHOOK_TYPE = 'pre-push'\nSKIP_ON_MISSING_CONFIG = True\n"
        "subprocess.call((INSTALL_PYTHON, '-m', 'pre_commit', 'run'))\n"
    )
    call = find_python_call(old)
    assert call is not None
    assert (call.config, call.stage, call.allows_no_config, call.program) == ("b.yaml", "pre-push", True, "/a")
    assert find_python_call("# pre_commit\nINSTALL_PYTHON = '/a'\n") is None
    assert find_python_call("INSTALL_PYTHON = f()\nx = 'pre_commit'\n") is None
    assert find_python_call("def") is None


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("a.yml", b"a: [\n", 2), ("a.toml", b"a =\n", 0), ("a.json", b"{", 0), ("a.yml", b"a\n\xff", 2),
        ("a.yml", b"- a\n", 0), ("prek.toml", b"a = 1\nb =\n", 2), ("prek.toml", b"repos = 1\n", 0),
    ],
)  # fmt: skip
def test_configurations_that_cannot_be_read(name: str, content: bytes, line: int) -> None:
    read = read_raw(content, name) if name.startswith("prek") else read_jobs(content, name, "pre-push")
    assert [problem.line for problem in read.problems] == [line]
