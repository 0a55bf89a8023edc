"""A hook of a configuration with all that decides whether it can be merged with another."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bugcapture.hooks.consolidate.call import NotMergeableError
from bugcapture.hooks.consolidate.pattern import can_be_united
from bugcapture.hooks.consolidate.runners import find_runner, find_script_runner, read_call, split_module

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from bugcapture.hooks.configuration import Configuration, ConfiguredHook
    from bugcapture.hooks.consolidate.call import Call, Runner
    from bugcapture.hooks.raw import RawConfiguration

NOT_PLAIN: Final = "it holds more than text, whole numbers and lists of them"

# pre-commit has given them other names; both mean that nothing is installed.
_LANGUAGES: Final = {"system": "unsupported", "script": "unsupported_script"}
# What a merged hook says anew, or what does not matter there.
_WRITTEN: Final = frozenset(
    {
        "id", "name", "entry", "args", "alias", "description", "files", "always_run", "pass_filenames", "stages",
        "require_serial", "verbose",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """One hook.

    Attributes:
        index: Which one it is of all hooks of the configuration, from 0.
        number: Which one it is of those with its id and alias, from 1.
        configured: The hook with all defaults.
        values: What is written of it.
        words: Its command; empty where that is not known.
        runner: What it runs tests with, in whatever way; None for another program.
        call: The call of the runner that it is; None for another program, and for one that has to stay.
        alone: Why its session cannot be merged with another one; empty where it can.
        fixed: Why it cannot be taken out of the file; empty where it can.
        facets: What has to be the same in hooks that become one, by what people call it.
        ends_push: Whether no hook behind it runs when it fails.
    """

    index: int
    number: int
    configured: ConfiguredHook
    values: Mapping[str, Any]
    words: tuple[str, ...] = ()
    runner: Runner | None = None
    call: Call | None = None
    alone: str = ""
    fixed: str = ""
    facets: Mapping[str, Any] = field(default_factory=dict)
    ends_push: bool = False

    @property
    def id(self) -> str:
        """Its id."""
        return self.configured.id

    @property
    def reason(self) -> str:
        """Why it cannot be merged with another; empty where it can."""
        return self.alone or self.fixed

    def runs_at(self, stages: Collection[str]) -> bool:
        """Whether it runs at any of some stages."""
        return not set(stages).isdisjoint(self.configured.stages)

    @property
    def trigger(self) -> str:
        """Whether it runs ``always``, for ``any file``, or for ``some files``."""
        if self.configured.always_run:
            return "always"
        narrowed = any(self.values.get(key) for key in ("exclude", "types", "types_or", "exclude_types"))
        return "some files" if self.configured.files or narrowed else "any file"


def read_hooks(
    raw: RawConfiguration, configuration: Configuration, unmovable: Mapping[int, str]
) -> tuple[Hook, ...]:
    """The hooks of all stages, in their order.

    Args:
        raw: The configuration as it is written.
        configuration: The same with all defaults; the tool would not refuse it.
        unmovable: Why hooks cannot be taken out of the file, by their index.
    """
    return tuple(_read(raw, configuration, unmovable))


def is_plain(value: Any) -> bool:
    """Whether a value can be written again: dates, sets and the like cannot.

    Args:
        value: What YAML has been read as.
    """
    if isinstance(value, list):
        return all(map(is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_plain(inner) for key, inner in value.items())
    return value is None or isinstance(value, str | int)


def _read(raw: RawConfiguration, configuration: Configuration, unmovable: Mapping[int, str]) -> Iterator[Hook]:
    numbers: dict[tuple[str, str], int] = {}
    skipped = _skipped(raw)
    for index, (written, configured) in enumerate(zip(raw.hooks, configuration.hooks, strict=True)):
        key = (configured.id, configured.alias)
        numbers[key] = numbers.get(key, 0) + 1
        words = _words(configured)
        runner, call, alone = _call(words)
        yield Hook(
            index=index,
            number=numbers[key],
            configured=configured,
            values=written.values,
            words=words,
            runner=runner,
            call=call,
            alone=alone,
            fixed=_why_fixed(configured, written.values, skipped) or unmovable.get(index, ""),
            facets=_facets(configured, written.values),
            ends_push=bool(raw.values.get("fail_fast") or written.values.get("fail_fast")),
        )


def _words(hook: ConfiguredHook) -> tuple[str, ...]:
    try:
        return split_module((*shlex.split(hook.entry or ""), *hook.arguments))
    except ValueError:
        return ()


def _call(words: Sequence[str]) -> tuple[Runner | None, Call | None, str]:
    runner = find_runner(words)
    try:
        call = read_call(words)
    except NotMergeableError as error:
        return runner, None, str(error)
    if call is None and (inner := find_script_runner(words)):
        return inner, None, f"a script of a shell runs {inner.title}"
    return runner, call, ""


def _skipped(raw: RawConfiguration) -> list[Any]:
    """The hooks that pre-commit.ci passes over, by their ids."""
    service = raw.values.get("ci")
    listed = service.get("skip") if isinstance(service, dict) else None
    return listed if isinstance(listed, list) else []


def _why_fixed(hook: ConfiguredHook, values: Mapping[str, Any], skipped: Sequence[Any]) -> str:
    if hook.repo != "local":
        return "it comes from another repository"
    if _language(hook) not in {"unsupported", "python"}:
        return "its language installs something of its own"
    if hook.files is None or hook.exclude is None:
        return "its files are more than a regular expression"
    if "log_file" in values:
        return "it has a log file of its own"
    if {hook.id, hook.alias}.intersection(map(str, skipped)):
        return "`ci: skip` names it"
    if not is_plain(dict(values)):
        return NOT_PLAIN
    if not can_be_united(hook.files):
        return "its `files` cannot be a part of others"
    return "it is given the names of files" if hook.pass_filenames else ""


def _language(hook: ConfiguredHook) -> str:
    return _LANGUAGES.get(hook.language, hook.language)


def _facets(hook: ConfiguredHook, values: Mapping[str, Any]) -> dict[str, Any]:
    """What has to be the same in hooks that become one, by what people call it."""
    others = {f"`{key}`": value for key, value in values.items() if key not in _WRITTEN and value not in ([], "")}
    return {**others, "`language`": _language(hook), "`stages`": sorted(hook.stages)}
