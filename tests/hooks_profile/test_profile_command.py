"""`bugcapture hooks profile` with pre-commit and prek themselves."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import pytest
from profile_project import BIN, CONFIG, ProfileProject

from bugcapture.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOOLS = ("pre-commit", "prek")
ONCE = ("--runs", "1", "--warmups", "0")
# It starts much faster.
QUICK = ("--tool", "prek", *ONCE)
HOOKS = (
    "id: quick, name: Quick, entry: 'true'",
    "id: fails, name: Fails, entry: sh -c 'exit 3'",
    "id: fixes, name: Fixes, entry: sh -c 'echo x >> a.txt; echo y > new.txt'",
    "id: twice, name: Twice, entry: sh -c 'echo one > one.log'",
    "id: twice, name: Twice, entry: sh -c 'echo two > two.log; exit 2'",
    "id: named, alias: by-alias, name: Named, entry: 'true', require_serial: true",
    "id: cover, name: Cover, entry: sh -c 'echo $$ > cover.log'",
    "id: again, name: Again, entry: sh -c 'echo $$ > cover.log'",
    "id: none, name: None, entry: 'true', files: '^nothing$'",
    "id: told, name: Told, entry: \"printf -- '- hook id: told\\n- duration: 77s\\n'\", verbose: true",
    "id: early, name: Early, entry: 'true', stages: [pre-commit]",
    r'id: "e\e[31m|b", name: "Ev\e]0;x\ail", entry: "true"',
    "id: place, name: Place, entry: sh -c 'test $(git symbolic-ref --short HEAD) = main && grep committed a.txt'",
)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> ProfileProject:
    """A project with hooks of all kinds, which nobody may change."""
    folder = tmp_path_factory.mktemp("shared") / "project"
    folder.mkdir()
    project = ProfileProject(folder)
    project.write(".gitignore", "*.log\n")
    project.write("a.txt", "a\n")
    project.commit(*HOOKS)
    project.write("a.txt", "stashed\n")
    project.git("stash")
    project.write("a.txt", "not committed\n")
    return project


@pytest.fixture(scope="module", params=TOOLS)
def measured(request: pytest.FixtureRequest, shared: ProfileProject) -> Iterator[dict[str, dict[str, Any]]]:
    """The hooks of the shared project, as each tool runs them; SKIP and its like are not obeyed."""
    before = shared.state()
    variables = {"SKIP": "quick", "PREK_SKIP": "quick", "PREK_QUIET": "1"}
    yield shared.measure("--tool", request.param, env=variables)
    assert shared.state() == before


@pytest.fixture
def project(tmp_path: Path) -> ProfileProject:
    """A project of the test's own."""
    (tmp_path / "project").mkdir()
    made = ProfileProject(tmp_path / "project")
    made.write("a.txt", "a\n")
    return made


def left_behind(folder: Path) -> list[str]:
    """What is left of copies in a folder for temporary files."""
    return [one.name for one in folder.iterdir() if one.name.startswith("bugcapture-")]


def test_each_hook_of_the_stage_is_measured(measured: dict[str, dict[str, Any]]) -> None:
    """Those with the same id as well; those of another stage are not."""
    assert list(measured) == [
        "quick", "fails", "fixes", "twice", "twice #2", "by-alias", "cover", "again", "none", "told",
        "e\x1b[31m|b", "place",
    ]  # fmt: skip
    assert {name for name, hook in measured.items() if len(hook["seconds"]) != 1} == {"none"}
    assert {hook["clock"] for name, hook in measured.items() if name != "e\x1b[31m|b"} == {"tool"}


def test_exit_codes_are_those_of_the_hooks(measured: dict[str, dict[str, Any]]) -> None:
    """And each of two hooks with one id has its own; they run as if in the checkout."""
    codes = {name: hook["exit_code"] for name, hook in measured.items() if hook["exit_code"]}

    assert codes == {"fails": 3, "twice #2": 2}


def test_what_a_hook_writes_is_seen(measured: dict[str, dict[str, Any]]) -> None:
    """Tracked, new and ignored files; and only by the hook that wrote them."""
    wrote = {name: (hook["wrote"], hook["wrote_ignored"]) for name, hook in measured.items()}

    assert {name: found for name, found in wrote.items() if found != ([], [])} == {
        "fixes": (["a.txt", "new.txt"], []),
        "twice": ([], ["one.log"]),
        "twice #2": ([], ["two.log"]),
        "cover": ([], ["cover.log"]),
        "again": ([], ["cover.log"]),
    }


def test_hooks_that_share_files_are_not_parallel_safe(measured: dict[str, dict[str, Any]]) -> None:
    """The reason is told."""
    unsafe = {name: hook["reason"] for name, hook in measured.items() if not hook["parallel_safe"]}

    assert unsafe == {
        "fails": "fails, so what it would write else is not known",
        "fixes": "writes a.txt and 1 more",
        "twice #2": "fails, so what it would write else is not known",
        "cover": "writes cover.log, as another hook does",
        "again": "writes cover.log, as another hook does",
        "none": "was not seen: there was no file for it",
    }
    assert measured["by-alias"]["reason"] == "writes nothing; one process for all files"


def test_what_a_hook_says_of_itself_is_not_believed(measured: dict[str, dict[str, Any]]) -> None:
    """Its output looks like the tool's."""
    assert measured["told"]["max"] < 77


@pytest.mark.parametrize("form", ["text", "markdown", "junit"])
def test_no_escape_code_is_written(shared: ProfileProject, form: str) -> None:
    """Ids and names are those of strangers."""
    done = shared.profile("--hook", "e\x1b[31m|b", *QUICK, "--format", form)

    assert done.code == 0
    assert "\x1b" not in done.out + done.err
    assert r"e\x1b[31m|b" in done.out.replace("&#92;", "\\").replace("&#91;", "[").replace("&#124;", "|")


def test_no_escape_code_comes_from_the_arguments(project: ProfileProject) -> None:
    """A script may have got them from anywhere."""
    project.write("e\x1b[31m.txt")
    project.commit("id: quick, name: Q, entry: 'true'")
    options = ("--files", "e\x1b[31m.txt", *QUICK, "--format")

    for form in ("text", "markdown", "junit"):
        done = project.profile(*options, form)
        assert (done.code, "\x1b" in done.out + done.err) == (0, False)
        assert "1 of the files: e" in done.out


def test_a_hook_that_takes_away_what_is_needed_is_told(project: ProfileProject) -> None:
    """The user's own repository is as it was."""
    project.commit("id: evil, name: E, entry: rm -r .git")
    before = project.state()

    done = project.profile("--tool", "pre-commit", env={"TMPDIR": str(project.folder)})

    assert (done.code, "a hook has taken away what pre-commit said" in done.err) == (2, True)
    assert project.state() == before


def test_text_tells_the_slowest_first(project: ProfileProject) -> None:
    """With its share; the closing lines say what else there is to know."""
    project.commit("id: quick, name: Q, entry: 'true'", "id: slow, name: S, entry: sh -c 'sleep 1; exit 1'")
    project.write("a.txt", "changed\n")

    done = project.profile(*QUICK)

    assert done.code == 0
    title, heading, first, second, *_ = done.out.splitlines()
    assert re.fullmatch(r"pre-push: 2 hooks, \d+\.\d\d s \(\d+\.\d\d\.\.\d+\.\d\d\), all files", title)
    assert heading.split() == ["HOOK", "MEDIAN", "SPREAD", "SHARE", "EXIT", "PARALLEL"]
    assert (first.split()[0], second.split()[0]) == ("slow", "quick")
    assert "Seconds are those that prek " in done.out
    assert done.err.splitlines()[:2] == [
        "bugcapture: 1 hook did not pass in the copy, which has only what git tracks and --link: slow (pre-push)",
        "bugcapture: changes that are not committed were measured as well",
    ]
    assert project.profile(*QUICK, "--hook", "quick", "-q").err == ""


def test_every_run_begins_with_the_same_files(project: ProfileProject) -> None:
    """What a hook has changed is taken back; the warm-up is not counted."""
    project.commit("id: once, name: Once, entry: sh -c 'test $(cat a.txt) = a && echo b > a.txt'")

    hook = project.measure("--runs", "3", "--warmups", "1")["once"]

    assert (hook["exit_code"], len(hook["seconds"]), hook["wrote"]) == (0, 3, ["a.txt"])
    assert project.folder.joinpath("a.txt").read_text() == "a\n"


def test_stages_are_measured_one_by_one(project: ProfileProject) -> None:
    """A hook without stages runs at each."""
    project.commit("id: both, name: B, entry: 'true'", "id: push, name: P, entry: 'true', stages: [push]")

    done = project.profile("--stage", "pre-commit", "--stage", "pre-push", *QUICK, "--format", "json")

    found = {stage["stage"]: [hook["id"] for hook in stage["hooks"]] for stage in done.json["stages"]}
    assert found == {"pre-commit": ["both"], "pre-push": ["both", "push"]}


@pytest.mark.parametrize("tool", TOOLS)
def test_files_can_be_chosen(project: ProfileProject, tool: str) -> None:
    """By their names, seen from where the user is, and by revisions."""
    project.write("-b.txt", "b\n")
    project.write("api/c.txt", "c\n")
    project.commit(
        "id: a, name: A, entry: 'true', files: '^a.txt$'", "id: b, name: B, entry: 'true', files: b.txt"
    )
    project.write("a.txt", "changed\n")
    project.commit()
    options = ("--tool", tool, *ONCE, "--format", "json")

    by_name = project.profile("--files", "../-b.txt", *options, where="api")
    by_revision = project.profile("--from-ref", "HEAD~1", *options)

    seen = [
        [hook["id"] for hook in done.json["stages"][0]["hooks"] if hook["seconds"]]
        for done in (by_name, by_revision)
    ]
    assert seen == [["b"], ["a"]]
    assert by_name.json["files"] == "1 of the files: ../-b.txt"
    assert by_revision.json["files"] == "files changed in HEAD~1...HEAD"


def test_hooks_below_are_those_of_prek(project: ProfileProject) -> None:
    """They run in their own folders; two without names of their own cannot be told apart."""
    below = "repos:\n- repo: local\n  hooks:\n"
    hook = "  - {{language: system, pass_filenames: false, id: {0}, name: N, entry: {1}}}\n"
    project.write(
        f"api/{CONFIG}",
        below + hook.format("inner", "test -f inner.txt") + hook.format("twice", "'true'") * 2,
    )
    project.write("api/inner.txt")
    project.commit("id: outer, name: O, entry: test -f a.txt", "id: twice, name: T, entry: 'true'")
    options = (*ONCE, "--format", "json", "--tool")

    done = project.profile(*options, "prek")

    hooks = {hook["label"]: hook["exit_code"] for hook in done.json["stages"][0]["hooks"]}
    assert hooks == {"outer": 0, "twice": 0, "api:inner": 0}
    assert [one["hook"] for one in done.json["left_out"]] == ["api:twice", "api:twice #2"]
    assert "api:twice was left out: it shares its id with another hook" in done.err
    outer = project.profile(*options, "pre-commit").json["stages"][0]["hooks"]
    assert [hook["label"] for hook in outer] == ["outer", "twice"]
    only = project.profile("--tool", "prek", "--hook", "api:twice")
    assert (only.code, "no hook could be measured: api:twice: it shares its id" in only.err) == (2, True)


def test_a_repository_that_was_fetched_is_asked_what_it_says(project: ProfileProject, tmp_path: Path) -> None:
    """Its hooks are installed before anything is measured, from the store of the user."""
    (tmp_path / "remote").mkdir()
    remote = ProfileProject(tmp_path / "remote")
    remote.write(
        ".pre-commit-hooks.yaml",
        "- {id: early, name: E, entry: 'true', language: system, stages: [pre-commit]}\n"
        "- {id: late, name: L, entry: 'true', language: system, stages: [pre-push], require_serial: true}\n",
    )
    remote.commit()
    revision = remote.git("rev-parse", "HEAD").strip()
    project.commit(others="")
    project.write(
        CONFIG, f"repos:\n- repo: {remote.folder}\n  rev: {revision}\n  hooks: [{{id: early}}, {{id: late}}]\n"
    )
    project.commit()

    options = (*ONCE, "--format", "json", "--tool")

    # What prek has fetched is not read, so it has to say itself that a hook is not for this stage.
    found = [project.profile(*options, tool).json for tool in reversed(TOOLS)]

    assert [[hook["id"] for hook in one["stages"][0]["hooks"]] for one in found] == [["late"], ["late"]]
    assert [one["left_out"] for one in found] == [
        [
            {
                "stage": "pre-push",
                "hook": "early",
                "reason": "prek does not run it at this stage, or its `hide_status` hides that",
            }
        ],
        [],
    ]
    assert found[1]["stages"][0]["hooks"][0]["require_serial"] is True


@pytest.mark.parametrize("tool", TOOLS)
def test_the_tool_of_the_installed_hook_is_taken(project: ProfileProject, tool: str) -> None:
    """With the configuration that it was installed for."""
    project.commit("id: usual, name: U, entry: 'true'")
    (project.folder / CONFIG).rename(project.folder / "hooks.yaml")
    project.write(CONFIG, "repos: []\n")
    project.git("add", "--all")
    project.commit()
    subprocess.run(
        [BIN / tool, "install", "-t", "pre-push", "-c", "hooks.yaml"],
        cwd=project.folder,
        env=project.environment(),
        check=True,
        capture_output=True,
    )

    done = project.profile(*ONCE, "--format", "json")

    assert (done.json["tool"], [hook["id"] for hook in done.json["stages"][0]["hooks"]]) == (tool, ["usual"])
    assert done.json["tool_version"][0].isdigit()


def test_prek_is_taken_for_its_own_configuration(project: ProfileProject) -> None:
    """Pre-commit does not read it."""
    project.write(
        "prek.toml",
        '[[repos]]\nrepo = "local"\nhooks = [{id = "t", name = "T", entry = "true", language = "system"}]\n',
    )
    project.commit()

    found = project.profile(*ONCE, "--format", "json").json
    assert (found["tool"], [hook["id"] for hook in found["stages"][0]["hooks"]]) == ("prek", ["t"])
    done = project.profile("--tool", "pre-commit")
    assert (done.code, "there is no .pre-commit-config.yaml" in done.err) == (2, True)


def test_a_slow_hook_is_stopped(project: ProfileProject) -> None:
    """Once is enough; the other hooks are measured all the same."""
    project.commit("id: slow, name: S, entry: sleep 600", "id: quick, name: Q, entry: 'true'")

    options = ("--tool", "prek", "--timeout", "4", "--warmups", "0", "--runs", "2", "--save", "t.json")
    done = project.profile(*options)

    hooks = json.loads((project.folder / "t.json").read_text())["hooks"]
    assert done.code == 0
    found = [(hook["timed_out"], hook["clock"], len(hook["seconds"])) for hook in hooks]
    assert found == [(True, "wall", 1), (False, "tool", 2)]
    slow = next(line for line in done.out.splitlines() if line.startswith("slow"))
    assert ("timed out" in slow, "no: was stopped before its end" in slow) == (True, True)
    assert "those of slow are with it, as it told none" in done.out


def test_a_link_leads_to_what_is_not_tracked(project: ProfileProject) -> None:
    """What a hook starts from there is told before anything is measured."""
    project.write(".gitignore", "/tools/\n")
    project.write("tools/bin/check", "#!/bin/sh\nexit 0\n").chmod(0o755)
    project.commit("id: own, name: O, entry: tools/bin/check")

    done = project.profile(*QUICK)

    assert done.code == 2
    assert done.err.splitlines() == [
        f"bugcapture: error: {CONFIG}:4: the hook own starts tools/bin/check, which git does not track",
        "  hooks are measured in a copy of what git tracks; let it lead there: --link tools",
    ]
    assert project.measure("--link", "tools")["own"]["exit_code"] == 0


def baseline(project: ProfileProject, **seconds: float) -> Path:
    """Timings in the usual place, with other seconds than were measured."""
    assert project.profile(*QUICK, "--save").code == 0
    file = project.folder / ".bugcapture" / "hook-timings.json"
    document = json.loads(file.read_text())
    for hook in document["hooks"]:
        hook["seconds"] = [seconds.get(hook["id"], hook["seconds"][0])]
    file.write_text(json.dumps(document))
    return file


def test_slower_hooks_fail(project: ProfileProject) -> None:
    """And are told in every format; the timings are not kept then."""
    project.commit("id: slow, name: S, entry: sleep 0.4", "id: quick, name: Q, entry: 'true'")
    file = baseline(project, slow=0.0, quick=600.0)
    before = file.read_bytes()
    options = (*QUICK, "--compare", "--save")

    done = project.profile(*options)
    forms = {form: project.profile(*options, "--format", form) for form in ("markdown", "json", "junit")}

    assert {one.code for one in (done, *forms.values())} == {1}
    assert "pre-push: slower: slow, 0.00 s before, " in done.out
    assert "pre-push: quicker: quick, 600.00 s before, " in done.out
    assert "bugcapture: slower than before: 1 (more than 1.25 times as long and 0.2 s longer)" in done.err
    assert done.err.endswith("bugcapture: the timings were not kept, as they are slower\n")
    assert file.read_bytes() == before
    assert "- pre-push: slower: slow" in forms["markdown"].out
    assert forms["json"].json["comparison"]["slower"] is True
    cases = {case.get("name"): case for case in ET.fromstring(forms["junit"].out).iter("testcase")}  # noqa: S314 - ours
    failed = {name for name, case in cases.items() if case.find("failure") is not None}
    assert (set(cases), failed) == ({"slow", "quick", "all hooks together"}, {"slow"})


def test_timings_that_are_not_slower_are_kept(project: ProfileProject) -> None:
    """Beyond other limits nothing is slower; new and removed hooks are told."""
    project.commit("id: old, name: O, entry: 'true'")
    file = baseline(project)
    project.commit("id: new, name: N, entry: sleep 0.3")

    done = project.profile(*QUICK, "--compare", "--save", "--min-seconds", "60")

    assert done.code == 0
    assert "pre-push: new: new, " in done.out
    assert "pre-push: removed: old, " in done.out
    assert done.err.endswith("bugcapture: kept in .bugcapture/hook-timings.json\n")
    assert [hook["id"] for hook in json.loads(file.read_text())["hooks"]] == ["new"]
    assert project.git("status", "--porcelain") == ""


def test_one_hook_is_kept_beside_the_others(project: ProfileProject) -> None:
    """In a file that is named."""
    project.commit("id: one, name: O, entry: 'true'", "id: two, name: T, entry: 'true'")
    options = (*QUICK, "--save", "t.json")
    assert project.profile(*options).code == 0

    assert project.profile(*options, "--hook", "two", "--runs", "2").code == 0

    hooks = json.loads((project.folder / "t.json").read_text())["hooks"]
    assert {hook["id"]: len(hook["seconds"]) for hook in hooks} == {"two": 2, "one": 1}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--hook", "gone"], "no hook gone runs at pre-push\n  there are quick, two\n"),
        (
            ["--stage", "manual", "--stage", "pre-commit", "--hook", "x\x1b"],
            r"no hook x\x1b runs at manual or pre-",
        ),
        (["--files", "new.txt"], "new.txt: is no file that git tracks\n  `git add` it first"),
        (["--files", "."], "does not lie in the checkout"),
        (["--files", ""], "a path is empty"),
        (["--files", "/etc/passwd"], "/etc/passwd: does not lie in the checkout"),
        (["--link", "../x"], "../x: does not lie in the checkout"),
        (["--link", "gone"], "cannot be linked: there is no gone"),
        (["--from-ref", "gone"], "there is no revision gone"),
        (["--from-ref=--all"], "there is no revision --all"),
        (["--to-ref", "HEAD"], "--to-ref needs --from-ref"),
        (["--files", "a.txt", "--from-ref", "HEAD"], "--files and --from-ref are two answers to one question"),
        (["--max-ratio", "nan"], "'nan' is no number"),
        (["--compare", "none.json"], "none.json: there are no timings to compare with"),
        (["--compare", "a.txt"], "a.txt: holds no hook timings"),
        (["--save", "a.txt"], "a.txt: holds no hook timings"),
        (["--save", "a.txt/x.json"], "cannot be"),
        (
            ["--compare", "kept.json", "--files", "a.txt"],
            "those timings are of all files, and these would be of 1 of",
        ),
    ],
)
def test_what_cannot_be_is_told(refusing: ProfileProject, arguments: list[str], told: str) -> None:
    """With what to do about it, and exit code 2."""
    done = refusing.profile(*QUICK, *arguments)

    assert (done.code, "Traceback" in done.err) == (2, False)
    assert told in done.err


@pytest.fixture(scope="module")
def refusing(tmp_path_factory: pytest.TempPathFactory) -> ProfileProject:
    """A project with two hooks before a push, one with the same id as the other."""
    folder = tmp_path_factory.mktemp("refusing") / "project"
    folder.mkdir()
    project = ProfileProject(folder)
    project.write("a.txt", "a\n")
    project.commit(
        "id: quick, name: Q, entry: 'true', stages: [pre-push]",
        "id: two, name: T, entry: 'true', stages: [pre-push]",
        "id: early, name: E, entry: 'true', stages: [pre-commit]",
    )
    project.write("new.txt")
    assert project.profile(*QUICK, "--save", "kept.json").code == 0
    return project


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("repos: [", "would refuse it: cannot be read as YAML"),
        ("repos:\n- repo: local\n  hooks:\n  - {id: a}\n", f"{CONFIG}:4: pre-commit would refuse it"),
        ("repos: []\n", "no hook runs at pre-push\n  --stage names another stage"),
    ],
)
def test_a_configuration_that_runs_nothing_is_told(project: ProfileProject, config: str, told: str) -> None:
    """Before anything is copied."""
    project.write(CONFIG, config)
    project.commit()

    done = project.profile()

    assert (done.code, told in done.err) == (2, True)


def test_a_configuration_that_git_does_not_track_is_told(project: ProfileProject) -> None:
    """The copy has not got it."""
    project.commit()
    project.write(CONFIG, "repos:\n- repo: local\n  hooks:\n  - {id: a, name: A, entry: a, language: system}\n")

    done = project.profile()

    assert (done.code, done.err.splitlines()[0]) == (
        2,
        f"bugcapture: error: {CONFIG}: is not tracked by git, and only what is tracked is measured",
    )


def test_a_configuration_that_cannot_be_read_is_told(
    project: ProfileProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as one of somebody else's."""
    project.commit("id: quick, name: Q, entry: 'true'")

    def refuse(file: Path) -> bytes:
        raise SourceError("cannot be read: Permission denied", where=str(file))

    monkeypatch.setattr("bugcapture.hooks.gather.read_bytes", refuse)
    done = project.profile("--tool", "pre-commit")

    assert (done.code, done.err) == (2, f"bugcapture: error: {CONFIG}: cannot be read: Permission denied\n")


def test_a_command_that_is_none_fails_and_nothing_else(project: ProfileProject) -> None:
    """It is measured as the tool ends; where no hook tells its seconds, that is said once."""
    project.commit('id: odd, name: O, entry: "sh -c \'x"', "id: none, name: N, entry: 'true', files: '^x$'")

    done = project.profile("--tool", "pre-commit", *ONCE)

    odd, none = done.out.splitlines()[2:4]
    assert done.code == 0
    assert odd.split()[0] == "odd"
    assert odd.split()[6] != "0"
    assert " ".join(none.split()) == "none - - - - no: was not seen: there was no file for it"
    assert "those of odd are with it, as it told none." in done.out
    alone = project.profile("--tool", "pre-commit", *ONCE, "--hook", "odd")
    assert "Seconds are those of the whole process of pre-commit" in alone.out


def test_a_terminal_shows_how_far_it_is(project: ProfileProject) -> None:
    """In a line that is gone at the end; what has no terminal sees nothing of it."""
    project.commit("id: quick, name: Q, entry: 'true'", r'id: "e\e[5m", name: N, entry: "true"')
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "bugcapture", "hooks", "profile", *QUICK[:-1], "1"]
    subprocess.run(
        command,
        cwd=project.folder,
        env=project.environment(),
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        check=True,
    )
    os.close(theirs)
    shown = os.read(ours, 100_000).decode()
    os.close(ours)

    lines = [line for line in shown.split("\r\x1b[K") if line]
    assert lines[:5] == [
        f"[{'-' * 20}] prek installs what the hooks need",
        f"[{'-' * 20}] 0/4 quick",
        f"[{'#' * 5}{'-' * 15}] 1/4 quick",
        f"[{'#' * 10}{'-' * 10}] 2/4 e\\x1b[5m",
        f"[{'#' * 15}{'-' * 5}] 3/4 e\\x1b[5m",
    ]
    assert lines[5].startswith("bugcapture: pre-push: 2 hooks")


def test_an_installation_that_fails_is_told(project: ProfileProject) -> None:
    """With what the tool said."""
    project.write(CONFIG, "repos:\n- repo: /nowhere/at/all\n  rev: v1\n  hooks: [{id: a}]\n")
    project.commit()

    done = project.profile("--tool", "pre-commit")

    assert done.code == 2
    assert "bugcapture: error: `pre-commit install-hooks` failed\n  " in done.err
    assert "/nowhere/at/all" in done.err


def test_without_a_tool_it_is_told_what_to_install(
    project: ProfileProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither on PATH nor beside bugcapture."""
    project.commit("id: quick, name: Q, entry: 'true'")
    (project.home / "git").symlink_to(
        next(p for p in os.get_exec_path() if os.access(f"{p}/git", os.X_OK)) + "/git"
    )
    monkeypatch.setattr(sys, "executable", str(project.home / "python"))

    done = project.profile(env={"PATH": str(project.home)})

    assert done.code == 2
    assert done.err.splitlines() == [
        "bugcapture: error: pre-commit is not there: neither on PATH nor beside bugcapture",
        "  install it, such as with `pip install pre-commit` or `uv tool install pre-commit`",
    ]


def test_outside_of_a_repository_and_without_a_commit_it_is_told(tmp_path: Path, project: ProfileProject) -> None:
    """There is nothing to copy."""
    before = project.profile()
    (project.folder / ".git").rename(project.folder / "git")
    outside = project.profile(env={"GIT_CEILING_DIRECTORIES": str(tmp_path)})

    assert (before.code, "nothing is committed here yet" in before.err) == (2, True)
    assert (outside.code, "this needs a git repository" in outside.err) == (2, True)


@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_leaves_nothing_behind(
    project: ProfileProject, tmp_path: Path, tool: str, number: signal.Signals
) -> None:
    """Neither processes nor the copy; the exit code says it."""
    mark = tmp_path / "mark"
    project.commit(f"id: slow, name: S, entry: sh -c 'echo $$ > {mark}; exec sleep 600'")
    running = subprocess.Popen(
        [sys.executable, "-m", "bugcapture", "hooks", "profile", "--tool", tool],
        cwd=project.folder,
        env=project.environment() | {"TMPDIR": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    )
    while not (mark.exists() and mark.read_text().strip()):
        assert running.poll() is None
    running.send_signal(number)
    _, told = running.communicate(timeout=60)

    assert (running.returncode, told.strip()) == (130, "bugcapture: interrupted")
    assert left_behind(tmp_path) == []
    # A process that nobody waits for keeps its number, and nothing else of it.
    state = subprocess.run(
        ["ps", "-o", "stat=", "-p", mark.read_text().strip()], capture_output=True, check=False, text=True
    )
    assert state.stdout.strip()[:1] in {"", "Z"}
