"""Which environment files get the two lines; `bugcapture check` is the judge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from command_project import CommandProject

FEATURE = "Feature: a\n\n  @tdd_bug @tdd_bug_5\n  Scenario: b\n    Then c\n"
INSTALL = "from bugcapture.behave import install\n\ninstall()\n"


@pytest.mark.parametrize(
    ("files", "changed"),
    [
        ({"features/steps/a.py": "", "features/a.feature": FEATURE}, ["features/environment.py"]),
        ({"features/environment.py": "", "features/a.feature": FEATURE}, ["features/environment.py"]),
        (
            {"features/steps/a.py": "", "features/a.feature": FEATURE, "features/deep/b.feature": FEATURE},
            ["features/environment.py"],
        ),
        ({"behave.ini": "[behave]\n", "features/deep/b.feature": FEATURE}, ["features/environment.py"]),
        ({"behave.ini": "[behave]\npaths = spec\n", "spec/b.feature": FEATURE}, ["spec/environment.py"]),
        ({"behave.ini": "[behave]\nrunner = bugcapture.behave:Runner\n", "features/a.feature": FEATURE}, []),
        (
            {
                "behave.ini": "[behave]\nstage = api\n",
                "features/api_steps/a.py": "",
                "features/a.feature": FEATURE,
            },
            ["features/api_environment.py"],
        ),
        (
            {
                "features/environment.py": INSTALL,
                "features/api_environment.py": "import os\n",
                "features/api_steps/a.py": "",
                "features/a.feature": FEATURE,
            },
            ["features/api_environment.py"],
        ),
        (
            {
                "one/features/steps/a.py": "",
                "one/features/a.feature": FEATURE,
                "one/behave.ini": "[behave]\n",
                "two/features/environment.py": "import os\n",
                "two/features/a.feature": FEATURE,
                "two/behave.ini": "[behave]\n",
            },
            ["one/features/environment.py", "two/features/environment.py"],
        ),
        ({"features/environment.py": INSTALL, "features/a.feature": FEATURE}, []),
        (
            {
                "pyproject.toml": '[tool.bugcapture]\nassume_wired = ["behave"]\n',
                "features/environment.py": "",
                "features/a.feature": FEATURE,
            },
            [],
        ),
    ],
)
def test_afterwards_check_is_satisfied(project: CommandProject, files: dict[str, str], changed: list[str]) -> None:
    for name, content in files.items():
        project.write(name, content)
    before = project.files()
    done = project.run("init", "--yes", "--framework", "behave")
    assert done.code == 0, done
    after = project.files()
    found = [name for name, content in after.items() if before.get(name) != content]
    assert [name for name in found if name != "pyproject.toml"] == changed
    check = project.run("check", "--format", "json")
    assert (check.code, check.json["findings"]) == (0, []), check.out
    again = project.run("init", "--yes", "--framework", "behave")
    assert (again.code, again.err) == (0, "bugcapture: nothing to do: behave wired in\n")
    assert project.files() == after


def test_a_new_suite_gets_its_environment(project: CommandProject) -> None:
    """Named by hand, without any feature yet."""
    assert project.run("init", "--yes", "--framework", "behave").code == 0
    assert project.read("features/environment.py") == INSTALL


def test_an_environment_file_with_a_syntax_error_is_refused(project: CommandProject) -> None:
    project.write("features/environment.py", "import os\ndef before_all(context)\n    pass\n")
    project.write("features/a.feature", FEATURE)
    before = project.files()
    done = project.run("init", "--yes")
    assert (done.code, done.out.count("--- ")) == (1, 1)
    assert (
        "bugcapture: features/environment.py:2: cannot be parsed, so nobody knows where lines can be added"
        in done.err
    )
    assert "bugcapture: 1 problem, nothing was written\n" in done.err
    assert project.files() == before


def test_a_configuration_that_behave_cannot_read_is_told(project: CommandProject) -> None:
    project.write("features/steps/a.py")
    project.write("features/a.feature", FEATURE)
    project.write("behave.ini", "no section\n")
    done = project.run("init", "--yes")
    assert done.code == 1
    assert "bugcapture: behave.ini: Behave cannot read its configuration" in done.err


def test_without_behave_it_says_how_to_install_it(project: CommandProject) -> None:
    project.write("features/steps/a.py")
    project.write("features/a.feature", "Feature: a\n")
    project.write("broken/behave/__init__.py", "raise ImportError('no module named behave')\n")
    done = project.start("bugcapture", "init", "--yes", env={"PYTHONPATH": str(project.folder / "broken")})
    assert (done.code, done.out) == (2, "")
    assert "Behave is needed to read its configuration" in done.err
    assert "[behave]" in done.err
