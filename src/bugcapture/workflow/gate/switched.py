"""Whether each test that carried the switch is red without the fix, and not only one of them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bugcapture.core.proof import Side
from bugcapture.core.text import plural, printable, shorten
from bugcapture.workflow.gate.facts import base_name

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bugcapture.core.capture import Capture
    from bugcapture.workflow.prove import ProvenTest


def tell_lost(switched: Iterable[Capture], tests: Iterable[ProvenTest]) -> str:
    """Say which tests carried the switch and do not capture the bug any more; empty when there are none.

    A test that has lost its assertion passes without the fix; a row or a set of parameters may be gone. Any
    other test that is red without the fix stands for one that was renamed.

    Args:
        switched: The tests that carried the switch where the branch began, one for each set of parameters.
        tests: The bug's tests on both sides of the fix.
    """
    was = Counter(map(_key, switched))
    known = [(_key(test.capture), test.tried.base) for test in tests if test.capture is not None]
    names = {key for key, _ in known}
    red = Counter(key for key, base in known if base is not Side.PASS)
    missing = was - red
    spare = Counter(framework for framework, name in red.elements() if (framework, name) not in was)
    for key in missing:
        framework, name = key
        replaced = min(missing[key], spare[framework]) if key not in names else 0
        spare[framework] -= replaced
        if replaced < missing[key]:
            left = was[key] - missing[key] + replaced
            shown = shorten(printable(name), 80)
            told = f"of {plural(was[key], 'test')} with the switch {left} {'is' if left == 1 else 'are'}"
            return f"{shown!r}: {told} red without the fix; an assertion or a case is gone"
    return ""


def _key(capture: Capture) -> tuple[str, str]:
    return capture.framework, base_name(capture)
