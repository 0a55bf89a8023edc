"""How much there is in a test file, as far as that can be read without running it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SuiteCount:
    """What one test file holds.

    Attributes:
        tests: Scenarios, test cases or test functions as they are written.
        tables: How many of them have a table: examples, a template, or parameters.
        cases: What a run would count: each row of an outline's examples, each set of parameters.
        steps: Steps of scenarios, of backgrounds and of test cases; none for pytest.
        uncertain: Tests whose cases only a run can count; each counts as one.
        tags: How many of the tests have a tag or a mark, by its name.
        problem: Why the file cannot be read; empty when it can.
    """

    tests: int = 0
    tables: int = 0
    cases: int = 0
    steps: int = 0
    uncertain: int = 0
    tags: Counter[str] = field(default_factory=Counter)
    problem: str = ""
