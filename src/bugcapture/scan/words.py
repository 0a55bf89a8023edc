"""What a file or a function must hold to be of interest, asked of its bytes before its syntax is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_WORDS: Final = (
    b"Mock", b"environ", b"patch(", b"patch.", b"xdist_group", b"autospec", b".start()", b"__aexit__", b"__exit__",
    b"monkeypatch", b"MonkeyPatch", b"monkeyPatch", b"Monkeypatch", b"mocker", b"putenv", b"unsetenv",
)  # fmt: skip
_ANY: Final = b"|".join(map(re.escape, _WORDS))
# What may be imported under another name.
_OF_MOCKS: Final = re.compile(r"(?:.*\.)?(?:\w*Mock|patch|environ|putenv|unsetenv|create_autospec|call|seal)")
_PROGRAM: Final = (b"await", b"async", b"with")
_PROGRAM_WORDS: Final = re.compile(rb"\bawait\b|\basync\b|^[ \t]+with[ \t(]", re.MULTILINE)


def concerns_tests(content: bytes) -> bool:
    """Whether a test file may hold what any rule is about.

    Args:
        content: What it holds.
    """
    return any(word in content for word in _WORDS)


def concerns_program(content: bytes) -> bool:
    """Whether a file of the program may do anything with what calls give: await it, hold it, or enter it.

    Args:
        content: What it holds.
    """
    if b"__init__" in content:
        return True
    return any(word in content for word in _PROGRAM) and _PROGRAM_WORDS.search(content) is not None


def is_of_mocks(name: str) -> bool:
    """Whether something is called like what rules are about.

    Args:
        name: Its name, as it is imported.
    """
    return _OF_MOCKS.fullmatch(name) is not None


def words_with(aliases: Iterable[bytes]) -> re.Pattern[bytes]:
    """What a function must hold to be looked at.

    Args:
        aliases: Other names that its module gives to what it imports.
    """
    whole = (rb"\b%b\b" % name if name.isascii() else re.escape(name) for name in sorted(set(aliases)))
    return re.compile(b"|".join([_ANY, *whole]))
