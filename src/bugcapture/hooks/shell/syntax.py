"""The grammar of a shell script: lists, pipelines, and the words that control them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.shell.tokens import Part, ShellError, Token, read_tokens

if TYPE_CHECKING:
    from collections.abc import Collection

_CLOSING: Final = frozenset({"then", "elif", "else", "fi", "do", "done", "esac", "}"})
_SEPARATORS: Final = frozenset({";", "&", "\n"})
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_CASE_ENDS: Final = frozenset({";;", ";&", ";;&"})


@dataclass(frozen=True, slots=True)
class Simple:
    """One command with its words."""

    tokens: tuple[Token, ...]

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.tokens[0].line


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Commands that feed each other, often only one."""

    commands: tuple[Command, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class AndOr:
    """Pipelines that depend on each other: each with the operator before it, the first without."""

    parts: tuple[tuple[str, Pipeline], ...]
    background: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    statements: tuple[AndOr, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A list in braces, or in brackets: then a process of its own runs it."""

    body: Sequence
    subshell: bool = False


@dataclass(frozen=True, slots=True)
class Branch:
    """``if``, ``case`` or ``while``: conditions, and bodies that run or do not."""

    conditions: tuple[Sequence, ...]
    bodies: tuple[Sequence, ...]
    subject: tuple[Token, ...] = ()
    loop: bool = False


@dataclass(frozen=True, slots=True)
class For:
    """``for NAME in WORDS``: a body for each word; without a name, as often as nobody knows."""

    name: str
    words: tuple[Token, ...]
    body: Sequence


@dataclass(frozen=True, slots=True)
class Function:
    """The definition of a function."""

    name: str
    body: Command


Command = Simple | Group | Branch | For | Function


def read_script(text: str, line: int = 1) -> Sequence:
    """A script.

    Args:
        text: Its text.
        line: The number of its first line.

    Raises:
        ShellError: If it is none.
    """
    try:
        return _Parser(read_tokens(text, line)).script()
    except RecursionError as error:
        raise ShellError("is nested too deeply", line) from error


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def script(self) -> Sequence:
        body = self._list(())
        if self._at < len(self._tokens):
            raise ShellError("a word or bracket closes what was never opened", self._tokens[self._at].line)
        return body

    def _word(self) -> str | None:
        return self._tokens[self._at].plain if self._at < len(self._tokens) else None

    def _operator(self) -> str:
        return self._tokens[self._at].operator if self._at < len(self._tokens) else ""

    def _take(self) -> Token:
        if self._at >= len(self._tokens):
            line = self._tokens[-1].line if self._tokens else 1
            raise ShellError("ends in the middle of a command", line)
        self._at += 1
        return self._tokens[self._at - 1]

    def _expect(self, *words: str) -> str:
        token = self._take()
        if token.plain not in words:
            raise ShellError(f"`{words[0]}` is missing", token.line)
        return str(token.plain)

    def _skip_lines(self) -> None:
        while self._operator() == "\n":
            self._at += 1

    def _list(self, ends: Collection[str]) -> Sequence:
        """Statements up to a word or an operator that ends the list."""
        statements = []
        while self._at < len(self._tokens):
            if self._operator() in _SEPARATORS:
                self._at += 1
                continue
            if self._operator() in ends or self._word() in ends or self._word() in _CLOSING:
                break
            if self._operator() == ")":
                break
            statements.append(self._and_or())
        return Sequence(tuple(statements))

    def _and_or(self) -> AndOr:
        parts = [("", self._pipeline())]
        while self._operator() in {"&&", "||"}:
            operator = self._take().operator
            self._skip_lines()
            parts.append((operator, self._pipeline()))
        return AndOr(tuple(parts), background=self._operator() == "&")

    def _pipeline(self) -> Pipeline:
        negated = False
        while self._word() in {"!", "time"}:
            negated ^= self._take().plain == "!"
        commands = [self._command()]
        while self._operator() in {"|", "|&"}:
            self._take()
            self._skip_lines()
            commands.append(self._command())
        return Pipeline(tuple(commands), negated)

    def _command(self) -> Command:
        if self._operator() in {"(", "(("}:
            return self._brackets()
        readers = {
            "{": self._braces,
            "if": self._if,
            "while": self._while,
            "until": self._while,
            "for": self._for,
            "select": self._for,
            "case": self._case,
            "function": self._function,
        }
        read = readers.get(self._word() or "")
        if read is not None:
            self._take()
            return read()
        return self._simple()

    def _brackets(self) -> Command:
        first = self._take()
        if first.operator == "((":
            return self._arithmetic(first.line)
        body = self._list(())
        if self._take().operator != ")":
            raise ShellError("`)` is missing", self._tokens[self._at - 1].line)
        return Group(body, subshell=True)

    def _arithmetic(self, line: int) -> Command:
        words, depth = [Token(line, parts=(Part("text", "(("),))], 2
        while depth:
            token = self._take()
            depth += {"((": 2, "(": 1, ")": -1}.get(token.operator, 0)
            words += [] if token.operator else [token]
        return Simple(tuple(words))

    def _braces(self) -> Command:
        body = self._list(("}",))
        self._expect("}")
        return Group(body)

    def _if(self) -> Command:
        conditions, bodies = [], []
        word = "if"
        while word in {"if", "elif"}:
            conditions.append(self._list(("then",)))
            self._expect("then")
            bodies.append(self._list(("elif", "else", "fi")))
            word = self._expect("fi", "elif", "else")
        if word == "else":
            bodies.append(self._list(("fi",)))
            self._expect("fi")
        return Branch(tuple(conditions), tuple(bodies))

    def _while(self) -> Command:
        condition = self._list(("do",))
        return Branch((condition,), (self._do(),), loop=True)

    def _for(self) -> Command:
        first = self._take()
        rest = []
        while self._word() != "do":
            rest.append(self._take())
        words: tuple[Token, ...] = (Token(first.line, parts=(Part("variable", "@", quoted=True),)),)
        if rest and rest[0].plain == "in":
            words = tuple(token for token in rest[1:] if not token.operator)
        name = first.plain or ""
        return For(name if _NAME.match(name) else "", words, self._do())

    def _do(self) -> Sequence:
        self._expect("do")
        body = self._list(("done",))
        self._expect("done")
        return body

    def _case(self) -> Command:
        subject: list[Token] = []
        bodies: list[Sequence] = []
        while self._word() != "in":
            subject.append(self._take())
        self._take()
        while True:
            while self._operator() == "\n" or self._operator() in _CASE_ENDS:
                self._at += 1
            if self._word() == "esac":
                self._take()
                return Branch((), tuple(bodies), tuple(subject))
            while self._take().operator != ")":
                pass
            bodies.append(self._list((*_CASE_ENDS, "esac")))

    def _function(self) -> Command:
        name = self._take()
        if self._operator() == "(":
            self._take()
            self._take()
        self._skip_lines()
        return Function(name.plain or "", self._command())

    def _simple(self) -> Command:
        first = self._take()
        if first.operator:
            raise ShellError(
                f"`{first.operator.strip() or 'a line end'}` stands where a command belongs", first.line
            )
        if self._operator() == "(":
            self._take()
            if self._take().operator != ")":
                raise ShellError("a bracket stands where none belongs", first.line)
            self._skip_lines()
            return Function(first.plain or "", self._command())
        tokens = [first]
        while self._at < len(self._tokens) and not self._operator():
            tokens.append(self._take())
        return Simple(tuple(tokens))
