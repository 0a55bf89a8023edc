"""The words and operators of a shell script; comments and the bodies of here-documents are none.

See https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_03.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_OPERATORS: Final = (";;&", ";;", ";&", "&&", "||", "|&", ";", "|", "((", "(", ")", "\n", "&")
_REDIRECTION: Final = re.compile(r"(?:&>>?|[0-9]*(?:<<<|<<-?|<>|<&|>>|>&|>\||<|>))")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[@*#?$!-]|[0-9]")
# A name, perhaps of all of a list, with what stands for it, or is told, where it is not set.
_BRACED: Final = re.compile(
    r"([A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!])(\[[@*]\])?(?::?[-=](.*)|:?\?.*)?\Z", re.DOTALL
)
# Some of the words of a list: `${@:2}`, `${list[@]:1:2}`.
_SLICE: Final = re.compile(
    r"([@*]|[A-Za-z_][A-Za-z0-9_]*(?=\[[@*]\]))(\[[@*]\])?:([0-9]+| -[0-9]+)(?::([0-9]+))?\Z"
)
_IN_QUOTES: Final = re.compile(r'[^"\\$`]+')
_BLANK: Final = " \t"
_ENDS_WORD: Final = frozenset(" \t\n;&|()<>")


class ShellError(ValueError):
    """A script is no shell script, or uses what is not understood here.

    Args:
        message: What is wrong.
        line: The line, from 1.
    """

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a word.

    Attributes:
        kind: ``text``, ``variable``, ``command``, or ``array`` for what stands in the brackets of ``NAME=(...)``.
        text: The text, the variable's name, or the source of the command in ``$(...)``.
        quoted: Whether it stands in quotes.
        default: What stands for a variable that is not set; None without it.
        line: Where it stands.
        first: The first word that is meant of a list, as the shell counts them.
        count: How many words are meant of it; None for all.
    """

    kind: str
    text: str
    quoted: bool = False
    default: str | None = None
    line: int = 0
    first: int = 0
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Token:
    """A word or an operator.

    Attributes:
        line: Its line, from 1.
        operator: The operator; empty for a word.
        parts: The pieces of the word.
    """

    line: int
    operator: str = ""
    parts: tuple[Part, ...] = ()

    @property
    def plain(self) -> str | None:
        """The word as it is written, where nothing of it is quoted or substituted; None for any other token."""
        if self.operator or any(part.kind != "text" or part.quoted for part in self.parts):
            return None
        return "".join(part.text for part in self.parts)


def read_tokens(text: str, line: int = 1) -> list[Token]:
    """The tokens of a script, without its redirections.

    Args:
        text: The script.
        line: The number of its first line.

    Raises:
        ShellError: If a quote or a bracket is not closed.
    """
    return _Lexer(text, line).read()


def find_extensions(text: str) -> list[tuple[int, str]]:
    """What a script has that only bash and its like know, with the lines.

    Args:
        text: The script.

    Raises:
        ShellError: If a quote or a bracket is not closed.
    """
    lexer = _Lexer(text, 1)
    tokens = lexer.read()
    found = lexer.extensions
    for at, token in enumerate(tokens):
        begins = at == 0 or tokens[at - 1].operator not in {"", "("}
        if begins and token.plain == "function":
            found.append((token.line, "function"))
        elif token.operator == "|&":
            found.append((token.line, "|&"))
        elif token.plain == "pipefail" and any(one.plain == "set" for one in tokens[max(at - 3, 0) : at]):
            found.append((token.line, "set -o pipefail"))
    return sorted(found)


class _Lexer:
    def __init__(self, text: str, line: int) -> None:
        self._text = text
        self._at = 0
        self._line = line
        self._tokens: list[Token] = []
        self._documents: list[tuple[str, bool]] = []
        self.extensions: list[tuple[int, str]] = []

    def read(self) -> list[Token]:
        while self._at < len(self._text):
            char = self._text[self._at]
            if char in _BLANK:
                self._at += 1
            elif self._text.startswith("\\\n", self._at):
                self._skip(2)
            elif char == "#":
                self._skip_comment()
            elif found := _REDIRECTION.match(self._text, self._at):
                self._redirect(found[0])
            elif operator := self._operator():
                self._tokens.append(Token(self._line, operator))
                self._skip(len(operator))
                if operator == "\n":
                    self._skip_documents()
            else:
                self._read_word()
        return self._tokens

    def _operator(self) -> str:
        return next((one for one in _OPERATORS if self._text.startswith(one, self._at)), "")

    def _skip(self, count: int) -> str:
        taken = self._text[self._at : self._at + count]
        self._line += taken.count("\n")
        self._at += count
        return taken

    def _skip_comment(self) -> None:
        end = self._text.find("\n", self._at)
        self._at = len(self._text) if end < 0 else end

    def _redirect(self, operator: str) -> None:
        substitution = operator in {"<", ">"} and self._text.startswith("(", self._at + 1)
        if substitution:
            self._read_word()
            return
        self._skip(len(operator))
        if operator.endswith("<<<"):
            self.extensions.append((self._line, "<<<"))
        while self._at < len(self._text) and self._text[self._at] in _BLANK:
            self._at += 1
        if self._at < len(self._text) and self._text[self._at] not in "\n;&|()":
            target = self._word()
            if operator.endswith(("<<", "<<-")) and not operator.endswith("<<<"):
                name = "".join(part.text for part in target.parts)
                self._documents.append((name, operator.endswith("-")))

    def _skip_documents(self) -> None:
        for name, indented in self._documents:
            while self._at < len(self._text):
                end = self._text.find("\n", self._at)
                end = len(self._text) if end < 0 else end
                found = self._text[self._at : end]
                self._skip(end - self._at + 1)
                if (found.lstrip("\t") if indented else found) == name:
                    break
        self._documents.clear()

    def _read_word(self) -> None:
        token = self._word()
        self._tokens.append(token)
        if token.plain == "[[":
            self._read_test()

    def _read_test(self) -> None:
        """What stands in double brackets follows rules of its own; it is one word here."""
        end = re.compile(r"(?<=\s)\]\]").search(self._text, self._at)
        if end is None:
            raise ShellError("`[[` is not closed", self._line)
        start = self._line
        inside = self._skip(end.start() - self._at)
        self._tokens.append(Token(start, parts=(Part("text", inside, quoted=True, line=start),)))
        self._tokens.append(Token(self._line, parts=(Part("text", self._skip(2), quoted=True),)))

    def _word(self) -> Token:
        start = self._line
        parts: list[Part] = []
        while self._at < len(self._text):
            char = self._text[self._at]
            if char in "<>" and self._text.startswith("(", self._at + 1):
                self.extensions.append((self._line, "<(...)"))
                self._skip(1)
                parts.append(self._command_in_brackets(quoted=True))
            elif char in _ENDS_WORD:
                array = char == "(" and parts and _is_array(parts[-1])
                if not array:
                    break
                parts.append(self._array())
            else:
                parts += self._piece(char)
        return Token(start, parts=tuple(parts))

    def _piece(self, char: str) -> list[Part]:
        if char == "'":
            return [Part("text", self._until("'"), quoted=True)]
        if char == '"':
            return self._double_quoted()
        if char == "\\":
            taken = self._skip(2)[1:]
            return [] if taken == "\n" else [Part("text", taken, quoted=True)]
        if char == "$":
            return [self._dollar(quoted=False)]
        if char == "`":
            line = self._line
            return [Part("command", self._until("`"), line=line)]
        start = self._at
        while self._at < len(self._text) and self._text[self._at] not in "'\"\\$` \t\n;&|()<>":
            self._at += 1
        return [Part("text", self._text[start : self._at])]

    def _until(self, quote: str) -> str:
        end = self._text.find(quote, self._at + 1)
        if end < 0:
            raise ShellError(f"a {quote} is not closed", self._line)
        return self._skip(end + 1 - self._at)[1:-1]

    def _double_quoted(self) -> list[Part]:
        start = self._line
        self._skip(1)
        parts = [Part("text", "", quoted=True)]
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == '"':
                self._skip(1)
                return parts
            if char == "\\":
                taken = self._skip(2)
                parts.append(Part("text", taken[1:] if taken[1:] in {"$", "`", '"', "\\"} else taken, quoted=True))
            elif char == "$":
                parts.append(self._dollar(quoted=True))
            elif char == "`":
                line = self._line
                parts.append(Part("command", self._until("`"), quoted=True, line=line))
            else:
                end = _IN_QUOTES.match(self._text, self._at).end()  # type: ignore[union-attr] # one character at least
                parts.append(Part("text", self._skip(end - self._at), quoted=True))
        raise ShellError('a " is not closed', start)

    def _dollar(self, *, quoted: bool) -> Part:
        if self._text.startswith("$((", self._at):
            return Part("text", self._balanced("$("), quoted=True)
        if self._text.startswith("$(", self._at):
            self._skip(1)
            return self._command_in_brackets(quoted=quoted)
        if self._text.startswith("${", self._at):
            inside = self._balanced("${")[2:-1]
            if sliced := _SLICE.match(inside):
                name, listed, first, count = sliced.groups()
                text = name + ("[@]" if listed else "")
                return Part("variable", text, quoted, first=int(first), count=int(count) if count else None)
            found = _BRACED.match(inside)
            if found is None:
                return Part("text", f"${{{inside}}}", quoted=quoted)
            name = found[1] + ("[@]" if found[2] else "")
            return Part("variable", name, quoted=quoted, default=found[3])
        if self._text.startswith("$'", self._at):
            self._skip(1)
            return Part("text", self._until("'"), quoted=True)
        self._skip(1)
        named = _NAME.match(self._text, self._at)
        if named is None:
            return Part("text", "$", quoted=quoted)
        return Part("variable", self._skip(len(named[0])), quoted=quoted)

    def _command_in_brackets(self, *, quoted: bool) -> Part:
        line = self._line
        return Part("command", self._balanced("(")[1:-1], quoted=quoted, line=line)

    def _array(self) -> Part:
        """The words between the brackets of ``NAME=(...)``."""
        line = self._line
        self.extensions.append((line, "an array"))
        return Part("array", self._balanced("(")[1:-1], line=line)

    def _balanced(self, opening: str) -> str:
        """The text up to the bracket that closes what opens here; brackets in quotes do not count."""
        start, first, depth = self._at, self._line, 0
        bracket = opening[-1]
        closing = {"(": ")", "{": "}"}[bracket]
        self._skip(len(opening) - 1)
        while self._at < len(self._text):
            char = self._text[self._at]
            if char == "'" and bracket == "(":
                self._until("'")
            elif char == '"':
                self._double_quoted()
            elif char == "\\":
                self._skip(2)
            elif char == "#" and self._text[self._at - 1] in " \t\n" and bracket == "(":
                self._skip_comment()
            else:
                self._skip(1)
                depth += (char == bracket) - (char == closing)
                if not depth:
                    return self._text[start : self._at]
        raise ShellError(f"a {bracket} is not closed", first)


def _is_array(part: Part) -> bool:
    return part.kind == "text" and not part.quoted and re.fullmatch(r"\w+\+?=", part.text) is not None
