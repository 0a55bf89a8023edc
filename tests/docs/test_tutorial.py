"""The tutorial is true: its commands are run in the order of the page, and say what the page says."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from docs_pages import DOCS, read_fences

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE = DOCS / "tutorial.md"
_END = "-- end of the command --"
_ANY_LINES = "..."
_ANY_TEXT = "…"
_IDENTITY = ("GIT_AUTHOR_NAME", "GIT_AUTHOR_EMAIL", "GIT_COMMITTER_NAME", "GIT_COMMITTER_EMAIL")
_FOREIGN = ("BUGCAPTURE_", "BEHAVE", "ROBOT_", "PYTEST_", "GIT_", "GITHUB_", "CI", "NO_COLOR", "FORCE_COLOR")


@dataclass(frozen=True)
class Step:
    """A command of the page, or a file that the reader writes.

    Attributes:
        line: The line of the page.
        command: What is typed; for a file, what writes it.
        expected: The lines that the page shows behind it.
    """

    line: int
    command: str
    expected: tuple[str, ...] = ()


def read_steps(text: str) -> Iterator[Step]:
    """What the reader of a page does: ``$ `` starts a command, a caption names a file.

    Args:
        text: The page.
    """
    for fence in read_fences(text):
        if name := fence.options.get("caption"):
            folder = shlex.quote(str(Path(name).parent))
            written = f"cat > {shlex.quote(name)} <<'-- end --'\n{fence.text}-- end --"
            yield Step(fence.line, f"mkdir -p {folder}; {written}")
        elif fence.language == "console":
            command, start = "", 0
            shown: list[str] = []
            for number, line in enumerate(fence.text.rstrip("\n").split("\n"), start=fence.line + 1):
                if line.startswith("$ "):
                    if command:
                        yield Step(start, command, tuple(shown))
                    command, shown, start = line[2:], [], number
                else:
                    shown.append(line)
            yield Step(start, command, tuple(shown))


def fits(expected: tuple[str, ...], said: str) -> bool:
    """Whether a command said what the page shows.

    Args:
        expected: The lines of the page: ``...`` stands for any lines, ``…`` for any text in a line.
        said: All that the command said.
    """
    parts = []
    for line in expected:
        if line == _ANY_LINES:
            parts.append(r"(?:.*\n)*?")
        else:
            parts.append(".*".join(re.escape(part) for part in line.split(_ANY_TEXT)) + r" *\n")
    text = said if not said or said.endswith("\n") else f"{said}\n"
    return re.fullmatch("".join(parts), text) is not None


def run_steps(steps: list[Step], folder: Path) -> list[str]:
    """What each command says, in one shell, as a reader would type them.

    Args:
        steps: The steps.
        folder: An empty folder.
    """
    mark = f"__code=$?; printf '%s\\n' {shlex.quote(_END)}; (exit $__code)"
    script = "".join(f"{step.command}\n{mark}\n" for step in steps)
    home = folder / "home"
    work = folder / "work"
    home.mkdir()
    work.mkdir()
    environment = {name: value for name, value in os.environ.items() if not name.startswith(_FOREIGN)}
    environment |= {
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        # Standard output and standard error stay in the order in which they are written.
        "PYTHONUNBUFFERED": "1",
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "80",
        **dict.fromkeys(_IDENTITY, "ann@example.org"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
    }
    done = subprocess.run(
        ["bash", "-c", script], cwd=work, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, encoding="utf-8", check=False, timeout=300,
    )  # fmt: skip
    said = done.stdout.split(f"{_END}\n")
    assert len(said) == len(steps) + 1, done.stdout
    return said[:-1]


def test_every_command_of_the_tutorial_says_what_the_page_shows(tmp_path: Path) -> None:
    """From an empty folder to a bug that is captured, verified, fixed, graduated and proven."""
    steps = list(read_steps(PAGE.read_text("utf-8")))
    said = run_steps(steps, tmp_path)
    wrong = [
        f"docs/tutorial.md:{step.line}: $ {step.command}\n{text}"
        for step, text in zip(steps, said, strict=True)
        if not fits(step.expected, text)
    ]
    assert not wrong, "\n".join(wrong)
    commands = [step.command for step in steps]
    for needed in ("capture", "verify", "graduate", "prove", "gate", "run"):
        assert any(command.startswith(f"bugcapture {needed}") for command in commands), needed


@pytest.mark.parametrize(
    ("shown", "said", "true"),
    [
        ((), "", True),
        ((), "a word\n", False),
        (("0 days",), "0 days\n", True),
        (("0 days",), "0 days", True),
        (("0 days",), "", False),
        (("0 days",), "10 days\n", False),
        (("with … fix",), "with 1a2b3c fix\n", True),
        (("with … fix",), "with\nfix\n", False),
        (("...", "end"), "a\nb\nend\n", True),
        (("...", "end"), "end\n", True),
        (("...", "end"), "a\nend\nb\n", False),
        (("a.b",), "axb\n", False),
    ],
)
def test_what_is_left_out_of_a_page_is_marked(shown: tuple[str, ...], said: str, true: bool) -> None:
    """``...`` stands for lines, ``…`` for a piece of one line, and everything else for itself."""
    assert fits(shown, said) is true


def test_a_step_is_a_command_with_what_it_says_or_a_file() -> None:
    """Other blocks, such as those of a shell without a prompt, are not run."""
    commands = "```console\n$ one\nsaid\n$ two\n```\n\n```shell\nnot run\n```\n"
    one, two, file = read_steps(f"{commands}\n```{{code-block}} text\n:caption: a/b c\n\nx\n```\n")
    assert (one, two) == (Step(2, "one", ("said",)), Step(4, "two"))
    assert file.command == "mkdir -p a; cat > 'a/b c' <<'-- end --'\nx\n-- end --"
