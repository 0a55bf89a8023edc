"""Every rule, with the line that it points at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from python_sources import HEAD, messages, problems, read, write

from bugcapture.core.expectation import Expectation
from bugcapture.core.tags import TagPolicy
from bugcapture.pytest.source import read_source

if TYPE_CHECKING:
    from pathlib import Path

BUG = "@pytest.mark.tdd_bug(1)\n"
SWITCH = "@pytest.mark.tdd_expected_fail\n"
TEST = "def test_a(): ...\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (f"{BUG}{SWITCH}{TEST}", []),
        ("@pytest.mark.tdd_bug\n" + TEST, [(2, "T2")]),
        ("@pytest.mark.tdd_bug()\n" + TEST, [(2, "T2")]),
        (SWITCH + TEST, [(2, "T3")]),
        ("@pytest.mark.tdd_isue(3)\n" + TEST, [(2, "T4")]),
        ("@pytest.mark.tdd_bug_991\n" + TEST, [(2, "T4")]),
        ("@pytest.mark.TDD_bug(1)\n" + TEST, [(2, "T4")]),
        ("@pytest.mark.tdd_bug(0)\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(-5)\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(+5)\n" + TEST, []),
        ("@pytest.mark.tdd_bug(True)\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug('1')\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(1.0)\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(~'a')\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(10**18)\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(9999999999999999999)\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(number())\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(*numbers)\n" + TEST, [(2, "T5")]),
        ("@pytest.mark.tdd_bug(**numbers)\n" + TEST, [(2, "T5")]),
        ("NUMBER = 5\n@pytest.mark.tdd_bug(NUMBER)\n" + TEST, []),
        ("NUMBER = 5\nNUMBER = 6\n@pytest.mark.tdd_bug(NUMBER)\n" + TEST, [(4, "T5")]),
        (f"{BUG}{SWITCH}@pytest.mark.xfail\n{TEST}", [(4, "T6")]),
        (f"{BUG}{SWITCH}@pytest.mark.flaky(reruns=2)\n{TEST}", [(4, "T6")]),
        (f"pytestmark = pytest.mark.flaky\n{BUG}{SWITCH}{TEST}", [(2, "T6")]),
        (f"{BUG}{SWITCH}@pytest.mark.skip\n{TEST}", []),
        (f"{BUG}@pytest.mark.tdd_expected_fail(KeyError)\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(reason='x')\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(raises=make())\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(raises=(KeyError, make()))\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(raises=ERRORS[0])\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(raises=())\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(raises=5)\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(raises='no name')\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(raises=ImportError)\n{TEST}", [(3, "F1")]),
        (f"import asyncio\n{BUG}@pytest.mark.tdd_expected_fail(raises=asyncio.TimeoutError)\n{TEST}", [(4, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(match='(')\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(match='')\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(match=5)\n{TEST}", [(3, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(match=f'{{x}}')\n{TEST}", [(3, "F1")]),
        (f"import re\n{BUG}@pytest.mark.tdd_expected_fail(match=re.compile('a', re.I))\n{TEST}", [(4, "F1")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(match=str('a'))\n{TEST}", [(3, "F1")]),
        (f"@pytest.mark.tdd_bug\n{BUG}{TEST}", [(2, "T2")]),
        (f"{BUG}@pytest.mark.tdd_expected_fail(raises=(5,))\n{TEST}", [(3, "F1")]),
        # Each mark is told once, whatever it covers.
        ("pytestmark = pytest.mark.tdd_bug(0)\ndef test_a(): ...\ndef test_b(): ...\n", [(2, "T5")]),
        ("pytestmark = pytest.mark.tdd_expected_fail\ndef test_a(): ...\ndef test_b(): ...\n", [(2, "T3")]),
        # A mark with a name of its own is told where it is written.
        (f"broken = pytest.mark.tdd_bug(0)\n@broken\n{TEST}", [(2, "T5")]),
        (f"bad = pytest.mark.tdd_bgu\nbroken = bad\n@broken\n{TEST}@broken\ndef test_b(): ...\n", [(2, "T4")]),
        (f"import re\n{BUG}@pytest.mark.tdd_expected_fail(match=re.escape(make()))\n{TEST}", [(4, "F1")]),
        (f"import re\n{BUG}@pytest.mark.tdd_expected_fail(match=re.escape(5))\n{TEST}", [(4, "F1")]),
        # What cannot work in Python either.
        (f"import re\na = re.compile(a)\n{BUG}@pytest.mark.tdd_expected_fail(match=a)\n{TEST}", [(5, "F1")]),
        (f"from pytest.mark import tdd_bug as bug\n{BUG}@bug\n{TEST}", [(4, "T2")]),
        # pytest stops at a tuple.
        (f"pytestmark = (pytest.mark.tdd_bug(1),)\n{TEST}", [(2, "P1")]),
    ],
)
def test_a_broken_rule_is_told_at_its_line(tmp_path: Path, body: str, expected: list[tuple[int, str]]) -> None:
    """T2 to T6 and F1."""
    assert problems(read(tmp_path, HEAD + body)) == expected


@pytest.mark.parametrize(
    ("body", "line"),
    [
        (f"{BUG}def helper(): ...\n", 2),
        (f"@pytest.fixture\n{BUG}def test_fixture(): ...\n", 3),
        (
            f"class TestA:\n    @pytest.fixture\n    {BUG}    def test_b(self): ...\n    def test_a(self): ...\n",
            4,
        ),
        (f"@pytest.fixture()\n{BUG}def test_fixture(): ...\n", 3),
        (f"{BUG}class Helper:\n    def test_a(self): ...\n", 2),
        (f"import typing\n{BUG}class Helper(typing.Generic[int]):\n    def test_a(self): ...\n", 3),
        (f"{BUG}class TestEmpty: ...\n", 2),
        (f"{BUG}class TestMade:\n    def __init__(self): ...\n    def test_a(self): ...\n", 2),
        (f"class TestOff:\n    __test__ = False\n    {BUG}    def test_a(self): ...\n", 4),
        (
            "class TestOff:\n    __test__ = 0\n    pytestmark = pytest.mark.tdd_bug(1)\n    def test_a(s): ...\n",
            4,
        ),
        (f"{BUG}def test_a(): ...\ndef test_a(): ...\n", 2),
        ("pytestmark = pytest.mark.tdd_bug(1)\n", 2),
        ("pytestmark: list = [pytest.mark.tdd_bug(1)]\n", 2),
        (f"pytestmark = pytest.mark.tdd_bug(1)\npytestmark = []\n{TEST}", 2),
        (f"if x:\n    pytestmark = pytest.mark.tdd_bug(1)\n{TEST}", 3),
        (f"if x:\n    with y:\n        pytestmark = pytest.mark.tdd_bug(1)\n{TEST}", 4),
        (f"try:\n    pytestmark = pytest.mark.tdd_bug(1)\nexcept X:\n    pass\n{TEST}", 3),
        (f"pytestmark = []\npytestmark += pytest.mark.tdd_bug(1)\n{TEST}", 3),
        ("class TestA:\n    pytestmark += [pytest.mark.tdd_bug(1)]\n    def test_a(self): ...\n", 3),
        (f"pytestmark = pytest.mark.tdd_bug(1) if x else []\n{TEST}", 2),
        (f"pytestmark = [] + pytest.mark.tdd_bug(1)\n{TEST}", 2),
        (f"pytestmark = make(pytest.mark.tdd_bug(1))\n{TEST}", 2),
        (f"unused = pytest.mark.tdd_bug(1)\n{TEST}", 2),
        (f"a = b\nb = a\nunused = pytest.mark.tdd_bug(1)\n@a\n{TEST}", 4),
        (f"{TEST}test_a.pytestmark = [pytest.mark.tdd_bug(1)]\n", 3),
        ("def test_a(request):\n    request.node.add_marker(pytest.mark.tdd_expected_fail)\n", 3),
        ("def test_a(request):\n    request.node.add_marker('tdd_expected_fail')\n", 3),
        ("def test_a(request):\n    request.applymarker(pytest.mark.tdd_expected_fail)\n", 3),
        ("def test_a(request):\n    m = pytest.mark\n    request.node.add_marker(m.tdd_expected_fail)\n", 4),
        (f"@getattr(pytest.mark, 'tdd_bug')\n{TEST}", 2),
        (f"name = 'tdd_' + kind\n@getattr(pytest.mark, name)\n{TEST}", 3),
        ("@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.tdd_bug(1))])\ndef one(request): ...\n", 2),
        (
            "def generate(m):\n    m.parametrize('', [pytest.param(1, marks=pytest.mark.tdd_bug(1))])\n",
            3,
        ),
        (f"@pytest.mark.parametrize('a', make(pytest.param(1, marks=pytest.mark.tdd_bug(1))))\n{TEST}", 2),
        ("def outer():\n    @pytest.mark.tdd_bug(1)\n    def test_a(): ...\n", 3),
    ],
)
def test_a_mark_that_belongs_to_no_test_is_told(tmp_path: Path, body: str, line: int) -> None:
    """Nothing of ours is passed over in silence."""
    source = read(tmp_path, HEAD + body)
    assert source.captures == []
    assert problems(source) == [(line, "P1")]


@pytest.mark.parametrize("alias", ["bug = pytest.mark.tdd_bug", "bug = pytest.mark.tdd_bug(1)"])
def test_another_name_for_a_mark_hides_nothing(tmp_path: Path, alias: str) -> None:
    """Also when a test elsewhere uses the same name."""
    use = "bug" if alias.endswith(")") else "bug(1)"
    source = read(
        tmp_path,
        f"{HEAD}{alias}\n@{use}\n{TEST}def make():\n    @{use}\n    def test_b(): ...\n    return test_b\n",
    )
    assert [capture.name for capture in source.captures] == ["test_a"]
    assert problems(source) == [(6, "P1")]
    assert "does not collect the function test_b" in messages(source)


def test_marks_of_a_conftest_belong_to_no_test(tmp_path: Path) -> None:
    """Pytest takes no notice of them."""
    text = f"{HEAD}pytestmark = pytest.mark.tdd_bug(1)\n{BUG}{TEST}{BUG}class TestA:\n    def test_b(self): ...\n"
    source = read(tmp_path, text, "conftest.py")
    assert source.captures == []
    assert problems(source) == [(2, "P1"), (3, "P1"), (5, "P1")]
    assert messages(source).count("conftest.py") >= 6


@pytest.mark.parametrize(
    "text",
    [
        "x = 'pytest.mark.tdd_expected_fail'\n",
        "# @pytest.mark.tdd_expected_fail\n",
        '"""@pytest.mark.tdd_expected_fail"""\n',
        "import pytest\n@pytest.mark.skip\ndef test_tdd_bug(): ...\n",
        "arguments.tdd_bug = 1\n",
        "tdd_bug = 1\n",
        "getattr(mark, 'tdd')\n",
        "import pytest\ngetattr(pytest.mark, 'slow')  # tdd\n",
        "node.add_marker('slow')  # tdd mark\n",
        "import pytest\npytest.mark.total\n",
        "import mark\nmark.tdd_bug\n",
        "import other\n@other.mark.tdd_bug(1)\ndef test_a(): ...\n",
    ],
)
def test_other_text_is_none_of_ours(tmp_path: Path, text: str) -> None:
    """Strings, comments and other people's names."""
    assert read_source(write(tmp_path, text), "test_it.py") is None


def test_the_projects_own_marks_can_be_allowed(tmp_path: Path) -> None:
    """`allow_tags` covers marks on tests and elsewhere."""
    source = read(tmp_path, f"{HEAD}@pytest.mark.tdd_unit\n{TEST}@pytest.mark.tdd_unit\ndef helper(): ...\n")
    assert problems(source) == [(2, "T4"), (4, "P1")]
    assert source.captures == []
    assert problems(source, allow_tags=frozenset({"tdd_unit"})) == []


def test_required_families_are_asked_for(tmp_path: Path) -> None:
    """`require` lists families that the switch needs."""
    source = read(tmp_path, f"{HEAD}{BUG}{SWITCH}{TEST}")
    assert problems(source, require=("bug", "issue")) == [(3, "T3")]
    told = source.check(TagPolicy(require=("issue",)))[0].message
    assert "tdd_issue(<number>)" in told
    assert "@" not in told


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", Expectation()),
        ("()", Expectation()),
        ("(raises=None, match=None)", Expectation()),
        ("(raises=KeyError)", Expectation("KeyError")),
        ("(raises='KeyError')", Expectation("KeyError")),
        ("(raises=NAME)", Expectation("LookupError")),
        ("(raises=(KeyError, 'x.Y'))", Expectation("KeyError", other_types=("x.Y",))),
        ("(raises=ERRORS)", Expectation("KeyError", other_types=("IndexError",))),
        ("(raises=pytest.fail.Exception)", Expectation("Failed")),
        ("(raises=sub.Broken)", Expectation("pack.sub.Broken")),
        ("(raises=Other)", Expectation("pack.Error")),
        ("(raises=pack.Error)", Expectation("pack.Error")),
        ("(raises=Either)", Expectation("pack.Either")),
        ("(raises=beside.Error)", Expectation("beside.Error")),
        ("(raises=Near)", Expectation("near.Near")),
        ("(raises=Local)", Expectation("Local")),
        ("(raises=KeyError, match='a' 'b')", Expectation("KeyError", "ab")),
        ("(match='ab')", Expectation("AssertionError", "ab", other_types=("Failed",))),
        ("(match=TEXT)", Expectation("AssertionError", "[0-9]", other_types=("Failed",))),
        ("(raises=KeyError, match=re.escape('a.b'))", Expectation("KeyError", r"a\.b")),
        ("(raises=KeyError, match=re.compile(r'\\d'))", Expectation("KeyError", r"\d")),
        ("(raises=KeyError, match=re.compile(re.escape(TEXT)))", Expectation("KeyError", r"\[0\-9\]")),
        ("(raises=KeyError, match=COMPILED)", Expectation("KeyError", "x+")),
    ],
)
def test_a_declared_failure_is_read(tmp_path: Path, arguments: str, expected: Expectation) -> None:
    """Types by name, patterns as text."""
    text = (
        "import re\nimport pack.sub as sub\nfrom pack import Error as Other\nfrom .near import Near\n"
        "import pack.other\nfrom . import beside\n"
        "try:\n    from pack import Either\nexcept ImportError:\n    Either = KeyError\n"
        "TEXT = '[0-9]'\nCOMPILED = re.compile('x+')\nNAME = 'LookupError'\nERRORS = (KeyError, IndexError)\n"
        "class Local(Exception): ...\n"
    )
    source = read(tmp_path, f"{HEAD}{text}{BUG}@pytest.mark.tdd_expected_fail{arguments}\n{TEST}")
    assert problems(source) == []
    assert source.captures[0].expectation == expected


@pytest.mark.parametrize(
    ("mark", "told"),
    [
        ("tdd_bug(**numbers)", "tdd_bug: **numbers cannot be read from the source"),
        ("tdd_expected_fail(**declared)", "tdd_expected_fail: **declared cannot be read from the source"),
        ("tdd_expected_fail(raises=make())", "tdd_expected_fail: make() cannot be read from the source"),
    ],
)
def test_what_only_a_run_could_tell_is_told_as_it_is_written(tmp_path: Path, mark: str, told: str) -> None:
    """Whatever it is, one text says which argument it was."""
    assert told in messages(read(tmp_path, f"{HEAD}{BUG}@pytest.mark.{mark}\n{TEST}"))


def test_the_nearest_declaration_wins(tmp_path: Path) -> None:
    """Parameter set over function over class over its base over module; type and pattern stay together."""
    text = f"""
{HEAD}
fails = pytest.mark.tdd_expected_fail
pytestmark = [pytest.mark.tdd_bug(1), fails(raises=OSError, match="module")]

def test_module(): ...

class Base:
    pytestmark = fails(raises=KeyError, match="base")

class TestBase(Base):
    def test_base(self): ...

@fails(raises=IndexError)
class TestOwn(Base):
    def test_class(self): ...

    @fails
    def test_bare(self): ...

    @fails(raises=ValueError, match="higher")
    @fails(raises=ValueError, match="lower")
    @pytest.mark.parametrize("a", [1, pytest.param(2, marks=fails(raises=TypeError))])
    def test_function(self, a): ...
"""
    source = read(tmp_path, text)
    declared = [(c.name.rpartition("::")[2], str(c.expectation)) for c in source.captures]
    assert declared == [
        ("test_module", "OSError: module"),
        ("test_base", "KeyError: base"),
        ("test_class", "IndexError"),
        ("test_bare", "IndexError"),
        ("test_function", "ValueError: lower"),
        ("test_function", "TypeError"),
    ]


def test_switches_name_their_place_and_owner(tmp_path: Path) -> None:
    """One place per line, so that a shared line is never cut for one bug alone."""
    text = """
        import pytest
        captured = pytest.mark.tdd_expected_fail
        ALL = [
            pytest.mark.tdd_bug(1),
            captured,
        ]
        pytestmark = ALL
        class TestA:
            pytestmark = captured
            @pytest.mark.slow
            @captured
            @pytest.mark.parametrize("a", [pytest.param(1, marks=captured), pytest.param(2, marks=[captured])])
            def test_a(self): ...
        """
    source = read(tmp_path, text)
    sites = sorted({(s.line, s.owner, s.owner_line, s.name) for c in source.captures for s in c.switches})
    name = "tdd_expected_fail"
    assert sites == [
        (6, "module", 1, name),
        (10, "class", 9, name),
        (12, "function", 11, name),
        (13, "param", 13, name),
    ]


@pytest.mark.parametrize(
    "cases",
    [
        'pytest.mark.parametrize("a", [*CASES])',
        'pytest.mark.parametrize("a", [2] + CASES)',
        'pytest.mark.parametrize(ids=str, argvalues=CASES, argnames="a")',
        'pytest.mark.parametrize("a", [pytest.param(n, marks=captured) for n in range(2)])',
    ],
)
def test_a_parameter_set_may_have_a_name(tmp_path: Path, cases: str) -> None:
    """And so may the mark that takes it; a mark of others makes no capture of its own."""
    text = f"""
{HEAD}
captured = pytest.mark.tdd_expected_fail
CASES = [pytest.param(1, marks=captured), pytest.param(2, marks=pytest.mark.skip)]
cases = {cases}

@pytest.mark.tdd_bug(1)
@cases
def test_a(a): ...
"""
    source = read(tmp_path, text)
    assert [(c.tags.expected_fail, c.case_line > 0) for c in source.captures] == [(False, False), (True, True)]
    assert problems(source) == []


def test_an_import_that_may_fail_is_an_import(tmp_path: Path) -> None:
    """What stands for it then is the same thing."""
    text = f"try:\n    import pytest\nexcept ImportError:\n    pytest = compat.pytest\n{BUG}{TEST}"
    assert [capture.name for capture in read(tmp_path, text).captures] == ["test_a"]


def test_classes_are_collected_as_pytest_does(tmp_path: Path) -> None:
    """Those of unittest by its rules, those with a base elsewhere by both; the tests in the order of the file."""
    write(tmp_path, "[pytest]\npython_functions = check\npython_classes = Suite\n", "pytest.ini")
    text = f"""
import unittest
from shared import Shared
{HEAD}
__test__ = True
pytestmark = pytest.mark.tdd_bug(1)

class Base:
    def check_inherited(self): ...

class Suite(Base):
    def check_own(self): ...
    def test_own(self): ...
    class SuiteInside(Base): ...

class Case(unittest.TestCase):
    def __init__(self, name): ...
    def check_no(self): ...
    def test_case(self): ...

class Elsewhere(Shared):
    def check_it(self): ...
    def test_it(self): ...
"""
    names = [capture.name for capture in read(tmp_path, text).captures]
    assert names == [
        *("Suite::SuiteInside::check_inherited", "Suite::check_inherited", "Suite::check_own"),
        *("Case::test_case", "Elsewhere::check_it", "Elsewhere::test_it"),
    ]


def test_a_mark_that_cannot_be_read_is_not_told_as_one_of_no_test(tmp_path: Path) -> None:
    """The class is collected; which marks it has is the question."""
    text = f"{HEAD}class TestA:\n    pytestmark = make(pytest.mark.tdd_bug(1))\n    def test_a(self): ...\n"
    assert "tdd_bug cannot be read from the source" in messages(read(tmp_path, text))


def test_a_class_whose_tests_stand_elsewhere_is_one_capture(tmp_path: Path) -> None:
    """Its tests cannot be seen, so the class stands for them."""
    text = f"""
import abc
import unittest
from shared import Shared
import shared
{HEAD}
{BUG}{SWITCH}class TestElsewhere(Shared): ...

{BUG}class FurtherCase(shared.Base[int], abc.ABC):
    def helper(self): ...
"""
    source = read(tmp_path, text)
    assert [(c.name, c.line, c.tags.ids) for c in source.captures] == [
        ("TestElsewhere", 8, (1,)),
        ("FurtherCase", 12, (1,)),
    ]
    assert problems(source) == []


def test_a_test_of_a_branch_counts_in_every_branch(tmp_path: Path) -> None:
    """Which branch runs cannot be known."""
    text = f"{HEAD}if x:\n    {BUG}    def test_a(): ...\nelse:\n    {BUG}    def test_a(): ...\n"
    assert [(c.name, c.line) for c in read(tmp_path, text).captures] == [("test_a", 3), ("test_a", 6)]


def test_a_list_that_comes_twice_says_nothing_new(tmp_path: Path) -> None:
    """Otherwise a few lines could stand for millions of marks."""
    text = f"{HEAD}a = [pytest.mark.tdd_bug(1)]\nb = [*a, *a]\nc = b + b\npytestmark = [*c, *a]\n{TEST}"
    tests = read(tmp_path, text).tests
    assert tests is not None
    assert [len(leaf.uses) for leaf in tests.leaves] == [1]


def test_a_parameter_set_that_comes_twice_is_one(tmp_path: Path) -> None:
    """It stands there once, and nothing else tells them apart."""
    cases = "CASES = [pytest.param(1, marks=pytest.mark.tdd_bug(2))]\n"
    text = f"{HEAD}{cases}@pytest.mark.parametrize('a', [*CASES, *CASES])\n{TEST}"
    assert [capture.case_line for capture in read(tmp_path, text).captures] == [2]


@pytest.mark.parametrize("arguments", ["", "()", "(raises=KeyError)"])
def test_a_mark_that_comes_twice_is_two_marks(tmp_path: Path, arguments: str) -> None:
    """Each has to go with its bug."""
    marks = f"fails = pytest.mark.tdd_expected_fail{arguments}\npytestmark = [\n    fails,\n    fails,\n]\n"
    text = f"{HEAD}{marks}{BUG}{TEST}"
    assert [[site.line for site in capture.switches] for capture in read(tmp_path, text).captures] == [[4, 5]]


def test_names_are_bound_in_many_ways(tmp_path: Path) -> None:
    """A name that more than one statement binds says nothing certain."""
    text = f"""
{HEAD}
number, (other, *rest) = 1, (2, 3)
for looped in range(3): pass
counted = 1
counted += 1
typed: int = 5
only_typed: int
holder = [0]
holder[0] = other
with x:
    inside: int = 6
match x:
    case 1:
        matched = 7

@pytest.mark.tdd_bug(typed, inside, matched)
def test_good(): ...
@pytest.mark.tdd_bug(number)
@pytest.mark.tdd_bug(other)
@pytest.mark.tdd_bug(looped)
@pytest.mark.tdd_bug(counted)
@pytest.mark.tdd_bug(only_typed)
def test_bad(): ...
"""
    source = read(tmp_path, text)
    assert source.captures[0].tags.ids == (5, 6, 7)
    assert problems(source) == [(line, "T5") for line in range(20, 25)]


def test_the_first_base_hides_the_second(tmp_path: Path) -> None:
    """As in Python: its tests are the ones that run, and its declaration is the nearer one."""
    text = f"""
{HEAD}
fails = pytest.mark.tdd_expected_fail

class One:
    pytestmark = [pytest.mark.tdd_bug(1), fails(raises=KeyError)]
    def test_a(self): ...

class Two:
    pytestmark = fails(raises=IndexError)
    def test_a(self): ...

class TestBoth(One, Two): ...
"""
    (capture,) = read(tmp_path, text).captures
    assert (capture.name, capture.line) == ("TestBoth::test_a", 8)
    assert capture.expectation.types == "KeyError"


def test_a_base_of_both_comes_last(tmp_path: Path) -> None:
    """As in Python: what derives from it is nearer."""
    text = f"""
{HEAD}
fails = pytest.mark.tdd_expected_fail

class Shared:
    pytestmark = [pytest.mark.tdd_bug(1), fails(raises=KeyError)]
    def test_a(self): ...

class One(Shared): ...

class Two(Shared):
    pytestmark = fails(raises=IndexError)
    def test_a(self): ...

class TestBoth(One, Two): ...
"""
    (capture,) = read(tmp_path, text).captures
    assert (capture.name, capture.line) == ("TestBoth::test_a", 14)
    assert capture.expectation.types == "IndexError"


def test_an_argument_that_the_switch_does_not_take_is_told_by_its_name(tmp_path: Path) -> None:
    """Whatever its value is, which need not be readable."""
    source = read_source(write(tmp_path, f"{BUG}@pytest.mark.tdd_expected_fail(exception=make())\n{TEST}"), "a.py")
    assert source is not None
    messages = [finding.message for finding in source.check(TagPolicy())]
    assert messages == ["tdd_expected_fail takes raises= and match= only, not exception="]


def test_each_captured_case_is_a_test_of_its_own(tmp_path: Path) -> None:
    """Two cases of one function stay two, also when nothing but their line tells them apart."""
    case = "    pytest.param({}, marks=pytest.mark.tdd_bug(17)),\n"
    body = f'@pytest.mark.parametrize("a", [\n    1,\n{case.format(2)}{case.format(3)}])\ndef test_a(a): ...\n'
    source = read_source(write(tmp_path, f"{HEAD}{body}"), "a.py")
    assert source is not None
    assert [(test.where, test.shown) for test in source.captures] == [("a.py:2", "a.py:4"), ("a.py:2", "a.py:5")]
    assert len(set(source.captures)) == 2


@pytest.mark.tdd_bug(1006)
@pytest.mark.parametrize("rival", ["xfail", "flaky(reruns=1)"])
def test_a_parameter_set_may_bring_the_second_judge(tmp_path: Path, rival: str) -> None:
    """The switch stands on the function, or on its class, and the other mark on one of its parameter sets."""
    param = f"pytest.param(1, marks=pytest.mark.{rival})"
    skipped = "pytest.param(3, marks=[pytest.mark.skip, pytest.mark.slow])"
    cases = (
        f"@pytest.mark.parametrize('a', [\n    2,\n    {param},\n    {skipped},\n])\ndef test_a(self, a): ...\n"
    )
    assert problems(read(tmp_path, f"{HEAD}{BUG}{SWITCH}{cases}")) == [(6, "T6")]
    inner = "".join(f"    {line}\n" for line in cases.splitlines())
    source = read(tmp_path, f"{HEAD}{BUG}{SWITCH}class TestA:\n{inner}    def test_b(self): ...\n")
    assert problems(source) == [(7, "T6")]
    assert [capture.name for capture in source.captures] == ["TestA::test_a", "TestA::test_b"]
    assert problems(read(tmp_path, f"{HEAD}{BUG}{cases}")) == []


def test_what_breaks_a_function_is_not_told_again_at_its_parameters(tmp_path: Path) -> None:
    """Where they bring marks of others."""
    cases = (
        "@pytest.mark.parametrize('a', [\n    pytest.param(1, marks=pytest.mark.slow),\n])\ndef test_a(a): ...\n"
    )
    source = read(tmp_path, f"{HEAD}{BUG}{SWITCH}@pytest.mark.xfail\n{cases}")
    assert problems(source) == [(4, "T6")]


def test_only_parametrize_has_parameter_sets(tmp_path: Path) -> None:
    """What looks like one in another mark makes no test, and is told."""
    case = "pytest.param(1, marks=[pytest.mark.tdd_bug(5)])"
    source = read(tmp_path, f"{HEAD}@pytest.mark.rows('a', [{case}])\n@pytest.mark.tdd_bug(6)\n{TEST}")
    assert [capture.tags.ids for capture in source.captures] == [(6,)]
    assert [rule for _, rule in problems(source)] == ["P1"]


@pytest.mark.tdd_bug(1010)
def test_another_name_for_a_mark_in_a_helper_is_told(tmp_path: Path) -> None:
    """Also when a test can be read that uses the same name."""
    names = "bug = pytest.mark.tdd_bug\nfails = pytest.mark.tdd_expected_fail\n"
    helper = "def captured(number):\n    return [bug(number), fails]\n"
    cases = "@pytest.mark.parametrize('a', [1, pytest.param(2, marks=captured(9))])\ndef test_b(a): ...\n"
    source = read(tmp_path, f"{HEAD}{names}{helper}@bug(9)\n@fails\n{TEST}{cases}")
    assert [capture.name for capture in source.captures] == ["test_a"]
    assert problems(source) == [(5, "P1"), (5, "P1")]


ONE, MANY = "both = pytest.mark.tdd_bug(9)", "both = [pytest.mark.tdd_bug(9), pytest.mark.slow]"


@pytest.mark.parametrize(
    ("names", "body", "used", "lines"),
    [
        (MANY, "return both", "[*both]", [4]),
        (MANY, "return [pytest.param(1, marks=both)]", "both", [4]),
        ("first = pytest.mark.tdd_bug(9)\nboth = first", "return both, first", "[both]", [5]),
        (ONE, "both = 5\n    return both", "[both]", []),
        (ONE, "return [one for both in use for one in both]", "[both]", []),
        (ONE, "def inner(both):\n        return both\n    return inner", "[both]", []),
        (ONE, "def both(): ...\n    return both", "[both]", []),
        (ONE, "import this as both\n    return both", "[both]", []),
        (ONE, "from this import both\n    return both", "[both]", []),
        (ONE, "try: ...\n    except Lost as both:\n        return both", "[both]", []),
        (ONE, "match use:\n        case {'a': both}:\n            return both", "[both]", []),
        (ONE, "return make(both=both)", "[both]", [4]),
        (ONE, "def inner():\n        return both\n    return inner", "[both]", [5]),
        ("both = pytest.mark.slow", "return both", "[both, pytest.mark.tdd_bug(9)]", []),
        ("both = 5", "return both", "[pytest.mark.tdd_bug(9)]", []),
    ],
)
def test_another_name_for_marks_in_a_function(
    tmp_path: Path, names: str, body: str, used: str, lines: list[int]
) -> None:
    """Only a run knows what becomes of it there; a name of the function's own is another one."""
    source = read(tmp_path, f"{HEAD}{names}\ndef make(use):\n    {body}\npytestmark = {used}\n{TEST}")
    assert problems(source) == [(line, "P1") for line in lines]
    assert len(source.captures) == 1


def test_the_values_of_parameter_sets_are_no_marks(tmp_path: Path) -> None:
    """A function may read them."""
    cases = "CASES = [pytest.param(1, marks=pytest.mark.tdd_bug(9))]\ndef count(): return len(CASES)\n"
    assert problems(read(tmp_path, f"{HEAD}{cases}@pytest.mark.parametrize('a', CASES)\n{TEST}")) == []


def test_a_mark_on_a_parameter_of_a_fixture_says_where_it_goes(tmp_path: Path) -> None:
    """Whichever test that is; on the fixture itself it goes nowhere."""
    params = "@pytest.fixture(params=[pytest.param(1, marks=pytest.mark.tdd_bug(1))])\ndef one(request): ...\n"
    source = read(tmp_path, f"{HEAD}{params}{BUG}@pytest.fixture\ndef two(): ...\n")
    assert problems(source) == [(2, "P1"), (4, "P1")]
    assert "tdd_bug cannot be read from the source: each test that uses the fixture one gets it" in messages(
        source
    )
    assert "tdd_bug belongs to no test: pytest does not collect the function two" in messages(source)
