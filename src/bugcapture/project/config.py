"""``[tool.bugcapture]`` in pyproject.toml."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal

from bugcapture.core.errors import ConfigurationError
from bugcapture.core.tags import TagKind, TagPolicy, read_tag
from bugcapture.core.text import printable

EVIDENCE_DIR_VARIABLE = "BUGCAPTURE_EVIDENCE_DIR"
RAW_VARIABLE = "BUGCAPTURE_RAW"

_OFF = frozenset({"", "0", "false", "no", "off"})
_HEADER = re.compile(r"\s*\[\[?([^\[\]]+)\]")
_ASSIGNMENT = re.compile(r"""\s*([\w.\-"' ]+)=""")
_ERROR_LINE = re.compile(r"\(at line (\d+),")
_PLACEHOLDER = re.compile(r"\{[^{}]*\}")
_IN_NEWS = frozenset({"{number}", "{kind}"})


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackerSettings:
    """Where the project's issues are: ``[tool.bugcapture.tracker]``.

    Attributes:
        kind: The forge; None reads it off the address of the remote ``origin``.
        url: The root of its API, such as ``https://git.example.org/api/v1``; None for the usual one.
        repository: ``owner/name``, or GitLab's path or number of the project; None reads it off ``origin``.
        remote: The remote to read both off.
        policy: Whether a tracker that does not answer fails ``stale`` (``strict``) or is only told (``warn``).
        labels: Closed issues with one of these labels need a regression test (rule S2); empty for none.
    """

    kind: Literal["github", "gitlab", "forgejo", "gitea"] | None = None
    url: str | None = None
    repository: str | None = None
    remote: str = "origin"
    policy: Literal["strict", "warn"] = "strict"
    labels: tuple[str, ...] = ("bug",)


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSettings:
    """What a pull request has to show: ``[tool.bugcapture.gate]``.

    Attributes:
        base: The branch that pull requests go to; None asks the CI's variables, then ``origin/HEAD``, then
            ``main`` and ``master``.
        off: Rules that are not asked, by name.
        capture_branch: What the name of a branch that captures a bug has to match, as a shell pattern.
        capture_title: What the first line of its commit has to match; ``{number}`` is the bug.
    """

    base: str | None = None
    off: tuple[str, ...] = ()
    capture_branch: str = "tdd/*"
    capture_title: str = "test: add TDD bug-capture test for #{number} — *"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanSettings:
    """What ``scan`` looks at, and for what: ``[tool.bugcapture.scan]``; all paths are relative to the project.

    Attributes:
        tests: Files and folders with tests; empty for what is called like tests.
        source: Files and folders with the program; empty for all other Python files.
        exclude: Files and folders that are not looked at, also as shell patterns.
        select: Rules, or the beginnings of their codes, that are asked; empty for all that are on.
        ignore: The same for rules that are not asked.
        per_path_ignores: The same for files that match a shell pattern, or lie below a folder.
        per_path_select: What is asked there instead of what is asked elsewhere.
        level: How bad a finding has to be to be shown, and to fail.
        dist: How pytest-xdist distributes tests, such as ``loadgroup``; None reads it off pytest's settings.
        baseline: A file with findings that are known.
    """

    tests: tuple[str, ...] = ()
    source: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_path_ignores: dict[str, tuple[str, ...]] = field(default_factory=dict)
    per_path_select: dict[str, tuple[str, ...]] = field(default_factory=dict)
    level: Literal["critical", "high", "medium", "low", "info"] = "medium"
    dist: str | None = None
    baseline: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """Where evidence of many runs is kept: ``[tool.bugcapture.history]``.

    Attributes:
        store: A file of SQLite, relative to the project, or the URL of a PostgreSQL database; None for
            ``.bugcapture/history.sqlite``. The variable ``BUGCAPTURE_HISTORY`` wins.
    """

    store: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HooksSettings:
    """What ``hooks`` asks for and keeps: ``[tool.bugcapture.hooks]``.

    Attributes:
        required: Categories of checks that have to run, the quickest first: ``lint``, ``types``, ``unit``,
            ``integration``, ``meta``, ``docs``; None tells what is missing and requires nothing.
        categories: Regular expressions for commands and ids of hooks, by category. They take the place of the
            defaults of that category, or make a new one.
        timings: The file with the hook timings, relative to the project; None for
            ``.bugcapture/hook-timings.json``.
    """

    required: tuple[str, ...] | None = None
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    timings: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportSettings:
    """Where the generated documents are: ``[tool.bugcapture.report]``.

    Attributes:
        folder: Their folder, relative to the project.
        documents: Which documents are written and checked when none is named.
        archive: Whether ``report refresh`` keeps a copy of each document that it replaces.
        archive_keep: How many copies of a document are kept; the oldest ones go.
    """

    folder: str = "docs/reports"
    documents: tuple[Literal["hazards", "mock-audit", "test-suite", "bugs", "hook-timings"], ...] = (
        "hazards",
        "mock-audit",
        "test-suite",
        "bugs",
        "hook-timings",
    )
    archive: bool = False
    archive_keep: int = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a project can set.

    Attributes:
        require: Families that every test with the switch must carry completely: ``bug``, ``issue``.
        allow_tags: Tags of the project's own that only look like bugcapture tags.
        evidence: Folder for evidence records, relative to the project; None writes none.
        assume_wired: Frameworks whose adapter is wired in where a static check cannot see it.
        behave_args: Arguments that ``bugcapture run`` gives to Behave.
        robot_args: Arguments that it gives to Robot Framework, such as an argument file.
        pytest_args: Arguments that it gives to pytest.
        test_roots: Files and folders, relative to the project, that `prove` and `bisect` take from the newer
            revision; empty finds them by their names and contents.
        install: What ``--venv`` gives to ``pip install`` in an environment of its own for each revision.
        news: The news fragment that a capture or a fix adds, relative to the project; ``{number}`` is the bug,
            ``{kind}`` is ``capture`` or ``fixed``. None asks towncrier's settings; empty for no fragments.
        max_captured: How many bugs may be captured at a time (``check --ratchet``); None for any number.
        budgets: The same for the tests below some paths, each relative to the project.
        leaks: Whether tests that leave something behind are named (``warn``) or fail (``error``); None does not
            look.
        gate: What a pull request has to show.
        tracker: Where the project's issues are.
        scan: What ``scan`` looks at, and for what.
        history: Where evidence of many runs is kept.
        hooks: What ``hooks`` asks for and keeps.
        report: Where the generated documents are.
    """

    require: tuple[Literal["bug", "issue"], ...] = ()
    allow_tags: tuple[str, ...] = ()
    evidence: str | None = None
    assume_wired: tuple[Literal["behave", "robot", "pytest"], ...] = ()
    behave_args: tuple[str, ...] = ()
    robot_args: tuple[str, ...] = ()
    pytest_args: tuple[str, ...] = ()
    test_roots: tuple[str, ...] = ()
    install: tuple[str, ...] = ("-e", ".")
    news: str | None = None
    max_captured: int | None = None
    budgets: dict[str, int] = field(default_factory=dict)
    leaks: Literal["warn", "error"] | None = None
    gate: GateSettings = GateSettings()
    tracker: TrackerSettings = TrackerSettings()
    scan: ScanSettings = ScanSettings()
    history: HistorySettings = HistorySettings()
    hooks: HooksSettings = HooksSettings()
    report: ReportSettings = ReportSettings()

    def arguments(self, framework: str) -> tuple[str, ...]:
        """What ``bugcapture run`` adds to the command of a framework: ``behave``, ``robot`` or ``pytest``."""
        return {"behave": self.behave_args, "robot": self.robot_args, "pytest": self.pytest_args}[framework]

    @property
    def policy(self) -> TagPolicy:
        """The part that the tag rules need."""
        return TagPolicy(require=self.require, allow_tags=frozenset(self.allow_tags))


@dataclass(frozen=True, slots=True)
class Project:
    """A project on disk.

    Attributes:
        root: Its folder: the one with the pyproject.toml in effect, else with ``.git``, else the start.
        settings: What it sets.
    """

    root: Path
    settings: Settings

    @property
    def evidence_dir(self) -> Path | None:
        """Where evidence goes; the environment variable wins over the configuration."""
        if named := os.environ.get(EVIDENCE_DIR_VARIABLE):
            return Path(named).absolute()
        return self.root / self.settings.evidence if self.settings.evidence else None

    @property
    def report_folder(self) -> Path:
        """Where the generated documents are."""
        return self.root / self.settings.report.folder


def is_raw() -> bool:
    """Whether ``BUGCAPTURE_RAW`` switches all inversion off."""
    return os.environ.get(RAW_VARIABLE, "").strip().lower() not in _OFF


def find_project(start: Path) -> Project:
    """Find and read the project that a folder belongs to.

    Args:
        start: The folder to start from; the search goes upwards and ends at a repository's root.

    Returns:
        The project; settings are the defaults when no pyproject.toml sets any.

    Raises:
        ConfigurationError: If a pyproject.toml on the way cannot be read, or holds a setting that is
            unknown or of the wrong type.
    """
    start = Path(os.path.abspath(start))  # noqa: PTH100 - the folders above `..` are not its parents
    nearest: Path | None = None
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            nearest = nearest or folder
            table = _read_table(file)
            if table is not None:
                return Project(folder, _convert(table, file))
        if (folder / ".git").exists():
            return Project(nearest or folder, Settings())
    return Project(nearest or start, Settings())


def setting_place(project: Project, *keys: str) -> str:
    """Where a setting of the project stands.

    Args:
        project: The project.
        keys: The setting's name, after those of the tables below ``[tool.bugcapture]`` that hold it.

    Returns:
        ``path:line``, for an error.
    """
    return _place(project.root / "pyproject.toml", *keys)


def _read_table(file: Path) -> Any:
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"cannot be read: {error.strerror}", where=str(file)) from error
    if b"bugcapture" not in raw:
        return None
    try:
        document = tomllib.loads(raw.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        line = _ERROR_LINE.search(str(error))
        where = f"{file}:{line[1]}" if line else str(file)
        raise ConfigurationError(f"is no valid TOML: {printable(str(error))}", where=where) from error
    tool = document.get("tool")
    return tool.get("bugcapture") if isinstance(tool, dict) else None


def _convert(table: Any, file: Path) -> Settings:
    import msgspec  # noqa: PLC0415 - only projects that set something pay for it

    if isinstance(table, dict):
        _refuse_unknown(table, Settings, (), file)
        _refuse_unknown(table.get("gate"), GateSettings, ("gate",), file)
        _refuse_unknown(table.get("tracker"), TrackerSettings, ("tracker",), file)
        _refuse_unknown(table.get("scan"), ScanSettings, ("scan",), file)
        _refuse_unknown(table.get("history"), HistorySettings, ("history",), file)
        _refuse_unknown(table.get("hooks"), HooksSettings, ("hooks",), file)
        _refuse_unknown(table.get("report"), ReportSettings, ("report",), file)
    try:
        settings = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        keys = str(error).partition("`$.")[2].partition("`")[0].partition("[")[0].split(".")
        message = f"[tool.bugcapture] {printable(str(error))}"
        raise ConfigurationError(message, where=_place(file, *keys)) from error
    for tag in settings.allow_tags:
        if read_tag(tag).kind in {TagKind.FAMILY, TagKind.NUMBER, TagKind.SWITCH}:
            raise ConfigurationError(
                f"[tool.bugcapture] allow_tags cannot hold {printable(tag)}: it is a bugcapture tag",
                where=_place(file, "allow_tags"),
            )
    unknown = set(_PLACEHOLDER.findall(settings.news or "")) - _IN_NEWS
    if unknown:
        raise ConfigurationError(
            f"[tool.bugcapture] news has an unknown placeholder: {printable(min(unknown))}",
            where=_place(file, "news"),
            hint=f"known placeholders: {', '.join(sorted(_IN_NEWS))}",
        )
    return settings


def _refuse_unknown(table: Any, settings: type[Any], above: tuple[str, ...], file: Path) -> None:
    known = [one.name for one in fields(settings)]
    unknown = sorted(set(table) - set(known)) if isinstance(table, dict) else []
    if unknown:
        name = ".".join(("tool", "bugcapture", *above))
        raise ConfigurationError(
            f"[{name}] has an unknown key: {printable(unknown[0])}",
            where=_place(file, *above, unknown[0]),
            hint=f"known keys: {', '.join(known)}",
        )


def _place(file: Path, *keys: str) -> str:
    """``path:line`` of a key, or of the first line that sets anything when the key is not found as text."""
    wanted = ["tool", "bugcapture", *keys]
    table: list[str] = []
    first = 0
    for number, line in enumerate(file.read_text("utf-8-sig").split("\n"), start=1):
        if header := _HEADER.match(line):
            names = table = _split_key(header[1])
        elif assignment := _ASSIGNMENT.match(line):
            names = table + _split_key(assignment[1])
        else:
            continue
        if names[: len(wanted)] == wanted:
            return f"{file}:{number}"
        if names[:2] == wanted[:2]:
            first = first or number
    return f"{file}:{first}" if first else str(file)


def _split_key(text: str) -> list[str]:
    return [part.strip().strip("\"'") for part in text.split(".")]
