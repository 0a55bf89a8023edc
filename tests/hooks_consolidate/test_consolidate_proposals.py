"""Which hooks become one, and why others stay as they are."""

from __future__ import annotations

from typing import Any

import pytest
from consolidated import LOCAL, hook, merged, reasons, suggest

from bugcapture.hooks.consolidate.propose import Wishes

A, B = hook("a", "pytest tests/a.py"), hook("b", "pytest tests/b.py")
DIFFERS = "differs from a in "


def only(text: str, **wishes: Any) -> dict[str, Any]:
    """What the only merged hook says."""
    (group,) = suggest(text, Wishes(**wishes)).groups
    return dict(group.values)


def test_sessions_become_one() -> None:
    """The new hook says all that the old ones have said together."""
    proposal = suggest(LOCAL + A + hook("b", "pytest tests/b/x.py tests/a.py::t", "files: ^lib/"))
    assert merged(proposal) == [["a", "b"]]
    assert proposal.remaining == 1
    assert proposal.groups[0].values == {
        "id": "pytest-tests",
        "name": "pytest: 2 checks in one session",
        "entry": "pytest",
        "args": ["tests/a.py", "tests/b/x.py"],
        "language": "system",
        "files": "(?:^src/)|(?:^lib/)",
        "pass_filenames": False,
        "stages": ["pre-push"],
    }
    assert proposal.groups[0].notes == (
        "Each check runs whenever it has run before, and also for the files of the others.",
    )


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (hook("b", "python -m pytest tests/b.py"), DIFFERS + "what starts pytest"),
        (hook("b", "uv run pytest tests/b.py"), DIFFERS + "what starts pytest"),
        (hook("b", "pytest -n 2 tests/b.py"), DIFFERS + "the options of pytest"),
        (hook("b", "pytest -p no:x tests/b.py"), DIFFERS + "the options of pytest"),
        (hook("b", "pytest -c other.ini tests/b.py"), DIFFERS + "the options of pytest"),
        (hook("b", "pytest -x tests/b.py"), DIFFERS + "when it stops (`-x`, `--maxfail`)"),
        (hook("b", "pytest -m slow tests/b.py"), DIFFERS + "`-m`"),
        (hook("b", "pytest -k name tests/b.py"), DIFFERS + "`-k`"),
        (hook("b", "pytest"), DIFFERS + "whether it names any target"),
        (hook("b", "pytest tests/b.py", "language: python"), DIFFERS + "`language`"),
        (hook("b", "pytest tests/b.py", "stages: [pre-push, manual]"), DIFFERS + "`stages`"),
        (hook("b", "pytest tests/b.py", "exclude: x"), DIFFERS + "`exclude`"),
        (hook("b", "pytest tests/b.py", "types: [python]"), DIFFERS + "`types`"),
        (hook("b", "pytest tests/b.py", "fail_fast: true"), DIFFERS + "`fail_fast`"),
        (hook("b", "pytest tests/b.py", "env: {X: '1'}"), DIFFERS + "`env`"),
        (hook("b", "pytest tests/b.py", "always_run: true"), DIFFERS + "when it runs"),
        (hook("b", "pytest tests/b.py", "files: -"), DIFFERS + "when it runs"),
        (hook("b", "pytest tests/b.py", "pass_filenames: true"), "it is given the names of files"),
        (hook("b", "pytest tests/b.py", "files: {glob: '*.py'}"), "its files are more than a regular expression"),
        (hook("b", "pytest tests/b.py", "log_file: x.log"), "it has a log file of its own"),
        (
            hook("b", "pytest tests/b.py", r"files: (a)\1"),
            "its `files` cannot be a part of others",
        ),
        (hook("b", "pytest tests/b.py", "language: docker_image"), "its language installs something of its own"),
        (hook("b", "pytest tests/b.py --cov"), "`--cov` measures coverage, which would be that of all of them"),
        (hook("b", "bash -c 'cd x && pytest tests/b.py'"), "a script of a shell runs pytest"),
        (hook("b", "pytest tests/b.py", "args: &names [x]"), "it has an anchor"),
    ],
)
def test_what_is_not_the_same_stays(other: str, reason: str) -> None:
    """Whatever could change the meaning of a check keeps it as it is, and is told."""
    proposal = suggest(LOCAL + A + other)
    assert merged(proposal) == []
    assert proposal.remaining == 2
    assert reasons(proposal)["b"] == reason


@pytest.mark.parametrize(
    ("other", "values"),
    [
        (hook("b", "pytest tests/b.py", "language: unsupported"), {"language": "system"}),
        (hook("b", "pytest tests/b.py", "additional_dependencies: []"), {}),
        (hook("b", "pytest tests/b.py", "require_serial: true"), {"require_serial": True}),
        (hook("b", "pytest tests/b.py", "verbose: true"), {"verbose": True}),
        (hook("b", "pytest tests/b.py", "fail_fast: false"), None),
        (hook("b", "pytest tests/b.py", "description: Words."), {}),
        (hook("b", "pytest -v --tb=short tests/b.py"), {"entry": "pytest"}),
        (hook("b", "pytest", "args: [tests/b.py]"), {"args": ["tests/a.py", "tests/b.py"]}),
    ],
)
def test_what_does_not_matter(other: str, values: dict[str, Any] | None) -> None:
    """Other names for the same, and what only changes what is printed."""
    proposal = suggest(LOCAL + A + other)
    if values is None:  # Nobody knows what a tool of tomorrow makes of it where it is not there.
        assert merged(proposal) == []
        return
    assert merged(proposal) == [["a", "b"]]
    assert {**proposal.groups[0].values, **values} == proposal.groups[0].values


def test_other_keys_are_kept() -> None:
    """What all of them say, whoever reads it."""
    more = ("language: python", "additional_dependencies: [x==1]", "fail_fast: true", "exclude: y", "priority: 3")
    values = only(LOCAL + hook("a", "pytest a.py", *more) + hook("b", "pytest b.py", *more))
    assert {"language": "python", "additional_dependencies": ["x==1"], "fail_fast": True}.items() <= values.items()
    assert (values["exclude"], values["priority"]) == ("y", 3)


def test_hooks_that_always_run() -> None:
    """Their files do not matter."""
    more = ("always_run: true", "exclude: ^x")
    values = only(
        LOCAL + hook("a", "pytest a.py", *more) + hook("b", "pytest b.py", "always_run: true", "files: ^b")
    )
    assert values["always_run"] is True
    assert "files" not in values


def test_hooks_for_any_file() -> None:
    """They stay for any file."""
    values = only(LOCAL + hook("a", "pytest a.py", "files: -") + hook("b", "pytest b.py", "files: -"))
    assert "files" not in values
    assert "always_run" not in values


def test_stages_that_nobody_names() -> None:
    """The default is left to the configuration."""
    text = "default_stages: [pre-push]\n" + LOCAL
    values = only(text + hook("a", "pytest a.py", "stages: -") + hook("b", "pytest b.py", "stages: -"))
    assert "stages" not in values
    values = only(text + hook("a", "pytest a.py", "stages: -") + hook("b", "pytest b.py"))
    assert values["stages"] == ["pre-push"]
    values = only(text + hook("a", "pytest a.py", "stages: []") + hook("b", "pytest b.py", "stages: [push]"))
    assert values["stages"] == ["push"]
    values = only(text + hook("a", "pytest a.py", "stages: []") + hook("b", "pytest b.py", "stages: -"))
    assert "stages" not in values


@pytest.mark.parametrize(
    ("first", "second", "entry"),
    [
        ("pytest tests -m slow", "pytest tests -m quick", "pytest -m 'slow or quick'"),
        ("pytest tests -m 'not slow'", "pytest -m quick tests/", "pytest -m '(not slow) or quick'"),
        ("pytest tests -k a", "pytest tests -k b", "pytest -k 'a or b'"),
        ("pytest tests -m ''", "pytest tests -m slow", "pytest -m ''"),
        ("pytest tests -k a", "pytest tests -k ' '", "pytest -k ''"),
        ("pytest tests -k a -m x", "pytest tests -k a -m y", "pytest -m 'x or y' -k a"),
        ("pytest -m slow a.py", "pytest -m slow b.py", "pytest -m slow"),
        ("pytest -m slow", "pytest -m quick", "pytest -m 'slow or quick'"),
        ("pytest -x a.py", "pytest --maxfail=1 b.py", "pytest"),
        ("pytest -vq --tb=short -ra a.py", "pytest --tb=short b.py -r a", "pytest --tb=short -r a"),
    ],
)
def test_expressions_and_options(first: str, second: str, entry: str) -> None:
    """Expressions are united where the targets are the same; a failure does not keep others from running."""
    assert only(LOCAL + hook("a", first) + hook("b", second))["entry"] == entry


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("pytest a.py -m slow", "pytest b.py -m quick"),
        ("pytest a.py -m slow -k x", "pytest a.py -m quick -k y"),
        ("pytest a.py -m slow", "pytest a.py"),
    ],
)
def test_expressions_for_other_targets(first: str, second: str) -> None:
    """One expression for all would select tests that none has selected."""
    assert merged(suggest(LOCAL + hook("a", first) + hook("b", second))) == []


def test_what_ends_a_push() -> None:
    """A check that has run before one that ends the push is not moved behind it."""
    ending = hook("lint", "ruff check", "fail_fast: true")
    assert merged(suggest(LOCAL + A + B + ending)) == [["a", "b"]]
    assert merged(suggest(LOCAL + ending + A + B)) == [["a", "b"]]
    told = DIFFERS + "what ends the push before it (`fail_fast`)"
    assert reasons(suggest(LOCAL + A + ending + B))["b"] == told
    lint = hook("lint", "ruff check")
    assert merged(suggest(LOCAL + A + lint + B)) == [["a", "b"]]
    assert reasons(suggest("fail_fast: true\n" + LOCAL + A + lint + B))["b"] == told
    assert merged(suggest("fail_fast: true\n" + LOCAL + A + B)) == [["a", "b"]]
    c = hook("c", "pytest tests/c.py", "files: ^lib/")
    assert merged(suggest("fail_fast: true\n" + LOCAL + A + c + B)) == [["a", "c", "b"]]
    assert merged(suggest("fail_fast: true\n" + LOCAL + A + c + B, Wishes(merge="same"))) == []


def test_what_is_done_before_each_session() -> None:
    """A command between sessions may be there for the next one."""
    one, two = hook("one", "make database"), hook("two", "make database")
    assert merged(suggest(LOCAL + one + A + two + hook("b", "pytest -s b.py"))) == []
    assert merged(suggest(LOCAL + A + one + two + B)) == [["one", "two"], ["a", "b"]]


def test_a_dropped_limit_is_told() -> None:
    """`-x` of one would keep the tests of others from running."""
    (group,) = suggest(LOCAL + hook("a", "pytest -x a.py") + hook("b", "pytest -x b.py")).groups
    assert group.notes[0].endswith("`-x` and `--maxfail` are dropped.")


def test_settings_of_pytest_in_a_folder() -> None:
    """What pytest would find for one of them it would not find for both."""
    proposal = suggest(LOCAL + A + B, settings=lambda target: "tests" if target == "tests/b.py" else "")
    assert reasons(proposal)["b"] == DIFFERS + "the settings of pytest"


def test_hooks_that_a_service_passes_over() -> None:
    """A new name would not be passed over."""
    proposal = suggest("ci: {skip: [b]}\n" + LOCAL + A + B)
    assert reasons(proposal) == {"a": "no other hook runs pytest", "b": "`ci: skip` names it"}


def test_options_that_only_speed_it_up() -> None:
    """They come last, and are known to be left out elsewhere."""
    text = LOCAL + A + B
    (group,) = suggest(text, Wishes(xdist=True, testmon=True)).groups
    assert group.values["entry"] == "pytest -n auto --testmon"
    assert group.local == ("-n", "auto", "--testmon")
    assert group.call is not None
    assert group.call.options == ("pytest",)
    assert any("`.testmondata`" in note for note in group.notes)
    for first, second in (("a.py -m x", "b.py -m x"), ("a.py -k x", "b.py -k x"), ("a.py::t", "b.py")):
        (group,) = suggest(
            LOCAL + hook("a", f"pytest {first}") + hook("b", f"pytest {second}"), Wishes(testmon=True)
        ).groups
        assert group.local == ()
        assert group.notes == (
            "pytest-testmon leaves nothing out where single tests, `-m` or `-k` choose: it is not added.",
        )
    own = LOCAL + hook("a", "pytest -n 3 --testmon a.py") + hook("b", "pytest -n 3 --testmon b.py")
    assert only(own, xdist=True, testmon=True)["entry"] == "pytest -n 3 --testmon"


@pytest.mark.parametrize(
    ("merge", "expected"),
    [("all", [["a", "b", "c", "d"]]), ("overlapping", [["a", "b", "d"]]), ("same", [["a", "d"]])],
)
def test_which_files_are_merged(merge: Any, expected: list[list[str]]) -> None:
    """All, those with a file in common, also by way of another, or those with the same pattern."""
    text = LOCAL + A + hook("b", "pytest b.py", "files: py$") + hook("c", "pytest c.py", "files: ^docs")
    text += hook("d", "pytest d.py")
    tracked = ("src/x.py", "lib/y.py", "docs/z.md")
    assert merged(suggest(text, Wishes(merge=merge), tracked=tracked)) == expected


def test_files_that_lead_from_one_to_the_other() -> None:
    """Two that have nothing in common are joined by a third that comes later; the order stays."""
    text = LOCAL + hook("a", "pytest a.py", "files: ^a") + hook("b", "pytest b.py", "files: ^b")
    text += hook("c", "pytest c.py", "files: ^[ab]") + hook("d", "pytest d.py", "files: ^d")
    proposal = suggest(text, Wishes(merge="overlapping"), tracked=("a", "b", "d"))
    assert merged(proposal) == [["a", "b", "c"]]
    assert reasons(proposal) == {"d": "its files have nothing to do with those of the others"}
    anything = LOCAL + hook("a", "pytest a.py", "files: -") + hook("b", "pytest b.py", "files: -")
    assert merged(suggest(anything, Wishes(merge="overlapping"))) == [["a", "b"]]


@pytest.mark.parametrize(
    ("targets", "name"),
    [
        (("tests/a b/x.py", "tests/a b/y.py"), "pytest-tests-a-b"),
        (("tests/a", "tests/a/y.py"), "pytest-tests-a"),
        (("x.py", "y.py"), "pytest-session"),
        (("/x/y.py", "y.py"), "pytest-session"),
        (("tests/x.py", "tests/y.py"), "pytest-tests-2"),
    ],
)
def test_names_that_are_free(targets: tuple[str, str], name: str) -> None:
    """The folder of the targets, and a number where another hook has that."""
    hooks = [hook(f"h{at}", f"pytest '{target}'") for at, target in enumerate(targets)]
    assert only(LOCAL + "".join(hooks) + hook("pytest-tests", "make"))["id"] == name


def test_the_same_command_twice() -> None:
    """Also where it is no pytest."""
    first, again = hook("one", "python x.py"), hook("again", "python x.py", "files: ^x")
    proposal = suggest(LOCAL + first + again + A)
    assert merged(proposal) == [["one", "again"]]
    (group,) = proposal.groups
    assert (group.kind, group.id, group.call) == ("duplicate", "again", None)
    assert group.values["files"] == "(?:^src/)|(?:^x)"
    assert group.values["entry"] == "python x.py"


@pytest.mark.parametrize(
    "again",
    [
        hook("writer", "python write.py") + hook("again", "python x.py"),
        hook("again", "python x.py --more"),
        hook("again", "python x.py", "pass_filenames: true"),
        hook("again", "python x.py", "exclude: z"),
        hook("again", "python x.py", "always_run: true"),
        hook("again", "python 'x.py"),
    ],
)
def test_what_is_not_the_same_command(again: str) -> None:
    """Something between could have written what it reads."""
    assert merged(suggest(LOCAL + hook("one", "python x.py") + again)) == []


def test_hooks_of_other_repositories_and_stages() -> None:
    """They stay, and are not told of when they do not run pytest."""
    text = "repos:\n  - repo: https://example.org/x\n    rev: '1'\n    hooks:\n" + hook("far", "pytest far.py")
    text += "  - repo: local\n    hooks:\n" + A + hook("lint", "ruff check")
    text += hook("early", "pytest early.py", "stages: [pre-commit]")
    proposal = suggest(text)
    assert merged(proposal) == []
    assert [one.id for one in proposal.hooks] == ["far", "a", "lint"]
    assert reasons(proposal) == {"a": "no other hook runs pytest", "far": "it comes from another repository"}


STAGES = "stages: [pre-push, pre-commit]"


def test_other_stages_of_the_same_hooks() -> None:
    """What stands between is seen at each stage that the members have."""
    first, second = hook("a", "./check", STAGES), hook("b", "./check", STAGES)
    fix = hook("fix", "./fix", "stages: [pre-commit]")
    assert merged(suggest(LOCAL + first + fix + second)) == []
    assert merged(suggest(LOCAL + first + fix.replace("pre-commit", "manual") + second)) == [["a", "b"]]
    first, second = hook("a", "pytest a.py", STAGES), hook("b", "pytest b.py", STAGES)
    ends = hook("m", "make", "stages: [pre-commit]", "fail_fast: true")
    assert merged(suggest(LOCAL + first + ends + second)) == []
    assert merged(suggest(LOCAL + first + ends.replace("pre-commit", "manual") + second)) == [["a", "b"]]


@pytest.mark.parametrize(
    ("merge", "reason"),
    [
        ("same", "its `files` differ from those of a"),
        ("overlapping", "its files have nothing to do with those of the others"),
    ],
)
def test_why_files_keep_hooks_apart(merge: Any, reason: str) -> None:
    """Other files, or none in common."""
    proposal = suggest(LOCAL + A + hook("b", "pytest tests/b.py", "files: ^lib/"), Wishes(merge=merge))
    assert reasons(proposal)["b"] == reason
