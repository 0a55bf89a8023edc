"""Which calls of Behave, Robot Framework and unittest are understood, and which have to stay as they are."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from bugcapture.hooks.consolidate.behave_steps import steps_finder
from bugcapture.hooks.consolidate.call import Call, NotMergeableError
from bugcapture.hooks.consolidate.runners import (
    RUNNERS,
    find_runner,
    find_script_runner,
    follows_earlier,
    read_call,
    split_module,
)

if TYPE_CHECKING:
    from pathlib import Path

WRITES = "writes files that other sessions would write as well"
UNKNOWN = "is not known here, so it may mean one session and not another"
NOWHERE = "--output NONE --log NONE --report NONE --xunit NONE --debugfile NONE"
NO_PATH = "keeps from it what would list its tests"
ELSEWHERE = "starts it in another folder"
LESS = "does more or less than to run tests"


def read(command: str) -> Call:
    call = read_call(shlex.split(command))
    assert call is not None
    return call


@pytest.mark.parametrize(
    ("command", "runner", "launcher", "targets"),
    [
        ("behave a", "behave", "behave", "a"),
        (".venv/bin/behave a", "behave", ".venv/bin/behave", "a"),
        ("python -m behave a.feature:3 b", "behave", "python -m behave", "a.feature:3 b"),
        ("uv run --frozen behave", "behave", "uv run --frozen behave", ""),
        ("robot a b", "robot", "robot", "a b"),
        ("python3 -m robot a", "robot", "python3 -m robot", "a"),
        ("python -m unittest a.b", "unittest", "python -m unittest", "a.b"),
        ("env -u HOME PYTHONPATH=x behave a", "behave", "env -u HOME PYTHONPATH=x behave", "a"),
        ("env A=1 python -X dev -m unittest", "unittest", "env A=1 python -X dev -m unittest", ""),
    ],
)
def test_what_starts_a_runner(command: str, runner: str, launcher: str, targets: str) -> None:
    """Runners, variables and a Python may stand before it."""
    call = read(command)
    assert (call.runner, call.launcher, call.targets) == (runner, tuple(launcher.split()), tuple(targets.split()))
    assert find_runner(command.split()) is RUNNERS[runner]


@pytest.mark.parametrize(
    "command",
    ["", "pabot a", "behavex a", "tools/unittest a", "unittest a", "python tools/unittest a", "echo robot"],
)
def test_other_programs(command: str) -> None:
    """Unittest is a module and no program; others are none of them."""
    assert read_call(shlex.split(command)) is None
    assert find_script_runner(shlex.split(command)) is (RUNNERS["unittest"] if command == "unittest a" else None)


@pytest.mark.parametrize(
    ("script", "runner"),
    [("cd x && behave", "behave"), ("python -m unittest", "unittest"), ("make; robot x", "robot"), ("make", None)],
)
def test_scripts_of_a_shell(script: str, runner: str | None) -> None:
    """What one of them starts is known, also where it cannot be merged."""
    assert find_script_runner(["bash", "-c", script]) is (RUNNERS[runner] if runner else None)


def test_a_module_in_one_word() -> None:
    """It is read as two."""
    assert split_module(["env", "A=1", "python", "-W", "error", "-munittest", "-mx"]) == (
        "env", "A=1", "python", "-W", "error", "-m", "unittest", "-mx",
    )  # fmt: skip
    for same in ("python -m unittest", "pytest -mslow", "python x.py -mx", "", "python -mx"):
        assert " ".join(split_module(same.split())) == same.replace("-mx", "-mx" if "x.py" in same else "-m x")


@pytest.mark.parametrize(
    ("command", "follows"),
    [
        ("pytest --lf", True),
        ("timeout 9 pytest -x --sw-skip a", True),
        ("bash -c 'cd x; python -m pytest --failed-first'", True),
        ("robot --Re-Run-Failed x a", True),
        ("robot -TR x a", True),
        ("robot -S x a", True),
        ("behave @failed.txt", True),
        ("pytest -rA a", False),
        ("robot -v RS:1 -r R.html a", False),
        ("behave --junit a", False),
        ("make --lf", False),
        ("", False),
    ],
)
def test_what_depends_on_an_earlier_run(command: str, follows: bool) -> None:
    """Whatever starts it."""
    assert follows_earlier(shlex.split(command)) is follows


@pytest.mark.parametrize(
    ("values", "united"),
    [
        ([("a",), ("(b)",)], ("a", "(b)")),
        ([("a",), ("(?i)b",)], None),
        ([(r"(a)\1",), ("b",)], None),
        ([("(",), ("b",)], None),
    ],
)
def test_names_of_behave(values: list[tuple[str, ...]], united: tuple[str, ...] | None) -> None:
    """Behave searches for all of them at once, as parts of one expression."""
    assert RUNNERS["behave"].unite["--name"](values) == united


def test_options_of_behave() -> None:
    """Short names and long ones are the same; what an expression selects comes last."""
    call = read(
        "behave -tx --tags 'not y' -n=one -D a=b --stage s -f plain --color=off -qi x -e y a --no-capture --stop"
    )
    assert call.targets == ("a",)
    assert call.equal == ("--define=a=b", "--stage=s", "--include=x", "--exclude=y", "--no-capture")
    assert call.shown == (("--format=plain",), ("--color=off",), ("-q",))
    assert (call.stops, call.selections) == ("1", {"--tags": ("x", "not y"), "--name": ("one",)})
    assert call.options[-3:] == ("--tags=x", "--tags=not y", "--name=one")
    for own in ("own:Formatter", "report"):
        assert read(f"behave -f {own}").equal == (f"--format={own}",)
    for known in ("progress3", "steps.usage", "sphinx.steps", "json.pretty"):
        assert read(f"behave -f {known}").shown == ((f"--format={known}",),)


def test_options_of_robot() -> None:
    """Case and hyphens of long names mean nothing, and the value of a short one is the rest of the word."""
    call = read(
        "robot -i=x --Include y --Test-Name --log-level DEBUG -X -. -vA:1 a b".replace("--Test-Name", "-tz")
    )
    assert call.equal == ("--loglevel=DEBUG", "--variable=A:1")
    assert (call.shown, call.stops, call.targets) == ((("--dotted",),), "after a failure", ("a", "b"))
    assert call.selections == {"--test": ("z",), "--include": ("=x", "y")}
    assert call.facets == {"its targets, while `--test` speaks of the top suite": ["a", "b"]}
    assert read("robot -N x -M a:b c/").facets == {
        "its targets, while `--name`, `--metadata` speaks of the top suite": ["c"]
    }
    assert read("robot -i x a").facets == {}


def test_options_of_unittest() -> None:
    """Where it looks for tests is no target: there is one start for all of them."""
    call = read("python -m unittest -vbf -k one a.b tests/c.py -k two")
    assert (call.targets, call.equal, call.shown) == (("a.b", "tests/c.py"), ("-b",), (("-v",),))
    assert (call.stops, call.selections) == ("1", {"-k": ("one", "two")})
    call = read("python -m unittest Discover -b -s tests -p 'x*.py' -k one -t .")
    words = ("discover", "--start-directory=tests", "--pattern=x*.py", "--top-level-directory=.")
    assert (call.targets, call.equal) == ((), (*words, "-b"))
    assert call.facets == {"where it looks for tests": words}
    assert read("python -m unittest discover tests").equal == ("discover", "tests")
    assert read("python -m unittest -v discover").targets == ("discover",)


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("behave --junit a", f"`--junit` {WRITES}"),
        ("behave -o x a", f"`-o` {WRITES}"),
        ("behave -w", "`-w` stops after a failure of what is marked with `wip`"),
        ("behave --color a", "`--color` may take the next word for its value"),
        ("behave @failed.txt", "it takes arguments from a file"),
        ("behave --steps-catalog", f"`--steps-catalog` {LESS}"),
        ("behave --tag x", f"`--tag` {UNKNOWN}"),
        ("behave -xz", f"`-xz` {UNKNOWN}"),
        ("behave -t", "`-t` has no value"),
        ("timeout 5 behave", "what starts Behave is meant for one session"),
        ("robot -A x a", "`-A` takes arguments from a file"),
        ("robot --argument-file x a", "`--argument-file` takes arguments from a file"),
        ("robot --rerunfailed x a", "`--rerunfailed` chooses tests by what an earlier run did"),
        ("robot --outputd x a", f"`--outputd` {UNKNOWN}"),
        ("robot --statusrc a", f"`--statusrc` {UNKNOWN}"),
        ("robot a --dryrun", "`--dryrun` stands behind a target, and is taken for one"),
        ("robot -X --exitonerror a", "it says twice when to stop"),
        (
            "robot a/__INIT__.robot b",
            "it names an `__init__` file, which says something of all targets of a session",
        ),
        (
            "robot a/*.robot b",
            "`a/*.robot` may name an `__init__` file, which says something of all targets of a session",
        ),
        ("python -E -m behave a", f"`-E` {NO_PATH}"),
        ("python -sI -m unittest a", f"`-sI` {NO_PATH}"),
        ("env -i A=1 behave a", f"`-i` {NO_PATH}"),
        ("env - behave a", f"`-` {NO_PATH}"),
        ("env --ignore-environment A=1 behave a", f"`--ignore-environment` {NO_PATH}"),
        ("env -u PYTHONPATH behave a", f"`-u` {NO_PATH}"),
        ("env --unset=PYTHONPATH behave a", f"`--unset=PYTHONPATH` {NO_PATH}"),
        ("env -C x behave a", f"`-C` {ELSEWHERE}"),
        ("env --chdir=x behave a", f"`--chdir=x` {ELSEWHERE}"),
        ("uv run --directory x pytest a", f"`--directory` {ELSEWHERE}"),
        ("coverage run -m robot a", "what starts Robot Framework is meant for one session"),
        ("python -m unittest -h", f"`-h` {LESS}"),
        ("python -m unittest -s tests", f"`-s` {UNKNOWN}"),
        ("python -m unittest discover -x", f"`-x` {UNKNOWN}"),
        ("nice python -m unittest a", "what starts unittest is meant for one session"),
    ],
)
def test_calls_that_stay(command: str, reason: str) -> None:
    """What may mean one session and not another is refused, with the reason."""
    with pytest.raises(NotMergeableError, match=r".") as raised:
        read(command)
    assert str(raised.value) == reason


@pytest.mark.parametrize(
    ("runner", "targets", "united"),
    [
        ("behave", "a.feature b.feature a.feature", "a.feature b.feature"),
        ("behave", "a.feature:3 a.feature", "a.feature"),
        ("behave", "a.feature:3 b.feature a.feature:7", "a.feature:3 a.feature:7 b.feature"),
        ("behave", "x/a.feature ./x y/a.feature:2 x/y/b.feature:1", "./x y/a.feature:2"),
        ("behave", "x xy/a.feature x/", "x xy/a.feature"),
        # Where the first target is decides where the steps are.
        ("behave", "x/a.feature y x", "x y"),
        ("behave", ". x/a.feature ../b.feature /c.feature", ". ../b.feature /c.feature"),
        # What a folder says in its `__init__` file is nothing to a file that is named as well.
        ("robot", "a a/x.robot a/ b ./a/x.robot", "a a/x.robot b"),
        ("unittest", "a a.b a tests/x.py", "a a.b tests/x.py"),
    ],
)
def test_targets_are_named_once(runner: str, targets: str, united: str) -> None:
    """What another target holds for certain goes."""
    assert RUNNERS[runner].unite_targets(targets.split()) == tuple(united.split())


@pytest.mark.parametrize(
    ("values", "united"),
    [
        ([("@a",), ("b.c",)], ("@a or b.c",)),
        ([("not @a",), ("@b and c",), ("not @a",)], ("(not @a) or (@b and c)",)),
        ([("@a",), ("@b", "@c")], None),
        ([("@a",), ("@b,c",)], None),
        ([("@a",), ("~@b",)], None),
        ([("-b",)], None),
        ([("@a",), (" ",)], None),
        ([("a-b",), ("x*",)], ("a-b or (x*)",)),
    ],
)
def test_tags_of_behave(values: list[tuple[str, ...]], united: tuple[str, ...] | None) -> None:
    """One expression of the new kind for several; there is none for those of the old kind."""
    assert RUNNERS["behave"].unite["--tags"](values) == united


@pytest.mark.parametrize(
    ("runner", "target", "folder"),
    [
        ("behave", "x/a.feature:3", "x"),
        ("behave", "x/y/", "x/y"),
        ("robot", "x/a.robot", "x"),
        ("robot", "x", "x"),
        ("unittest", "x.y.test_a", "x/y"),
        ("unittest", "x/test_a.py", "x"),
        ("unittest", "test_a", "test_a"),
    ],
)
def test_the_folder_of_a_target(runner: str, target: str, folder: str) -> None:
    """It gives the new hook its name."""
    assert RUNNERS[runner].folder(target) == folder


@pytest.mark.parametrize(
    ("command", "run", "listed"),
    [
        ("behave a -t x", False, "behave --dry-run --format L:Lister a -t x"),
        ("python -m behave a", True, "python -m behave --format L:Lister a"),
        (
            "robot --log x a b",
            False,
            f"robot --log x --dryrun {NOWHERE} --listener L a b",
        ),
        ("robot --log x a", True, "robot --log x --listener L a"),
        ("python -X dev -m unittest -v a", False, "python -X dev -m L list -v a"),
        ("python -m unittest a", True, "python -m L run a"),
        ("pytest --testmon a", False, "pytest a --collect-only -q -p L"),
        ("pytest a", True, "pytest a -p L"),
    ],
)
def test_commands_that_list(command: str, run: bool, listed: str) -> None:
    """The words of the hook stay; what lists, and what keeps tests from running, is added."""
    words = command.split()
    call = read_call(words)
    assert call is not None
    assert RUNNERS[call.runner].listed(words, call, "L", run) == tuple(listed.split())


def test_where_the_steps_are(tmp_path: Path) -> None:
    """The first folder with steps or an environment, at or above the target."""
    for name in ("features/steps", "features/deep/more", "other", "staged/api_steps", "none/environment.py"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "other/environment.py").touch()
    (tmp_path / "features/deep/steps").touch()
    find = steps_finder(tmp_path)
    for target, folder in (
        ("features/deep/more/x.feature:3", "features"),
        ("features", "features"),
        ("other/x.feature", "other"),
        ("staged", "staged"),
        ("none/../other", "other"),
    ):
        assert find(target) == (tmp_path / folder).as_posix()
    assert find("none/gone/x.feature") == ""
