"""The command on real projects, with the real pre-commit and prek."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from typing import TYPE_CHECKING

import pytest
from consolidated import LOCAL, PATH, hook, said
from push_project import few, write_project
from push_repository import BIN, PushProject

from bugcapture.cli.progress import Progress
from bugcapture.hooks.consolidate.runners import read_call

if TYPE_CHECKING:
    from pathlib import Path

A, B = hook("a", "pytest tests/a", "files: ''"), hook("b", "pytest tests/b", "files: ''")
TEST = "def test_it():\n    pass\n"
KNOWN = {"schema": 1, "tool": "pre-commit", "tool_version": "4", "recorded_at": "2026-01-01T00:00:00Z"}
UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]")


def both(project: PushProject, **files: str) -> None:
    """Two hooks with a folder of tests each, and other files; `__` stands for a slash."""
    for name, text in {"tests__a__test_a": TEST, "tests__b__test_b": TEST, **files}.items():
        project.write(f"{name.replace('__', '/')}.py", text)
    project.hooks(A, B)


@pytest.fixture
def twelve(project: PushProject) -> PushProject:
    """A project with twelve hooks."""
    write_project(project.folder, few())
    project.commit()
    return project


def test_the_proposal_changes_nothing(twelve: PushProject) -> None:
    """It says what would be saved, why others stay, and what has to be known."""
    hooks = [{"id": one.id, "stage": "pre-push", "seconds": [1.0]} for one in few()]
    twelve.write(".bugcapture/hook-timings.json", json.dumps({**KNOWN, "hooks": hooks}))
    files = twelve.files()

    done = twelve.consolidate()

    assert done.code == 1
    assert done.err == "bugcapture: pre-push: 12 hooks become 6, not verified: nothing was written\n"
    assert done.out.startswith("pre-push: 12 hooks become 6, 12.0 s -> 6.0 s, 50% predicted\n")
    assert "\npytest-tests: pytest, instead of 6 hooks (6.0 s -> 1.0 s, 17%)\n  helm-kinds (line 5)\n" in done.out
    assert "  meta-module (line 62): differs from helm-kinds in what starts pytest\n" in done.out
    assert "Nothing is proved yet: --verify" in done.out
    assert twelve.files() == files


def test_the_change_can_be_applied(twelve: PushProject) -> None:
    """Git takes it, also in two steps with the tests of one's own."""
    done = twelve.consolidate("--diff", "--output=change.patch", "--quiet")
    assert (done.code, done.out, done.err) == (1, "", "")
    twelve.call("git", "apply", "change.patch")
    assert said(twelve.read(PATH))["repos"][0]["hooks"][-1]["id"] == "pytest-tests"
    assert twelve.consolidate().code == 0


def test_the_change_from_a_folder_below(project: PushProject) -> None:
    """It is seen from the top, where git applies it."""
    both(project)
    done = project.run("hooks", "consolidate", "--diff", where="tests/a", env=project.variables)
    assert done.out.startswith(f"--- a/{PATH}\n+++ b/{PATH}\n")
    assert project.consolidate("--format=json").json["diff"] == done.out
    project.write("change.patch", done.out)
    project.call("git", "apply", "change.patch")
    assert said(project.read(PATH))["repos"][0]["hooks"][0]["id"] == "pytest-tests"


def test_other_formats(twelve: PushProject) -> None:
    """JSON for programs, Markdown for a pull request; what testmon leaves out is run in CI."""
    found = twelve.consolidate("--format=json", "--xdist").json
    assert found["schema"] == "bugcapture.hooks-consolidate/1"
    assert (found["hooks_before"], found["hooks_after"]) == (12, 6)
    assert (found["written"], found["verified"]) == (False, False)
    assert [len(group["members"]) for group in found["groups"]] == [2, 6]
    assert found["groups"][0]["hook"]["entry"] == "pytest -v --tb=short -m 'quick or strict' -n auto"
    assert found["groups"][0]["ci"] is None
    assert [one["id"] for one in found["unchanged"] if one["reason"]] == ["meta-module", "meta-first"]

    text = twelve.consolidate("--format=markdown").out
    assert "| `pytest-tests` | 6 | ? | `helm-kinds`, `helm-names`," in text
    assert "\n```diff\n--- a/.pre-commit-config.yaml\n" in text

    twelve.write("requirements-dev.txt", "pytest-xdist\n")
    assert "--xdist spreads merged sessions" in twelve.consolidate("--testmon").out
    twelve.hooks(A, B)
    text = twelve.consolidate("--testmon").out
    assert "  CI keeps the full run: pytest tests/a tests/b\n" in text
    (group,) = twelve.consolidate("--testmon", "--format=json").json["groups"]
    assert group["ci"] == "pytest tests/a tests/b"
    assert "+        entry: pytest --testmon\n" in text


def test_twelve_hooks_become_six(twelve: PushProject) -> None:
    """The same tests run, as pytest itself lists them, and the merged hooks fail for what the old ones did."""
    before, files, worktrees = collect(twelve), twelve.files(), twelve.call("git", "worktree", "list")
    assert len(before) == 10

    done = twelve.consolidate("--write")

    ending = "bugcapture: pre-push: 12 hooks become 6, 70 tests as before: written\n"
    assert (done.code, done.err) == (0, ending), done
    assert "  Proved: the same 42 tests, before and after.\n" in done.out
    assert "---" not in done.out
    assert {**twelve.files(), PATH: b""} == {**files, PATH: b""}
    assert twelve.call("git", "worktree", "list") == worktrees
    after = collect(twelve)
    assert len(after) == 4
    assert names_of(after) == names_of(before)
    again = twelve.consolidate("--write")
    assert (again.code, again.err) == (0, "bugcapture: pre-push: 6 hooks, nothing to merge\n")

    twelve.write("deployments/base.yaml", "kind: Deployment\nname shop\n")
    twelve.write("docs/more.md", "\tA tab.\n")
    failing = twelve.try_call("pre-commit", "run", "--all-files", "--hook-stage", "pre-push")
    assert failing.code == 1
    failed = [line.partition("..")[0] for line in failing.out.splitlines() if line.endswith("Failed")]
    assert failed == ["pytest: 2 checks in one session", "Check docs tabs", "pytest: 6 checks in one session"]
    for file, runs in (("shop/cart.py", True), ("pytest.ini", False)):
        done = twelve.try_call("pre-commit", "run", "pytest-tests", "--hook-stage=pre-push", "--files", file)
        assert ("Skipped" not in done.out) is runs, done.out


def collect(project: PushProject) -> dict[str, list[str]]:
    """The tests that each hook with pytest runs, by its id, from pytest's own list."""
    found = {}
    for one in said(project.read(PATH))["repos"][0]["hooks"]:
        words = [*shlex.split(one["entry"]), *one.get("args", ())]
        if "pytest" in words[:3]:
            quiet = [word for word in words if word != "-v"]
            listed = project.call(*quiet, "--collect-only", "-q", "-p", "no:cacheprovider")
            found[one["id"]] = [line for line in listed.splitlines() if "::" in line]
    return found


def names_of(found: dict[str, list[str]]) -> set[str]:
    return {name for names in found.values() for name in names}


SKIP_ALL = """
import pytest

def pytest_collection_modifyitems(items):
    for item in items:
        item.add_marker(pytest.mark.skip)
"""
KEEP_OWN = """
def pytest_collection_modifyitems(items):
    items[:] = [item for item in items if "/a/" in item.nodeid]
"""


@pytest.mark.parametrize(
    ("files", "told"),
    [
        ({"tests__a__conftest": SKIP_ALL}, "1 test would have other marks, such as tests/b/test_b.py::test_it"),
        ({"tests__a__conftest": KEEP_OWN}, "missing: tests/b/test_b.py::test_it"),
        (
            {"tests__a__test_x": TEST, "tests__b__test_x": TEST},
            "pytest-tests: tests/b/test_x.py cannot be collected: HINT: remove __pycache__",
        ),
        ({"tests__b__test_b": "import nothing_like_it\n"}, "b: tests/b/test_b.py cannot be collected: E"),
        ({"tests__b__test_b": "X = 1\n"}, "b: pytest finds no test, so that it fails at each push"),
        (
            {"conftest": "def pytest_configure(config):\n    config.option.maxfail = 2\n"},
            "pytest-tests: it stops after 2 failures (`-x` or `--maxfail` in its settings), before others",
        ),
    ],
)
def test_what_is_not_the_same_is_not_written(project: PushProject, files: dict[str, str], told: str) -> None:
    """Whatever makes one session another one than two."""
    both(project, **files)
    before = project.read(PATH)
    done = project.consolidate("--write")
    assert done.code == 1
    assert f"Not the same: {told}" in done.out
    assert "1 hook would not run the same" in done.err
    assert project.read(PATH) == before


def test_a_pytest_that_cannot_be_listed(project: PushProject) -> None:
    """Where the plugin cannot be imported nothing is known, and nothing is proposed."""
    both(project)
    project.hooks(*(one.replace("pytest tests", "python -I -m pytest tests") for one in (A, B)))
    done = project.consolidate("--write")
    assert done.code == 0
    assert "a (line 4): `-I` keeps from it what would list its tests\n" in done.out


def test_a_pattern_that_would_miss_a_file(project: PushProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is proposed is tried on the files that git tracks."""
    both(project)
    monkeypatch.setattr("bugcapture.hooks.consolidate.propose.unite_patterns", lambda _patterns: "^tests/a")
    done = project.consolidate()
    assert (done.code, done.out) == (1, "")
    assert "pytest-tests would run for other files than its members: 2 files, such as .pre-commit" in done.err


def test_a_word_that_was_misread(project: PushProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """The old hooks run as they are written, so that a target that is lost on the way is seen."""
    both(project)
    misread = [read_call(("pytest", "tests/a")), read_call(("pytest", "tests/b/test_b.py::other"))]
    monkeypatch.setattr("bugcapture.hooks.consolidate.hook.read_call", lambda _words: misread.pop(0))
    done = project.consolidate("--write")
    assert done.code == 1
    assert "Not the same: pytest-tests: its tests cannot be collected: ERROR: not found:" in done.out
    misread += [read_call(("pytest", "tests/a")), read_call(("pytest", "tests/a/test_a.py"))]
    done = project.consolidate("--write")
    assert done.code == 1
    assert "Not the same: missing: tests/b/test_b.py::test_it" in done.out
    assert project.read(PATH).count("- id:") == 2


def test_the_same_command_twice(project: PushProject) -> None:
    """The first one goes, and nobody has to learn another name."""
    project.write(
        "timings.json", json.dumps({**KNOWN, "hooks": [{"id": "x", "stage": "pre-push", "seconds": [2]}]})
    )
    project.hooks(hook("one", "make x"), hook("one", "make x"), hook("x", "make y"))
    assert project.consolidate("--verify", "--format=json").json["verified"] is False
    for arguments in ((), ("--verify",)):
        done = project.consolidate(*arguments)
        assert "These run no tests that could be listed, so that there is nothing to prove.\n" in done.out
        assert "Nothing is proved yet" not in done.out
    done = project.consolidate("--write", "--timings=timings.json")
    assert (done.code, done.err) == (0, "bugcapture: pre-push: 3 hooks become 2, nothing to verify: written\n")
    assert "one: the same command, instead of 2 hooks\n" in done.out
    assert "Who names the old hooks" not in done.out
    assert "2 hooks without a timing count for nothing." in done.out
    assert [one["id"] for one in said(project.read(PATH))["repos"][0]["hooks"]] == ["one", "x"]


def test_what_one_test_leaves_for_another(project: PushProject, monkeypatch: pytest.MonkeyPatch) -> None:
    """Listing does not show it, running does."""
    leaves = "import os\n\ndef test_it():\n    os.environ['LEFT_BEHIND'] = '1'\n"
    finds = "import os\n\ndef test_it():\n    assert 'LEFT_BEHIND' not in os.environ\n"
    both(project, tests__a__test_a=leaves, tests__b__test_b=finds)
    assert "Proved: the same 2 tests" in project.consolidate("--verify").out
    done = project.consolidate("--run", "--write")
    assert done.code == 1
    assert "tests/b/test_b.py::test_it: failed in one session with the others, passed without them" in done.out
    project.write("tests/b/test_b.py", TEST)
    project.commit()
    told: list[str] = []
    monkeypatch.setattr(Progress, "show", lambda _progress, line: told.append(line))
    done = project.consolidate("--run", "--write", "--xdist")
    assert done.code == 0, done
    lines = [f"tests are {what}: session {number} of 3" for what in ("listed", "run") for number in (1, 2, 3)]
    assert (told[0], lines[3] in told, sorted(told, key=lines.index)) == (lines[0], True, told)
    assert "Proved: the same 2 tests, before and after, and each ends as before." in done.out
    assert "entry: pytest -n auto\n" in project.read(PATH)


def test_what_git_does_not_know_is_there(project: PushProject) -> None:
    """New files, ignored ones, and environments; caches are not, and nothing of it is touched."""
    uses = "import ignored, new\n\nassert open('.venv/marker').read()\n" + TEST
    both(project, tests__a__test_a=uses)
    project.write(".gitignore", "ignored.py\n.venv\n.x_cache\n")
    project.commit()
    project.write("ignored.py", "X = 1\n")
    project.write("new.py", "X = 1\n")
    project.write(".venv/pyvenv.cfg")
    project.write(".venv/marker", "x")
    project.write(".x_cache/large", b"x")
    project.write("large.bin", b"x" * 1_000_001)
    project.write("pytest.ini", "[pytest]\npythonpath = .\n")
    files = project.files()
    done = project.consolidate("--verify")
    assert "Proved: the same 2 tests" in done.out, done
    assert project.files() == files


def test_what_tests_do_to_their_repository(project: PushProject) -> None:
    """They have one of their own: settings, branches and what was stashed are the user's."""
    calls = "[('config', 'user.name', 'x'), ('branch', 'new'), ('stash', 'push', '-u')]"
    changes = f"import subprocess\n\nfor words in {calls}:\n    subprocess.run(['git', *words], check=False)\n"
    both(project, conftest=changes)
    project.write("tests/a/test_a.py", TEST + "\n")
    settings, references = project.read(".git/config"), project.call("git", "for-each-ref")
    assert "Proved: the same 2 tests" in project.consolidate("--verify").out
    assert (project.read(".git/config"), project.call("git", "for-each-ref")) == (settings, references)


def test_prek_does_it_as_well(project: PushProject, tmp_path: Path) -> None:
    """Where pre-commit is not there; and without either it is said."""
    both(project)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("prek", "pytest"):
        (tools / name).symlink_to(BIN / name)
    (tools / "git").symlink_to(shutil.which("git") or "git")
    done = project.consolidate("--write", env={"PATH": f"{tools}:/bin:/usr/bin"})
    assert (done.code, "Proved: the same 2 tests" in done.out) == (0, True), done
    project.call("git", "checkout", "--quiet", PATH)
    (tools / "prek").unlink()
    done = project.consolidate("--write", env={"PATH": str(tools)})
    assert done.code == 2
    assert "neither pre-commit nor prek is there" in done.err


def test_hostile_names_and_commands(project: PushProject) -> None:
    """No shell reads them, and no terminal."""
    project.write("tests/a/test_a.py", TEST)
    evil = "tests/a/test_a.py::test_it[$(touch pwned);`touch pwned`]"
    names = (r'"a\e[31m"', r'"b`$(touch pwned)`\u202e"')
    hooks = [
        LOCAL,
        hook("X", "pytest tests/a").replace("id: X", f"id: {names[0]}"),
        hook("Y", f"pytest '{evil}' '; touch pwned'").replace("id: Y", f"id: {names[1]}"),
        hook("Z", "pytest -x tests/a").replace("id: Z", r'id: "z\a"'),
    ]
    project.write(PATH, "".join(hooks))
    project.commit()
    for arguments in ((), ("--verify",), ("--format=markdown",), ("--format=json",), ("--write",)):
        done = project.consolidate(*arguments)
        told = done.out.partition("\n---")[0] if arguments in {(), ("--verify",)} else done.out
        assert done.code == 1
        assert not UNSAFE.search(told + done.err)
    assert "its tests cannot be collected: ERROR: " in done.out
    assert not list(project.folder.rglob("*pwned*"))
    assert project.read(PATH) == "".join(hooks)


@pytest.mark.parametrize(
    ("arguments", "text", "code", "told"),
    [
        ((), None, 2, f"{PATH}: is not there"),
        (("--config=x.yaml",), LOCAL + A, 2, "x.yaml: is not there"),
        (
            (),
            "repos:\n  - repo: local\n",
            2,
            "the tool would refuse this: the repository local has no list `hooks`",
        ),
        ((), "a: [\n", 2, "cannot be read as YAML"),
        (
            (),
            LOCAL + A.replace("    files: ''", "    files: '('"),
            2,
            f"{PATH}:10: the tool would refuse this: `files`",
        ),
        (("--diff", "--write"), LOCAL + A, 2, "--diff shows only the change"),
        (("--run", "--no-verify"), LOCAL + A, 2, "--run verifies"),
        (("--stage=never",), LOCAL + A, 2, "'never'"),
        (("--timings=no.json",), LOCAL + A, 2, "no.json"),
        ((), LOCAL + A, 0, "pre-push: 1 hook, nothing to merge"),
        (("--stage=pre-commit", "--verify"), LOCAL + A + B, 0, "pre-commit: no hook runs at this stage"),
        (("--write",), LOCAL + A, 0, "nothing to merge"),
        (("--diff",), LOCAL + A, 0, "nothing to merge"),
        (("--format=markdown",), LOCAL + A, 0, "nothing to merge"),
    ],
)
def test_how_it_ends(
    project: PushProject, arguments: tuple[str, ...], text: str | None, code: int, told: str
) -> None:
    """Exit codes, and what is said to what cannot be done."""
    if text is not None:
        project.write(PATH, text)
    done = project.consolidate(*arguments)
    assert (done.code, told in done.err) == (code, True), done


def test_changes_that_are_not_committed(project: PushProject) -> None:
    """Git could not bring them back."""
    project.commit()
    both(project)
    project.write(PATH, project.read(PATH) + "# More.\n")
    for after in ("reset --quiet --soft HEAD~1", "rm --quiet --force --cached .pre-commit-config.yaml", "status"):
        done = project.consolidate("--write", "--no-verify")
        assert (done.code, "has changes that are not committed" in done.err) == (1, True), done
        project.call("git", *after.split())
    project.commit()
    done = project.consolidate("--write", "--no-verify")
    assert (done.code, "not verified: written" in done.err) == (0, True), done
    assert project.read(PATH).endswith("# More.\n")


def test_a_file_that_cannot_be_written(project: PushProject) -> None:
    """It stays as it is."""
    both(project)
    (project.folder / PATH).chmod(0o444)
    done = project.consolidate("--write", "--no-verify")
    assert (done.code, "is read-only" in done.err) == (1, True), done


def test_other_places(project: PushProject, tmp_path: Path) -> None:
    """TOML is not written, and hooks need a repository; from a folder below the top it is found."""
    both(project)
    assert project.run("hooks", "consolidate", where="tests", env=project.variables).code == 1
    (project.folder / PATH).rename(project.folder / "other.yaml")
    project.write("prek.toml", "[[repos]]\n")
    done = project.consolidate()
    assert (done.code, "prek.toml: is TOML, and this command writes YAML alone" in done.err) == (2, True)
    assert project.consolidate("--config=other.yaml").code == 1
    folder = tmp_path / "bare"
    folder.mkdir()
    bare = PushProject(folder, tmp_path / "home")
    shutil.rmtree(folder / ".git")
    (folder / ".git").mkdir()
    assert "there is none here" in bare.consolidate(env={"GIT_CEILING_DIRECTORIES": str(tmp_path)}).err
    fresh = tmp_path / "fresh"
    fresh.mkdir()
    new = PushProject(fresh, tmp_path / "home")
    new.write(PATH, LOCAL + A + B)
    assert "has no commit yet" in new.consolidate("--verify").err


def test_timings_that_are_none(project: PushProject) -> None:
    """A file of another kind is told."""
    both(project)
    project.write("other.json", "{}")
    done = project.consolidate("--timings=other.json")
    assert (done.code, "holds no hook timings" in done.err) == (2, True)
