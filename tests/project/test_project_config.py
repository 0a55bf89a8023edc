"""``[tool.bugcapture]``: found, read, and refused with the line to look at."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.tags import TagPolicy
from bugcapture.project.config import (
    GateSettings,
    Project,
    Settings,
    TrackerSettings,
    find_project,
    is_raw,
)


@pytest.fixture(autouse=True)
def no_variables(monkeypatch):
    for name in [name for name in os.environ if name.startswith("BUGCAPTURE_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def repository(tmp_path):
    """A folder that looks like the root of a git repository."""
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    return root


def write(folder: Path, text: str | bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "pyproject.toml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return file


def refuse(repository: Path, text: str | bytes) -> tuple[str, ConfigurationError]:
    """The place without the folder, and the error."""
    file = write(repository, text)
    with pytest.raises(ConfigurationError) as caught:
        find_project(repository)
    assert caught.value.where is not None
    assert caught.value.where.startswith(str(file))
    assert str(caught.value).startswith(f"{caught.value.where}: ")
    return caught.value.where.removeprefix(str(file)), caught.value


def test_every_setting_is_read(repository):
    """All keys together, and the part that the tag rules need."""
    write(
        repository,
        "[project]\nname = 'x'\n[tool.bugcapture]\nrequire = ['bug', 'issue']\nallow_tags = ['tdd_unit']\n"
        "evidence = 'out/evidence'\nassume_wired = ['behave', 'pytest']\n",
    )
    project = find_project(repository)

    assert project.root == repository
    assert project.settings == Settings(
        require=("bug", "issue"),
        allow_tags=("tdd_unit",),
        evidence="out/evidence",
        assume_wired=("behave", "pytest"),
    )
    assert project.settings.policy == TagPolicy(require=("bug", "issue"), allow_tags=frozenset({"tdd_unit"}))
    assert project.evidence_dir == repository / "out" / "evidence"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[project]\nname = 'x'\n",
        "[project]\ndependencies = ['bugcapture']\n",
        "[tool.bugcapture]\n",
        "tool = 5\n# bugcapture\n",
        "[tool.bugcapture_other]\nanything = 1\n",
    ],
)
def test_a_file_that_sets_nothing_leaves_the_defaults(repository, text):
    """Without settings of ours the defaults hold, and no evidence is written."""
    write(repository, text)

    assert find_project(repository) == Project(repository, Settings())
    assert find_project(repository).evidence_dir is None


def test_broken_files_of_others_are_not_our_business(repository):
    """A pyproject.toml that never names bugcapture is not even parsed."""
    write(repository, b"this is no TOML \xff")

    assert find_project(repository).settings == Settings()


@pytest.mark.parametrize(
    "text", ["\ufeff[tool.bugcapture]\nrequire = ['bug']\n", "[tool.bugcapture]\r\nrequire = ['bug']\r\n"]
)
def test_byte_order_mark_and_windows_lines_are_read(repository, text):
    """A file that a Windows editor saved is read like any other, and its lines are counted the same."""
    write(repository, text)
    assert find_project(repository).settings.require == ("bug",)

    where, _ = refuse(repository, text.replace("require", "requires"))
    assert where == ":2"


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("[tool.bugcapture]\nrequire = ['bug']\nscna = 1\n", ":3", "[tool.bugcapture] has an unknown key: scna"),
        ("[tool.bugcapture]\n\n# scna\n'scna' = 1\n", ":4", "[tool.bugcapture] has an unknown key: scna"),
        ("[tool.x]\nscna = 1\n[tool.bugcapture]\nscna = 1\n", ":4", "[tool.bugcapture] has an unknown key: scna"),
        (
            "[tool.bugcapture]\nevidence = 'x'\n[tool.bugcapture.scna]\nx = 1\n",
            ":3",
            "[tool.bugcapture] has an unknown key: scna",
        ),
        ("[ tool . bugcapture ]\nscna = 1\n", ":2", "[tool.bugcapture] has an unknown key: scna"),
        ("[tool.bugcapture]  # ours\nscna=1\n", ":2", "[tool.bugcapture] has an unknown key: scna"),
        (
            "[tool.bugcapture_other]\nscna = 1\n[tool.bugcapture]\nscna = 1\n",
            ":4",
            "[tool.bugcapture] has an unknown key: scna",
        ),
        ("# \u2028 \x85\n[tool.bugcapture]\nscna = 1\n", ":3", "[tool.bugcapture] has an unknown key: scna"),
        ("[tool.bugcapture]\nb = 1\na = 1\n", ":3", "[tool.bugcapture] has an unknown key: a"),
        ('[tool.bugcapture]\n"\\u001b[2J" = 1\n', ":1", r"[tool.bugcapture] has an unknown key: \x1b[2J"),
        ("tool.bugcapture.scna = 1\n", ":1", "[tool.bugcapture] has an unknown key: scna"),
        ("[tool]\nbugcapture.scna = 1\n", ":2", "[tool.bugcapture] has an unknown key: scna"),
        ("[tool]\nbugcapture = { scna = 1 }\n", ":2", "[tool.bugcapture] has an unknown key: scna"),
    ],
)  # fmt: skip
def test_an_unknown_key_is_refused_with_its_line(repository, text, where, message):
    """A key that does not exist is named with its line, and the known ones are listed."""
    place, error = refuse(repository, text)

    assert (place, error.message) == (where, message)
    assert error.hint == (
        "known keys: require, allow_tags, evidence, assume_wired, behave_args, robot_args, pytest_args, "
        "test_roots, install, news, max_captured, budgets, leaks, gate, tracker, scan, history, hooks, report"
    )


@pytest.mark.parametrize(
    ("text", "where", "message", "known"),
    [
        (
            "[tool.bugcapture]\n[tool.bugcapture.gate]\nof = ['news']\n",
            ":3",
            "[tool.bugcapture.gate] has an unknown key: of",
            "known keys: base, off, capture_branch, capture_title",
        ),
        (
            "[tool.bugcapture]\ntracker.knd = 'github'\n",
            ":2",
            "[tool.bugcapture.tracker] has an unknown key: knd",
            "known keys: kind, url, repository, remote, policy, labels",
        ),
        (
            "[tool.bugcapture]\n[tool.bugcapture.history]\nstores = 'x'\n",
            ":3",
            "[tool.bugcapture.history] has an unknown key: stores",
            "known keys: store",
        ),
    ],
)
def test_an_unknown_key_of_an_inner_table_is_refused_with_its_line(repository, text, where, message, known):
    """The tables inside are as strict."""
    place, error = refuse(repository, text)

    assert (place, error.message, error.hint) == (where, message, known)


def test_the_settings_of_the_workflow_are_read(repository):
    """What `prove`, `gate`, `stale` and the ratchet read."""
    write(
        repository,
        "[tool.bugcapture]\ntest_roots = ['checks']\ninstall = ['-e', '.[test]']\nmax_captured = 3\n"
        "news = 'news/{number}.{kind}.md'\n[tool.bugcapture.budgets]\n'features/audit' = 1\n"
        "[tool.bugcapture.gate]\nbase = 'develop'\noff = ['news']\n"
        "[tool.bugcapture.tracker]\nkind = 'forgejo'\nrepository = 'o/r'\npolicy = 'warn'\nlabels = []\n",
    )

    assert find_project(repository).settings == Settings(
        test_roots=("checks",),
        install=("-e", ".[test]"),
        max_captured=3,
        news="news/{number}.{kind}.md",
        budgets={"features/audit": 1},
        gate=GateSettings(base="develop", off=("news",)),
        tracker=TrackerSettings(kind="forgejo", repository="o/r", policy="warn", labels=()),
    )


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("[tool.bugcapture]\nevidence = 5\n", ":2", r"Expected `str \| null`, got `int`.*\$\.evidence"),
        ("[tool.bugcapture]\nrequire = 'bug'\n", ":2", r"Expected `array`, got `str`.*\$\.require"),
        ("[tool.bugcapture]\n\nrequire = ['bugs']\n", ":3", r"Invalid enum value 'bugs'.*\$\.require\[0\]"),
        ("[tool.bugcapture]\nallow_tags = [\n  'x',\n  1,\n]\n", ":2", r"Expected `str`, got `int`.*\[1\]"),
        ("[tool.bugcapture]\nassume_wired = ['unittest']\n", ":2", "Invalid enum value 'unittest'"),
        ("[tool.bugcapture]\nrequire = true\n", ":2", "Expected `array`, got `bool`"),
        ('[tool.bugcapture]\nrequire = ["\\u001b[2J"]\n', ":2", "Invalid enum value"),
        ("[tool]\nbugcapture = 5\n", ":2", "Expected `object`, got `int`"),
        ("[[tool.bugcapture]]\nrequire = ['bug']\n", ":1", "Expected `object`, got `array`"),
    ],
)  # fmt: skip
def test_a_value_of_the_wrong_type_is_refused_with_its_line(repository, text, where, message):
    """The message names the expected type and the key; the place is the key's line."""
    place, error = refuse(repository, text)

    assert place == where
    assert error.message.startswith("[tool.bugcapture] ")
    assert re.search(message, error.message)
    assert error.message.isprintable()


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("[tool.bugcapture]\nrequire = [\n", "", "is no valid TOML"),
        ("[tool.bugcapture]\n\nrequire == 1\n", ":3", "is no valid TOML"),
        ("[tool.bugcapture]\n[tool.bugcapture]\n", ":2", "is no valid TOML"),
        (b"[tool.bugcapture]\nevidence = '\xff'\n", "", "is no valid TOML"),
        ("[tool.bugcapture]\nevidence = 'a'\n".encode("utf-16"), None, ""),
    ],
)
def test_a_file_that_is_no_toml_is_refused(repository, text, where, message):
    """A file that names bugcapture and cannot be parsed stops everything, with the line that the parser names."""
    if where is None:
        write(repository, text)
        assert find_project(repository).settings == Settings()
        return
    place, error = refuse(repository, text)

    assert place == where
    assert error.message.startswith(message)


def test_a_file_that_cannot_be_read_is_refused(repository, monkeypatch):
    """No permission is no "nothing set"."""
    file = write(repository, "[tool.bugcapture]\n")
    monkeypatch.setattr(Path, "read_bytes", _forbid)

    with pytest.raises(ConfigurationError, match="cannot be read: Permission denied") as caught:
        find_project(repository)
    assert caught.value.where == str(file)


def _forbid(_path):
    raise PermissionError(13, "Permission denied")


@pytest.mark.parametrize("tag", ["tdd_bug", "tdd_issue", "tdd_bug_5", "tdd_issue_12", "tdd_expected_fail"])
def test_a_tag_of_ours_cannot_be_allowed(repository, tag):
    """A real tag in ``allow_tags`` would switch the rules off and is refused."""
    place, error = refuse(repository, f"[tool.bugcapture]\nrequire = []\nallow_tags = ['x', '{tag}']\n")

    assert place == ":3"
    assert error.message == f"[tool.bugcapture] allow_tags cannot hold {tag}: it is a bugcapture tag"


@pytest.mark.parametrize("name", ["{evil}", "{}", "{Number}", "{number!r}"])
def test_a_placeholder_that_nothing_fills_in(repository, name):
    """It would become the name of a file or a folder."""
    place, error = refuse(repository, f"[tool.bugcapture]\nrequire = []\nnews = 'news/{name}/{{number}}.md'\n")
    assert place == ":3"
    assert error.message == f"[tool.bugcapture] news has an unknown placeholder: {name}"
    assert error.hint == "known placeholders: {kind}, {number}"


@pytest.mark.parametrize("tag", ["tdd", "tdd_unit", "tdd_issue_tracker", "tdd_bug_x", "wip"])
def test_what_only_looks_like_a_tag_of_ours_can_be_allowed(repository, tag):
    """Near misses and malformed numbers are what ``allow_tags`` is for."""
    write(repository, f"[tool.bugcapture]\nallow_tags = ['{tag}']\n")

    assert find_project(repository).settings.allow_tags == (tag,)


def test_the_search_goes_upwards(repository):
    """From a nested folder the nearest file that sets something is taken."""
    write(repository, "[tool.bugcapture]\nrequire = ['bug']\n")
    nested = repository / "a" / "b"
    nested.mkdir(parents=True)

    assert find_project(nested) == Project(repository, Settings(require=("bug",)))


def test_the_nearest_settings_win_whole(repository):
    """A nested project with settings of its own takes nothing from the one around it."""
    write(repository, "[tool.bugcapture]\nrequire = ['bug']\nallow_tags = ['tdd_unit']\n")
    write(repository / "packages" / "one", "[tool.bugcapture]\nevidence = 'e'\n")
    start = repository / "packages" / "one" / "features"
    start.mkdir()

    assert find_project(start) == Project(repository / "packages" / "one", Settings(evidence="e"))


def test_a_nearer_file_without_settings_does_not_hide_them(repository):
    """A package's own pyproject.toml that sets nothing leaves the settings of the repository in force."""
    write(repository, "[tool.bugcapture]\nrequire = ['bug']\n")
    write(repository / "packages" / "one", "[project]\nname = 'one'\n")

    assert find_project(repository / "packages" / "one") == Project(repository, Settings(require=("bug",)))


def test_without_settings_the_nearest_file_marks_the_project(repository):
    """Where nothing is set, the project is the folder of the nearest pyproject.toml, else the repository."""
    write(repository, "[project]\nname = 'all'\n")
    write(repository / "packages" / "one", "[project]\nname = 'one'\n")
    (repository / "packages" / "two").mkdir()

    assert find_project(repository / "packages" / "one").root == repository / "packages" / "one"
    assert find_project(repository / "packages" / "two").root == repository


def test_a_broken_nearer_file_is_not_passed_over(repository):
    """A broken file on the way is an error even where a good one lies above it."""
    write(repository, "[tool.bugcapture]\n")
    write(repository / "nested", "[tool.bugcapture\n")

    with pytest.raises(ConfigurationError, match="nested"):
        find_project(repository / "nested")


@pytest.mark.parametrize("kind", ["folder", "file"])
def test_the_search_ends_at_the_repository(tmp_path, kind):
    """Settings above the repository's root do not count; in a worktree ``.git`` is a file."""
    write(tmp_path, "[tool.bugcapture]\nrequire = ['bug']\n")
    nested = tmp_path / "repository" / "src"
    nested.mkdir(parents=True)
    mark = tmp_path / "repository" / ".git"
    _ = mark.mkdir() if kind == "folder" else mark.write_text("gitdir: elsewhere\n")

    assert find_project(nested) == Project(tmp_path / "repository", Settings())


def test_settings_in_the_repositorys_own_root_count(repository):
    """The border itself is still inside."""
    write(repository, "[tool.bugcapture]\nrequire = ['bug']\n")

    assert find_project(repository).settings.require == ("bug",)


def test_without_a_repository_the_search_goes_on_to_the_top(tmp_path):
    """A folder without repository and file is a project with the defaults."""
    start = tmp_path / "a"
    start.mkdir()
    if any((folder / name).exists() for folder in tmp_path.parents for name in (".git", "pyproject.toml")):
        pytest.skip("the folder for temporary files lies inside a project")

    assert find_project(start) == Project(start, Settings())
    write(tmp_path, "[tool.bugcapture]\nrequire = ['bug']\n")
    assert find_project(start).root == tmp_path


def test_a_start_with_dots_is_where_it_leads(repository, monkeypatch):
    """``..`` means the folder above: what it leaves behind is not searched."""
    write(repository / "inner", "[tool.bugcapture]\nrequire = ['issue']\n")
    (repository / "inner" / "deep").mkdir()
    (repository / "other").mkdir()
    monkeypatch.chdir(repository / "inner" / "deep")

    assert find_project(Path("..")) == Project(repository / "inner", Settings(require=("issue",)))
    assert find_project(Path("../..")) == Project(repository, Settings())
    assert find_project(Path("../../other")) == Project(repository, Settings())


def test_a_folder_called_pyproject_is_no_file(repository):
    """Only a file can set something."""
    (repository / "pyproject.toml").mkdir()

    assert find_project(repository) == Project(repository, Settings())


@pytest.mark.parametrize(
    ("variable", "setting", "expected"),
    [
        (None, None, None),
        (None, "", None),
        ("", "out", "repository/out"),
        (None, "out", "repository/out"),
        ("named", "out", "start/named"),
        ("named", None, "start/named"),
        ("/absolute", "out", "/absolute"),
        (None, "/absolute", "/absolute"),
    ],
)
def test_the_variable_wins_for_evidence(repository, tmp_path, monkeypatch, variable, setting, expected):
    """The variable counts from the working directory, the setting from the project; an empty one is none."""
    (tmp_path / "start").mkdir()
    monkeypatch.chdir(tmp_path / "start")
    if variable is not None:
        monkeypatch.setenv("BUGCAPTURE_EVIDENCE_DIR", variable)

    found = Project(repository, Settings(evidence=setting)).evidence_dir

    assert found == (None if expected is None else tmp_path / expected)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, False), ("", False), ("0", False), ("false", False), ("False", False), ("no", False),
        (" OFF ", False), ("1", True), ("true", True), ("yes", True), ("on", True), ("2", True),
        ("anything", True),
    ],
)  # fmt: skip
def test_raw_is_on_for_anything_but_a_no(monkeypatch, value, expected):
    """Every value switches the inversion off, unless it plainly says no."""
    if value is not None:
        monkeypatch.setenv("BUGCAPTURE_RAW", value)

    assert is_raw() is expected
