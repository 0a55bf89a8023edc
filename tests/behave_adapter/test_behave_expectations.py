"""The declared failure: ``Fails with:`` and ``Fails at:`` lines in the text of a feature."""

from __future__ import annotations

import json
import re

import pytest
from behave_project import ERROR, FAILED, GREEN, BehaveProject, captured, closing

RAISES = 'Then it raises LateOrderError "order 17 is late"'


TYPES = [
    ("Fails with: LateOrderError", RAISES, ""),
    ("Fails with: OrderError", RAISES, ""),
    ("Fails with: Exception", RAISES, ""),
    ("fails  WITH:LateOrderError", RAISES, ""),
    ("Fails with: LateOrderError: order \\d+ is", RAISES, ""),
    ("Fails with: LateOrderError: late$", RAISES, ""),
    ("Fails with: builtins.KeyError", 'Then it raises KeyError "total"', ""),
    ("Fails with: LookupError: total", 'Then it raises KeyError "total"', ""),
    ("Fails with: KeyError", 'When it raises KeyError "total"', ""),
    ("Fails with: AssertionError: 2 engines", 'When it asserts "2 engines"', ""),
    ("Fails with: AssertionError: 2 engines", 'Then it runs the step: When it asserts "2 engines"', ""),
    ("Fails with: AssertionError: [23] engines", 'Then it asserts "2 engines"', ""),
    ("Fails with: ValueError", RAISES, "LateOrderError is not the declared ValueError"),
    (
        "Fails with: other.KeyError",
        'Then it raises KeyError "x"',
        "KeyError is not the declared other.KeyError",
    ),
    ("Fails with: Error", RAISES, "LateOrderError is not the declared Error"),
    ("Fails with: LateOrderError: order 18", RAISES, "the message does not match the declared pattern"),
    ("Fails with: LateOrderError: ^is late", RAISES, "the message does not match the declared pattern"),
    ("Fails with: KeyError", 'Then it asserts "x"', "AssertionError is not the declared KeyError"),
    ("Fails with: AssertionError: 3 engines", 'Then it asserts "2 engines"', "the message does not match"),
]


def test_declared_type_and_message(project: BehaveProject) -> None:
    """Bare and dotted names and base classes count; the pattern is searched in the message."""
    right = [(declared, step) for declared, step, reason in TYPES if not reason]
    project.feature(
        "Feature: F\n"
        + "".join(captured(n, f"case {n}", step, description=text) for n, (text, step) in enumerate(right, 1))
    )
    run = project.run()
    assert run.code == 0, run.stderr
    assert len(run.records) == len(right)
    for number, case in enumerate(right, 1):
        assert run.cells(f"case {number}") == GREEN, case
        assert run.verdicts[f"case {number}"] == "expected_failure", case


def test_declared_type_and_message_that_do_not_match(project: BehaveProject) -> None:
    """Another type, a part of a name, another message: wrong, and both sides are told."""
    wrong = [case for case in TYPES if case[2]]
    project.feature(
        "Feature: F\n"
        + "".join(captured(n, f"case {n}", step, description=text) for n, (text, step, _) in enumerate(wrong, 1))
    )
    run = project.run()
    assert run.code == 1
    assert len(run.records) == len(wrong)
    for number, (declared, step, reason) in enumerate(wrong, 1):
        record = run.records[number - 1]
        assert record["verdict"] == "wrong_failure", declared
        assert reason in record["reason"]
        assert run.cells(f"case {number}") == (FAILED if "asserts" in step else ERROR)
        text = run.stderr[run.stderr.index(f'"case {number}"') :].splitlines()
        assert text[1].startswith(f"  expected: {declared.removeprefix('Fails with: ').partition(':')[0]}")
        assert text[1].endswith(" in a When or Then step")
    assert run.closing.endswith(
        f"{len(wrong)} wrong ({', '.join(f'#{n}' for n in range(1, len(wrong) + 1))}), 0 regressed"
    )


DECLARED = "Fails with: LateOrderError"


@pytest.mark.parametrize(
    "text",
    [
        captured(4, "case", RAISES.replace("Then", "Given"), description=DECLARED),
        captured(4, "case", "Given it passes", RAISES.replace("Then", "And"), description=DECLARED),
        f"  Background:\n    {RAISES}\n\n" + captured(4, "case", "Then it passes", description=DECLARED),
    ],
    ids=["given", "and after given", "background"],
)
def test_declared_failure_in_set_up_is_wrong(project: BehaveProject, text: str) -> None:
    """Whatever is declared, set-up is never the expected failure, and no line is offered for it."""
    project.feature("Feature: F\n" + text)
    run = project.run()
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert run.record["exc_type"] == "LateOrderError"
    assert "Fails with:" not in run.stderr


@pytest.mark.parametrize("hook", ["before_scenario", "after_scenario", "before_step", "after_step"])
def test_declared_failure_in_a_hook_is_wrong(project: BehaveProject, hook: str) -> None:
    """Whatever is declared, a hook is never the expected failure."""
    project.hooks(f"def {hook}(context, item):\n    raise KeyError('total')\n")
    project.feature("Feature: F\n" + captured(4, "case", "Then it passes", description="Fails with: KeyError"))
    run = project.run()
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"


@pytest.mark.parametrize(
    ("steps", "declared"),
    [
        (["Given a cleanup will fail", "Then it passes"], "OSError"),
        (["Then it takes too long"], "AssertionError"),
        (["Then nobody wrote this step"], "Exception"),
        (["Then it is pending"], "Exception"),
    ],
    ids=["cleanup", "timeout", "undefined", "pending"],
)
def test_what_can_never_be_declared(project: BehaveProject, steps: list[str], declared: str) -> None:
    """Cleanups, timeouts, undefined and pending steps stay wrong, whatever is declared."""
    project.feature("Feature: F\n" + captured(4, "case", *steps, description=f"Fails with: {declared}"))
    run = project.run()
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"


def test_interrupt_cannot_be_declared(project: BehaveProject) -> None:
    """A declaration of an interrupt, or of everything, is refused before the run."""
    for name in ("KeyboardInterrupt", "BaseException", "SystemExit"):
        project.feature("Feature: F\n" + captured(4, "case", "Then it passes", description=f"Fails with: {name}"))
        run = project.run("--dry-run")
        assert run.code == 1
        assert (
            f"features/a.feature:4: F1 'Fails with: {name}': {name} can never be the expected failure"
            in run.stderr
        )


def test_undeclared_run_of_the_same_steps_is_wrong(project: BehaveProject) -> None:
    """The line itself makes the difference, and ordinary text around it does not."""
    text = captured(4, "case", RAISES, description="This fails with a LateOrderError.\nFails with care")
    project.feature("Feature: F\n" + text)
    assert project.run().code == 1
    project.feature("Feature: F\n" + captured(4, "case", RAISES, description=f"Some text\n{DECLARED}\nmore text"))
    assert project.run().code == 0


@pytest.mark.parametrize(
    ("declared", "steps", "verdict"),
    [
        ('Then it asserts "x"', ['Then it asserts "x"'], "expected_failure"),
        ('it asserts "x"', ["Then it passes", 'And it asserts "x"'], "expected_failure"),
        ('And it asserts "x"', ["Then it passes", 'And it asserts "x"'], "expected_failure"),
        ('then  IT asserts "x"', ["Then it passes", 'And it asserts "x"'], "expected_failure"),
        ('When it asserts "x"', ['When it asserts "x"', "Then it passes"], "expected_failure"),
        ('Then it asserts "y"', ['Then it asserts "x"', 'Then it asserts "y"'], "wrong_failure"),
        ("When it passes", ["When it passes", 'Then it asserts "x"'], "wrong_failure"),
        (
            "it follows the plan pf",
            ["Given it follows the plan pf", "Then it follows the plan pf"],
            "expected_failure",
        ),
        ('Then it raises KeyError "x"', ['Then it raises KeyError "x"'], "wrong_failure"),
    ],
)
def test_declared_place(project: BehaveProject, declared: str, steps: list[str], verdict: str) -> None:
    """``Fails at:`` names the one step that may fail, by any keyword that leads to it."""
    project.feature("Feature: F\n" + captured(4, "case", *steps, description=f"Fails at: {declared}"))
    run = project.run()
    assert run.record["verdict"] == verdict
    assert run.code == (verdict == "wrong_failure")
    if verdict == "wrong_failure" and "KeyError" not in declared:
        assert run.record["reason"] == "failed at another place than 'Fails at' declares"
        assert f"  expected: an assertion at {declared}" in run.lines


def test_declared_place_of_a_step_with_a_table(project: BehaveProject) -> None:
    """The step is named as it stands in the file, with its colon."""
    steps = ['Then it asserts in a table "x":', "  | a |", "  | 1 |"]
    project.feature("Feature: F\n" + captured(4, "case", *steps, description=f"Fails at: {steps[0]}"))
    run = project.run()
    assert run.code == 0, run.stderr
    assert run.record["step"] == steps[0]


def test_place_and_type_are_asked_for_together(project: BehaveProject) -> None:
    """With both lines, both must be right."""
    both = "Fails with: KeyError: total\nFails at: {}"
    steps = ['When it raises KeyError "total"', "Then it passes"]
    right = both.format('When it raises KeyError "total"')
    project.feature("Feature: F\n" + captured(4, "case", *steps, description=right))
    assert project.run().code == 0
    project.feature("Feature: F\n" + captured(4, "case", *steps, description=both.format("Then it passes")))
    run = project.run()
    assert run.code == 1
    assert run.record["reason"] == "failed at another place than 'Fails at' declares"


def test_nearest_declaration_wins(project: BehaveProject) -> None:
    """Scenario before rule before feature; each of the two lines for itself."""
    project.feature(
        """
        Feature: F
          Fails with: KeyError: far
          Fails at: Then it raises KeyError "far"

          @tdd_bug @tdd_bug_1 @tdd_expected_fail
          Scenario: from the feature
            Then it raises KeyError "far"

          Rule: R
            Fails with: ValueError: near

            @tdd_bug @tdd_bug_2 @tdd_expected_fail
            Scenario: type from the rule, place from itself
              Fails at: Then it raises ValueError "near"
              Then it raises ValueError "near"

            @tdd_bug @tdd_bug_3 @tdd_expected_fail
            Scenario: all from itself
              Fails with: TypeError
              Fails at: Then it raises TypeError "own"
              Then it raises TypeError "own"

            @tdd_bug @tdd_bug_4 @tdd_expected_fail
            Scenario: the pattern of the feature does not stick to the type of the scenario
              Fails with: KeyError
              Fails at: Then it raises KeyError "other"
              Then it raises KeyError "other"
        """
    )
    run = project.run()
    assert run.code == 0, run.stderr
    assert set(run.verdicts.values()) == {"expected_failure"}
    assert len(run.records) == 4


def test_outer_declaration_does_not_hide_an_inner_one(project: BehaveProject) -> None:
    """What the feature would allow is wrong where the scenario declares something else."""
    project.feature(
        "Feature: F\n  Fails with: KeyError\n\n"
        + captured(1, "case", 'Then it raises KeyError "x"', description="Fails with: ValueError")
    )
    run = project.run()
    assert run.code == 1
    assert run.record["reason"] == "KeyError is not the declared ValueError"


MALFORMED = [
    (
        ["Fails with: KeyError: [unclosed"],
        [(7, "F1 'Fails with: KeyError: [unclosed' is no valid regular exp")],
    ),
    (["Fails with:"], [(7, "F1 empty 'Fails with:' line")]),
    (["Fails at:   "], [(7, "F1 empty 'Fails at:' line")]),
    (["Fails with: KeyError:"], [(7, "F1 'Fails with: KeyError:' has an empty message")]),
    (["Fails with: 7 errors"], [(7, "F1 'Fails with: 7 errors' does not start with an exception's name")]),
    (["Fails with: A", "", "Fails with: B"], [(9, "F1 two 'Fails with:' lines")]),
    (['Fails at: Then it asserts "x"'] * 2, [(8, "F1 two 'Fails at:' lines")]),
    (["Fails with:", "Fails with: KeyError: ("], [(7, "F1 empty"), (8, "F1 two")]),
    (["Fails at: Then nothing"], [(7, "F2 'Fails at: Then nothing' names no step of this scenario")]),
    (["Fails at: Given it passes"], [(7, "F2 'Fails at: Given it passes' names a Given step")]),
]


@pytest.mark.parametrize("args", [(), ("--dry-run",)], ids=["run", "dry run"])
def test_malformed_declaration_is_refused(project: BehaveProject, args: tuple[str, ...]) -> None:
    """A line that cannot be used stops the run like a bad tag, with its own line, before anything runs."""
    project.hooks("def before_all(context):\n    note('before_all')\n")
    for number, (lines, _) in enumerate(MALFORMED):
        steps = ("Given it passes", 'Then it asserts "x"')
        text = "Feature: F\n  Some text.\n\n" + captured(4, "case", *steps, description="\n".join(lines))
        project.feature(text.replace("Scenario: case\n", "Scenario: case\n\n"), f"n{number}")
    run = project.run(*args)
    assert run.code == 1
    assert run.hook_lines() == []
    assert run.records == []
    told = [(n, line, message) for n, (_, problems) in enumerate(MALFORMED) for line, message in problems]
    assert len(run.lines) == 1 + len(told)
    for line, (file, number, message) in zip(run.lines[1:], told, strict=True):
        assert line.startswith(f"  features/n{file}.feature:{number}: {message}")


def test_one_malformed_declaration_is_enough(project: BehaveProject) -> None:
    """A single broken line stops the run."""
    project.feature("Feature: F\n" + captured(4, "case", 'Then it asserts "x"', description="Fails with:"))
    run = project.run()
    assert run.code == 1
    assert run.records == []


@pytest.mark.parametrize("level", ["Feature", "Rule", "Scenario Outline"])
def test_malformed_declaration_is_found_on_every_level(project: BehaveProject, level: str) -> None:
    """On a feature, a rule or an outline the line of the text itself is told, once."""
    lines = {"Feature": "", "Rule": "", "Scenario Outline": ""}
    lines[level] = "Fails with: KeyError: ("
    project.feature(
        f"""
        @tdd_bug @tdd_bug_1
        Feature: F
          Some text
          {lines["Feature"]}

          Rule: R
            Some text
            {lines["Rule"]}

            @tdd_expected_fail
            Scenario Outline: O
              Some text
              {lines["Scenario Outline"]}
              Then it asserts "<x>"

              Examples:
                | x |
                | 1 |
                | 2 |
        """
    )
    run = project.run()
    number = {"Feature": 4, "Rule": 8, "Scenario Outline": 13}[level]
    assert run.code == 1
    assert len(run.lines) == 2, run.stderr
    assert run.lines[1].startswith(f"  features/a.feature:{number}: F1 'Fails with: KeyError: (' is no valid")


def test_place_in_the_background_is_refused(project: BehaveProject) -> None:
    """``Fails at:`` a Background step can never come true."""
    project.feature(
        "Feature: F\n  Background:\n    Then it passes\n\n"
        + captured(4, "case", 'Then it asserts "x"', description="Fails at: Then it passes")
    )
    run = project.run()
    assert run.code == 1
    assert "features/a.feature:7: F2 'Fails at: Then it passes' names a Background step" in run.stderr


def test_place_that_a_feature_declares_is_told_at_its_own_line(project: BehaveProject) -> None:
    """``Fails at:`` of a feature must name a step of each of its captures."""
    project.feature(
        "Feature: F\n  Fails at night, as people say.\n  Fails at: Then nothing\n\n"
        + captured(4, "case", 'Then it asserts "x"', description="More text.")
    )
    run = project.run()
    assert run.code == 1
    assert run.lines[1:] == ["  features/a.feature:3: F2 'Fails at: Then nothing' names no step of this scenario"]


def test_declaration_of_a_scenario_that_is_no_capture_is_plain_text(project: BehaveProject) -> None:
    """Other people's descriptions may say what they like."""
    project.feature(
        "Feature: F\n  Scenario: a\n    Fails with: ((\n    Then it passes\n\n"
        "  @<tag>\n  Scenario Outline: b\n    Fails with: ((\n    Then it passes\n\n"
        "    Examples: E\n      | tag |\n      | own |\n"
    )
    run = project.run()
    assert run.code == 0
    assert run.stderr == ""


def test_line_of_a_malformed_declaration_is_its_own(project: BehaveProject) -> None:
    """The same text further up, in a test that is no capture, is not pointed to."""
    project.feature(
        "Feature: F\n  Scenario: plain\n    Fails with:\n    Then it passes\n\n"
        + captured(4, "case", 'Then it asserts "x"', description="Fails with:")
    )
    run = project.run()
    assert run.code == 1
    assert run.lines[1].startswith("  features/a.feature:8: F1 empty 'Fails with:' line")


def outline(declared: str, row: str = "| 5+5 | KeyError |", columns: str = "| total | n |") -> str:
    """An outline of one row whose step raises a KeyError that tells the first cell."""
    return (
        "Feature: F\n  @tdd_bug @tdd_bug_4 @tdd_expected_fail\n  Scenario Outline: case\n"
        f'    {declared}\n    Then it raises KeyError "total is <total>"\n\n'
        f"    Examples: E\n      {columns}\n      {row}\n"
    )


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("Fails with: KeyError: total is <total>", 0),
        ("Fails with: KeyError: total is <total>1", 1),
        ("Fails with: KeyError: total is <other>", 1),
        ('Fails with: KeyError\n    Fails at: Then it raises KeyError "total is <total>"', 0),
    ],
)
def test_placeholders_of_an_outline_are_filled_in(project: BehaveProject, declared: str, code: int) -> None:
    """A cell stands for itself in the pattern, not for a regular expression."""
    project.feature(outline(declared))
    run = project.run()
    assert run.code == code, run.stderr
    assert run.record["verdict"] == ("wrong_failure" if code else "expected_failure")


def test_regex_group_named_as_a_column_does_not_break_the_run(project: BehaveProject) -> None:
    """``(?P<n>...)`` is Python's own syntax, also where a column is called n."""
    project.feature(outline(r"Fails with: KeyError: total is (?P<n>\d)\+(?P=n)"))
    run = project.run()
    assert "Traceback" not in run.stdout + run.stderr
    assert run.code == 0, run.stderr
    assert run.record["verdict"] == "expected_failure"


@pytest.mark.parametrize(
    ("declared", "row"),
    [
        ("Fails with: KeyError: \\d{<n>}", "| 5 | 99999999999999999999 |"),
        ("Fails with: KeyError: \\d*{<n>}", "| 5 | 2 |"),
    ],
)
def test_pattern_that_a_cell_breaks_is_refused(project: BehaveProject, declared: str, row: str) -> None:
    """A pattern that is right as written and wrong for one row is told before anything runs."""
    project.feature(outline(declared, row))
    run = project.run()
    assert run.code == 1
    assert run.records == []
    assert len(run.lines) == 2, run.stderr
    assert run.lines[1].startswith("  features/a.feature:4: F1 the pattern becomes ")
    assert "(row at line 9)" in run.lines[1]


MESSAGES = [
    "plain",
    "",
    " \n\t ",
    "a.b*c+d?e^f$g{2}h[i]j(k)l|m\\n",
    "ends with a backslash \\",
    "(?P<n>x) (?i) \\d \\Z [[:alpha:]] #  x  y",
    "\x1b[31mred\x1b[0m and \x07 bell",
    "first line\nsecond line",
    "\n\n  indented second line  \nthird",
    "carriage\rreturn",
    "unit\x1fseparator\x85next\u2028line",
    "x" * 5000,
    "é ü 漢字 🎉 e\u0301 \u00a0nbsp \u200bzero width",
    "right \u202eto left\u202c \u2066isolate\u2069",
    "lone \ud800 surrogate",
    "\x00null",
    ": starts with a colon:",
    "Then it looks like a step",
    '@tag and | table | and """ and # comment',
    "Fails with: ValueError: itself",
    "<total> and <a>",
    "100% {braces} %s $HOME `x`",
    "-" * 99 + "\\" + "-" * 50,
]


def test_printed_line_makes_the_run_green_when_pasted(project: BehaveProject) -> None:
    """What standard error tells the reader to declare, declares that very failure, whatever the message."""
    project.write("messages.json", json.dumps(MESSAGES))
    steps = [f"When it raises ValueError with message {number}" for number in range(len(MESSAGES))]
    bare = "".join(captured(n + 1, f"message {n}", step) for n, step in enumerate(steps))
    project.feature("Feature: F\n" + bare)
    # No formatter: Behave's own break at a lone surrogate.
    quiet = ("-f", "null", "--no-summary")
    first = project.run(*quiet, reports=False)
    assert first.code == 1
    assert set(first.verdicts.values()) == {"wrong_failure"}
    assert len(first.records) == len(MESSAGES)
    pasted = re.findall(r"^    (Fails with: .*)$", first.stderr, re.MULTILINE)
    assert len(pasted) == len(MESSAGES)
    assert all(len(line) < 250 for line in pasted)
    declared = "".join(
        captured(n + 1, f"message {n}", step, description=line)
        for n, (step, line) in enumerate(zip(steps, pasted, strict=True))
    )
    project.feature("Feature: F\n" + declared)
    second = project.run(*quiet, reports=False)
    wrong = [name for name, verdict in second.verdicts.items() if verdict != "expected_failure"]
    assert wrong == [], [(MESSAGES[int(name.split()[-1])], pasted[int(name.split()[-1])]) for name in wrong]
    assert second.code == 0, second.stderr


def test_printed_line_can_be_pasted_into_an_outline(project: BehaveProject) -> None:
    """A message that looks like a placeholder of the outline is taken for itself."""
    project.write("messages.json", json.dumps(["the cell <total> is empty"]))
    text = (
        outline("@")
        .replace("    @\n", "")
        .replace('Then it raises KeyError "total is <total>"', "Then it raises ValueError with message 0")
    )
    project.feature(text)
    first = project.run(reports=False)
    assert first.code == 1
    pasted = re.findall(r"^    (Fails with: .*)$", first.stderr, re.MULTILINE)
    assert len(pasted) == 1
    project.feature(text.replace("Scenario Outline: case\n", f"Scenario Outline: case\n    {pasted[0]}\n"))
    second = project.run(reports=False)
    assert second.code == 0, second.stderr


def test_printed_line_for_a_class_of_the_project(project: BehaveProject) -> None:
    """The bare name of the class is printed, and accepted again."""
    project.feature("Feature: F\n" + captured(4, "case", RAISES))
    run = project.run()
    assert run.closing == closing(wrong="1 (#4)")
    assert "    Fails with: LateOrderError: order 17 is late" in run.lines


@pytest.mark.parametrize(
    ("name", "declared"), [("FadingAssertionError", ""), ("FadingError", "Fails with: FadingError")]
)
def test_exception_that_cannot_say_any_more_what_it_is(project: BehaveProject, name: str, declared: str) -> None:
    """An exception whose ``__str__`` raises once its session is closed is judged by its class."""
    project.hooks("def after_step(context, step):\n    if step.exception:\n        step.exception.faded = True\n")
    project.feature(
        "Feature: F\n"
        + captured(4, "case", f'Then it raises {name} "x"', description=declared)
        + captured(5, "wrong", f'Given it raises {name} "x"')
    )
    run = project.run("-f", "null", "--no-summary", reports=False)
    assert run.records[0]["message"] == "<no message: __str__ raised RuntimeError>"
    assert run.verdicts == {"case": "expected_failure", "wrong": "wrong_failure"}
    assert run.code == 1


@pytest.mark.parametrize("name", ["MuteError", "MuteAssertionError"])
def test_exception_that_breaks_behave_itself_is_not_green(project: BehaveProject, name: str) -> None:
    """Behave ends at an exception whose ``__str__`` raises; the verdict is said and kept all the same."""
    project.feature("Feature: F\n" + captured(4, "case", f'Then it raises {name} "x"'))
    run = project.run(reports=False)
    assert run.code == 1
    assert run.record["verdict"] == "wrong_failure"
    assert run.record["reason"] == "the run ended here with RuntimeError"
    assert closing(wrong="1 (#4)") in run.stderr
