"""The hook is installed through what the project has, never twice, and taken away again to the last byte."""

from __future__ import annotations

import os
import shutil
import stat
from typing import TYPE_CHECKING

import pytest
from hook_layouts import CONFIG, HOOK, HUSKY, LEFTHOOK, LOCAL, PUSH, hook

from bugcapture.hooks.block import add_block, take_block

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from hook_project import HookProject

BLOCK = """\
  - repo: local
    hooks:
      - id: bugcapture-check
        name: bugcapture check
        entry: bugcapture check
        language: system
        files: '(\\.(feature|robot|resource|py|ini|cfg|toml|args)|\\.behaverc)$'
        pass_filenames: false
        stages: [pre-push]
"""
OTHER = "# Ours.\n" + LOCAL + hook("mypy", "mypy src", PUSH)
SCRIPT = """\
#!/bin/sh
# >>> bugcapture >>>
# `bugcapture hooks install` wrote this file, and takes it away with --uninstall.
bugcapture check </dev/null || exit 1
# <<< bugcapture <<<
"""
LINES = SCRIPT.partition("\n")[2].replace("this file", "these lines").replace("takes it", "takes them")


def everything(project: HookProject) -> dict[str, tuple[bytes, int]]:
    """All files, the hooks, and the settings of the repository."""
    found = [file for file in project.folder.rglob("*") if file.is_file() and ".git" not in file.parts]
    found += [*(project.folder / ".git/hooks").glob("pre-*"), project.folder / ".git/config"]
    return {
        str(file): (file.read_bytes(), file.stat().st_mode) for file in found if not file.name.endswith("sample")
    }


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
@pytest.mark.parametrize(
    "config", [OTHER, OTHER[:-1], OTHER.replace("\n", "\r\n"), f"{OTHER}\n# Tail.\nci: {{}}\n"]
)
def test_through_a_tool_and_back(project: HookProject, tool: str, config: str) -> None:
    """The hook is added behind the others, the tool's own install is run, and all of it goes again."""
    project.write(CONFIG, config)
    before = everything(project)

    done = project.run("hooks", "install", "--with", tool)

    assert (done.code, done.out) == (0, f"{CONFIG}: changed: the hook bugcapture-check\n"), done.err
    assert done.err == f"bugcapture: pre-push ({tool}): installed, ran `{tool} install -t pre-push`\n"
    assert BLOCK.strip() in project.read(CONFIG).replace("\r\n", "\n")
    checked = project.run("hooks", "check", "--format=json").json
    assert checked["hook"]["kind"] == tool
    assert [one["id"] for one in checked["commands"]] == ["mypy", "bugcapture-check"]
    installed = everything(project)

    again = project.run("hooks", "install")
    assert again.err == f"bugcapture: pre-push ({tool}): nothing to do, it calls bugcapture already\n"
    assert everything(project) == installed

    gone = project.run("hooks", "install", "--uninstall")
    assert (gone.code, gone.err) == (
        0,
        f"bugcapture: pre-push ({tool}): uninstalled, ran `{tool} uninstall -t pre-push`\n",
    )
    assert everything(project) == before
    nothing = project.run("hooks", "install", "--uninstall")
    assert "nothing to do, none of bugcapture is there" in nothing.err
    assert everything(project) == before


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_a_hook_of_the_tool_stays(project: HookProject, tool: str) -> None:
    """Who installed it before keeps it; so does a script of former times that it runs."""
    project.hook("#!/bin/sh\npytest\n")
    project.write(CONFIG, OTHER)
    (project.pre_commit if tool == "pre-commit" else project.prek)()
    before = everything(project)
    assert project.run("hooks", "install").code == 0
    assert project.read(CONFIG) == OTHER + BLOCK
    assert project.run("hooks", "install", "--uninstall").code == 0
    assert everything(project) == before


def test_the_configuration_is_made_and_goes(project: HookProject) -> None:
    before = everything(project)
    assert project.run("hooks", "install", "--with", "prek").code == 0
    assert project.read(CONFIG) == f"repos:\n{BLOCK}"
    assert project.run("hooks", "install", "--uninstall").out == f"{CONFIG}: removed\n"
    assert everything(project) == before


def test_what_init_has_added_is_enough(project: HookProject) -> None:
    """Its hook runs at every stage; only the tool is called, and uninstalling leaves the hook."""
    project.write("tests/test_a.py", "def test_a(): pass\n")
    assert project.run("init", "--yes", "--hook").code == 0
    before = everything(project)
    assert project.run("hooks", "install", "--with", "prek").code == 0
    assert everything(project)[str(project.folder / CONFIG)] == before[str(project.folder / CONFIG)]
    assert project.run("init", "--check", "--hook").code == 0
    assert project.run("hooks", "install", "--uninstall").code == 0
    assert everything(project) == before


def test_init_is_content_with_ours(project: HookProject) -> None:
    project.write("tests/test_a.py", "def test_a(): pass\n")
    assert project.run("hooks", "install", "--with", "prek").code == 0
    text = project.read(CONFIG)
    assert project.run("init", "--yes").code == 0
    assert project.read(CONFIG) == text


def test_a_script_of_its_own_and_back(project: HookProject) -> None:
    """Without any configuration; it stops a push whose check fails, and lets others pass."""
    before = everything(project)
    done = project.run("hooks", "install")
    assert (done.code, done.out) == (0, f"{HOOK}: new: calls `bugcapture check`\n")
    assert project.read(HOOK) == SCRIPT
    assert stat.S_IMODE((project.folder / HOOK).stat().st_mode) == 0o755
    assert "nothing to do" in project.run("hooks", "install", "--with", "script").err

    project.write("features/environment.py", "from bugcapture.behave import install\n\ninstall()\n")
    project.write("features/a.feature", "@tdd_bug @tdd_bug_7\nFeature: a\n  Scenario: b\n    Given c\n")
    project.commit()
    project.git("init", "--quiet", "--bare", "../remote")
    project.git("push", "--quiet", "../remote", "main")
    project.write("features/a.feature", "@tdd_bug_7\nFeature: a\n  Scenario: b\n    Given c\n")
    project.commit()
    assert "T1" in project.call("git", "push", "--quiet", "../remote", "main", code=1)

    assert project.run("hooks", "install", "--uninstall").code == 0
    after = {name: found for name, found in everything(project).items() if "/features/" not in name}
    assert after == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("#!/bin/bash\nexec pytest\n", f"#!/bin/bash\n{LINES}exec pytest\n"),
        ("pytest", f"{LINES}pytest"),
        ("", LINES[:-1] + "\n"),
        ("#!/bin/sh", f"#!/bin/sh\n{LINES[:-1]}"),
    ],
)
def test_beside_lines_of_the_user(project: HookProject, before: str, after: str) -> None:
    """They stay, and come behind; the mode stays as well."""
    project.hook(before, mode=0o750)
    state = everything(project)
    assert project.run("hooks", "install").code == 0
    assert project.read(HOOK) == after
    assert project.run("hooks", "install").code == 0
    assert project.read(HOOK) == after
    assert project.run("hooks", "install", "--uninstall").code == 0
    if before:
        assert everything(project) == state


def test_a_diff_writes_nothing(project: HookProject) -> None:
    project.write(CONFIG, OTHER)
    before = everything(project)
    done = project.run("hooks", "install", "--diff")
    assert done.code == 0
    assert f"+++ b/{CONFIG}\n" in done.out
    assert "+        stages: [pre-push]\n" in done.out
    assert done.err == (
        "bugcapture: pre-push (pre-commit): nothing was written; "
        "it would run `pre-commit install -t pre-push` as well\n"
    )
    assert everything(project) == before


def _lefthook(project: HookProject) -> None:
    project.write("lefthook.yml", "pre-push: {}\n")
    project.hook(LEFTHOOK)


def _husky(project: HookProject) -> None:
    project.git("config", "core.hooksPath", ".husky/_")
    project.hook(HUSKY, ".husky/_/pre-push")


def _of_prek(project: HookProject) -> None:
    project.write(CONFIG, OTHER)
    project.prek()


def _hooks_path(project: HookProject) -> None:
    project.write(CONFIG, OTHER)
    project.git("config", "core.hooksPath", ".githooks")


def _of_the_user(project: HookProject) -> None:
    project.git("config", "--global", "core.hooksPath", "~/hooks")


def _at_commit_only(project: HookProject) -> None:
    project.write(CONFIG, LOCAL + hook("bugcapture-check", "bugcapture check", "stages: [pre-commit]"))


def _of_the_project(project: HookProject) -> None:
    project.write(CONFIG, LOCAL + hook("mine", "bugcapture list"))


def _flow(project: HookProject) -> None:
    project.write(CONFIG, "repos: [{repo: meta, hooks: [{id: identity}]}]\n")


@pytest.mark.parametrize(
    ("make", "options", "told", "hint"),
    [
        (
            _lefthook,
            (),
            "those of lefthook",
            "add `run: bugcapture check` to the jobs of pre-push",
        ),
        (_husky, (), "those of husky", "add `bugcapture check` to .husky/pre-push"),
        (_of_prek, ("--with", "pre-commit"), "is the hook of prek", "use --with prek"),
        (_of_prek, ("--with", "script"), "is the hook of prek", "use --with prek"),
        (_hooks_path, ("--with", "pre-commit"), "where core.hooksPath is set", "use --with prek"),
        (_of_the_user, (), "for all repositories (global)", "git config core.hooksPath .git/hooks"),
        (_at_commit_only, (), "is called at pre-commit only", "add pre-push to the stages of the hook"),
        (
            _of_the_project,
            (),
            "there is another hook of bugcapture",
            "`id: bugcapture-check` beside it\n",
        ),
        (_flow, (), "is written in flow style", "stages: [pre-push]"),
        (lambda one: one.write("prek.toml", "repos = []\n"), (), "configured in prek.toml", "add one there"),
        (lambda one: one.hook("#!/bin/sh\npytest\n", mode=0o644), (), "is not executable", "chmod +x"),
        (lambda one: one.hook("#!/bin/sh\r\npytest\r\n"), (), "as on Windows", "dos2unix"),
        (
            lambda one: one.hook("#!/usr/bin/env python3\n"),
            (),
            "no shell script",
            "let it call `bugcapture check`",
        ),
    ],
)
def test_what_is_refused(
    project: HookProject, make: Callable[[HookProject], object], options: tuple[str, ...], told: str, hint: str
) -> None:
    """With what to do instead; nothing is changed."""
    make(project)
    before = everything(project)
    done = project.run("hooks", "install", *options)
    assert done.code == 1
    assert told in done.err
    assert hint in done.err
    assert everything(project) == before


def test_a_tool_that_fails_leaves_everything_as_it_was(project: HookProject, tmp_path: Path) -> None:
    """Also when it has moved the hook away before."""
    project.write(CONFIG, OTHER)
    project.hook("#!/bin/sh\npytest\n")
    before = everything(project)
    tool = tmp_path / "bin" / "pre-commit"
    tool.parent.mkdir()
    tool.write_text("#!/bin/sh\nmv .git/hooks/pre-push .git/hooks/pre-push.legacy\necho 'no space left'\nexit 3\n")
    tool.chmod(0o755)
    path = f"{tool.parent}{os.pathsep}{os.environ['PATH']}"
    done = project.run("hooks", "install", "--with", "pre-commit", env={"PATH": path})
    assert done.code == 2
    assert "`pre-commit install -t pre-push` failed, and nothing was changed\n  no space left" in done.err
    assert everything(project) == before


def test_a_tool_that_is_not_there(project: HookProject, tmp_path: Path) -> None:
    (tmp_path / "git").symlink_to(str(shutil.which("git")))
    before = everything(project)
    done = project.run("hooks", "install", "--with", "prek", env={"PATH": str(tmp_path)})
    assert done.code == 2
    assert "prek is not there\n  `pip install prek`, or use --with script" in done.err
    assert everything(project) == before


@pytest.mark.parametrize(
    ("name", "old", "new"), [(CONFIG, "language: system\n        files", "language: python\n        files"),
                             (HOOK, "|| exit 1", "|| true")],
)  # fmt: skip
def test_what_was_changed_is_not_taken_away(project: HookProject, name: str, old: str, new: str) -> None:
    if name == CONFIG:
        project.write(CONFIG, OTHER)
    assert project.run("hooks", "install").code == 0
    text = project.read(name).replace(old, new)
    project.write(name, text)
    before = everything(project)
    done = project.run("hooks", "install", "--uninstall")
    assert done.code == 1
    assert "by hand" in done.err
    assert everything(project) == before


def test_uninstall_takes_no_tool(project: HookProject) -> None:
    assert project.run("hooks", "install", "--uninstall", "--with", "prek").code == 2


@pytest.mark.parametrize(
    "content", [b"", b"#!/bin/sh\n", b"#!/bin/sh", b"a", b"a\r\nb\r\n", b"\n\n", b"#!x\n\n# >\n"]
)
def test_a_block_goes_as_it_came(content: bytes) -> None:
    added = add_block(content, "check")
    assert take_block(added, "check") == content
    assert take_block(content, "check") is None
    assert take_block(add_block(None, "check"), "check") == b""
