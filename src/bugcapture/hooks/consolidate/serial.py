"""Which hooks the tool may start several times at once, each for some of the files: ``require_serial``.

Both pre-commit and prek deal out the files of a hook to as many processes as there are processors: four files or
more to each, and prek takes more than pre-commit. With ``require_serial: true`` one process after the other is
started, and there is a second one only where the names of all files do not fit in one command. A hook that is told
no files is started once in any case.
"""

from __future__ import annotations

import posixpath
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.consolidate.hook import NOT_PLAIN, is_plain
from bugcapture.hooks.consolidate.proposal import SerialChange, SerialProposal
from bugcapture.hooks.consolidate.pytest_call import RUNNER as PYTEST
from bugcapture.hooks.consolidate.runners import why_not_listed
from bugcapture.hooks.consolidate.setting import Setting
from bugcapture.hooks.program import strip_starters

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bugcapture.core.hook_timing import HookTiming
    from bugcapture.hooks.consolidate.hook import Hook

KEY: Final = "require_serial"

# What these say of a file does not depend on the others that they are told, and they do one file after the other.
# Not named is what compares files (check-case-conflict), counts over all of them (interrogate), or keeps a state
# (detect-secrets).
_INDEPENDENT: Final = frozenset(
    {
        "check-ast", "check-builtin-literals", "check-docstring-first", "check-executables-have-shebangs",
        "check-json", "check-toml", "check-xml", "check-yaml", "debug-statement-hook", "detect-private-key",
        "double-quote-string-fixer", "end-of-file-fixer", "fix-byte-order-marker", "mixed-line-ending",
        "name-tests-test", "pretty-format-json", "requirements-txt-fixer", "trailing-whitespace-fixer",
        "add-trailing-comma", "bandit", "codespell", "pydocstyle", "pyflakes", "pyupgrade", "yamllint",
    }
)  # fmt: skip
# These do their files on all processors themselves: several of them at once are no quicker.
_PARALLEL: Final = frozenset({"autoflake", "black", "flake8", "ruff", "typos"})
_RUNNERS: Final = frozenset({"pytest", "py.test", "behave", "robot", "pabot", "unittest"})
_COVERAGE: Final = "coverage run"
# What these find in a file depends on the others that they are told.
WHOLE: Final = frozenset({"basedpyright", "mypy", "pylint", "pyright", "pytype", "vulture"})

_STOPS: Final = frozenset({"-x", "--exitfirst", "--maxfail", "--stop", "--exitonfailure", "-X"})
# Their entry is no command, or names a program that is not the one of that name.
_NO_PROGRAM: Final = frozenset({"docker", "docker_image", "script", "unsupported_script"})
_NO_PROCESS: Final = frozenset({"fail", "pygrep"})
_FOLDERS: Final = frozenset({"bin", "Scripts"})
_FOLLOWS: Final = frozenset({"-x", "--external-sources"})
_UNKNOWN: Final = "whether a file needs another one is not known of what it runs"
# What stands before a program and means one process and not another.
_LIMITS: Final = frozenset({"timeout", "xargs"})


def propose_serial(
    hooks: Sequence[Hook], timings: Mapping[int, HookTiming], fixed: Mapping[int, str]
) -> SerialProposal:
    """What hooks that are told the files have to say of ``require_serial``.

    Args:
        hooks: The hooks of a stage.
        timings: What each was seen to do, by its index; nothing of those that nobody has looked at.
        fixed: Why the key cannot be set in hooks, by their index.
    """
    changes: list[SerialChange] = []
    reasons: dict[int, str] = {}
    unknown: list[Hook] = []
    for hook in filter(_is_dealt_out, hooks):
        timing = timings.get(hook.index)
        told = _decide(hook, timing, fixed.get(hook.index, ""))
        if isinstance(told, SerialChange):
            changes.append(told)
        elif told == _UNKNOWN and not _why_not_shared(hook, timing):
            unknown.append(hook)
        elif told:
            reasons[hook.index] = told
    return SerialProposal(changes=tuple(changes), reasons=reasons, unknown=tuple(unknown))


def setting_of(change: SerialChange) -> Setting:
    """What a hook that says something else has to say in the file.

    What another repository says is not always known, so that only in one of `local` saying nothing means `false`.

    Args:
        change: The hook.
    """
    may_go = change.hook.configured.repo == "local" and not change.value
    return Setting(index=change.hook.index, key=KEY, value=change.value, may_go=may_go)


def _find_program(hook: Hook) -> str:
    """The program that a hook runs; empty where that is not known.

    A path leads to it only where its folder is one of programs: a script of the project may have any name. What
    ``coverage run`` runs is named so, unless it is a test runner.
    """
    if hook.configured.entry is None or hook.configured.language in _NO_PROGRAM or "shell" in hook.values:
        return ""
    rest = strip_starters(hook.words)
    folder, name = posixpath.split(rest[0]) if rest else ("", "")
    before = [posixpath.basename(word) for word in hook.words[: len(hook.words) - len(rest)]]
    if (folder and posixpath.basename(folder) not in _FOLDERS) or not _LIMITS.isdisjoint(before):
        return ""
    return _COVERAGE if ("coverage", "run") in pairwise(before) and name not in _RUNNERS else name


def _is_dealt_out(hook: Hook) -> bool:
    """Whether the tool tells a hook the files, as many as it likes, and starts a process for them."""
    told = hook.configured
    has_process = told.language not in _NO_PROCESS and told.repo not in {"meta", "builtin"}
    return has_process and told.pass_filenames and hook.values.get("pass_filenames", True) is True


def _decide(hook: Hook, timing: HookTiming | None, fixed: str) -> SerialChange | str:
    """What a hook has to say, or why it stays; empty where there is nothing to be said."""
    program = _find_program(hook)
    if hook.configured.require_serial:
        if why := _why_together(program, hook):
            # What its repository says is nobody's concern, unless something could be gained.
            return why if hook.values.get(KEY) is True else ""
        why = fixed or _why_not_shared(hook, timing)
        reason = f"{program} looks at each file by itself, and was seen to write nothing"
        return why or SerialChange(hook=hook, value=False, reason=reason)
    if reason := _why_serial(program):
        return fixed or _why_not_serial(hook, program) or SerialChange(hook=hook, value=True, reason=reason)
    return ""


def _why_together(program: str, hook: Hook) -> str:
    """Why a program is to be told all files at once; empty where each file stands for itself."""
    if program in _INDEPENDENT:
        return ""
    if program == "shellcheck":
        alone = _FOLLOWS.isdisjoint(hook.words)
        return "shellcheck without `-x` reads what a script sources only where it is told both" if alone else ""
    if program in _PARALLEL:
        return f"{program} uses all processors itself"
    return _why_serial(program) or _UNKNOWN


def _why_not_shared(hook: Hook, timing: HookTiming | None) -> str:
    """Why several processes could disturb each other."""
    if any(word.startswith(("-o", "--output")) for word in hook.words[1:]):
        return "each of several processes would write its output over that of the others"
    if timing is None:
        return "what it writes was not measured: `bugcapture hooks profile --save`"
    wrote = (*timing.wrote, *timing.wrote_ignored)
    if wrote:
        return f"it writes {wrote[0]}"
    return "" if timing.parallel_safe else timing.reason


def _why_serial(program: str) -> str:
    if program in _RUNNERS:
        return f"several processes of {program} at once write over each other's caches and reports"
    if program in WHOLE:
        return f"what {program} finds depends on the files that it is told together"
    return "each process of coverage writes its data over that of the others" if program == _COVERAGE else ""


def _why_not_serial(hook: Hook, program: str) -> str:
    """Why a hook is not to be told all files at once."""
    if hook.values.get(KEY) is False:
        return f"it says `{KEY}: false` itself"
    options = {word.partition("=")[0] for word in strip_starters(hook.words)[1:]}
    if program not in WHOLE and ((hook.call and hook.call.stops) or options & _STOPS):
        return "it stops after a failure, which would keep the tests of other files from running"
    if hook.runner is not PYTEST:
        return ""
    if hook.configured.repo != "local":
        return "it comes from another repository, so its tests cannot be listed"
    return why_not_listed(hook.words) or ("" if is_plain(dict(hook.values)) else NOT_PLAIN)
