"""The command line itself: exit codes, colours, files, pipes, interrupts and crashes."""

from __future__ import annotations

import os
import re
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from source_cases import CAPTURE, scenario
from source_project import Project, clean_env

RAISING = "raise RuntimeError('broken on purpose')\n"
INTERRUPTED = "import os, signal, time\nos.kill(os.getpid(), signal.SIGINT)\ntime.sleep(20)\n"


@pytest.fixture(autouse=True)
def feature(project: Project) -> None:
    """One capture, and one finding."""
    project.feature(scenario(f"{CAPTURE} @tdd_isue_6"))


@pytest.mark.parametrize("command", ["check", "list"])
@pytest.mark.parametrize("form", ["text", "json"])
def test_output_goes_to_a_file_with_the_same_bytes(project: Project, command: str, form: str) -> None:
    """``--output`` writes what standard output would get, and leaves standard output empty."""
    plain = project.run(command, "--format", form)
    filed = project.run(command, "--format", form, "--output", "out.txt")
    assert (filed.code, filed.out, filed.err) == (plain.code, b"", plain.err)
    assert (project.folder / "out.txt").read_bytes() == plain.out


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_output_takes_names_that_are_not_utf8(project: Project, form: str) -> None:
    """A file name of raw bytes is no crash in any format, on standard output as in a file."""
    (project.folder / "features/raw\udcff.feature").write_text(scenario("@tdd_bug_5"))
    assert project.run("check", "--format", form).code == 1
    assert project.run("check", "--format", form, "-o", "out.txt").code == 1
    started = project.start("check", "--format", form, env={"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"})
    assert (started.code, started.err.count("\n")) == (1, 1)


@pytest.mark.parametrize("place", ["missing/out.txt", "features"])
def test_an_output_file_that_cannot_be_written_is_a_usage_error(project: Project, place: str) -> None:
    """Exit code 2, with the file and the reason."""
    done = project.run("check", "--output", place)
    assert (done.code, done.out) == (2, b"")
    assert place in done.err


def test_quiet_leaves_the_result(project: Project) -> None:
    """``--quiet`` takes the closing line away and nothing else."""
    loud, quiet = project.run("check"), project.run("check", "--quiet")
    assert (quiet.code, quiet.out, quiet.err) == (loud.code, loud.out, "")
    assert loud.err == "bugcapture: 1 test file, 1 tagged test of 1 bug: 1 error, 0 warnings\n"


@pytest.mark.parametrize(
    ("arguments", "env", "coloured"),
    [
        ((), {}, False),
        ((), {"FORCE_COLOR": "1"}, True),
        ((), {"FORCE_COLOR": ""}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        (("--no-color",), {"FORCE_COLOR": "1"}, False),
        ((), {"FORCE_COLOR": "1", "NO_COLOR": ""}, True),
    ],
)
def test_colour_follows_options_and_environment(
    project: Project, arguments: tuple[str, ...], env: dict[str, str], coloured: bool
) -> None:
    """No colour into a pipe; FORCE_COLOR asks for it, NO_COLOR and ``--no-color`` win; for text alone."""
    done = project.start("check", *arguments, env=env)
    assert (b"\x1b[" in done.out) == coloured
    plain = re.sub(rb"\x1b\[[0-9;]*m", b"", done.out)
    assert plain.startswith(b"features/a.feature:2: T4 @tdd_isue_6 is no bugcapture tag")
    assert b"\x1b" not in project.start("check", "--format", "github", *arguments, env=env).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("--nonsense",),
        ("check", "--nonsense"),
        ("check", "--format", "xml"),
        ("check", "missing"),
        ("check", "features/missing.feature"),
        ("check", "pyproject.toml"),
        ("check", ""),
        ("check", "x" * 5000),
        ("list", "--state", "open"),
        ("graduate",),
        ("graduate", "5", "--path", "missing"),
        ("graduate", "5", "--format", "sarif"),
        (),
    ],
)
def test_wrong_usage_exits_with_2(project: Project, arguments: tuple[str, ...]) -> None:
    """Nothing on standard output, an explanation on standard error, no log."""
    done = project.run(*arguments)
    assert (done.code, done.out) == (2, b"")
    assert done.err
    assert "Traceback" not in done.err
    assert "this is a bug" not in done.err


def test_hostile_arguments_are_shown_printable(project: Project) -> None:
    """What the user typed comes back without its escapes."""
    for arguments in (("check", "a\x1b[31mb"), ("\x1b[31m",), ("graduate", "\x1b[31m"), ("check", "--\x1b[31m")):
        done = project.run(*arguments)
        assert done.code == 2
        assert "\x1b" not in done.err


@pytest.mark.parametrize(
    "arguments", [("--help",), ("-h",), ("check", "--help"), ("list", "-h"), ("graduate", "--help")]
)
def test_help_is_a_result(project: Project, arguments: tuple[str, ...]) -> None:
    """Help goes to standard output with exit code 0, has examples, and fits a terminal."""
    done = project.run(*arguments)
    assert (done.code, done.err) == (0, "")
    assert "Examples:" in done.text
    assert "\b" not in done.text
    assert max(map(len, done.text.splitlines())) <= 100


def test_help_of_check_names_every_rule(project: Project) -> None:
    """A code in a report can be looked up; those of documents stand with `report check`."""
    from bugcapture.core.finding import RULES

    text = project.run("check", "--help").text
    assert [rule for rule in RULES if rule[0] not in "DES" and f"{rule}  " not in text] == []
    text = project.run("report", "check", "--help").text
    assert [rule for rule in RULES if rule[0] == "D" and f"{rule}  " not in text] == []


def test_version_is_the_distributions(project: Project) -> None:
    """``--version`` says what is installed."""
    from importlib.metadata import version

    assert project.run("--version").text == f"bugcapture {version('bugcapture')}\n"


def test_a_path_given_twice_counts_once(project: Project) -> None:
    """Relative, absolute, through ``..``, and inside a folder that is given too."""
    paths = (
        "features",
        "features/a.feature",
        str(project.folder / "features"),
        "features/../features/a.feature",
        ".",
    )
    done = project.check(*paths)
    assert (done.json["files"], done.json["captures"], len(done.json["findings"])) == (1, 1, 1)
    assert len(project.run("list", *paths).text.splitlines()) == 2


def test_a_closed_pipe_is_quiet(project: Project) -> None:
    """``bugcapture check | head -0``: no traceback, and the exit code still says what was found."""
    for arguments, code in ((("check",), 1), (("list",), 0), (("--help",), 0), (("graduate", "5", "--diff"), 0)):
        reader, writer = os.pipe()
        os.close(reader)
        done = project.start(*arguments, stdout=writer)
        os.close(writer)
        assert done.code == code, arguments
        assert not re.search("Traceback|Error|Exception|this is a bug", done.err)


def test_a_reader_that_leaves_in_the_middle_is_quiet(project: Project) -> None:
    """The pipe closes after the first bytes of a long result."""
    bad = "".join(f"  @tdd_bug_{number}\n  Scenario: {number}\n" for number in range(1, 3000))
    project.feature(f"Feature: F\n{bad}")
    command = [sys.executable, "-m", "bugcapture", "check", "--format", "json"]
    with subprocess.Popen(
        command, cwd=project.folder, env=clean_env(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        assert process.stdout.read(1) == b"{"
        process.stdout.close()
        error = process.stderr.read().decode()
        assert process.wait(60) == 1
    assert "Traceback" not in error
    assert "BrokenPipe" not in error


@pytest.mark.parametrize("arguments", [("check",), ("list",), ("--version",), ("--help",)])
def test_a_closed_standard_output_is_no_crash(project: Project, arguments: tuple[str, ...]) -> None:
    """``>&-``: the exit code is what it would be."""
    done = project.start(*arguments, stdout=None, prepare=lambda: os.close(1))
    assert done.code == (1 if arguments == ("check",) else 0)
    assert "this is a bug" not in done.err


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_told(project: Project) -> None:
    """The result is lost, so the exit code is not that of a result."""
    with Path("/dev/full").open("wb") as full:
        done = project.start("list", stdout=full)
    assert done.code == 2
    assert "standard output: cannot be written: No space left on device" in done.err


def test_a_crash_leaves_a_log(project: Project) -> None:
    """Exit code 3; the log has the traceback and versions, is private, and holds no argument."""
    project.write("broken/behave/__init__.py", "")
    project.write("broken/behave/parser.py", RAISING)
    logs = project.folder / "logs"
    logs.mkdir()
    env = {"PYTHONPATH": str(project.folder / "broken"), "TMPDIR": str(logs)}
    done = project.start("check", "features", "--output", "s3cret.txt", env=env)
    (log,) = logs.iterdir()
    assert (done.code, done.out) == (3, b"")
    assert done.err == (
        f"bugcapture: this is a bug of bugcapture: RuntimeError: broken on purpose\n  see {log} and report it\n"
    )
    text = log.read_text("utf-8")
    assert text.startswith("# bugcapture crash\n\n- bugcapture 0")
    assert "Traceback (most recent call last)" in text
    assert text.rstrip().endswith("RuntimeError: broken on purpose\n```")
    assert "s3cret" not in text
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_missing_behave_is_a_usage_error(project: Project) -> None:
    """Feature files with captures need Behave: the command to install it is told."""
    project.write("broken/behave/__init__.py", "raise ImportError('no module named behave')\n")
    done = project.start("check", env={"PYTHONPATH": str(project.folder / "broken")})
    assert (done.code, done.out) == (2, b"")
    assert "install bugcapture again with its extra: [behave]" in done.err


def test_files_without_captures_need_no_behave(project: Project) -> None:
    """Behave is not even loaded for them."""
    project.feature(scenario("@slow"))
    project.write("broken/behave/__init__.py", RAISING)
    assert project.start("check", env={"PYTHONPATH": str(project.folder / "broken")}).code == 0


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
def test_ctrl_c_exits_with_130(project: Project) -> None:
    """A real SIGINT in the middle of a check: one word, no traceback."""
    assert signal.getsignal(signal.SIGINT) is not None
    project.write("slow/behave/__init__.py", "")
    project.write("slow/behave/parser.py", INTERRUPTED)
    done = project.start("check", env={"PYTHONPATH": str(project.folder / "slow")})
    assert (done.code, done.out) == (130, b"")
    assert done.err.strip() == "bugcapture: interrupted"


def test_a_broken_setting_is_told_with_its_place(project: Project) -> None:
    """An unknown key of ``[tool.bugcapture]`` stops every command with 2."""
    project.write("pyproject.toml", "[project]\n\n[tool.bugcapture]\nrequired = ['bug']\n")
    for command in (("check",), ("list",), ("graduate", "5")):
        done = project.run(*command)
        assert done.code == 2, command
        assert "pyproject.toml:4: [tool.bugcapture] has an unknown key: required" in done.err
