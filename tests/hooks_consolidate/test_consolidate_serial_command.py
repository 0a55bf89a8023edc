"""How many processes the real pre-commit and prek start, before and after."""

from __future__ import annotations

import json
import os
import shutil
from typing import TYPE_CHECKING

import pytest
from consolidated import PATH, hook
from push_repository import BIN, PushProject

if TYPE_CHECKING:
    from pathlib import Path

# As many as make prek start more than one process.
FILES = 40
CONFIG = """\
# What a push has to pass.
exclude: broken
repos:
  - repo: local
    hooks:
      - id: unit
        name:   Unit tests
        entry: pytest -q
        language: system   # ours
        files: ^tests/test_
        stages: [ "pre-push" ]
      # The data.
      - id: yaml
        name: YAML
        entry: bin/yamllint
        language: system
        types: [yaml]
        exclude: ^\\.pre-commit
        require_serial: true
        stages: [pre-push]
"""
NEW = CONFIG.replace("# ours\n", "# ours\n        require_serial: true\n").replace(
    "commit\n        require_serial: true\n", "commit\n"
)
COUNTED = 'import os\n\nwith open(os.environ["HOME"] + "/unit", "a") as file:\n    file.write("1\\n")\n'
LINTER = '#!/bin/sh\necho "$#" >>"$HOME/yaml"\n'
KNOWN = {"schema": 1, "tool": "pre-commit", "tool_version": "4", "recorded_at": "2026-01-01T00:00:00Z"}
several_processors = pytest.mark.skipif((os.cpu_count() or 1) == 1, reason="one processor starts one process")


@pytest.fixture
def many(project: PushProject) -> PushProject:
    """A project with many files, whose hooks count their processes."""
    project.write(".gitignore", "__pycache__/\n.pytest_cache/\n.bugcapture/\n")
    project.write("conftest.py", COUNTED)
    project.write("bin/yamllint", LINTER)
    (project.folder / "bin/yamllint").chmod(0o755)
    project.write("tests/test_broken.py", "import nothing_like_it\n")
    for number in range(FILES):
        project.write(f"tests/test_{number}.py", "def test_it():\n    pass\n")
        project.write(f"data/{number}.yaml", "a: 1\n")
    return project


def started(project: PushProject, tool: str) -> dict[str, int]:
    """How many processes each hook is."""
    home = project.folder.parent / "home"
    for name in ("unit", "yaml"):
        (home / name).unlink(missing_ok=True)
    project.call(tool, "run", "--all-files", "--hook-stage=pre-push")
    files = {name: home / name for name in ("unit", "yaml")}
    return {name: len(file.read_text().split()) if file.exists() else 0 for name, file in files.items()}


def only(tool: str, folder: Path, project: PushProject) -> None:
    """Leave a project one of the tools alone."""
    folder.mkdir()
    for name in (tool, "pytest"):
        (folder / name).symlink_to(BIN / name)
    (folder / "git").symlink_to(shutil.which("git") or "git")
    project.variables["PATH"] = f"{folder}:/bin:/usr/bin"


@pytest.mark.parametrize("tool", ["pre-commit", "prek"])
def test_one_process_and_several(many: PushProject, tmp_path: Path, tool: str) -> None:
    """The real tool starts what was proposed; the file says nothing else, and nothing is proposed twice."""
    only(tool, tmp_path / "tools", many)
    old, new = (text.replace("\n", "\r\n").encode() for text in (CONFIG, NEW))
    many.write(PATH, old)
    many.commit()
    several = (os.cpu_count() or 1) > 1
    before = started(many, tool)
    assert (before["unit"] > 1, before["yaml"]) == (several, 1)
    many.run("hooks", "profile", "--save", "--runs=1", "--warmups=0", f"--tool={tool}", env=many.variables)

    shown = many.consolidate()
    assert (shown.code, (many.folder / PATH).read_bytes()) == (1, old)
    assert "unit (line 6): one process for all files (" in shown.out
    assert "yaml (line 13): several processes share the files (" in shown.out
    done = many.consolidate("--write")

    ending = f"pre-push: 2 hooks, `require_serial` changes in 2, {FILES} tests as before: written\n"
    assert (done.code, done.err) == (0, f"bugcapture: {ending}"), done
    assert f"  Proved: the same {FILES} tests, before and after.\n" in done.out
    assert (many.folder / PATH).read_bytes() == new
    after = started(many, tool)
    assert (after["unit"], after["yaml"] > 1) == (1, several)
    many.commit()
    again = many.consolidate("--write")
    assert (again.code, again.err) == (0, "bugcapture: pre-push: 2 hooks, nothing to merge\n")
    assert (many.folder / PATH).read_bytes() == new


def test_what_is_said_of_it(many: PushProject) -> None:
    """Reasons, seconds, and what stays; in each format."""
    other = hook("make", "make x", "pass_filenames: true", "require_serial: true")
    many.write(PATH, CONFIG + other + hook("a", "pytest tests/test_1.py") + hook("b", "pytest tests/test_2.py"))
    many.commit()
    assert "yaml (line 13): what it writes was not measured: `bugcapture hooks profile" in many.consolidate().out
    timings = [{"id": one, "stage": "pre-push", "seconds": [6.0]} for one in ("unit", "yaml", "make")]
    many.write(".bugcapture/hook-timings.json", json.dumps({**KNOWN, "hooks": timings}))
    count = os.cpu_count() or 1

    found = many.consolidate("--format=json").json
    unit, yaml = found["serial"]
    assert unit == {
        "id": "unit",
        "line": 6,
        "require_serial": True,
        "reason": "several processes of pytest at once write over each other's caches and reports",
        "seconds": {"before": 6.0, "after": 6.0 * count},
        "tests": None,
    }
    assert (yaml["id"], yaml["require_serial"]) == ("yaml", False)
    assert yaml["seconds"] == {"before": 6.0, "after": round(6.0 / count, 3)}
    assert [one["id"] for one in found["unchanged"]] == ["make"]
    assert (found["hooks_before"], found["hooks_after"]) == (5, 4)
    assert "+        require_serial: true\n" in found["diff"]

    text = many.consolidate("--verify")
    assert "pre-push: 5 hooks become 4, `require_serial` changes in 2, 42 tests as before" in text.err
    assert text.out.count("  Proved: the same") == 2
    assert "where a file does not need another, `require_serial: true` may go: make.\n" in text.out
    told = many.consolidate("--format=markdown").out
    assert "- yaml (line 13): several processes share the files (6.0 s -" in told
    assert many.call("git", "status", "--short") == ""


@several_processors
def test_one_session_that_is_not_the_same(many: PushProject) -> None:
    """A test that runs only where there are few of them keeps the file as it is."""
    loses = "def pytest_collection_modifyitems(items):\n    if len(items) == 40:\n        del items[0]\n"
    many.write("conftest.py", loses)
    many.write(PATH, CONFIG)
    many.commit()
    done = many.consolidate("--write")
    assert done.code == 1
    assert "  Not the same: missing: tests/test_0.py::test_it\n" in done.out
    assert "1 hook would not run the same" in done.err
    assert many.read(PATH) == CONFIG
    counts = "import os\n\ndef pytest_collection_modifyitems(items):\n    os.environ['TESTS'] = str(len(items))\n"
    many.write("conftest.py", counts)
    many.write("tests/test_0.py", "import os\n\ndef test_it():\n    assert os.environ['TESTS'] != '40'\n")
    many.commit()
    assert f"Proved: the same {FILES} tests" in many.consolidate("--verify").out
    done = many.consolidate("--run")
    assert done.code == 1
    assert "tests/test_0.py::test_it: failed in one session with the others, passed without them" in done.out


def test_what_another_repository_says(many: PushProject, tmp_path: Path) -> None:
    """It is overridden, and the tool obeys."""
    far = tmp_path / "far"
    far.mkdir()
    linters = PushProject(far, tmp_path / "home")
    linters.write(
        ".pre-commit-hooks.yaml",
        "- {id: yaml, name: Y, entry: bin/yamllint, language: system, types: [yaml], require_serial: true}\n",
    )
    linters.commit()
    linters.call("git", "tag", "v1.0")
    before = f"repos:\n  - repo: {far}\n    rev: v1.0\n    hooks:\n      - id: yaml # theirs\n"
    many.write(PATH, f"{before}default_stages: [pre-push]\n")
    many.commit()
    timings = {**KNOWN, "hooks": [{"id": "yaml", "stage": "pre-push", "seconds": [6.0]}]}
    many.write("timings.json", json.dumps(timings))
    assert started(many, "pre-commit")["yaml"] == 1
    old = many.read(PATH)
    done = many.consolidate("--write", "--timings=timings.json")
    assert (done.code, "nothing to verify: written" in done.err) == (0, True), done
    assert many.read(PATH) == old.replace("# theirs\n", "# theirs\n        require_serial: false\n")
    assert (started(many, "pre-commit")["yaml"] > 1) is ((os.cpu_count() or 1) > 1)
    many.commit()
    assert many.consolidate("--write", "--timings=timings.json").code == 0
