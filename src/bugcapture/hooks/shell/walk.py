"""Go through a shell script as a shell would, without running anything: which commands does it come to?

Both ways of a condition are taken, because nobody knows here what a command would say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.shell.syntax import Branch, Group, Sequence, Simple, read_script
from bugcapture.hooks.shell.tokens import ShellError, read_tokens

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.hooks.shell.syntax import AndOr, Command, Pipeline
    from bugcapture.hooks.shell.tokens import Part, Token

PIPED: Final = "its exit code is lost in the pipe: there is no `set -o pipefail`"
IGNORED: Final = "nothing looks at its exit code: there is no `set -e`"
OVERRULED: Final = "what follows `||` always succeeds"
UNUSED: Final = "the push goes on in both cases of the condition"
EXEMPT: Final = "`set -e` passes over what stands before `&&`"

_ASSIGNMENT: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)(\[[^]]*\])?(\+?)=")
_HARMLESS: Final = frozenset({"echo", "printf", "true", ":"})
_DEEPEST: Final = 40
_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Run:
    """A command that a script comes to.

    Attributes:
        line: Its line.
        words: The command and its arguments, as far as they are known.
        lost: Why its failure does not stop the script; empty when it may.
    """

    line: int
    words: tuple[str, ...]
    lost: str = ""


@dataclass(slots=True)
class _State:
    variables: dict[str, list[str]]
    functions: dict[str, Command] = field(default_factory=dict)
    errexit: bool = False
    pipefail: bool = False
    trap: bool = False


def walk_script(
    text: str, *, line: int = 1, options: Iterable[str] = (), arguments: Iterable[str] = ()
) -> tuple[Run, ...]:
    """The commands that a script comes to, in their order.

    Args:
        text: The script.
        line: The number of its first line.
        options: What its shell is started with, such as ``-e``.
        arguments: What the script is called with; where nothing is known, ``"$@"`` stays as it is.

    Raises:
        ShellError: If it is no shell script.
    """
    given = list(arguments)
    state = _State({"@": given} if given else {})
    walker = _Walker(state)
    walker.set_options(list(options))
    try:
        walker.walk_sequence(read_script(text, line), "")
    except RecursionError as error:
        raise ShellError("is nested too deeply", line) from error
    return tuple(walker.runs)


class _Walker:
    """Collects commands.

    The ``lost`` that is handed down says why the status of what is walked does not stop the script; it is empty
    when it does, or when nobody knows.
    """

    def __init__(self, state: _State) -> None:
        self._state = state
        self.runs: list[Run] = []
        self._depth = 0
        self._left = _MOST

    def set_options(self, words: list[str]) -> None:
        """What ``set`` does with its arguments."""
        for at, word in enumerate(words):
            if not word.startswith(("-", "+")):
                continue
            on = word.startswith("-")
            named = words[at + 1] if word.endswith("o") and at + 1 < len(words) else ""
            if "e" in word[1:].rstrip("o") or named == "errexit":
                self._state.errexit = on
            if named == "pipefail":
                self._state.pipefail = on

    def walk_sequence(self, sequence: Sequence, lost: str, *, tested: bool = False) -> bool:
        """Walk statements.

        Args:
            sequence: The statements.
            lost: For the last one.
            tested: Whether this is a condition, where ``set -e`` does not count.

        Returns:
            Whether nothing behind them is reached.
        """
        for statement, after in zip_longest(sequence.statements, sequence.statements[1:]):
            stops = (self._state.errexit or self._state.trap) and not tested
            if after is None:
                alone, chained = "" if stops else lost, lost
            elif _asks_status(after):
                alone = chained = ""
            else:
                alone, chained = ("", EXEMPT) if stops else (IGNORED, IGNORED)
            if self._walk_statement(statement, alone, chained, tested=tested):
                return True
        return False

    def _walk_statement(self, statement: AndOr, alone: str, chained: str, *, tested: bool) -> bool:
        """Walk pipelines; ``alone`` is for the last of them, ``chained`` for those before it."""
        if statement.background:
            alone = chained = ""
        for at, (operator, pipeline) in enumerate(statement.parts):
            rest = statement.parts[at + 1 :]
            handler = next((other for joined, other in rest if joined == "||"), None)
            lost = chained if rest else alone
            if handler is not None:
                lost = OVERRULED if self._is_harmless(handler) and not pipeline.negated else ""
            ends = self._walk_pipeline(pipeline, lost, tested=tested or bool(rest))
            if ends and not operator and not statement.background:
                return True
        return False

    def _is_harmless(self, pipeline: Pipeline) -> bool:
        return all(self._succeeds(command) for command in pipeline.commands)

    def _succeeds(self, command: Command) -> bool:
        """Whether a command can only succeed, and changes nothing that could be asked later."""
        if isinstance(command, Simple):
            words = [word for token in command.tokens for word in self._expand(token)]
            return words[:1] != [] and (words[0] in _HARMLESS or words[:2] == ["exit", "0"])
        if isinstance(command, Group):
            return all(self._is_harmless(part) for one in command.body.statements for _, part in one.parts)
        return False

    def _walk_pipeline(self, pipeline: Pipeline, lost: str, *, tested: bool) -> bool:
        *feeding, last = pipeline.commands
        for command in feeding:
            self._walk_command(command, lost if self._state.pipefail else PIPED, tested=tested)
        # What exits in a pipe is a process of its own.
        return self._walk_command(last, lost, tested=tested) and not feeding

    def _walk_command(self, command: Command, lost: str, *, tested: bool) -> bool:
        if isinstance(command, Simple):
            return self._walk_simple(command, lost, tested=tested)
        if isinstance(command, Group):
            return self.walk_sequence(command.body, lost, tested=tested) and not command.subshell
        if isinstance(command, Branch):
            self._walk_branch(command, lost, tested=tested)
            return False
        self._state.functions[command.name] = command.body
        return False

    def _walk_branch(self, branch: Branch, lost: str, *, tested: bool) -> None:
        bodies = list(branch.bodies)
        idle = all(self._is_harmless(part) for body in bodies for one in body.statements for _, part in one.parts)
        for at, condition in enumerate(branch.conditions):
            self.walk_sequence(condition, UNUSED if idle else "", tested=True)
            if not branch.loop and _is_constant(condition, "false"):
                bodies[at] = Sequence(())
            elif not branch.loop and _is_constant(condition, "true"):
                bodies[at + 1 :] = []
                break
        for body in bodies:
            self.walk_sequence(body, lost, tested=tested)

    def _walk_simple(self, command: Simple, lost: str, *, tested: bool) -> bool:
        self._left -= 1
        if not self._left:
            raise ShellError("comes to too many commands", command.line)
        tokens = list(command.tokens)
        while tokens and (assigned := _assignment(tokens[0])):
            self._assign(assigned, tokens.pop(0), alone=len(tokens) == 0)
        words = [word for token in tokens for word in self._expand(token)]
        self._walk_substitutions(command)
        if not words:
            return False
        if words[0] in {"export", "local", "readonly", "declare", "typeset"}:
            for token in tokens[1:]:
                if assigned := _assignment(token):
                    self._assign(assigned, token, alone=True)
            return False
        if words[0] == "set":
            self.set_options(words[1:])
            return False
        if words[0] == "trap" and "ERR" in words:
            self._state.trap = True
        if words[0] in self._state.functions and self._depth < _DEEPEST:
            return self._call(words, lost, tested=tested)
        self.runs.append(Run(command.line, tuple(words), lost))
        return words[0] in {"exit", "return"} or (words[0] == "exec" and len(words) > 1)

    def _call(self, words: list[str], lost: str, *, tested: bool) -> bool:
        variables = self._state.variables
        self._state.variables = {**variables, "@": words[1:]}
        self._depth += 1
        try:
            self._walk_command(self._state.functions[words[0]], lost, tested=tested)
        finally:
            self._depth -= 1
            self._state.variables = variables
        return False

    def _assign(self, assigned: re.Match[str], token: Token, *, alone: bool) -> None:
        if not alone or assigned[2]:
            return
        values = [
            word
            for part in token.parts
            if part.kind == "array"
            for inner in read_tokens(part.text, part.line)
            if not inner.operator
            for word in self._expand(inner)
        ]
        if not any(part.kind == "array" for part in token.parts):
            values = ["".join(self._expand(token, split=False))[assigned.end() :]]
        before = self._state.variables.get(assigned[1], []) if assigned[3] else []
        self._state.variables[assigned[1]] = before + values

    def _walk_substitutions(self, command: Simple) -> None:
        """The commands in ``$(...)`` run as well; whether their failure counts depends, so it is not judged."""
        for part in (part for token in command.tokens for part in token.parts if part.kind == "command"):
            before = self._state.errexit
            self.walk_sequence(read_script(part.text, part.line), "", tested=False)
            self._state.errexit = before

    def _expand(self, token: Token, *, split: bool = True) -> list[str]:
        """What a word stands for: one word, or several for a list of them."""
        words = [""]
        for part in token.parts:
            values = self._value(part)
            if not part.quoted and split and part.kind == "variable":
                values = [piece for value in values for piece in value.split()]
            if not values:
                continue
            words[-1] += values[0]
            words += values[1:]
        empty = not any(words) and not any(part.quoted and part.kind == "text" for part in token.parts)
        lists = any(part.kind == "variable" and part.text == "@" for part in token.parts)
        return [] if empty or (lists and not any(words)) else words

    def _value(self, part: Part) -> list[str]:
        if part.kind == "text":
            return [part.text]
        if part.kind == "variable":
            return self._variable(part)
        return [f"$({part.text})"]

    def _variable(self, part: Part) -> list[str]:
        known = self._state.variables
        name = part.text.removesuffix("[@]")
        if name in {"@", "*"}:
            return known.get("@", ["$@"])
        if name.isdigit() and name != "0" and "@" in known:
            given = known["@"][int(name) - 1 : int(name)]
            return given or ([part.default] if part.default is not None else [])
        if name in known:
            values = known[name]
            return values if part.text.endswith("[@]") else values[:1]
        return [part.default] if part.default is not None else [f"${name}"]


def _assignment(token: Token) -> re.Match[str] | None:
    first = token.parts[0] if token.parts else None
    return _ASSIGNMENT.match(first.text) if first and first.kind == "text" and not first.quoted else None


def _asks_status(statement: AndOr) -> bool:
    """Whether a statement looks at the exit code of the one before it."""
    first = statement.parts[0][1].commands[0]
    if isinstance(first, Branch):
        asked = [condition.statements[0] for condition in first.conditions[:1] if condition.statements]
        return _names_status(first.subject) or any(_asks_status(one) for one in asked)
    return isinstance(first, Simple) and _names_status(first.tokens)


def _names_status(tokens: tuple[Token, ...]) -> bool:
    parts = [part for token in tokens for part in token.parts]
    return any(
        "$?" in part.text or (part.kind == "variable" and part.text.startswith(("?", "PIPESTATUS")))
        for part in parts
    )


def _is_constant(condition: Sequence, word: str) -> bool:
    if len(condition.statements) != 1 or len(condition.statements[0].parts) != 1:
        return False
    commands = condition.statements[0].parts[0][1].commands
    only = commands[0]
    return len(commands) == 1 and isinstance(only, Simple) and [token.plain for token in only.tokens] == [word]
