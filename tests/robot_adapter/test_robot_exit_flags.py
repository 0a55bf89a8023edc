"""The flags that end a run early, which Robot offers no public way to."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from bugcapture.robot.exit_flags import ExitFlags, usable_exit_flags
from bugcapture.robot.refusal import Refusal


class SuiteRunner:
    """Stands for Robot's."""

    def __init__(self, flags: Any) -> None:
        self.suite_status = SimpleNamespace(exit=flags)

    def find(self, *, needed: bool = True) -> ExitFlags | None:
        return usable_exit_flags(needed=needed)


def flags(*, mode: bool = True) -> Any:
    return SimpleNamespace(failure=False, fatal=False, failure_mode=mode)


@pytest.fixture(autouse=True)
def _no_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["robot", "tests"])
    monkeypatch.delenv("ROBOT_OPTIONS", raising=False)


def test_a_failure_meanwhile_has_no_consequence() -> None:
    """While a capture runs the mode is off; afterwards it is as before."""
    own = flags()
    found = SuiteRunner(own).find()
    assert found is not None

    found.hold()
    assert own.failure_mode is False
    own.fatal = True
    found.release(expected=True, failed=False)

    assert (own.failure_mode, own.failure, own.fatal) == (True, False, False)


@pytest.mark.parametrize("mode", [True, False])
def test_a_red_capture_trips_the_flag(mode: bool) -> None:
    """A capture that counts as failed ends the run where that was asked for; what is fatal stays so."""
    own = flags(mode=mode)
    found = ExitFlags(own)

    found.hold()
    own.fatal = True
    found.release(expected=False, failed=True)

    assert (own.failure_mode, own.failure, own.fatal) == (mode, mode, True)


@pytest.mark.parametrize(
    "own", [None, SimpleNamespace(failure=False), SimpleNamespace(failure=1, fatal=2, failure_mode=3)]
)
def test_flags_that_look_different_are_not_touched(own: Any) -> None:
    """Another version of Robot may keep them elsewhere."""
    assert SuiteRunner(own).find() is None


def test_no_runner_no_flags() -> None:
    """Without a runner among the callers there is nothing to find."""
    assert usable_exit_flags(needed=True) is None


@pytest.mark.parametrize("word", ["--exitonfailure", "--ExitOnFailure", "--exit-on-failure", "--exitonf", "-X"])
def test_the_option_is_refused_without_flags(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Rather no run than one that an expected failure ends."""
    monkeypatch.setattr("sys.argv", ["robot", word, "tests"])

    with pytest.raises(Refusal, match="without --exitonfailure"):
        SuiteRunner(None).find()

    assert SuiteRunner(None).find(needed=False) is None
    assert SuiteRunner(flags()).find() is not None


@pytest.mark.parametrize("options", ["--exitonfailure --loglevel DEBUG", "-X"])
def test_the_option_may_stand_in_the_environment(monkeypatch: pytest.MonkeyPatch, options: str) -> None:
    """ROBOT_OPTIONS counts as the command line does."""
    monkeypatch.setenv("ROBOT_OPTIONS", options)

    with pytest.raises(Refusal):
        SuiteRunner(None).find()


@pytest.mark.parametrize("word", ["--exitonerror", "--exitonflaw", "--exit", "exitonfailure", "-x", "--exclude"])
def test_other_words_are_no_reason(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Only this one option needs the flags."""
    monkeypatch.setattr("sys.argv", ["robot", word, "tests"])
    monkeypatch.setenv("ROBOT_OPTIONS", '--name "unclosed')

    assert SuiteRunner(None).find() is None
