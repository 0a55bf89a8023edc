"""What a command is good for: lint, types, tests, and whatever else a project asks for."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

# A name at the beginning of a command or an id, also behind a path or another word: `scripts/mypy`, `run-mypy`.
_START: Final = r"^(?:\S*[-_/:.])?"
_END: Final = r"(?![a-z0-9])"
_TASKS: Final = r"^(?:\S*/)?(?:make|just|task|nox|tox|inv|invoke|doit|npm|pnpm|yarn|bun|hatch|poe)\b.*?(?<![a-z])"
# Parts of a test suite that are no unit tests.
_NARROW: Final = (
    r"(?<![a-z])(?:integration|e2e|end.to.end|system|deployment|meta|docs?|documentation|smoke|robot)"
    r"(?![a-z])"
)
_WIDE: Final = r"(?<![a-z])(?:integration|e2e|end.to.end|system)(?![a-z])"
_TESTS: Final = r"(?:pytest|py\.test)"


def _program(names: str) -> str:
    return f"{_START}(?:{names}){_END}"


def _task(names: str) -> str:
    return f"{_TASKS}(?:{names}){_END}"


def _named(names: str) -> str:
    return f"{_START}(?:{names})(?:[-_ ](?:tests?|suite|checks?|build))?{_END}"


DEFAULTS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "lint": (
            _program(
                r"ruff|flake8|black|isort|pylint|pycodestyle|pyflakes|autopep8|yapf|pyupgrade|bandit|codespell|"
                r"eslint|prettier|biome|shellcheck|hadolint|actionlint|yamllint|golangci-lint|clippy|rubocop|lint|fmt|format"
            ),
            _task("lint|linting|fmt|format|style|ruff|flake8"),
        ),
        "types": (
            _program("d?mypy|pyright|basedpyright|pytype|pyre|pyrefly|ty|tsc|type-?check(?:s|ing)?|types"),
            _task("types?|typing|type-?check|mypy|pyright"),
        ),
        "unit": (
            rf"{_START}{_TESTS}{_END}(?!.*{_NARROW})",
            rf"{_START}{_TESTS}{_END}.*not {_NARROW}",
            _program("unittest|behave|nose2|unit|unit-?tests?|jest|vitest"),
            r"^(?:\S*/)?(?:nox|tox)(?:\s+-(?!e|s|-session|-env)\S*)*$",
            rf"^(?!.*{_NARROW}){_TASKS}(?:tests?|check){_END}",
            _task("unit"),
        ),
        "integration": (
            rf"{_START}{_TESTS}{_END}(?!.*not {_WIDE}).*{_WIDE}",
            _program("robot|pabot|playwright|cypress|integration|integration-?tests?|e2e"),
            _task("integration|e2e|robot"),
        ),
        "meta": (
            rf"{_START}{_TESTS}{_END}.*(?<![a-z])meta",
            r"^bugcapture[ -](?:check|scan|hooks|stale|evidence)",
            _named("meta|check-hooks-apply|check-useless-excludes|validate-pre-?push-hook"),
            r"^pre-commit validate-(?:config|manifest)",
            _task("meta"),
        ),
        "docs": (
            _program("sphinx-build|mkdocs|interrogate|pydocstyle|doc8|markdownlint(?:-cli2)?|vale|mintlify|docs?"),
            rf"{_START}{_TESTS}{_END}.*(?<![a-z])(?:docs?|documentation)(?![a-z])",
            _task("docs?|documentation"),
        ),
    }
)
# What these are given is no command: `echo "mypy is next"`.
_TELLING: Final = frozenset(
    {
        "[", "[[", "((", ":", ".", "alias", "break", "cat", "cd", "command", "continue", "cp", "date", "dirname",
        "echo", "exit", "export", "false", "find", "git", "grep", "hash", "local", "logger", "ls", "mkdir",
        "printf", "pwd", "read", "return", "rm", "sed", "set", "shift", "sleep", "source", "tee", "test", "touch",
        "trap", "true", "type", "unset", "wait", "which",
    }
)  # fmt: skip
# What others are told to run.
_RUNNERS: Final = re.compile(_TASKS)
_SUBSTITUTED: Final = re.compile(r"\$\([^()]*\)")
# What these print for `eval` prepares the shell.
_PREPARING: Final = re.compile(
    r"\s*\$\((?:\S*/)?(?:asdf|brew|conda|direnv|fnm|mamba|micromamba|mise|nodenv|pyenv|rbenv|ssh-agent)\b"
)


def compile_categories(settings: Mapping[str, Sequence[str]]) -> dict[str, tuple[re.Pattern[str], ...]]:
    """The patterns of each category.

    Args:
        settings: Those of the project, which take the place of the defaults of their category.

    Raises:
        re.error: If a pattern is none; its text is in the error.
    """
    return {
        name: tuple(re.compile(pattern, re.IGNORECASE) for pattern in patterns)
        for name, patterns in {**DEFAULTS, **settings}.items()
    }


def is_work(words: Sequence[str]) -> bool:
    """Whether a command does more than to tell, to look or to move around."""
    return bool(words) and words[0].rpartition("/")[2] not in _TELLING


def is_open(words: Sequence[str]) -> bool:
    """Whether nobody knows before a command runs what it does: ``$CHECK``, ``eval "$1"``, ``make "$target"``."""
    if words[0] == "eval":
        return _PREPARING.match(" ".join(words[1:])) is None
    name = _SUBSTITUTED.sub("$", words[0]).rpartition("/")[2]
    is_told = _RUNNERS.match(words[0]) is not None and any("$" in word for word in words[1:])
    return is_told or "{}" in name or not set("$*?").isdisjoint(name)


def find_categories(texts: Iterable[str], patterns: Mapping[str, Sequence[re.Pattern[str]]]) -> tuple[str, ...]:
    """The categories that a command belongs to.

    Args:
        texts: The command without the words that start it, and its id.
        patterns: The patterns of each category.
    """
    told = list(texts)
    return tuple(
        name
        for name, searched in patterns.items()
        if any(pattern.search(text) for pattern in searched for text in told)
    )
