"""A trial: a run of tests by one of our own commands, which wants to know what each of them does.

`prove`, `bisect` and their like start the frameworks with a description of the trial in a variable. Nothing is
inverted then. Each test is judged as if it carried the switch, whatever its tags say: ``expected_failure`` is a
failure of the right kind, ``unexpected_pass`` a pass, ``wrong_failure`` whatever says nothing about a bug, and
``not_run`` a test that skipped itself.
"""

from __future__ import annotations

import contextlib
import os
import sys
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bugcapture.core.expectation import NO_EXPECTATION, Expectation

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VARIABLE: Final = "BUGCAPTURE_TRIAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a trial asks of the processes that it starts.

    Attributes:
        everything: Whether each test is recorded; else only those that belong to a bug.
        declared: What tests were declared to fail with, by their names, for those that declare nothing now.
        default: The same for all others.
        switch_interval: Seconds after which a thread gives way to another; 0 leaves it as it is.
        shuffle: Runs the tests in another order, the same for the same number; 0 leaves it as it is.
        modules: The import names that are under test.
        original: The user's own checkout, from which nothing should be imported.
        modules_file: Where to list the files of imported modules that are under test, or lie in that checkout;
            empty for nowhere.
    """

    everything: bool = False
    declared: Mapping[str, Expectation] = field(default_factory=dict)
    default: Expectation = NO_EXPECTATION
    switch_interval: float = 0.0
    shuffle: int = 0
    modules: tuple[str, ...] = ()
    original: str = ""
    modules_file: str = ""

    def encode(self) -> str:
        """The trial as text for a variable."""
        import json  # noqa: PLC0415 - seldom
        from dataclasses import asdict  # noqa: PLC0415

        return json.dumps(asdict(self))

    def expectation(self, name: str, declared: Expectation) -> Expectation:
        """What a test is expected to fail with.

        Args:
            name: Its name; parameters of a Python test do not matter.
            declared: What it declares itself.
        """
        if declared.declared:
            return declared
        return self.declared.get(name) or self.declared.get(name.partition("[")[0]) or self.default

    def prepare(self) -> None:
        """Make this process what the trial wants it to be."""
        if self.switch_interval:
            sys.setswitchinterval(self.switch_interval)

    def reorder(self, tests: list[Any]) -> None:
        """Bring some tests into the order that the trial wants."""
        if self.shuffle:
            import random  # noqa: PLC0415 - seldom

            random.Random(self.shuffle).shuffle(tests)  # noqa: S311 - any order will do

    def list_modules(self) -> None:
        """Write down from where modules were imported, one more line of JSON for each."""
        if not self.modules_file:
            return
        import json  # noqa: PLC0415 - seldom

        wanted = frozenset(self.modules)
        original = os.path.join(self.original, "") if self.original else ""  # noqa: PTH118 - compared as text
        elsewhere = _library_folders()
        lines = set()
        for name, module in list(sys.modules.items()):
            file = getattr(module, "__file__", None)
            if not isinstance(file, str) or name == "__main__":
                continue
            inside = original and file.startswith(original) and not file.startswith(elsewhere)
            if inside or name.partition(".")[0] in wanted:
                lines.add(f"{json.dumps([name, file])}\n")
        with open(self.modules_file, "a", encoding="utf-8") as stream:  # noqa: PTH123
            stream.writelines(sorted(lines))


def read_modules(file: Path) -> tuple[tuple[str, str], ...]:
    """The names and files of modules that the processes of a trial have listed; a line cut short is passed over.

    Args:
        file: The trial's ``modules_file``.
    """
    import json  # noqa: PLC0415 - seldom

    found: dict[tuple[str, str], None] = {}
    for line in file.read_text("utf-8").splitlines() if file.exists() else ():
        with contextlib.suppress(ValueError):
            name, path = json.loads(line)
            found[name, path] = None
    return tuple(found)


def _library_folders() -> tuple[str, ...]:
    """The folders of Python's own library and of installed packages, which may lie in anybody's checkout."""
    import sysconfig  # noqa: PLC0415 - seldom

    paths = sysconfig.get_paths()
    return tuple(os.path.join(paths[name], "") for name in ("stdlib", "platstdlib", "purelib", "platlib"))  # noqa: PTH118


def current_trial() -> Trial | None:
    """The trial that this process is part of; None for an ordinary run."""
    text = os.environ.get(VARIABLE)
    return _decode(text) if text else None


def is_trial_of_all() -> bool:
    """Whether each test of this process is recorded, whatever its tags."""
    trial = current_trial()
    return trial is not None and trial.everything


@lru_cache(maxsize=1)
def _decode(text: str) -> Trial:
    import json  # noqa: PLC0415 - seldom

    fields: dict[str, Any] = json.loads(text)
    fields["declared"] = {name: _expectation(one) for name, one in fields["declared"].items()}
    fields["default"] = _expectation(fields["default"])
    fields["modules"] = tuple(fields["modules"])
    return Trial(**fields)


def _expectation(fields: dict[str, Any]) -> Expectation:
    return Expectation(**{**fields, "other_types": tuple(fields["other_types"])})
