"""Which sessions of Behave, Robot Framework and unittest become one, and why others stay as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest
from consolidated import LOCAL, hook, merged, reasons, suggest

from bugcapture.hooks.consolidate.equivalence import Listing, compare
from bugcapture.hooks.consolidate.propose import Wishes

DIFFERS = "differs from a in "
GOES_ON = "It goes on after a failure, so that no check is left out:"
NO_LIST = "each has other arguments, and nothing lists what it checks to prove that one call does the same"


def two(first: str, second: str) -> str:
    """Two hooks."""
    return LOCAL + hook("a", first) + hook("b", second)


@pytest.mark.parametrize(
    ("first", "second", "name", "command"),
    [
        ("behave x/a.feature", "behave -q x/b.feature", "behave-x", "behave x/a.feature x/b.feature"),
        ("behave x -t @a", "behave -t 'not b' x/", "behave-x", "behave --tags=@a or (not b) x"),
        ("behave x -n a", "behave -n b -n a x", "behave-x", "behave --name=a --name=b x"),
        ("behave --stop a.feature", "behave --stop b.feature", "behave-session", "behave a.feature b.feature"),
        ("behave -t a -t b x.feature", "behave -t a -t b y.feature", "behave-session",
         "behave --tags=a --tags=b x.feature y.feature"),
        ("robot x/a", "robot x/b.robot", "robot-x", "robot x/a x/b.robot"),
        ("robot -i a x", "robot -i b --include c x", "robot-x", "robot --include=a --include=b --include=c x"),
        ("robot -t A -N top x", "robot -N top -t B ./x", "robot-x", "robot --name=top --test=A --test=B x"),
        ("robot -d out -x u.xml x", "robot --outputdir out --xunit u.xml y", "robot-session",
         "robot --outputdir=out --xunit=u.xml x y"),
        ("python -m unittest x.a", "python -m unittest -v x/b.py", "unittest-x", "python -m unittest x.a x/b.py"),
        ("python -m unittest discover -s x -k a", "python -m unittest discover -k b -s x", "unittest-session",
         "python -m unittest discover --start-directory=x -k a -k b"),
        ("python -m unittest x.a", "python -munittest x.b", "unittest-x", "python -m unittest x.a x.b"),
        ("python -m unittest", "python -m unittest", "unittest-session", "python -m unittest"),
    ],
)  # fmt: skip
def test_sessions_become_one(first: str, second: str, name: str, command: str) -> None:
    """Targets are put together, and what selects is united where the targets are the same."""
    (group,) = suggest(two(first, second)).groups
    assert group.call is not None
    assert " ".join([*group.call.options, *group.call.targets]) == command
    assert (group.id, group.kind) == (name, name.partition("-")[0])
    assert group.values["name"] == f"{group.kind}: 2 checks in one session"


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("behave a.feature", "behave -t x b.feature", DIFFERS + "`--tags`"),
        ("behave -t x a.feature", "behave -t y b.feature", DIFFERS + "`--tags`"),
        ("behave -t x,z a.feature", "behave -t y a.feature", DIFFERS + "`--tags`"),
        ("behave -t x -n v a.feature", "behave -t y -n w a.feature", DIFFERS + "`--name`, `--tags`"),
        ("behave a.feature", "behave -D x=y b.feature", DIFFERS + "the options of Behave"),
        ("behave a.feature", "behave -f own:One b.feature", DIFFERS + "the options of Behave"),
        ("behave a.feature", "behave --stop b.feature", DIFFERS + "when it stops (`--stop`)"),
        ("behave a.feature", "python -m behave b.feature", DIFFERS + "what starts Behave"),
        ("behave a.feature", "behave", DIFFERS + "whether it names any target"),
        ("behave a.feature", "behave --junit b.feature",
         "`--junit` writes files that other sessions would write as well"),
        ("behave a.feature", "bash -c 'behave b.feature'", "a script of a shell runs Behave"),
        ("robot a", "robot -e x b", DIFFERS + "the options of Robot Framework"),
        ("robot a", "robot --log x.html b", DIFFERS + "the options of Robot Framework"),
        ("robot -N x a", "robot -N x b", DIFFERS + "its targets, while `--name` speaks of the top suite"),
        ("robot -t x a", "robot -t x b", DIFFERS + "its targets, while `--test` speaks of the top suite"),
        ("robot -i x a", "robot -i y b", DIFFERS + "`--include`"),
        ("robot -X a", "robot --exitonerror b", DIFFERS + "when it stops (`--exitonfailure`, `--exitonerror`)"),
        ("robot a", "robot -R x b", "`-R` chooses tests by what an earlier run did"),
        ("python -m unittest discover x", "python -m unittest discover y",
         DIFFERS + "the options of unittest, where it looks for tests"),
        ("python -m unittest a", "python -m unittest -k x b", DIFFERS + "`-k`"),
        ("python -m unittest -k x a", "python -m unittest -k y b", DIFFERS + "`-k`"),
        ("python -m unittest a", "python -m unittest -b b", DIFFERS + "the options of unittest"),
        ("python -m unittest a", "pytest b", "no other hook runs pytest"),
    ],
)  # fmt: skip
def test_what_is_not_the_same_stays(first: str, second: str, reason: str) -> None:
    """Whatever could change the meaning of a check keeps it as it is, and is told."""
    proposal = suggest(two(first, second))
    assert merged(proposal) == []
    assert reasons(proposal)["b"] == reason


def test_steps_of_another_folder() -> None:
    """Behave takes the steps of its first target for all of them."""
    proposal = suggest(two("behave x", "behave y"), settings=lambda target: target)
    assert reasons(proposal)["b"] == DIFFERS + "where its steps and environment are"
    # A folder that holds the first target can have others than that.
    proposal = suggest(two("behave x/y/a.feature x", "behave x/y/b.feature"), settings=lambda target: target[:3])
    assert merged(proposal) == []
    assert (
        reasons(proposal)["b"]
        == "in one session with the others, Behave takes its steps and environment from another folder"
    )
    proposal = suggest(two("robot x", "robot y"), settings=lambda target: target)
    assert merged(proposal) == [["a", "b"]]


def test_what_can_be_united_is() -> None:
    """One that selects everything, or in another way, keeps no others apart."""
    text = two("behave -t x f", "behave -t y,z f") + hook("c", "behave -t v f") + hook("d", "behave f")
    assert merged(suggest(text)) == [["a", "c"]]


def test_what_is_told() -> None:
    """What else changes, and no option of pytest."""
    (group,) = suggest(two("robot -X a", "robot -X b"), Wishes(xdist=True, testmon=True)).groups
    assert group.values["entry"] == "robot"
    assert group.notes == (
        f"{GOES_ON} `--exitonfailure` and `--exitonerror` are dropped.",
        "Log and report hold all of them, and long names begin with a top suite that is named for all targets.",
    )
    (group,) = suggest(two("robot -i x a", "robot -i y a")).groups
    assert group.notes == ()
    (group,) = suggest(two("behave --stop a.feature", "behave --stop b.feature")).groups
    assert group.notes == (f"{GOES_ON} `--stop` is dropped.",)


def test_what_is_said_of_a_comparison() -> None:
    """Of Behave it is told in its own words."""
    (group,) = suggest(two("behave a.feature", "behave b.feature")).groups
    one = Listing(tests={"a.feature:2 a": ()}, exit_code=0, root="x")
    result = compare(group, (one, replace(one, root="y")), one)
    assert result.problems == ("b: Behave takes its steps and environment from another folder",)
    other = replace(one, tests={"b.feature:2 b": ()})
    both = replace(one, tests={**one.tests, **other.tests}, stops_after=1)
    assert compare(group, (one, other), both).problems == (
        "behave-session: it stops after 1 failure (`--stop` in its settings), before others",
    )


@pytest.mark.parametrize("command", ["bash -c 'pytest x'", "pytest --junitxml=x a", "timeout 9 behave", "pabot x"])
def test_the_same_command_twice(command: str) -> None:
    """It becomes one also where its session can be merged with no other."""
    text = two(command, command) + hook("c", "make")
    proposal = suggest(text)
    assert merged(proposal) == [["a", "b"]]
    assert proposal.groups[0].kind == "duplicate"
    assert reasons(proposal) == {}
    # Another one between them may change what the second sees.
    apart = LOCAL + hook("a", command) + hook("c", "make") + hook("b", command)
    assert merged(suggest(apart)) == []
    # And what cannot be taken out of the file stays.
    assert merged(suggest("ci: {skip: [b]}\n" + text)) == []


def test_a_command_that_goes_on_where_it_ended() -> None:
    """Twice the same one is not the same check twice."""
    proposal = suggest(two("pytest --lf", "pytest --lf"))
    assert merged(proposal) == []
    assert reasons(proposal)["b"] == "`--lf` chooses tests by what an earlier run did"


def test_hooks_that_start_the_same_program() -> None:
    """Each program is told once, with the reason why its processes stay."""
    text = LOCAL + "".join(
        hook(name, entry, *more)
        for name, entry, *more in (
            ("s1", "python scripts/x.py"),
            ("s2", "python -u scripts/y.py a"),
            ("b1", "bash -c 'make x'"),
            ("m1", "mypy a"),
            ("b2", "bash scripts/x.sh"),
            ("m2", "python -m mypy b"),
            ("r1", "ruff check a"),
            ("r2", "uvx ruff check b"),
            ("p1", "pabot a"),
            ("p2", "pabot b"),
            ("t1", "typos", "pass_filenames: true"),
            ("t2", "typos -v", "pass_filenames: true"),
            ("n1", "npx eslint x"),
            ("g1", "x", "language: pygrep"),
            ("g2", "x y", "language: pygrep"),
            ("q1", "true 'x"),
        )
    )
    found = {one.program: ([hook.id for hook in one.hooks], one.reason) for one in suggest(text).sharing}
    assert found == {
        "python": (["s1", "s2"], "each runs another script"),
        "bash": (["b1", "b2"], "each runs another script"),
        "mypy": (["m1", "m2"], "what mypy finds depends on the files that it is told together"),
        "ruff": (["r1", "r2"], NO_LIST),
        "pabot": (["p1", "p2"], NO_LIST),
        "typos": (["t1", "t2"], "each is told the files that it is for"),
    }


def test_the_same_script_again() -> None:
    """With other arguments, or for other files with another hook between."""
    text = two("python x.py a", "python x.py b") + hook("c", "python y.py")
    (one,) = suggest(text).sharing
    assert one.reason == "each runs another script, or the same one with other arguments"
    (one,) = suggest(LOCAL + hook("a", "node x.js") + hook("m", "make") + hook("b", "node x.js")).sharing
    assert one.reason.startswith("the same command; they differ in when they run, or another hook between")
    assert suggest(two("python x.py", "python x.py")).sharing == ()
    assert suggest(two("pytest -x a", "pytest b")).sharing == ()
