"""What is told of a hook is what a real push does: refuses, passes unchecked, or runs the checks."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest
from hook_layouts import EVAL, FUNCTION, HOOK, HUSKY, LEFTHOOK, LOCAL, LOOP, MARK, PUSH, hook
from hook_project import BIN, IS_SH_BASH, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from hook_project import HookProject

    from command_project import Done

# As husky 9 writes it, without what it tells.
HUSKY_H = """\
#!/usr/bin/env sh
n=$(basename "$0")
s=$(dirname "$(dirname "$0")")/$n
[ ! -f "$s" ] && exit 0
sh -e "$s" "$@"
"""
NOTHING = LOCAL + hook("nothing", "git --version", PUSH, "always_run: true", "pass_filenames: false")
JOBS = "pre-push:\n  jobs:\n    - run: ruff check && mypy && pytest\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A folder with the programs of a system, and with checks that note that they ran; nothing else is on PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    system = f"{os.defpath}{os.pathsep}{os.environ['PATH']}"
    for name in ("git", "sh", "bash", "env", "uname", "tr", "sed", "dirname", "basename", "cat"):
        (folder / name).symlink_to(shutil.which(name, path=system) or name)
    for name in ("ruff", "mypy", "pytest"):
        _program(folder / name, f'echo {name} >> "{tmp_path}/ran"')
    return folder


def test_lefthook_that_is_gone(project: HookProject, path: Path) -> None:
    """The script of lefthook says so and lets everything pass."""
    _make_lefthook(project)
    done, pushed = _check_and_push(project, path)
    assert pushed == (0, set())
    (found,) = done.json["findings"]
    assert (done.code, found["rule"], found["severity"]) == (1, "HK202", "error")
    assert "every push passes unchecked" in found["message"]


def _in_node_modules(project: HookProject, _path: Path) -> None:
    cpu = {"aarch64": "arm64", "x86_64": "x64"}.get(platform.machine(), platform.machine())
    name = f"node_modules/lefthook-{platform.system().lower()}-{cpu}/bin/lefthook"
    _program(project.folder / name, "ruff; mypy; pytest")


def _on_path(_project: HookProject, path: Path) -> None:
    _program(path / "lefthook", "ruff; mypy; pytest")


def _named(project: HookProject, _path: Path) -> None:
    _program(project.folder / "../lefthook", "ruff; mypy; pytest")


def _by_uv(project: HookProject, path: Path) -> None:
    _program(path / "uv", 'test "$1" = run && shift && PATH=".venv/bin:$PATH" exec "$@"')
    _program(project.folder / ".venv/bin/lefthook", "ruff; mypy; pytest")


def _by_yarn(project: HookProject, path: Path) -> None:
    _program(path / "yarn", 'PATH="node_modules/.bin:$PATH" exec "$@"')
    _program(project.folder / "node_modules/.bin/lefthook", "ruff; mypy; pytest")


@pytest.mark.parametrize("make", [_in_node_modules, _on_path, _named, _by_uv, _by_yarn])
def test_ways_to_lefthook(project: HookProject, path: Path, make: Callable[[HookProject, Path], None]) -> None:
    """Wherever the script finds it, the check does."""
    _make_lefthook(project)
    make(project, path)
    env = {"LEFTHOOK_BIN": str(project.folder / "../lefthook")} if make is _named else {}
    done, pushed = _check_and_push(project, path, env)
    assert (done.code, done.json["findings"]) == (0, [])
    assert pushed == (0, {"ruff", "mypy", "pytest"})


@pytest.mark.parametrize(
    ("program", "manifest"),
    [
        ("uv", ""),
        ("go", ""),
        ("yarn", ""),
        ("bundle", ""),
        ("bundle", "Gemfile"),
        ("uv", "uv.lock"),
        ("mise", None),
    ],
)
def test_ways_that_nobody_knows(project: HookProject, path: Path, program: str, manifest: str | None) -> None:
    """A program that is there may find lefthook where the project names it; only a run would tell."""
    _make_lefthook(project)
    _program(path / program, "exit 1")
    if manifest:
        project.write(manifest, "lefthook\n")
    done, pushed = _check_and_push(project, path)
    (found,) = done.json["findings"]
    assert (found["rule"], found["severity"]) == ("HK202", "error" if manifest == "" else "warning")
    assert (f"`{program} " in found["message"]) == (manifest != "")
    assert pushed == (0, set())


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (LEFTHOOK, "/gone/lefthook"),
        (LEFTHOOK.replace('echo "Can\'t find lefthook in PATH"', "exit 1"), ""),
        ("#!/bin/sh\nexec lefthook run pre-push\n", ""),
    ],
)
def test_lefthook_that_stops_every_push(project: HookProject, path: Path, text: str, named: str) -> None:
    _make_lefthook(project, text)
    done, pushed = _check_and_push(project, path, {"LEFTHOOK_BIN": named} if named else {})
    assert pushed == (1, set())
    assert ["every push fails" in one["message"] for one in done.json["findings"]] == [True]


@pytest.mark.parametrize(
    "text",
    [
        FUNCTION,
        EVAL,
        LOOP.format("$check"),
        LOOP.format('eval "$check"'),
        LOOP.format('bash -c "$check"'),
        FUNCTION.replace('shift; echo "== $name"; "$@"', '"${@:2}"'),
        FUNCTION.replace("shift; echo", "shift 1; echo"),
    ],
)
def test_the_commands_of_a_script(project: HookProject, path: Path, text: str) -> None:
    """However a script comes to its commands, those that are told are those that run."""
    project.hook(text)
    project.commit()
    done, pushed = _check_and_push(project, path)
    assert {one["command"].split()[0] for one in done.json["commands"]} == {"ruff", "mypy", "pytest"} == pushed[1]
    assert pushed[0] == done.code == 0


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{MARK}#!/usr/bin/env bash\nset -euo pipefail\nruff\n", "HK108 error"),
        (f"{MARK}#!/bin/sh\nset -e\nruff\n", "HK108 warning"),
        (f"{MARK}#!/usr/bin/env python3\nimport os\nprint(os)\n", "HK108 error"),
        ("set -e\nA=(ruff)\n${A[@]}\n", "HK108 error"),
        ("#!/bin/sh\nset -e\nfunction f {\nruff\n}\nf\n", "HK108 error"),
        ("#!/bin/sh\nread -r a <<< b\nruff\n", "HK108 error"),
        ("#!/bin/sh\ncat <(ruff)\n", "HK108 error"),
        ("#!/bin/sh\nruff |& cat\n", "HK108 error"),
        ("#!/bin/sh\nset -e\nruff\n", ""),
        ("set -e\nruff\n", ""),
        ("#!/bin/bash\nset -eo pipefail\nA=(ruff)\n${A[@]} |& cat <(true) <<< b\n", ""),
        ('#!/bin/sh\n[ "$A" ] || A=1 exec bash "$0"\nB=(ruff)\n${B[@]}\n', ""),
        ("#!/bin/sh\nset -e\nruff '<(a) |& A=(b)' # <<< a\ncat <<'END'\nA=(b)\nEND\n", ""),
    ],
)  # fmt: skip
def test_what_sh_makes_of_it(project: HookProject, path: Path, text: str, told: str) -> None:
    """An error is told exactly where the push fails."""
    if IS_SH_BASH and told == "HK108 error":
        pytest.skip("the sh of this system is bash")
    project.hook(text)
    project.commit()
    done, pushed = _check_and_push(project, path)
    found = [f"{one['rule']} {one['severity']}" for one in done.json["findings"] if one["rule"] == "HK108"]
    assert found == ([told] if told else [])
    assert pushed[0] == int(told.endswith("error"))


@pytest.mark.parametrize(
    ("text", "refuses"), [("ruff\n", False), ("ruff\r\n", True), ("A=(ruff)\n${A[@]}\n", True)]
)
def test_the_script_of_husky(project: HookProject, path: Path, text: str, *, refuses: bool) -> None:
    refuses = refuses and not (IS_SH_BASH and "A=" in text)
    project.git("config", "core.hooksPath", ".husky/_")
    project.hook(HUSKY, ".husky/_/pre-push")
    project.write(".husky/_/h", HUSKY_H)
    project.write(".husky/pre-push", text)
    project.commit()
    done, pushed = _check_and_push(project, path)
    assert (done.code, pushed[0]) == (refuses, refuses)
    assert [one["path"] for one in done.json["findings"] if one["severity"] == "error"] == (
        [".husky/pre-push"] if refuses else []
    )


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
@pytest.mark.parametrize(
    ("text", "refuses"),
    [
        ("#!/bin/sh\ncat >&2\n", False),
        ("#!/nope/sh\ncat >&2\n", True),
        ("#!/bin/sh\ncat >&2\nexit 1\n", True),
        ("#!/bin/sh\ncat >&2\n{ echo no; exit 3; }\n", True),
        ("cat >&2\n", True),
        (f"{MARK}#!/bin/sh\ncat >&2\n", True),
        ("", True),
    ],
)
def test_a_hook_of_former_times(project: HookProject, tool: str, text: str, *, refuses: bool) -> None:
    """What git would still have run, these tools do not."""
    project.write(".pre-commit-config.yaml", NOTHING)
    (project.pre_commit if tool == "pre-commit" else project.prek)()
    project.hook(text, f"{HOOK}.legacy")
    project.commit()
    done, pushed = _check_and_push(project, BIN)
    errors = [one["rule"] for one in done.json["findings"] if one["severity"] == "error"]
    assert errors == (["HK205"] if refuses else [])
    assert (done.code, pushed[0]) == (refuses, refuses)


def test_a_folder_for_a_hook(project: HookProject, path: Path) -> None:
    """Git fails to start it; some versions wait for ever instead."""
    project.commit()
    (project.folder / HOOK).mkdir()
    done, pushed = _check_and_push(project, path, seconds=5)
    assert (done.code, pushed[0]) == (1, 1)


@pytest.mark.parametrize("setting", ["", "elsewhere"])
@pytest.mark.parametrize("manifest", ["", ".pre-commit-config.yaml"])
def test_what_is_advised(project: HookProject, manifest: str, setting: str) -> None:
    """The commands that are named have pushes pass again, whatever the project has."""
    if manifest:
        project.write(manifest, NOTHING)
    if setting:
        project.git("config", "core.hooksPath", setting)
    project.commit()
    (found,) = [
        one for one in project.run("hooks", "check", "--format=json").json["findings"] if one["line"] == 0
    ][:1]
    advised = [command.split() for command in found["message"].split("`")[1::2]]
    tool = ["pre-commit", "install"] if manifest else ["bugcapture", "hooks"]
    assert [command[:2] for command in advised] == ([["git", "config"]] if setting and manifest else []) + [tool]
    for program, *arguments in advised:
        project.call(str(BIN / program) if program != "git" else program, *arguments)
    done, pushed = _check_and_push(project, BIN)
    assert (done.code, pushed[0]) == (0, 0)


def test_advice_from_a_folder(project: HookProject) -> None:
    """Paths are seen from where the command runs, so that what is advised works there."""
    project.write("a/b.py")
    project.hook("#!/bin/sh\npytest\n", mode=0o644)
    done = project.run("hooks", "check", where="a")
    assert done.out == (
        f"../{HOOK}: HK103 is not executable, so git passes over it; run `chmod +x ../{HOOK}`\n"
        f"../{HOOK}: HK302 nothing runs at pre-push for lint, types, meta; "
        "see `required` in [tool.bugcapture.hooks]\n"
    )


def _make_lefthook(project: HookProject, text: str = LEFTHOOK) -> None:
    project.write("lefthook.yml", JOBS)
    project.write("pyproject.toml", '[tool.bugcapture.hooks]\nrequired = ["lint", "types", "unit"]\n')
    project.hook(text)
    project.commit()


def _program(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)


def _check_and_push(
    project: HookProject, path: Path, env: Mapping[str, str] | None = None, *, seconds: int = 60
) -> tuple[Done, tuple[int, set[str]]]:
    """What the check says, whether a push failed, and the checks that it ran."""
    found = f"{path}{os.pathsep}{os.environ['PATH']}" if path == BIN else str(path)
    variables = {"PATH": found, **(env or {})}
    done = project.run("hooks", "check", "--format=json", env=variables)
    project.git("init", "--quiet", "--bare", "../remote")
    process = subprocess.Popen(
        ["git", "push", "--quiet", "../remote", "main"],
        cwd=project.folder, env={**environment(), **variables}, start_new_session=True,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, 9)
        code = process.wait()
    ran = project.folder / "../ran"
    return done, (int(code != 0), set(ran.read_text().split()) if ran.exists() else set())
