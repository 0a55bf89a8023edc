"""Go through a shell script as a shell would, without running anything: which commands does it come to?

Both ways of a condition are taken, because nobody knows here what a command would say.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from bugcapture.hooks.shell.syntax import Branch, For, Group, Sequence, Simple, read_script
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
_DECLARING: Final = frozenset({"export", "local", "readonly", "declare", "typeset"})
_READING: Final = frozenset({"read", "mapfile", "readarray", "unset"})
# With these a function starts what it is given.
_STARTING: Final = frozenset({"eval", "exec", "command", "env", "nice", "timeout", "sh", "bash"})
_REFUSAL: Final = re.compile(r"exit 0*[1-9][0-9]*\Z")
_DEEPEST: Final = 40
_MOST: Final = 20_000
# So many letters of a command cost as much as a command.
_LETTERS: Final = 1000


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
    runs, _ = _walk(text, line, list(options), list(arguments))
    return runs


def find_refusal(text: str) -> int:
    """The line of the ``exit`` with which a script fails whatever happens; 0 without one.

    Args:
        text: The script.

    Raises:
        ShellError: If it is no shell script.
    """
    runs, ends = _walk(text, 1, [], [])
    earlier = any(run.words[0] in {"exit", "exec", "trap"} for run in runs[:-1])
    refuses = ends and not earlier and bool(_REFUSAL.match(" ".join(runs[-1].words)))
    return runs[-1].line if refuses else 0


def _walk(text: str, line: int, options: list[str], arguments: list[str]) -> tuple[tuple[Run, ...], bool]:
    """The commands that a script comes to, and whether it certainly ends with the last one."""
    walker = _Walker(_State({"@": arguments} if arguments else {}))
    walker.set_options(options)
    try:
        ends = walker.walk_sequence(read_script(text, line), "")
    except RecursionError as error:
        raise ShellError("is nested too deeply", line) from error
    return tuple(walker.runs), ends


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
        # Where the function is called that is walked, and what its local variables were before.
        self._called_at = 0
        self._locals: dict[str, list[str] | None] = {}

    def set_options(self, words: list[str]) -> None:
        """What ``set`` does with its arguments."""
        if "--" in words:
            at = words.index("--")
            words, given = words[:at], words[at + 1 :]
            self._give(given)
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
        given, is_sure, is_open = self._given(), True, False
        for at, (operator, pipeline) in enumerate(statement.parts):
            rest = statement.parts[at + 1 :]
            handler = next((other for joined, other in rest if joined == "||"), None)
            lost = chained if rest else alone
            if handler is not None:
                lost = OVERRULED if self._is_harmless(handler) and not pipeline.negated else ""
            ends = self._walk_pipeline(pipeline, lost, tested=tested or bool(rest))
            if ends and not operator and not statement.background:
                return True
            is_open |= not is_sure and self._given() != given
            is_sure = is_sure and operator != "||" and self._is_sure(pipeline)
            given = self._given()
        if is_open:
            self._give(None)
        return False

    def _given(self) -> list[str] | None:
        """The arguments of the script or function; None where they are not known."""
        return self._state.variables.get("@")

    def _give(self, words: list[str] | None) -> None:
        if words is None:
            self._state.variables.pop("@", None)
        else:
            self._state.variables["@"] = words

    def _is_sure(self, pipeline: Pipeline) -> bool:
        """Whether what follows `&&` is reached in any case."""
        first = pipeline.commands[0]
        if len(pipeline.commands) > 1 or pipeline.negated or not isinstance(first, Simple):
            return False
        return first.tokens[0].plain in {"shift", *_DECLARING} or bool(_assignment(first.tokens[0]))

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
            before = dict(self._state.variables)
            ends = self.walk_sequence(command.body, lost, tested=tested)
            if command.subshell:
                self._state.variables = before
            return ends and not command.subshell
        if isinstance(command, For):
            self._walk_for(command, lost, tested=tested)
        elif isinstance(command, Branch):
            given = self._given()
            self._walk_branch(command, lost, tested=tested)
            while command.loop and given and 0 < len(self._given() or ()) < len(given):
                given = self._given()
                self._walk_branch(command, lost, tested=tested)
        else:
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
        before = self._given()
        after = [] if branch.loop else [before]
        for body in bodies:
            self._give(before)
            if not self.walk_sequence(body, lost, tested=tested):
                after.append(self._given())
        after = after or [before]
        self._give(after[0] if all(one == after[0] for one in after) else None)

    def _walk_for(self, loop: For, lost: str, *, tested: bool) -> None:
        """Walk the body for each word, as far as the words are known; once where they are not."""
        variables, start = self._state.variables, len(self.runs)
        turns: list[list[str] | None] = []
        for token in loop.words if loop.name else ():
            known = all(part.kind != "command" for part in token.parts)
            turns += [[word] for word in self._expand(token)] if known else [None]
        turns = turns or [None]
        for turn in turns:
            self._spend(1)
            if turn is None:
                variables.pop(loop.name, None)
            else:
                variables[loop.name] = turn
            stops = (self._state.errexit or self._state.trap) and not tested
            is_asked = stops or any(_asks_status(one) for one in loop.body.statements[:1])
            handed = lost if turn is turns[-1] else "" if is_asked else IGNORED
            if self.walk_sequence(loop.body, handed, tested=tested):
                break
        if len(turns) > 1:
            # What does not depend on the word is the same command each time.
            self.runs[start:] = {(run.line, run.words): run for run in self.runs[start:]}.values()

    def _spend(self, count: int, line: int = 1) -> None:
        self._left -= count
        if self._left <= 0:
            raise ShellError("comes to too many commands", line)

    def _walk_simple(self, command: Simple, lost: str, *, tested: bool) -> bool:
        self._spend(1, command.line)
        tokens = list(command.tokens)
        while tokens and (assigned := _assignment(tokens[0])):
            self._assign(assigned, tokens.pop(0), alone=len(tokens) == 0)
        words = [word for token in tokens for word in self._expand(token)]
        self._spend(sum(map(len, words)) // _LETTERS, command.line)
        self._walk_substitutions(command)
        if not words or self._obey(words, tokens):
            return False
        line = self._line_of(words[0], tokens)
        if words[0] == "eval" and self._depth < _DEEPEST and (script := _read_given(words[1:], line)):
            return self._evaluate(script, lost, tested=tested)
        if words[0] in self._state.functions and self._depth < _DEEPEST:
            return self._call(words, line, lost, tested=tested)
        self.runs.append(Run(line, tuple(words), lost))
        return words[0] in {"exit", "return"} or (words[0] == "exec" and len(words) > 1)

    def _obey(self, words: list[str], tokens: list[Token]) -> bool:
        """What a command changes in the shell; whether it does nothing else."""
        if words[0] in _DECLARING:
            self._declare(words[0], tokens[1:])
        elif words[0] == "set":
            self.set_options(words[1:])
        elif words[0] == "shift":
            self._shift(words[1:])
        elif words[0] in _READING:
            for word in words[1:]:
                self._state.variables.pop(word, None)
            return False
        else:
            self._state.trap |= words[0] == "trap" and "ERR" in words
            return False
        return True

    def _declare(self, how: str, tokens: list[Token]) -> None:
        for token in tokens:
            assigned = _assignment(token)
            name = assigned[1] if assigned else token.plain or ""
            if how == "local" and self._called_at:
                self._locals.setdefault(name, self._state.variables.get(name))
            if assigned:
                self._assign(assigned, token, alone=True)
            elif how == "local":
                self._state.variables.pop(name, None)

    def _shift(self, words: list[str]) -> None:
        given, count = self._given(), words[0] if words else "1"
        if given is None or not count.isdecimal():
            self._give(None)
        elif int(count) <= len(given):
            self._give(given[int(count) :])

    def _line_of(self, word: str, tokens: list[Token]) -> int:
        """Where a command stands: what a function is given to run stands where it is called."""
        first = tokens[0]
        is_given = any(part.kind == "variable" for part in first.parts) or (
            word in _STARTING and any(part.kind == "variable" for token in tokens for part in token.parts)
        )
        return self._called_at if self._called_at and is_given else first.line

    def _call(self, words: list[str], line: int, lost: str, *, tested: bool) -> bool:
        state, given, called_at, kept = self._state, self._given(), self._called_at, self._locals
        self._give(words[1:])
        self._called_at, self._locals = line, {}
        self._depth += 1
        try:
            self._walk_command(state.functions[words[0]], lost, tested=tested)
        finally:
            for name, before in self._locals.items():
                state.variables.pop(name, None)
                state.variables |= {name: before} if before is not None else {}
            self._depth -= 1
            self._called_at, self._locals = called_at, kept
            self._give(given)
        return False

    def _evaluate(self, script: Sequence, lost: str, *, tested: bool) -> bool:
        self._depth += 1
        try:
            return self.walk_sequence(script, lost, tested=tested)
        finally:
            self._depth -= 1

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
        before = self._state.variables.get(assigned[1], []) if assigned[3] else []
        if not any(part.kind == "array" for part in token.parts):
            value = "".join(self._expand(token, split=False))[assigned.end() :]
            before, values = [], ["".join(before[:1]) + value, *before[1:]]
        self._spend(sum(map(len, before + values)) // _LETTERS, token.line)
        self._state.variables[assigned[1]] = before + values

    def _walk_substitutions(self, command: Simple) -> None:
        """The commands in ``$(...)`` run as well; whether their failure counts depends, so it is not judged."""
        for part in (part for token in command.tokens for part in token.parts if part.kind == "command"):
            errexit, variables = self._state.errexit, dict(self._state.variables)
            self.walk_sequence(read_script(part.text, part.line), "", tested=False)
            self._state.errexit, self._state.variables = errexit, variables

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
        lists = any(part.kind == "variable" and part.text.endswith(("@", "@]")) for part in token.parts)
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
            values = _cut(known["@"], part, 1) if "@" in known else ["$@"]
            return [" ".join(values)] if name == "*" and part.quoted else values
        if name.isdigit() and name != "0" and "@" in known:
            given = known["@"][int(name) - 1 : int(name)]
            return given or ([part.default] if part.default is not None else [])
        if name in known:
            return _cut(known[name], part, 0) if part.text.endswith("[@]") else known[name][:1]
        return [part.default] if part.default is not None else [f"${name}"]


def _cut(values: list[str], part: Part, lowest: int) -> list[str]:
    """The words of a list that are meant, whose first has a number."""
    first = part.first + len(values) if part.first < 0 else max(part.first - lowest, 0)
    return values[first:] if part.count is None else values[first : first + part.count]


def _read_given(words: list[str], line: int) -> Sequence | None:
    """The script that ``eval`` is given; None where another program would write it, or it is none."""
    text = " ".join(words)
    try:
        return None if text.lstrip().startswith(("$(", "`")) else read_script(text, line)
    except ShellError:
        return None


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
