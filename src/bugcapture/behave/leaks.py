"""``leaks = "warn"`` or ``"error"``: name the scenarios that leave something behind, and what.

A scenario is looked at before and after all that it does: its hooks, its steps and its cleanups. The hooks and
fixtures of a rule or a feature run outside of that, so what they do is theirs; it is compared once more when the
rule or the feature has ended.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from behave.formatter.api import IFormatter
from behave.model_type import Status

from bugcapture.behave.apply import make_red
from bugcapture.core.outcome import Failure, Kind, Phase, exception_names
from bugcapture.core.text import plural
from bugcapture.leaks.state import State, Watcher, describe, differences

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bugcapture.leaks.state import Key

_INDENT = "  "


class LeakError(AssertionError):
    """A scenario, a rule or a feature has left something behind."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__(f"left behind: {'; '.join(lines)}")


@dataclass(slots=True)
class _Scope:
    """What is known of a scenario, a rule or a feature while it runs.

    Attributes:
        entity: The element of Behave's model.
        before: The look before it.
        promises: How many cleanups the layers around it have been given by then.
        told: What its scenarios left behind, which is no news when it ends.
    """

    entity: Any
    before: State
    promises: int
    told: dict[Key, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Left:
    """What one scenario, rule or feature has left behind, in all its attempts."""

    kind: str
    name: str
    lines: list[str] = field(default_factory=list)


class LeakWatch:
    """Compares before and after each scenario, rule and feature.

    Args:
        root: The folder of the project.
        place: Says ``path:line`` as people read it.
        error: Whether a leak makes a scenario fail instead of being told only.
    """

    def __init__(self, root: Path, place: Callable[[str, int], str], *, error: bool) -> None:
        self._watcher = Watcher(root)
        self._place = place
        self._error = error
        self._scopes: list[_Scope] = []
        self._left: dict[str, _Left] = {}

    def prepare(self, runner: Any) -> None:
        """Learn from Behave when a rule or a feature is over, in front of the reports that say whether it failed.

        Args:
            runner: Behave's runner, which is about to run its features.
        """
        runner.formatters.insert(0, _EndOfContainer(lambda: self._end(runner)))

    def around(self, original: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool]:
        """``Scenario.run`` with a look before and after it.

        Args:
            original: Behave's own ``Scenario.run``.
        """
        return partial(self._run_scenario, original)

    def failure(self, scenario: Any) -> Failure | None:
        """What a scenario has left behind in its attempts so far, when that makes it fail.

        A later attempt meets what an earlier one left, and so changes nothing: a retry cannot undo a leak.
        """
        problem = self._problem(scenario)
        if problem is None:
            return None
        return Failure(
            phase=Phase.TEARDOWN,
            kind=Kind.CLEANUP,
            exc_types=exception_names(LeakError),
            message=str(problem),
            detail=f"the clean-up ({problem})",
        )

    def tell(self) -> str:
        """Who left what behind, for standard error; empty when nobody did."""
        if not self._left:
            return ""
        lines = ["bugcapture: left behind:"]
        for where, left in self._left.items():
            lines.append(f"{_INDENT}{where} {left.name}")
            lines += [_INDENT * 2 + line for line in left.lines]
        counts = Counter(left.kind for left in self._left.values())
        told = ", ".join(plural(count, kind) for kind, count in counts.items())
        return "\n".join([*lines, f"bugcapture: {told} left something behind"])

    def run_container(self, original: Callable[[Any, Any], bool], container: Any, runner: Any) -> bool:
        """Run a rule or a feature, and see what it leaves behind that none of its scenarios was named for.

        Args:
            original: Behave's own ``ScenarioContainer.run``.
            container: The rule or feature.
            runner: Behave's runner.

        Returns:
            Whether it fails the run.
        """
        depth = self._begin(container, runner)
        try:
            failed = original(container, runner)
            if len(self._scopes) > depth:  # Formatters are not told of a feature that skipped itself.
                self._end(runner)
        finally:
            del self._scopes[depth:]
        return failed or self._problem(container) is not None

    def _run_scenario(self, original: Callable[[Any, Any], bool], scenario: Any, runner: Any) -> bool:
        if self._scopes and self._scopes[-1].entity is scenario:  # Installed twice around another wrapper.
            return original(scenario, runner)
        depth = self._begin(scenario, runner)
        try:
            failed = original(scenario, runner)
            self._end(runner)
        finally:
            del self._scopes[depth:]
        problem = self._problem(scenario)
        if problem is None:
            return failed
        make_red(scenario, runner.context._root, problem)  # noqa: SLF001 - as for verdicts
        return True

    def _begin(self, entity: Any, runner: Any) -> int:
        self._scopes.append(_Scope(entity, self._watcher.look(), _count_cleanups(runner)))
        return len(self._scopes) - 1

    def _end(self, runner: Any) -> None:
        if not self._scopes:  # Something replaced Behave's own ways to run a feature.
            return
        scope = self._scopes.pop()
        found = differences(scope.before, self._watcher.look())
        changes = {key: pair for key, pair in found.items() if not _is_told(scope, key, pair[1])}
        told = scope.told
        # A cleanup that was handed to a layer around it owns what is still there; that layer is compared later.
        if _count_cleanups(runner) <= scope.promises:
            told |= {key: new for key, (_, new) in changes.items()}
            if lines := describe(changes):
                self._keep(scope.entity, lines)
                if self._error and scope.entity.type != "scenario":
                    _fail(scope.entity, runner)
        if self._scopes:
            self._scopes[-1].told |= told

    def _keep(self, entity: Any, lines: list[str]) -> None:
        where = self._place(entity.filename, entity.line)
        left = self._left.setdefault(where, _Left(entity.type, f"{entity.keyword}: {entity.name}".strip()))
        left.lines += [line for line in lines if line not in left.lines]

    def _problem(self, entity: Any) -> LeakError | None:
        if not self._error:
            return None
        left = self._left.get(self._place(entity.filename, entity.line))
        return LeakError(left.lines) if left is not None else None


class _EndOfContainer(IFormatter):  # type: ignore[misc] # Behave ships no types
    """Is told by Behave that a rule or a feature and its cleanups are over, before the reports are."""

    def __init__(self, end: Callable[[], None]) -> None:
        self.rule_finished = self.eof = end

    def close(self) -> None:
        """Nothing is open."""


def _fail(container: Any, runner: Any) -> None:
    runner.hook_failures += 1  # Its hooks have forgotten something; behavex fails for it where no scenario failed.
    runner.context._root["failed"] = True  # noqa: SLF001 - as for verdicts
    if not container.status.has_failed():
        container.set_status(Status.failed)


def _count_cleanups(runner: Any) -> int:
    """How many cleanups the layers that are open now have been given."""
    return sum(len(frame.get("@cleanups", ())) for frame in runner.context._stack)  # noqa: SLF001 - nothing else has them


def _is_told(scope: _Scope, key: Key, value: Any) -> bool:
    """Whether what is there now is what one of its scenarios was named for."""
    if key not in scope.told:
        return False
    told = scope.told[key]
    return told is value or (key[0] != "attribute" and bool(told == value))
