"""The weekly job of each forge, run for real: git pushes over HTTP, and a forge of this machine answers."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from forge_server import TOKEN, Forge, run_forge
from report_project import FOLDER, ReportProject, at

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not shutil.which("curl"), reason="the job calls curl")

FILES = {
    "github": ".github/workflows/bugcapture-reports.yml",
    "forgejo": ".forgejo/workflows/bugcapture-reports.yml",
    "gitlab": ".gitlab-ci.yml",
}
REQUEST = {
    "path": "/api/repos/me/shop/pulls",
    "title": "docs: refresh the reports of bugcapture",
    "head": "bugcapture/reports",
    "base": 'ma"in',
    "body": "`bugcapture report check` found reports that do not say what the sources say.",
}
HOOK = """\
#!/bin/sh
i=0
while [ "$i" -lt "${GIT_PUSH_OPTION_COUNT:-0}" ]; do
  eval "echo \\"\\$GIT_PUSH_OPTION_$i\\"" >> push-options
  i=$((i + 1))
done
"""


@dataclass
class Runner:
    """A machine of the forge with a checkout of the project.

    Attributes:
        project: The checkout.
        forge: The forge.
    """

    project: ReportProject
    forge: Forge

    @property
    def bare(self) -> Path:
        """The repository on the forge."""
        return self.forge.folder / "shop.git"

    def run(self, kind: str, first: int = 0, *, token: str = TOKEN, shell: str = "sh") -> tuple[int, str]:
        """Run the steps of the job from one on, without the one that installs; the exit code and all output."""
        token_name = "BUGCAPTURE_REPORTS_TOKEN" if kind == "gitlab" else "TOKEN"
        environment = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("GIT", "CI_", "BUGCAPTURE"))
            },
            "PATH": f"{self._shims()}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(self.forge.folder),
            "GIT_TERMINAL_PROMPT": "0",
            "GITHUB_API_URL": f"{self.forge.url}/api",
            "GITHUB_REPOSITORY": "me/shop",
            "GITHUB_REF_NAME": 'ma"in',
            "CI_PROJECT_URL": f"{self.forge.url}/shop",
            "CI_DEFAULT_BRANCH": "main",
            token_name: token,
        }
        output = ""
        for step in steps(self.project, kind)[first:]:
            done = subprocess.run(
                [shell, "-e", "-c", step],
                cwd=self.project.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                check=False,
                timeout=120,
            )
            output += done.stdout.decode()
            if done.returncode:
                return done.returncode, output
        return 0, output

    def arguments(self) -> str:
        """What git and curl were called with."""
        return (self.forge.folder / "calls").read_text()

    def _shims(self) -> Path:
        folder = self.forge.folder / "shims"
        folder.mkdir(exist_ok=True)
        for name in ("git", "curl"):
            real, log = shlex.quote(shutil.which(name) or ""), shlex.quote(str(self.forge.folder / "calls"))
            shim = folder / name
            shim.write_text(f'#!/bin/sh\necho {name} "$@" >> {log}\nexec {real} "$@"\n')
            shim.chmod(0o755)
        return folder

    def pushed(self, *arguments: str) -> str:
        """Ask the repository on the forge."""
        command = ["git", "-C", str(self.bare), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def steps(project: ReportProject, kind: str) -> list[str]:
    """The commands of the job, without the one that installs."""
    document: dict[str, Any] = yaml.load(project.read(FILES[kind]), yaml.BaseLoader)  # noqa: S506 - `on` would become true
    if kind == "gitlab":
        listed = document["bugcapture-reports"]["script"]
    else:
        listed = [step["run"] for step in document["jobs"]["refresh"]["steps"] if "run" in step]
    assert listed[0].startswith("pip install 'bugcapture[")
    return listed[1:]


@pytest.fixture(scope="session")
def _wired(_templates: tuple[ReportProject, ReportProject], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A checkout with fresh reports, and with the jobs of all forges."""
    folder = tmp_path_factory.mktemp("wired") / "project"
    shutil.copytree(_templates[1].folder, folder)
    project = at(folder)
    for kind in FILES:
        done = project.run("init", "--yes", "--no-hook", "--weekly-reports", "--ci", kind)
        assert done.code == 0, done.out + done.err
    project.refresh()
    project.commit()
    return folder


@pytest.fixture
def runner(_wired: Path, tmp_path: Path) -> Iterator[Runner]:
    """A checkout with fresh reports, of a repository on the forge."""
    shutil.copytree(_wired, tmp_path / "project")
    project = at(tmp_path / "project")
    forge_folder = tmp_path / "forge"
    forge_folder.mkdir()
    bare = forge_folder / "shop.git"
    project.git("clone", "--quiet", "--bare", ".", str(bare))
    project.git("-C", str(bare), "config", "receive.advertisePushOptions", "true")
    hook = bare / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    with run_forge(forge_folder) as forge:
        project.git("remote", "add", "origin", f"{forge.url}/shop.git")
        yield Runner(project, forge)


def test_fresh_reports_open_nothing(runner: Runner) -> None:
    """Nothing is committed and nothing is pushed."""
    for kind in FILES:
        code, output = runner.run(kind, *([] if kind == "github" else [-1]))
        assert (code, "The reports are fresh.\n" in output) == (0, True), output
    assert runner.pushed("branch", "--list", "bugcapture/*") == ""
    assert runner.forge.requests == []


def test_stale_reports_open_a_pull_request(runner: Runner) -> None:
    """With a commit of the reports alone; the token is in no output and no argument."""
    runner.project.write("tests/test_new.py", "def test(): pass\n")
    runner.project.write("stray.txt", "left by something\n")

    code, output = runner.run("github")

    assert code == 0, output
    assert "D4 is stale: added: tests/test_new.py" in output
    assert "The pull request is open.\n" in output
    assert runner.forge.requests == [REQUEST]
    changed = runner.pushed("diff", "--name-only", "main", "bugcapture/reports").split()
    assert changed
    assert all(name.startswith(f"{FOLDER}/") for name in changed)
    assert "tests/test_new.py" in runner.pushed("show", f"bugcapture/reports:{FOLDER}/.bugcapture-reports.json")
    assert TOKEN not in output + runner.arguments()
    assert "curl --config -" in runner.arguments()


@pytest.mark.parametrize(("kind", "shell"), [("forgejo", "sh"), ("github", "bash")])
def test_the_other_forge_and_the_other_shell(runner: Runner, kind: str, shell: str) -> None:
    """Do the same."""
    runner.project.write(f"{FOLDER}/bugs.md", "new\n")

    code, output = runner.run(kind, -1, shell=shell)

    assert (code, output) == (0, "The pull request is open.\n")
    assert runner.forge.requests == [REQUEST]


def test_no_module_of_the_project_is_imported_beside_the_token(runner: Runner) -> None:
    """Neither one that is called like one of Python's own."""
    runner.project.write("json.py", "raise SystemExit('imported')\n")
    runner.project.write(f"{FOLDER}/bugs.md", "new\n")

    assert runner.run("github", -1) == (0, "The pull request is open.\n")


def test_the_next_week_pushes_to_the_same_pull_request(runner: Runner) -> None:
    """Also when the branch is there with other commits."""
    runner.project.write(f"{FOLDER}/bugs.md", "one\n")
    assert runner.run("github", -1)[0] == 0
    runner.project.git("reset", "--quiet", "--hard", "main~1")
    runner.project.write(f"{FOLDER}/bugs.md", "two\n")
    runner.forge.answer = (422, "A pull request already exists for me:bugcapture/reports.")

    code, output = runner.run("github", -1)

    assert (code, output) == (0, "The pull request was open already, and has the new reports.\n")
    assert runner.pushed("show", f"bugcapture/reports:{FOLDER}/bugs.md") == "two\n"


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_forge_that_refuses_fails_the_job(runner: Runner, shell: str) -> None:
    """What it says is told in one line that begins no command of a runner."""
    runner.project.write(f"{FOLDER}/bugs.md", "new\n")
    runner.forge.answer = (403, "GitHub Actions is not permitted\r\n::warning::to create pull requests")

    code, output = runner.run("github", -1, shell=shell)

    assert code == 1
    assert output.splitlines()[-1].startswith("No pull request: the forge answered 403: ")
    assert not any(line.startswith("::") for line in output.splitlines())


def test_gitlab_opens_a_merge_request_by_push_options(runner: Runner) -> None:
    """GitLab does it itself when it gets the branch."""
    runner.project.write("tests/test_new.py", "def test(): pass\n")

    code, output = runner.run("gitlab")

    assert code == 0, output
    assert (runner.bare / "push-options").read_text().splitlines() == [
        "merge_request.create",
        "merge_request.target=main",
        "merge_request.title=docs: refresh the reports of bugcapture",
    ]
    assert "tests/test_new.py" in runner.pushed("show", f"bugcapture/reports:{FOLDER}/.bugcapture-reports.json")
    assert TOKEN not in output + runner.arguments()


def test_without_a_token_nothing_is_tried(runner: Runner) -> None:
    """The name of the secret is told."""
    told = "There is no token: set the secret BUGCAPTURE_REPORTS_TOKEN.\n"
    assert [runner.run(kind, -1, token="") for kind in FILES] == [(1, told)] * 3


def test_a_wrong_token_fails_the_job(runner: Runner) -> None:
    """It is not told, and git does not ask for another one."""
    runner.project.write(f"{FOLDER}/bugs.md", "new\n")

    code, output = runner.run("github", -1, token="wr0ng")  # noqa: S106 - one of nothing

    assert code != 0
    assert "wr0ng" not in output
    assert runner.forge.requests == []


def test_reports_that_cannot_be_made_fail_the_job(runner: Runner) -> None:
    """A file of somebody else is in the way."""
    runner.project.write(f"{FOLDER}/bugs.md", "# Mine\n")

    code, output = runner.run("github")

    assert code == 1
    assert "was not written by bugcapture, and is not overwritten" in output
