"""The canary of `bugcapture check`: are the captures judged at all (W1), and do they run (W2)?"""

from __future__ import annotations

from textwrap import dedent

import pytest
from source_cases import CAPTURE, scenario
from source_project import ANY_STEP, INSTALL, Project

WIRED = {
    "two lines": INSTALL,
    "behind other code": "import os\n\nNAME = os.name\n\n\ndef before_all(context):\n    pass\n\n\n" + INSTALL,
    "alias": "from bugcapture.behave import install as go\ngo()\n",
    "several names": "from bugcapture.behave import (\n    Runner,\n    install,\n)\ninstall()\n",
    "star": "from bugcapture.behave import *\ninstall()\n",
    "module": "import bugcapture.behave\nbugcapture.behave.install()\n",
    "module alias": "import bugcapture.behave as capture\ncapture.install()\n",
    "package": "from bugcapture import behave\nbehave.install()\n",
    "package alias": "from bugcapture import behave as capture\ncapture.install()\n",
    "home module": "from bugcapture.behave.install import install\ninstall()\n",
    "in try in with": "import contextlib\nfrom bugcapture.behave import install\n"
    "with contextlib.suppress(OSError):\n    try:\n        install()\n    finally:\n        pass\n",
    "imported twice": "import bugcapture\nimport bugcapture.behave\n" + INSTALL,
    "another function's variable": INSTALL + "def f(context):\n    install = 1\n    del install\n",
    "two names, one rebound": "from bugcapture.behave import install\nimport bugcapture.behave as b\n"
    "install = 1\nb.install()\n",
    "in try": "try:\n    from bugcapture.behave import install\n    install()\nexcept ImportError:\n    pass\n",
    "in with": "import contextlib\n"
    + INSTALL.replace("\ninstall", "\nwith contextlib.suppress(OSError):\n    install"),
    "in a function and outside": "from bugcapture.behave import install\ndef f():\n    install()\ninstall()\n",
    "with a byte order mark": "\ufeff" + INSTALL,
    "in another encoding": "# coding: latin-1\n# é\n" + INSTALL,
    "with odd escapes": "PATTERN = '\\d'\n" + INSTALL,
}
UNWIRED = {
    "empty": ("", 1, "it does not call install()"),
    "only imported": ("from bugcapture.behave import install\n", 1, "it does not call install()"),
    "only named": ("from bugcapture.behave import install\ninstall\n", 1, "it does not call install()"),
    "another install": ("from pip import install\ninstall()\n", 1, "it does not call install()"),
    "another module of that name": ("from .behave import install\ninstall()\n", 1, "it does not call install()"),
    "a relative module": ("from .bugcapture.behave import install\ninstall()\n", 1, "it does not call install()"),
    "install of its own": ("def install():\n    pass\ninstall()\n", 1, "it does not call install()"),
    "wrong attribute": (
        "import bugcapture.behave\nbugcapture.behave.uninstall()\n",
        1,
        "it does not call install()",
    ),
    "comment": ("# from bugcapture.behave import install\n# install()\n", 1, "it does not call install()"),
    "string": (f'"""\n{INSTALL}"""\n', 1, "it does not call install()"),
    "in a hook": (
        "from bugcapture.behave import install\n\ndef before_all(context):\n    install()\n",
        4,
        "install() stands inside a function, which runs too late or never",
    ),
    "in an async function": (
        "from bugcapture.behave import install\nasync def f():\n    install()\n",
        3,
        "install() stands inside a function, which runs too late or never",
    ),
    "in a lambda": (
        "from bugcapture.behave import install\nf = lambda: install()\n",
        2,
        "install() stands inside a function, which runs too late or never",
    ),
    **{
        f"conditional: {head}": (
            f"import os\nfrom bugcapture.behave import install\n{head}\n    install()\n{tail}",
            3 + head.count("\n") + 1,
            "install() is conditional",
        )
        for head, tail in (
            ("if True:", ""),
            ("if os.environ.get('CI'):\n    pass\nelse:", ""),
            ("for _ in ():", ""),
            ("while False:", ""),
            ("try:\n    pass\nexcept OSError:", ""),
            ("try:\n    pass\nexcept OSError:\n    pass\nelse:", ""),
            ("try:\n    pass\nfinally:", ""),
            ("with open(os.devnull):\n  if os.name == 'x':", ""),
        )
    },
    "and": ("from bugcapture.behave import install\nFalse and install()\n", 2, "install() is conditional"),
    **{
        f"rebound: {line}": (
            f"from bugcapture.behave import install\n{line}\ninstall()\n",
            2,
            "install is not always bugcapture's: it is bound again, or deleted",
        )
        for line in (
            "del install",
            "install = print",
            "def install(): pass",
            "class install: pass",
            "from shop import install",
            "import shop as install",
            "(install := print)",
            "for install in [print]: pass",
            "def f(): global install; install = print",
        )
    },
    "rebound in a fallback": (
        "try:\n    from bugcapture.behave import install\nexcept OSError:\n    def install(): pass\ninstall()\n",
        4,
        "install is not always bugcapture's: it is bound again, or deleted",
    ),
    "rebound attribute": (
        "import bugcapture.behave\nbugcapture.behave.install = print\nbugcapture.behave.install()\n",
        2,
        "bugcapture.behave.install is not always bugcapture's: it is bound again, or deleted",
    ),
    "rebound module": (
        "import bugcapture.behave\nbugcapture = None\nbugcapture.behave.install()\n",
        2,
        "bugcapture is not always bugcapture's: it is bound again, or deleted",
    ),
    "uninstalled": (
        "from bugcapture.behave import *\ninstall()\ndef before_all(context):\n    uninstall()\n",
        4,
        "it calls uninstall()",
    ),
    "syntax error": ("x = 1\ndef (:\n" + INSTALL, 2, "it cannot be parsed (SyntaxError)"),
    "not its encoding": ("x = '\udcff'\n" + INSTALL, 1, "it cannot be parsed (SyntaxError)"),
    "null bytes": ("x = 1\0\n" + INSTALL, 1, "it cannot be parsed (SyntaxError)"),
    "too deep": ("x = " + "-" * 100_000 + "1\n" + INSTALL, 1, "it cannot be parsed (MemoryError)"),
}


@pytest.fixture(autouse=True)
def capture(project: Project) -> None:
    """One captured scenario of bug 5."""
    project.feature(scenario(CAPTURE))


def warnings_and_errors(project: Project) -> list[str]:
    """The findings as ``path:line RULE severity``."""
    found = project.check().json["findings"]
    return [f"{finding['path']}:{finding['line']} {finding['rule']} {finding['severity']}" for finding in found]


@pytest.mark.parametrize("variant", WIRED)
def test_an_environment_that_installs_is_found(project: Project, variant: str) -> None:
    """Every way to import and call ``install`` at the top level counts."""
    project.write("features/environment.py", WIRED[variant].encode())
    done = project.check()
    assert (done.code, done.places) == (0, [])
    assert done.err.count("\n") == 1


@pytest.mark.parametrize("variant", UNWIRED)
def test_an_environment_that_does_not_install_is_told(project: Project, variant: str) -> None:
    """W1 at the line that explains it, with the reason, the bugs and the remedy."""
    text, line, reason = UNWIRED[variant]
    project.write("features/environment.py", text.encode("utf-8", "surrogateescape"))
    done = project.check()
    assert done.code == 1
    (finding,) = done.json["findings"]
    assert (finding["path"], finding["rule"]) == ("features/environment.py", "W1")
    assert finding["line"] == line or "cannot be parsed" in reason
    assert (
        f"1 tagged test (#5) would run without bugcapture: {reason}; add `from bugcapture.behave import"
        in finding["message"]
    )


def test_a_missing_environment_is_told_at_the_first_capture(project: Project) -> None:
    """There is no file to point at, so the first test that is not judged is named."""
    (project.folder / "features/environment.py").unlink()
    project.feature(scenario("@tdd_bug @tdd_bug_6"), "b")
    done = project.check()
    assert done.places == ["features/a.feature:3 W1"]
    assert "2 tagged tests (#5, #6) would run without bugcapture: there is no environment.py" in done.text


def test_an_environment_that_cannot_be_read_is_told(project: Project) -> None:
    """A dangling link and a folder of that name are no environment."""
    file = project.folder / "features/environment.py"
    file.unlink()
    file.symlink_to("nowhere.py")
    assert project.check().places == ["features/a.feature:3 W1"]
    file.unlink()
    file.mkdir()
    assert project.check().places == ["features/a.feature:3 W1"]


def test_no_captures_need_no_adapter(project: Project) -> None:
    """A project without captures is right without any environment."""
    (project.folder / "features/environment.py").unlink()
    project.feature(scenario("@slow"))
    assert project.check().code == 0


def test_wiring_can_be_left_out(project: Project) -> None:
    """``--no-wiring`` looks at the test files alone; ``assume_wired`` does it for one framework in the project."""
    (project.folder / "features/environment.py").unlink()
    assert project.run("check", "--no-wiring").code == 0
    project.write("pyproject.toml", '[tool.bugcapture]\nassume_wired = ["robot"]\n')
    assert project.run("check").code == 1
    project.write("pyproject.toml", '[tool.bugcapture]\nassume_wired = ["behave"]\n')
    assert project.run("check").code == 0


def test_assumed_wiring_still_checks_the_selection(project: Project) -> None:
    """``assume_wired`` says that the adapter is loaded, not that the captures run."""
    project.write(
        "pyproject.toml", '[tool.bugcapture]\nassume_wired = ["behave"]\n[tool.behave]\ntags = ["not @tdd_bug"]\n'
    )
    assert warnings_and_errors(project) == ["pyproject.toml:4 W2 error"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("behave.ini", "[behave]\nrunner = bugcapture.behave:Runner\n"),
        (".behaverc", "[behave]\nrunner = bugcapture.behave:Runner\n"),
        ("setup.cfg", "[metadata]\nname = x\n[behave]\nrunner = bugcapture.behave:Runner\n"),
        ("tox.ini", "[tox]\n[behave]\nrunner = bugcapture.behave:Runner\n"),
        ("pyproject.toml", '[tool.behave]\nrunner = "bugcapture.behave:Runner"\n'),
        ("behave.ini", "[behave]\nrunner = capture\n[behave.runners]\ncapture = bugcapture.behave:Runner\n"),
        (
            "pyproject.toml",
            '[tool.behave]\nrunner = "capture"\n[tool.behave.runners]\ncapture = "bugcapture.behave:Runner"\n',
        ),
    ],
)
def test_the_runner_of_each_configuration_file_counts(project: Project, file: str, text: str) -> None:
    """Where Behave is told to use our runner, no environment file is needed; a real run agrees."""
    (project.folder / "features/environment.py").unlink()
    project.write("features/steps/any.py", "")
    assert project.check().code == 1
    project.write(file, text)
    assert project.check().places == []
    project.feature(scenario("@tdd_bug_5"))
    run = project.start("--dry-run", python=("-m", "behave"))
    assert run.code == 1
    assert "features/a.feature:2: T1" in run.err


@pytest.mark.parametrize(
    "text", ["runner = behave.runner:Runner", "runner = other", "runner = bugcapture.behave.Runner"]
)
def test_another_runner_does_not_count(project: Project, text: str) -> None:
    """Behave's own runner, an unknown alias and a misspelling load nothing of ours."""
    (project.folder / "features/environment.py").unlink()
    project.write("behave.ini", f"[behave]\n{text}\n")
    assert project.check().places == ["features/a.feature:3 W1"]


def test_the_file_that_behave_reads_last_wins(project: Project) -> None:
    """behave.ini overrides pyproject.toml."""
    (project.folder / "features/environment.py").unlink()
    project.write("pyproject.toml", '[tool.behave]\nrunner = "bugcapture.behave:Runner"\n')
    project.write("behave.ini", "[behave]\nrunner = behave.runner:Runner\n")
    assert project.check().places == ["features/a.feature:3 W1"]


def test_the_environment_of_another_stage_does_not_count(project: Project) -> None:
    """``ci_environment.py`` is loaded for ``--stage ci`` alone, ``environment.py`` without a stage."""
    project.write("features/ci_environment.py", INSTALL)
    project.write("features/environment.py", "")
    assert project.check().places == ["features/environment.py:1 W1"]
    project.write("behave.ini", "[behave]\nstage = ci\n")
    assert project.check().places == []
    (project.folder / "features/ci_environment.py").rename(project.folder / "features/dev_environment.py")
    assert project.check().places == ["features/a.feature:3 W1"]
    project.write("features/ci_environment.py", "")
    project.write("features/environment.py", INSTALL)
    assert project.check().places == ["features/ci_environment.py:1 W1"]


def test_a_project_that_only_has_stages_may_use_any(project: Project) -> None:
    """Without ``environment.py`` the stage is given on the command line, which cannot be seen."""
    (project.folder / "features/environment.py").rename(project.folder / "features/ci_environment.py")
    assert project.check().places == []
    project.write("features/my_notenvironment.py", INSTALL)
    (project.folder / "features/ci_environment.py").unlink()
    assert project.check().places == ["features/a.feature:3 W1"]


def test_the_environment_of_another_stage_is_a_warning(project: Project) -> None:
    """``ci_environment.py`` with ``ci_steps`` beside it is for ``--stage ci``, where nothing would be judged."""
    project.write("features/steps/any.py", "")
    project.write("features/ci_environment.py", "\n")
    assert project.check().places == []
    project.write("features/ci_steps/any.py", "")
    done = project.check()
    assert done.code == 0
    assert warnings_and_errors(project) == ["features/ci_environment.py:1 W1 warning"]
    message = done.json["findings"][0]["message"]
    assert message.startswith("1 tagged test (#5) would run without bugcapture with --stage ci: it does not call")
    project.write("features/ci_environment.py", INSTALL)
    assert project.check().places == []
    (project.folder / "features/environment.py").unlink()
    project.write("features/dev_environment.py", "")
    project.write("features/dev_steps/any.py", "")
    assert warnings_and_errors(project) == ["features/dev_environment.py:1 W1 warning"]
    project.write("features/ci_environment.py", "")
    assert warnings_and_errors(project) == [
        "features/ci_environment.py:1 W1 error",
        "features/dev_environment.py:1 W1 warning",
    ]


def test_a_nested_environment_does_not_wire_the_run(project: Project) -> None:
    """Behave loads the environment beside the steps alone, for features below too; a real run agrees."""
    project.write("features/steps/any.py", ANY_STEP)
    project.write("features/environment.py", "")
    project.write("features/audit/environment.py", INSTALL)
    project.feature(scenario("@slow"))
    project.feature(scenario(CAPTURE), "audit/b")
    assert project.check().places == ["features/environment.py:1 W1"]
    run = project.start(python=("-m", "behave"))
    assert (run.code, "bugcapture" in run.err) == (0, False)
    (project.folder / "features/environment.py").unlink()
    assert project.check().places == ["features/audit/b.feature:3 W1"]
    project.write("features/environment.py", INSTALL)
    project.write("features/audit/environment.py", "")
    assert project.check().places == []
    run = project.start(python=("-m", "behave"))
    assert (run.code, "bugcapture" in run.err) == (1, True)


@pytest.mark.parametrize(
    ("config", "places"),
    [("", ["features/environment.py:1 W1"]), ("paths = features/audit", []), ("paths = features/a.feature", None)],
)
def test_the_paths_of_behaves_configuration_choose_the_environment(
    project: Project, config: str, places: list[str] | None
) -> None:
    """Behave looks upwards from the first of its paths; a capture outside of them is told as W2."""
    project.write("features/steps/any.py", "")
    project.write("features/environment.py", "")
    project.write("features/audit/steps/any.py", "")
    project.write("features/audit/environment.py", INSTALL)
    project.feature(scenario("@slow"))
    project.feature(scenario(CAPTURE), "audit/b")
    project.write("behave.ini", f"[behave]\n{config}\n")
    assert project.check().places == (
        ["behave.ini:2 W2", "features/environment.py:1 W1"] if places is None else places
    )


def test_the_first_path_chooses_the_environment_of_all(project: Project) -> None:
    """Behave has one environment for all of its paths; a real run agrees."""
    for name, text in (("api", ""), ("ui", INSTALL)):
        project.write(f"{name}/steps/any.py", ANY_STEP)
        project.write(f"{name}/environment.py", text)
    (project.folder / "features/a.feature").unlink()
    project.write("ui/b.feature", scenario(CAPTURE))
    project.write("api/b.feature", scenario("@slow"))
    project.write("behave.ini", "[behave]\npaths = api\n    ui\n")
    assert project.check().places == ["api/environment.py:1 W1"]
    assert project.start(python=("-m", "behave")).code == 0
    project.write("behave.ini", "[behave]\npaths = ui\n    api\n")
    assert project.check().places == []
    assert project.start(python=("-m", "behave")).code == 1


def test_the_outermost_environment_counts_in_any_folder(project: Project) -> None:
    """Outside of ``features`` the whole suite is taken for what is run."""
    (project.folder / "features/a.feature").unlink()
    project.write("api/steps/any.py", "")
    project.write("api/environment.py", "")
    project.write("api/sub/environment.py", INSTALL)
    project.write("api/sub/b.feature", scenario(CAPTURE))
    assert project.check().places == ["api/environment.py:1 W1"]


def test_paths_that_leave_captures_out_are_a_warning(project: Project) -> None:
    """The command line can name other paths; a list of features, or a path that is not there, is passed over."""
    (project.folder / "other").mkdir()
    project.write("behave.ini", "[behave]\npaths = other\n")
    assert warnings_and_errors(project) == ["behave.ini:2 W2 warning"]
    assert (
        "paths = other keeps 1 tagged test (#5) from running, first features/a.feature:3" in project.check().text
    )
    for paths in ("features", "features/a.feature", "features\n    other", "nowhere", "@list.txt"):
        project.write("behave.ini", f"[behave]\npaths = {paths}\n")
        assert warnings_and_errors(project) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("behave.ini", "[behave]\ntags = not @tdd_bug\n"),
        (".behaverc", "[behave]\ntags = not @tdd_bug\n"),
        ("setup.cfg", "[behave]\ntags = not @tdd_bug\n"),
        ("tox.ini", "[behave]\ntags = not @tdd_bug\n"),
        ("nested/pyproject.toml", '[tool.behave]\ntags = ["not @tdd_bug"]\n'),
    ],
)
def test_the_configuration_nearest_to_the_features_counts(project: Project, name: str, text: str) -> None:
    """Behave reads its configuration where it is started; the root's is read for features without one nearer."""
    project.write("pyproject.toml", "[tool.bugcapture]\n")
    project.write("behave.ini", "[behave]\nrunner = bugcapture.behave:Runner\n")
    folder = "shop/" + name.rpartition("/")[0]
    project.write(f"{folder}/features/b.feature", scenario(CAPTURE.replace("_5", "_6")))
    assert project.check().places == []
    project.write(f"shop/{name}", text)
    first = f"{folder.rstrip('/')}/features/b.feature:3"
    assert project.check().places == sorted([f"{first} W1", f"shop/{name}:2 W2"])
    project.write(f"shop/{name}", text.replace("behave]", "other]"))
    own = name in {"behave.ini", ".behaverc"}
    assert project.check().places == ([f"{first} W1"] if own else [])


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("behave.ini", "[behave]\ndry_run = true\n"),
        ("pyproject.toml", "[tool.behave]\ndry_run = true\n"),
    ],
)
def test_a_dry_run_judges_nothing(project: Project, file: str, text: str) -> None:
    """W2: with ``dry_run`` no step runs, so no capture is ever judged; a real run agrees."""
    project.write("features/steps/any.py", ANY_STEP)
    project.write(file, text)
    done = project.check()
    assert warnings_and_errors(project) == [f"{file}:2 W2 error"]
    assert done.json["findings"][0]["message"] == (
        "dry_run = true keeps 1 tagged test (#5) from being judged, first features/a.feature:3"
    )
    assert project.start(python=("-m", "behave")).code == 0
    project.write(file, text.replace("true", "false"))
    assert project.check().places == []
    assert project.start(python=("-m", "behave")).code == 1


def test_the_dry_run_of_the_file_that_behave_reads_last_wins(project: Project) -> None:
    """behave.ini can take back what pyproject.toml sets."""
    project.write("pyproject.toml", "[tool.behave]\ndry_run = true\n")
    project.write("behave.ini", "[behave]\ndry_run = false\n")
    assert project.check().places == []


def test_separate_suites_need_an_environment_each(project: Project) -> None:
    """Two folders with features of their own: the one that does not install is told, with its bugs."""
    (project.folder / "features/environment.py").unlink()
    (project.folder / "features/a.feature").unlink()
    project.write("api/environment.py", INSTALL)
    project.write("api/a.feature", scenario(CAPTURE))
    project.write("ui/environment.py", "")
    project.write("ui/b.feature", scenario(CAPTURE.replace("_5", "_6")))
    project.write("ui/sub/c.feature", scenario(CAPTURE.replace("_5", "_7")))
    done = project.check()
    assert done.places == ["ui/environment.py:1 W1"]
    assert "2 tagged tests (#6, #7)" in done.text


def test_the_environment_above_counts_for_folders_below(project: Project) -> None:
    """Behave loads the environment beside the steps, also for features in folders below; never one beside them."""
    project.feature(scenario(CAPTURE), "deep/er/b")
    assert project.check().places == []
    (project.folder / "features/environment.py").unlink()
    project.write("features/deep/other/environment.py", INSTALL)
    assert project.check().places == ["features/a.feature:3 W1"]


def test_the_search_ends_at_the_project(project: Project) -> None:
    """An environment above the project's root is another project's."""
    project.write("inner/pyproject.toml", "[project]\n")
    project.write("inner/features/a.feature", scenario(CAPTURE))
    project.write("environment.py", INSTALL)
    done = project.run("check", "--format", "json", where="inner")
    assert done.places == ["features/a.feature:3 W1"]


@pytest.mark.parametrize(
    ("file", "text", "line"),
    [
        ("behave.ini", "[behave]\ntags = not @tdd_bug\n", 2),
        ("behave.ini", "[behave]\ndefault_tags = not (@xfail or @tdd_expected_fail)\n", 2),
        ("behave.ini", "[behave]\nstop = no\ntags = not @tdd_bug\n    not @slow\n", 3),
        (".behaverc", "[behave]\ntags=not @tdd_bug_5\n", 2),
        ("setup.cfg", "[behave]\ntags = @smoke\n", 2),
        ("tox.ini", "[tox]\nskipsdist = 1\n\n[behave]\ntags = not @tdd_bug\n", 5),
        ("pyproject.toml", '[tool.behave]\ntags = ["@tdd_issue"]\n', 2),
        ("pyproject.toml", '[tool.behave]\ntags = ["not @tdd_bug", "not @slow"]\n', 2),
        ("pyproject.toml", '[tool.behave]\ndefault_tags = ["not @tdd_expected_fail"]\n', 2),
    ],
)
def test_a_selection_that_excludes_captures_is_an_error(project: Project, file: str, text: str, line: int) -> None:
    """W2 at the line of the key: these captures never run, and nobody would notice the fix; a real run agrees."""
    project.write(file, text)
    assert warnings_and_errors(project) == [f"{file}:{line} W2 error"]
    project.write("features/steps/any.py", "")
    run = project.start("--dry-run", "--format", "plain", "--no-skipped", python=("-m", "behave"))
    assert "Scenario: S" not in run.text


@pytest.mark.parametrize(
    "text", ["tags = not @slow", "tags = @tdd_bug", "default_tags = not @wip", "tags = not (@xfail or @wip)"]
)
def test_a_selection_that_keeps_captures_is_right(project: Project, text: str) -> None:
    """Expressions that select the captures are no finding."""
    project.write("behave.ini", f"[behave]\n{text}\n")
    assert warnings_and_errors(project) == []


def test_a_capture_that_runs_elsewhere_is_a_warning(project: Project) -> None:
    """A capture tagged @slow is left out by a tag of the project's own: told, and no failure."""
    project.feature(scenario(f"{CAPTURE} @slow"))
    project.write("behave.ini", "[behave]\ntags = not @slow\n")
    done = project.check()
    assert done.code == 0
    assert warnings_and_errors(project) == ["behave.ini:2 W2 warning"]
    assert done.json["findings"][0]["message"] == (
        "tags = not @slow keeps 1 tagged test (#5) from running, first features/a.feature:3"
    )
    assert done.err.endswith("0 errors, 1 warning\n")


def test_tags_win_over_default_tags(project: Project) -> None:
    """Behave uses ``default_tags`` only where there are no ``tags``."""
    project.write("behave.ini", "[behave]\ntags = not @slow\ndefault_tags = not @tdd_bug\n")
    assert warnings_and_errors(project) == []


@pytest.mark.parametrize("text", ["tags = not (", "tags = @a and or @b", "default_tags = ((("])
def test_a_broken_expression_is_told(project: Project, text: str) -> None:
    """Behave could not run either: P1 at the line of the key."""
    project.write("behave.ini", f"[behave]\n{text}\n")
    assert warnings_and_errors(project) == ["behave.ini:2 P1 error"]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("behave.ini", b"[behave\ntags = x\n"),
        ("behave.ini", b"tags = x\n"),
        ("setup.cfg", b"[behave]\ntags = a\ntags = b\n"),
        ("behave.ini", b"[behave]\nlang = \xff\n"),
    ],
)
def test_a_broken_configuration_file_is_told(project: Project, file: str, text: bytes) -> None:
    """A file that Behave cannot read is P1, not a crash."""
    project.write(file, text)
    done = project.check()
    assert done.places == [f"{file}:0 P1"]
    assert "Behave cannot read its configuration" in done.text


def test_an_expression_that_is_no_list_is_told(project: Project) -> None:
    """In pyproject.toml Behave wants a list, and ends with an error otherwise."""
    project.write("pyproject.toml", '[tool.behave]\ntags = "not @slow"\n')
    assert project.check().places == ["pyproject.toml:0 P1"]
    assert project.start("--dry-run", python=("-m", "behave")).code == 1


def test_a_broken_pyproject_is_told_where_it_concerns_behave_or_us(project: Project) -> None:
    """Broken TOML that names bugcapture is a usage error; other broken TOML is Behave's problem."""
    project.write("pyproject.toml", "[tool.behave\n")
    assert project.check().places == ["pyproject.toml:0 P1"]
    project.write("pyproject.toml", "[tool.bugcapture\n")
    done = project.check()
    assert done.code == 2
    assert "pyproject.toml" in done.err


def test_configuration_that_does_not_concern_behave_is_no_finding(project: Project) -> None:
    """Files without a section for Behave say nothing."""
    project.write("setup.cfg", "[metadata]\nname = x\n")
    project.write("tox.ini", "[tox]\n")
    project.write("pyproject.toml", dedent("[project]\nname = 'x'\n"))
    assert warnings_and_errors(project) == []
