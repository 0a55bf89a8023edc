"""Findings beside what a run of the tests has shown of the same mocks and the same guards."""

from __future__ import annotations

import ast
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from msgspec.structs import replace

from bugcapture.core.errors import ConfigurationError, SourceError
from bugcapture.core.program import is_program
from bugcapture.core.text import plural, printable
from bugcapture.mock_truth.run import COMPARISON, NEVER_AWAITED, SWALLOW, SYNC_AWAITED, TRUTH, Run, digest
from bugcapture.project.files import read_bytes
from bugcapture.scan.hazard import Confidence, Observed
from bugcapture.scan.parse import parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from bugcapture.mock_truth.run import Observation
    from bugcapture.scan.hazard import Hazard

_DECIDES: Final = frozenset({TRUTH, COMPARISON})
_CONFIDENCE: Final = {Observed.CONFIRMED: Confidence.HIGH, Observed.REFUTED: Confidence.LOW}
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class _Sight:
    """What a run can see of the findings of a rule.

    Attributes:
        kinds: The observations that show what the rule is about.
        at_guard: Whether the finding names the guard: where its trace ends.
        can_refute: Whether a mock that was asked and gave no such answer shows that it is not so.
    """

    kinds: frozenset[str]
    at_guard: bool = True
    can_refute: bool = True


_SIGHTS: Final[Mapping[str, _Sight]] = {
    "MK101": _Sight(_DECIDES),
    "MK102": _Sight(_DECIDES),
    "MK103": _Sight(_DECIDES),
    # A block that no exception has left does not ask whether it shall be swallowed.
    "MK104": _Sight(frozenset({SWALLOW}), at_guard=False, can_refute=False),
    "MK105": _Sight(_DECIDES),
    "MK106": _Sight(_DECIDES, at_guard=False),
    "MK201": _Sight(frozenset({SYNC_AWAITED})),
    "MK202": _Sight(frozenset({NEVER_AWAITED})),
    "MK203": _Sight(frozenset({SYNC_AWAITED})),
    "MK204": _Sight(frozenset({SYNC_AWAITED}), at_guard=False),
}


def read_run(file: Path, root: Path) -> Run:
    """What a run has shown of the sources as they are now.

    Args:
        file: What ``pytest --bugcapture-mock-truth=FILE`` wrote.
        root: The project's folder.

    Raises:
        ConfigurationError: If it cannot be read, is no such file, or is about other sources.
    """
    hint = f"write it anew: pytest --bugcapture-mock-truth={printable(str(file))}"
    where = printable(str(file))
    try:
        document = json.loads(read_bytes(file))
        run, digests = Run.from_json(document), dict(document["files"])
    except SourceError as error:
        raise ConfigurationError(error.message, where=where, hint=hint) from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        reason = printable(f"{error} is missing" if isinstance(error, KeyError) else str(error))
        raise ConfigurationError(f"is no record of a run: {reason}", where=where, hint=hint) from error
    told = [difference for name in run.files() if (difference := _difference(root, name, digests.get(name)))]
    if told:
        more = f" and {plural(len(told) - _SHOWN, 'more file')}" if len(told) > _SHOWN else ""
        raise ConfigurationError(
            f"is about other sources: {', '.join(told[:_SHOWN])}{more}", where=where, hint=hint
        )
    return run


def _difference(root: Path, name: str, known: Any) -> str:
    """How a file is not what the run has seen; empty where it is."""
    try:
        return "" if digest(root / name) == known else f"{printable(name)} has changed"
    except FileNotFoundError:
        return f"{printable(name)} is gone"
    except (OSError, ValueError):
        return f"{printable(name)} cannot be read"


def observe(hazards: Iterable[Hazard], run: Run, root: Path) -> list[Hazard]:
    """Findings with what a run has shown of them; that raises or drops their confidence.

    Args:
        hazards: Findings with paths below the project's folder.
        run: The run.
        root: The folder.
    """
    evidence = _Evidence(run, _Statements(root))
    return [_take(hazard, evidence.of(hazard)) for hazard in hazards]


def _take(hazard: Hazard, observed: Observed | None) -> Hazard:
    if observed is None:
        return hazard
    return replace(hazard, observed=observed, confidence=_CONFIDENCE.get(observed, hazard.confidence))


class _Evidence:
    """A run, by the places where mocks are made."""

    def __init__(self, run: Run, statements: _Statements) -> None:
        self._statements = statements
        self._asked = run.asked
        self._made: dict[str, dict[int, str]] = {}
        for place in run.made:
            path, line = _split(place)
            self._made.setdefault(path, {})[line] = place
        self._seen: dict[str, list[Observation]] = {}
        for one in run.observations:
            self._seen.setdefault(one.made, []).append(one)

    def of(self, hazard: Hazard) -> Observed | None:
        """What the run has shown of a finding; None where it cannot show it."""
        sight = _SIGHTS.get(hazard.rule)
        if sight is None or not _is_visible(hazard, sight):
            return None
        if hazard.made is not None:
            path, lines = hazard.made.path, range(hazard.made.line, hazard.made.line + 1)
        else:
            path, lines = hazard.path, range(hazard.span.line, hazard.span.end_line + 1)
        made = self._made.get(path, {})
        places = [made[line] for line in lines if line in made]
        for place in places:
            if any(self._shows(hazard, sight, one) for one in self._seen.get(place, ())):
                return Observed.CONFIRMED
        was_asked = any(self._is_guard(hazard, sight, asked) for place in places for asked in self._asked[place])
        return Observed.REFUTED if sight.can_refute and was_asked else Observed.NOT_REACHED

    def _shows(self, hazard: Hazard, sight: _Sight, one: Observation) -> bool:
        if one.kind not in sight.kinds:
            return False
        if not sight.at_guard:
            return True
        at_guard = self._is_guard(hazard, sight, one.asked) or self._is_guard(hazard, sight, one.guard)
        return at_guard and _is_same_child(hazard.subject, one.name)

    def _is_guard(self, hazard: Hazard, sight: _Sight, place: str) -> bool:
        if not sight.at_guard:
            return True
        guard = hazard.trace[-1]
        path, line = _split(place)
        return path == guard.path and self._statements.are_one(path, line, guard.line)


def _is_visible(hazard: Hazard, sight: _Sight) -> bool:
    if hazard.rule == "MK104" and "told no answer" not in hazard.message:
        return False  # Somebody chose that answer.
    # What a test itself does with an answer is not recorded.
    return not sight.at_guard or (bool(hazard.trace) and is_program(hazard.trace[-1].path.split("/")))


def _is_same_child(subject: str, name: str) -> bool:
    """Whether a finding and an observation may be about the same child; only where both name one."""
    _, dot, child = subject.rpartition(".")
    _, seen_dot, seen = name.removesuffix("()").rpartition(".")
    return not (dot and seen_dot) or child == seen


def _split(place: str) -> tuple[str, int]:
    path, _, line = place.rpartition(":")
    return path, int(line) if line.isdecimal() else 0


@dataclass(slots=True)
class _Statements:
    """The statements of files, to know two lines of one call again."""

    root: Path
    _known: dict[str, list[tuple[int, int]]] = field(default_factory=dict)

    def are_one(self, path: str, one: int, other: int) -> bool:
        """Whether two lines belong to one statement, or to the head of one."""
        if one == other:
            return True
        if path not in self._known:
            self._known[path] = list(self._read(path))
        return any(first <= min(one, other) and max(one, other) <= last for first, last in self._known[path])

    def _read(self, path: str) -> Iterator[tuple[int, int]]:
        try:
            tree = parse(read_bytes(self.root / path))
        except (SourceError, SyntaxError, ValueError, RecursionError, MemoryError):
            return
        for node in ast.walk(tree):
            if isinstance(node, ast.stmt):
                yield node.lineno, _end_of_head(node)


def _end_of_head(node: ast.stmt) -> int:
    """The last line of a statement without the statements in it."""
    inner: list[ast.stmt] = getattr(node, "body", [])
    if isinstance(node, ast.Match):
        return max(node.lineno, node.cases[0].pattern.lineno - 1)
    return max(node.lineno, inner[0].lineno - 1) if inner else node.end_lineno or node.lineno
