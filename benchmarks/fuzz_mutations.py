"""Ways to spoil a Python file: its bytes, its words, its lines, its encoding, its depth."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

_WORD: Final = re.compile(rb"\w+|\s+|[^\w\s]")
_WORDS: Final = (
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b":",
    b",",
    b".",
    b"=",
    b":=",
    b"*",
    b"**",
    b"@",
    b"\\\n",
    b'"""',
    b"'",
    b"#",
    b";",
    b"\n",
    b"    ",
    b"\t",
    b"\f",
    b"await ",
    b"async ",
    b"lambda ",
    b"yield ",
    b"not ",
    b"with ",
    b"match ",
    b"case ",
    b"except* E:",
    b"AsyncMock()",
    b"patch(",
    b"os.environ",
    b"return_value",
    b"f'{",
    b"}'",
    b"b'",
    b"0x",
    b"1e999",
    b"...",
    b"global ",
    b"del ",
    b"# bugcapture: ignore[MK101] why\n",
    b"# bugcapture: ignore",
    b"# type: ignore\n",
)
_BYTES: Final = (
    b"\0",
    b"\x1a",
    b"\x1b[31m",
    b"\x7f",
    b"\x80",
    b"\xff\xfe",
    b"\xed\xa0\x80",
    b"\xe2\x80\xa8",
    b"\xc2\x85",
    b"\xef\xbb\xbf",
    b"\xf0\x9f\x90\x8d",
    b"\xe2\x80\xae",
    b"\x0b",
    b"\r",
    b"\f",
    b"\xc2\xa0",
)
_ENCODINGS: Final = (
    "latin-1",
    "cp1252",
    "utf-8",
    "utf-8-sig",
    "utf-16",
    "utf-32-le",
    "utf-7",
    "shift_jis",
    "koi8-r",
    "ascii",
    "no-such",
    "rot13",
    "hex",
    "idna",
    "punycode",
    "unicode_escape",
    "raw_unicode_escape",
    "mbcs",
    "undefined",
    "cp037",
)
_DEEP: Final = (
    (b"(", b"x", b")"),
    (b"[", b"AsyncMock()", b"]"),
    (b"{1: ", b"m", b"}"),
    (b"f(", b"Mock()", b")"),
    (b"not ", b"x", b""),
    (b"-", b"1", b""),
    (b"x + ", b"1", b""),
    (b"", b"m", b".return_value"),
    (b"", b"m", b"()"),
    (b"", b"m", b"[0]"),
    (b"lambda: ", b"Mock()", b""),
    (b"x if y else ", b"m", b""),
    (b"await ", b"m", b""),
    (b"patch('a.b', ", b"m", b")"),
    (b"x and ", b"(y)", b""),
    (b"", b"'a'", b" 'a'"),
)
_BLOCKS: Final = (b"if x:", b"def f():", b"class C:", b"with patch('a.b'):", b"for x in y:", b"try:", b"while m:")


def mutate(random: Random, content: bytes, other: bytes) -> tuple[bytes, list[str]]:
    """Spoil a file in one or more ways.

    Args:
        random: Where all choices come from.
        content: The file.
        other: Another one, to take parts from.

    Returns:
        What becomes of it, and the names of the ways.
    """
    names = []
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        way = random.choice(_WAYS)
        content = way(random, content, other)
        names.append(way.__name__.lstrip("_"))
    return content, names


def _place(random: Random, content: bytes) -> int:
    return random.randint(0, len(content))


def _flip_byte(random: Random, content: bytes, _other: bytes) -> bytes:
    at = _place(random, content)
    return content[:at] + bytes([random.randrange(256)]) + content[at + 1 :]


def _insert_bytes(random: Random, content: bytes, _other: bytes) -> bytes:
    for _ in range(random.choice((1, 1, 2, 5))):
        at = _place(random, content)
        content = content[:at] + random.choice(_BYTES) + content[at:]
    return content


def _delete_bytes(random: Random, content: bytes, _other: bytes) -> bytes:
    at = _place(random, content)
    return content[:at] + content[at + random.choice((1, 2, 8, 64)) :]


def _truncate(random: Random, content: bytes, _other: bytes) -> bytes:
    return content[: _place(random, content)]


def _words(random: Random, content: bytes, _other: bytes) -> bytes:
    words: list[bytes] = _WORD.findall(content) or [b""]
    for _ in range(random.choice((1, 2, 4, 16))):
        at = random.randrange(len(words))
        choice = random.randrange(4)
        if choice == 0:
            words[at] = random.choice(_WORDS)
        elif choice == 1:
            words[at] = b""
        elif choice == 2:
            words[at] *= 2
        else:
            to = random.randrange(len(words))
            words[at], words[to] = words[to], words[at]
    return b"".join(words)


def _lines(random: Random, content: bytes, other: bytes) -> bytes:
    lines = content.splitlines(keepends=True) or [b""]
    for _ in range(random.choice((1, 2, 4))):
        at = random.randrange(len(lines))
        to = random.randrange(len(lines))
        choice = random.randrange(5)
        if choice == 0:
            lines[at], lines[to] = lines[to], lines[at]
        elif choice == 1:
            lines[at] = b""
        elif choice == 2:
            lines[at] *= 2
        elif choice == 3:
            lines[at] = random.choice((b" ", b"    ", b"\t", b"\f")) + lines[at]
        else:
            lines[at] = random.choice(other.splitlines(keepends=True) or [b""])
    return b"".join(lines)


def _splice(random: Random, content: bytes, other: bytes) -> bytes:
    return content[: _place(random, content)] + other[_place(random, other) :]


def _line_ends(random: Random, content: bytes, _other: bytes) -> bytes:
    if random.random() < 0.3:  # Each line another one.
        return re.sub(rb"\r?\n", lambda _: random.choice((b"\n", b"\r\n", b"\r", b"\f\n")), content)
    return content.replace(b"\r\n", b"\n").replace(b"\n", random.choice((b"\r\n", b"\r")))


def _mark(_random: Random, content: bytes, _other: bytes) -> bytes:
    return b"\xef\xbb\xbf" + content


def _encoding(random: Random, content: bytes, _other: bytes) -> bytes:
    name = random.choice(_ENCODINGS)
    cookie = random.choice(("# -*- coding: {} -*-", "# vim: set fileencoding={} :", "#!/bin/python\n# coding={}"))
    text = f"{cookie.format(name)}\n# äé€\n{content.decode('utf-8', 'replace')}"
    if random.random() < 0.7:
        try:
            return text.encode(name, "replace")
        except (LookupError, ValueError, TypeError, AssertionError):
            pass
    return text.encode("utf-8", "replace")


def _deep(random: Random, content: bytes, _other: bytes) -> bytes:
    before, inner, after = random.choice(_DEEP)
    depth = random.choice((20, 90, 190, 400, 1500, 20_000))
    return content + b"\nx = " + before * depth + inner + after * depth + b"\n"


def _blocks(random: Random, content: bytes, _other: bytes) -> bytes:
    block = random.choice(_BLOCKS)
    depth = random.choice((15, 19, 60, 99))
    lines = [b" " * number + block for number in range(depth)]
    end = [b" " * depth + b"os.environ['REGION'] = AsyncMock()"]
    if block == b"try:":
        end += [b" " * number + b"finally: patch('a.b').start()" for number in reversed(range(depth))]
    return content + b"\n" + b"\n".join(lines + end) + b"\n"


def _chain(random: Random, content: bytes, _other: bytes) -> bytes:
    count = random.choice((100, 900, 3000))
    line = random.choice((b"elif m.f0():\n    m = AsyncMock()\n", b"elif x: pass\n"))
    return content + b"\nif x:\n    pass\n" + line * count


def _huge(random: Random, content: bytes, _other: bytes) -> bytes:
    count = random.choice((1000, 20_000))
    what = random.choice(
        (
            b"x = '" + b"a" * count * 10 + b"'",
            b"x = [" + b"AsyncMock(), " * (count // 10) + b"]",
            b"f(" + b"m, " * count + b")",
            b"m = AsyncMock(); " * (count // 10) + b"pass",
            b"# " + b"bugcapture: ignore[MK101] " * (count // 10),
            b"m" * count + b" = Mock()",
            b"x = " + b"9" * (count // 5),
            b"os.environ['a'] = 'b'\n" * (count // 10),
        )
    )
    return content + b"\n" + what + b"\n"


def _spelling(random: Random, content: bytes, _other: bytes) -> bytes:
    """Names that Python takes for others: their characters are normalised."""
    text = content.decode("utf-8", "replace")
    old = random.choice(("patch", "Mock", "environ", "os", "def", "return_value"))
    new = "".join(chr(0x1D5BA + ord(char) - 97) if "a" <= char <= "z" else char for char in old)
    return text.replace(old, new, random.choice((1, -1))).encode("utf-8", "replace")


def _surrogates(random: Random, content: bytes, _other: bytes) -> bytes:
    quoted = random.choice(
        (b'"\\ud800"', b'"\\udfff\\ud83d"', b"'\xed\xa0\x80'", b'"\\N{NULL}\\x1b[2J"', b'"\xe2\x80\xae"')
    )
    return re.sub(rb"\"[^\"\n]*\"|'[^'\n]*'", lambda _: quoted, content, count=random.choice((1, 3, 0)))


_WAYS: Final[tuple[Callable[[Random, bytes, bytes], bytes], ...]] = (
    _flip_byte,
    _insert_bytes,
    _delete_bytes,
    _truncate,
    _words,
    _words,
    _lines,
    _lines,
    _splice,
    _line_ends,
    _mark,
    _encoding,
    _deep,
    _blocks,
    _chain,
    _huge,
    _spelling,
    _surrogates,
)
