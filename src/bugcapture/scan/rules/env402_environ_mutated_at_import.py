"""A test module changes ``os.environ`` when it is imported.

## What it does
Finds changes of the environment at the top of test modules and of conftest files.

## Why is this bad?
All modules are imported before the first test runs, so the last one wins for every test, in whichever file it
stands. ``os.environ.setdefault`` in a conftest file is a usual way to configure a suite, and only told.

## Example
```python
os.environ["REGION"] = "eu"
from shop import region
```

## Use instead
A fixture with ``monkeypatch.setenv``, or the ``env`` setting of the tool that starts the tests.

## Fix safety
There is no fix: the program may read the variable when it is imported.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bugcapture.scan.environ import names_of
from bugcapture.scan.hazard import Confidence, Hazard, Level
from bugcapture.scan.rule import Case, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bugcapture.scan.module import TestModule
    from bugcapture.scan.rule import Scope


def check(module: TestModule, scope: Scope) -> Iterator[Hazard]:
    del scope
    usual = module.path.endswith("conftest.py")
    for use in module.environment:
        if use.function is None:
            for change in use.changes:
                yield Hazard(
                    path=module.path,
                    span=change.span,
                    rule=RULE.code,
                    level=Level.INFO if usual and change.how == "default" else Level.MEDIUM,
                    confidence=Confidence.HIGH,
                    message=f"{names_of(change.keys)} of the environment is changed when this file is imported: "
                    "for the tests of all files",
                    subject=names_of(change.keys),
                )


RULE = Rule(
    code="ENV402",
    name="environ-mutated-at-import",
    level=Level.MEDIUM,
    check=check,
    invalid=(
        Case(test='import os\n\nos.environ["REGION"] = "eu"\n', line=3, level=Level.MEDIUM),
        Case(
            test='import os\n\nif True:\n    os.environ.setdefault("REGION", "eu")\n', line=4, level=Level.MEDIUM
        ),
    ),
    valid=(Case(test='import os\n\nREGION = os.environ.get("REGION")\n'),),
)
