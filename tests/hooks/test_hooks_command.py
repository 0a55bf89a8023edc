"""The command: formats, exit codes, settings, and input that nobody should trust."""

from __future__ import annotations

import sqlite3

import pytest
from hook_layouts import CONFIG, GOOD, HOOK, LOCAL, PHASES, PUSH, good, hook
from hook_project import HookProject

PLAIN = "a plain install leaves pre-push out; set `default_install_hook_types: [pre-commit, pre-push]`"
WEAK = LOCAL + hook("ruff", "ruff check", PUSH)


def test_what_is_only_told_fails_with_strict_alone(project: HookProject) -> None:
    """The original validator failed for what it called informational."""
    good(project, WEAK, "")
    project.pre_commit()
    done = project.run("hooks", "check")
    assert done.code == 0
    assert done.out == (
        f"{HOOK}: HK302 nothing runs at pre-push for types, unit, meta; "
        "see `required` in [tool.bugcapture.hooks]\n"
        f"{CONFIG}: HK306 {PLAIN}\n"
    )
    assert done.err == "bugcapture: pre-push: pre-commit, 1 command (lint): 0 errors, 2 notes\n"
    strict = project.run("hooks", "check", "--strict", "--quiet")
    assert (strict.code, strict.out, strict.err) == (1, done.out, "")


def test_annotations_for_github(project: HookProject) -> None:
    good(project, WEAK)
    project.pre_commit()
    done = project.run("hooks", "check", "--format", "github")
    assert done.code == 1
    assert done.out.splitlines() == [
        f"::error file={HOOK},title=bugcapture HK302::nothing runs at pre-push for the required category types",
        f"::error file={HOOK},title=bugcapture HK302::nothing runs at pre-push for the required category unit",
        f"::notice file={CONFIG},title=bugcapture HK306::{PLAIN}",
    ]


def test_everything_as_json(project: HookProject) -> None:
    good(project)
    project.pre_commit()
    told = project.run("hooks", "check", "--format", "json", "--output", "out.json")
    assert (told.code, told.out) == (0, "")
    found = project.run("hooks", "check", "--format", "json").json
    assert found["schema"] == "bugcapture.hooks-check/1"
    assert found["hook"] == {
        "type": "pre-push", "path": HOOK, "exists": True, "kind": "pre-commit", "hooks_path": None,
    }  # fmt: skip
    assert found["required"] == ["lint", "types", "unit"]
    assert {name: ids for name, ids in found["categories"].items() if ids} == {
        "lint": ["ruff"], "types": ["mypy"], "unit": ["tests"],
    }  # fmt: skip
    assert found["commands"][2] == {
        "path": CONFIG, "line": 17, "id": "tests", "command": "pytest", "categories": ["unit"],
        "stops_the_push": True,
    }  # fmt: skip
    assert found["configured"][1] == {
        "path": CONFIG, "line": 11, "id": "mypy", "repo": "local", "entry": "mypy src", "args": [],
        "language": "system", "stages": ["pre-push"], "files": "", "exclude": "^$", "always_run": False,
        "pass_filenames": False, "runs": True,
    }  # fmt: skip


def test_ci_has_no_hook_and_a_configuration(project: HookProject) -> None:
    """What would run is checked where nothing is installed."""
    good(project)
    assert project.run("hooks", "check").code == 1
    assert project.run("hooks", "check", "--config-only").code == 0
    project.write(CONFIG, WEAK)
    assert project.run("hooks", "check", "--config-only").code == 1


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("lefthook.yml", "pre-push:\n  jobs:\n    - run: ruff check && mypy\n    - run: pytest\n", "lefthook"),
        ("lefthook.toml", '[pre-push.commands.a]\nrun = "ruff; mypy; pytest"\n', "lefthook"),
        (
            "lefthook.json",
            '{"pre-push": {"jobs": [{"group": {"jobs": [{"run": "make lint types test"}]}}]}}',
            "lefthook",
        ),
        (".husky/pre-push", "ruff check\nmypy\npytest\n", "husky"),
    ],
)
def test_other_configurations_of_ci(project: HookProject, name: str, text: str, kind: str) -> None:
    good(project, "")
    project.write(name, text)
    done = project.run("hooks", "check", "--config-only", "--format=json")
    assert (done.code, done.json["hook"]["kind"], done.json["findings"]) == (0, kind, [])


def test_lefthook_takes_more_from_a_local_file(project: HookProject) -> None:
    good(project, "")
    project.write("lefthook.yml", "extends: [a.yml]\npre-push:\n  jobs:\n    - run: ruff\n      skip: true\n")
    project.write(
        "lefthook-local.yml", 'pre-push:\n  scripts:\n    mypy.sh: {runner: bash}\n  jobs: [{run: ""}, a]\n'
    )
    done = project.run("hooks", "check", "--config-only", "--format=json")
    assert [one["command"] for one in done.json["commands"]] == ["mypy.sh"]
    assert [(one["path"], one["rule"]) for one in done.json["findings"]] == [("lefthook.yml", "HK107")]


def test_nothing_that_configures_hooks(project: HookProject) -> None:
    good(project, "")
    done = project.run("hooks", "check", "--config-only")
    assert done.code == 2
    assert "nothing here configures hooks" in done.err


def test_no_repository(tmp_path_factory: pytest.TempPathFactory) -> None:
    project = HookProject(tmp_path_factory.mktemp("none"))
    (project.folder / ".git" / "HEAD").unlink()
    done = project.run("hooks", "check")
    assert done.code == 2
    assert "this needs a git repository with a checkout" in done.err


def test_no_git(project: HookProject) -> None:
    """The help says so."""
    done = project.run("hooks", "check", env={"PATH": "/nowhere"})
    assert (done.code, done.out) == (2, "")
    assert "2 where nothing can be checked" in " ".join(project.run("hooks", "check", "--help").out.split())


def test_the_variables_of_git_move_the_hook(project: HookProject) -> None:
    """Git obeys them, so the check does."""
    good(project, "")
    project.hook(PHASES, "hooks/pre-push")
    env = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "core.hooksPath", "GIT_CONFIG_VALUE_0": "hooks"}
    assert project.run("hooks", "check").code == 1
    assert project.run("hooks", "check", env=env).code == 0


def test_another_hook(project: HookProject) -> None:
    good(project, GOOD.replace(PUSH, "stages: [pre-commit]"))
    project.pre_commit("-t", "pre-commit")
    done = project.run("hooks", "check", "--hook-type", "pre-commit")
    assert (done.code, done.out) == (0, "")


@pytest.mark.parametrize(
    ("settings", "place", "told"),
    [
        ('required = ["lnt"]', 2, "required: there is no category lnt"),
        ('required = "lint"', 2, "Expected `array"),
        ('requires = ["lint"]', 2, "[tool.bugcapture.hooks] has an unknown key: requires"),
        ('categories = { lint = ["("] }', 2, "lint has a pattern that is none"),
        ("[tool.bugcapture.hooks.categories]\nlint = 1", 2, "Expected `array`"),
    ],
)
def test_settings_that_cannot_be(project: HookProject, settings: str, place: int, told: str) -> None:
    project.write("pyproject.toml", f"[tool.bugcapture.hooks]\n{settings}\n")
    done = project.run("hooks", "check")
    assert done.code == 2
    assert f"pyproject.toml:{place}: " in done.err
    assert told in done.err


def test_categories_of_the_project(project: HookProject) -> None:
    """They take the place of the defaults, and new ones can be required."""
    settings = '[tool.bugcapture.hooks]\nrequired = ["lint", "licences"]\ncategories = '
    good(project, LOCAL + hook("ruff", "ruff", PUSH) + hook("reuse", "reuse lint", PUSH), settings + "{}\n")
    project.pre_commit()
    assert project.run("hooks", "check").code == 2
    project.write("pyproject.toml", settings + '{ licences = ["^reuse"] }\n')
    assert project.run("hooks", "check").code == 0
    project.write("pyproject.toml", settings + '{ licences = ["^reuse"], lint = ["^pylint"] }\n')
    assert project.run("hooks", "check").code == 1


@pytest.mark.parametrize(("stages", "code"), [("[manual]", 1), ("[push]", 0), ("[]", 0)])
def test_what_a_repository_says_of_its_hooks(project: HookProject, stages: str, code: int) -> None:
    """Read from pre-commit's store, where it was fetched before; nothing is fetched."""
    remote = "repos:\n  - repo: https://git.invalid/linters\n    rev: v1\n    hooks:\n      - id: linter\n"
    good(project, remote, '[tool.bugcapture.hooks]\nrequired = ["lint"]\n')
    project.pre_commit()
    assert project.run("hooks", "check").code == 1
    store = project.folder.parent / "home"
    with sqlite3.connect(store / "db.db") as database:
        database.execute("CREATE TABLE IF NOT EXISTS repos (repo TEXT, ref TEXT, path TEXT)")
        row = ("https://git.invalid/linters", "v1", str(store))
        database.execute("INSERT INTO repos VALUES (?, ?, ?)", row)
    database.close()
    manifest = f"- id: linter\n  name: linter\n  entry: ruff check\n  language: python\n  stages: {stages}\n"
    (store / ".pre-commit-hooks.yaml").write_text(manifest)
    assert project.run("hooks", "check", env={"PRE_COMMIT_HOME": str(store)}).code == code


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("", 0, "holds no mapping"),
        ("- a\n", 0, "holds no mapping"),
        ("repos: a\n", 1, "there is no list `repos`"),
        ("a: [\n", 2, "cannot be read as YAML"),
        ("a: &a [*a]\nrepos: []\n", 1, "cannot be read as YAML"),
        ("repos: [1]\n", 1, "a repository is no mapping"),
        ("repos:\n  - hooks: []\n", 2, "a repository has no `repo`"),
        ("repos:\n  - repo: a\n    hooks: []\n", 2, "the repository a has no `rev`"),
        ("repos:\n  - repo: local\n", 2, "the repository local has no list `hooks`"),
        ("repos:\n  - repo: local\n    hooks: [1]\n", 3, "a hook has no `id`"),
        ("repos:\n  - repo: local\n    hooks:\n      - id: a\n", 4, "the local hook a has no `name`"),
        (LOCAL + hook("a", "b", "stages: push"), 8, "`stages` is no list"),
        (LOCAL + hook("a", "b", "exclude: (a"), 8, "`exclude` is no regular expression"),
        ("files: '['\n" + LOCAL + hook("a", "b"), 1, "`files` is no regular expression"),
        ("default_stages: [pusch]\n" + LOCAL + hook("a", "b"), 1, "there is no stage pusch"),
        (LOCAL + hook("a\\e[31m", "b").replace("id: a\\e[31m", 'id: "a\\e[31m"') + "      - id: 1\n", 8, "a hook"),
    ],
)
def test_what_pre_commit_would_refuse(project: HookProject, text: str, line: int, told: str) -> None:
    project.write(CONFIG, text)
    project.pre_commit()
    done = project.run("hooks", "check", "--format=json")
    assert done.code == 1
    found = [(one["line"], one["rule"]) for one in done.json["findings"] if one["message"].startswith(told)]
    assert found == [(line, "HK204")], done.json["findings"]


@pytest.mark.parametrize("content", [b"\xff\xfe", b"repos:\n  - repo: \xff\n", b"#" * 2_000_001, b"\x00"])
def test_a_configuration_of_strange_bytes(project: HookProject, content: bytes) -> None:
    project.write(CONFIG, content)
    project.pre_commit()
    done = project.run("hooks", "check", "--format=json")
    assert (done.code, [one["rule"] for one in done.json["findings"]]) == (1, ["HK204"])


@pytest.mark.parametrize(
    "text",
    [
        "#!/bin/sh\n" + "(" * 5000,
        "#!/bin/sh\n" + "$(" * 3000,
        "#!/bin/sh\nf() { f; f; }\nf\n",
        "#!/bin/sh\n" + "".join(f"f{n}() {{ f{n + 1}; f{n + 1}; }}\n" for n in range(39)) + "f39() { a=1; }\nf0\n",
        "#!/bin/sh\nmake " + "unit-" * 150_000 + "\n",
        '#!/bin/sh\necho "' + "a" * 900_000 + '"\n',
        "#!/bin/sh\n'",
        '#!/bin/sh\n"$(',
        "#!/bin/sh\n[[ a",
        "#!/bin/sh\ncase a\n",
        "#!/bin/sh\n" + "x" * 1_000_001,
        "#!/bin/sh\necho \x1b]0;owned\x07 ) \u202e\n",
        "#!\n",
        "#!/usr/bin/env\n",
        "#! /usr/bin/env -S bash -e\nmypy\ntrue\n",
    ],
)
def test_a_hostile_hook(project: HookProject, text: str) -> None:
    """It is told, or read; nothing crashes, hangs or steers the terminal."""
    project.hook(text)
    done = project.run("hooks", "check")
    assert done.code in {0, 1}
    assert "\x1b" not in done.out + done.err
    assert "this is a bug" not in done.err


def test_a_folder_for_a_hook(project: HookProject) -> None:
    (project.folder / HOOK).mkdir()
    done = project.run("hooks", "check", "--format=json")
    assert [(one["rule"], one["severity"]) for one in done.json["findings"]] == [("HK107", "error")]
    assert done.code == 1


def test_help_names_every_rule(project: HookProject) -> None:
    from bugcapture.hooks.rule import all_rules

    told = project.run("hooks", "check", "--help").out
    assert all(rule.code in told for rule in all_rules())
    assert len({rule.title for rule in all_rules()}) == len(all_rules()) == 22
    assert project.run("hooks").code == 2
