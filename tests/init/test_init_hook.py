"""The hook in .pre-commit-config.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from byte_checks import is_one_insertion
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import configurations

from bugcapture.core.errors import BugcaptureError
from bugcapture.project.draft import Draft
from bugcapture.project.origin import Origin
from bugcapture.workflow.init.hook import FILE, add_hook

if TYPE_CHECKING:
    from command_project import CommandProject

HOOK = {
    "id": "bugcapture-check",
    "name": "bugcapture check",
    "entry": "bugcapture check",
    "language": "system",
    "files": r"(\.(feature|robot|resource|py|ini|cfg|toml|args)|\.behaverc)$",
    "pass_filenames": False,
}
LOCAL = {"repo": "local", "hooks": [HOOK]}
ORIGIN = Origin("https://git.example.org/bugcapture.git", "v1.2.0")
BLOCK = """\
  - repo: local
    hooks:
      - id: bugcapture-check
        name: bugcapture check
        entry: bugcapture check
        language: system
        files: '(\\.(feature|robot|resource|py|ini|cfg|toml|args)|\\.behaverc)$'
        pass_filenames: false
"""
WIDE = "repos:\n-   repo: a\n    hooks:\n    -   id: x\n"
A = "repos:\n  - repo: a\n    rev: v1\n    hooks:\n      - id: x\n"


def wire(project: CommandProject, content: str | bytes | None, *, origin: Origin | None = None) -> str:
    """Add the hook to a configuration."""
    if content is not None:
        project.write(FILE, content)
    draft = Draft()
    add_hook(draft, project.folder, origin)
    draft.write()
    return project.read(FILE)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, f"repos:\n{BLOCK}"),
        ("", f"repos:\n{BLOCK}"),
        ("\n", f"\nrepos:\n{BLOCK}"),
        (A, A + BLOCK),
        (A[:-1], A + BLOCK[:-1]),
        (A.replace("\n", "\r\n"), (A + BLOCK).replace("\n", "\r\n")),
        (f"\ufeff{A}", f"\ufeff{A}{BLOCK}"),
        (f"# Head.\n{A}\n# Tail.\nci:\n  x: 1\n", f"# Head.\n{A}{BLOCK}\n# Tail.\nci:\n  x: 1\n"),
        (
            f"{A}      # - id: y\n      #   args: []\nci: {{}}\n",
            f"{A}      # - id: y\n      #   args: []\n{BLOCK}ci: {{}}\n",
        ),
        (f"{A}  # Between.\n", f"{A}{BLOCK}  # Between.\n"),
        (
            "repos:\n- repo: a\n  hooks:\n  - id: x  # c\n\n\nci: {}\n",
            "repos:\n- repo: a\n  hooks:\n  - id: x  # c\n"
            + "\n".join(line[2:] if n < 2 else line[4:] for n, line in enumerate(BLOCK.splitlines()))
            + "\n\n\nci: {}\n",
        ),
        (WIDE, f"{WIDE}-   repo: local\n    hooks:\n    -   id: bugcapture-check\n"),
        (
            "repos:\n  - {repo: a, hooks: [{id: x}]}\n",
            f"repos:\n  - {{repo: a, hooks: [{{id: x}}]}}\n{BLOCK}",
        ),
        (
            f"{A}        entry: |\n          a\n          # b\n\nci: {{}}\n",
            f"{A}        entry: |\n          a\n          # b\n\n{BLOCK}ci: {{}}\n",
        ),
        (
            f'{A}        args: ["--x", "\n          y"]  # c\n',
            f'{A}        args: ["--x", "\n          y"]  # c\n{BLOCK}',
        ),
        (
            "x: &a {id: y}\nrepos:\n  - repo: b\n    hooks:\n      - *a\n",
            f"x: &a {{id: y}}\nrepos:\n  - repo: b\n    hooks:\n      - *a\n{BLOCK}",
        ),
        (f"---\n{A}", f"---\n{A}{BLOCK}"),
        ("repos:\n  - repo: a\n    hooks: [{id: x}]\n", f"repos:\n  - repo: a\n    hooks: [{{id: x}}]\n{BLOCK}"),
        (f"{A}  - repo: meta\n", f"{A}  - repo: meta\n{BLOCK}"),
        (f"{A}        entry: [bugcapture, list]\n", f"{A}        entry: [bugcapture, list]\n{BLOCK}"),
        (f"%YAML 1.1\n---\n{A}...\n", f"%YAML 1.1\n---\n{A}{BLOCK}...\n"),
        (f"{A}exclude: '\u2028 é \U0001f600'\n", f"{A}{BLOCK}exclude: '\u2028 é \U0001f600'\n"),
    ],
)
def test_the_hook_is_one_more_repository(project: CommandProject, before: str | None, after: str) -> None:
    """Behind the last one, with the indentation that the file has, and comments left where they belong."""
    found = wire(project, before)
    assert found.startswith(after) if after.endswith("id: bugcapture-check\n") else found == after
    assert yaml.safe_load(found.removeprefix("\ufeff"))["repos"][-1] == LOCAL
    assert wire(project, None) == found


def test_a_key_that_is_a_list_is_no_obstacle(project: CommandProject) -> None:
    """pre-commit itself would refuse it; that is not the question here."""
    before = f"{A}        ? [a, b]\n        : c\n"
    assert wire(project, before) == before + BLOCK


def test_an_installation_from_a_repository_names_it(project: CommandProject) -> None:
    found = wire(project, A, origin=ORIGIN)
    assert found == (
        f"{A}  - repo: https://git.example.org/bugcapture.git\n"
        "    rev: v1.2.0\n"
        "    hooks:\n"
        "      - id: bugcapture-check\n"
    )


@pytest.mark.parametrize(
    "content",
    [
        "repos:\n  - repo: b\n    hooks:\n      - id: bugcapture-check\n",
        "repos:\n  - repo: b\n    hooks:\n      - id: bugcapture-check-files\n",
        "repos: [{repo: b, hooks: [{id: bugcapture-check}]}]\n",
        "repos:\n  - hooks:\n      - id: mine\n        entry: poetry run bugcapture check --quiet\n",
        "x: &h {id: bugcapture-check}\nrepos:\n  - repo: b\n    hooks:\n      - *h\n",
    ],
)
def test_a_hook_that_is_there_is_enough(project: CommandProject, content: str) -> None:
    assert wire(project, content) == content


@pytest.mark.parametrize(
    ("content", "where", "told"),
    [
        ("repos: []\n", 1, "there is no list with items below `repos`"),
        ("repos:\n", 1, "there is no list with items below `repos`"),
        ("ci: {}\n", 1, "there is no list with items below `repos`"),
        ("ci: {}\nrepos:\n", 2, "there is no list with items below `repos`"),
        ("ci: {}\nrepos: text\n", 2, "there is no list with items below `repos`"),
        ("ci: {}\nrepos:\n  a: b\n", 3, "there is no list with items below `repos`"),
        ("repos: [{repo: a, hooks: [{id: x}]}]\n", 1, "the list below `repos` is written in flow style"),
        ("a: 1\nrepos: &r\n  - repo: a\n    hooks: []\nx: *r\n", 2, "the list below `repos` has an anchor"),
        ("a: &r\n  - repo: a\nrepos: *r\n", 3, "`repos` is an alias of something else"),
        (f"{A}repos: []\n", 6, "`repos` stands there twice"),
        ("{repos: []}\n", 1, "is written in flow style"),
        ("- repo: a\n", None, "holds no mapping"),
        ("# Nothing.\n", None, "holds no mapping"),
        ("repos:\n\t- repo: a\n", 2, "cannot be read as YAML: found character '\\t' that cannot start any token"),
        (f"{A}---\n{A}", 6, "cannot be read as YAML: but found another document"),
        ("repos: *nobody\n", 1, "cannot be read as YAML"),
        (f"{A}\x00", None, "cannot be read as YAML: unacceptable character #x0000"),
        (b"repos:\n  - repo: \xff\n", 2, "is not UTF-8"),
        (
            "repos:\n  - repo: local\n    hooks:\n      - id: x\n      - id: bugcapture\n        entry: true\n",
            5,
            "there is another hook of bugcapture",
        ),
        (
            "repos:\n  - repo: local\n    hooks:\n      - id: y\n        entry: bugcapture list\n",
            4,
            "there is another hook of bugcapture",
        ),
        (
            "a: &x [*x]\nrepos:\n  - repo: a\n    hooks: *x\n",
            1,
            "what is to be added would not be read as it is meant",
        ),
        (f"{A}        entry: |+\n          a\n\n          # b\n  \n", None, None),
    ],
)
def test_what_is_refused(
    project: CommandProject, content: str | bytes, where: int | None, told: str | None
) -> None:
    """With the place, and with the lines that a person can add."""
    if told is None:
        assert yaml.safe_load(wire(project, content))["repos"][-1] == LOCAL
        return
    with pytest.raises(BugcaptureError) as caught:
        wire(project, content)
    path = str(project.folder / FILE)
    assert caught.value.where == (path if where is None else f"{path}:{where}")
    assert told in caught.value.message
    hint = caught.value.hint or ""
    if "cannot be read as YAML" in told:
        assert hint == "mend it first"
    elif "another hook" in told:
        assert hint == "put one with `id: bugcapture-check` beside it, or use --no-hook"
    elif "UTF-8" not in told:
        assert hint.startswith("add by hand:\n      - repo: local\n        hooks:\n")


def test_no_configuration_is_made_unasked(project: CommandProject) -> None:
    project.write("tests/test_a.py", "def test_a(): pass\n")
    assert project.run("init", "--yes").code == 0
    assert not (project.folder / FILE).exists()
    assert project.run("init", "--yes", "--hook").code == 0
    assert project.read(FILE) == f"repos:\n{BLOCK}"


def test_a_configuration_can_be_passed_over(project: CommandProject) -> None:
    project.write("tests/test_a.py", "def test_a(): pass\n")
    project.write(FILE, "repos: []\n")
    assert project.run("init", "--yes").code == 1
    assert project.run("init", "--yes", "--no-hook").code == 0
    assert project.read(FILE) == "repos: []\n"


@settings(max_examples=150, deadline=None)
@given(content=configurations(), origin=st.sampled_from([None, ORIGIN]))
def test_any_layout(tmp_path_factory: pytest.TempPathFactory, content: str, origin: Origin | None) -> None:
    """Added at one place and read as it is meant, or refused; nothing in between, and a second time nothing."""
    folder = tmp_path_factory.mktemp("hook")
    (folder / FILE).write_bytes(content.encode())
    try:
        draft = Draft()
        add_hook(draft, folder, origin)
    except BugcaptureError:
        assert (folder / FILE).read_bytes() == content.encode()
        return
    draft.write()
    new = (folder / FILE).read_bytes()
    assert is_one_insertion(content.encode(), new)
    before, after = (yaml.safe_load(text.removeprefix("\ufeff")) for text in (content, new.decode()))
    added = after["repos"].pop()
    assert added["hooks"][0]["id"] == "bugcapture-check"
    assert after == before
    again = Draft()
    add_hook(again, folder, origin)
    assert again.changes == ()
