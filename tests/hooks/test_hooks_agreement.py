"""What the check says runs is what runs: asked of git, pre-commit, prek and a shell themselves."""

from __future__ import annotations

import os
import random
import subprocess
from typing import TYPE_CHECKING

import pytest
from hook_layouts import CONFIG, LOCAL, hook
from hook_project import environment

from bugcapture.hooks.configuration import read_configuration
from bugcapture.hooks.raw import read_raw
from bugcapture.hooks.shell.walk import walk_script

if TYPE_CHECKING:
    from pathlib import Path

    from hook_project import HookProject

STAGES = {
    "none": None,
    "empty": "stages: []",
    "push": "stages: [push]",
    "pre-push": "stages: [pre-push]",
    "commit": "stages: [commit]",
    "both": "stages: [pre-commit, pre-push]",
    "manual": "stages: [manual]",
    "files": "files: ^nowhere/",
    "always": "files: ^nowhere/\n        always_run: true",
    "excluded": "exclude: .*",
}


def configuration(default_stages: str) -> str:
    """Hooks that leave their id behind when they run."""
    hooks = (
        hook(name, f"sh -c 'echo {name} >> \"$TOLD\"' --", *([stages] if stages else []), "pass_filenames: false")
        for name, stages in STAGES.items()
    )
    return default_stages + LOCAL + "".join(hooks)


@pytest.mark.parametrize(
    ("tool", "default_stages"),
    [
        ("pre-commit", ""),
        ("pre-commit", "default_stages: [commit]\n"),
        ("prek", "default_stages: [push]\n"),
        ("prek", "default_stages: []\n"),
    ],
)
def test_the_hooks_of_a_real_push(project: HookProject, tool: str, default_stages: str, tmp_path: Path) -> None:
    """The hooks that are told are those that run when git pushes, and no other."""
    project.write(CONFIG, configuration(default_stages))
    project.commit()
    (project.pre_commit if tool == "pre-commit" else project.prek)()
    done = project.run("hooks", "check", "--format=json")
    said = {one["id"] for one in done.json["configured"] if one["runs"]}
    never = {one["message"].partition(" ")[0] for one in done.json["findings"] if one["rule"] == "HK305"}

    told = tmp_path / "told"
    told.write_text("")
    project.git("init", "--quiet", "--bare", "../remote")
    pushed = subprocess.run(
        ["git", "push", "--quiet", "../remote", "main"],
        cwd=project.folder, env={**environment(), "TOLD": str(told)}, capture_output=True, check=False, timeout=60,
    )  # fmt: skip

    assert pushed.returncode == 0, pushed.stderr.decode()
    assert set(told.read_text().split()) == said - never
    assert done.json["hook"]["kind"] == tool


@pytest.mark.parametrize("default_stages", ["", "default_stages: [commit, manual]\n", "default_stages: []\n"])
def test_stages_as_pre_commit_reads_them(tmp_path: Path, default_stages: str) -> None:
    """All stages of all hooks, with the defaults and the names of the past."""
    from pre_commit.clientlib import load_config

    file = tmp_path / "config.yaml"
    file.write_text(configuration(default_stages))
    theirs = load_config(str(file))

    ours = read_configuration(read_raw(file.read_bytes(), CONFIG), lambda _repo, _revision: None)

    hooks = theirs["repos"][0]["hooks"]
    assert [(one.id, set(one.stages)) for one in ours.hooks] == [
        (one["id"], set(one["stages"] or theirs["default_stages"])) for one in hooks
    ]


SCRIPTS = [
    ("mypy", False),
    ("mypy\n", False),
    ("mypy\ntrue", True),
    ("set -e\nmypy\ntrue", False),
    ("set -eu\nset +e\nmypy\ntrue", True),
    ("set -o errexit\nmypy; true", False),
    ("mypy || true", True),
    ("set -e\nmypy || :", True),
    ("set -e\nmypy || echo failed", True),
    ("mypy || exit 1\ntrue", False),
    ("mypy || { echo failed; exit 1; }\ntrue", False),
    ("mypy || failed=1\nexit $failed", False),
    ("mypy | cat", True),
    ("set -o pipefail\nmypy | cat", False),
    ("set -euo pipefail\nmypy 2>&1 | cat\ntrue", False),
    ("set -e\nmypy && true\ntrue", True),
    ("mypy && true", False),
    ("if mypy; then echo good; else echo bad; fi", True),
    ("if ! mypy; then exit 1; fi\ntrue", False),
    ("mypy\nif [ $? -ne 0 ]; then exit 1; fi\ntrue", False),
    ("mypy\nrc=$?\nexit $rc", False),
    ("mypy\ncase $? in 0) ;; *) exit 1 ;; esac\ntrue", False),
    ("mypy\n[[ $? -eq 0 ]] || exit 1\ntrue", False),
    ("trap 'exit 1' ERR\nmypy\ntrue", False),
    ("check() { mypy; true; }\ncheck", True),
    ("check() { mypy || exit 1; }\ncheck\ntrue", False),
    ('check() { "$@" || exit 1; }\ncheck mypy src\ntrue', False),
    ("set -e\ncheck() { mypy; true; }\nif ! check; then exit 1; fi", True),
    ("( mypy )\ntrue", True),
    ("set -e\n( cd /; mypy )\ntrue", False),
    ("for one in a; do mypy; done\ntrue", True),
    ("bash -c 'mypy; true'", True),
    ("for one in mypy true; do $one; done", True),
    ("for one in true mypy; do $one; done", False),
    ("set -e\nfor one in mypy true; do $one; done", False),
    ("for one in mypy true; do $one || exit 1; done\ntrue", False),
    ("for one in mypy true; do eval $one || true; done", True),
    ("for one in mypy true; do if [ $? -ne 0 ]; then exit 1; fi; $one; done\n[ $? = 0 ] || exit 1", False),
    ("for one in 1 2; do mypy; done", False),
    ("eval 'mypy || true'", True),
    ("eval 'mypy'", False),
    ('run() { shift; "$@"; }\nrun Types mypy src\ntrue', True),
    ('set -e\nrun() { shift; "$@"; }\nrun Types mypy src\ntrue', False),
    ("run() { eval \"$2\" || exit 1; }\nrun Types 'mypy src'\ntrue", False),
    ("exec mypy", False),
    ("env A=b mypy", False),
]


@pytest.mark.parametrize(("script", "is_lost"), SCRIPTS)
def test_failures_as_a_shell_heeds_them(script: str, tmp_path: Path, *, is_lost: bool) -> None:
    """A script whose only check fails ends well exactly when the failure is told to be lost."""
    assert _run_shell(f"{script}\n", tmp_path) == (True, not is_lost)
    (found,) = _reached(script)
    assert bool(found) == is_lost


HIDDEN = [
    "exit 0\nmypy",
    "# mypy",
    "echo 'mypy' # mypy",
    ": <<'END'\nmypy\nEND",
    "cat <<-END\n\tmypy\n\tEND\ntrue",
    "check() { mypy; }",
    "if false; then mypy; fi",
    "if true; then true; else mypy; fi",
    "exec true\nmypy",
    "(exit 0)\ntrue \\\n  mypy",
    'echo "$(: mypy)"',
    'run() { shift 2; "$@"; }\nrun mypy mypy true',
    "eval 'exit 0'\nmypy",
    "for one in true; do exit 0; mypy; done",
]


@pytest.mark.parametrize("script", HIDDEN)
def test_what_a_shell_never_comes_to(script: str, tmp_path: Path) -> None:
    assert _run_shell(f"{script}\n", tmp_path) == (False, False)
    assert _reached(script) == []


def test_any_script_as_a_shell_reads_it(tmp_path: Path) -> None:
    """Whatever runs is seen, and no failure is called lost that stops the script."""
    chance = random.Random(991)  # noqa: S311 - the same scripts each time
    judged = 0
    for _ in range(90):
        script = "\n".join([chance.choice(["", "set -e", "set -euo pipefail"]), *_lines(chance)])
        ran, failed = _run_shell(f"{script}\n", tmp_path)
        reached = _reached(script)
        assert not ran or reached, script
        if ran and all(reached):
            judged += 1
            assert not failed, script
    assert judged > 10


def _lines(chance: random.Random) -> list[str]:
    lines = [_command(chance, 2, checks=False) for _ in range(chance.randint(0, 2))]
    lines.insert(chance.randint(0, len(lines)), _command(chance, 3, checks=True))
    return lines


def _command(chance: random.Random, depth: int, *, checks: bool) -> str:
    if not depth:
        return "mypy" if checks else chance.choice(["true", "echo a", ":"])
    first = chance.random() < 0.5
    one = _command(chance, depth - 1, checks=checks and first)
    other = _command(chance, depth - 1, checks=checks and not first)
    both = _command(chance, depth - 1, checks=checks)
    forms = [
        f"{{ {one}; {other}; }}", f"{one} && {other}", f"{one} || {other}", f"( {both} )", f"{one} | {other}",
        f"if {one}; then {other}; fi", f"for one in a; do {both}; done", f"for two in a b; do {both}; done",
        f"eval '{both}'" if "'" not in both else both, f"case a in a) {both} ;; esac",
        f"{{ f{depth}() {{ {both}; }}; f{depth}; }}",
        f'{{ g{depth}() {{ shift; eval "$@"; }}; g{depth} x {both!r}; }}' if "'" not in both else both,
    ]  # fmt: skip
    if checks:
        forms += [f"if ! {both}; then exit 1; fi", f"{both} || exit 1", f"{{ {both}; rc=$?; exit $rc; }}"]
    return chance.choice(forms)


def _reached(script: str) -> list[str]:
    """Why each failure of the check is lost, for every place that a script comes to it."""
    from bugcapture.hooks.program import find_programs

    runs = [found for run in walk_script(script) for found in find_programs(run.words, run.line, run.lost)]
    return [run.lost for run in runs if run.words[0] == "mypy"]


def _run_shell(script: str, folder: Path) -> tuple[bool, bool]:
    """Whether a failing check ran in a script, and whether the script failed."""
    check, ran = folder / "mypy", folder / "ran"
    if not check.exists():
        check.write_text(f"#!/bin/sh\n: > '{ran}'\nexit 1\n")
        check.chmod(0o755)
    ran.unlink(missing_ok=True)
    done = subprocess.run(
        ["bash", "-c", script],
        env={"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}, capture_output=True, check=False, timeout=20,
    )  # fmt: skip
    return ran.exists(), done.returncode != 0
